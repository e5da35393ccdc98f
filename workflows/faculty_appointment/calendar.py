"""WAIT: what falls due in an appointment, and when. Pure: the time is always passed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from workflows.faculty_appointment.contract import AppointmentClock, Errand

LOOK_AGAIN = timedelta(days=30)
"""How long an appointment waits at most without asking: news may be lost, and what waits for people says no moment."""

_SPREAD_MINUTES = 30
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One errand, when it falls due, and the moment it is about: that of faculty's own calendar."""

    at: datetime
    errand: Errand
    about: datetime


def agenda(clock: AppointmentClock, reminded: datetime, spread_by: str) -> list[Due]:
    """WAIT-42: what lies ahead of an appointment, first things first.

    Of several reminders gone by only the last counts, and none once the review is due. The yearly reviews of a
    hospital open on one day: each opens, and is overdue, up to half an hour later, spread by `spread_by`. Nothing is
    begun of what would come after the end.
    """
    end = _end(clock)
    found = sorted(_found(clock, reminded, spread_by), key=lambda due: (due.at, due.errand))
    if end is None:
        return found
    return [*(due for due in found if due.at < end), Due(end, Errand.END, end)]


def next_due(clock: AppointmentClock, reminded: datetime, now: datetime, spread_by: str) -> Due | None:
    """WAIT-42: what comes first; None when it has no moment. What is over by now ends before anything else is done."""
    ahead = agenda(clock, reminded, spread_by)
    if ahead and ahead[-1].errand is Errand.END and ahead[-1].at <= now:
        return ahead[-1]
    return ahead[0] if ahead else None


def pause_after(refusals: int) -> timedelta:
    """WAIT-41: how long to wait after a deed that came to nothing: a second, then twice as long each time, to a day."""
    return min(_FIRST_PAUSE * (1 << min(refusals, 20)), _LONGEST_PAUSE)


def _found(clock: AppointmentClock, reminded: datetime, spread_by: str) -> Iterator[Due]:
    late = timedelta(minutes=crc32(spread_by.encode()) % _SPREAD_MINUTES)
    if clock.review_opens_at is not None:
        yield Due(clock.review_opens_at + late, Errand.OPEN_REVIEW, clock.review_opens_at)
    due_at = clock.review_due_at
    if due_at is not None and clock.review == "due":
        yield Due(due_at + late, Errand.OVERDUE, due_at)
        if clock.read_at < due_at:
            yield from _reminders([at for at in clock.remind_at if reminded < at < due_at], clock.read_at)
    if clock.expiry_notice_at is not None and clock.expiry_notice_at > reminded:
        yield Due(clock.expiry_notice_at, Errand.TERM, clock.expiry_notice_at)


def _reminders(moments: list[datetime], now: datetime) -> Iterator[Due]:
    passed = [at for at in sorted(moments) if at <= now]
    for at in (*passed[-1:], *(at for at in sorted(moments) if at > now)):
        yield Due(at, Errand.REMIND, at)


def _end(clock: AppointmentClock) -> datetime | None:
    return min((at for at in (clock.ends_at, clock.term_ends_at) if at is not None), default=None)
