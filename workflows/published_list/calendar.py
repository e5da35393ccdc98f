"""WAIT: when a published list tells whom what. Pure: the time is always passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

from services.kit.quiet import not_after, not_before
from workflows.published_list.contract import ListProgress

_DAY_MINUTES = 1440
_REMINDERS_SPREAD = 120
_NEWS_SPREAD = 30
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of the end of verification: how many calendar days before it, and when it goes out."""

    days: float
    at: datetime


def settled(known: ListProgress) -> bool:
    """WAIT-31: nobody on the list is provisional, and no admission can be undone any more."""
    return not known.provisional and known.undo_until is None


def wait_end(moment: datetime, known: ListProgress) -> datetime:
    """WAIT-31: until when a list waits for `moment`: at once no longer when everything is settled.

    While the cycle is held the list asks again a calendar day later; while an admission can be undone, when it cannot.
    """
    if settled(known):
        return _LONG_AGO
    if known.held:
        return known.read_at + timedelta(seconds=known.day_seconds)
    if not known.provisional and known.undo_until is not None:
        return known.undo_until
    return moment


def publicity_news(known: ListProgress, spread_by: str) -> datetime:
    """WAIT-32: the end of the publicity is told from then on, not at night, and up to half an hour later still."""
    return _news(known, known.ends_at, spread_by)


def overdue_news(known: ListProgress, spread_by: str) -> datetime:
    """WAIT-35: what is overdue is told from the end of verification on, likewise."""
    return _news(known, known.verification_closes_at, spread_by)


def reminders(known: ListProgress, after: datetime, spread_by: str) -> list[Reminder]:
    """WAIT-33: the reminders later than `after`, earliest first: so many calendar days before verification ends.

    Never in a quiet time but before it, and up to two hours earlier still, so that they do not all go out at once.
    """
    day = timedelta(seconds=known.day_seconds)
    early = day / _DAY_MINUTES * (1 + crc32(spread_by.encode()) % _REMINDERS_SPREAD)
    ends = [(days, not_after(known.quiet, known.verification_closes_at - day * days)) for days in known.reminder_days]
    found = [Reminder(days, not_after(known.quiet, end - early)) for days, end in ends]
    return sorted((each for each in found if each.at > after), key=lambda each: each.at)


def next_moment(known: ListProgress, after: datetime, spread_by: str) -> datetime:
    """When the next reminder later than `after` goes out; when there is none, when it is told what is overdue."""
    following = reminders(known, after, spread_by)
    return following[0].at if following else overdue_news(known, spread_by)


def reminder_due(known: ListProgress, after: datetime, now: datetime, spread_by: str) -> Reminder | None:
    """WAIT-33: the reminder to send at `now`: of several whose moments have gone by the last one, and none too late."""
    if now >= known.verification_closes_at:
        return None
    passed = [each for each in reminders(known, after, spread_by) if each.at <= now]
    return passed[-1] if passed else None


def release(known: ListProgress, now: datetime) -> datetime:
    """WAIT-32: what is told late, after an outage, is not told at night either."""
    return not_before(known.quiet, now)


def _news(known: ListProgress, instant: datetime, spread_by: str) -> datetime:
    minute = timedelta(seconds=known.day_seconds) / _DAY_MINUTES
    late = minute * (crc32(spread_by.encode()) % _NEWS_SPREAD)
    return not_before(known.quiet, not_before(known.quiet, instant) + late)
