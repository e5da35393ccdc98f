"""Keeping schedules: each one in the namespace, as the settings say."""

from __future__ import annotations

import asyncio

import structlog
from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError, ScheduleUpdate, ScheduleUpdateInput
from temporalio.service import RPCError

from services.kit.ending import ended
from workflows.connection import TemporalConnection

EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 2.0


async def keep(client: Client, schedule_id: str, wanted: Schedule) -> None:
    """Create the schedule, or bring the one that is there up to date; paused by an operator, it stays paused."""
    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:

        def updated(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state
            return ScheduleUpdate(wanted)

        await client.get_schedule_handle(schedule_id).update(updated)


class KeptSchedule:
    """A part that sees at every start, and every hour, that a schedule is there: Temporal's store may be lost.

    Where nothing is `wanted` it does nothing.
    """

    def __init__(self, name: str, connection: TemporalConnection, schedule_id: str, wanted: Schedule | None) -> None:
        self.name = name
        self._connection = connection
        self._schedule_id = schedule_id
        self._wanted = wanted
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; nothing waits for it."""
        if self._wanted is not None:
            self._task = asyncio.create_task(self._keep(self._wanted))

    async def stop(self) -> None:
        """Stop trying."""
        if self._task is not None:
            await ended(self._task)

    def not_ready(self) -> str:
        """Never in the way: what comes by a schedule may come a minute late."""
        return ""

    async def _keep(self, wanted: Schedule) -> None:
        log = structlog.get_logger("schedule")
        client = await self._connection.client()
        while True:
            try:
                await keep(client, self._schedule_id, wanted)
            except RPCError as error:
                log.warning("a schedule is not kept yet", schedule=self._schedule_id, error=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                log.info("a schedule is kept", schedule=self._schedule_id)
                await asyncio.sleep(EVERY_SECONDS)
