"""What the store reads and writes: plain rows, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.case import Moment, Standing
from services.enrollment.domain.choice import Catalogue, Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import Phase, standing_round
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.sending import Decided
from services.enrollment.domain.unlock import Unlocked
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
    edition: int = 1
    """Number of calendar, policy, plan and programmes that this was read with; the gate names the present one."""
    draft: bool = False
    """Prepared and not yet confirmed: nothing begins."""


@dataclass(frozen=True, slots=True)
class GateRecord:
    """Where a cycle's gate stands, and the database's clock when that was read."""

    phase: Phase
    sequence: int
    closes_at: datetime | None
    now: datetime
    edition: int = 1
    round: int = 0
    """Review round of the phase; 0 when none."""
    held_since: datetime | None = None
    """Since when the cycle is held; then also `closes_at`."""
    epoch: int = 1
    """Epoch of the database."""

    @property
    def standing(self) -> int:
        """CAL-14: the round that what is submitted now belongs to; more than any once the last has ended."""
        return standing_round(self.phase, self.round)

    def moment(self, cycle: CycleRecord) -> Moment:
        """The same for the pure rules."""
        phases = cycle.calendar.phases
        return Moment(
            *(self.phase, self.round, self.now, self.closes_at, phases[self.sequence].opens_at),
            phases[self.sequence + 1 :],
            cycle.calendar.day,
            self.held_since is not None,
        )


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
    marks: Marks = field(default_factory=Marks)

    def standing(self, seats_left: int = 1, unlocked: Mapping[Section, Unlocked] | None = None) -> Standing:
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
            unlocked or {},
            self.marks,
        )


@dataclass(frozen=True, slots=True)
class SavedSection:
    """A section of the live draft."""

    body: Mapping[str, Any] = field(repr=False)
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a command with the same key was answered (sealed, if it is about a person), and the hash of its body."""

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
    """Base of the submission that the command names, when that is not the current one; empty when there is none."""
    answered: StoredAnswer | None = None
    unlocked: Mapping[Section, Unlocked] = field(default_factory=dict)
    """Sections of the person's own application that are unlocked now."""

    @property
    def decided(self) -> Decided:
        """What a decision in this situation is told by."""
        return Decided(self.gate.now, self.milestones)


@dataclass(frozen=True, slots=True)
class SectionWrite:
    """A section of the live draft as it was saved."""

    section: Section
    body: Mapping[str, Any] = field(repr=False)
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenDossier:
    """The sections as they are frozen with a submission, and the keyed hash that the audit names."""

    sections: Mapping[Section, Mapping[str, Any]] = field(repr=False)
    fingerprint: bytes
    correction_of: int = 0
    """Number of the submission of which this is a correction; 0 when the applicant submitted."""


@dataclass(frozen=True, slots=True)
class UnlockRecord:
    """Sections of one application that may be edited for a while; `ended_at` when it ended before its time."""

    id: str
    application_id: str
    sections: tuple[Section, ...]
    since: datetime
    until: datetime
    reason: str = field(repr=False)
    granted_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnlockWrite:
    """An unlock as it becomes, and until when any section of its application is unlocked then."""

    unlock: UnlockRecord
    unlocked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the staff of a base decided; who, when and on what stands in the audit and the application."""

    kind: str
    reason_code: str
    remark: str = field(repr=False)
    qualified: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One plain statement of a guarded write; when it changes another number of rows than `rows`, nothing is written.

    `rows` None: any number is right.
    """

    sql: str
    values: tuple[Any, ...] = field(repr=False)
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarWrite:
    """Another version of a cycle's calendar, made from what was read with `edition` of it."""

    edition: int
    content: Mapping[str, Any]
    """The calendar as `calendar_version` keeps it."""
    amendment: Mapping[str, Any]
    """The row of `calendar_amendment` as it becomes."""
    holds_until: datetime | None
    """The instant at which the decision stops to hold; compared with the database's clock."""
    shift_seconds: float = 0.0
    """By how much what waits for a person moves when the cycle goes on."""
    shift_detail: str = ""
    """What the audit of those says."""


@dataclass(frozen=True, slots=True)
class Write:
    """One guarded write: the row as it becomes, and what is written beside it."""

    application: ApplicationRecord
    audit: Mapping[str, Any]
    deadline: datetime | None
    """The instant at which the decision stops to hold; compared with the database's clock under the gate."""
    fact: Fact | None = None
    """About the application as it becomes."""
    section: SectionWrite | None = None
    dossier: FrozenDossier | None = None
    """The dossier of the current submission."""
    verdict: Verdict | None = None
    seat: int = 0
    """Places taken (1) or given back (-1) at the base and specialty of the current submission."""
    unlock: UnlockWrite | None = None
    """Then nothing else of the application changes than its version."""
    marks: bool = False
    """Write `application.marks` too."""
    also: tuple[Statement, ...] = ()
    """Rows of other tables, in the same transaction, in this order."""


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


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """How the applications to a base in a round stand at `read_at`; see the contract's `Window` for each count."""

    read_at: datetime
    pending: int
    late_pending: int
    approved: int
    not_selected: int
    rejected: int
    fixable: int
    fix_until: datetime | None
    provisional: int
    unpublished: int
    admitted: int
