"""CAND-19 to CAND-21: the days of a batch, with named moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.faculty.domain.batches import (
    Dates,
    check_amended,
    check_new,
    check_publishable,
    dates_of,
    last_day,
)
from services.kit.domain import DomainError
from tests.support.faculty_candidacies import DAY, shanghai

OPENS = shanghai(date(2026, 3, 2), 9)
CLOSES = shanghai(date(2026, 4, 1))
BEFORE = Dates(OPENS, OPENS + 10 * DAY, CLOSES, date(2026, 3, 31))


@pytest.mark.parametrize(
    ("closes_at", "expected"),
    [
        (shanghai(date(2026, 4, 1)), date(2026, 3, 31)),
        (shanghai(date(2026, 4, 1)) + timedelta(microseconds=1), date(2026, 4, 1)),
        (shanghai(date(2026, 3, 31), 23, 59), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 16, tzinfo=UTC), date(2026, 3, 31)),
        (shanghai(date(2028, 3, 1)), date(2028, 2, 29)),
        (shanghai(date(2026, 1, 1)), date(2025, 12, 31)),
    ],
    ids=["midnight", "just after", "a minute before", "told in UTC", "leap day", "new year"],
)
def test_cand_19_the_last_day_is_that_of_the_last_instant_in_the_province(closes_at: datetime, expected: date) -> None:
    assert last_day(closes_at) == expected
    assert dates_of(closes_at - DAY, None, closes_at, None).reference_date == expected


def test_cand_19_submissions_end_with_the_batch_unless_said() -> None:
    assert dates_of(OPENS, None, CLOSES, None) == Dates(OPENS, CLOSES, CLOSES, date(2026, 3, 31))
    said = dates_of(OPENS, OPENS + DAY, CLOSES, date(2026, 3, 1))
    assert (said.apply_until, said.reference_date) == (OPENS + DAY, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ((None, None, CLOSES, None), "opens_at"),
        ((OPENS, None, None, None), "closes_at"),
        ((OPENS, None, OPENS, None), "closes_at"),
        ((OPENS, OPENS, CLOSES, None), "apply_until"),
        ((OPENS, CLOSES + DAY, CLOSES, None), "apply_until"),
        ((OPENS, None, CLOSES, date(2025, 3, 29)), "reference_date"),
        ((OPENS, None, CLOSES, date(2027, 4, 2)), "reference_date"),
    ],
)
def test_cand_19_what_dates_cannot_be(wrong: tuple[Any, Any, Any, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        dates_of(*wrong)
    assert (refused.value.reason, refused.value.field, refused.value.rule) == ("BATCH_DATES", field, "CAND-19")


@pytest.mark.parametrize(("now", "field"), [(CLOSES, "closes_at"), (OPENS + 10 * DAY, "apply_until")])
def test_cand_19_a_new_batch_ends_in_the_future(now: datetime, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_new(BEFORE, now)
    assert refused.value.field == field
    check_new(BEFORE, OPENS)


@pytest.mark.parametrize(
    ("now", "changes", "decided", "field"),
    [
        (OPENS - DAY, {"opens_at": OPENS + DAY}, False, ""),
        (OPENS - DAY, {"opens_at": OPENS - 2 * DAY}, False, "opens_at"),
        (OPENS, {"opens_at": OPENS + DAY}, False, "opens_at"),
        (OPENS, {"apply_until": OPENS + 5 * DAY}, False, ""),
        (OPENS + 8 * DAY, {"apply_until": OPENS + 5 * DAY}, False, "apply_until"),
        (OPENS + 12 * DAY, {"apply_until": OPENS + 15 * DAY}, False, ""),
        (OPENS, {"closes_at": CLOSES + DAY}, True, ""),
        (OPENS + 12 * DAY, {"closes_at": OPENS + 11 * DAY}, False, "closes_at"),
        (OPENS, {"reference_date": date(2026, 3, 1)}, False, ""),
        (OPENS, {"reference_date": date(2026, 3, 1)}, True, "reference_date"),
    ],
)
def test_cand_20_what_has_begun_stays(now: datetime, changes: dict[str, Any], decided: bool, field: str) -> None:
    after = replace(BEFORE, **changes)
    if not field:
        check_amended(BEFORE, after, now, decided=decided)
        return
    with pytest.raises(DomainError) as refused:
        check_amended(BEFORE, after, now, decided=decided)
    assert (refused.value.field, refused.value.rule) == (field, "CAND-20")


def test_cand_20_a_closed_batch_is_not_opened_again() -> None:
    with pytest.raises(DomainError) as refused:
        check_amended(BEFORE, replace(BEFORE, closes_at=CLOSES + DAY), CLOSES, decided=False)
    assert refused.value.reason == "BATCH_CLOSED"


@pytest.mark.parametrize(
    ("now", "about", "reason"),
    [
        (CLOSES, {}, ""),
        (CLOSES - timedelta(microseconds=1), {}, "BATCH_OPEN"),
        (CLOSES, {"published": True}, "BATCH_PUBLISHED"),
        (CLOSES, {"waiting": 1}, "STILL_UNDECIDED"),
        (CLOSES, {"unacknowledged": 2}, "STILL_UNACKNOWLEDGED"),
    ],
)
def test_cand_21_results_are_published_once_when_nobody_waits(
    now: datetime, about: dict[str, Any], reason: str
) -> None:
    case: dict[str, Any] = {"published": False, "waiting": 0, "unacknowledged": 0} | about
    if not reason:
        check_publishable(BEFORE, now, **case)
        return
    with pytest.raises(DomainError) as refused:
        check_publishable(BEFORE, now, **case)
    assert (refused.value.reason, refused.value.rule) == (reason, "CAND-21")
