"""`residency doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import typer

from services.cli import output
from services.stack import ports, state, wheels
from services.stack.problems import StackProblem
from services.stack.up import DEFAULT_PORT


def register(app: typer.Typer) -> None:
    """Add `doctor`."""
    app.command("doctor")(doctor)


def doctor(data: output.DataOption = output.DEFAULT_DATA) -> None:
    """Look for what would keep `residency up` or the tests from working, and say how to mend it.

    Exit code 1 when something that `up` needs is missing. Example: residency doctor
    """
    checks: dict[str, Callable[[], object]] = {
        "PostgreSQL": wheels.postgres_bin,
        "NATS": lambda: wheels.program("nats-server", "NATS"),
        "Temporal": lambda: wheels.program("temporal", "Temporal"),
        "data directory": lambda: _data(data),
        f"port {DEFAULT_PORT}": lambda: _port(data),
    }
    good = True
    for title, check in checks.items():
        try:
            found = check()
        except StackProblem as problem:
            good = False
            output.say(f"missing  {title}: {problem}")
        else:
            output.say(f"ok       {title}: {found}")
    for program, purpose in {"chromium": "browser tests", "fc-list": "Chinese fonts in screenshots"}.items():
        where = shutil.which(program)
        hint = where or "absent, only tests need it: apt-get install chromium fonts-noto-cjk"
        output.say(f"{'ok      ' if where else 'optional'} {program} ({purpose}): {hint}")
    if not good:
        raise typer.Exit(output.FAILED)


def _data(data: Path) -> str:
    if state.is_up(data):
        return f"{data.absolute()}, a stack is up on it"
    state.prepare(data.absolute())
    return str(data.absolute())


def _port(data: Path) -> str:
    if state.is_up(data) or ports.is_free(DEFAULT_PORT):
        return "free or ours"
    raise StackProblem("taken: stop what listens there or choose another with `residency up --port`")
