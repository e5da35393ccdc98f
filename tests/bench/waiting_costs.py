"""What our waiting workflows cost beside bare ones, on one Temporal server with a compressed calendar.

Ours and bare ones run in turn; the bare ones do as many timers and activities as the histories of ours say and are sent
the same bytes as often. What counts is the processor time of the server and of the worker (each a process of its own;
who starts and signals is neither): the median of the pairs' ratios, and what one person costs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from services.kit.temporal import PLUGIN
from tests.bench.bare import Bare, Work, nothing
from tests.bench.processor import milliseconds
from workflows.worker import Queue, make_worker

STARTS = 6
DAY_SECONDS = 0.4
DAYS = 21
"""How long a wait lasts, about: signals come in the first half of it."""

_QUEUE = "bare"
_OUTSIDE = "bare-outside"
"""Where bare workflows run outside the sandbox, in which ours always run."""


class Ours(Protocol):
    """What a bench measures: how its workflows are started, and how they are told something."""

    @property
    def signal(self) -> str:
        """Name of the signal they hear."""
        ...

    @property
    def signals(self) -> int:
        """How many of it each hears."""
        ...

    def news(self, number: int) -> object:
        """What the signal of that number, from 0, says now."""
        ...

    async def start(self, client: Client) -> Sequence[WorkflowHandle[Any, Any]]:
        """Starts them all; the worker of `serve` runs them."""
        ...


async def serve(address: str, queue: Queue) -> None:
    """The worker of both, until somebody closes standard input."""
    client = await Client.connect(address, plugins=[PLUGIN])
    outside = Worker(
        client,
        task_queue=_OUTSIDE,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=1000,
    )
    async with make_worker(client, queue), make_worker(client, Queue(_QUEUE, [Bare], [nothing])), outside:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


@dataclass(frozen=True, slots=True)
class Pair:
    """Milliseconds of ours, of as many bare workflows in and outside the sandbox, and the events of one of ours."""

    ours: float
    bare: float
    outside: float | None
    """None where that was not asked for."""
    events: float


class _Bench:
    """Ours and bare workflows in turn on one server, and what both processes spent."""

    def __init__(self, client: Client, processes: Iterable[int], ours: Ours, *, outside: bool) -> None:
        self._client = client
        self._outside = outside
        self._processes = tuple(processes)
        self._measured = ours

    async def pair(self) -> Pair:
        ours, histories = await self._ours()
        works = [_work(history) for history in histories]
        bare = await self._bare(works, _QUEUE)
        outside = await self._bare(works, _OUTSIDE) if self._outside else None
        return Pair(ours, bare, outside, statistics.mean(len(history.events) for history in histories))

    async def _ours(self) -> tuple[float, list[WorkflowHistory]]:
        before = self._spent()
        handles = await self._measured.start(self._client)
        await self._tell(handles, self._measured.signal)
        await asyncio.gather(*[handle.result() for handle in handles])
        spent = self._spent() - before
        return spent, [await handle.fetch_history() for handle in handles]

    async def _bare(self, works: list[Work], queue: str) -> float:
        before = self._spent()
        handles = [
            await self._client.start_workflow(Bare.run, work, id=str(uuid4()), task_queue=queue) for work in works
        ]
        await self._tell(handles, "told")
        await asyncio.gather(*[handle.result() for handle in handles])
        return self._spent() - before

    async def _tell(self, handles: Sequence[WorkflowHandle[Any, Any]], signal: str) -> None:
        """Everything to each, spread over the first half of the wait."""
        pause = DAY_SECONDS * DAYS / 2 / self._measured.signals
        for number in range(self._measured.signals):
            news = self._measured.news(number)
            await asyncio.gather(*[_signal(handle, signal, news) for handle in handles], asyncio.sleep(pause))

    def _spent(self) -> float:
        return sum(milliseconds(process) for process in self._processes)


async def _signal(handle: WorkflowHandle[Any, Any], signal: str, news: object) -> None:
    """Tell one; on a machine so busy that its wait is over before it heard everything, what is left goes unheard."""
    try:
        await handle.signal(signal, news)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _work(history: WorkflowHistory) -> Work:
    kinds = [event.event_type for event in history.events]
    timers = kinds.count(EventType.EVENT_TYPE_TIMER_STARTED)
    activities = kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    # On a machine so busy that every date was past when it began, it set no timer.
    return Work(timers, activities, DAY_SECONDS * DAYS / max(timers, 1))


async def compare(ours: Ours, module: str, pairs: int, *, outside: bool = True) -> list[Pair]:
    """So many pairs after one for warmth alone; `python -m module --serve <address>` is the worker."""
    async with (
        await _server() as server,
        _working(module, server.client.service_client.config.target_host),
    ):
        bench = _Bench(server.client, _children(), ours, outside=outside)
        await bench.pair()
        return [await bench.pair() for _ in range(pairs)]


async def _server() -> WorkflowEnvironment:
    """A Temporal server of our own. The SDK gives one five seconds to start, which a busy machine may need more of."""
    path = Path(sys.executable).parent / "temporal"
    for _ in range(STARTS):
        with suppress(RuntimeError):
            return await WorkflowEnvironment.start_local(dev_server_existing_path=str(path), plugins=[PLUGIN])
    raise RuntimeError(f"no Temporal server has started in {STARTS} tries")


@asynccontextmanager
async def _working(module: str, address: str) -> AsyncIterator[None]:
    """The worker's process, from when it is ready until it has ended."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", module, "--serve", address)
    # What was compiled is kept, as where it is hosted: a workflow's sandbox loads its module anew for every run.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    worker = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=inherited)
    if worker.stdout is None or worker.stdin is None:
        raise RuntimeError("a pipe is missing")
    try:
        if not await worker.stdout.readline():
            raise RuntimeError("the worker has not started")
        yield
    finally:
        worker.stdin.close()
        await worker.wait()


def _children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def command_line(description: str | None, **sizes: int) -> argparse.Namespace:
    """What was asked for: `pairs`, each of `sizes` (or as given here), and the server to `serve`, if any."""
    parser = argparse.ArgumentParser(description=description)
    for name, size in {"pairs": 5, **sizes}.items():
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def tell(pairs: Sequence[Pair], what: str, one: str, people: int, count: int) -> None:
    """Print the pairs of so many workflows (`what` they are in words) for so many people each (`one` of them)."""
    alike = [pair.bare / pair.ours for pair in pairs]
    outside = [pair.outside / pair.ours for pair in pairs if pair.outside is not None]
    each, events = of_one(pairs, people, count)
    print(f"{len(pairs)} pairs of {what}, load {os.getloadavg()[0]:.1f}")
    for words, ratios in (("bare, in the same sandbox / ours", alike), ("bare, outside it / ours", outside)):
        told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{words:<34}{statistics.median(ratios):.2f}   ({told})")
    print(f"one {one}   {each:.3f} ms, {events:.2f} events; {events * people:.0f} events in one history")


def of_one(pairs: Sequence[Pair], people: int, count: int) -> tuple[float, float]:
    """Milliseconds of processor time and events that one of so many people costs, in one of so many workflows."""
    each = statistics.median(pair.ours for pair in pairs) / count / people
    return each, statistics.median(pair.events for pair in pairs) / people


def leave() -> NoReturn:
    """End this process, all being said and done.

    At once: a thread of the SDK's that is still to hear that its answer arrived would crash a Python that winds up
    (temporalio/sdk-python#300).
    """
    sys.stdout.flush()
    os._exit(0)
