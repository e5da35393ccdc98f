"""Published lists: what they show of a person, how long they stand, their hashes (LIST-01, LIST-03, LIST-04)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.working_days import WorkingDays

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on a list, as everybody sees it."""

    sequence: int
    masked_name: str = field(repr=False)
    masked_document: str = field(repr=False)
    specialty_code: str
    round: int
    rank: int = 0
    total: str = field(default="", repr=False)

    @property
    def hash(self) -> bytes:
        """LIST-04: SHA-256 of what the entry shows, as a JSON array."""
        return _sha256(
            [
                *(self.sequence, self.masked_name, self.masked_document, self.specialty_code),
                *(self.round, self.rank, self.total),
            ]
        )


@dataclass(frozen=True, slots=True)
class Head:
    """What a list says of itself."""

    cycle_id: str
    base_code: str
    number: int
    supplement_to: int
    published_at: datetime
    ends_at: datetime


def list_hash(head: Head, entries: Sequence[bytes]) -> bytes:
    """LIST-04: SHA-256 of a list's head and its entries' hashes, as a JSON array: whoever has the list can check it.

    Entries are hashed one by one so that a person forgotten later leaves the rest verifiable.
    """
    return _sha256(
        [
            *(head.cycle_id, head.base_code, head.number, head.supplement_to),
            *(_micros(head.published_at), _micros(head.ends_at)),
            [each.hex() for each in entries],
        ]
    )


def mask_name(name: str) -> str:
    """LIST-03: the first character of a name and one star, however long it is; empty stays empty."""
    return name[:1] + "*" if name else ""


def publicity_end(calendar: Calendar, published_at: datetime, number: int, working_days: WorkingDays) -> datetime:
    """LIST-01: a list stands until the end (24:00) of the `number`-th working day after the day of publication.

    Days are the calendar's: a rehearsal compresses them. Raises NOT_NOW `WORKING_DAYS_UNKNOWN`.
    """
    last = working_days.after(calendar.day_of(published_at), number)
    return calendar.instant_of(last + timedelta(days=1))


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _sha256(content: object) -> bytes:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()
