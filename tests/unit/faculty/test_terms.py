"""Terms, last days, and what lies ahead of an appointment (APPT-02, APPT-03, APPT-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.faculty.domain.appointing import Case
from services.faculty.domain.appointment import Review, State
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.domain.terms import Ahead, ahead, last_day, month_end, next_review, term_end

POLICY = FacultyPolicy()
FROM, UNTIL, LAST = date(2025, 9, 1), date(2026, 8, 31), date(2026, 10, 30)
MARCH = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-03-01", 12, "2027-02-28"),
        ("2027-03-01", 12, "2028-02-29"),
        ("2026-03-02", 12, "2027-03-01"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-28"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2026-01-01", 12, "2026-12-31"),
        ("2026-12-01", 1, "2026-12-31"),
        ("2026-05-31", 1, "2026-06-30"),
        ("2026-09-01", 60, "2031-08-31"),
    ],
)
def test_appt_02_a_term_of_whole_months(first: str, months: int, last: str) -> None:
    assert term_end(date.fromisoformat(first), months).isoformat() == last


@pytest.mark.parametrize(
    ("ends_on", "grace", "last"),
    [(None, 60, LAST), (None, 0, UNTIL), (date(2026, 4, 30), 60, date(2026, 4, 30)), (date(2027, 1, 1), 0, UNTIL)],
)
def test_appt_03_the_last_day_is_the_decided_one_or_the_end_of_the_grace(
    ends_on: date | None, grace: int, last: date
) -> None:
    assert last_day(UNTIL, ends_on, grace) == last


def test_appt_13_the_end_of_a_month() -> None:
    assert [month_end(date(2028, 2, 1)), month_end(date(2026, 2, 28)), month_end(date(2026, 12, 31))] == [
        date(2028, 2, 29),
        date(2026, 2, 28),
        date(2026, 12, 31),
    ]


@pytest.mark.parametrize(
    ("from_day", "done", "today", "year"),
    [
        ("2025-09-01", 0, "2026-03-02", 2026),
        ("2026-03-02", 0, "2026-03-02", 2026),
        # Appointed on the day on which it opens, or within it: looked through already.
        ("2026-03-27", 0, "2026-03-27", 2027),
        ("2026-04-01", 0, "2026-04-01", 2027),
        ("2025-09-01", 2026, "2026-05-01", 2027),
        # Suspended through all of it: the next year's.
        ("2025-09-01", 0, "2026-04-27", 2026),
        ("2025-09-01", 0, "2026-04-28", 2027),
        ("2025-09-01", 2025, "2027-12-31", 2028),
    ],
)
def test_appt_07_the_next_review(from_day: str, done: int, today: str, year: int) -> None:
    assert next_review(POLICY, date.fromisoformat(from_day), done, date.fromisoformat(today)) == year


CASE = Case(State.ACTIVE, last_day=LAST)
TERM = datetime(2026, 10, 30, 16, tzinfo=UTC)
"""The beginning of 31 October in Shanghai."""
NOTICE = datetime(2026, 8, 1, 1, tzinfo=UTC)


def seen(case: Case, *, told: bool = False, today: date = MARCH) -> Ahead:
    return ahead(case, POLICY, FROM, UNTIL, told=told, today=today)


def test_appt_16_before_the_campaign_its_opening_the_notice_and_the_end() -> None:
    opens = datetime(2026, 3, 26, 16, tzinfo=UTC)
    assert seen(CASE) == Ahead(TERM, None, 2026, opens, None, (), NOTICE)
    assert seen(CASE, told=True).expiry_notice_at is None
    assert seen(replace(CASE, renewal_pending=True)).expiry_notice_at is None


def test_appt_16_while_it_is_due_the_reminders_and_the_deadline() -> None:
    due = replace(CASE, review=Review.DUE, review_year=2026, review_due=date(2026, 4, 27))
    found = seen(due, today=date(2026, 3, 27))
    assert found.remind_at == (datetime(2026, 4, 20, 1, tzinfo=UTC), datetime(2026, 4, 26, 1, tzinfo=UTC))
    assert (found.review_year, found.review_opens_at) == (2026, None)
    assert found.review_due_at == datetime(2026, 4, 27, 16, tzinfo=UTC)


@pytest.mark.parametrize("review", [Review.CONFIRMED, Review.OVERDUE])
def test_appt_16_after_it_the_next_year_s_if_the_term_goes_so_far(review: Review) -> None:
    done = replace(CASE, review=review, review_year=2026, review_due=date(2026, 4, 27))
    assert seen(done, today=date(2026, 5, 1)) == Ahead(TERM, expiry_notice_at=NOTICE)
    longer = replace(done, last_day=date(2027, 10, 30))
    found = seen(longer, today=date(2026, 5, 1))
    assert (found.review_year, found.review_opens_at) == (2027, datetime(2027, 3, 26, 16, tzinfo=UTC))


def test_appt_16_no_review_opens_of_somebody_suspended_or_about_to_be_dismissed() -> None:
    for case in (
        replace(CASE, state=State.SUSPENDED),
        replace(CASE, review=Review.DISMISSAL_PROPOSED, review_year=2026),
    ):
        found = seen(case)
        assert (found.review_opens_at, found.review_due_at, found.term_ends_at) == (None, None, TERM)


def test_appt_16_once_an_end_is_decided_nothing_but_that_is_ahead() -> None:
    ending = replace(CASE, ending="dismissed", ends_on=date(2026, 3, 31), review=Review.DUE, review_due=MARCH)
    assert seen(ending) == Ahead(TERM, datetime(2026, 3, 31, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "over"),
    [(State.DISMISSED, True), (State.EXPIRED, True), (State.TRANSFERRED, True), (State.PENDING, False)],
)
def test_appt_16_what_is_over_waits_for_nothing(state: State, over: bool) -> None:
    assert seen(replace(CASE, state=state)) == Ahead(over=over)
