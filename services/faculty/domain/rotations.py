"""ROT-12, ROT-13, ROT-18: stays of a trainee in departments: stored as days, shown as months (C7.18)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.kit.domain import DomainError, Kind

DAY = timedelta(days=1)
MOST_MONTHS = 36
"""ROT-18: months of one view, at most."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stay in one department; both days are included."""

    from_day: date
    until_day: date
    department_code: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one trainee in one department; `month` is its first day."""

    month: date
    department_code: str
    partial: bool
    """There for a part of the month only."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one stretch: its place in what was given, the column, and why."""

    n: int
    column: str
    code: str
    message: str
    rule: str


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_of(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last day of a month that is too short."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def months_from(first: date, last: date) -> list[date]:
    """First days of the months that two days touch."""
    found, month = [], first_of(first)
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def month_in(text: str, field: str) -> date:
    """ROT-18: the first day of a month `YYYY-MM`. Raises INVALID MONTH_MALFORMED."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        message = "月份应写作 2026-09 的样子。"
        raise DomainError(Kind.INVALID, "MONTH_MALFORMED", message, field=field, rule="ROT-18") from None


def day_in(text: str, field: str, rule: str) -> date:
    """A day `YYYY-MM-DD`. Raises INVALID DAY_MALFORMED."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = "日期应写作 2026-09-01 的样子，并且确有这一天。"
        raise DomainError(Kind.INVALID, "DAY_MALFORMED", message, field=field, rule=rule) from None


def view_months(from_month: str, until_month: str) -> tuple[date, date]:
    """ROT-18: first and last day of a view. Raises INVALID MONTH_MALFORMED, MONTHS_REVERSED or TOO_MANY_MONTHS."""
    first, last = month_in(from_month, "from_month"), month_in(until_month, "until_month")
    if last < first:
        message = "截止月份早于起始月份。"
        raise DomainError(Kind.INVALID, "MONTHS_REVERSED", message, field="until_month", rule="ROT-18")
    if add_months(first, MOST_MONTHS) <= last:
        message = f"一次最多查看{MOST_MONTHS}个月。"
        raise DomainError(Kind.INVALID, "TOO_MANY_MONTHS", message, field="until_month", rule="ROT-18")
    return first, last_of(last)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order of days, stays in one department that follow each other directly as one."""
    found: list[Stretch] = []
    for each in sorted(stretches):
        before = found[-1] if found else None
        if before and before.department_code == each.department_code and before.until_day + DAY == each.from_day:
            found[-1] = Stretch(before.from_day, each.until_day, each.department_code)
        else:
            found.append(each)
    return found


def before(stretches: Iterable[Stretch], day: date) -> list[Stretch]:
    """ROT-12: what of them lies before a day."""
    return merged(
        Stretch(each.from_day, min(each.until_day, day - DAY), each.department_code)
        for each in stretches
        if each.from_day < day
    )


def months_of(stretches: Iterable[Stretch], first: date = date.min, last: date = date.max) -> list[Month]:
    """ROT-18: the months of stays, in order, each with its department; those that `first` to `last` touch."""
    days: dict[tuple[date, str], int] = {}
    for each in sorted(stretches):
        if each.until_day < first or each.from_day > last:
            continue
        for month in months_from(max(each.from_day, first), min(each.until_day, last)):
            there = min(each.until_day, last_of(month)) - max(each.from_day, month) + DAY
            days[month, each.department_code] = days.get((month, each.department_code), 0) + there.days
    # A view that begins within a month still tells whether the stay fills it.
    return [Month(month, code, there < last_of(month).day) for (month, code), there in sorted(days.items())]


def faults(
    stretches: Sequence[Stretch],
    present: Sequence[Stretch],
    training: tuple[date | None, date | None],
    departments: frozenset[str],
    today: date,
) -> list[Fault]:
    """ROT-12, ROT-13: everything that keeps stretches from being a trainee's plan; `n` counts from 0, in their order.

    Days of training that nobody has set, departments of other bases, days the wrong way round or outside of the
    training, and stays that overlap are faults; so is another past than that of the `present` plan. A past that was
    never told may be: a base begins to use this in the middle of trainings.
    """
    found = []
    first, last = training
    if stretches and (first is None or last is None):
        message = "请先填写该学员的培训起止日期。"
        return [Fault(0, "起", "TRAINING_DAYS_UNKNOWN", message, "ROT-13")]
    for n, each in enumerate(stretches):
        if each.department_code not in departments:
            found.append(Fault(n, "科室代码", "UNKNOWN_DEPARTMENT", "本基地没有这个科室。", "ROT-13"))
        if each.until_day < each.from_day:
            found.append(Fault(n, "止", "DAYS_REVERSED", "截止日期早于起始日期。", "ROT-13"))
        elif first and last and not first <= each.from_day <= each.until_day <= last:
            message = f"不在培训期内（{first} 至 {last}）。"
            found.append(Fault(n, "起" if each.from_day < first else "止", "OUTSIDE_TRAINING", message, "ROT-13"))
    order = sorted(range(len(stretches)), key=lambda n: (stretches[n], n))
    reached: date | None = None
    for n in order:
        each = stretches[n]
        if reached is not None and each.from_day <= reached:
            found.append(Fault(n, "起", "OVERLAP", "与该学员的另一段轮转时间重叠。", "ROT-13"))
        reached = max(reached or each.until_day, each.until_day)
    past = before(present, today)
    if not found and past and before(stretches, today) != past:
        message = f"{today} 之前的轮转已经过去，不能改动。"
        changed = next((n for n in order if stretches[n].from_day < today), 0)
        found.append(Fault(changed, "起", "PAST_STAYS", message, "ROT-12"))
    return sorted(found, key=lambda fault: (fault.n, fault.column))
