"""Terms of appointments, in calendar days of the province's zone (APPT-02, APPT-03, APPT-16, C7.13, C7.16)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.faculty.domain.appointing import Case
from services.faculty.domain.appointment import RUNNING, Review, State
from services.faculty.domain.policy import FacultyPolicy

DAY = timedelta(days=1)


def term_end(from_day: date, months: int) -> date:
    """APPT-02: the last day of a term of whole months that begins on `from_day`.

    From 1 March it is the last of February; where the last month has no such day (31 August, 29 February), its last.
    """
    year, month = divmod(from_day.year * 12 + from_day.month - 1 + months, 12)
    month += 1
    longest = calendar.monthrange(year, month)[1]
    return date(year, month, from_day.day) - DAY if from_day.day <= longest else date(year, month, longest)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def last_day(until_day: date, ends_on: date | None, grace_days: int) -> date:
    """APPT-03: the last day on which somebody may teach: what was decided, or else the term and its days of grace."""
    in_the_end = until_day + timedelta(days=grace_days)
    return in_the_end if ends_on is None else min(ends_on, in_the_end)


NOTICE_DAYS = 30
"""A term that ends is told of so many days before."""
REMINDER_DAYS = (7, 1)
"""An open review is reminded of so many days before its last."""
REMINDER_HOUR = time(9)
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Ahead:
    """What an appointment waits for; instants are aware UTC, None for nothing of the kind."""

    term_ends_at: datetime | None = None
    ends_at: datetime | None = None
    review_year: int = 0
    """Of the open review, else of the one that opens next; 0 for none."""
    review_opens_at: datetime | None = None
    review_due_at: datetime | None = None
    remind_at: tuple[datetime, ...] = ()
    expiry_notice_at: datetime | None = None
    over: bool = False


def ahead(case: Case, policy: FacultyPolicy, from_day: date, until_day: date, *, told: bool, today: date) -> Ahead:
    """APPT-16: what lies ahead of an appointment. `told`: its person knows that the term ends.

    Nothing of reviews once an end is decided, and no review opens of somebody suspended. A review whose days are over
    is left out: who was appointed or suspended through all of them has the next year's.
    """
    if case.state not in RUNNING:
        return Ahead(over=case.state is not State.PENDING)
    term_ends_at = start_of(case.last_day + DAY)
    if case.ending and case.ends_on is not None:
        return Ahead(term_ends_at, start_of(case.ends_on + DAY))
    notice = None if told or case.renewal_pending else at_nine(until_day - timedelta(days=NOTICE_DAYS))
    if case.review is Review.DUE and case.review_due is not None:
        moments = tuple(at_nine(case.review_due - timedelta(days=days)) for days in REMINDER_DAYS)
        due_at = start_of(case.review_due + DAY)
        return Ahead(term_ends_at, None, case.review_year, None, due_at, moments, notice)
    if case.state is State.SUSPENDED or case.review is Review.DISMISSAL_PROPOSED:
        return Ahead(term_ends_at, review_year=case.review_year, expiry_notice_at=notice)
    year = next_review(policy, from_day, case.review_year, today)
    opens = policy.opens_in(year)
    if opens > case.last_day:
        return Ahead(term_ends_at, expiry_notice_at=notice)
    return Ahead(term_ends_at, None, year, start_of(opens), None, (), notice)


def next_review(policy: FacultyPolicy, from_day: date, done: int, today: date) -> int:
    """The year of the first review after the one of year `done` that opens after `from_day` and is not over yet."""
    year = max(from_day.year, done + 1)
    while policy.opens_in(year) <= from_day or policy.due_in(year) < today:
        year += 1
    return year


def start_of(day: date) -> datetime:
    """The instant at which a day begins."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def at_nine(day: date) -> datetime:
    """Nine in the morning of a day."""
    return datetime.combine(day, REMINDER_HOUR, ZONE).astimezone(UTC)
