"""What the wait of a window costs beside a bare workflow: `python -m tests.bench.waits`.

Windows of so many applications run through a compressed round: every date, every reminder, two decisions on each
application, heard in batches as large as the bridge makes them. What is measured beside what says `waiting_costs`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import Client, WorkflowHandle

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from tests.bench.list_waits import PEOPLE, Lists
from tests.bench.result import Options, Result
from tests.bench.waiting_costs import DAY_SECONDS, DAYS, command_line, compare, leave, of_one, serve, tell
from workflows.base_window import contract
from workflows.base_window.activities import WindowActivities
from workflows.base_window.contract import LARGEST_BATCH, Decision, DecisionKind, DecisionsMade, WindowStart
from workflows.base_window.workflow import BaseWindow
from workflows.worker import Queue


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


class Windows:
    """So many windows of a new cycle, each told of two decisions on each of so many applications."""

    signal = contract.DECISIONS_MADE

    def __init__(self, applications: int, windows: int) -> None:
        self._windows = windows
        people = [str(uuid4()) for _ in range(applications)]
        kinds = (DecisionKind.APPROVED, DecisionKind.PROVISIONALLY_ADMITTED)
        self._batches = [
            [(one, version, kind) for one in people[first : first + LARGEST_BATCH]]
            for version, kind in enumerate(kinds, start=2)
            for first in range(0, applications, LARGEST_BATCH)
        ]

    @property
    def signals(self) -> int:
        """As many as the bridge would make."""
        return len(self._batches)

    def news(self, number: int) -> DecisionsMade:
        """One batch, decided just now."""
        now = datetime.now(UTC)
        return DecisionsMade.of([Decision(one, version, kind, now) for one, version, kind in self._batches[number]])

    async def start(self, client: Client) -> list[WorkflowHandle[Any, Any]]:
        """Their round opens now."""
        cycle_id = f"{datetime.now(UTC).timestamp()}/{uuid4()}"
        return [
            await client.start_workflow(
                BaseWindow.run,
                WindowStart(cycle_id, f"B{number}", 1),
                id=contract.workflow_id(cycle_id, f"B{number}", 1),
                task_queue=contract.TASK_QUEUE,
            )
            for number in range(self._windows)
        ]


def queue() -> Queue:
    """What the worker runs of ours."""
    windows = WindowActivities(Round(), Round())
    return Queue(
        contract.TASK_QUEUE,
        [BaseWindow],
        [
            *(windows.get_window, windows.close_window, windows.send_notice),
            *(windows.tell_milestone, windows.remind_fixable),
        ],
    )


APPLICATIONS, WINDOWS, LISTS = 400, 10, 40
TARGET, MOST_MS, MOST_EVENTS = 0.85, 2.0, 2.0


async def measure(options: Options) -> list[Result]:
    """Windows, then lists, each beside bare workflows; and what one application costs in both together."""
    pairs = options.sized(options.rounds, 1)
    windows, count = options.sized(WINDOWS, 4), options.sized(LISTS, 10)
    waited = await compare(Windows(APPLICATIONS, windows), "tests.bench.waits", pairs, outside=False)
    listed = await compare(Lists(count), "tests.bench.list_waits", pairs, outside=False)
    window, listing = of_one(waited, APPLICATIONS, windows), of_one(listed, PEOPLE, count)
    sides = (("a base's window", waited, windows), ("a published list", listed, count))
    return [
        *(
            Result(
                *("workflow", f"workflow: {name}", "ms of CPU"),
                [pair.ours for pair in found],
                [pair.bare for pair in found],
                [pair.bare / pair.ours for pair in found],
                target=TARGET,
                notes=[f"{number} of 400 people each; the Temporal server and the worker, in the same sandbox"],
            )
            for name, found, number in sides
        ),
        Result(
            *("application", "one application through all its workflows", "ms of CPU", [window[0] + listing[0]]),
            target=MOST_MS,
            better="lower",
            notes=["its window and its list, Temporal server and worker; the year's one workflow is shared by all"],
            costs={"workflow_cpu_ms": window[0] + listing[0]},
        ),
        Result(
            *("application", "one application's events in all histories", "events", [window[1] + listing[1]]),
            target=MOST_EVENTS,
            better="lower",
            costs={"workflow_events": window[1] + listing[1]},
        ),
    ]


def main() -> None:
    """Command line."""
    asked = command_line(__doc__, applications=400, windows=10)
    if asked.serve:
        asyncio.run(serve(asked.serve, queue()))
    else:
        pairs = asyncio.run(compare(Windows(asked.applications, asked.windows), "tests.bench.waits", asked.pairs))
        what = f"{asked.windows} windows with {asked.applications} applications"
        tell(pairs, what, "application", asked.applications, asked.windows)
    leave()


if __name__ == "__main__":
    main()
