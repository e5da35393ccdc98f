"""Enrollment's books against Temporal's runs: what is open is waited for, what is over is not, on a real server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import workflow
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.enrollment.v1 import place_service_pb2 as places
from residency.enrollment.v1 import selection_service_pb2 as selection
from services.kit.delivery import order_of
from services.kit.settings import Settings
from tests.support.wait import eventually
from workflows import reconcile, waits
from workflows.base_window.contract import WindowStart
from workflows.connection import TemporalConnection, know_attributes
from workflows.primitives import visible
from workflows.published_list.contract import ListStart
from workflows.reconcile import Comparison, Reconcile, What
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.recruitment_cycle.contract import CalendarChange, CycleStart, CycleStatus
from workflows.seat_offer.contract import SeatOfferStart

NAMESPACE: str = Settings.model_fields["temporal_namespace"].default
DAY = timedelta(days=1)


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


@dataclass
class Books:
    """Enrollment's books as a test writes them: a cycle in its second round, two bases, offers and lists."""

    cycle_id: str = field(default_factory=lambda: str(uuid4()))
    sequence: int = 3
    version: int = 1
    epoch: int = 1
    held: bool = False
    known: bool = True
    bases: tuple[str, ...] = ("A", "B")
    closed: set[tuple[str, int]] = field(default_factory=lambda: {("A", 1)})
    offers: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    asked: int = 0

    async def ListCycles(self, _: wire.ListCyclesRequest) -> wire.ListCyclesResponse:
        draft = cycle_pb2.Cycle(cycle_id=str(uuid4()), draft=True, phase=cycle_pb2.PHASE_PREPARATION)
        return wire.ListCyclesResponse(cycles=[draft, self.cycle()] if self.known else [draft])

    def cycle(self) -> cycle_pb2.Cycle:
        now = datetime.now(UTC)
        kinds = ("PREPARATION", "REGISTRATION", "FIRST_CHOICE", "SECOND_CHOICE", "CONFIRMATION", "CLOSED")
        cycle = cycle_pb2.Cycle(
            cycle_id=self.cycle_id,
            sequence=self.sequence,
            phase=f"PHASE_{kinds[self.sequence]}",
            calendar_version=self.version,
            epoch=self.epoch,
            day_seconds=DAY.total_seconds(),
            read_at=stamp(now),
        )
        for sequence, kind in enumerate(kinds):
            number = sequence - 1 if kind.endswith("CHOICE") else 0
            phase = cycle.phases.add(sequence=sequence, phase=f"PHASE_{kind}", round=number)
            if sequence <= self.sequence:
                phase.entered_at.CopyFrom(stamp(now - 3 * DAY))
        if self.held:
            cycle.held_since.CopyFrom(stamp(now))
        return cycle

    async def GetCatalogue(self, _: wire.GetCatalogueRequest) -> wire.GetCatalogueResponse:
        return wire.GetCatalogueResponse(bases=[cycle_pb2.Base(code=code, name=code) for code in self.bases])

    async def GetPhaseReport(self, request: wire.GetPhaseReportRequest) -> wire.GetPhaseReportResponse:
        still = [code for code in self.bases if (code, request.round) not in self.closed]
        return wire.GetPhaseReportResponse(open=len(still))

    async def GetWindow(self, request: wire.GetWindowRequest) -> wire.GetWindowResponse:
        closed = (request.base_code, request.round) in self.closed
        return wire.GetWindowResponse(window=cycle_pb2.Window(closed=closed))

    async def ListOffers(self, request: places.ListOffersRequest) -> places.ListOffersResponse:
        """One a page."""
        assert request.open_only
        self.asked += 1
        at = int(request.page_token or 0)
        page = [
            places.Offer(base_code="A", specialty_code="0100", seat_offer_id=seat) for seat in self.offers[at : at + 1]
        ]
        return places.ListOffersResponse(offers=page, next_page_token=str(at + 1) if at + 1 < len(self.offers) else "")

    async def ListOpenLists(self, _: selection.ListOpenListsRequest) -> selection.ListOpenListsResponse:
        found = [selection.OpenList(list_id=each, cycle_id=self.cycle_id, base_code="A") for each in self.lists]
        return selection.ListOpenListsResponse(lists=found)


