"""Dates become windows: ordered, half-open, without overlap, at any speed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.calendar import Calendar, PhaseDates, build_calendar
from services.enrollment.domain.gate import check_entry
from services.enrollment.domain.milestones import Milestones, check_milestones
from services.enrollment.domain.phases import LISTED, ORDER, P0, P1, P2, P3, P4, P5, P6
from services.kit.domain import DomainError

SHANGHAI = "Asia/Shanghai"
DATES = [
    PhaseDates(P1, "报名", date(2023, 7, 1), date(2023, 7, 10)),
    PhaseDates(P2, "一志愿", date(2023, 7, 11), date(2023, 7, 31)),
    PhaseDates(P3, "二志愿", date(2023, 8, 1), date(2023, 8, 10)),
    PhaseDates(P4, "调剂", date(2023, 8, 11), date(2023, 8, 15)),
    PhaseDates(P5, "录取", date(2023, 8, 16), date(2023, 8, 31)),
]


@st.composite
def notices(draw: st.DrawFn) -> list[PhaseDates]:
    """Valid calendars: some of the phases, each some days long, with or without gaps."""
    phases = draw(st.lists(st.sampled_from(LISTED), min_size=1, max_size=5, unique=True).map(sorted_by_order))
    day = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    found = []
    for phase in phases:
        day += timedelta(days=draw(st.integers(0, 5)))
        last = day + timedelta(days=draw(st.integers(0, 40)))
        found.append(PhaseDates(phase, phase.value, day, last))
        day = last + timedelta(days=1)
    return found


def sorted_by_order(phases: list) -> list:  # type: ignore[type-arg]  # hypothesis maps lists of any phase
    return sorted(phases, key=ORDER.index)


def test_cal_01_days_are_inclusive_and_windows_half_open() -> None:
    """CAL-01: 1 to 10 July in Shanghai is [30 June 16:00, 10 July 16:00) UTC."""
    window = build_calendar(DATES, SHANGHAI).phases[1]
    assert window.opens_at == datetime(2023, 6, 30, 16, tzinfo=UTC)
    assert window.closes_at == datetime(2023, 7, 10, 16, tzinfo=UTC)
    assert window.covers(window.opens_at)
    assert not window.covers(window.closes_at)


@given(notices(), st.sampled_from([SHANGHAI, "Europe/Berlin", "America/Sao_Paulo", "UTC"]))
def test_cal_01_windows_follow_each_other_in_order(dates: list[PhaseDates], zone: str) -> None:
    """CAL-01: whole days of the zone, no overlap, whatever the zone's clocks do."""
    calendar = build_calendar(dates, zone)
    check_order(calendar)
    for entry, window in zip(dates, calendar.phases[1:-1], strict=True):
        assert window.opens_at is not None
        assert window.opens_at.astimezone(ZoneInfo(zone)).date() in (entry.first_day, entry.first_day)


@given(notices(), st.floats(0.01, 86_400), st.integers(1_600_000_000, 1_900_000_000))
def test_cal_05_compressed_days_last_as_long_as_they_are_told(
    dates: list[PhaseDates], seconds: float, start: int
) -> None:
    """CAL-05: day N begins N times `day_seconds` after the start."""
    begin = datetime.fromtimestamp(start, UTC)
    calendar = build_calendar(dates, SHANGHAI, starts_at=begin, day_seconds=seconds)
    check_order(calendar)
    assert calendar.phases[1].opens_at == begin
    for entry, window in zip(dates, calendar.phases[1:-1], strict=True):
        days = (entry.last_day - entry.first_day).days + 1
        assert window.opens_at is not None
        assert window.closes_at is not None
        lasted = (window.closes_at - window.opens_at).total_seconds()
        assert lasted == pytest.approx(days * seconds, abs=1e-4)


def check_order(calendar: Calendar) -> None:
    windows = calendar.phases
    assert [window.sequence for window in windows] == list(range(len(windows)))
    assert (windows[0].phase, windows[0].opens_at) == (P0, None)
    assert (windows[-1].phase, windows[-1].closes_at) == (P6, None)
    for before, after in pairwise(windows):
        assert before.closes_at is not None
        assert after.opens_at is not None
        assert before.closes_at <= after.opens_at
        assert before.closes_at.tzinfo is UTC
    for window in windows[1:-1]:
        assert window.opens_at is not None
        assert window.closes_at is not None
        assert window.opens_at < window.closes_at


def test_cal_01_without_gaps_the_windows_touch() -> None:
    """CAL-01: the end of one is the beginning of the next, and each instant has one phase."""
    windows = build_calendar(DATES, SHANGHAI).phases
    assert all(before.closes_at == after.opens_at for before, after in pairwise(windows))
    assert windows[2].closes_at is not None
    assert [window.phase for window in windows if window.covers(windows[2].closes_at)] == [P3]


def altered(number: int, **changes: object) -> list[PhaseDates]:
    return [replace(entry, **changes) if at == number else entry for at, entry in enumerate(DATES)]  # type: ignore[arg-type]  # test data


