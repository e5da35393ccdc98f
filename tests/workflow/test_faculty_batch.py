"""FacultyBatch: its agenda as rows, and its wait on the clock-skipping server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from services.kit.quiet import NIGHTS, is_quiet
from tests.support.faculty_waits import OneBatch, a_faculty_stage
from workflows.faculty_batch import calendar, contract
from workflows.faculty_batch.activities import BatchActivities
from workflows.faculty_batch.contract import BatchClock, BatchQuestion, BatchReminder, BatchStart, Errand
from workflows.faculty_batch.workflow import FacultyBatch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPENS = datetime(2027, 1, 3, 16, tzinfo=UTC)
"""00:00 of 4 January in China."""
APPLY, CLOSES = OPENS + 14 * DAY, OPENS + 21 * DAY
CLOCK = BatchClock(OPENS, APPLY, CLOSES, drafts=2, undecided=3, version=1, read_at=OPENS)
SPREAD = "batch/a"


def test_wait_39_an_agenda_has_its_opening_its_reminders_and_its_close() -> None:
    """WAIT-39: in order, by day, up to two hours early."""
    found = calendar.agenda(CLOCK, SPREAD)
    assert [due.errand for due in found] == [
        *(Errand.OPENED, Errand.DRAFTS, Errand.DRAFTS, Errand.UNDECIDED, Errand.UNDECIDED, Errand.UNDECIDED),
        Errand.CLOSE,
    ]
    assert found[0].at == OPENS + 8 * HOUR, "not told at night"
    assert found[-1].at == CLOSES
    assert not [due for due in found[:-1] if is_quiet(NIGHTS, due.at)]
    for due, ends_at, lead in zip(
        found[1:-1],
        (APPLY, APPLY, CLOSES, CLOSES, CLOSES),
        (3 * DAY, DAY, 7 * DAY, 3 * DAY, DAY),
        strict=True,
    ):
        # The end is at midnight: the evening before counts, and up to two hours of spreading.
        assert timedelta(0) <= ends_at - lead - due.at <= 2 * HOUR + 2 * HOUR


def test_wait_39_of_a_short_batch_nothing_is_reminded_of_before_it_is_open() -> None:
    """WAIT-39: two days and no more."""
    clock = BatchClock(OPENS, OPENS + 2 * DAY, OPENS + 2 * DAY, 1, 1, 1, OPENS)
    found = calendar.agenda(clock, SPREAD)
    assert [due.errand for due in found] == [Errand.OPENED, Errand.DRAFTS, Errand.UNDECIDED, Errand.CLOSE]


def test_wait_39_batches_of_many_hospitals_do_not_remind_in_one_minute() -> None:
    """WAIT-39: spread by id, the same each time."""
    moments = {calendar.agenda(CLOCK, f"batch/{number}")[1].at for number in range(40)}
    assert len(moments) > 20
    assert calendar.agenda(CLOCK, "batch/1") == calendar.agenda(CLOCK, "batch/1")


@pytest.mark.parametrize(
    ("handled", "now", "told"),
    [
        (timedelta(0), timedelta(hours=8), [Errand.OPENED]),
        (timedelta(hours=8), 11 * DAY, [Errand.DRAFTS]),
        # Nobody worked from the first morning until a day before submissions end: the later reminder alone.
        (timedelta(hours=9), 13 * DAY, [Errand.DRAFTS]),
        (timedelta(hours=9), 14 * DAY + HOUR, [Errand.UNDECIDED]),
        (-DAY, 13 * DAY, [Errand.OPENED, Errand.DRAFTS]),
        (-DAY, 20 * DAY, [Errand.UNDECIDED]),
        (-DAY, 22 * DAY, []),
        (13 * DAY, 13 * DAY + HOUR, []),
    ],
)
def test_wait_40_of_several_only_the_last_and_none_too_late(
    handled: timedelta, now: timedelta, told: list[Errand]
) -> None:
    """WAIT-40: after an outage nobody is told twice at once, nor of an end that has come."""
    found = calendar.sensible(CLOCK, OPENS + handled, OPENS + now, SPREAD)
    assert [due.errand for due in found] == told


@pytest.mark.parametrize(("drafts", "undecided"), [(0, 3), (2, 0), (0, 0)])
def test_wait_40_with_nothing_owed_nobody_is_reminded(drafts: int, undecided: int) -> None:
    """WAIT-40: of drafts nobody has, of decisions nobody owes."""
    clock = BatchClock(OPENS, APPLY, CLOSES, drafts, undecided, 1, OPENS)
    at_drafts = calendar.sensible(clock, OPENS + 9 * HOUR, OPENS + 12 * DAY, SPREAD)
    at_close = calendar.sensible(clock, OPENS + 9 * HOUR, OPENS + 19 * DAY, SPREAD)
    assert bool(at_drafts) == bool(drafts)
    assert bool(at_close) == bool(undecided)


def test_wait_41_a_deed_that_comes_to_nothing_is_tried_ever_more_slowly() -> None:
    """WAIT-41: a second, doubled each time, a day at most."""
    pauses = [calendar.pause_after(number) for number in range(40)]
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert pauses[-1] == DAY
    assert pauses == sorted(pauses)


async def test_wait_41_a_close_that_comes_too_early_by_faculty_s_clock_is_asked_for_again(
    environment: WorkflowEnvironment,
) -> None:
    """WAIT-41: the database's clock is behind; everything ends once, as soon as it says so."""
    stage = await a_faculty_stage(environment)
    stage.world.behind = timedelta(seconds=20)
    one = OneBatch(stage.world.at(1, 1), stage.world.at(1, 2), stage.world.at(1, 3), undecided=5)
    async with stage.working():
        handle = await stage.begin_batch(str(uuid4()), one)
        ended = await handle.result()
    assert (ended.expired, one.expired, one.undecided) == (5, 5, 0)


