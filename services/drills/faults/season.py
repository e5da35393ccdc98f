"""Faults beside a season: a drill of one, or a whole plan of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from services.drills.faults import Fault
from services.drills.faults.ground import Ground
from services.drills.faults.plan import Outcome, Planned
from services.drills.ground import Options, Stack, running
from services.drills.play import Play, judge, playing
from services.drills.report import Report
from services.stack.problems import StackFailure

AT = 0.2
"""Share of its season at which a drill of a single fault begins."""


async def run(options: Options, plan: Sequence[Planned]) -> tuple[Report, list[Outcome]]:
    """Start a stack with links, play a season on it, and break it as planned; then judge season and faults.

    Raises StackProblem without the embedded servers, StackFailure when the ground itself gives way.
    """
    report = options.report("faults")
    outcomes: list[Outcome] = []
    with running("--links", keep=options.keep) as stack:
        report.did("started the stack, every call through a link")
        with playing(stack, options) as play:
            for planned in plan:
                await play.reached(planned.at)
                report.did(f"fault {planned.fault.number}: {planned.fault.title}")
                outcome = await inject(planned.fault, stack, options, play)
                outcomes.append(outcome)
                seen = "; ".join(f"{each['title']}: {each['seen']}" for each in outcome.findings)
                report.found(f"fault {outcome.number}, {outcome.title}", seen, holds=outcome.survived)
            told = await play.report()
        # Whoever is killed on purpose has died: what counts is that nothing was lost and nobody was told nonsense.
        judge(report, "season", told, deaths_expected=True)
    return report, outcomes


async def inject(
    fault: Fault, stack: Stack, options: Options, play: Play | None, kept: dict[str, Any] | None = None
) -> Outcome:
    """Let one fault happen, and look at what it did; a stack that does not heal, or a drill that breaks, is an outcome.

    `kept` is what the faults on one stack share.
    """
    account = Report(f"fault {fault.number}", options.hear)
    began, began_at = time.monotonic(), datetime.now(UTC)
    try:
        await import_module(fault.path).run(Ground(stack, account, options, play, kept if kept is not None else {}))
    except StackFailure as failure:
        account.found("the stack heals by itself", failure, holds=False)
    except Exception as error:  # noqa: BLE001  (one broken drill must not hide what becomes of the others)
        traceback.print_exc()
        account.found("the drill goes through", f"{type(error).__name__}: {error}", holds=False)
    figures = dict(account.figures)
    return Outcome(
        number=fault.number,
        title=fault.title,
        survived=account.ok,
        began_at=began_at.isoformat(timespec="milliseconds"),
        seconds=round(time.monotonic() - began, 2),
        recovered_seconds=figures.pop("recovered_seconds", None),
        findings=account.as_json()["findings"],
        figures=figures,
    )
