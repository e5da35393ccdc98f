"""What others may know of FacultyAppointment: its name, ids, messages and status. Ids, versions, enums; no people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workflows.faculty_batch.contract import TASK_QUEUE as FACULTY_QUEUE

NAME = "FacultyAppointment"
TASK_QUEUE = FACULTY_QUEUE

CHANGED = "changed"
STATUS = "status"

LONGEST_HISTORY = 1_000
"""Events after which a run hands over to the next; a year of an appointment makes about a hundred."""


def workflow_id(appointment_id: str) -> str:
    """The one workflow of an appointment."""
    return f"appointment/{appointment_id}"


class Errand(StrEnum):
    """What an appointment has done at a moment."""

    OPEN_REVIEW = "open_review"
    """The yearly review opens."""
    REMIND = "remind"
    """The open review is owed still."""
    OVERDUE = "overdue"
    """It was not done in time."""
    TERM = "term"
    """The term ends soon."""
    END = "end"
    """The term is over, or what was decided takes effect."""


@dataclass(frozen=True, slots=True)
class AppointmentNews:
    """Signal: what happened (`kind`) made the appointment's `version`; ask anew. What is known does no harm."""

    version: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentMemory:
    """What a run hands to the next when its history has grown long: the moment of the last reminder done with."""

    reminded: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppointmentStart:
    """Starts the wait of an appointment; `base_code` is empty where only its id is known."""

    appointment_id: str
    base_code: str = ""
    memory: AppointmentMemory | None = None


@dataclass(frozen=True, slots=True)
class AppointmentQuestion:
    """Activity input: which appointment."""

    appointment_id: str


@dataclass(frozen=True, slots=True)
class AppointmentClock:
    """Activity output: what the appointment waits for, as faculty answered it at `read_at`. Aware UTC.

    `state` and `review` are the contract's words in lower case. An instant is None when there is nothing of the kind;
    `review_year` is the year of the open review, else of the one that opens next. `over`: nothing happens any more.
    """

    state: str
    review: str
    version: int
    read_at: datetime
    term_ends_at: datetime | None = None
    ends_at: datetime | None = None
    review_opens_at: datetime | None = None
    review_due_at: datetime | None = None
    review_year: int = 0
    remind_at: list[datetime] = field(default_factory=list)
    expiry_notice_at: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class ReviewOrder:
    """Activity input: the review of `year`."""

    appointment_id: str
    year: int


@dataclass(frozen=True, slots=True)
class ReminderOrder:
    """Activity input: remind of `kind` (`due`, `overdue`, `term`), once per kind and moment `due_at`."""

    appointment_id: str
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Activity output: False when nothing came of it."""

    done: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """Activity output: where the appointment stands, and how many months have no teacher since.

    Empty when it is not over by faculty's clock.
    """

    state: str
    orphaned: int = 0


@dataclass(frozen=True, slots=True)
class AppointmentStatus:
    """Query answer. Empty and None before faculty's first answer, and where nothing lies ahead."""

    state: str
    review: str
    version: int
    next_errand: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppointmentEnded:
    """Result: where it stood in the end, and how many months its end left without a teacher."""

    state: str
    orphaned: int
