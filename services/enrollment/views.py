"""What handlers answer. Stored as JSON under an idempotency key, so that a repeated command is answered the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.sending import TimePolicy


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What keeps one field from being right."""

    key: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section and whether it is complete."""

    section: Section
    complete: bool
    body: dict[str, Any] = field(repr=False)
    saved_at: datetime | None
    problems: tuple[ProblemView, ...] = ()
    to_check: tuple[ProblemView, ...] = ()
    """What is right as written and should be looked at again."""


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as its owner sees it, state as of the gate's phase."""

    application_id: str
    cycle_id: str
    state: State
    round: int
    version: int
    choice: Choice
    submission_number: int
    submitted_at: datetime | None
    sections: tuple[SectionView, ...]
    remark: str = field(default="", repr=False)
    reason_code: str = ""
    not_selected: bool = False
    overdue: bool = False
    name: str = field(default="", repr=False)
    masked_document: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class QueueRowView:
    """An application as staff of its base see it."""

    application_id: str
    submission_number: int
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    specialty_code: str
    state: State
    submitted_at: datetime | None
    accepts_reallocation: bool
    not_selected: bool
    version: int
    due_at: datetime | None = None
    """Until when it should be reviewed; None when nothing is to be reviewed."""
    late: bool = False
    marks: Marks = field(default_factory=Marks)
    provisional_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A frozen submission with what the caller may do."""

    row: QueueRowView
    sections: tuple[SectionView, ...]
    choice: Choice
    capabilities: dict[Action, Decision]
    correction_of: int = 0


@dataclass(frozen=True, slots=True)
class HistoryView:
    """One accepted command in the life of an application."""

    number: int
    at: datetime
    command: str
    role: str
    organisation_code: str
    phase: Phase
    state: State
    rule: str
    remark: str = field(repr=False)
    acted: bool = False
    """Somebody did it in the person's place."""


@dataclass(frozen=True, slots=True)
class CycleView:
    """A cycle as everybody sees it."""

    cycle_id: str
    province_code: str
    year: int
    title: str
    time_zone: str
    calendar: Calendar
    phase: Phase
    sequence: int
    entered: dict[int, datetime | None]
    calendar_version: int
    read_at: datetime
    held_since: datetime | None
    draft: bool
    time_policy: TimePolicy
    """When people may be disturbed, and how early they are reminded."""
    epoch: int = 1
    """Epoch of the database in which the calendar has its version."""


@dataclass(frozen=True, slots=True)
class WindowView:
    """One base in one review round: counts, no people."""

    cycle_id: str
    base_code: str
    round: int
    opens_at: datetime
    closes_at: datetime
    milestones: Milestones
    pending: int
    approved: int
    rejected: int
    provisional: int
    over: bool
    day_seconds: float
    closed: bool
    read_at: datetime | None = None
    """When it was counted; None, and the following as they are, in answers stored before they were told."""
    held_since: datetime | None = None
    phase: Phase | None = None
    phase_name: str = ""
    province_code: str = ""
    base_name: str = ""
    time_policy: TimePolicy | None = None
    admitted: int = 0
    not_selected: int = 0
    unpublished: int = 0
    fixable: int = 0
    fix_until: datetime | None = None
    late_pending: int = 0


@dataclass(frozen=True, slots=True)
class UnlockView:
    """Sections of one application that may be edited for a while."""

    unlock_id: str
    application_id: str
    sections: tuple[Section, ...]
    since: datetime
    until: datetime
    reason: str = field(repr=False)
    granted_by: str
    ended_at: datetime | None
