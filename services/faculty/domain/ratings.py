"""RATE-01 to RATE-08: what trainees say of their teachers: anonymous, together, and what a year comes to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from services.kit.domain import DomainError, Kind

ITEMS: Mapping[str, tuple[str, str]] = {
    "attitude": ("教学态度", "Attitude to teaching"),
    "rounds": ("教学查房与病例讨论", "Teaching rounds and case discussions"),
    "skills": ("操作技能指导", "Teaching of skills"),
    "records": ("病历书写批改", "Correction of medical records"),
    "feedback": ("考核与反馈", "Assessment and feedback"),
    "ethics": ("医德医风", "Professional conduct"),
}
"""RATE-04: every item of a rating, from 1 to 5."""
PORTION = 3
"""RATE-06: so many ratings, at least, join those that are told, and all at once; whatever a base configures."""
GRADES: Sequence[tuple[float, str]] = ((4.5, "excellent"), (3.75, "good"), (3.0, "qualified"), (0.0, "unqualified"))
"""RATE-07: the least mean of each result, from the best."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a trainee with one teacher of a department; `month` is its first day."""

    trainee_id: str
    department_code: str
    month: date
    teacher_id: str
    base_code: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Ratings of one teacher in one year, added up."""

    year: int
    count: int
    means: Mapping[str, float]

    @property
    def mean(self) -> float:
        """Of all items."""
        return sum(self.means.values()) / len(self.means) if self.means else 0.0


def last_day(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def opens(month: date, zone: tzinfo) -> datetime:
    """RATE-02: a month can be rated once it is over; aware UTC."""
    return datetime.combine(last_day(month) + timedelta(days=1), time(), zone).astimezone(UTC)


def closes(month: date, rating_days: int, zone: tzinfo) -> datetime:
    """RATE-02: until so many days after it; the first instant at which it is too late."""
    return datetime.combine(last_day(month) + timedelta(days=rating_days + 1), time(), zone).astimezone(UTC)


def first_open_month(today: date, rating_days: int) -> date:
    """RATE-06: the earliest month whose ratings are still coming in on a day; months before it are told together."""
    month = today.replace(day=1)
    while last_day(before := (month - timedelta(days=1)).replace(day=1)) + timedelta(days=rating_days) >= today:
        month = before
    return month


def last_told(counts: Mapping[date, int]) -> date:
    """RATE-06: the last month told of one department and year, given how many rated each closed month.

    Months are told in order, in portions: whoever compares two readings, of different days or of a department and its
    base, is left with the sum of `PORTION` ratings or more, never with one trainee's. `date.min` while there are none.
    """
    told, waiting = date.min, 0
    for month in sorted(counts):
        waiting += counts[month]
        if waiting >= PORTION:
            told, waiting = month, 0
    return told


def check_window(month: date, rating_days: int, now: datetime, zone: tzinfo) -> None:
    """RATE-02. Raises NOT_NOW MONTH_RUNNING with `until`, RATING_OVER."""
    begins = opens(month, zone)
    if now < begins:
        raise DomainError(Kind.NOT_NOW, "MONTH_RUNNING", "本月轮转结束后才能评价。", rule="RATE-02", until=begins)
    if now >= closes(month, rating_days, zone):
        raise DomainError(Kind.NOT_NOW, "RATING_OVER", "该月的评价已截止。", rule="RATE-02")


def check_scores(scores: Mapping[str, int]) -> None:
    """RATE-04: every item, none other, each from 1 to 5. Raises INVALID SCORES_INCOMPLETE, SCORE_OUTSIDE."""
    if set(scores) != set(ITEMS):
        raise DomainError(Kind.INVALID, "SCORES_INCOMPLETE", "请对每一项打分。", field="scores", rule="RATE-04")
    if any(not 1 <= score <= 5 for score in scores.values()):
        raise DomainError(Kind.INVALID, "SCORE_OUTSIDE", "每项为1至5分。", field="scores", rule="RATE-04")


def check_not_oneself(person_id: str, teacher_id: str) -> None:
    """RATE-03: nobody rates themselves. Raises FORBIDDEN OWN_CASE."""
    if person_id == teacher_id:
        raise DomainError(Kind.FORBIDDEN, "OWN_CASE", "不能评价本人。", rule="RATE-03")


def shown(tally: Tally, least: int) -> bool:
    """RATE-05: fewer than so many are never shown: they could be told apart."""
    return tally.count >= least


def result_of(tally: Tally, least: int) -> str:
    """RATE-07: what a year comes to; empty when too few have rated."""
    if not shown(tally, least):
        return ""
    return next(grade for floor, grade in GRADES if tally.mean >= floor)


def parse_month(text: str, field: str = "month") -> date:
    """A month as YYYY-MM, as its first day. Raises INVALID NO_SUCH_MONTH."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise DomainError(Kind.INVALID, "NO_SUCH_MONTH", "没有这个月份，请检查。", field=field) from None
