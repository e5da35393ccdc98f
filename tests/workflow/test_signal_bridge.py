"""The signal bridge between a real NATS and a real Temporal server."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as facts
from residency.enrollment.v1 import place_service_pb2 as places
from services.kit.delivery import headers
from services.kit.messaging import Messaging
from services.kit.settings import Settings
from services.kit.temporal import RETENTION, connect
from tests.support.moments import Moments
from tests.support.province import Province
from tests.support.temporal import Stage
from tests.support.wait import eventually
from workflows.base_window import contract as base_window
from workflows.connection import TemporalConnection
from workflows.published_list import contract as published_list
from workflows.reconcile import Reconcile
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer
from workflows.seat_offer.contract import SeatOfferEnded
from workflows.signal_bridge import SignalBridge

BASE = "SD-QILU"


@dataclass
class Bridged:
    """A bridge at work between two real servers, and a province behind the workers."""

    stage: Stage
    client: Client
    messaging: Messaging
    connection: TemporalConnection

    async def publish(self, subject: str, fact: Message, aggregate_id: str, version: int = 1) -> str:
        event_type, event_id = fact.DESCRIPTOR.full_name, str(uuid4())
        values = headers(
            event_id=event_id,
            event_type=event_type,
            source="enrollment",
            aggregate_id=aggregate_id,
            epoch=1,
            version=version,
            # Later than every count of the province, which knows of none of these deeds.
            occurred_at=datetime.now(UTC) + timedelta(hours=1),
        )
        await self.messaging.publish(f"residency.enrollment.v1.{subject}", fact.SerializeToString(), values)
        return event_id

    async def review(self, application_id: str, *, version: int = 2) -> None:
        about = facts.ApplicationFact(
            application_id=application_id,
            cycle_id=self.stage.province.cycle_id,
            base_code=BASE,
            round=1,
            phase=cycle_pb2.PHASE_FIRST_CHOICE,
            version=version,
        )
        await self.publish(
            "application.reviewed", facts.ApplicationReviewed(application=about, approved=True), application_id, version
        )

    async def unacknowledged(self) -> int:
        known = await self.messaging.client.jetstream().consumer_info("ENROLLMENT", "workflows-enrollment")
        return (known.num_ack_pending or 0) + (known.num_pending or 0)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    path = Path(sys.executable).parent / "temporal"
    # Its namespace stands from the start, as in the embedded stack: one just registered is served late.
    namespace = Settings.model_fields["temporal_namespace"].default
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(path), namespace=namespace
    ) as running:
        yield running


@asynccontextmanager
async def _bridged(server: WorkflowEnvironment, nats_url: str) -> AsyncIterator[Bridged]:
    settings = Settings(temporal_address=server.client.service_client.config.target_host, nats_url=nats_url)
    connection = TemporalConnection(settings)
    messaging = Messaging(nats_url, name="workflows")
    consumer = SignalBridge(connection).consumer(messaging)

    async def now() -> datetime:
        return datetime.now(UTC)

    province = Province(str(uuid4()), Moments(datetime.now(UTC) - timedelta(days=12)), now, bases=(BASE,), sequence=2)
    parts = (connection, messaging, consumer)
    for part in parts:
        await part.start()
    client = await connection.client()
    stage = Stage(server, province, client)
    try:
        async with stage.working():
            yield Bridged(stage, client, messaging, connection)
    finally:
        for part in reversed(parts):
            await part.stop()


@pytest.fixture
async def bridged(server: WorkflowEnvironment, nats_url: str) -> AsyncIterator[Bridged]:
    async with _bridged(server, nats_url) as running:
        yield running


async def test_the_namespace_keeps_finished_ids_for_thirty_days(server: WorkflowEnvironment) -> None:
    settings = Settings(temporal_address=server.client.service_client.config.target_host)
    client = await connect(settings)
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


async def test_a_cycle_created_starts_its_year_and_the_windows_of_its_round(bridged: Bridged) -> None:
    cycle_id = bridged.stage.province.cycle_id
    for _ in range(2):
        await bridged.publish("cycle.created", facts.CycleCreated(cycle_id=cycle_id), cycle_id)
    handle = bridged.client.get_workflow_handle(recruitment_cycle.workflow_id(cycle_id))

    async def opened() -> bool:
        if await bridged.unacknowledged():
            return False
        status = await handle.query(recruitment_cycle.STATUS, result_type=recruitment_cycle.CycleStatus)
        return bool(status.windows_opened == 1)

    await eventually(opened, "the windows of the round are open")
    assert (await bridged.stage.window(BASE, 1).describe()).status == WorkflowExecutionStatus.RUNNING


async def test_a_busy_evening_costs_a_window_a_few_signals(bridged: Bridged) -> None:
    applications = [f"application-{number}" for number in range(60)]
    for application in applications:
        await bridged.review(application)
    window = bridged.stage.window(BASE, 1)

    async def acknowledged() -> bool:
        return await bridged.unacknowledged() == 0

    await eventually(acknowledged, "every fact is acknowledged")
    status = await window.query(base_window.STATUS, result_type=base_window.WindowStatus)
    assert status.verdicts == len(applications)
    signals = [
        event
        for event in (await window.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    assert len(signals) <= 10


async def test_a_fact_later_than_its_window_is_acknowledged_and_revives_nothing(bridged: Bridged) -> None:
    bridged.stage.province.sequence = 3
    bridged.stage.province.closed_windows.append((BASE, 1))
    window = await bridged.stage.start_window(BASE, 1)
    await window.result()
    await bridged.review("too-late")

    async def acknowledged() -> bool:
        return await bridged.unacknowledged() == 0

    await eventually(acknowledged, "every fact is acknowledged")
    assert (await bridged.stage.window(BASE, 1).describe()).run_id == window.first_execution_run_id


async def test_a_window_reads_its_dates_again_when_its_base_moves_them(bridged: Bridged) -> None:
    window = await bridged.stage.start_window(BASE, 1)
    moved = facts.MilestonesSet(cycle_id=bridged.stage.province.cycle_id, base_code=BASE, round=1)
    await bridged.publish("window.milestones_set", moved, f"{moved.cycle_id}/{BASE}/1")

    async def told() -> bool:
        events = (await window.fetch_history()).events
        return any(
            event.workflow_execution_signaled_event_attributes.signal_name == base_window.RECHECK for event in events
        )

    await eventually(told, "the window is told")


async def test_wait_36_a_published_list_is_waited_with_and_hears_of_objections(bridged: Bridged) -> None:
    """WAIT-36: also when an objection overtakes the publication; repeats change nothing, and no list is none."""
    cycle_id, list_id = bridged.stage.province.cycle_id, str(uuid4())
    ends_at = datetime.now(UTC) + timedelta(days=2)
    bridged.stage.province.lists.publish(list_id, BASE, ["a", "b"], ends_at)
    filed, freed = [
        facts.ApplicationFact(application_id="a", cycle_id=cycle_id, base_code=BASE, version=version)
        for version in (3, 4)
    ]
    unlisted = facts.ApplicationFact(application_id="b", cycle_id=cycle_id, base_code=BASE, version=9)
    published = facts.ListPublished(list_id=list_id, cycle_id=cycle_id, base_code=BASE, number=1)
    for _ in range(2):
        resolved = facts.ObjectionResolved(application=freed, list_id=list_id)
        await bridged.publish("objection.resolved", resolved, "a", 4)
        await bridged.publish("objection.filed", facts.ObjectionFiled(application=filed, list_id=list_id), "a", 3)
        await bridged.publish("objection.filed", facts.ObjectionFiled(application=unlisted), "b", 9)
        await bridged.publish("list.published", published, list_id)
    handle = bridged.client.get_workflow_handle(published_list.workflow_id(cycle_id, list_id))

    async def heard() -> bool:
        if await bridged.unacknowledged():
            return False
        status = await handle.query(published_list.STATUS, result_type=published_list.ListStatus)
        return bool(status.provisional == 2 and status.objected == 0)

    await eventually(heard, "the list knows that nobody is frozen")
    about = facts.ApplicationFact(application_id="b", cycle_id=cycle_id, base_code=BASE, version=5)
    await bridged.publish(
        "objection.filed",
        facts.ObjectionFiled(application=about, list_id=list_id),
        "b",
        5,
    )

    async def frozen() -> bool:
        status = await handle.query(published_list.STATUS, result_type=published_list.ListStatus)
        return bool(status.objected == 1)

    await eventually(frozen, "the list knows that one is frozen")


async def test_wait_37_a_cycle_hears_once_that_its_calendar_changed(bridged: Bridged) -> None:
    """WAIT-37: its workflow is started where it is missing; a version known already is refused and acknowledged."""
    province, cycle_id = bridged.stage.province, bridged.stage.province.cycle_id
    province.moved[3] = province.opens_at(3) + timedelta(days=3)
    for version in (2, 2, 1):
        changed = facts.CalendarChanged(cycle_id=cycle_id, version=version, kind="amend", urgent=True)
        await bridged.publish("cycle.calendar_changed", changed, f"{cycle_id}/calendar", version)
    handle = bridged.client.get_workflow_handle(recruitment_cycle.workflow_id(cycle_id))

    async def heard() -> bool:
        if await bridged.unacknowledged():
            return False
        status = await handle.query(recruitment_cycle.STATUS, result_type=recruitment_cycle.CycleStatus)
        return bool(status.next_opens_at == province.opens_at(3))

    await eventually(heard, "the cycle waits for the new boundary")


async def _lost(bridged: Bridged, *, freed: bool) -> str:
    """Publish that somebody lost a place; the id of the fact."""
    about = facts.ApplicationFact(
        application_id=str(uuid4()),
        cycle_id=bridged.stage.province.cycle_id,
        base_code=BASE,
        specialty_code="0100",
        round=1,
        phase=cycle_pb2.PHASE_FIRST_CHOICE,
        version=5,
    )
    fact = facts.ApplicationPlaceLost(application=about, cause="revoked", freed=freed)
    return await bridged.publish("application.place_lost", fact, about.application_id, 5)


async def test_wait_08_a_freed_place_is_offered_and_an_answer_reaches_its_offer(bridged: Bridged) -> None:
    """WAIT-08: a repeated fact starts no second; the answer comes with the freed seat's id."""
    waiting = bridged.stage.province.waiting
    waiting.people = ["a"]
    seat = await _lost(bridged, freed=True)
    handle = bridged.client.get_workflow_handle(
        seat_offer.workflow_id(bridged.stage.province.cycle_id, BASE, "0100", seat), result_type=SeatOfferEnded
    )

    async def offered() -> bool:
        return len(waiting.offers) == 1

    await eventually(offered, "the seat is offered")
    assert waiting.offers[0].seat_offer_id == seat
    offer = waiting.answer("a", accept=True)
    about = facts.ApplicationFact(
        application_id="a",
        cycle_id=bridged.stage.province.cycle_id,
        base_code=BASE,
        specialty_code="0100",
        round=1,
        phase=cycle_pb2.PHASE_FIRST_CHOICE,
        version=3,
    )
    for _ in range(2):
        ended = facts.ApplicationOfferEnded(
            application=about, offer_number=offer.number, seat_offer_id=seat, outcome="accepted"
        )
        await bridged.publish("application.offer_ended", ended, "a", 3)
        assert await handle.result() == SeatOfferEnded(taken=True, offers=1, why="")

    async def counted() -> bool:
        if await bridged.unacknowledged():
            return False
        window = bridged.stage.window(BASE, 1)
        status = await window.query(base_window.STATUS, result_type=base_window.WindowStatus)
        return bool(status.heard == 2)

    await eventually(counted, "its window hears of the place that was lost, and of the one that was taken")


