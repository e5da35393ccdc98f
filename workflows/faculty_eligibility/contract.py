"""What others may know of FacultyEligibility: its name, ids and messages. Days and counts only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.faculty_batch.contract import TASK_QUEUE as FACULTY_QUEUE

NAME = "FacultyEligibility"
TASK_QUEUE = FACULTY_QUEUE
SCHEDULE = "residency-faculty-eligibility"
"""Id of the schedule that starts it; each of its workflows has the id followed by when it was due."""


@dataclass(frozen=True, slots=True)
class EligibilityStart:
    """Starts the reminders of the day that it is in `time_zone`."""

    time_zone: str


@dataclass(frozen=True, slots=True)
class EligibilityOrder:
    """Activity input: the day that it is at `asked_at`, aware, in `time_zone`."""

    asked_at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class EligibilityTold:
    """Activity output: the day, YYYY-MM-DD, and how many were told."""

    on_day: str
    count: int


@dataclass(frozen=True, slots=True)
class EligibilityEnded:
    """Result: the day, and how many were told."""

    on_day: str
    count: int
