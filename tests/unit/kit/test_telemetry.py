"""Logs pass an allow-list; local traces stay small; a span continues the trace it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.kit import telemetry

PROGRAM = """
import structlog
from pathlib import Path
from services.kit import telemetry
from services.kit.settings import Settings

telemetry.TRACE_BYTES = 4000
telemetry.configure("example", Settings(trace_file=Path("traces/example.jsonl")))
with telemetry.span("first", parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
    structlog.get_logger("example").info("happened", method="Admit", phone="19900000000", name="王某")
try:
    with telemetry.span("failed"):
        raise ValueError("Zhang San")
except ValueError:
    pass
try:
    raise ValueError("broken\\nDETAIL:  Key (login)=(zhangsan) exists.\\nand more")
except ValueError:
    structlog.get_logger("example").exception("handler failed")
for number in range(30):
    with telemetry.span("later"):
        pass
telemetry.shutdown()
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a process that logged and traced, and what it printed."""
    folder = tmp_path_factory.mktemp("telemetry")
    path = [str(Path(telemetry.__file__).parents[2])]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=folder, env={"PYTHONPATH": ":".join(path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_what_is_not_on_the_list_stays_out_of_the_logs(ran: tuple[Path, str]) -> None:
    line = json.loads(ran[1].splitlines()[0])
    assert (line["event"], line["method"], line["dropped"]) == ("happened", "Admit", 2)
    assert "19900000000" not in ran[1]
    assert "王某" not in ran[1]


def test_a_log_line_names_its_trace(ran: tuple[Path, str]) -> None:
    assert json.loads(ran[1].splitlines()[0])["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_local_traces_are_two_files_of_whole_lines(ran: tuple[Path, str]) -> None:
    files = sorted((ran[0] / "traces").iterdir())
    assert [file.name for file in files] == ["example.jsonl", "example.older.jsonl"]
    for file in files:
        assert file.stat().st_size <= 4000
        assert all(json.loads(line)["name"] for line in file.read_text().splitlines())


def test_ops_97_what_was_raised_is_not_quoted(ran: tuple[Path, str]) -> None:
    """An error may quote what somebody entered: traces keep its type, logs what PostgreSQL says without rows."""
    traces = [file.read_text() for file in (ran[0] / "traces").iterdir()]
    assert not any("Zhang San" in each or "Traceback" in each for each in traces)
    failed = next(json.loads(line) for line in ran[1].splitlines() if "handler failed" in line)
    assert "zhangsan" not in ran[1]
    assert "broken" in failed["exception"]
    assert "and more" in failed["exception"]