async def test_wait_08_a_place_that_is_not_freed_is_offered_to_nobody(bridged: Bridged) -> None:
    seat = await _lost(bridged, freed=False)

    async def acknowledged() -> bool:
        return await bridged.unacknowledged() == 0

    await eventually(acknowledged, "the fact is acknowledged")
    cycle_id = bridged.stage.province.cycle_id
    with pytest.raises(RPCError, match="not found"):
        await bridged.client.get_workflow_handle(seat_offer.workflow_id(cycle_id, BASE, "0100", seat)).describe()


async def test_an_open_offer_without_a_workflow_gets_one_again(bridged: Bridged) -> None:
    """Temporal was rebuilt: the offer that stands is gone on with, and the cycle's own workflow runs again."""
    province, cycle_id = bridged.stage.province, bridged.stage.province.cycle_id
    province.waiting.people, seat = ["a"], str(uuid4())
    await province.waiting.OfferNext(
        places.OfferNextRequest(cycle_id=cycle_id, base_code=BASE, specialty_code="0100", seat_offer_id=seat)
    )
    for _ in range(2):
        seen = await Reconcile(bridged.connection, province, province.waiting, province.lists).compare()
        assert seen.open_cycles == 1
    offers = bridged.client.get_workflow_handle(
        seat_offer.workflow_id(cycle_id, BASE, "0100", seat), result_type=SeatOfferEnded
    )

    async def goes_on() -> bool:
        status = await offers.query(seat_offer.STATUS, result_type=seat_offer.SeatOfferStatus)
        return bool(status.offers == 1)

    await eventually(goes_on, "the workflow waits for the answer to the offer that stands")
    offer = province.waiting.answer("a", accept=True)
    await offers.signal(seat_offer.ANSWERED, seat_offer.OfferAnswered("a", offer.number))
    assert await offers.result() == SeatOfferEnded(taken=True, offers=1, why="")
    cycle = await bridged.client.get_workflow_handle(recruitment_cycle.workflow_id(cycle_id)).describe()
    assert cycle.status == WorkflowExecutionStatus.RUNNING


async def test_dates_set_before_the_window_begins_start_nothing(bridged: Bridged) -> None:
    moved = facts.MilestonesSet(cycle_id=bridged.stage.province.cycle_id, base_code=BASE, round=2)
    await bridged.publish("window.milestones_set", moved, f"{moved.cycle_id}/{BASE}/2")

    async def acknowledged() -> bool:
        return await bridged.unacknowledged() == 0

    await eventually(acknowledged, "the fact is acknowledged")
    with pytest.raises(RPCError, match="not found"):
        await bridged.stage.window(BASE, 2).describe()
