"""Faculty's facts between a real NATS and a real Temporal server; and the net under them: what is lost comes back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from temporalio.client import Client, ScheduleOverlapPolicy, WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from residency.enrollment.v1 import cycle_service_pb2 as cycles
from residency.enrollment.v1 import selection_service_pb2 as selection
from residency.faculty.v1 import events_pb2 as facts
from services.kit.delivery import headers
from services.kit.messaging import Messaging
from services.kit.settings import Settings
from tests.support.faculty_waits import (
    BASE,
    FIRST_DAY,
    FacultyWorld,
    OneAppointment,
    OneBatch,
    faculty_queue,
)
from tests.support.wait import eventually
from workflows import faculty_waits, reconcile, schedules
from workflows.connection import TemporalConnection
from workflows.faculty_appointment import contract as appointment
from workflows.faculty_batch import contract as batch
from workflows.faculty_bridge import DURABLE, STREAM, FacultyBridge
from workflows.faculty_eligibility import contract as eligibility
from workflows.faculty_eligibility.activities import EligibilityActivities
from workflows.faculty_eligibility.contract import EligibilityOrder
from workflows.faculty_eligibility.schedule import schedule_of
from workflows.faculty_waits import FacultyBooks
from workflows.reconcile import Reconcile, What
from workflows.waits import Wait
from workflows.worker import make_worker

NAMESPACE: str = Settings.model_fields["temporal_namespace"].default
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    path = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(path), namespace=NAMESPACE
    ) as running:
        yield running


class Nothing:
    """An enrollment without a cycle."""

    async def ListCycles(self, _: object) -> object:
        return cycles.ListCyclesResponse()

    async def ListOpenLists(self, _: object) -> object:
        return selection.ListOpenListsResponse()


@dataclass
class Bridged:
    """A bridge at work between two real servers, and a world behind the worker."""

    world: FacultyWorld
    client: Client
    messaging: Messaging
    connection: TemporalConnection

    async def publish(self, subject: str, fact: Message, aggregate_id: str, version: int) -> None:
        values = headers(
            event_id=str(uuid4()),
            event_type=fact.DESCRIPTOR.full_name,
            source="faculty",
            aggregate_id=aggregate_id,
            epoch=1,
            version=version,
            occurred_at=datetime.now(UTC),
        )
        await self.messaging.publish(f"residency.faculty.v1.{subject}", fact.SerializeToString(), values)

    async def acknowledged(self) -> bool:
        known = await self.messaging.client.jetstream().consumer_info(STREAM, DURABLE)
        return not (known.num_ack_pending or known.num_pending)

    async def changed(self, appointment_id: str, version: int, kind: str) -> None:
        about = facts.AppointmentFact(appointment_id=appointment_id, base_code=BASE, version=version)
        await self.publish(
            "appointment.changed", facts.AppointmentChanged(appointment=about, kind=kind), appointment_id, version
        )

    def reconcile(self) -> Reconcile:
        nothing = Nothing()
        books = FacultyBooks(self.world, self.world)
        return Reconcile(self.connection, nothing, nothing, nothing, books)  # type: ignore[arg-type]


@pytest.fixture
async def bridged(server: WorkflowEnvironment, nats_url: str) -> AsyncIterator[Bridged]:
    settings = Settings(temporal_address=server.client.service_client.config.target_host, nats_url=nats_url)
    connection, messaging = TemporalConnection(settings), Messaging(nats_url, name="workflows")
    consumer = FacultyBridge(connection).consumer(messaging)

    async def now() -> datetime:
        return datetime.now(UTC)

    # Today is the 5th of January of the world's first year.
    world = FacultyWorld(now, datetime.now(UTC) - 4 * DAY)
    parts = (connection, messaging, consumer)
    for part in parts:
        await part.start()
    client = await connection.client()
    async with make_worker(client, faculty_queue(world)):
        yield Bridged(world, client, messaging, connection)
        async for run in client.list_workflows("ExecutionStatus = 'Running'"):
            # The list lags behind: it may have ended.
            with suppress(RPCError):
                await client.get_workflow_handle(run.id, run_id=run.run_id).terminate()
    for part in reversed(parts):
        await part.stop()


async def test_wait_43_an_appointment_is_waited_with_and_hears_of_what_is_done_to_it(bridged: Bridged) -> None:
    """WAIT-43: also when a change overtakes the start; twice, of old versions, and after its end: none is revived."""
    key = str(uuid4())
    one = bridged.world.appointments[key] = OneAppointment(FIRST_DAY, date(2027, 12, 31), version=2)
    started = facts.AppointmentStarted(appointment=facts.AppointmentFact(appointment_id=key, base_code=BASE, version=1))
    await bridged.changed(key, 2, "level_set")
    for _ in range(2):
        await bridged.publish("appointment.started", started, key, 1)
    handle = bridged.client.get_workflow_handle(appointment.workflow_id(key))

    async def waits() -> bool:
        if not await bridged.acknowledged():
            return False
        status = await handle.query(appointment.STATUS, result_type=appointment.AppointmentStatus)
        return bool(status.version == 2 and status.next_errand == "open_review")

    await eventually(waits, "the appointment is waited with")
    one.state, one.version = "dismissed", 3
    await bridged.changed(key, 3, "dismissed")
    handle = bridged.client.get_workflow_handle(appointment.workflow_id(key))
    ended = await handle.result()
    run_id = (await handle.describe()).run_id
    await bridged.changed(key, 4, "dismissed")
    await eventually(bridged.acknowledged, "the late fact is acknowledged")
    assert ended["state"] == "dismissed"
    assert (await handle.describe()).run_id == run_id


async def test_wait_43_a_batch_is_started_and_told_that_it_moved(bridged: Bridged) -> None:
    """WAIT-43: by two facts in the wrong order."""
    key, now = str(uuid4()), datetime.now(UTC)
    one = bridged.world.batches[key] = OneBatch(now + 5 * DAY, now + 9 * DAY, now + 12 * DAY, version=2)
    for version in (2, 1, 2):
        fact = facts.BatchChanged(batch_id=key, organisation_code=BASE, version=version, created=version == 1)
        await bridged.publish("batch.amended", fact, key, version)
    handle = bridged.client.get_workflow_handle(batch.workflow_id(key))

    async def waits(version: int, closes_at: datetime) -> bool:
        status = await handle.query(batch.STATUS, result_type=batch.BatchStatus)
        return bool(status.version == version and status.closes_at == closes_at)

    async def first() -> bool:
        return await bridged.acknowledged() and await waits(2, one.closes_at)

    await eventually(first, "the batch is waited with")
    one.closes_at, one.version = now + 20 * DAY, 3
    moved = facts.BatchChanged(batch_id=key, organisation_code=BASE, version=3)
    await bridged.publish("batch.amended", moved, key, 3)

    async def second() -> bool:
        return await waits(3, now + 20 * DAY)

    await eventually(second, "the batch knows its new end")


async def test_wait_43_facts_that_nobody_waits_for_are_acknowledged(bridged: Bridged) -> None:
    """WAIT-43: a dossier saved, months assigned, a rating: nothing begins."""
    person = str(uuid4())
    await bridged.publish("dossier.saved", facts.DossierSaved(person_id=person), person, 1)
    await bridged.publish("teacher.rated", facts.TeacherRated(teacher_id=person, year=2027, count=1), person, 1)
    await eventually(bridged.acknowledged, "the facts are acknowledged")
    assert [run async for run in bridged.client.list_workflows(f"WorkflowId = 'appointment/{person}'")] == []


async def test_ops_10_what_faculty_waits_for_comes_back_and_what_is_over_is_ended(
    bridged: Bridged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-10: after a loss of Temporal's store every batch and appointment, on every page; an orphan is ended."""
    world, now = bridged.world, datetime.now(UTC)
    people = [str(uuid4()) for _ in range(5)]
    world.appointments = {key: OneAppointment(FIRST_DAY, date(2027, 12, 31)) for key in people}
    batch_id = str(uuid4())
    world.batches = {batch_id: OneBatch(now + DAY, now + 9 * DAY, now + 12 * DAY)}
    expected = {batch.workflow_id(batch_id), *map(appointment.workflow_id, people)}
    seen = await bridged.reconcile().compare(dry_run=True)
    assert {(each.what, each.mended) for each in seen.differences} == {(What.MISSING, False)}
    seen = await bridged.reconcile().compare()
    assert {each.workflow_id for each in seen.differences} == expected
    assert (seen.waits, seen.open_cycles) == (6, 0)

    async def calm() -> bool:
        found = [run async for run in bridged.client.list_workflows("ExecutionStatus = 'Running'")]
        told = [await bridged.client.get_workflow_handle(run.id).describe() for run in found]
        return expected == {
            each.id
            for each in told
            if not each.raw_description.HasField("pending_workflow_task")
            and not each.raw_description.pending_activities
        }

    await eventually(calm, "all of them run and wait")
    assert (await bridged.reconcile().compare()).differences == []
    gone = appointment.workflow_id(people[0])
    del world.appointments[people[0]]
    assert (await bridged.reconcile().compare()).differences == [], "too young"
    monkeypatch.setattr(reconcile, "YOUNG", timedelta(0))
    [found] = (await bridged.reconcile().compare()).differences
    assert (found.what, found.workflow_id, found.why) == (What.ORPHANED, gone, "APPOINTMENT_OVER")
    status = (await bridged.client.get_workflow_handle(gone).describe()).status
    assert status is WorkflowExecutionStatus.TERMINATED


