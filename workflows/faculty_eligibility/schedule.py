"""The schedule of FacultyEligibility: once a day, as the settings say."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from workflows import schedules
from workflows.connection import TemporalConnection
from workflows.faculty_eligibility.contract import NAME, SCHEDULE, TASK_QUEUE, EligibilityStart

CATCH_UP = timedelta(days=1)
"""A day missed is made up for by the next one: it is about everybody whose day has come by then."""


def schedule_of(cron: str, time_zone: str) -> Schedule:
    """The schedule: `cron` (minute, hour, day, month, weekday) by the clock of `time_zone`."""
    return Schedule(
        ScheduleActionStartWorkflow(NAME, EligibilityStart(time_zone), id=SCHEDULE, task_queue=TASK_QUEUE),
        spec=ScheduleSpec(cron_expressions=[cron], time_zone_name=time_zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


class EligibilitySchedule(schedules.KeptSchedule):
    """The part that keeps it; never when `cron` is empty."""

    def __init__(self, connection: TemporalConnection, cron: str, time_zone: str) -> None:
        wanted = schedule_of(cron, time_zone) if cron else None
        super().__init__("eligibility-schedule", connection, SCHEDULE, wanted)
