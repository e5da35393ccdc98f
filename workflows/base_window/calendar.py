"""WAIT: what falls due in a window, and when. Pure: the time is always passed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from services.kit.quiet import NEVER, not_after, not_before
from workflows.base_window.contract import Milestone, WindowTimes

_DAY_HOURS = 24
_SPREAD_MINUTES = 120
_SHORTEST_PAUSE = timedelta(milliseconds=250)
_LONGEST_PAUSE = timedelta(seconds=5)
NO_NEWCOMERS = "first_choice"
"""The phase in which nobody submits but who repairs what was rejected (rules-enrollment B4)."""


class Errand(StrEnum):
    """What is done when something falls due."""

    REMIND = "remind"
    DIGEST = "digest"
    FIX = "fix"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Due:
    """At `at` the window does `errand` about `milestone`, which lies at `milestone_at`, `lead` calendar hours later."""

    at: datetime
    errand: Errand
    milestone: Milestone
    milestone_at: datetime
    lead: float = 0.0


def digest_moment(window: WindowTimes, spread_by: str) -> datetime:
    """WAIT-05: the digest goes out 24 calendar hours before verdicts end, and up to two hours earlier still.

    How many minutes of the two hours follows from `spread_by`, so that the windows of a province do not all fire at one
    instant. Calendar hours shrink with the window's `day_seconds`. Only runs that began before `window-in-full` ask.
    """
    return window.review_deadline - _hours(window, _DAY_HOURS) - _spread(window, spread_by)


def digest_is_due(window: WindowTimes, now: datetime) -> bool:
    """WAIT-06: staff who owe something hear it once, and only while they can still act."""
    return window.pending > 0 and now < window.review_deadline


def agenda(window: WindowTimes, spread_by: str) -> list[Due]:
    """WAIT-20: what falls due between the opening and the close, in order; empty once the window has finished.

    Before each date of the base it reminds as many calendar hours as the province says, in a humane moment and never
    later than that (up to two hours earlier, by the hash of `spread_by`). The last reminder before verdicts end is the
    digest, and with it go reminders to whoever may still repair. When a date has passed, what is owed is overdue.
    """
    if finished(window):
        return []
    dues = [*_before(window, spread_by), *_after(window, spread_by), *_late(window, spread_by)]
    return sorted((due for due in dues if window.opens_at < due.at < window.closes_at), key=_order)


def next_due(dues: Iterable[Due], handled_until: datetime) -> datetime | None:
    """When something of `dues` falls due after `handled_until`; None when nothing does before the close."""
    return next((due.at for due in dues if due.at > handled_until), None)


def sensible(dues: Iterable[Due], handled_until: datetime, now: datetime) -> list[Due]:
    """WAIT-21: what is to be done now of what fell due since `handled_until`.

    After an outage a reminder of a date that has passed is left out, and of several about one date only the last is
    sent; what is overdue still is.
    """
    fallen = [due for due in dues if handled_until < due.at <= now]
    latest = {(due.milestone, due.errand is Errand.FIX): due for due in fallen if _still_ahead(due, now)}
    return [due for due in fallen if due.errand is Errand.OVERDUE or due in latest.values()]


def owed(window: WindowTimes, due: Due) -> int:
    """WAIT-22: how many applications `due` is about; with none it is not done.

    Before an exam or an interview the base minds those it may see there; overdue is what nobody decided in time.
    """
    if due.errand is Errand.FIX:
        return window.fixable
    if due.milestone is Milestone.LATE_REVIEW:
        return window.late_pending
    in_time = window.pending - window.late_pending
    if due.milestone is Milestone.REVIEW_DEADLINE:
        return in_time
    if due.errand is Errand.OVERDUE and due.milestone is not Milestone.PRE_ADMISSION:
        return in_time if due.milestone_at < window.review_deadline else 0
    return in_time + window.to_select


def finished(window: WindowTimes) -> bool:
    """WAIT-23: a window ends early once all is decided, selected and published and nothing can come any more.

    Only in the first choice, where nobody new submits, and not while somebody rejected may still repair. Its books are
    closed when the round does: until then it is quiet, and wakes when a place is lost or something comes in after all.
    """
    owes = window.pending + window.to_select + window.unpublished
    return window.phase == NO_NEWCOMERS and not owes and not window.fixable


def forecast(window: WindowTimes, now: datetime) -> int:
    """WAIT-24: how many applications will wait when verdicts end, at the pace since the round opened."""
    elapsed, left = now - window.opens_at, window.review_deadline - now
    if elapsed <= timedelta(0) or left <= timedelta(0):
        return window.pending
    return max(0, window.pending - int(window.decided * (left / elapsed)))


def has_ended(window: WindowTimes, now: datetime) -> bool:
    """True once the round is over by either clock."""
    return window.over or now >= window.closes_at


def release(window: WindowTimes, now: datetime) -> datetime | None:
    """From when news of now is seen: None for at once, otherwise the end of the quiet time."""
    at = not_before(window.quiet or NEVER, now)
    return at if at > now else None


def pause_after_refusal(window: WindowTimes) -> timedelta:
    """WAIT-27: how long to wait when enrollment says the round goes on although our clock says it is over.

    What its clock still lacked when it was last asked; between a quarter of a second and five seconds.
    """
    lacking = window.closes_at - window.read_at if window.read_at else _SHORTEST_PAUSE
    return min(max(lacking, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def word_for_wait(window: WindowTimes, dues: Iterable[Due], handled_until: datetime) -> str:
    """What the window waits for, in a word: `resume`, one of its milestones, or `close`."""
    if window.held:
        return "resume"
    return next((due.milestone.value for due in dues if due.at > handled_until), "close")


def calendar_days_since(opens_at: datetime, now: datetime, day_seconds: float) -> float:
    """Calendar days, with fractions, from `opens_at` to `now`; 0 before."""
    return max(0.0, (now - opens_at).total_seconds() / day_seconds)


def day_of(window: WindowTimes) -> timedelta:
    """Real time a calendar day takes."""
    return timedelta(seconds=window.day_seconds)


def _dates(window: WindowTimes) -> list[tuple[Milestone, datetime]]:
    dates = [(one, getattr(window, one.value, None)) for one in Milestone]
    return [(one, at) for one, at in dates if at is not None and at <= window.closes_at]


def _before(window: WindowTimes, spread_by: str) -> Iterator[Due]:
    leads = sorted(window.reminder_hours, reverse=True)
    for milestone, at in _dates(window):
        for lead in leads:
            moment = _humane(window, at, lead, spread_by)
            last_of_review = milestone is Milestone.REVIEW_DEADLINE and lead == leads[-1]
            yield Due(moment, Errand.DIGEST if last_of_review else Errand.REMIND, milestone, at, lead)
            if last_of_review:
                yield Due(moment, Errand.FIX, milestone, at, lead)


def _after(window: WindowTimes, spread_by: str) -> Iterator[Due]:
    for milestone, at in _dates(window):
        yield Due(at + _spread(window, spread_by), Errand.OVERDUE, milestone, at)


def _late(window: WindowTimes, spread_by: str) -> Iterator[Due]:
    """WAIT-25: rejected too late to repair before the deadline, somebody has a fix window of their own (B7 7).

    Once the deadline has passed, whoever has one is reminded; when the last of them ends, and before the round does,
    the base is reminded of what was repaired, on which it decides until the round closes.
    """
    deadline = window.review_deadline
    if deadline >= window.closes_at:
        return
    if window.fix_until is not None and window.fix_until > deadline:
        yield Due(deadline + _spread(window, spread_by), Errand.FIX, Milestone.LATE_REVIEW, window.fix_until)
        yield Due(window.fix_until, Errand.REMIND, Milestone.LATE_REVIEW, window.closes_at)
    if window.fix_until is not None or window.late_pending:
        for lead in window.reminder_hours:
            moment = _humane(window, window.closes_at, lead, spread_by)
            if moment > deadline:
                yield Due(moment, Errand.REMIND, Milestone.LATE_REVIEW, window.closes_at, lead)


def _humane(window: WindowTimes, at: datetime, lead: float, spread_by: str) -> datetime:
    quiet = window.quiet or NEVER
    return not_after(quiet, not_after(quiet, at - _hours(window, lead)) - _spread(window, spread_by))


def _still_ahead(due: Due, now: datetime) -> bool:
    return due.errand is not Errand.OVERDUE and now < due.milestone_at


def _order(due: Due) -> tuple[datetime, float]:
    return due.at, -due.lead


def _hours(window: WindowTimes, hours: float) -> timedelta:
    return day_of(window) / _DAY_HOURS * hours


def _spread(window: WindowTimes, spread_by: str) -> timedelta:
    return _hours(window, 1) / 60 * (crc32(spread_by.encode()) % _SPREAD_MINUTES)
