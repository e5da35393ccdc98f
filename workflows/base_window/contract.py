"""What others may know of BaseWindow: its name, ids, messages and status. Ids, versions and enums only, no people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from services.kit.quiet import QuietHours

NAME = "BaseWindow"
TASK_QUEUE = "residency-windows"

DECISIONS_MADE = "decisions_made"
RECHECK = "recheck"
STATUS = "status"

LARGEST_BATCH = 25
"""Decisions in one signal at most: keeps the history of a base with 400 applications under 400 events."""

LONGEST_HISTORY = 1_000
"""Events after which a run hands over to the next."""


def workflow_id(cycle_id: str, base_code: str, round_number: int) -> str:
    """The one workflow of a base in a round."""
    return f"window/{cycle_id}/{base_code}/{round_number}"


class DecisionKind(StrEnum):
    """What happened to an application."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROVISIONALLY_ADMITTED = "provisionally_admitted"
    NOT_SELECTED = "not_selected"
    WITHDRAWN = "withdrawn"
    ADMITTED = "admitted"
    PUBLISHED = "published"
    """A published list names the provisional admission."""
    UNDONE = "undone"
    """A place that was given is given no more: the base decides again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One fact about one application; `version` is the application's version after it, `at` when it happened.

    `at` is aware UTC by the clock of enrollment's database; None in facts of before it was told.
    """

    application_id: str
    version: int
    kind: DecisionKind
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionsMade:
    """Signal: news of this base's applications, in no particular order; repeats and old news do no harm.

    The bridge sends `of`, column by column: a batch is then read in a twentieth of the time that a list of messages
    takes. `at` is in seconds since 1970, 0 where it is not told. Whoever has one or two to tell may list `decisions`.
    """

    decisions: list[Decision] = field(default_factory=list)
    application_ids: list[str] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> DecisionsMade:
        """The same decisions, column by column."""
        return cls(
            application_ids=[decision.application_id for decision in decisions],
            versions=[decision.version for decision in decisions],
            kinds=[decision.kind.value for decision in decisions],
            at=[decision.at.timestamp() if decision.at else 0.0 for decision in decisions],
        )

    def told(self) -> list[Decision]:
        """All that is told, however it was written."""
        columns = zip(self.application_ids, self.versions, self.kinds, self.at, strict=True)
        return [
            *self.decisions,
            *[
                Decision(one, version, DecisionKind(kind), datetime.fromtimestamp(at, UTC) if at else None)
                for one, version, kind, at in columns
            ],
        ]


@dataclass(frozen=True, slots=True)
class WindowMoved:
    """Signal: a date of this window was set or moved; read it again."""

    round: int


@dataclass(frozen=True, slots=True)
class WindowMemory:
    """What a run hands to the next when its history has grown long: nothing that grows with the applications.

    `handled_until`: whatever was due until then was done, or makes no sense any more. `heard` and `digest_done` are
    of runs that began before `window-in-full`.
    """

    heard: list[Decision] = field(default_factory=list)
    digest_done: bool = False
    handled_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WindowStart:
    """Starts the window of `base_code` in `round` of `cycle_id`."""

    cycle_id: str
    base_code: str
    round: int
    memory: WindowMemory | None = None


@dataclass(frozen=True, slots=True)
class WindowQuestion:
    """Activity input: which window."""

    cycle_id: str
    base_code: str
    round: int


