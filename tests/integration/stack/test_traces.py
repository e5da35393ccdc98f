"""Spans of several processes put together to one tree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.stack import traces


def span(process: str, name: str, number: int, parent: int = 0, trace: int = 1, **more: object) -> str:
    """One line as OpenTelemetry's console exporter writes it; it starts `number` ms after the others and lasts 2 ms."""
    return json.dumps(
        {
            "name": name,
            "context": {"trace_id": f"0x{trace:032x}", "span_id": f"0x{number:016x}"},
            "parent_id": f"0x{parent:016x}" if parent else None,
            "start_time": f"2026-01-01T00:00:00.{number:03}000Z",
            "end_time": f"2026-01-01T00:00:00.{number + 2:03}000Z",
            "status": {"status_code": "UNSET"},
            "links": [],
            "resource": {"attributes": {"service.name": process}},
        }
        | more
    )


def write(data: Path, process: str, *lines: str) -> None:
    """Append lines to the trace file of a process."""
    folder = data / "traces"
    folder.mkdir(exist_ok=True)
    with (folder / f"{process}.jsonl").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_a_trace_is_one_tree_over_the_processes(tmp_path: Path) -> None:
    write(tmp_path, "enrollment", span("enrollment", "ReviewApplication", 2, parent=1), '{"cut sho')
    write(tmp_path, "portal", span("portal", "POST", 1))

    spans = traces.read(tmp_path)
    trace = traces.newest(spans, "reviewapp")

    assert [" ".join(line.split()) for line in traces.lines(traces.tree(spans, trace))] == [
        "portal: POST + 0.0 ms 2.0 ms",
        "enrollment: ReviewApplication + 1.0 ms 2.0 ms",
    ]


def test_work_for_several_traces_is_shown_with_each(tmp_path: Path) -> None:
    linked = [{"context": {"trace_id": f"0x{1:032x}", "span_id": f"0x{1:016x}"}}]
    write(tmp_path, "enrollment", span("enrollment", "ReviewApplication", 1))
    write(tmp_path, "workflows", span("workflows", "signal", 5, trace=2, links=linked))

    spans = traces.read(tmp_path)
    roots = traces.tree(spans, traces.newest(spans, "ReviewApplication"))

    assert [root.name for root in roots] == ["ReviewApplication", "signal"]


def test_the_newest_that_succeeded_is_chosen(tmp_path: Path) -> None:
    failed: dict[str, Any] = {"status": {"status_code": "ERROR"}}
    write(tmp_path, "portal", span("portal", "POST", 1, trace=1), span("portal", "POST", 2, trace=2, **failed))

    assert traces.newest(traces.read(tmp_path), "POST") == f"{1:032x}"
    assert traces.newest(traces.read(tmp_path), "absent") == ""
