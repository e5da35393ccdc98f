"""The recorded scenarios of faculty: batches, years of appointments, a day's reminders; see `scenarios`.

Every scenario begins on 1 January of a year that is called 2027 whenever it is played.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.support.faculty_waits import DAY, OneAppointment, OneBatch, a_faculty_stage


async def decided(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A batch of three weeks: told of, drafts and decisions reminded of, everything decided before it closes."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneBatch(at(1, 4), at(1, 18), at(1, 25), drafts=3)
    async with stage.working():
        handle = await stage.begin_batch("20270000-0000-7000-8000-000000000001", one)
        await stage.until(at(1, 16, 12))
        one.drafts, one.undecided = 1, 4
        await stage.until(at(1, 23))
        one.drafts, one.undecided = 0, 0
        await handle.result()
        return await handle.fetch_history()


async def undecided(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Nobody decides: reminded three times, and what is left expires at the close, page by page."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneBatch(at(1, 4), at(1, 18), at(1, 25), drafts=1, undecided=4)
    async with stage.working():
        handle = await stage.begin_batch("20270000-0000-7000-8000-000000000002", one)
        await handle.result()
        return await handle.fetch_history()


async def moved(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Submissions and close are put off by a week, two days before submissions would have ended."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    batch_id = "20270000-0000-7000-8000-000000000003"
    one = OneBatch(at(1, 4), at(1, 18), at(1, 25), drafts=2)
    async with stage.working():
        handle = await stage.begin_batch(batch_id, one)
        await stage.until(at(1, 16, 10))
        one.apply_until, one.closes_at = at(1, 25), at(2, 1)
        await stage.move_batch(handle, batch_id)
        await handle.result()
        return await handle.fetch_history()


async def begun_late(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A batch whose wait begins after its close: nobody is reminded, what is undecided ends."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneBatch(at(1, 1), at(1, 5), at(1, 8), undecided=1)
    async with stage.working():
        await stage.until(at(1, 20, 9))
        handle = await stage.begin_batch("20270000-0000-7000-8000-000000000004", one)
        await handle.result()
        return await handle.fetch_history()


async def confirmed_and_renewed(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A year as it should be: reviewed in time, told that the term ends, renewed; the second term ends with grace."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31) + 60 * DAY, months=2)
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000011", one)
        await stage.until(at(4, 2, 15))
        await stage.change(handle, "confirmed", review="confirmed")
        await stage.until(at(11, 20, 10, year=2027))
        await stage.change(handle, "renewed", until_day=date(2028, 6, 30) + 60 * DAY, term_told=False)
        await stage.until(at(4, 3, 15, year=2028))
        await stage.change(handle, "confirmed", review="confirmed")
        await handle.result()
        return await handle.fetch_history()


async def overdue(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Nobody does the review: reminded twice, overdue, not dismissed; done late."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31), months=3)
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000012", one)
        await stage.until(at(5, 6, 11))
        await stage.change(handle, "confirmed", review="confirmed")
        await handle.result()
        return await handle.fetch_history()


async def suspended(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A sanction in March, lifted on 10 April: the review of the year opens when it counts again."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31))
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000013", one)
        await stage.until(at(3, 10, 9))
        await stage.change(handle, "suspended", state="suspended")
        await stage.until(at(4, 10, 9))
        await stage.change(handle, "lifted", state="active")
        await stage.until(at(4, 22, 9))
        await stage.change(handle, "confirmed", review="confirmed")
        await handle.result()
        return await handle.fetch_history()


async def dismissed(environment: WorkflowEnvironment) -> WorkflowHistory:
    """The secretary proposes a dismissal, 教学部 decides it for the end of May; five months have no teacher."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31), months=5)
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000014", one)
        await stage.until(at(4, 14, 16))
        await stage.change(handle, "dismissal_proposed", review="dismissal_proposed")
        await stage.until(at(5, 12, 10))
        await stage.change(handle, "dismissal_decided", review="", ending="dismissed", ends_on=date(2027, 5, 31))
        await handle.result()
        return await handle.fetch_history()


async def acknowledged(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Recommended, and acknowledged by the province forty days later; the person leaves the hospital in the summer."""
    stage = await a_faculty_stage(environment)
    at = stage.world.at
    one = OneAppointment(date(2027, 1, 1), date(2027, 12, 31), state="pending", months=1)
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000015", one)
        await stage.until(at(2, 10, 9))
        await stage.change(handle, "started", state="active", from_day=date(2027, 2, 10))
        await stage.until(at(4, 1, 9))
        await stage.change(handle, "confirmed", review="confirmed")
        await stage.until(at(7, 20, 9))
        await stage.change(handle, "transferred", ending="transferred", ends_on=date(2027, 7, 31))
        await handle.result()
        return await handle.fetch_history()


async def behind(environment: WorkflowEnvironment) -> WorkflowHistory:
    """The database's clock is five minutes behind at the end of the term: asked again, ever more slowly."""
    stage = await a_faculty_stage(environment)
    stage.world.behind = timedelta(minutes=5)
    one = OneAppointment(date(2026, 1, 1), date(2027, 1, 10), review="confirmed", review_year=2027, term_told=True)
    async with stage.working():
        handle = await stage.appoint("20270000-0000-7000-8000-000000000016", one)
        await handle.result()
        return await handle.fetch_history()


async def reminded(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Five people qualify from today on; they are told page by page."""
    stage = await a_faculty_stage(environment)
    stage.world.eligible = [True] * 5
    async with stage.working():
        handle = await stage.start_eligibility(str(stage.world.first_midnight.timestamp()))
        await handle.result()
        return await handle.fetch_history()


FACULTY_SCENARIOS: dict[str, Callable[[WorkflowEnvironment], Awaitable[WorkflowHistory]]] = {
    "faculty_batch/decided": decided,
    "faculty_batch/undecided": undecided,
    "faculty_batch/moved": moved,
    "faculty_batch/begun_late": begun_late,
    "faculty_appointment/confirmed_and_renewed": confirmed_and_renewed,
    "faculty_appointment/overdue": overdue,
    "faculty_appointment/suspended": suspended,
    "faculty_appointment/dismissed": dismissed,
    "faculty_appointment/acknowledged": acknowledged,
    "faculty_appointment/behind": behind,
    "faculty_eligibility/reminded": reminded,
}