async def test_wait_42_a_long_history_goes_on_in_a_new_run_that_repeats_nothing(
    bridged: Bridged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAIT-42: what was reminded of is known to the next run; what lies ahead is too."""
    # The workflow reads how long is long when it is loaded: forty events are, here.
    monkeypatch.setattr(appointment, "LONGEST_HISTORY", 40)
    world, key = bridged.world, str(uuid4())
    # Today is the 22nd of April: the first reminder of the open review has gone by.
    world.first_midnight = datetime.now(UTC) - (date(2027, 4, 22) - FIRST_DAY)
    one = world.appointments[key] = OneAppointment(FIRST_DAY, date(2027, 12, 31), review="due", review_year=2027)
    await bridged.changed(key, 1, "review_opened")
    handle = bridged.client.get_workflow_handle(appointment.workflow_id(key))

    async def reminded() -> bool:
        return world.asked == ["due"]

    await eventually(reminded, "the reminder gone by is sent")
    first = (await handle.describe()).run_id

    async def renewed() -> bool:
        one.version += 1
        await bridged.changed(key, one.version, "level_set")
        await eventually(bridged.acknowledged, "the fact is heard")
        return (await handle.describe()).run_id != first

    await eventually(renewed, "a new run")

    async def goes_on() -> bool:
        status = await handle.query(appointment.STATUS, result_type=appointment.AppointmentStatus)
        return bool(status.version == one.version and status.next_errand == "remind")

    await eventually(goes_on, "the new run waits for the second reminder")
    assert world.asked == ["due"]


@pytest.mark.parametrize(
    ("workflow_id", "why"),
    [
        ("batch/gone", "BATCH_OVER"),
        ("appointment/gone", "APPOINTMENT_OVER"),
        ("appointment/here", ""),
        ("cycle/gone", ""),
        ("residency-faculty-eligibility-2027", ""),
    ],
)
def test_ops_10_only_what_faculty_knows_to_be_over_is_an_orphan(workflow_id: str, why: str) -> None:
    """OPS-10: and nothing at all where it knows of nothing, which is likelier the wrong database."""
    here = Wait("appointment/here", appointment.NAME, appointment.TASK_QUEUE, None, "")
    assert faculty_waits.orphaned(workflow_id, {here.workflow_id: here}) == why
    assert faculty_waits.orphaned(workflow_id, {}) == ""


async def test_wait_45_once_a_day_those_who_qualify_are_told(bridged: Bridged) -> None:
    """WAIT-45: the schedule is kept once, brought up to date, and asks page by page about the province's day."""
    for cron in ("0 8 * * *", "0 9 * * *"):
        await schedules.keep(bridged.client, eligibility.SCHEDULE, schedule_of(cron, "Asia/Shanghai"))
    handle = bridged.client.get_schedule_handle(eligibility.SCHEDULE)
    following = (await handle.describe()).info.next_action_times[:2]
    assert [(at.astimezone(UTC).hour, at.minute) for at in following] == [(1, 0)] * 2
    assert following[1] - following[0] == DAY
    bridged.world.eligible = [True, False, False, False, True]
    await handle.trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)

    async def told() -> bool:
        return not bridged.world.eligible

    await eventually(told, "everybody is told")
    await handle.delete()
    days = {(datetime.now(UTC) + timedelta(hours=8)).date(), (datetime.now(UTC) + timedelta(hours=7.9)).date()}
    assert len(bridged.world.days) == 3
    assert set(bridged.world.days) <= {day.isoformat() for day in days}


async def test_wait_45_a_page_without_anybody_ends_nothing_and_a_standstill_does() -> None:
    """WAIT-45: of those looked at nobody may qualify yet; where nobody is looked at any more it is over for today."""

    async def now() -> datetime:
        return datetime.now(UTC)

    order = EligibilityOrder(datetime(2027, 3, 11, 16, tzinfo=UTC), "Asia/Shanghai")
    for stuck, told, asked in ((False, 1, 3), (True, 0, 2)):
        world = FacultyWorld(now, datetime.now(UTC), eligible=[False, False, False, False, True], stuck=stuck)
        found = await ActivityEnvironment().run(EligibilityActivities(world).remind_eligible, order)
        assert (found.count, len(world.days)) == (told, asked)
        assert set(world.days) == {"2027-03-12"}
