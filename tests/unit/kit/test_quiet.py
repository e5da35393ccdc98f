"""MSG-08: nothing is sent in a quiet time; news waits for its end, reminders come before its beginning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.quiet import NEVER, QuietHours, is_quiet, minute_of_day, not_after, not_before

BEIJING = ZoneInfo("Asia/Shanghai")
ANCHOR = datetime(2023, 7, 1, tzinfo=BEIJING).astimezone(UTC)
EXAM = datetime(2023, 7, 20, tzinfo=BEIJING).astimezone(UTC)
NIGHT = QuietHours(ANCHOR, 86_400.0, 21 * 60 + 30, 8 * 60, 13 * 60, frozenset({EXAM}))


def at(text: str) -> datetime:
    """An instant of July 2023 in Beijing, as `DD HH:MM`."""
    return datetime.strptime(f"2023-07-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING).astimezone(UTC)


minutes = st.integers(0, 1439)
instants = st.integers(-40_000_000_000, 110_000_000_000).map(lambda millis: ANCHOR + timedelta(milliseconds=millis))


@st.composite
def quiet_hours(draw: st.DrawFn) -> QuietHours:
    """Quiet hours of any length on calendars as long as real ones or as short as a rehearsal's."""
    return QuietHours(
        draw(st.sampled_from([ANCHOR, ANCHOR + timedelta(seconds=17.3)])),
        draw(st.sampled_from([86_400.0, 600.0, 7.3, 0.31])),
        draw(minutes),
        draw(minutes),
        draw(minutes),
        draw(st.frozensets(instants, max_size=4)),
    )


@pytest.mark.parametrize(
    ("instant", "later", "earlier"),
    [
        ("05 12:00", "05 12:00", "05 12:00"),
        ("05 21:30", "05 21:30", "05 21:30"),
        ("05 21:31", "06 08:00", "05 21:30"),
        ("06 00:00", "06 08:00", "05 21:30"),
        ("06 07:59", "06 08:00", "05 21:30"),
        ("06 08:00", "06 08:00", "06 08:00"),
        ("19 23:00", "20 13:00", "19 21:30"),
        ("20 09:00", "20 13:00", "19 21:30"),
        ("20 13:00", "20 13:00", "20 13:00"),
        ("21 09:00", "21 09:00", "21 09:00"),
    ],
)
def test_msg_08_news_waits_for_the_morning_and_reminders_come_in_the_evening(
    instant: str, later: str, earlier: str
) -> None:
    assert not_before(NIGHT, at(instant)) == at(later)
    assert not_after(NIGHT, at(instant)) == at(earlier)


def test_msg_08_before_the_first_day_the_nights_are_quiet_too() -> None:
    assert not_before(NIGHT, at("01 00:00") - timedelta(days=40)) == at("01 08:00") - timedelta(days=40)


def test_msg_08_a_rest_at_noon_and_a_compressed_day() -> None:
    noon = QuietHours(ANCHOR, 1440.0, 12 * 60, 14 * 60)
    assert not_before(noon, ANCHOR + timedelta(seconds=1440 * 5 + 725)) == ANCHOR + timedelta(seconds=1440 * 5 + 840)
    assert not_after(noon, ANCHOR + timedelta(seconds=1440 * 5 + 725)) == ANCHOR + timedelta(seconds=1440 * 5 + 720)


@given(instants, minutes, st.sampled_from([86_400.0, 60.0]))
def test_msg_08_equal_ends_are_never_quiet(instant: datetime, minute: int, day: float) -> None:
    assert not is_quiet(QuietHours(ANCHOR, day, minute, minute), instant)
    assert not_before(NEVER, instant) == instant == not_after(NEVER, instant)


@given(quiet_hours(), instants, instants)
def test_msg_08_the_answers_are_the_nearest_instants_that_are_not_quiet(
    quiet: QuietHours, one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    for answer in (not_before, not_after):
        assert not is_quiet(quiet, answer(quiet, first))
        assert answer(quiet, answer(quiet, first)) == answer(quiet, first)
        assert answer(quiet, first) <= answer(quiet, second)
        assert (answer(quiet, first) == first) is not is_quiet(quiet, first)
    assert not_after(quiet, first) <= first <= not_before(quiet, first)


@pytest.mark.parametrize(("text", "minute"), [("", 0), ("00:00", 0), ("08:00", 480), ("21:30", 1290), ("23:59", 1439)])
def test_msg_08_times_of_the_day_are_minutes(text: str, minute: int) -> None:
    assert minute_of_day(text) == minute


@pytest.mark.parametrize(
    ("anchor", "day", "minute"),
    [(ANCHOR, 86_400.0, 1440), (ANCHOR, 86_400.0, -1), (ANCHOR, 0.0, 0), (ANCHOR.replace(tzinfo=None), 86_400.0, 0)],
)
def test_msg_08_what_no_calendar_has_is_refused(anchor: datetime, day: float, minute: int) -> None:
    with pytest.raises(ValueError, match="day"):
        QuietHours(anchor, day, minute, 480)
