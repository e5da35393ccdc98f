"""`residency up`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from services.cli import output
from services.stack import servers
from services.stack import up as stack
from services.stack.problems import StackFailure, StackProblem
from services.stack.state import State


def register(app: typer.Typer) -> None:
    """Add `up`."""
    app.command("up")(up)


def up(
    data: output.DataOption = output.DEFAULT_DATA,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the portal.")] = stack.DEFAULT_PORT,
    province: Annotated[Path, typer.Option(help="Province file: calendar, bases, plan.")] = stack.PROVINCE,
    replicas: Annotated[
        int, typer.Option(min=1, max=5, help="How many of every process; a rolling restart takes two.")
    ] = 1,
    links: Annotated[
        bool, typer.Option("--links", help="Pass every call between processes and servers through a proxy, for drills.")
    ] = False,
    season: Annotated[bool, typer.Option("--season", help="Play the sample season once everything is ready.")] = False,
    day: Annotated[str, typer.Option(help="With --season: how long a calendar day lasts, `10s`.")] = "10s",
    applicants: Annotated[int, typer.Option(min=1, help="With --season: how many synthetic applicants.")] = 60,
) -> None:
    """Start the whole stack, print where it is and who you can be, and keep it running until Ctrl-C.

    PostgreSQL, NATS and Temporal come from wheels and keep their data in one directory; a second start finds it again.
    RESIDENCY_POSTGRES_URL (administrator), RESIDENCY_NATS_URL and RESIDENCY_TEMPORAL_ADDRESS each replace one of them.

    Example: residency up --season --day 5s
    """
    arguments = ("--day", day, "--applicants", str(applicants), "--province", str(province.absolute()))
    if links and (replicas > 1 or any(map(servers.given, servers.VARIABLES))):
        output.fail("--links: only for one of every process, and for servers that are started here", output.USAGE)
    options = stack.Options(data.absolute(), port, province.absolute(), replicas, links, arguments if season else None)

    def show(state: State, seconds: float) -> None:
        from rich.console import Console  # noqa: PLC0415  (loaded while nothing waits for it)

        from services.stack import table  # noqa: PLC0415

        table.show(Console(highlight=False), options.data, state, seconds)

    try:
        stack.Up(options, _say, show).run()
    except StackProblem as problem:
        output.fail(str(problem), output.USAGE)
    except StackFailure as failure:
        output.fail(str(failure))


def _say(line: str) -> None:
    output.say(f"{time.strftime('%H:%M:%S')}  {line}")
