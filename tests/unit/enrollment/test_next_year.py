"""The calendar of the year after."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.next_year import next_calendar, next_title
from services.enrollment.domain.phases import P1, P2, P5

ZONE = "Asia/Shanghai"


def _dates(*days: date) -> list[PhaseDates]:
    pairs = zip((P1, P2, P5), ("报名", "一志愿", "录取"), days[::2], days[1::2], strict=True)
    return [PhaseDates(phase, name, first, last, gap_name="公示") for phase, name, first, last in pairs]


def test_cal_20_the_same_days_a_year_later() -> None:
    """CAL-20."""
    days = (date(2023, 7, 1), date(2023, 7, 10), date(2023, 7, 11), date(2023, 7, 31), date(2023, 12, 20))
    exam = MilestoneDate("exam", P2.value, "统一考试", date(2023, 7, 20), exam=True)
    before = build_calendar(_dates(*days, date(2024, 1, 5)), ZONE, milestones=[exam])
    after = next_calendar(before, ZONE)
    assert [(one.key, one.name, one.gap_name, one.round) for one in after.phases] == [
        (one.key, one.name, one.gap_name, one.round) for one in before.phases
    ]
    assert (after.phases[1].first_day, after.phases[-2].last_day) == (date(2024, 7, 1), date(2025, 1, 5))
    assert after.phases[1].opens_at == datetime(2024, 6, 30, 16, tzinfo=UTC)
    assert [milestone.day for milestone in after.milestones] == [date(2024, 7, 20)]


def test_cal_20_a_day_that_the_next_year_has_not() -> None:
    """CAL-20: 29 February begins on the first of March and ends on the 28th; where that fits not, 52 weeks pass."""
    days = (date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 9), date(2024, 3, 10))
    after = next_calendar(build_calendar(_dates(*days, date(2024, 3, 20)), ZONE), ZONE)
    assert after.phases[1].last_day == date(2025, 2, 28)
    alone = (date(2024, 2, 1), date(2024, 2, 28), date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1))
    after = next_calendar(build_calendar(_dates(*alone, date(2024, 3, 20)), ZONE), ZONE)
    assert [after.phases[2].first_day, after.phases[2].last_day] == [date(2025, 2, 27)] * 2


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), min_size=6, max_size=6, unique=True))
def test_cal_20_every_calendar_has_a_next_year(days: list[date]) -> None:
    """CAL-20."""
    after = next_calendar(build_calendar(_dates(*sorted(days)), ZONE), ZONE)
    windows = [window for window in after.phases if window.opens_at and window.closes_at]
    assert all(window.opens_at < window.closes_at for window in windows)  # type: ignore[operator]
    assert all(one.closes_at <= following.opens_at for one, following in pairwise(windows))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("title", "after"), [("山东省2023年招录", "山东省2024年招录"), ("山东省招录", "山东省招录(2024年)")]
)
def test_a_title_names_its_year(title: str, after: str) -> None:
    assert next_title(title, 2023) == after
