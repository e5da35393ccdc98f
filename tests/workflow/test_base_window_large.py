"""Histories stay short: a window of four hundred applications, a year of three hundred bases (must show 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from uuid import uuid4

from google.protobuf.message import Message
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as facts
from services.kit.delivery import Delivery
from tests.support.temporal import Stage
from tests.support.windows import Desk
from workflows.base_window import contract as base_window
from workflows.base_window.contract import WindowEnded, WindowStart
from workflows.base_window.workflow import BaseWindow
from workflows.connection import TemporalConnection
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.signal_bridge import IN_HAND, SignalBridge
from workflows.worker import make_worker

BASE = "SD-QILU"
DAY = timedelta(days=1)
LARGEST_PAYLOAD = 4_096


class Connected(TemporalConnection):
    """The bridge's connection, made already."""

    def __init__(self, client: Client) -> None:
        self._given = client
        self._visible = True

    async def client(self) -> Client:
        return self._given


def _payloads(history: WorkflowHistory) -> Iterator[bytes]:
    """Everything that was given to the workflow, or by it to somebody."""
    for event in history.events:
        for of_kind in (
            event.workflow_execution_started_event_attributes.input,
            event.workflow_execution_signaled_event_attributes.input,
            event.activity_task_scheduled_event_attributes.input,
            event.start_child_workflow_execution_initiated_event_attributes.input,
            event.workflow_execution_continued_as_new_event_attributes.input,
        ):
            yield b"".join(payload.data for payload in of_kind.payloads)


class Evening:
    """Facts of one base, handed to the real bridge as many at a time as its consumer does."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._bridge = SignalBridge(Connected(stage.client))
        self._hands = asyncio.Semaphore(IN_HAND)
        self.told = 0

    async def tell(self, kind: type[Message], numbers: range, version: int, **values: object) -> None:
        """One fact about each of some applications."""
        now = await self._stage.province.now()

        async def one(number: int) -> None:
            about = facts.ApplicationFact(
                application_id=f"20230000-0000-7000-8000-{number:012}",
                cycle_id=self._stage.province.cycle_id,
                base_code=BASE,
                round=1,
                phase=cycle_pb2.PHASE_FIRST_CHOICE,
                version=version,
            )
            fact = kind(application=about, **values)
            delivery = Delivery(
                event_id=str(uuid4()),
                subject="",
                event_type=kind.DESCRIPTOR.full_name,
                aggregate_id=about.application_id,
                epoch=1,
                version=version,
                body=fact.SerializeToString(),
                traceparent="",
                delivered=1,
                occurred_at=now,
            )
            async with self._hands:
                await self._bridge.handle(delivery)
            self.told += 1

        await asyncio.gather(*[one(number) for number in numbers])


async def test_a_window_of_four_hundred_applications_stays_under_four_hundred_events(first_choice: Stage) -> None:
    """Each reviewed, some twice, some undone; with every date of its base and every reminder before it."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 400, opens + 10 * DAY
    province.desks[BASE] = Desk(
        written_exam=opens + 12 * DAY,
        interview=opens + 14 * DAY,
        pre_admission=opens + 18 * DAY,
        unpublished=3,
        fixable=[(f"p{number}", opens + 10 * DAY) for number in range(3)],
    )
    evening = Evening(first_choice)
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(opens + DAY)
        await evening.tell(facts.ApplicationReviewed, range(360), 2, approved=True)
        await evening.tell(facts.ApplicationReviewed, range(360, 400), 2, approved=False)
        await evening.tell(facts.ApplicationSubmitted, range(360, 400), 3)
        await evening.tell(facts.ApplicationReviewed, range(360, 400), 4, approved=True)
        await evening.tell(facts.ApplicationProvisionallyAdmitted, range(300), 5)
        await evening.tell(facts.ApplicationPlaceLost, range(30), 6, cause="undone")
        await evening.tell(facts.ApplicationProvisionallyAdmitted, range(30), 7)
        status = await window.query(BaseWindow.status)
        assert (status.waiting, status.verdicts, status.heard) == (0, 400, 400)
        province.pending[BASE] = 12
        await window.result()
        history = await window.fetch_history()
    assert evening.told == 840
    assert len(history.events) < 400
    assert max(map(len, _payloads(history))) < LARGEST_PAYLOAD


@workflow.defn(name=base_window.NAME)
class QuickWindow:
    """Stands in for a window where only the year's own history counts: begins and ends as one."""

    @workflow.run
    async def run(self, start: WindowStart) -> WindowEnded:
        """Over at once."""
        return WindowEnded(True, 0, 0)


async def test_a_year_of_three_hundred_bases_stays_under_five_thousand_events(stage: Stage) -> None:
    """In every run, the windows' beginnings and ends among them: a round of them, as each run is one round's."""
    province = stage.province
    first, end = date(2023, 7, 1), date(2023, 8, 31)
    province.amend(
        ("registration", first, first + 9 * DAY),
        ("first_choice", first + 10 * DAY, first + 30 * DAY),
        ("confirmation", first + 31 * DAY, end),
    )
    province.bases = [f"SD-BASE-{number:03}" for number in range(300)]
    async with AsyncExitStack() as stack:
        for queue in stage.queues():
            if queue.name == recruitment_cycle.TASK_QUEUE:
                await stack.enter_async_context(make_worker(stage.client, queue))
        await stack.enter_async_context(
            Worker(
                stage.client,
                task_queue=base_window.TASK_QUEUE,
                workflows=[QuickWindow],
                workflow_runner=UnsandboxedWorkflowRunner(),
            )
        )
        cycle = await stage.start_cycle()
        await cycle.result()
        runs, run_id = [], cycle.first_execution_run_id
        while run_id:
            handle = stage.client.get_workflow_handle(cycle.id, run_id=run_id)
            runs.append(await handle.fetch_history())
            last = runs[-1].events[-1].workflow_execution_continued_as_new_event_attributes
            run_id = last.new_execution_run_id
    assert province.entered == [1, 2, 3, 4]
    assert max(len(run.events) for run in runs) < 5_000
    assert max(len(payload) for run in runs for payload in _payloads(run)) < LARGEST_PAYLOAD
