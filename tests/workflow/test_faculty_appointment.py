"""FacultyAppointment: its agenda as rows, and what its wait makes of what people do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.faculty_waits import OneAppointment, a_faculty_stage
from workflows.faculty_appointment import calendar, contract
from workflows.faculty_appointment.contract import AppointmentClock, AppointmentNews, AppointmentStart, Errand
from workflows.faculty_appointment.workflow import FacultyAppointment

DAY = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
JANUARY = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""00:00 of 1 January 2027 in China."""
OPENS, DUE, TERM = JANUARY + 85 * DAY, JANUARY + 117 * DAY, JANUARY + 365 * DAY
REMIND = [DUE - days * DAY for days in (15, 8, 2)]
QUIET = AppointmentClock("active", "", 1, JANUARY, term_ends_at=TERM, review_opens_at=OPENS, review_year=2027)
OPEN = replace(QUIET, review="due", review_opens_at=None, review_due_at=DUE, remind_at=REMIND)
SPREAD = "appointment/a"


def errands(clock: AppointmentClock, reminded: datetime = LONG_AGO) -> list[Errand]:
    return [due.errand for due in calendar.agenda(clock, reminded, SPREAD)]


R, LATE = Errand.REMIND, Errand.OVERDUE


@pytest.mark.parametrize(
    ("clock", "reminded", "found"),
    [
        (QUIET, LONG_AGO, [Errand.OPEN_REVIEW, Errand.END]),
        (OPEN, LONG_AGO, [R, R, R, LATE, Errand.END]),
        (OPEN, REMIND[0], [R, R, LATE, Errand.END]),
        # Asked after the second reminder had gone by: that one, not the first too.
        (replace(OPEN, read_at=REMIND[1] + DAY), LONG_AGO, [R, R, LATE, Errand.END]),
        # Asked after the last day: nothing to remind of any more.
        (replace(OPEN, read_at=DUE + DAY), LONG_AGO, [LATE, Errand.END]),
        (replace(OPEN, review="overdue"), LONG_AGO, [Errand.END]),
        (replace(OPEN, review="dismissal_proposed"), LONG_AGO, [Errand.END]),
        (replace(OPEN, review="confirmed"), LONG_AGO, [Errand.END]),
        # Decided to end before the review is due: it is not overdue after the end.
        (replace(OPEN, ends_at=REMIND[1] + DAY), LONG_AGO, [R, R, Errand.END]),
        (replace(QUIET, ends_at=OPENS - DAY), LONG_AGO, [Errand.END]),
        (replace(QUIET, expiry_notice_at=TERM - 60 * DAY), LONG_AGO, [Errand.OPEN_REVIEW, Errand.TERM, Errand.END]),
        (replace(QUIET, expiry_notice_at=TERM - 60 * DAY), TERM, [Errand.OPEN_REVIEW, Errand.END]),
        # Waits for the province: no moment at all.
        (AppointmentClock("pending", "", 1, JANUARY), LONG_AGO, []),
    ],
)
def test_wait_42_what_lies_ahead(clock: AppointmentClock, reminded: datetime, found: list[Errand]) -> None:
    """WAIT-42: first things first, nothing after the end."""
    assert errands(clock, reminded) == found


@pytest.mark.parametrize(
    ("now", "errand"),
    [
        (JANUARY, Errand.OPEN_REVIEW),
        (OPENS + DAY, Errand.OPEN_REVIEW),
        # Nobody worked for a year: over is over.
        (TERM, Errand.END),
        (TERM + DAY, Errand.END),
    ],
)
def test_wait_42_what_is_over_ends_before_anything_else_is_done(now: datetime, errand: Errand) -> None:
    """WAIT-42."""
    due = calendar.next_due(QUIET, LONG_AGO, now, SPREAD)
    assert due is not None
    assert due.errand is errand


def test_wait_42_without_a_moment_it_waits_for_people() -> None:
    """WAIT-42."""
    assert calendar.next_due(AppointmentClock("pending", "", 1, JANUARY), LONG_AGO, JANUARY, SPREAD) is None


def test_wait_42_the_reviews_of_a_hospital_open_within_half_an_hour() -> None:
    """WAIT-42: spread by id, and no earlier than the day."""
    moments = [calendar.agenda(QUIET, LONG_AGO, f"appointment/{number}")[0] for number in range(60)]
    assert all(timedelta(0) <= due.at - OPENS < timedelta(minutes=30) for due in moments)
    assert len({due.at for due in moments}) > 15
    assert {due.about for due in moments} == {OPENS}