# Stand-ins of the same names that only wait: what is compared is which runs there are, not what they do.
@workflow.defn(name="RecruitmentCycle")
class WaitingCycle:
    version, held = 1, False

    @workflow.run
    async def run(self, _: CycleStart) -> None:
        visible.waits_for("second_choice")
        await workflow.wait_condition(lambda: False)

    @workflow.query(name=recruitment_cycle.STATUS)
    def status(self) -> CycleStatus:
        held_since = datetime(2023, 8, 1, tzinfo=UTC) if self.held else None
        return CycleStatus("", 3, "second_choice", None, 2, self.version, held_since)

    @workflow.update(name=recruitment_cycle.CHANGE)
    async def change_calendar(self, change: CalendarChange) -> CycleStatus:
        self.version, self.held = change.calendar_version, change.kind == recruitment_cycle.HOLD
        return self.status()


@workflow.defn(name="BaseWindow")
class WaitingWindow:
    @workflow.run
    async def run(self, _: WindowStart) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="SeatOffer")
class WaitingOffer:
    @workflow.run
    async def run(self, _: SeatOfferStart) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="PublishedList")
class EndingList:
    """Ends when its list is called `ends`."""

    @workflow.run
    async def run(self, start: ListStart) -> None:
        await workflow.wait_condition(lambda: start.list_id == "ends")


@workflow.defn(name="PublishedList")
class OtherList:
    """The same list by code that does something else: histories of the one do not fit the other."""

    @workflow.run
    async def run(self, _: ListStart) -> None:
        await workflow.sleep(DAY)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    path = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(path), namespace=NAMESPACE
    ) as running:
        yield running


@dataclass
class Bench:
    """The comparison at work between the books and a server."""

    books: Books
    client: Client
    connection: TemporalConnection

    async def compare(self, *, dry_run: bool = False, restored: bool = False) -> Comparison:
        found = Reconcile(self.connection, self.books, self.books, self.books)
        return await found.compare(dry_run=dry_run, restored=restored)

    async def differences(self, *, dry_run: bool = False, restored: bool = False) -> set[tuple[What, str, str]]:
        """What is amiss with this cycle: what, the id's end, why."""
        found = (await self.compare(dry_run=dry_run, restored=restored)).differences
        assert all(each.mended is not dry_run for each in found)
        own = f"/{self.books.cycle_id}"
        return {
            (each.what, each.workflow_id.replace(own, "", 1), each.why) for each in found if own in each.workflow_id
        }

    async def settled(self, runs: int) -> None:
        """Until Temporal's list shows so many runs of this cycle, none of them with anything under way."""

        async def quiet() -> bool:
            found = [run async for run in self.client.list_workflows("ExecutionStatus = 'Running'")]
            own = [run for run in found if self.books.cycle_id in run.id]
            told = await asyncio.gather(*[self.client.get_workflow_handle(run.id).describe() for run in own])
            waiting = [one for one in told if not one.raw_description.HasField("pending_workflow_task")]
            return len(waiting) == len(own) == runs

        await eventually(quiet, f"{runs} runs wait")

    def handle(self, workflow_id: str) -> WorkflowHandle[object, object]:
        kind, _, rest = workflow_id.partition("/")
        return self.client.get_workflow_handle("/".join(filter(None, [kind, self.books.cycle_id, rest])))


@pytest.fixture
async def bench(server: WorkflowEnvironment) -> AsyncIterator[Bench]:
    connection = TemporalConnection(Settings(temporal_address=server.client.service_client.config.target_host))
    await connection.start()
    client = await connection.client()
    every = [WaitingCycle, WaitingWindow, WaitingOffer, EndingList]
    runner = UnsandboxedWorkflowRunner()
    books = Books()
    async with (
        Worker(client, task_queue="residency-cycle", workflows=every, workflow_runner=runner),
        Worker(client, task_queue="residency-windows", workflows=every, workflow_runner=runner),
    ):
        yield Bench(books, client, connection)
        async for run in client.list_workflows("ExecutionStatus = 'Running'"):
            # The list lags behind: it may have ended.
            with suppress(RPCError):
                await client.get_workflow_handle(run.id, run_id=run.run_id).terminate()
    await connection.stop()


