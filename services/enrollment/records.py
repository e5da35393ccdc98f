"""What the store reads and writes: plain rows, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.capabilities import Moment, Policy, Standing
from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import Phase
from services.kit.domain import Fact


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """A cycle with everything about it that does not change while a calendar version lasts."""

    id: str
    province_code: str
    year: int
    title: str
    time_zone: str
    calendar_version: int
    policy: Policy
    calendar: Calendar
    catalogue: Catalogue
    lock_key: int


@dataclass(frozen=True, slots=True)
class GateRecord:
    """Where a cycle's gate stands, and the database's clock when that was read."""

    phase: Phase
    sequence: int
    closes_at: datetime | None
    now: datetime

    def moment(self, cycle: CycleRecord) -> Moment:
        """The same for the pure rules."""
        calendar = cycle.calendar
        return Moment(self.phase, self.now, self.closes_at, calendar.openings(), calendar.day)


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """One row of `application`: the live draft's choice, and the current submission's."""

    id: str
    cycle_id: str
    person_id: str
    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    version: int
    state: State
    round: int
    draft: Choice = field(default_factory=Choice)
    submission_number: int = 0
    submitted: Choice = field(default_factory=Choice)
    submitted_at: datetime | None = None
    remark: str = field(default="", repr=False)
    reason_code: str = ""
    not_selected: bool = False
    provisional_at: datetime | None = None
    audit_hash: bytes = b""

    def standing(self, seats_left: int = 1) -> Standing:
        """The same for the pure rules."""
        return Standing(
            self.state,
            self.round,
            self.submission_number,
            self.submitted.base_code,
            self.draft.accepts_reallocation,
            self.not_selected,
            self.provisional_at,
            seats_left,
        )

    def row(self) -> dict[str, Any]:
        """Column by column."""
        return {
            "id": self.id,
            "cycle_id": self.cycle_id,
            "person_id": self.person_id,
            "name": self.name,
            "masked_document": self.masked_document,
            "version": self.version,
            "state": self.state,
            "round": self.round,
            "draft_base_code": self.draft.base_code,
            "draft_specialty_code": self.draft.specialty_code,
            "draft_accepts_reallocation": self.draft.accepts_reallocation,
            "submission_number": self.submission_number,
            "base_code": self.submitted.base_code,
            "specialty_code": self.submitted.specialty_code,
            "accepts_reallocation": self.submitted.accepts_reallocation,
            "submitted_at": self.submitted_at,
            "remark": self.remark,
            "reason_code": self.reason_code,
            "not_selected": self.not_selected,
            "provisional_at": self.provisional_at,
            "audit_hash": self.audit_hash,
        }


@dataclass(frozen=True, slots=True)
class SavedSection:
    """A section of the live draft."""

    body: Mapping[str, Any] = field(repr=False)
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a command with the same key was answered, and the hash of that command's body."""

    body_hash: bytes
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything one read brings for one command: gate, application, milestones, seat, an earlier answer."""

    gate: GateRecord
    application: ApplicationRecord | None
    milestones: Milestones = field(default_factory=Milestones)
    seats_left: int = 0
    sections: Mapping[Section, SavedSection] = field(default_factory=dict)
    named_base: str = ""
    """Base of the submission that the command names; empty when there is no such submission."""
    answered: StoredAnswer | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One guarded write: the row as it becomes, and what is written beside it."""

    application: ApplicationRecord
    audit: Mapping[str, Any]
    deadline: datetime | None
    """The instant at which the decision stops to hold; compared with the database's clock under the gate."""
    fact: Fact | None = None
    section: Mapping[str, Any] | None = None
    submission: Mapping[str, Any] | None = None
    decision: Mapping[str, Any] | None = None
    seat: int = 0
    """Places taken (1) or given back (-1) at the base and specialty of the current submission."""


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """A base's window in a round; version 0 while nothing has been written about it."""

    base_code: str
    round: int
    version: int = 0
    milestones: Milestones = field(default_factory=Milestones)
    closed_at: datetime | None = None
    unreviewed: int = 0
    unselected: int = 0
