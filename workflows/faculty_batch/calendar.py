"""WAIT: what falls due in a registration batch, and when. Pure: the time is always passed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from services.kit.quiet import NIGHTS, not_after, not_before
from workflows.faculty_batch.contract import BatchClock, Errand

DRAFT_LEADS = (timedelta(hours=72), timedelta(hours=24))
"""How long before submissions end their owners are reminded of drafts."""
DECISION_LEADS = (timedelta(days=7), timedelta(days=3), timedelta(days=1))
"""How long before the batch closes 教学部 is reminded of what it has not decided."""

_SPREAD_MINUTES = 120
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One errand, when it falls due, and after which instant it is pointless (None: never)."""

    at: datetime
    errand: Errand
    until: datetime | None = None


def agenda(clock: BatchClock, spread_by: str) -> list[Due]:
    """WAIT-39: everything of the batch in order, done with or not: its opening, reminders, and its close.

    The opening is told by day; a reminder comes by day, earlier than planned, spread over two hours by `spread_by`.
    Nothing is reminded of before the batch was open.
    """
    opened = not_before(NIGHTS, clock.opens_at)
    found = [Due(opened, Errand.OPENED, clock.apply_until), Due(clock.closes_at, Errand.CLOSE)]
    found += [
        Due(at, errand, ends_at)
        for errand, ends_at, leads in (
            (Errand.DRAFTS, clock.apply_until, DRAFT_LEADS),
            (Errand.UNDECIDED, clock.closes_at, DECISION_LEADS),
        )
        for at in _moments(ends_at, leads, spread_by)
        if opened < at
    ]
    return sorted(found, key=lambda due: (due.at, due.errand))


def next_due(clock: BatchClock, handled_until: datetime, spread_by: str) -> Due:
    """The first errand later than what was handled; the close, which never is handled before the batch is over."""
    following = (due for due in agenda(clock, spread_by) if due.at > handled_until or due.errand is Errand.CLOSE)
    return next(following)


def sensible(clock: BatchClock, handled_until: datetime, now: datetime, spread_by: str) -> list[Due]:
    """WAIT-40: what to do of everything due at `now`: of several about the same only the last, and none too late.

    So after an outage nobody is told twice at once, nor that something ends soon which has ended; with nothing owed
    by then nobody is reminded.
    """
    passed = {due.errand: due for due in agenda(clock, spread_by) if handled_until < due.at <= now and due.until}
    return [due for due in passed.values() if due.until is not None and now < due.until and _owed(clock, due.errand)]


def pause_after(refusals: int) -> timedelta:
    """WAIT-41: how long to wait after a deed that came to nothing: a second, then twice as long each time, to a day."""
    return min(_FIRST_PAUSE * (1 << min(refusals, 20)), _LONGEST_PAUSE)


def _owed(clock: BatchClock, errand: Errand) -> bool:
    match errand:
        case Errand.DRAFTS:
            return clock.drafts > 0
        case Errand.UNDECIDED:
            return clock.undecided > 0
        case _:
            return True


def _moments(ends_at: datetime, leads: tuple[timedelta, ...], spread_by: str) -> Iterator[datetime]:
    early = timedelta(minutes=1 + crc32(spread_by.encode()) % _SPREAD_MINUTES)
    for lead in leads:
        yield not_after(NIGHTS, not_after(NIGHTS, ends_at - lead) - early)
