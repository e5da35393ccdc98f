"""`residency drill`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from services.cli import output
from services.cli.rehearse import DayOption, seconds
from services.drills import DRILLS


def register(app: typer.Typer) -> None:
    """Add `drill`."""
    app.command("drill")(drill)


def drill(
    name: Annotated[str, typer.Argument(help=f"Which: {', '.join(DRILLS)}.")],
    applicants: Annotated[int, typer.Option(min=1, max=20_000, help="How many synthetic people apply.")] = 300,
    day: DayOption = "2s",
    seed: Annotated[int, typer.Option(help="The same seed plays the same people.")] = 1,
    bases: Annotated[int | None, typer.Option(min=1, help="Only the first so many bases of the province.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder to leave the ground in, with its logs.")] = None,
    release: Annotated[
        str, typer.Option("--from", help="The former release for `upgrade`: a tag or commit; the newest when left out.")
    ] = "",
    as_json: output.JsonOption = False,
) -> None:
    """Do to a stack of its own, in a temporary folder, what operators do to a running season, and look at what happens.

    A running stack is not touched. Needs the embedded servers. Exit code 1 when the drill fails.

    Example: residency drill rolling --applicants 300 --day 2s
    """
    if name not in DRILLS:
        output.fail(f"there is no drill {name!r}: {', '.join(DRILLS)}", output.USAGE)
    # Loaded here so that `--help` stays quick.
    from services.drills.ground import Options  # noqa: PLC0415
    from services.stack.problems import StackFailure, StackProblem  # noqa: PLC0415

    options = Options(applicants, seconds(day), seed, bases, keep.absolute() if keep else None, release, _hear(as_json))
    try:
        report = asyncio.run(import_module(DRILLS[name]).run(options))
    except StackProblem as problem:
        output.fail(str(problem), output.USAGE)
    except StackFailure as failure:
        output.fail(str(failure))
    if as_json:
        output.write_json(report.as_json())
    else:
        output.say("\n".join(report.closing()))
    if not report.ok:
        raise SystemExit(output.FAILED)


def _hear(as_json: bool) -> Callable[[str], None]:
    """Where the account is told as it comes about: beside the JSON value, not into it."""
    return partial(typer.echo, err=True) if as_json else output.say
