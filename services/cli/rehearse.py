"""`residency rehearse`."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import output
from services.kit.shipped import shipped

if TYPE_CHECKING:
    from services.drills.faults.beside import FaultsBeside
    from services.rehearsal.run import Order

_DURATION = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h)")
_CAST = re.compile(r"[a-z][a-z0-9-]{0,19}")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PROVINCE = shipped("deploy/provinces/shandong-2023.yaml")

DayOption = Annotated[str, typer.Option(help="How long a calendar day lasts: `2s`, `500ms`, `1m`.")]
ProvinceOption = Annotated[Path, typer.Option(help="Province file: calendar, bases, plan.")]
DEFAULT_PROVINCE = _PROVINCE


def register(app: typer.Typer) -> None:
    """Add `rehearse`."""
    app.command("rehearse")(rehearse)


def rehearse(
    applicants: Annotated[int, typer.Option(min=1, max=200_000, help="How many synthetic people apply.")] = 500,
    day: DayOption = "2s",
    seed: Annotated[int, typer.Option(help="The same seed plays the same people with the same plan.")] = 1,
    as_json: output.JsonOption = False,
    data: output.DataOption = output.DEFAULT_DATA,
    bases: Annotated[
        int | None, typer.Option(min=1, max=999, help="So many bases: the first of the province, then invented ones.")
    ] = None,
    curve: Annotated[str, typer.Option(help="When people come: `even`, `province`, `opening`.")] = "province",
    cast: Annotated[
        str,
        typer.Option(help="Name of the people: who played under it before, by the same seed, has an account already."),
    ] = "",
    province: ProvinceOption = DEFAULT_PROVINCE,
    postgres_url: Annotated[
        str, typer.Option(help="Read the databases there instead, `postgresql://user:password@host:port`.")
    ] = "",
    faculty: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=2000,
            help="So many teachers beside it; from 1000 applicants on one for 100, 300 at most, if not told.",
        ),
    ] = None,
    report_to: Annotated[
        Path | None,
        typer.Option("--report", help="Folder for report.html and report.json.", show_default="DATA/rehearsals/TAG"),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="Break the stack meanwhile, as this plan says; it has to be `up --links`.")
    ] = None,
) -> None:
    """Play a whole cycle on the running stack through public commands only, then check what must always hold.

    Synthetic applicants register, choose, fix and resubmit; the staff of every base review, give places and admit; some
    act outside their window and must be refused. Exit code 1 when an invariant is broken. A page with charts is written
    in any case, and the same figures as JSON.

    A day may be too short for so many people on this machine. That is an overload: some come too late or never get in,
    which is counted, and breaks nothing. Ctrl-C prints what is known so far.

    Example: residency rehearse --applicants 20000 --day 4s --curve opening --cast big
    """
    # Loaded here so that `--help` stays quick.
    from services.rehearsal import run  # noqa: PLC0415
    from services.rehearsal.curves import CURVES  # noqa: PLC0415

    if curve not in CURVES:
        output.fail(f"--curve {curve}: there is no such curve; there are {', '.join(CURVES)}", output.USAGE)
    if cast and not _CAST.fullmatch(cast):
        output.fail("--cast: 1 to 20 lower-case letters, digits or hyphens, a letter first", output.USAGE)
    order = run.Order(
        data=data.absolute(),
        province=province,
        applicants=applicants,
        day_seconds=seconds(day),
        seed=seed,
        bases=bases,
        postgres_url=postgres_url,
        faculty=faculty,
        curve=curve,
        cast=cast,
    )
    beside = _faults(faults, order) if faults is not None else None
    report = run.rehearse(order, beside)
    if as_json:
        output.write_json(report.as_json())
    else:
        run.show(report)
    try:
        page = run.write(report, report_to or order.data / "rehearsals" / report.record["tag"])
    except OSError as error:
        output.fail(f"the report cannot be written: {error.filename}: {error.strerror}")
    if not as_json:
        output.say(f"written: {page}, and report.json beside it")
    if beside is not None:
        asyncio.run(beside.look())
    if not report.ok or (beside is not None and not beside.ok):
        raise SystemExit(output.FAILED)


def _faults(plan: Path, order: Order) -> FaultsBeside:
    """What breaks the stack beside the play; ends the command for a wrong plan, or a stack without links."""
    from services.drills.faults import plan as plans  # noqa: PLC0415
    from services.drills.faults.beside import FaultsBeside  # noqa: PLC0415
    from services.drills.ground import Options  # noqa: PLC0415
    from services.stack.problems import StackProblem  # noqa: PLC0415

    options = Options(order.applicants, order.day_seconds, order.seed, order.bases, hear=partial(typer.echo, err=True))
    try:
        beside = FaultsBeside(order.data, plans.read(plan), options)
        asyncio.run(beside.check())
    except StackProblem as problem:
        output.fail(str(problem), output.USAGE)
    return beside


def seconds(duration: str) -> float:
    """Seconds of a duration such as `2s`, `500ms` or `1m`; ends the command when it is none or not positive."""
    match = _DURATION.fullmatch(duration.strip())
    value = float(match["number"]) * _UNITS[match["unit"]] if match else 0.0
    if not 0 < value <= 86_400:
        output.fail(f"{duration!r} is no length of a day: write 2s, 500ms or 1m", output.USAGE)
    return value
