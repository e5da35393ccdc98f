"""`residency sandbox`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from services.cli import asking, output
from services.cli.rehearse import DayOption, seconds

if TYPE_CHECKING:
    from services.kit.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `sandbox`."""
    app.command("sandbox")(sandbox)


def sandbox(
    day: DayOption = "1m",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Begin a year of the sandbox province on the running stack, for those who connect their own systems.

    Province SB with the bases SB-ONE and SB-TWO, and log-ins of its own, whose six digits `residency code` prints. Its
    62 days are as long as --day says. Called again it begins another year; what was there stays.

    Example: residency sandbox --day 1m
    """
    # Loaded here so that `--help` stays quick.
    from services.rehearsal.province import load_province  # noqa: PLC0415
    from services.stack import demo, state  # noqa: PLC0415
    from services.stack import sandbox as stack  # noqa: PLC0415

    kept = state.load(data)
    password = demo.password(kept)
    province = load_province(stack.FILE)

    async def work(settings: Settings) -> str:
        return await stack.open_year(province, password, data, settings, datetime.now(UTC), seconds(day))

    cycle_id = asking.as_process(data, "operator", work)
    if as_json:
        output.write_json({"cycle_id": cycle_id, "password": password, "logins": [each.login for each in stack.PEOPLE]})
        return
    output.say(f"cycle {cycle_id}: {province.title}, {province.days} days of {day}")
    for each in stack.PEOPLE:
        output.say(f"  {each.login:<12} {each.title}")
    output.say(f"  password     {password}")
