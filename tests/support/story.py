"""History → readable lines, so that a person can review what a process waits for and does.

Replay does not notice a changed timer length; a changed story does. Days count from the start of the workflow; what
happens off midnight carries its time of day. Record with `python -m tests.support.story record [NAME …]`: where the
latest story is told differently now, it adds a history and a story dated today (a second one of a day carries its time
too), and never touches recorded ones: old histories are what running workflows look like.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

HISTORIES = Path(__file__).parent.parent / "replay" / "histories"

_SILENT = frozenset(
    {
        "cycle_id",
        "application_id",
        "memory",
        "windows_opened",
        "seat_offer_id",
        "list_id",
        "asked_at",
        "at",
        "year",
        "key",
        "closes_at",
        "release_at",
        "batch_id",
        "appointment_id",
        "due_at",
        "on_day",
    }
)
"""Fields that say nothing to a reader: ids, and what one run hands to the next."""


def story_of(history: WorkflowHistory) -> str:
    """The story: one line for each wait, message, deed, child and end."""
    began = _instant(history.events[0].event_time)
    lines = []
    for event in history.events:
        teller = _TELLERS.get(event.event_type)
        if teller is not None:
            lines.append(f"{_day(_instant(event.event_time) - began)}  {teller(event)}")
    return "\n".join(lines) + "\n"


def _started(event: HistoryEvent) -> str:
    told = event.workflow_execution_started_event_attributes
    return f"begins {told.workflow_type.name}{_said(told.input)}"


def _timer_started(event: HistoryEvent) -> str:
    return f"waits {_length(event.timer_started_event_attributes.start_to_fire_timeout)}"


def _timer_canceled(_: HistoryEvent) -> str:
    return "stops waiting"


def _signaled(event: HistoryEvent) -> str:
    told = event.workflow_execution_signaled_event_attributes
    return f"is told {told.signal_name}{_said(told.input)}"


def _updated(event: HistoryEvent) -> str:
    told = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
    return f"is told {told.name}{_said(told.args)}"


def _scheduled(event: HistoryEvent) -> str:
    told = event.activity_task_scheduled_event_attributes
    return f"does {told.activity_type.name}{_said(told.input)}"


def _failed(event: HistoryEvent) -> str:
    failure = event.activity_task_failed_event_attributes.failure
    return f"is refused: {failure.application_failure_info.type}"


def _child(event: HistoryEvent) -> str:
    told = event.start_child_workflow_execution_initiated_event_attributes
    return f"starts {told.workflow_type.name}{_said(told.input)}"


def _told_another(event: HistoryEvent) -> str:
    told = event.signal_external_workflow_execution_initiated_event_attributes
    kind = told.workflow_execution.workflow_id.partition("/")[0]
    return f"tells a {kind} {told.signal_name}{_said(told.input)}"


def _child_there(event: HistoryEvent) -> str:
    told = event.start_child_workflow_execution_failed_event_attributes
    return f"finds {told.workflow_type.name} running already"


def _goes_on(event: HistoryEvent) -> str:
    return f"goes on in a new run{_said(event.workflow_execution_continued_as_new_event_attributes.input)}"


def _ended(event: HistoryEvent) -> str:
    return f"ends{_said(event.workflow_execution_completed_event_attributes.result)}"


_TELLERS: dict[int, Callable[[HistoryEvent], str]] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: _started,
    EventType.EVENT_TYPE_TIMER_STARTED: _timer_started,
    EventType.EVENT_TYPE_TIMER_CANCELED: _timer_canceled,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: _signaled,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: _updated,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: _scheduled,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: _failed,
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: _child,
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED: _child_there,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: _told_another,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: _goes_on,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: _ended,
}


def _said(payloads: Payloads) -> str:
    parts = [part for payload in payloads.payloads for part in _fields(json.loads(payload.data or b"null"))]
    return f": {', '.join(parts)}" if parts else ""


def _fields(said: Any) -> Iterator[str]:
    for name, value in (said or {}).items():
        if name in _SILENT or value == []:
            continue
        if isinstance(value, list):
            yield f"{len(value)} {name}"
        else:
            yield f"{name} {value}"


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def _day(since: timedelta) -> str:
    days, minutes = divmod(_minutes(since), 24 * 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}" if minutes else "     "
    return f"day {days:3} {clock}"


def _length(duration: Duration) -> str:
    length = duration.ToTimedelta()
    if length < timedelta(minutes=1):
        return "a moment"
    days, minutes = divmod(_minutes(length), 24 * 60)
    parts = [f"{days} days"] if days else []
    if minutes:
        parts.append(f"{minutes // 60} h {minutes % 60:02} min")
    return " ".join(parts)


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)


async def _record(names: list[str]) -> None:
    # Imported here: the scenarios play on the stage, which needs the workflows; reading a story does not.
    from tests.replay.scenarios import SCENARIOS  # noqa: PLC0415
    from tests.support.temporal import time_skipping  # noqa: PLC0415

    async with time_skipping() as environment:
        for name in names or sorted(SCENARIOS):
            history = await SCENARIOS[name](environment)
            recorded = sorted(HISTORIES.glob(f"{name}.*.story"))
            if recorded and recorded[-1].read_text() == story_of(history):
                print(f"kept      {recorded[-1]}")
                continue
            target = _new_file(name, datetime.now(UTC))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(history.to_json() + "\n")
            target.with_suffix(".story").write_text(story_of(history))
            print(f"recorded  {target}")


def _new_file(name: str, now: datetime) -> Path:
    """Named by the day; by the minute too when the day has one already, which sorts behind it."""
    dated = HISTORIES / f"{name}.{now:%Y-%m-%d}.json"
    return HISTORIES / f"{name}.{now:%Y-%m-%dT%H%M}.json" if dated.exists() else dated


def main(arguments: list[str]) -> int:
    """`record [NAME …]`; 2 when asked for anything else."""
    if not arguments or arguments[0] != "record":
        print("usage: python -m tests.support.story record [PROCESS/SCENARIO …]", file=sys.stderr)
        return 2
    asyncio.run(_record(arguments[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
