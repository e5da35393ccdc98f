"""One bench in a process of its own: `python -m tests.bench.one NAME FILE ROUNDS [quick]`; its results go to FILE."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

import uvloop

from tests.bench.result import Options, Result


def main() -> None:
    """Measure and write, or end with a traceback and exit code 1."""
    name, file, rounds, *more = sys.argv[1:]
    module = importlib.import_module(f"tests.bench.{name}")
    found: list[Result] = uvloop.run(module.measure(Options(int(rounds), quick="quick" in more)))
    Path(file).write_text(json.dumps([each.plain() for each in found], ensure_ascii=False), encoding="utf-8")
    sys.stdout.flush()
    # At once: a thread of the Temporal SDK that is still to hear an answer would crash a Python that winds up
    # (temporalio/sdk-python#300).
    os._exit(0)


if __name__ == "__main__":
    main()
