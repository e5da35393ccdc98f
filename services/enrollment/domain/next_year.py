"""The calendar of the year after (rule CAL-20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseDates, build_calendar
from services.kit.domain import DomainError

_WEEKS = timedelta(weeks=52)


def next_calendar(calendar: Calendar, time_zone: str) -> Calendar:
    """CAL-20: the same days of the same months, a year later.

    29 February becomes the first of March where something begins and 28 February where it ends. Where that leaves no
    day for a phase, every date moves by 52 weeks instead. Raises nothing: such a calendar is always in order.
    """
    try:
        return _moved(calendar, time_zone, first=_first_day, last=_last_day)
    except DomainError:
        return _moved(calendar, time_zone, first=_same_weekday, last=_same_weekday)


def next_title(title: str, year: int) -> str:
    """The title with the next year where it named `year`; with the next year behind it when it named none."""
    return title.replace(str(year), str(year + 1)) if str(year) in title else f"{title}({year + 1}年)"


def _moved(
    calendar: Calendar, time_zone: str, *, first: Callable[[date], date], last: Callable[[date], date]
) -> Calendar:
    dates = [
        PhaseDates(
            window.phase, window.name, first(window.first_day), last(window.last_day), window.key, window.gap_name
        )
        for window in calendar.phases
        if window.first_day is not None and window.last_day is not None
    ]
    milestones: list[MilestoneDate] = [replace(milestone, day=last(milestone.day)) for milestone in calendar.milestones]
    return build_calendar(dates, time_zone, milestones=milestones)


def _first_day(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def _last_day(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def _same_weekday(day: date) -> date:
    return day + _WEEKS
