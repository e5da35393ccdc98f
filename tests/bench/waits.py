"""What waiting costs beside a bare workflow: `python -m tests.bench.waits`.

Windows of so many applications run through a compressed round: every date, every reminder, two decisions on each
application, heard in batches as large as the bridge makes them. Then bare workflows do as many timers and activities
and are sent the same bytes as often. What counts is the processor time of the Temporal server and of the worker (each a
process of its own; who sends the signals is neither): the median of the pairs' ratios, and what one application costs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.common import RawValue
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from services.kit.temporal import PLUGIN
from tests.bench.processor import milliseconds
from workflows.base_window import contract
from workflows.base_window.activities import WindowActivities
from workflows.base_window.contract import LARGEST_BATCH, Decision, DecisionKind, DecisionsMade, WindowStart
from workflows.base_window.workflow import BaseWindow
from workflows.worker import Queue, make_worker

DAY_SECONDS = 0.4
DAYS = 21
BARE_QUEUE = "bare"


class Round:
    """Every base's window in a round that opened when the cycle's id says, with all its dates and something owed."""

    async def GetWindow(self, request: wire.GetWindowRequest) -> wire.GetWindowResponse:
        opens_at = datetime.fromtimestamp(float(request.cycle_id.partition("/")[0]), UTC)

        def on(day: float) -> Timestamp:
            stamp = Timestamp()
            stamp.FromDatetime(opens_at + timedelta(seconds=DAY_SECONDS * day))
            return stamp

        read_at = Timestamp()
        read_at.GetCurrentTime()
        window = cycle_pb2.Window(
            base_code=request.base_code,
            phase=cycle_pb2.PHASE_FIRST_CHOICE,
            opens_at=on(0),
            closes_at=on(DAYS),
            milestones=cycle_pb2.Milestones(
                review_deadline=on(10), written_exam=on(12), interview=on(14), pre_admission=on(18)
            ),
            pending=5,
            approved=5,
            fixable=1,
            unpublished=1,
            day_seconds=DAY_SECONDS,
            read_at=read_at,
            time_policy=cycle_pb2.TimePolicy(reminder_hours=[72.0, 24.0]),
        )
        return wire.GetWindowResponse(window=window)

    async def CloseWindow(self, _: wire.CloseWindowRequest) -> wire.CloseWindowResponse:
        return wire.CloseWindowResponse(unreviewed=5)

    async def ListConcerned(self, _: wire.ListConcernedRequest) -> wire.ListConcernedResponse:
        return wire.ListConcernedResponse()

    async def SendNotice(self, _: notify.SendNoticeRequest) -> notify.SendNoticeResponse:
        return notify.SendNoticeResponse(written=True)


@dataclass(frozen=True, slots=True)
class Work:
    """What a bare workflow does: so many timers of so many seconds, and so many activities."""

    timers: int
    activities: int
    seconds: float


@activity.defn
async def nothing(_: Work) -> None:
    """Nothing."""


@workflow.defn
class Bare:
    """An empty workflow: it waits, asks, and is told, and makes nothing of it."""

    @workflow.run
    async def run(self, work: Work) -> None:
        """Timers with activities between them."""
        for number in range(max(work.timers, work.activities)):
            if number < work.activities:
                await workflow.execute_activity(nothing, work, start_to_close_timeout=timedelta(seconds=6))
            if number < work.timers:
                await workflow.sleep(work.seconds)

    @workflow.signal
    def told(self, _: RawValue) -> None:
        """Heard, and not read."""


async def serve(address: str) -> None:
    """The worker of both, until somebody closes standard input."""
    client = await Client.connect(address, plugins=[PLUGIN])
    windows = WindowActivities(Round(), Round())
    queue = Queue(
        contract.TASK_QUEUE,
        [BaseWindow],
        [
            *(windows.get_window, windows.close_window, windows.send_notice),
            *(windows.tell_milestone, windows.remind_fixable),
        ],
    )
    bare = Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=1000,
    )
    async with make_worker(client, queue), bare:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


class Bench:
    """Windows and bare workflows in turn on one server, and what both processes spent."""

    def __init__(self, client: Client, processes: Iterable[int], applications: int, windows: int) -> None:
        self._client = client
        self._processes = tuple(processes)
        self._windows = windows
        people = [str(uuid4()) for _ in range(applications)]
        kinds = (DecisionKind.APPROVED, DecisionKind.PROVISIONALLY_ADMITTED)
        self._batches = [
            [(one, version, kind) for one in people[first : first + LARGEST_BATCH]]
            for version, kind in enumerate(kinds, start=2)
            for first in range(0, applications, LARGEST_BATCH)
        ]

    async def pair(self) -> tuple[float, float, int]:
        """Milliseconds of our windows, of as many bare workflows, and the events of one window."""
        ours, histories = await self._ours()
        bare = await self._bare([_work(history) for history in histories])
        return ours, bare, round(statistics.mean(len(history.events) for history in histories))

    async def _ours(self) -> tuple[float, list[WorkflowHistory]]:
        before = self._spent()
        cycle_id = f"{datetime.now(UTC).timestamp()}/{uuid4()}"
        handles = [
            await self._client.start_workflow(
                BaseWindow.run,
                WindowStart(cycle_id, f"B{number}", 1),
                id=contract.workflow_id(cycle_id, f"B{number}", 1),
                task_queue=contract.TASK_QUEUE,
            )
            for number in range(self._windows)
        ]
        await self._tell(handles, contract.DECISIONS_MADE)
        await asyncio.gather(*[handle.result() for handle in handles])
        spent = self._spent() - before
        return spent, [await handle.fetch_history() for handle in handles]

    async def _bare(self, works: list[Work]) -> float:
        before = self._spent()
        handles = [
            await self._client.start_workflow(Bare.run, work, id=str(uuid4()), task_queue=BARE_QUEUE) for work in works
        ]
        await self._tell(handles, "told")
        await asyncio.gather(*[handle.result() for handle in handles])
        return self._spent() - before

    async def _tell(self, handles: list[WorkflowHandle[Any, Any]], signal: str) -> None:
        """Every batch to each, spread over the first half of the round."""
        pause = DAY_SECONDS * DAYS / 2 / len(self._batches)
        for batch in self._batches:
            now = datetime.now(UTC)
            news = DecisionsMade.of([Decision(one, version, kind, now) for one, version, kind in batch])
            await asyncio.gather(*[handle.signal(signal, news) for handle in handles], asyncio.sleep(pause))

    def _spent(self) -> float:
        return sum(milliseconds(process) for process in self._processes)


def _work(history: WorkflowHistory) -> Work:
    kinds = [event.event_type for event in history.events]
    timers = kinds.count(EventType.EVENT_TYPE_TIMER_STARTED)
    activities = kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    return Work(timers, activities, DAY_SECONDS * DAYS / timers)


def _children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


async def run(pairs: int, applications: int, windows: int) -> None:
    """Measure and print."""
    path = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(path), plugins=[PLUGIN]) as server:
        address = server.client.service_client.config.target_host
        command = (sys.executable, "-m", "tests.bench.waits", "--serve", address)
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        if worker.stdout is None or worker.stdin is None:
            raise RuntimeError("a pipe is missing")
        await worker.stdout.readline()
        bench = Bench(server.client, _children(), applications, windows)
        await bench.pair()
        found = [await bench.pair() for _ in range(pairs)]
        worker.stdin.close()
        await worker.wait()
    ratios = [bare / ours for ours, bare, _ in found]
    each = [ours / windows / applications for ours, _, _ in found]
    events = statistics.median(count for _, _, count in found)
    print(f"{pairs} pairs of {windows} windows with {applications} applications, load {os.getloadavg()[0]:.1f}")
    print(f"bare / ours   {statistics.median(ratios):.2f}   ({', '.join(f'{ratio:.2f}' for ratio in ratios)})")
    print(f"one application   {statistics.median(each):.2f} ms, {events / applications:.2f} events")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--applications", type=int, default=400)
    parser.add_argument("--windows", type=int, default=10)
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.serve))
    else:
        asyncio.run(run(asked.pairs, asked.applications, asked.windows))


if __name__ == "__main__":
    main()
