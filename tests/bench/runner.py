"""Runs benches one after the other, each in a process of its own, and keeps what they told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from services.stack.child import dies_with_parent
from tests.bench import machine
from tests.bench.result import Options
from tests.bench.rows import Bench

LONGEST_SECONDS = 900.0
"""A bench that takes longer is ended and told as failed."""
LAST_LINES = 12
"""Of what a failed bench said, so many are told."""

Tell = Callable[[str], None]


def one(bench: Bench, options: Options, tell: Tell, module: str = "tests.bench.one") -> dict[str, Any]:
    """One bench with the load before and after, the seconds it took, and its results, or its `error`: one that fails
    stops no other.
    """
    before, began = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="residency-bench-") as folder:
        file = Path(folder) / "results.json"
        command = [sys.executable, "-m", module, bench.name, str(file), str(options.rounds)]
        said, code = _talk([*command, *(["quick"] if options.quick else [])])
        results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    told = {
        "name": bench.name,
        "quick": options.quick,
        "rounds": options.rounds,
        "seconds": round(time.monotonic() - began),
        "load_before": before,
        "load_after": machine.load(),
        "date": machine.described()["date"],
        "commit": machine.commit(),
        "results": results,
        "error": "" if results else _error(said, code),
    }
    if told["error"]:
        tell(f"{bench.name} FAILED after {told['seconds']} s (exit code {code}):\n{said}")
    return told


def _talk(command: list[str]) -> tuple[str, int]:
    """What it said last, and its exit code; the process and whatever it started are gone then."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM, os.getpid()),
    )
    try:
        said, _ = process.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        said, _ = process.communicate()
        said += f"\nended after {LONGEST_SECONDS:g} s"
    except BaseException:
        _end(process)
        raise
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return "\n".join(said.strip().splitlines()[-LAST_LINES:]), process.returncode


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _error(said: str, code: int) -> str:
    last = said.splitlines()[-1][:200] if said else "it said nothing"
    return f"exit code {code}: {last}"


def merged(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """`earlier` with the benches of `later` in the place of its own; the machine is that of `later`."""
    fresh = {bench["name"]: bench for bench in later["benches"]}
    kept = [fresh.pop(bench["name"], bench) for bench in earlier["benches"]]
    return {"machine": later["machine"], "benches": [*kept, *fresh.values()]}
