"""OPS-90, OPS-91: what the verifier makes of a workflow's history, written with Temporal's own messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import ActivityType, Payload, Payloads
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    ActivityTaskCompletedEventAttributes,
    ActivityTaskScheduledEventAttributes,
    HistoryEvent,
    WorkflowExecutionSignaledEventAttributes,
    WorkflowTaskFailedEventAttributes,
)
from temporalio.converter import DataConverter

from services.rehearsal.people import make_people
from services.verifier.histories import ENTER_PHASE, Run, digest
from services.verifier.waits import phases_amiss

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
[PERSON] = make_people(1, seed=7, tag="history")


def written(value: object) -> Payloads:
    """A value as our converter writes it."""
    return Payloads(payloads=DataConverter.default.payload_converter.to_payloads([value]))


def signalled(payload: Payloads) -> HistoryEvent:
    """Somebody told a workflow something."""
    return HistoryEvent(
        event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        workflow_execution_signaled_event_attributes=WorkflowExecutionSignaledEventAttributes(
            signal_name="s", input=payload
        ),
    )


def failed(cause: WorkflowTaskFailedCause.ValueType, why: str = "") -> HistoryEvent:
    """A workflow task that failed."""
    return HistoryEvent(
        event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
        workflow_task_failed_event_attributes=WorkflowTaskFailedEventAttributes(
            cause=cause, failure=Failure(message=why)
        ),
    )


def entering(sequence: int, number: int) -> list[HistoryEvent]:
    """The phase is ordered by the event `number`, and enrollment answers with the timetable."""
    return [
        HistoryEvent(
            event_id=number,
            event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
            activity_task_scheduled_event_attributes=ActivityTaskScheduledEventAttributes(
                activity_type=ActivityType(name=ENTER_PHASE), input=written({"sequence": sequence})
            ),
        ),
        HistoryEvent(
            event_id=number + 1,
            event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
            activity_task_completed_event_attributes=ActivityTaskCompletedEventAttributes(
                scheduled_event_id=number, result=written({"sequence": sequence, "phases": []})
            ),
        ),
    ]


def read(events: Sequence[HistoryEvent]) -> Run:
    """A run with such a history."""
    run = Run("cycle/c", "r", "RecruitmentCycle", "RUNNING", BEGAN)
    digest(run, events)
    return run


DONE = HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
BROKEN = failed(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR, "nondeterminism")


def test_ops_90_an_orderly_history_tells_its_phases_length_and_size() -> None:
    run = read([*entering(1, 5), DONE, *entering(2, 9), signalled(written({"version": 3}))])
    assert (run.events, run.entered, run.stuck, run.undecodable, run.numbers) == (6, [1, 2], "", 0, 0)
    assert run.size > 100


def test_ops_91_an_identity_number_in_a_history_is_counted() -> None:
    assert read([signalled(written({"document": PERSON.resident_id}))]).numbers == 1


def test_ops_91_what_nobody_can_read_is_counted() -> None:
    cut = Payload(metadata={"encoding": b"json/plain"}, data=b'{"a":')
    strange = Payload(metadata={"encoding": b"binary/ours"}, data=b"1")
    assert read([signalled(Payloads(payloads=[cut, strange]))]).undecodable == 2


def test_ops_91_a_failed_task_is_stuck_until_one_is_done() -> None:
    assert read([BROKEN, BROKEN]).stuck == "nondeterminism"
    mended = read([BROKEN, BROKEN, DONE])
    assert (mended.stuck, mended.mended) == ("", 2)
    assert read([failed(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND)]).stuck == ""


def test_ops_91_phases_that_history_and_books_tell_otherwise() -> None:
    run = read([*entering(1, 5), *entering(2, 9)])
    settled = {0: BEGAN - DAY, 1: BEGAN + DAY, 2: BEGAN + 2 * DAY}
    assert phases_amiss([run], settled, settled) == []
    assert phases_amiss([run], {}, {0, 1}) == ["cycle/c entered phase 2, the books did not"]
    assert phases_amiss([run], settled | {3: BEGAN + 3 * DAY}, {0, 1, 2, 3}) == [
        "phase 3 was entered, and not by cycle/c"
    ]
    backwards = read([*entering(2, 5), *entering(1, 9)])
    assert phases_amiss([backwards], settled, settled) == ["cycle/c entered phase 1 after phase 2"]
    assert phases_amiss([backwards], settled, {0}, again=True) == [], "a restored database enters them again"
    assert phases_amiss([run], {3: BEGAN - DAY}, {1, 2, 3}) == [], "entered before Temporal was made anew"
