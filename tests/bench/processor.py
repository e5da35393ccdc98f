"""Processor time of other processes, from `/proc`: what a benchmark can tell even while others load the machine."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def milliseconds(pid: int, *, children: bool = False) -> float:
    """Processor time that `pid` has had, or that its living children have had."""
    if not children:
        return _spent(Path(f"/proc/{pid}"))
    return sum(_spent(Path(f"/proc/{child}")) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def _spent(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_MS
