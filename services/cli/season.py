"""`residency season play`."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli import output
from services.cli.rehearse import DEFAULT_PROVINCE, DayOption, ProvinceOption, seconds


def register(app: typer.Typer) -> None:
    """Add `season`."""
    season = typer.Typer(help="The sample season: a whole cycle at a pace one can watch.", no_args_is_help=True)
    season.command("play")(play)
    season.callback()(_group)
    app.add_typer(season, name="season")


def play(
    day: DayOption = "10s",
    applicants: Annotated[int, typer.Option(min=1, max=20_000, help="How many synthetic people apply.")] = 60,
    data: output.DataOption = output.DEFAULT_DATA,
    province: ProvinceOption = DEFAULT_PROVINCE,
    seed: Annotated[int, typer.Option(help="The same seed plays the same people.")] = 2023,
) -> None:
    """Play the sample season on the running stack, with light synthetic traffic; join in with the demo log-ins.

    An unfinished season of an earlier start is gone on with; otherwise a new one begins.

    Example: residency season play --day 10s --applicants 60
    """
    # Loaded here so that `--help` stays quick.
    from services.rehearsal import run  # noqa: PLC0415

    order = run.Order(
        data=data.absolute(), province=province, applicants=applicants, day_seconds=seconds(day), seed=seed
    )
    report = run.play_season(order)
    output.say(run.season_summary(report))
    if not report.ok:
        run.show(report)
        raise SystemExit(output.FAILED)


def _group() -> None:
    """Nothing of its own."""