ALL = {
    (What.MISSING, "cycle", "NEVER_STARTED"),
    (What.MISSING, "window/B/1", "NEVER_STARTED"),
    (What.MISSING, "window/A/2", "NEVER_STARTED"),
    (What.MISSING, "window/B/2", "NEVER_STARTED"),
    (What.MISSING, "seat/A/0100/s1", "NEVER_STARTED"),
    (What.MISSING, "seat/A/0100/s2", "NEVER_STARTED"),
    (What.MISSING, "list/l1", "NEVER_STARTED"),
}


async def test_everything_open_is_waited_for_again_after_the_store_was_lost(bench: Bench) -> None:
    """OPS-02: also the windows of the round under way, the books of a past round that nobody closed, every page."""
    bench.books.offers, bench.books.lists = ["s1", "s2"], ["l1"]
    assert await bench.differences(dry_run=True) == ALL
    assert await bench.differences() == ALL
    await bench.settled(7)
    assert await bench.differences() == set()
    assert bench.books.asked == 6


async def test_temporal_tells_what_a_cycle_waits_for_since_when(bench: Bench) -> None:
    """OPS-01: search attributes; a namespace that lost them keeps nobody from starting."""
    request = RemoveSearchAttributesRequest(namespace=NAMESPACE, search_attributes=[key.name for key in visible.KEYS])
    await bench.client.operator_service.remove_search_attributes(request)
    began = datetime.now(UTC) - timedelta(seconds=1)
    await bench.compare()
    assert await know_attributes(bench.client)
    asked = f"ResidencyCycle = '{bench.books.cycle_id}' AND ResidencyWaitsFor = 'second_choice'"

    async def found() -> list[datetime | None]:
        runs = [run async for run in bench.client.list_workflows(asked)]
        return [run.typed_search_attributes.get(visible.WAITING_SINCE) for run in runs]

    [since] = await eventually(found, "Temporal shows the wait")
    assert since is not None
    assert since > began


async def test_what_failed_is_started_again_and_what_ended_well_stays_ended(bench: Bench) -> None:
    bench.books.lists, bench.books.bases = ["ends", "l1"], ("A",)
    await bench.compare()
    await bench.settled(3)
    await bench.handle("window/A/2").terminate()

    async def ended() -> bool:
        status = (await bench.handle("list/ends").describe()).status
        return status is WorkflowExecutionStatus.COMPLETED

    await eventually(ended, "a list's wait ended well")
    await bench.settled(2)
    assert await bench.differences() == {(What.MISSING, "window/A/2", "RUN_TERMINATED")}
    # OPS-46: open again in a database that was restored: it ended in the lost future.
    await bench.settled(3)
    assert await bench.differences(restored=True) == {(What.MISSING, "list/ends", "RUN_COMPLETED")}


async def test_ops_46_a_run_with_a_torn_history_begins_anew_when_asked_to(bench: Bench) -> None:
    """Its code cannot go on from what its history says; it only waits, so nothing is lost with it."""
    bench.books.lists, bench.books.bases = ["l1"], ()
    run_id = f"list/{bench.books.cycle_id}/l1"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(bench.client, task_queue="torn", workflows=[OtherList], workflow_runner=runner):
        start = ListStart(bench.books.cycle_id, "A", "l1")
        torn = await bench.client.start_workflow("PublishedList", start, id=run_id, task_queue="torn")
        await bench.compare()
        await bench.settled(2)
    async with Worker(bench.client, task_queue="torn", workflows=[EndingList], workflow_runner=runner):
        await torn.signal("anything")

        async def found() -> bool:
            return (What.MISSING, "list/l1", "HISTORY_TORN") in await bench.differences(dry_run=True, restored=True)

        await eventually(found, "it cannot go on")
        assert await bench.differences() == set(), "it may be a release at fault"
        assert await bench.differences(restored=True) == {(What.MISSING, "list/l1", "RUN_TERMINATED")}
    assert (await bench.handle("list/l1").describe()).run_id != torn.result_run_id
    await bench.settled(2)
    assert await bench.differences(restored=True) == set()


