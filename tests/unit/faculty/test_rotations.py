"""Stays and months, days of trainings, rows of a list of plans (ROT-03, ROT-06, ROT-12, ROT-13, ROT-17, ROT-18)."""

from __future__ import annotations

from datetime import date

import pytest

from services.faculty.domain import plan_rows
from services.faculty.domain.plan_rows import Ground
from services.faculty.domain.rotations import (
    Month,
    Stretch,
    add_months,
    before,
    faults,
    merged,
    months_of,
    view_months,
)
from services.faculty.domain.trainees import State, Trainee, check_days, check_training, default_days
from services.kit.domain import DomainError
from services.kit.ids import new_id

NEURO, CARDIO = "NEURO", "CARDIO"
WARDS = frozenset({NEURO, CARDIO})
TRAINING = (date(2026, 9, 1), date(2029, 8, 31))
TODAY = date(2026, 11, 10)


def stay(first: str, last: str, code: str = NEURO) -> Stretch:
    return Stretch(date.fromisoformat(first), date.fromisoformat(last), code)


PRESENT = [stay("2026-09-01", "2026-11-30"), stay("2026-12-01", "2027-02-28", CARDIO)]


def trainee(**values: object) -> Trainee:
    usual: dict[str, object] = {
        "trainee_id": new_id(),
        "person_id": new_id(),
        "name": "甲",
        "base_code": "SD-QILU",
        "specialty_code": "0100",
        "specialty_name": "内科",
        "cohort": 2026,
        "kind": "social",
        "from_day": TRAINING[0],
        "until_day": TRAINING[1],
        "state": State.IN_TRAINING,
        "plan_version": 1,
        "version": 1,
    }
    return Trainee(**(usual | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decided", "put_off", "first", "last"),
    [
        ("2026-08-31", 0, "2026-09-01", "2029-08-31"),
        ("2026-09-01", 0, "2026-09-01", "2029-08-31"),
        ("2026-09-02", 0, "2027-09-01", "2030-08-31"),
        ("2025-12-31", 0, "2026-09-01", "2029-08-31"),
        ("2026-08-20", 2028, "2028-09-01", "2031-08-31"),
    ],
)
def test_rot_03_a_training_begins_on_the_first_of_september(decided: str, put_off: int, first: str, last: str) -> None:
    assert default_days(date.fromisoformat(decided), put_off) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-09-01", 36, "2029-09-01"),
    ],
)
def test_rot_18_months_end_where_the_calendar_says(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_rot_18_days_are_shown_as_months_with_parts_marked() -> None:
    stays = [stay("2026-09-01", "2026-10-15"), stay("2026-10-16", "2026-11-30", CARDIO)]
    assert months_of(stays) == [
        Month(date(2026, 9, 1), NEURO, False),
        Month(date(2026, 10, 1), CARDIO, True),
        Month(date(2026, 10, 1), NEURO, True),
        Month(date(2026, 11, 1), CARDIO, False),
    ]
    assert months_of(stays, date(2026, 11, 1), date(2026, 11, 30)) == [Month(date(2026, 11, 1), CARDIO, False)]
    halves = [stay("2026-09-01", "2026-09-10"), stay("2026-09-11", "2026-09-30")]
    assert months_of(halves) == [Month(date(2026, 9, 1), NEURO, False)]


def test_rot_18_a_view_has_at_most_36_months() -> None:
    assert view_months("2026-09", "2029-08") == (date(2026, 9, 1), date(2029, 8, 31))
    for first, last, reason in [
        ("2026-09", "2029-09", "TOO_MANY_MONTHS"),
        ("2026-09", "2026-08", "MONTHS_REVERSED"),
        ("2026-13", "2027-01", "MONTH_MALFORMED"),
    ]:
        with pytest.raises(DomainError) as caught:
            view_months(first, last)
        assert (caught.value.reason, caught.value.rule) == (reason, "ROT-18")


def test_rot_13_stays_that_follow_each_other_are_one() -> None:
    parts = [stay("2026-10-01", "2026-10-31"), stay("2026-09-01", "2026-09-30"), stay("2026-12-01", "2026-12-31")]
    assert merged(parts) == [stay("2026-09-01", "2026-10-31"), stay("2026-12-01", "2026-12-31")]


@pytest.mark.parametrize(
    ("stays", "code", "at"),
    [
        ([stay("2026-09-01", "2026-11-30"), stay("2026-12-01", "2026-12-31")], "", 0),
        ([stay("2026-09-01", "2026-11-30")], "", 0),
        ([stay("2026-09-01", "2026-11-10"), stay("2026-11-11", "2027-02-28", CARDIO)], "", 0),
        ([stay("2026-09-01", "2026-11-09"), stay("2026-11-10", "2027-02-28", CARDIO)], "", 0),
        ([stay("2026-09-01", "2026-11-08"), stay("2026-11-09", "2027-02-28", CARDIO)], "PAST_STAYS", 0),
        ([stay("2026-09-02", "2026-11-30")], "PAST_STAYS", 0),
        ([stay("2026-12-01", "2026-12-31")], "PAST_STAYS", 0),
        ([], "PAST_STAYS", 0),
        ([stay("2026-09-01", "2026-12-01"), stay("2026-12-01", "2026-12-31", CARDIO)], "OVERLAP", 1),
        ([stay("2026-12-05", "2026-12-31", CARDIO), stay("2026-09-01", "2026-12-06")], "OVERLAP", 0),
        ([stay("2026-09-01", "2026-11-30"), stay("2027-01-02", "2027-01-01")], "DAYS_REVERSED", 1),
        ([stay("2026-08-31", "2026-11-30")], "OUTSIDE_TRAINING", 0),
        ([stay("2026-09-01", "2029-09-01")], "OUTSIDE_TRAINING", 0),
        ([stay("2026-09-01", "2026-11-30"), stay("2026-12-01", "2026-12-31", "ELSEWHERE")], "UNKNOWN_DEPARTMENT", 1),
    ],
)
def test_rot_12_rot_13_what_keeps_stays_from_being_a_plan(stays: list[Stretch], code: str, at: int) -> None:
    """ROT-12, ROT-13."""
    found = faults(stays, PRESENT, TRAINING, WARDS, TODAY)
    assert [(each.code, each.n) for each in found] == ([(code, at)] if code else [])


def test_rot_12_a_past_that_was_never_told_may_be() -> None:
    assert faults(PRESENT, [], TRAINING, WARDS, TODAY) == []
    assert faults(PRESENT, [PRESENT[1]], TRAINING, WARDS, TODAY) == []


def test_rot_13_days_of_training_come_first() -> None:
    [fault] = faults(PRESENT, [], (None, None), WARDS, TODAY)
    assert fault.code == "TRAINING_DAYS_UNKNOWN"


def test_rot_12_what_lies_before_a_day() -> None:
    assert before(PRESENT, date(2026, 12, 2)) == [PRESENT[0], stay("2026-12-01", "2026-12-01", CARDIO)]
    assert before(PRESENT, date(2026, 9, 1)) == []


def test_rot_06_the_days_of_a_training_hold_its_plan() -> None:
    check_days(date(2026, 9, 1), date(2027, 2, 28), PRESENT)
    for first, last, reason in [
        (date(2026, 9, 2), date(2027, 2, 28), "PLAN_OUTSIDE"),
        (date(2026, 9, 1), date(2027, 2, 27), "PLAN_OUTSIDE"),
        (date(2026, 9, 2), date(2026, 9, 1), "DAYS_REVERSED"),
    ]:
        with pytest.raises(DomainError) as caught:
            check_days(first, last, PRESENT)
        assert caught.value.reason == reason


def test_rot_02_who_left_is_planned_no_more() -> None:
    check_training(trainee())
    with pytest.raises(DomainError) as caught:
        check_training(trainee(state=State.LEFT))
    assert caught.value.reason == "TRAINEE_LEFT"


def cells(trainee_id: str, code: str, first: str, last: str) -> dict[str, str]:
    return dict(zip(plan_rows.COLUMNS, (trainee_id, code, first, last), strict=True))


def test_rot_17_every_fault_of_every_row_is_told() -> None:
    one, other, gone, me = trainee(), trainee(from_day=None), trainee(state=State.LEFT), trainee()
    grounds = {each.trainee_id: Ground(each, PRESENT, WARDS) for each in (one, other, gone, me)}
    rows = [
        cells(one.trainee_id, NEURO, "2026/9/1", "2026.11.30"),
        cells(one.trainee_id, "NOWHERE", "2026-12-01", "2027-01-31"),
        cells(one.trainee_id, CARDIO, "2027-01-31", "2027-02-30"),
        cells("", "", "", "2027-02-28"),
        cells(other.trainee_id, NEURO, "2026-09-01", "2026-11-30"),
        cells(gone.trainee_id, NEURO, "2026-09-01", "2026-11-30"),
        cells(me.trainee_id, NEURO, "2026-09-01", "2026-11-30"),
        cells("no-id", NEURO, "2026-09-01", "2026-11-30"),
        cells(one.trainee_id, CARDIO, "2027-01-15", "2027-02-28"),
    ]
    reading = plan_rows.read(enumerate(rows, start=2))
    found = plan_rows.checked(reading, grounds, TODAY, me.person_id)
    assert [(each.row, each.column, each.code, each.rule) for each in found] == [
        (3, "科室代码", "UNKNOWN_DEPARTMENT", "ROT-13"),
        (4, "止", "DAY_MALFORMED", "ROT-17"),
        (5, "学员编号", "CELL_EMPTY", "ROT-17"),
        (5, "科室代码", "CELL_EMPTY", "ROT-17"),
        (5, "起", "CELL_EMPTY", "ROT-17"),
        (6, "起", "TRAINING_DAYS_UNKNOWN", "ROT-13"),
        (7, "学员编号", "TRAINEE_LEFT", "ROT-02"),
        (8, "学员编号", "OWN_CASE", "ROT-05"),
        (9, "学员编号", "TRAINEE_NOT_FOUND", "ROT-05"),
        (10, "起", "OVERLAP", "ROT-13"),
    ]


def test_rot_17_a_row_that_cannot_be_read_says_nothing_of_the_past() -> None:
    one = trainee()
    rows = [cells(one.trainee_id, NEURO, "?", "2026-11-30"), cells(one.trainee_id, CARDIO, "2026-12-01", "2027-02-28")]
    reading = plan_rows.read(enumerate(rows, start=2))
    found = plan_rows.checked(reading, {one.trainee_id: Ground(one, PRESENT, WARDS)}, TODAY, "")
    assert [each.code for each in found] == ["DAY_MALFORMED"]
    whole = plan_rows.read(enumerate(rows[1:], start=2))
    found = plan_rows.checked(whole, {one.trainee_id: Ground(one, PRESENT, WARDS)}, TODAY, "")
    assert [(each.row, each.code) for each in found] == [(2, "PAST_STAYS")]