async def test_wait_39_a_version_that_is_known_wakes_nobody(environment: WorkflowEnvironment) -> None:
    """WAIT-39: the bridge repeats itself; a batch asks once per version."""
    stage = await a_faculty_stage(environment)
    batch_id = str(uuid4())
    one = OneBatch(stage.world.at(1, 4), stage.world.at(1, 18), stage.world.at(1, 25))
    async with stage.working():
        handle = await stage.begin_batch(batch_id, one)
        await stage.until(stage.world.at(1, 2))
        for version in (1, 1):
            await handle.signal(FacultyBatch.recheck, contract.BatchMoved(version))
        one.opens_at = stage.world.at(1, 3)
        await stage.move_batch(handle, batch_id)
        await stage.until(stage.world.at(1, 2, 1))
        status = await handle.query(FacultyBatch.status)
        asked = [event for event in (await handle.fetch_history()).events if event.event_type == 10]
        await handle.terminate()
    assert (status.next_errand, status.next_at) == ("opened", stage.world.at(1, 3, 8))
    assert status.version == 2
    assert len(asked) == 2


async def test_wait_39_a_batch_that_nobody_knows_ends_without_a_deed(environment: WorkflowEnvironment) -> None:
    """WAIT-39."""
    stage = await a_faculty_stage(environment)
    batch_id = str(uuid4())
    async with stage.working():
        handle = await stage.client.start_workflow(
            FacultyBatch.run,
            BatchStart(batch_id, "SD"),
            id=contract.workflow_id(batch_id),
            task_queue=contract.TASK_QUEUE,
        )
        assert (await handle.result()).expired == 0
    assert stage.world.told == []


async def test_wait_40_faculty_may_find_that_it_is_not_the_time(environment: WorkflowEnvironment) -> None:
    """WAIT-40: the same errand about the same moment is told once, whoever asks again."""
    stage = await a_faculty_stage(environment)
    batch_id, at = str(uuid4()), stage.world.at
    stage.world.batches[batch_id] = OneBatch(at(1, 1), at(1, 2), at(1, 3), drafts=2)
    activities, order = BatchActivities(stage.world), BatchReminder(batch_id, Errand.DRAFTS, at(1, 2))
    for count in (2, 0):
        assert (await ActivityEnvironment().run(activities.remind_batch, order)).count == count
    early = await ActivityEnvironment().run(activities.expire_undecided, BatchQuestion(batch_id))
    assert (early.count, early.closed) == (0, False)
