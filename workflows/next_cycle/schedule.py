"""The schedule of NextCycle: one in the namespace, as the settings say."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from workflows import schedules
from workflows.connection import TemporalConnection
from workflows.next_cycle.contract import NAME, SCHEDULE, TASK_QUEUE, NextCycleStart

CATCH_UP = timedelta(days=60)
"""A day missed because Temporal was away is made up for within this."""


def schedule_of(cron: str, time_zone: str) -> Schedule:
    """The schedule: `cron` (minute, hour, day, month, weekday) by the clock of `time_zone`."""
    return Schedule(
        ScheduleActionStartWorkflow(NAME, NextCycleStart(time_zone), id=SCHEDULE, task_queue=TASK_QUEUE),
        spec=ScheduleSpec(cron_expressions=[cron], time_zone_name=time_zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def keep_schedule(client: Client, cron: str, time_zone: str) -> None:
    """Create the schedule, or bring the one that is there up to date; paused by an operator, it stays paused."""
    await schedules.keep(client, SCHEDULE, schedule_of(cron, time_zone))


class NextCycleSchedule(schedules.KeptSchedule):
    """The part that keeps it; never when `cron` is empty."""

    def __init__(self, connection: TemporalConnection, cron: str, time_zone: str) -> None:
        wanted = schedule_of(cron, time_zone) if cron else None
        super().__init__("next-cycle-schedule", connection, SCHEDULE, wanted)