@pytest.mark.parametrize(
    ("dates", "rule", "field", "words"),
    [
        ([], "CAL-02", "phases", []),
        ([DATES[1], DATES[0]], "CAL-02", "phases.registration", []),
        ([DATES[0], DATES[0]], "CAL-02", "phases.registration", []),
        ([replace(DATES[0], phase=P6)], "CAL-02", "phases.closed", []),
        (
            altered(1, last_day=date(2023, 7, 10)),
            "CAL-03",
            "phases.first_choice.last_day",
            ["2023-07-11", "2023-07-10"],
        ),
        (
            altered(1, first_day=date(2023, 7, 10)),
            "CAL-04",
            "phases.first_choice.first_day",
            ["2023-07-10", "2023-07-10"],
        ),
    ],
)
def test_a_calendar_out_of_order_is_refused(dates: list[PhaseDates], rule: str, field: str, words: list[str]) -> None:
    """CAL-02 CAL-03 CAL-04: the error names the field and both dates."""
    with pytest.raises(DomainError) as refused:
        build_calendar(dates, SHANGHAI)
    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert all(word in refused.value.message for word in words)


@pytest.mark.parametrize(
    ("seconds", "starts_at", "rule"), [(-1.0, None, "CAL-05"), (90_000.0, None, "CAL-05"), (2.0, None, "CAL-05")]
)
def test_cal_05_a_compressed_calendar_needs_a_start(seconds: float, starts_at: datetime | None, rule: str) -> None:
    with pytest.raises(DomainError) as refused:
        build_calendar(DATES, SHANGHAI, starts_at=starts_at, day_seconds=seconds)
    assert refused.value.rule == rule


def test_cal_06_an_unknown_zone_is_refused() -> None:
    """CAL-06: the zone is named."""
    with pytest.raises(DomainError, match="Mars") as refused:
        build_calendar(DATES, "Mars/Olympus")
    assert refused.value.rule == "CAL-06"


OPENS, CLOSES = datetime(2023, 7, 11, tzinfo=UTC), datetime(2023, 8, 1, tzinfo=UTC)
NOW = datetime(2023, 7, 15, tzinfo=UTC)


def check(wanted: Milestones, present: Milestones | None = None, now: datetime = NOW) -> None:
    check_milestones(wanted, present or Milestones(), opens_at=OPENS, closes_at=CLOSES, now=now, day=timedelta(days=1))


def day(number: int) -> datetime:
    return datetime(2023, 7, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "present", "reason"),
    [
        (Milestones(day(20), day(22), day(25), day(28)), Milestones(), ""),
        (Milestones(written_exam=day(22)), Milestones(), ""),
        (Milestones(review_deadline=CLOSES), Milestones(), ""),
        (Milestones(day(20), day(18)), Milestones(), "MILESTONE_ORDER"),
        (Milestones(review_deadline=day(1)), Milestones(), "MILESTONE_OUTSIDE"),
        (Milestones(interview=CLOSES + timedelta(seconds=1)), Milestones(), "MILESTONE_OUTSIDE"),
        (Milestones(written_exam=day(13)), Milestones(), "MILESTONE_PASSED"),
        (Milestones(), Milestones(written_exam=day(13)), "MILESTONE_PASSED"),
        (Milestones(written_exam=day(13), interview=day(20)), Milestones(written_exam=day(13)), ""),
        (Milestones(review_deadline=NOW + timedelta(hours=23)), Milestones(), "MILESTONE_TOO_SOON"),
        (Milestones(review_deadline=NOW + timedelta(hours=24)), Milestones(), ""),
        (Milestones(review_deadline=NOW + timedelta(hours=23)), Milestones(NOW + timedelta(hours=5)), ""),
    ],
)
def test_a_base_sets_its_dates(wanted: Milestones, present: Milestones, reason: str) -> None:
    """CAL-07 CAL-08: inside the round, ordered, what passed stays, never brought forward to less than a day."""
    if not reason:
        check(wanted, present)
        return
    with pytest.raises(DomainError) as refused:
        check(wanted, present)
    assert refused.value.reason == reason
    assert refused.value.rule == ("CAL-08" if reason == "MILESTONE_TOO_SOON" else "CAL-07")


@pytest.mark.parametrize(
    ("present", "wanted", "hours", "reason"),
    [
        (1, 2, 0, ""),
        (2, 2, 0, ""),
        (2, 1, 0, ""),
        (0, 2, 0, "NOT_NEXT_PHASE"),
        (1, 9, 0, "NO_SUCH_PHASE"),
        (1, 2, -1, "TOO_EARLY"),
    ],
)
def test_phases_are_entered_in_order_and_in_time(present: int, wanted: int, hours: int, reason: str) -> None:
    """CAL-09 CAL-10: one after the other, never before its instant, harmless when repeated."""
    calendar = build_calendar(DATES, SHANGHAI)
    opens_at = calendar.phases[2].opens_at
    assert opens_at is not None
    now = opens_at + timedelta(hours=hours)
    if not reason:
        check_entry(calendar, present, wanted, now)
        return
    with pytest.raises(DomainError) as refused:
        check_entry(calendar, present, wanted, now)
    assert refused.value.reason == reason
    assert refused.value.rule == ("CAL-10" if reason == "TOO_EARLY" else "CAL-09")
