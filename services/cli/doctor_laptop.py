"""`residency doctor`: what would keep `residency up` or the tests from working on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from services.cli.doctor_finding import Finding, Grade, broken, ok
from services.cli.doctor_place import is_up
from services.stack import ports, state, wheels
from services.stack.problems import StackProblem
from services.stack.up import DEFAULT_PORT


def look(data: Path) -> list[Finding]:
    """Findings of the programs, the data directory and the port."""
    checks: dict[str, Callable[[], object]] = {
        "PostgreSQL": wheels.postgres_bin,
        "NATS": lambda: wheels.program("nats-server", "NATS"),
        "Temporal": lambda: wheels.program("temporal", "Temporal"),
        "data directory": lambda: _data(data),
        f"port {DEFAULT_PORT}": lambda: _port(data),
    }
    found = []
    for title, check in checks.items():
        try:
            found.append(ok(title, str(check())))
        except StackProblem as problem:
            found.append(broken(title, str(problem), "mend it, then `residency up`", "README"))
    for program, purpose in {"chromium": "browser tests", "fc-list": "Chinese fonts in screenshots"}.items():
        where = shutil.which(program)
        hint = where or "absent, only tests need it: apt-get install chromium fonts-noto-cjk"
        found.append(Finding(Grade.OK if where else Grade.UNASKED, f"{program} ({purpose})", hint))
    return found


def _data(data: Path) -> str:
    if is_up(data):
        return f"{data.absolute()}, a stack is up on it"
    state.prepare(data.absolute())
    return str(data.absolute())


def _port(data: Path) -> str:
    if is_up(data) or ports.is_free(DEFAULT_PORT):
        return "free or ours"
    raise StackProblem("taken: stop what listens there or choose another with `residency up --port`")
