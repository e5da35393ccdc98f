"""OPS-30: two of every process are restarted one after another during a season, and nobody is refused for it.

The same season is played twice on the same stack, first quietly, then with the restarts. What a process costs when it
starts counts too: on a machine that has something else to do the figures tell of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from services.drills.ground import Options, Stack, running
from services.drills.play import judge, playing
from services.drills.report import Report

RESTART_AT = 0.02
"""Share of the season that has passed when the restarts begin: they take about a minute."""
SLOWER = 2.0
"""How many times the quiet run's p99 of commands the restarts may cost."""


async def run(options: Options, *, compare: bool = True) -> Report:
    """Play both seasons, or with `compare` false the second only.

    Raises StackProblem without the embedded servers, StackFailure when the ground gives way.
    """
    report = options.report("rolling")
    with running("--replicas", "2", keep=options.keep) as stack:
        report.did("started two of every process")
        quiet = await _season(stack, options, report, "quiet") if compare else None
        with playing(stack, options) as play:
            await play.reached(RESTART_AT)
            await _restart_all(stack, report)
            report.found("the season outlasts the restarts", not play.over, holds=not play.over)
            rolled = await play.report()
        judge(report, "rolling", rolled)
        if quiet is not None:
            _compare(report, quiet, rolled)
    return report


async def _season(stack: Stack, options: Options, report: Report, name: str) -> dict[str, Any]:
    with playing(stack, options) as play:
        await play.begun()
        report.did(f"began the {name} season")
        told = await play.report()
    judge(report, name, told)
    return told


async def _restart_all(stack: Stack, report: Report) -> None:
    """Restart every process, one after another, and write down how it went."""
    report.did("began to restart all processes, one after another")
    command = stack.residency("restart", "--rolling")
    while command.stdout is not None and (line := await asyncio.to_thread(command.stdout.readline)):
        report.did(line.strip())
    _, talk = command.communicate()
    report.found("every process was restarted", talk.strip() or "yes", holds=command.returncode == 0)


def _compare(report: Report, quiet: Mapping[str, Any], rolled: Mapping[str, Any]) -> None:
    before, during = (told["commands"]["seconds"]["p99"] for told in (quiet, rolled))
    seen = f"{during * 1000:.0f} ms, {before * 1000:.0f} ms in the quiet season"
    report.found(f"p99 of commands stays below {SLOWER:g} × the quiet one", seen, holds=during < SLOWER * before)
