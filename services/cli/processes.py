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
    to: Annotated[str, typer.Option(help="Stop at this revision, where a release's notes name one.")] = "head",
    data: output.DataOption = output.DEFAULT_DATA,
) -> None:
    """Bring databases to their newest revision; harmless when they are there already.

    The database of a service is RESIDENCY_DATABASE_URL_<SERVICE>, for a single one also RESIDENCY_DATABASE_URL (or a
    file with either, its name followed by _FILE), else that of the stack running on the data directory. The role should
    be the owner and free of time limits. A revision that the database has passed already is left as it is.

    Example: residency migrate enrollment
    """
    wanted = list(databases.SERVICES) if everything else list(names or [])
    unknown = [name for name in wanted if name not in databases.SERVICES]
    if unknown or not wanted:
        what = f"no database of {unknown[0]!r}" if unknown else "name a service, or --all"
        output.fail(f"{what}; there are {', '.join(databases.SERVICES)}", output.USAGE)
    if to != "head" and len(wanted) > 1:
        output.fail("--to names a revision of one service: name that service alone", output.USAGE)
    from alembic.util import CommandError  # noqa: PLC0415

    from services.kit.migrations import run as migrations  # noqa: PLC0415  (brings Alembic)

    for name in wanted:
        try:
            migrations.upgrade(name, _url(name, len(wanted) == 1, data), to)
        except CommandError as error:
            output.fail(f"{name}: {error}", output.USAGE)
        output.say(f"{name} is at {migrations.head(name) if to == 'head' else f'{to}, or beyond it'}")


def _url(name: str, alone: bool, data: Path) -> str:
    variables = [f"RESIDENCY_DATABASE_URL_{name.upper()}", *(["RESIDENCY_DATABASE_URL"] if alone else [])]
    for variable in variables:
        if given := os.environ.get(variable):
            return given
        if file := os.environ.get(f"{variable}_FILE"):
            return Path(file).read_text(encoding="utf-8").strip()
    state = servers.running(data)
    return databases.migration_url(servers.url("postgres", state), state, name)