@pytest.mark.parametrize(("refusals", "seconds"), [(0, 1), (1, 2), (5, 32), (16, 65_536), (17, 86_400), (500, 86_400)])
def test_wait_41_what_came_to_nothing_is_tried_ever_more_slowly(refusals: int, seconds: int) -> None:
    """WAIT-41."""
    assert calendar.pause_after(refusals) == timedelta(seconds=seconds)


async def test_wait_43_news_is_asked_about_once_per_version(environment: WorkflowEnvironment) -> None:
    """WAIT-43: twice, old and out of order: the wait reads faculty once for what is new, and not for what is known."""
    stage = await a_faculty_stage(environment)
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31))
    async with stage.working():
        handle = await stage.appoint(str(uuid4()), one)
        await stage.until(stage.world.at(1, 5))
        for version in (1, 1, 0):
            await handle.signal(FacultyAppointment.changed, AppointmentNews(version, "started"))
        await stage.until(stage.world.at(1, 6))
        known = [event for event in (await handle.fetch_history()).events if event.event_type == 10]
        await stage.change(handle, "level_set", version=3)
        for version in (4, 2, 3):
            await handle.signal(FacultyAppointment.changed, AppointmentNews(version, "level_set"))
        await stage.until(stage.world.at(1, 7))
        status = await handle.query(FacultyAppointment.status)
        asked = [event for event in (await handle.fetch_history()).events if event.event_type == 10]
        await handle.terminate()
    assert (status.version, status.next_errand, status.state) == (4, "open_review", "active")
    # The first of the new ones wakes it; what comes until it has asked belongs to the same look.
    assert (len(known), len(asked)) == (1, 2)


async def test_wait_42_a_lost_fact_is_made_up_for_within_a_month(environment: WorkflowEnvironment) -> None:
    """WAIT-42: nobody told that it was dismissed; it is over all the same, on time."""
    stage = await a_faculty_stage(environment)
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31), months=2)
    async with stage.working():
        handle = await stage.appoint(str(uuid4()), one)
        await stage.until(stage.world.at(1, 10))
        one.ending, one.ends_on = "dismissed", date(2027, 2, 20)
        ended = await handle.result()
        closed = (await handle.fetch_history()).events[-1].event_time.ToDatetime(tzinfo=UTC)
    assert (ended.state, ended.orphaned, one.months) == ("dismissed", 2, 0)
    assert stage.world.at(2, 21) <= closed < stage.world.at(2, 22)


async def test_wait_44_an_overdue_review_is_escalated_once_and_dismisses_nobody(
    environment: WorkflowEnvironment,
) -> None:
    """WAIT-44."""
    stage = await a_faculty_stage(environment)
    key, one = str(uuid4()), OneAppointment(date(2027, 1, 1), date(2027, 12, 31))
    async with stage.working():
        handle = await stage.appoint(key, one)
        await stage.until(stage.world.at(6, 1))
        assert (one.state, one.review) == ("active", "overdue")
        await handle.terminate()
    assert [kind for _, about, kind in stage.world.told if about == key] == ["due", "due", "overdue"]


async def test_wait_44_a_review_confirmed_on_the_last_day_is_not_overdue(environment: WorkflowEnvironment) -> None:
    """WAIT-44: confirmed in the last minute of 27 April."""
    stage = await a_faculty_stage(environment)
    key, one = str(uuid4()), OneAppointment(date(2027, 1, 1), date(2027, 12, 31))
    async with stage.working():
        handle = await stage.appoint(key, one)
        await stage.until(stage.world.at(4, 27, 23.99))
        await stage.change(handle, "confirmed", review="confirmed")
        await stage.until(stage.world.at(5, 10))
        await handle.terminate()
    assert one.review == "confirmed"
    assert [kind for _, about, kind in stage.world.told if about == key] == ["due", "due"]


async def test_wait_42_an_appointment_that_nobody_knows_ends_without_a_deed(environment: WorkflowEnvironment) -> None:
    """WAIT-42."""
    stage = await a_faculty_stage(environment)
    key = str(uuid4())
    async with stage.working():
        handle = await stage.client.start_workflow(
            FacultyAppointment.run,
            AppointmentStart(key),
            id=contract.workflow_id(key),
            task_queue=contract.TASK_QUEUE,
        )
        assert (await handle.result()).state == ""
