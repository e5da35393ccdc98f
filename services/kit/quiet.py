"""When people may be disturbed (MSG-08): pure arithmetic over a calendar whose days may be compressed.

A day is `anchor + n * day_seconds`; minutes of the day are compressed with it. News waits for the end of a quiet time
(`not_before`), a reminder comes before its beginning (`not_after`). The very ends of a quiet time are not quiet, so
that both answers are instants at which something may be sent. Instants are aware, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTES = 1440
"""Minutes of a day."""

_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every day it is quiet from `from_minute` until `until_minute`, past midnight when that is earlier; equal: never.

    On the days of an exam it is quiet from midnight until `exam_until_minute` too; 0: no exception. Raises ValueError
    for a minute that no day has, for a day without length, and for an anchor without a zone.
    """

    anchor: datetime
    """The beginning of some calendar day."""
    day_seconds: float
    """Real seconds a calendar day lasts."""
    from_minute: int
    until_minute: int
    exam_until_minute: int = 0
    exam_days: frozenset[datetime] = frozenset()
    """An instant on each day with an exam."""

    def __post_init__(self) -> None:
        if not all(0 <= m < MINUTES for m in (self.from_minute, self.until_minute, self.exam_until_minute)):
            raise ValueError("a day has no such minute")
        if self.day <= timedelta() or self.anchor.tzinfo is None:
            raise ValueError("a calendar has days with a length and an instant at which one begins")

    @property
    def day(self) -> timedelta:
        """Real time a calendar day takes."""
        return timedelta(seconds=self.day_seconds)

    def day_of(self, instant: datetime) -> int:
        """The how-manieth day after the anchor's `instant` lies in; negative before it."""
        return (instant - self.anchor) // self.day


NEVER = QuietHours(datetime(1970, 1, 1, tzinfo=UTC), 86_400.0, 0, 0)
"""Where nothing is said of quiet hours."""

NIGHTS = QuietHours(datetime(2019, 12, 31, 16, tzinfo=UTC), 86_400.0, 22 * 60, 8 * 60)
"""From ten in the evening until eight in the morning by China's clock: where no calendar says otherwise."""


def minute_of_day(time: str) -> int:
    """The minute of the day of an `HH:MM`; 0 for an empty one. Raises ValueError for anything else."""
    if not time:
        return 0
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def is_quiet(quiet: QuietHours, instant: datetime) -> bool:
    """MSG-08: whether nothing may be sent at `instant`."""
    return _span_around(quiet, instant) is not None


def not_before(quiet: QuietHours, instant: datetime) -> datetime:
    """MSG-08: the first instant from `instant` on at which something may be sent: news waits."""
    while (span := _span_around(quiet, instant)) is not None:
        instant = span[1]
    return instant


def not_after(quiet: QuietHours, instant: datetime) -> datetime:
    """MSG-08: the last instant up to `instant` at which something may be sent: a reminder comes earlier."""
    while (span := _span_around(quiet, instant)) is not None:
        instant = span[0]
    return instant


def _span_around(quiet: QuietHours, instant: datetime) -> _Span | None:
    return next((span for span in _spans(quiet, quiet.day_of(instant)) if span[0] < instant < span[1]), None)


def _spans(quiet: QuietHours, number: int) -> Iterator[_Span]:
    """The quiet times that may lie around an instant of day `number`: its own, and the night that began before it."""
    start, until = quiet.from_minute, quiet.until_minute
    if start != until:
        over = 1 if until < start else 0
        for day in (number - over, number):
            yield _at(quiet, day, start), _at(quiet, day + over, until)
    if quiet.exam_until_minute and number in {quiet.day_of(exam) for exam in quiet.exam_days}:
        yield _at(quiet, number, 0), _at(quiet, number, quiet.exam_until_minute)


def _at(quiet: QuietHours, day: int, minute: int) -> datetime:
    return quiet.anchor + day * quiet.day + quiet.day * (minute / MINUTES)
