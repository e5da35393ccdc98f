"""What the wait of a published list costs beside a bare workflow: `python -m tests.bench.list_waits`.

Lists run from their publication through a compressed publicity and verification to their overdue end: every reminder,
four signals of objections, each as large as the bridge makes them. What is measured beside what says `waiting_costs`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import Client, WorkflowHandle

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import selection_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from tests.bench.waiting_costs import DAY_SECONDS, DAYS, command_line, compare, leave, serve, tell
from workflows.published_list import contract
from workflows.published_list.activities import ListActivities
from workflows.published_list.contract import LARGEST_BATCH, ListStart, Objection, ObjectionKind, ObjectionNews
from workflows.published_list.workflow import PublishedList
from workflows.worker import Queue

PEOPLE = 400
SIGNALS = 4
PUBLICITY_DAYS = 4


class Verification:
    """Lists published when their ids say, whose people stay provisional until verification is over."""

    async def GetListProgress(self, request: wire.GetListProgressRequest) -> wire.GetListProgressResponse:
        published_at = datetime.fromtimestamp(float(request.list_id.partition("/")[0]), UTC)

        def on(day: float) -> Timestamp:
            stamp = Timestamp()
            stamp.FromDatetime(published_at + timedelta(seconds=DAY_SECONDS * day))
            return stamp

        read_at = Timestamp()
        read_at.GetCurrentTime()
        objected = LARGEST_BATCH * SIGNALS
        quiet = cycle_pb2.QuietHours(
            anchor=on(0), day_seconds=DAY_SECONDS, from_minute=21 * 60 + 30, until_minute=8 * 60
        )
        return wire.GetListProgressResponse(
            province_code="SD",
            number=1,
            ends_at=on(PUBLICITY_DAYS),
            verification_closes_at=on(DAYS),
            entries=PEOPLE,
            admissible=PEOPLE - objected,
            objected=objected,
            base_provisional=PEOPLE,
            day_seconds=DAY_SECONDS,
            time_policy=cycle_pb2.TimePolicy(verification_reminder_days=[7.0, 3.0, 1.0], quiet=quiet),
            read_at=read_at,
        )

    async def SendNotice(self, _: notify.SendNoticeRequest) -> notify.SendNoticeResponse:
        return notify.SendNoticeResponse(written=True)


class Lists:
    """So many lists of a new cycle, each told of objections to some of its people."""

    signal = contract.OBJECTIONS
    signals = SIGNALS

    def __init__(self, lists: int) -> None:
        self._lists = lists
        self._people = [str(uuid4()) for _ in range(SIGNALS * LARGEST_BATCH)]

    def news(self, number: int) -> ObjectionNews:
        """Objections filed just now, to other people each time."""
        now = datetime.now(UTC)
        people = self._people[number * LARGEST_BATCH : (number + 1) * LARGEST_BATCH]
        return ObjectionNews([Objection(one, 3, ObjectionKind.FILED, True, now) for one in people])

    async def start(self, client: Client) -> list[WorkflowHandle[Any, Any]]:
        """They are published now."""
        cycle_id, published_at = str(uuid4()), datetime.now(UTC).timestamp()
        starts = [ListStart(cycle_id, f"B{number}", f"{published_at}/{uuid4()}") for number in range(self._lists)]
        return [
            await client.start_workflow(
                PublishedList.run,
                start,
                id=contract.workflow_id(cycle_id, start.list_id),
                task_queue=contract.TASK_QUEUE,
            )
            for start in starts
        ]


def queue() -> Queue:
    """What the worker runs of ours."""
    lists = ListActivities(Verification(), Verification())
    return Queue(contract.TASK_QUEUE, [PublishedList], [lists.get_list_progress, lists.send_list_notice])


def main() -> None:
    """Command line."""
    asked = command_line(__doc__, lists=40)
    if asked.serve:
        asyncio.run(serve(asked.serve, queue()))
    else:
        pairs = asyncio.run(compare(Lists(asked.lists), "tests.bench.list_waits", asked.pairs))
        tell(pairs, f"{asked.lists} lists of {PEOPLE} people", "person", PEOPLE, asked.lists)
    leave()


if __name__ == "__main__":
    main()
