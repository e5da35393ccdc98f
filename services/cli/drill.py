"""`residency drill`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import output
from services.cli.rehearse import DayOption, seconds
from services.drills import DRILLS

if TYPE_CHECKING:
    from services.drills.faults.plan import Outcome
    from services.drills.faults.season import Account
    from services.drills.ground import Options
    from services.drills.report import Report

FAULTS = "faults"
"""The name of the drill that does faults of the plan."""


def register(app: typer.Typer) -> None:
    """Add `drill`."""
    app.command("drill")(drill)


def drill(
    name: Annotated[
        str, typer.Argument(help=f"Which: {', '.join(DRILLS)}; the number of a fault, 1 to 40; or `{FAULTS}` for all.")
    ],
    applicants: Annotated[int, typer.Option(min=1, max=20_000, help="How many synthetic people apply.")] = 300,
    day: DayOption = "2s",
    seed: Annotated[int, typer.Option(help="The same seed plays the same people.")] = 1,
    bases: Annotated[int | None, typer.Option(min=1, help="Only the first so many bases of the province.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder to leave the ground in, with its logs.")] = None,
    release: Annotated[
        str, typer.Option("--from", help="The former release for `upgrade`: a tag or commit; the newest when left out.")
    ] = "",
    plan: Annotated[
        Path | None, typer.Option(help="For `faults`: a YAML file that says which faults, and when in the season.")
    ] = None,
    only: Annotated[str, typer.Option(help="For `faults`: some of them, as `1,2,5-9`.")] = "",
    record: Annotated[
        Path | None, typer.Option(help="For faults: a JSON file to add what came of them to, and its page beside it.")
    ] = None,
    season: Annotated[bool, typer.Option(help="For faults: play a season beside them.")] = True,
    as_json: output.JsonOption = False,
) -> None:
    """Do to a stack of its own, in a temporary folder, what operators and bad luck do to a running season, and look.

    A running stack is not touched. Needs the embedded servers. Exit code 1 when the drill fails or a fault is not
    survived.

    Example: residency drill faults --only 1,2,5-9 --applicants 60 --bases 6
    """
    if name not in DRILLS and name != FAULTS and not name.isdigit():
        known = f"{', '.join(DRILLS)}, {FAULTS}, or the number of a fault"
        output.fail(f"there is no drill {name!r}: {known}", output.USAGE)
    # Loaded here so that `--help` stays quick.
    from services.drills.ground import Options  # noqa: PLC0415
    from services.stack.problems import StackFailure, StackProblem  # noqa: PLC0415

    options = Options(applicants, seconds(day), seed, bases, keep.absolute() if keep else None, release, _hear(as_json))
    try:
        if name in DRILLS:
            if plan or only or record or not season:
                said = f"--plan, --only, --record and --no-season are for faults: `residency drill {FAULTS}`"
                output.fail(said, output.USAGE)
            _tell(asyncio.run(import_module(DRILLS[name]).run(options)), as_json)
            return
        _break(Order(name, plan, only, record, season), options, as_json)
    except StackProblem as problem:
        output.fail(str(problem), output.USAGE)
    except StackFailure as failure:
        output.fail(str(failure))


@dataclass(frozen=True, slots=True)
class Order:
    """Which faults, beside what, and where what came of them is kept."""

    name: str
    """The number of one, or `faults`."""
    plan: Path | None
    only: str
    record: Path | None
    season: bool


def _break(order: Order, options: Options, as_json: bool) -> None:
    """Do one fault, those of a plan, some or all. Raises StackProblem."""
    from services.drills.faults import plan as plans  # noqa: PLC0415
    from services.drills.faults import record as records  # noqa: PLC0415
    from services.drills.faults import season as seasons  # noqa: PLC0415

    if order.plan is not None and (order.only or order.name != FAULTS):
        output.fail("--plan says which faults by itself: leave --only and the number out", output.USAGE)
    if order.only and order.name != FAULTS:
        output.fail(f"--only is for `residency drill {FAULTS}`", output.USAGE)
    if order.record is not None:
        # An unreadable one is found before half an hour of faults, not after.
        records.read(order.record)
    if order.plan is not None:
        batches = [seasons.batch(plans.read(order.plan))]
    else:
        batches = seasons.spread(plans.numbers(order.only if order.name == FAULTS else order.name))
    if not order.season:
        batches = [replace(batch, season=False) for batch in batches]

    def came_of(outcome: Outcome) -> None:
        # One after another: an end before the last one loses nothing.
        if order.record is not None:
            records.write(order.record, [outcome], options.seed)

    account = asyncio.run(seasons.run(options, batches, came_of))
    _tell_account(account, as_json)


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        output.write_json(report.as_json())
    else:
        output.say("\n".join(report.closing()))
    if not report.ok:
        raise SystemExit(output.FAILED)


def _tell_account(account: Account, as_json: bool) -> None:
    if as_json:
        outcomes = [outcome.as_json() for outcome in account.outcomes]
        output.write_json(account.report.as_json() | {"ok": account.ok, "faults": outcomes})
    else:
        lost = [outcome.number for outcome in account.outcomes if not outcome.survived]
        output.say("\n".join(account.report.closing()))
        survived = f"{len(account.outcomes) - len(lost)} of {account.planned} faults survived"
        output.say(f"{survived}; not survived: {', '.join(map(str, lost))}" if lost else survived)
    if not account.ok:
        raise SystemExit(output.FAILED)


def _hear(as_json: bool) -> Callable[[str], None]:
    """Where the account is told as it comes about: beside the JSON value, not into it."""
    return partial(typer.echo, err=True) if as_json else output.say
