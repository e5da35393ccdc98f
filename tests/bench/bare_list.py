"""A workflow that does what a published list does as often as it does, and nothing beside."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from workflows.published_list.contract import ObjectionNews

NAME = "BareList"
QUEUE = "bench-bare-list"
TIMERS = 5
"""The end of the publicity, three reminders, the end of verification."""

_PATIENCE = timedelta(seconds=6)


@activity.defn
async def bare_ask(number: int) -> int:
    """Answers."""
    return number


@activity.defn
async def bare_tell(number: int) -> None:
    """Tells nobody."""


@workflow.defn(name=NAME)
class BareList:
    """Asks, and five times waits, asks and tells; the last time it tells two."""

    def __init__(self) -> None:
        self._heard = 0

    @workflow.run
    async def run(self, days: int) -> int:
        """The number of signals heard."""
        await workflow.execute_activity(bare_ask, days, start_to_close_timeout=_PATIENCE)
        for number in range(TIMERS):
            await workflow.sleep(timedelta(days=days))
            await workflow.execute_activity(bare_ask, number, start_to_close_timeout=_PATIENCE)
            await workflow.execute_activity(bare_tell, number, start_to_close_timeout=_PATIENCE)
        await workflow.execute_activity(bare_tell, days, start_to_close_timeout=_PATIENCE)
        return self._heard

    @workflow.signal
    def heard(self, news: ObjectionNews) -> None:
        """Something happened."""
        self._heard += len(news.objections)
