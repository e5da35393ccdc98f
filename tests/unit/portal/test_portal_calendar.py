"""Calendar time, deadlines and countdowns as pages say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from residency.enrollment.v1 import cycle_pb2
from services.portal.calendar import CycleCalendar, remaining

STARTS = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def _compressed(day_seconds: float = 2.0) -> CycleCalendar:
    cycle = cycle_pb2.Cycle(time_zone="Asia/Shanghai", day_seconds=day_seconds)
    phase = cycle.phases.add(phase=cycle_pb2.PHASE_REGISTRATION, first_day="2023-07-01", last_day="2023-07-10")
    phase.opens_at.FromDatetime(STARTS)
    return CycleCalendar.of(cycle)


def test_end_of_a_day_is_said_as_its_24_00() -> None:
    usual = CycleCalendar.usual()
    assert usual.deadline(datetime(2023, 7, 10, 16, 0, tzinfo=UTC)) == "7月10日（周一）24:00"
    assert usual.deadline(datetime(2023, 7, 10, 9, 30, tzinfo=UTC)) == "7月10日（周一）17:30"


def test_a_rehearsal_shows_the_dates_of_the_notice() -> None:
    calendar = _compressed()
    assert calendar.compressed
    assert calendar.moment(STARTS + timedelta(seconds=1)) == "7月1日 12:00"
    assert calendar.deadline(STARTS + timedelta(seconds=20)) == "7月10日（周一）24:00"


@pytest.mark.parametrize("calendar", [CycleCalendar.usual(), _compressed(), _compressed(0.7)])
def test_what_is_entered_comes_back(calendar: CycleCalendar) -> None:
    local = datetime(2023, 7, 20, 17, 45)  # noqa: DTZ001  (calendar time)
    assert calendar.local(calendar.instant(local)) == local


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(133_201, "1 天 13 小时"), (3_900, "1 小时 5 分"), (312, "5 分 12 秒"), (12.9, "12 秒"), (0, ""), (-5, "")],
)
def test_what_is_left(seconds: float, words: str) -> None:
    assert remaining(STARTS + timedelta(seconds=seconds), STARTS) == words
