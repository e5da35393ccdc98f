"""What the wait of a published list costs beside a bare workflow: `python -m tests.bench.list_waits`.

Both run on the time-skipping server in turn, so many at a time, with the same signals and the same counts of timers and
activities; what counts is the median of the pairs' ratios of CPU of this process, bare to list. The server is a process
of its own. The stand-in of enrollment answers the list alone, and its CPU counts against the list.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio.testing import WorkflowEnvironment

from tests.bench import bare_list
from tests.support.temporal import a_stage, time_skipping
from workflows.published_list.contract import LARGEST_BATCH, Objection, ObjectionKind, ObjectionNews
from workflows.published_list.workflow import PublishedList
from workflows.worker import Queue, make_worker

PEOPLE = 400
SIGNALS = 4
BASE = "SD-QILU"


async def lists(environment: WorkflowEnvironment, count: int) -> tuple[float, int]:
    """CPU seconds of so many lists from their publication to their overdue end, and the events of one."""
    stage = await a_stage(environment, days_before=-46)
    stage.province.sequence = 5
    now = await environment.get_current_time()

    async def no_clock() -> datetime:
        # The stage's own asks the server each time, which is nothing that a list does.
        return now

    stage.province.clock = no_clock
    people = [str(number) for number in range(PEOPLE)]
    ends_at = stage.province.moments.confirmation_opens + timedelta(days=4)
    ids = [str(uuid4()) for _ in range(count)]
    for number, list_id in enumerate(ids):
        stage.province.lists.publish(list_id, f"{BASE}-{number}", people, ends_at)
    news = await _objections(environment)
    async with stage.working():
        began = time.process_time()
        handles = [await stage.start_list(f"{BASE}-{number}", list_id) for number, list_id in enumerate(ids)]
        for handle in handles:
            for each in news:
                await handle.signal(PublishedList.objections, each)
        await stage.until(stage.province.lists.closes_at() + timedelta(days=1))
        for handle in handles:
            await handle.result()
        spent = time.process_time() - began
    return spent, len((await handles[0].fetch_history()).events)


async def _objections(environment: WorkflowEnvironment) -> list[ObjectionNews]:
    now = await environment.get_current_time()
    return [
        ObjectionNews([Objection(str(uuid4()), 3, ObjectionKind.FILED, True, now) for _ in range(LARGEST_BATCH)])
        for _ in range(SIGNALS)
    ]


async def bare(environment: WorkflowEnvironment, count: int) -> tuple[float, int]:
    """The same of bare workflows."""
    queue = Queue(bare_list.QUEUE, [bare_list.BareList], [bare_list.bare_ask, bare_list.bare_tell])
    client = environment.client
    news = await _objections(environment)
    async with make_worker(client, queue):
        began = time.process_time()
        handles = [
            await client.start_workflow(bare_list.BareList.run, 4, id=str(uuid4()), task_queue=bare_list.QUEUE)
            for _ in range(count)
        ]
        for handle in handles:
            for each in news:
                await handle.signal(bare_list.BareList.heard, each)
        await environment.sleep(timedelta(days=21))
        for handle in handles:
            await handle.result()
        spent = time.process_time() - began
    return spent, len((await handles[0].fetch_history()).events)


async def run(count: int, pairs: int) -> None:
    """Both in turn, the first pair for warmth alone; prints."""
    ratios, costs = [], []
    async with time_skipping() as environment:
        for number in range(pairs + 1):
            ours, ours_events = await lists(environment, count)
            theirs, their_events = await bare(environment, count)
            if number:
                ratios.append(theirs / ours)
                costs.append(ours / count)
    per_list = statistics.median(costs) * 1000
    print(f"{count} lists of {PEOPLE} people, {pairs} pairs; events: list {ours_events}, bare {their_events}")
    print(f"CPU bare / list: median {statistics.median(ratios):.2f} (of {', '.join(f'{each:.2f}' for each in ratios)})")
    print(f"CPU of a list: median {per_list:.1f} ms, {per_list / PEOPLE:.3f} ms for each of its people")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lists", type=int, default=40)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    asyncio.run(run(asked.lists, asked.pairs))


if __name__ == "__main__":
    main()
