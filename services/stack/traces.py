"""Spans that the processes wrote, put together again to one tree a trace.

Every process appends its finished spans to DATA/traces/NAME.jsonl, one JSON object a line, as OpenTelemetry's own
console exporter writes them. A line cut short by a kill is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass
class Span:
    """One piece of work in one process."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    process: str
    start: datetime
    end: datetime
    failed: bool
    links: tuple[str, ...] = ()
    """Trace ids that this span serves too, of facts that were handled together, say."""
    children: list[Span] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """How long it lasted."""
        return (self.end - self.start).total_seconds() * 1000


def read(data: Path) -> list[Span]:
    """All spans under `data`, in no order."""
    return [
        span
        for file in sorted((data / "traces").glob("*.jsonl*"))
        for line in _lines(file)
        if (span := _span(line)) is not None
    ]


def newest(spans: list[Span], name: str) -> str:
    """The trace of the newest span whose name contains `name`, of one that succeeded if any did; empty for none."""
    found = [span for span in spans if name.lower() in span.name.lower()]
    return max(found, key=lambda span: (not span.failed, span.start)).trace_id if found else ""


def tree(spans: list[Span], trace_id: str) -> list[Span]:
    """The roots of a trace, oldest first, each with its children.

    Spans of other traces that name this one in a link stand under the roots: one signal carries the facts of several
    decisions, and its work belongs to all of them.
    """
    own = [span for span in spans if span.trace_id == trace_id]
    linked = {span.trace_id for span in spans if trace_id in span.links} - {trace_id}
    chosen = own + [span for span in spans if span.trace_id in linked]
    by_id = {span.span_id: span for span in chosen}
    roots: list[Span] = []
    for span in chosen:
        span.children.clear()
    for span in sorted(chosen, key=lambda one: one.start):
        parent = by_id.get(span.parent_id)
        (roots if parent is None else parent.children).append(span)
    return roots


def lines(roots: list[Span]) -> Iterator[str]:
    """A trace as text: indent, process, name, milliseconds after the first start and of work."""
    if not roots:
        return
    zero = min(root.start for root in roots)
    for root in roots:
        yield from _branch(root, zero, 0)


def _branch(span: Span, zero: datetime, depth: int) -> Iterator[str]:
    after = (span.start - zero).total_seconds() * 1000
    mark = "  FAILED" if span.failed else ""
    linked = "  (linked)" if span.links else ""
    left = f"{'  ' * depth}{span.process}: {span.name}"
    yield f"{left:<78} +{after:8.1f} ms {span.milliseconds:9.1f} ms{linked}{mark}"
    for child in span.children:
        yield from _branch(child, zero, depth + 1)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value


def _span(line: dict[str, Any]) -> Span | None:
    try:
        context = line["context"]
        return Span(
            trace_id=_hex(context["trace_id"]),
            span_id=_hex(context["span_id"]),
            parent_id=_hex(line.get("parent_id") or ""),
            name=line["name"],
            process=line["resource"]["attributes"]["service.name"],
            start=datetime.fromisoformat(line["start_time"]),
            end=datetime.fromisoformat(line["end_time"]),
            failed=line["status"]["status_code"] == "ERROR",
            links=tuple(_hex(link["context"]["trace_id"]) for link in line.get("links", ())),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _hex(identifier: str) -> str:
    return identifier.removeprefix("0x")
