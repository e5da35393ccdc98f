"""Reads workflow histories as they stand in Temporal: which runs there are, and what each one's history tells."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.kit.settings import Settings
from services.kit.temporal import Admission
from services.verifier.clear import numbers_in

AWAY = (OSError, RuntimeError, ValueError, RPCError, TimeoutError)
"""What is raised when Temporal cannot be read."""
ENTER_PHASE = "enter_phase"
_AT_ONCE = 8
_LAWFUL = frozenset(
    {
        # Something came in between: the server gives the task again.
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_UPDATE,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_STICKY_TASK_QUEUE,
    }
)


@dataclass(slots=True)
class Run:
    """One run of a workflow. Instants are aware UTC."""

    workflow_id: str
    run_id: str
    kind: str
    status: str
    began: datetime
    events: int = 0
    size: int = 0
    """Bytes."""
    entered: list[int] = field(default_factory=list)
    """Numbers of the phases that its activities entered, in order."""
    stuck: str = ""
    """Why its last workflow task failed, where none was done since."""
    mended: int = 0
    """Workflow tasks that failed, before one was done."""
    undecodable: int = 0
    numbers: int = 0
    """Identity numbers that stand in it in clear."""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status == WorkflowExecutionStatus.RUNNING.name


@dataclass(slots=True)
class Histories:
    """All runs, or why they cannot be read; `trouble` also where only some could not."""

    runs: list[Run] = field(default_factory=list)
    trouble: str = ""


async def read(settings: Settings) -> Histories:
    """Every run that Temporal remembers, with its history; never raises."""
    found = Histories()
    try:
        client = await Admission.of(settings).client(settings)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(listed: WorkflowExecution) -> None:
            async with slots:
                run = await _run(client, listed)
            if run is not None:
                found.runs.append(run)

        async with asyncio.TaskGroup() as group:
            async for listed in client.list_workflows(page_size=1000):
                group.create_task(one(listed))
    except AWAY as error:
        found.trouble = f"Temporal cannot be read: {error}"[:200]
    except ExceptionGroup as errors:
        found.trouble = f"Temporal cannot be read: {errors.exceptions[0]}"[:200]
    found.runs.sort(key=lambda run: (run.workflow_id, run.began))
    return found


async def statuses(settings: Settings, workflow_ids: Iterable[str]) -> dict[str, str]:
    """How some workflows stand now, those that Temporal knows: its list lags behind. Raises one of `AWAY`."""
    client = await Admission.of(settings).client(settings)
    known: dict[str, str] = {}
    for workflow_id in workflow_ids:
        try:
            seen = await client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            known[workflow_id] = seen.status.name if seen.status is not None else "UNKNOWN"
    return known


async def _run(client: Client, listed: WorkflowExecution) -> Run | None:
    try:
        history = await client.get_workflow_handle(listed.id, run_id=listed.run_id).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:  # its time was up between the two questions
            return None
        raise
    status = listed.status.name if listed.status is not None else "UNKNOWN"
    run = Run(listed.id, listed.run_id, listed.workflow_type, status, listed.start_time)
    digest(run, history.events)
    return run


def digest(run: Run, events: Sequence[HistoryEvent]) -> None:
    """Write down what a history tells."""
    orders: set[int] = set()
    failed = 0
    for event in events:
        run.events += 1
        run.size += event.ByteSize()
        run.numbers += len(numbers_in(event.SerializeToString()))
        payloads = list(_payloads(event))
        run.undecodable += sum(not _readable(each) for each in payloads)
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                cause = event.workflow_task_failed_event_attributes.cause
                if cause not in _LAWFUL:
                    failed += 1
                    run.stuck = event.workflow_task_failed_event_attributes.failure.message or str(cause)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                run.mended, failed, run.stuck = run.mended + failed, 0, ""
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                if event.activity_task_scheduled_event_attributes.activity_type.name == ENTER_PHASE:
                    orders.add(event.event_id)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                done = event.activity_task_completed_event_attributes
                if done.scheduled_event_id in orders and payloads:
                    run.entered.append(int(json.loads(payloads[0].data)["sequence"]))
            case _:
                pass


def _readable(payload: Payload) -> bool:
    """Whether it is as our converter writes it: JSON, or nothing."""
    encoding = payload.metadata.get("encoding", b"")
    if encoding in (b"binary/null", b"binary/plain"):
        return True
    try:
        json.loads(payload.data)
    except ValueError:
        return False
    return encoding.startswith(b"json/")


def _payloads(message: Message) -> Iterable[Payload]:
    """Every payload inside a message, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        entry = descriptor.message_type
        if entry.GetOptions().map_entry:
            if entry.fields_by_name["value"].message_type is not None:
                for each in value.values():
                    yield from _payloads(each)
        elif isinstance(value, Message):
            yield from _payloads(value)
        else:
            for each in value:
                yield from _payloads(each)
