"""What others may know of NextCycle: its name, ids and messages. Years and counts only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.recruitment_cycle.contract import TASK_QUEUE as CYCLE_QUEUE

NAME = "NextCycle"
TASK_QUEUE = CYCLE_QUEUE
SCHEDULE = "residency-next-cycle"
"""Id of the schedule that starts it; each of its workflows has the id followed by when it was due."""


@dataclass(frozen=True, slots=True)
class NextCycleStart:
    """Starts the preparation of the year after the present one, as the calendar stands in `time_zone`."""

    time_zone: str


@dataclass(frozen=True, slots=True)
class PrepareOrder:
    """Activity input: prepare the year after that of `asked_at`, aware, in `time_zone`."""

    asked_at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Activity output: the year, and how many provinces have a draft of it now."""

    year: int
    drafts: int


@dataclass(frozen=True, slots=True)
class NextCycleEnded:
    """Result: the year that was prepared, and how many provinces have a draft of it."""

    year: int
    drafts: int
