"""What others may know of PublishedList: its name, ids, messages and status. Ids, versions and enums, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.quiet import NEVER, QuietHours

NAME = "PublishedList"
TASK_QUEUE = "residency-windows"
"""Lists share the queue of the windows: each wakes a few times in all."""

OBJECTIONS = "objections"
RECHECK = "recheck"
STATUS = "status"

LARGEST_BATCH = 25
"""Objections in one signal at most: each signal costs four events, and stays under 4 KB."""

LONGEST_HISTORY = 1_000
"""Events after which a run hands over to the next."""


def workflow_id(cycle_id: str, list_id: str) -> str:
    """The one workflow of a published list."""
    return f"list/{cycle_id}/{list_id}"


class ObjectionKind(StrEnum):
    """What was done about a person on the list."""

    FILED = "filed"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Objection:
    """One human deed about one person; `version` is the application's version after it, `at` when it was done.

    `frozen` says whether the person's admission waits since: dismissing one of two objections frees nobody.
    """

    application_id: str
    version: int
    kind: ObjectionKind
    frozen: bool = True
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ObjectionNews:
    """Signal: objections to people on this list, in no particular order; repeats and old news do no harm."""

    objections: list[Objection]


@dataclass(frozen=True, slots=True)
class ListMoved:
    """Signal: the calendar of the list's cycle is now at `calendar_version`; ask anew."""

    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class ListMemory:
    """What a run hands to the next when its history has grown long.

    `reminded` is the moment of the latest reminder that is done with; None before the first.
    """

    publicity_told: bool = False
    reminded: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListStart:
    """Starts the wait of a published list."""

    cycle_id: str
    base_code: str
    list_id: str
    memory: ListMemory | None = None


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """Activity input: which list."""

    list_id: str


@dataclass(frozen=True, slots=True)
class ListProgress:
    """Activity output: the list as enrollment answered it at `read_at`, by the database's clock. Aware UTC.

    `ends_at` is the end of the publicity, as printed on the list: it never moves. `verification_closes_at` is the end
    of final verification as the calendar has it now. Of `entries` people, `admissible` hold a provisional place that
    may become final, `objected` hold one that an objection freezes, `admitted` are admitted; the rest is not this
    list's any more. Until `undo_until` an admission may be undone. `base_provisional` counts everybody provisional at
    the base, whatever list names them. While `held`, the cycle stands still.
    """

    ends_at: datetime
    verification_closes_at: datetime
    entries: int
    admissible: int
    objected: int
    admitted: int
    base_provisional: int
    province_code: str
    held: bool
    day_seconds: float
    reminder_days: list[float]
    read_at: datetime
    number: int
    undo_until: datetime | None = None
    quiet: QuietHours = NEVER

    @property
    def provisional(self) -> int:
        """People who still are provisional: for them the list waits."""
        return self.admissible + self.objected


class NoticeTemplate(StrEnum):
    """Notices that a list sends: to its base's staff, the last one to the province's."""

    PUBLICITY_ENDED = "publicity_ended"
    VERIFICATION_REMINDER = "verification_reminder"
    VERIFICATION_OVERDUE = "verification_overdue"
    VERIFICATION_OVERDUE_PROVINCE = "verification_overdue_province"


@dataclass(frozen=True, slots=True)
class ListNotice:
    """Activity input: tell the staff of `organisation_code`, once per `key`, from `release_at` on.

    `count` is everybody provisional at the base; the numbers of one list are `number`, `admissible` and `objected`.
    """

    key: str
    template: NoticeTemplate
    organisation_code: str
    base_code: str
    count: int
    number: int
    admissible: int
    objected: int
    closes_at: datetime
    release_at: datetime


@dataclass(frozen=True, slots=True)
class ListStatus:
    """Query answer. `objected` is enrollment's last count, moved on by what was heard since.

    Instants are None before enrollment's first answer. `reminded` is the moment of the latest reminder done with.
    """

    ends_at: datetime | None
    verification_closes_at: datetime | None
    provisional: int
    objected: int
    publicity_told: bool
    reminded: datetime | None


@dataclass(frozen=True, slots=True)
class ListEnded:
    """Result: how many were still provisional when the list's wait ended; 0 when everything was settled."""

    overdue: int
