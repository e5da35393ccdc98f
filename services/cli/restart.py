"""`residency restart`."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from services.cli import output
from services.stack import restarts, servers
from services.stack.problems import StackFailure


def register(app: typer.Typer) -> None:
    """Add `restart`."""
    app.command("restart")(restart)


def restart(
    names: Annotated[
        list[str] | None, typer.Argument(help="Processes, `identity` or `identity.2`; all without.")
    ] = None,
    rolling: Annotated[bool, typer.Option("--rolling", help="One after another, each when the last is ready.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
) -> None:
    """Restart processes of the running stack: each ends its work, and the next one is there at once.

    With --rolling, and two of each (`residency up --replicas 2`), nobody notices. PostgreSQL, NATS and Temporal are not
    touched.

    Example: residency restart --rolling
    """
    running = servers.running(data)
    try:
        chosen = restarts.chosen(running, names or [])
    except KeyError as unknown:
        output.fail(f"no process is called {unknown.args[0]}: see `residency status`", output.USAGE)
    try:
        asyncio.run(_roll(data, chosen) if rolling else _all_at_once(data, chosen))
    except StackFailure as failure:
        output.fail(str(failure))


async def _roll(data: Path, names: list[str]) -> None:
    for name in names:
        seconds = await restarts.roll(data, name)
        output.say(f"{name} is ready again after {seconds:.1f} s")


async def _all_at_once(data: Path, names: list[str]) -> None:
    began = time.monotonic()
    await restarts.until_back(data, {name: restarts.ask(data, name) for name in names})
    output.say(f"{', '.join(names)}: ready again after {time.monotonic() - began:.1f} s")
