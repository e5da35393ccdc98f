"""The two ways to play: a rehearsal, crowded and verified, and the sample season, at a pace one can watch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from services.kit.domain import DomainError, Kind
from services.rehearsal import curves, report_files
from services.rehearsal import site as sites
from services.rehearsal.player import Player
from services.rehearsal.progress import Bar
from services.rehearsal.province import ProvinceFileError, load_province
from services.rehearsal.report import STATES, Report
from services.rehearsal.script import Beside, Script
from services.rehearsal.site import Site

DEMO_BASE = "SD-QILU"
"""Where the demo log-ins of base staff work."""
SEASON_MARK = "（演示季）"
"""Marks the title of the sample season's cycles, so that a second start finds its own."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    data: Path
    province: Path
    applicants: int
    day_seconds: float
    seed: int
    bases: int | None = None
    postgres_url: str = ""
    faculty: int | None = None
    curve: str = curves.DEFAULT
    cast: str = ""


def rehearse(order: Order, beside: Beside | None = None) -> Report:
    """Play one rehearsal on the stack of `order.data` and verify it.

    Raises DomainError: UNAVAILABLE when no stack runs there or a part stays away, INVALID for a bad province file.
    """
    site = sites.find(order.data)
    if order.postgres_url:
        site = site.with_postgres(order.postgres_url)
    return _play(site, _script(order), beside)


def play_season(order: Order) -> Report:
    """Play the sample season, or go on with the unfinished one; raises as `rehearse`."""
    script = _script(order)
    title = script.province.title + SEASON_MARK
    script = replace(
        script, title=title, tag=f"season{order.seed}", whole_plan=True, leisurely_base=DEMO_BASE, resume=True
    )
    return _play(sites.find(order.data), script)


def show(report: Report) -> None:
    """Print the report's tables on stdout."""
    report.show(Console(highlight=False))


def write(report: Report, folder: Path) -> Path:
    """Write report.html and report.json into `folder`; returns the page."""
    return report_files.write(report.as_json(), folder)


def season_summary(report: Report) -> str:
    """One line on how the season ended."""
    counts = {state: sum(rounds.values()) for state, rounds in report.outcomes().items()}
    told = "，".join(f"{STATES.get(state, state)} {count}" for state, count in counts.items())
    return f"{report.title} has closed: {told}"


def _script(order: Order) -> Script:
    try:
        province = load_province(order.province)
    except ProvinceFileError as error:
        raise DomainError(Kind.INVALID, "PROVINCE_FILE", str(error)) from error
    return Script(
        *(province, order.applicants, order.day_seconds, order.seed, order.bases),
        curve=order.curve,
        cast=order.cast,
        faculty=order.faculty,
    )


def _play(site: Site, script: Script, beside: Beside | None = None) -> Report:
    talk = Console(stderr=True, highlight=False)
    with Bar(talk) as bar:
        player = Player(site, script, bar, beside)
        try:
            return asyncio.run(player.play())
        except KeyboardInterrupt:
            talk.print("stopped: its cycle goes on to the end by itself, without its actors; known so far:")
            for line in player.known():
                talk.print(f"  {line}", markup=False)
            raise
