"""The part that keeps the schedule of NextCycle: one in the namespace, as the settings say."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from workflows.connection import TemporalConnection
from workflows.next_cycle.contract import NAME, SCHEDULE, TASK_QUEUE, NextCycleStart

CATCH_UP = timedelta(days=60)
"""A day missed because Temporal was away is made up for within this."""

EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 2.0


def schedule_of(cron: str, time_zone: str) -> Schedule:
    """The schedule: `cron` (minute, hour, day, month, weekday) by the clock of `time_zone`."""
    return Schedule(
        ScheduleActionStartWorkflow(NAME, NextCycleStart(time_zone), id=SCHEDULE, task_queue=TASK_QUEUE),
        spec=ScheduleSpec(cron_expressions=[cron], time_zone_name=time_zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def keep_schedule(client: Client, cron: str, time_zone: str) -> None:
    """Create the schedule, or bring the one that is there up to date; paused by an operator, it stays paused."""
    wanted = schedule_of(cron, time_zone)
    try:
        await client.create_schedule(SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:

        def updated(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state
            return ScheduleUpdate(wanted)

        await client.get_schedule_handle(SCHEDULE).update(updated)


class NextCycleSchedule:
    """A part that sees at every start, and every hour, that the schedule is there: Temporal's store may be lost."""

    name = "next-cycle-schedule"

    def __init__(self, connection: TemporalConnection, cron: str, time_zone: str) -> None:
        self._connection = connection
        self._cron = cron
        self._time_zone = time_zone
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; nothing waits for it."""
        if self._cron:
            self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Stop trying."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def not_ready(self) -> str:
        """Never in the way: a schedule that comes once a year may come a minute late."""
        return ""

    async def _keep(self) -> None:
        log = structlog.get_logger("next cycle")
        client = await self._connection.client()
        while True:
            try:
                await keep_schedule(client, self._cron, self._time_zone)
            except RPCError as error:
                log.warning("the schedule is not kept yet", error=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                log.info("the next year is scheduled", cron=self._cron, time_zone=self._time_zone)
                await asyncio.sleep(EVERY_SECONDS)