async def test_what_is_over_is_ended_with_a_reason(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-03: books closed, list over; and everything of a cycle that enrollment does not know, or closed long ago."""
    bench.books.lists, bench.books.offers = ["l1"], ["s1"]
    await bench.compare()
    await bench.settled(6)
    bench.books.closed.add(("B", 1))
    bench.books.lists, bench.books.offers = [], []
    assert await bench.differences() == set(), "too young"
    monkeypatch.setattr(reconcile, "YOUNG", timedelta(0))
    over = {(What.ORPHANED, "window/B/1", "BOOKS_CLOSED"), (What.ORPHANED, "list/l1", "LIST_OVER")}
    assert await bench.differences(dry_run=True) == over
    assert await bench.differences() == over, "between two people an offer is not open, and no orphan"
    told = await bench.handle("window/B/1").fetch_history()
    reason = told.events[-1].workflow_execution_terminated_event_attributes.reason
    assert reason == "residency reconcile: BOOKS_CLOSED"
    await bench.settled(4)
    bench.books.sequence = 5
    rest = ("cycle", "window/A/2", "window/B/2", "seat/A/0100/s1")
    assert await bench.differences(dry_run=True) == {(What.ORPHANED, each, "CYCLE_CLOSED") for each in rest}
    bench.books.known = False
    assert await bench.differences() == {(What.ORPHANED, each, "CYCLE_UNKNOWN") for each in rest}


async def test_nothing_is_ended_while_it_does_something(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "YOUNG", timedelta(0))
    start = WindowStart(bench.books.cycle_id, "A", 1)
    await bench.client.start_workflow("BaseWindow", start, id=f"window/{bench.books.cycle_id}/A/1", task_queue="no one")

    async def listed() -> bool:
        return (await bench.compare(dry_run=True)).running > 0

    await eventually(listed, "it is listed")
    assert not [each for each in await bench.differences(dry_run=True) if each[0] is What.ORPHANED]


@pytest.mark.parametrize("held", [True, False])
async def test_a_cycle_that_knows_an_old_calendar_is_told(bench: Bench, held: bool) -> None:
    """OPS-04."""
    bench.books.bases = ()
    await bench.compare()
    await bench.settled(1)
    bench.books.version, bench.books.held = 3, held
    assert await bench.differences() == {(What.STALE, "cycle", "VERSION_1_OF_3")}
    told = await bench.handle("cycle").query(recruitment_cycle.STATUS, result_type=CycleStatus)
    assert (told.calendar_version, told.held_since is not None) == (3, held)
    assert await bench.differences() == set()


async def test_ops_43_a_cycle_that_knows_the_calendar_of_a_lost_future_is_told(bench: Bench) -> None:
    bench.books.bases, bench.books.version = (), 5
    await bench.compare()
    await bench.settled(1)
    await bench.differences()
    bench.books.version, bench.books.epoch = 3, 2
    assert await bench.differences() == {(What.STALE, "cycle", "EPOCH_1_OF_2")}
    told = await bench.handle("cycle").query(recruitment_cycle.STATUS, result_type=CycleStatus)
    assert told.calendar_version == order_of(2, 3)
    assert await bench.differences() == set()


def test_where_no_cycle_is_known_it_is_likelier_the_wrong_database() -> None:
    books = waits.Books({}, {}, frozenset())
    assert waits.orphaned(f"window/{uuid4()}/A/1", books) == ""


async def test_a_run_that_cannot_be_asked_is_asked_the_next_time(bench: Bench) -> None:
    bench.books.bases, bench.books.version = (), 2
    start, workflow_id = WindowStart(bench.books.cycle_id, "A", 1), f"cycle/{bench.books.cycle_id}"
    await bench.client.start_workflow("BaseWindow", start, id=workflow_id, task_queue="residency-windows")
    await bench.settled(1)
    assert await bench.differences() == set()
