"""The year of Shandong 2023 as it runs, and wishes to change its calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.enrollment.domain.amendable import Change, Running, Wish
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.phases import P1, P2, P3, P4, P5
from services.enrollment.domain.policy import Policy

DATES = (
    PhaseDates(P1, "报名", date(2023, 7, 1), date(2023, 7, 10), "registration"),
    PhaseDates(P2, "一志愿", date(2023, 7, 11), date(2023, 7, 31), "first_choice", "复核"),
    PhaseDates(P3, "二志愿", date(2023, 8, 3), date(2023, 8, 10), "second_choice"),
    PhaseDates(P4, "调剂", date(2023, 8, 11), date(2023, 8, 15), "reallocation"),
    PhaseDates(P5, "核实", date(2023, 8, 16), date(2023, 8, 31), "confirmation"),
)
EXAM = MilestoneDate("exam", "first_choice", "笔试", date(2023, 7, 20), exam=True)
SCORES = MilestoneDate("scores", "second_choice", "公布成绩", date(2023, 8, 5))
KEYS = {entry.key: number for number, entry in enumerate(DATES, 1)}
ZONE = "Asia/Shanghai"


def day(month: int, number: int, hour: int = 12) -> datetime:
    """An hour of a day of 2023 in Shandong."""
    return datetime(2023, month, number, hour, tzinfo=UTC) - timedelta(hours=8)


def running(now: datetime, sequence: int, **more: Any) -> Running:
    """The year as it runs at `now`, its gate at phase `sequence`."""
    policy = Policy(**more.pop("policy", {}))
    calendar = build_calendar(DATES, ZONE, milestones=(EXAM, SCORES))
    return Running(calendar, ZONE, sequence, now, policy, **more)


IN_P0 = running(day(5, 1), 0)
IN_P1 = running(day(7, 5), 1)
IN_P2 = running(day(7, 25), 2)
IN_GAP = running(day(8, 1), 2)
IN_P3 = running(day(8, 4), 3)
IN_P5 = running(day(8, 20), 5)

Changed = Callable[[dict[str, PhaseDates]], dict[str, PhaseDates]]


def phase(key: str, /, **changes: Any) -> Changed:
    """One phase with other values."""
    return lambda dates: {**dates, key: replace(dates[key], **changes)}


def gone(*keys: str) -> Changed:
    """Without these."""
    return lambda dates: {key: entry for key, entry in dates.items() if key not in keys}


def more(entry: PhaseDates, **shifts: tuple[date, date]) -> Changed:
    """One more phase, others at other dates."""

    def change(dates: dict[str, PhaseDates]) -> dict[str, PhaseDates]:
        moved = {
            key: replace(known, first_day=shifts[key][0], last_day=shifts[key][1]) if key in shifts else known
            for key, known in dates.items()
        }
        return dict(sorted({**moved, "new": entry}.items(), key=lambda each: each[1].first_day))

    return change


def wish(*changes: Changed, milestones: tuple[MilestoneDate, ...] = (EXAM, SCORES)) -> Wish:
    """The whole calendar with changes."""
    dates = {entry.key: entry for entry in DATES}
    for change in changes:
        dates = change(dates)
    kept = tuple(each for each in milestones if each.phase_key in dates)
    return Wish(Change.AMEND, 1, tuple(dates.values()), kept)


ROUND = PhaseDates(P3, "三志愿", date(2023, 8, 11), date(2023, 8, 14))
LATER = {
    "reallocation": (date(2023, 8, 15), date(2023, 8, 19)),
    "confirmation": (date(2023, 8, 20), date(2023, 8, 31)),
}
RESUME, HOLD, ADVANCE, END = (Wish(kind, 1) for kind in (Change.RESUME, Change.HOLD, Change.ADVANCE, Change.END))