@dataclass(frozen=True, slots=True)
class WindowTimes:
    """Activity output: the window as enrollment answered it at `read_at`, by its database's clock. Instants are UTC.

    `review_deadline` is the end of verdicts: the base's own date, or the end of the round. `pending` counts the
    applications that wait for a verdict, `late_pending` those of them that were repaired after a late rejection and may
    be reviewed until the round ends. `decided` have a verdict, `to_select` of them are approved and neither selected
    nor marked as not selected, `unpublished` provisionally admitted and on no list where the policy asks for one.
    `fixable` were rejected and may still repair; `fix_until` is the latest end of a window after a late rejection, past
    or not. `over` holds once the
    gate has left the round, `closed` once it was written down how the window ended, `held` while everything stands
    still. Histories recorded before a field existed lack it: hence the defaults.
    """

    opens_at: datetime
    closes_at: datetime
    review_deadline: datetime
    pending: int
    over: bool
    day_seconds: float
    closed: bool = False
    written_exam: datetime | None = None
    interview: datetime | None = None
    pre_admission: datetime | None = None
    phase: str = ""
    late_pending: int = 0
    decided: int = 0
    to_select: int = 0
    unpublished: int = 0
    fixable: int = 0
    fix_until: datetime | None = None
    held: bool = False
    read_at: datetime | None = None
    reminder_hours: list[float] = field(default_factory=list)
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class WindowCount:
    """Activity output: applications never reviewed, and approved ones never selected, when the round ended.

    `closed` is False when enrollment refused because the round goes on by its clock and calendar: nothing is written.
    """

    unreviewed: int
    unselected: int
    closed: bool = True


class Milestone(StrEnum):
    """What a window waits for: a base's own dates, and the end of the verdicts on what was repaired late."""

    REVIEW_DEADLINE = "review_deadline"
    WRITTEN_EXAM = "written_exam"
    INTERVIEW = "interview"
    PRE_ADMISSION = "pre_admission"
    LATE_REVIEW = "late_review"


class NoticeTemplate(StrEnum):
    """Notices that a window sends; to its base's staff, but for the last two: to the province, and to applicants."""

    REVIEW_DIGEST = "review_digest"
    WINDOW_NOT_REVIEWED = "window_not_reviewed"
    WINDOW_NOT_PUBLISHED = "window_not_published"
    WINDOW_DIGEST = "window_digest"
    MILESTONE_REMINDER = "milestone_reminder"
    MILESTONE_OVERDUE = "milestone_overdue"
    FIX_REMINDER = "fix_reminder"


@dataclass(frozen=True, slots=True)
class BaseNotice:
    """Activity input: tell the staff of the base, once per window and template, that `count` applications wait.

    Seen from `release_at` on; None: at once.
    """

    cycle_id: str
    base_code: str
    round: int
    template: NoticeTemplate
    count: int
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MilestoneNotice:
    """Activity input: one notice about `milestone`, which lies at `at`: once per window, template, milestone, its date
    and `lead` (the calendar hours before it; 0 afterwards).

    `count` applications are concerned; `remaining` of them will be left at this pace (a digest only). Seen from
    `release_at` on; None: at once.
    """

    cycle_id: str
    base_code: str
    round: int
    template: NoticeTemplate
    milestone: Milestone
    at: datetime
    lead: float
    count: int
    remaining: int = 0
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FixReminder:
    """Activity input: remind everybody who was rejected in the window and may still repair, once per person and end.

    Seen from `release_at` on; None: at once.
    """

    cycle_id: str
    base_code: str
    round: int
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reminded:
    """Activity output: how many people were concerned."""

    count: int


@dataclass(frozen=True, slots=True)
class WindowStatus:
    """Query answer. `waiting` is enrollment's last count, moved on by what was heard since; `verdicts` counts the
    applications decided; `verdicts_a_day` is their pace per calendar day since the round opened. `waits_for` is what
    the window waits for now; `finished` holds while all is decided and published and nothing can come."""

    opens_at: datetime | None
    closes_at: datetime | None
    waiting: int
    heard: int
    verdicts: int
    verdicts_a_day: float
    digest_done: bool
    waits_for: str = ""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class WindowEnded:
    """Result. `closed` is False when the round had been over before this window began, and nothing was done.

    `early` when all had been decided and published before the round closed; `unpublished` were on no list then.
    """

    closed: bool
    unreviewed: int
    unselected: int
    unpublished: int = 0
    early: bool = False
