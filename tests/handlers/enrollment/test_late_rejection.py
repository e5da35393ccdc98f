"""PLC-04, CAP-FIX: who is rejected at the last moment has time to repair (B7 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P2, P3
from services.enrollment.handlers.decisions import ReviewApplication
from services.enrollment.views import QueueRowView
from services.kit.domain import Kind
from tests.handlers.enrollment.story import QILU, REVIEWER, Stage, key
from tests.support.seats import Person, Seats, refused

HOUR = 3600 * 24
"""Hours of the calendar in one second of it: a day of this cycle lasts a second."""


@pytest.fixture
def seats(stage: Stage) -> Seats:
    return Seats(stage)


async def reject(seats: Seats, person: Person, number: int = 1, *, sure: bool = False) -> QueueRowView:
    order = ReviewApplication(person.id, number, False, "OTHER", "请补充", key(), sure)
    return await seats.stage.decisions.review_application(REVIEWER, order)


async def deadline_in(seats: Seats, seconds: float) -> None:
    """The base's own review deadline."""
    await seats.stage.database.execute(
        """
        INSERT INTO base_window (cycle_id, base_code, round, review_deadline) VALUES ($1, $2, 1, $3)
        ON CONFLICT (cycle_id, base_code, round) DO UPDATE SET review_deadline = excluded.review_deadline
        """,
        *(seats.stage.cycle_id, QILU, datetime.now(UTC) + timedelta(seconds=seconds)),
    )


async def decree(seats: Seats, **hours: float) -> None:
    """Hours of the policy in real hours."""
    policy: dict[str, Any] = {name: value * HOUR for name, value in hours.items()}
    await seats.stage.decree(**policy)


async def test_plc_04_a_late_rejection_is_confirmed_and_opens_a_fix_window(seats: Seats) -> None:
    """PLC-04, CAP-FIX: resubmitted after the base's deadline, and reviewed after it; told to the applicant."""
    await decree(seats, late_rejection_hours=0.5, fix_window_hours=0.25)
    [person] = await seats.pending()
    await deadline_in(seats, 600)
    error = await refused(reject(seats, person))
    assert (error.kind, error.reason, error.rule) == (Kind.INVALID, "CONFIRM_LATE_REJECTION", "PLC-04")
    assert await seats.state(person) == "pending"
    row = await reject(seats, person, sure=True)
    assert row.marks.fix_until is not None
    assert error.until is not None
    assert abs(row.marks.fix_until - error.until) < timedelta(minutes=1)
    told = (await seats.last_fact(person)).fix_until.ToDatetime(tzinfo=UTC)
    assert told == row.marks.fix_until

    await deadline_in(seats, -1)
    again = await seats.stage.submit(person.caller)
    assert (again.state, again.submission_number) == (State.PENDING, 2)
    order = ReviewApplication(person.id, 2, True, "", "", key())
    approved = await seats.stage.decisions.review_application(REVIEWER, order)
    assert (approved.state, approved.marks.fix_until) == (State.APPROVED, None)


async def test_plc_04_the_window_ends_with_the_phase_at_the_latest(seats: Seats) -> None:
    await decree(seats, late_rejection_hours=0.5, fix_window_hours=10)
    [person] = await seats.pending()
    await seats.stage.stand(P2, 900)
    closes = await seats.value("SELECT closes_at FROM cycle_gate WHERE cycle_id = $1", seats.stage.cycle_id)
    assert (await reject(seats, person, sure=True)).marks.fix_until == closes


async def test_plc_04_early_enough_nothing_is_asked(seats: Seats) -> None:
    """PLC-04: and whoever lets the window go by stays rejected by the base's own deadline."""
    [person, late] = await seats.pending(2)
    await decree(seats, late_rejection_hours=0.1, fix_window_hours=0.25)
    await deadline_in(seats, 600)
    assert (await reject(seats, person)).marks.fix_until is None
    await deadline_in(seats, 10)
    await reject(seats, late, sure=True)
    await seats.value("UPDATE application SET fix_until = now() - interval '1 second' WHERE id = $1", late.id)
    await deadline_in(seats, -1)
    for each in (person, late):
        assert (await refused(seats.stage.submit(each.caller))).reason == "AFTER_DEADLINE"


async def test_cap_fix_without_a_window_nothing_is_reviewed_after_the_deadline(seats: Seats) -> None:
    """CAP-FIX: and a new round begins without the old one's window."""
    [person, other] = await seats.pending(2)
    await decree(seats, late_rejection_hours=1, fix_window_hours=0.25)
    await deadline_in(seats, 600)
    await reject(seats, person, sure=True)
    await seats.stage.stand(P3)
    await seats.stage.submit(person.caller)
    assert await seats.value("SELECT fix_until FROM application WHERE id = $1", person.id) is None
    await seats.stage.stand(P2)
    await deadline_in(seats, -1)
    assert (await refused(reject(seats, other))).reason == "AFTER_DEADLINE"
