"""What others may know of FacultyBatch: its name, ids, messages and status. Ids, versions, counts; no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAME = "FacultyBatch"
TASK_QUEUE = "residency-faculty"
"""What waits for faculty has a queue of its own: it never stands before a phase or a window, nor behind one."""

RECHECK = "recheck"
STATUS = "status"

LONGEST_HISTORY = 1_000
"""Events after which a run hands over to the next."""


def workflow_id(batch_id: str) -> str:
    """The one workflow of a batch."""
    return f"batch/{batch_id}"


class Errand(StrEnum):
    """What a batch has done at a moment."""

    OPENED = "opened"
    """It has opened: whom it concerns is told."""
    DRAFTS = "drafts"
    """Submissions end soon: who has not submitted is reminded."""
    UNDECIDED = "undecided"
    """It closes soon: 教学部 is reminded of what waits for its decision."""
    CLOSE = "close"
    """It has closed: what was not decided ends."""


@dataclass(frozen=True, slots=True)
class BatchMoved:
    """Signal: the batch is at `version` now; ask anew. A version known already does no harm."""

    version: int


@dataclass(frozen=True, slots=True)
class BatchMemory:
    """What a run hands to the next when its history has grown long: until when everything due was done."""

    handled_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchStart:
    """Starts the wait of a batch of an organisation, a base or a province."""

    batch_id: str
    organisation_code: str
    memory: BatchMemory | None = None


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """Activity input: which batch."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class BatchClock:
    """Activity output: the batch as faculty answered it at `read_at`, by the database's clock. Aware UTC.

    `drafts` are not submitted or were returned, `undecided` wait for 教学部. Of a batch that is `gone` nothing else
    is known.
    """

    opens_at: datetime
    apply_until: datetime
    closes_at: datetime
    drafts: int
    undecided: int
    version: int
    read_at: datetime
    gone: bool = False


@dataclass(frozen=True, slots=True)
class BatchReminder:
    """Activity input: tell whom `errand` concerns, once per errand and moment `due_at`."""

    batch_id: str
    errand: Errand
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Activity output: how many were told."""

    count: int


@dataclass(frozen=True, slots=True)
class Expired:
    """Activity output: how many ended undecided; `closed` is False when the batch is open by faculty's clock."""

    count: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """Query answer. Instants are None before faculty's first answer; `next_errand` is empty when none lies ahead."""

    opens_at: datetime | None
    apply_until: datetime | None
    closes_at: datetime | None
    version: int
    next_errand: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Result: how many ended undecided."""

    expired: int
