"""`residency run` and `residency migrate`: what a container does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from services.cli import output
from services.stack import databases, servers
from services.stack.processes import MODULES


def register(app: typer.Typer) -> None:
    """Add `run` and `migrate`."""
    app.command("run")(run)
    app.command("migrate")(migrate)


def run(name: Annotated[str, typer.Argument(help=f"One of {', '.join(MODULES)}.")]) -> None:
    """Run one process the way a container will; its settings are RESIDENCY_* variables.

    Example: RESIDENCY_DATABASE_URL=postgresql://… residency run enrollment
    """
    if name not in MODULES:
        output.fail(f"no process {name!r}; there are {', '.join(MODULES)}", output.USAGE)
    from services.cli import run as runner  # noqa: PLC0415

    raise typer.Exit(runner.run(name))


def migrate(
    names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(databases.SERVICES)}.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every service with a database.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
) -> None:
    """Bring databases to their newest revision; harmless when they are there already.

    The database of a service is RESIDENCY_DATABASE_URL_<SERVICE>, for a single one also RESIDENCY_DATABASE_URL, else
    that of the stack running on the data directory. The role should be the owner and free of time limits.

    Example: residency migrate enrollment
    """
    wanted = list(databases.SERVICES) if everything else list(names or [])
    unknown = [name for name in wanted if name not in databases.SERVICES]
    if unknown or not wanted:
        what = f"no database of {unknown[0]!r}" if unknown else "name a service, or --all"
        output.fail(f"{what}; there are {', '.join(databases.SERVICES)}", output.USAGE)
    from services.kit.migrations import run as migrations  # noqa: PLC0415  (brings Alembic)

    for name in wanted:
        migrations.upgrade(name, _url(name, len(wanted) == 1, data))
        output.say(f"{name} is at {migrations.head(name)}")


def _url(name: str, alone: bool, data: Path) -> str:
    given = os.environ.get(f"RESIDENCY_DATABASE_URL_{name.upper()}")
    if not given and alone:
        given = os.environ.get("RESIDENCY_DATABASE_URL")
    if given:
        return given
    state = servers.running(data)
    return databases.migration_url(servers.url("postgres", state), state, name)
