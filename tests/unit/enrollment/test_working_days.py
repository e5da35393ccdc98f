"""LIST-01, LIST-02, LIST-03, LIST-04, LIST-05: working days, where they end, days of a calendar, masks, hashes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from services.enrollment.data import national_working_days
from services.enrollment.domain.calendar import build_calendar
from services.enrollment.domain.publicity import Entry, Head, list_hash, mask_name, publicity_end
from services.enrollment.domain.working_days import WorkingDays
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.story import dates

TABLE = national_working_days()
REAL = build_calendar(dates(), "Asia/Shanghai")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FAST = build_calendar(dates(), "Asia/Shanghai", starts_at=START, day_seconds=2.0)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2023-07-03", True),
        ("2023-07-01", False),
        ("2023-09-29", False),
        ("2023-10-06", False),
        ("2023-10-07", True),
        ("2023-10-08", True),
        ("2024-02-04", True),
        ("2024-02-18", True),
        ("2024-05-01", False),
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2026-01-04", True),
        ("2026-02-16", False),
        ("2026-10-10", True),
    ],
)
def test_list_02_holidays_and_adjusted_weekends_are_known(day: str, working: bool) -> None:
    assert TABLE.is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("published", "number", "last"),
    [
        ("2023-07-25", 5, "2023-08-01"),
        ("2023-07-28", 1, "2023-07-31"),
        ("2023-07-29", 1, "2023-07-31"),
        # National Day 2023: eight days off, then a working Saturday and Sunday.
        ("2023-09-27", 3, "2023-10-08"),
        ("2023-09-28", 5, "2023-10-11"),
        ("2023-08-01", 0, "2023-08-01"),
    ],
)
def test_list_01_the_day_of_publication_does_not_count(published: str, number: int, last: str) -> None:
    assert TABLE.after(date.fromisoformat(published), number) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("day", "number", "year"), [("2026-12-21", 5, "2027"), ("2027-03-01", 1, "2027"), ("2022-12-30", 1, "2022")]
)
def test_list_02_nobody_guesses_beyond_the_table(day: str, number: int, year: str) -> None:
    with pytest.raises(DomainError) as caught:
        TABLE.after(date.fromisoformat(day), number)
    assert (caught.value.kind, caught.value.reason) == (Kind.NOT_NOW, "WORKING_DAYS_UNKNOWN")
    assert (caught.value.rule, caught.value.details["year"]) == ("LIST-02", year)
    assert year in caught.value.message


def test_list_02_the_table_says_where_it_comes_from() -> None:
    assert TABLE.version.startswith("cn-2026")
    assert TABLE.source
    for day, working in TABLE.exceptions.items():
        assert working is (day.weekday() >= 5), "an exception is against its weekday"
        assert TABLE.known_from <= day <= TABLE.known_until


def test_list_02_another_table_can_be_used() -> None:
    local = WorkingDays("x", "test", date(2023, 7, 1), date(2023, 7, 31), {date(2023, 7, 4): False})
    assert local.after(date(2023, 7, 3), 1) == date(2023, 7, 5)


def test_list_05_days_of_the_calendar_and_back() -> None:
    assert REAL.day_of(datetime(2023, 7, 10, 15, 59, 59, tzinfo=UTC)) == date(2023, 7, 10)
    assert REAL.day_of(datetime(2023, 7, 10, 16, 0, tzinfo=UTC)) == date(2023, 7, 11)
    assert REAL.day_of(datetime(2023, 6, 30, 15, 0, tzinfo=UTC)) == date(2023, 6, 30)
    assert REAL.instant_of(date(2023, 7, 11)) == datetime(2023, 7, 10, 16, 0, tzinfo=UTC)
    assert FAST.day_of(START) == date(2023, 7, 1)
    assert FAST.day_of(START + timedelta(seconds=3.9)) == date(2023, 7, 2)
    assert FAST.instant_of(date(2023, 7, 3)) == START + timedelta(seconds=4)
    for calendar in (REAL, FAST):
        for window in calendar.phases[1:-1]:
            assert window.first_day is not None
            assert calendar.instant_of(window.first_day) == window.opens_at


def test_list_01_publicity_ends_at_midnight_after_the_last_working_day() -> None:
    published = datetime(2023, 7, 25, 3, 0, tzinfo=UTC)
    assert publicity_end(REAL, published, 5, TABLE) == datetime(2023, 8, 1, 16, 0, tzinfo=UTC)
    # 25 July is day 24 of a rehearsal; 1 August begins 31 days after its start and ends 32 days after.
    compressed = START + timedelta(seconds=24 * 2 + 1)
    assert publicity_end(FAST, compressed, 5, TABLE) == START + timedelta(seconds=32 * 2)


def test_list_03_names_are_masked_whatever_their_length() -> None:
    assert [mask_name(name) for name in ("张三", "欧阳修文", "𠮷田", "A", "")] == ["张*", "欧*", "𠮷*", "A*", ""]


def test_list_04_hashes_are_over_what_is_shown() -> None:
    entry = Entry(1, "张*", "3701**********12", "0100", 1)
    shown = '[1,"张*","3701**********12","0100",1,0,""]'
    assert entry.hash == sha256(shown.encode()).digest()
    head = Head("c", "SD-QILU", 1, 0, START, START + timedelta(days=1))
    whole = list_hash(head, [entry.hash])
    assert whole == list_hash(head, [Entry(1, "张*", "3701**********12", "0100", 1).hash])
    assert whole != list_hash(head, [Entry(1, "李*", "3701**********12", "0100", 1).hash])
    assert whole != list_hash(Head("c", "SD-QILU", 2, 0, START, START + timedelta(days=1)), [entry.hash])
