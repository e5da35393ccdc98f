"""A workflow that waits, asks and is told as often as another, and makes nothing of it.

A module of its own, so that little of it is loaded where it runs inside the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RawValue


@dataclass(frozen=True, slots=True)
class Work:
    """What a bare workflow does: so many timers of so many seconds, and so many activities."""

    timers: int
    activities: int
    seconds: float


@activity.defn
async def nothing(_: Work) -> None:
    """Nothing."""


@workflow.defn
class Bare:
    """An empty workflow."""

    @workflow.run
    async def run(self, work: Work) -> None:
        """Timers with activities between them."""
        for number in range(max(work.timers, work.activities)):
            if number < work.activities:
                await workflow.execute_activity(nothing, work, start_to_close_timeout=timedelta(seconds=6))
            if number < work.timers:
                await workflow.sleep(work.seconds)

    @workflow.signal
    def told(self, _: RawValue) -> None:
        """Heard, and not read."""
