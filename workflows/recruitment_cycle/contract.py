"""What others may know of RecruitmentCycle: its name, ids, messages and status. Ids and instants only, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NAME = "RecruitmentCycle"
TASK_QUEUE = "residency-cycle"
"""Its own queue, so that a phase never waits behind the windows of hundreds of bases."""

RECHECK = "recheck"
STATUS = "status"


def workflow_id(cycle_id: str) -> str:
    """The one workflow of a cycle."""
    return f"cycle/{cycle_id}"


@dataclass(frozen=True, slots=True)
class CycleStart:
    """Starts the year of `cycle_id`. `windows_opened` is the last round whose windows an earlier run started."""

    cycle_id: str
    windows_opened: int = 0


@dataclass(frozen=True, slots=True)
class Recheck:
    """Signal: the calendar is now at `calendar_version`; read it again."""

    calendar_version: int


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """One phase: its number, its name in the contract (`first_choice`), its review round (0 for none) and its window.

    Instants are aware UTC; preparation has no opening, closed has no end.
    """

    sequence: int
    phase: str
    round: int
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The calendar of a cycle as enrollment answered it at `read_at`, by the database's clock."""

    cycle_id: str
    sequence: int
    calendar_version: int
    phases: list[PhaseTimes]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class CycleQuestion:
    """Activity input: which cycle."""

    cycle_id: str


@dataclass(frozen=True, slots=True)
class PhaseOrder:
    """Activity input: enter the phase numbered `sequence`; its name is for whoever reads the history."""

    cycle_id: str
    sequence: int
    phase: str


@dataclass(frozen=True, slots=True)
class BaseCodes:
    """Activity output: the bases that take part, in order."""

    codes: list[str]


@dataclass(frozen=True, slots=True)
class CycleStatus:
    """Query answer: the phase the gate stands in, and when the next one opens (unset at the end)."""

    cycle_id: str
    sequence: int
    phase: str
    next_opens_at: datetime | None
    windows_opened: int


@dataclass(frozen=True, slots=True)
class CycleEnded:
    """Result: the number of the last phase entered."""

    cycle_id: str
    sequence: int
