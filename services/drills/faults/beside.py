"""Faults beside a rehearsal that somebody plays on a stack of their own, started with `residency up --links`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.drills.faults import aftermath
from services.drills.faults.plan import Outcome, Planned
from services.drills.faults.season import injected
from services.drills.ground import Options, Stack
from services.rehearsal.report_record import Fault
from services.rehearsal.timetable import Timetable
from services.stack import links
from services.stack.problems import StackProblem


class FaultsBeside:
    """Breaks the stack on `data` as planned while a play goes on; `outcomes` are what became of it."""

    def __init__(self, data: Path, plan: Sequence[Planned], options: Options) -> None:
        self.report = options.report("faults")
        self.outcomes: list[Outcome] = []
        self._stack = Stack(data)
        self._plan = plan
        self._options = options

    @property
    def ok(self) -> bool:
        """Whether every fault was done and survived."""
        return len(self.outcomes) == len(self._plan) and self.report.ok

    async def check(self) -> None:
        """Raises StackProblem where the stack has no links."""
        try:
            await links.counts(self._stack.data)
        except OSError:
            data = self._stack.data
            raise StackProblem(f"{data}: faults need a stack started with `residency up --links`") from None

    async def run(self, timetable: Timetable, faults: list[Fault]) -> None:
        """Do one after another, each when its share of the season has passed; `faults` gets them for the report."""
        season, kept = _Season(timetable), dict[str, Any]()
        for planned in self._plan:
            await season.reached(planned.at)
            outcome = await injected(planned.fault, self._stack, self._options, self.report, season, kept)
            self.outcomes.append(outcome)
            faults.append(
                Fault(
                    f"{outcome.number} {outcome.title}",
                    datetime.fromisoformat(outcome.began_at),
                    "survived" if outcome.survived else "not survived",
                    outcome.seconds,
                )
            )

    async def look(self) -> None:
        """Once the play is over: whether everything is at rest."""
        await aftermath.look(self._stack, self.report, "the end", verify=False)


class _Season:
    """The play, as faults know one."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable

    @property
    def over(self) -> bool:
        return self._timetable["closed"].entered_at is not None

    async def begun(self, phase: str = "registration") -> Any:
        return await self._timetable.entered(phase)

    async def reached(self, share: float) -> None:
        opens, closes = (self._timetable[name].opens_at for name in ("registration", "closed"))
        if opens is None or closes is None:
            raise StackProblem("a play without dates has no shares")
        moment = opens + (closes - opens) * share
        await asyncio.sleep(max(timedelta(), moment - datetime.now(UTC)).total_seconds())
