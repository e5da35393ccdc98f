"""What FacultyBatch asks and orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Protocol

from temporalio import activity

from residency.faculty.v1 import batch_service_pb2 as wire
from services.kit.domain import DomainError, Kind
from workflows.faculty_batch.contract import BatchClock, BatchQuestion, BatchReminder, Expired, Told
from workflows.wire import instant, translated_failures

_GONE = datetime(1970, 1, 1, tzinfo=UTC)


class Batches(Protocol):
    """The part of faculty's BatchService used here."""

    def GetBatchClock(self, request: wire.GetBatchClockRequest, /) -> Awaitable[wire.GetBatchClockResponse]:
        """Says when it opens, ends submissions and closes."""
        ...

    def RemindBatch(self, request: wire.RemindBatchRequest, /) -> Awaitable[wire.RemindBatchResponse]:
        """Tells those who owe something."""
        ...

    def ExpireUndecided(self, request: wire.ExpireUndecidedRequest, /) -> Awaitable[wire.ExpireUndecidedResponse]:
        """Ends what nobody decided, some at a time."""
        ...


class BatchActivities:
    """The activities of FacultyBatch, over faculty's BatchService."""

    def __init__(self, faculty: Batches) -> None:
        self._faculty = faculty

    @activity.defn
    async def get_batch_clock(self, question: BatchQuestion) -> BatchClock:
        """The batch as it stands now; one that faculty does not know is answered as gone."""
        with translated_failures():
            try:
                answer = await self._faculty.GetBatchClock(wire.GetBatchClockRequest(batch_id=question.batch_id))
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_FOUND:
                    raise
                return BatchClock(*(_GONE, _GONE, _GONE), drafts=0, undecided=0, version=0, read_at=_GONE, gone=True)
        return clock_of(answer)

    @activity.defn
    async def remind_batch(self, order: BatchReminder) -> Told:
        """Tell whom it concerns, once per errand and moment; nobody when faculty finds that it is too early or late."""
        request = wire.RemindBatchRequest(batch_id=order.batch_id, kind=order.errand)
        request.due_at.FromDatetime(order.due_at)
        with translated_failures():
            try:
                answer = await self._faculty.RemindBatch(request)
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_NOW:
                    raise
                return Told(0)
        return Told(answer.reminded)

    @activity.defn
    async def expire_undecided(self, question: BatchQuestion) -> Expired:
        """End what nobody decided, page by page; harmless to repeat. Nothing when the batch is open after all."""
        count = 0
        with translated_failures():
            while True:
                try:
                    answer = await self._faculty.ExpireUndecided(
                        wire.ExpireUndecidedRequest(batch_id=question.batch_id)
                    )
                except DomainError as refusal:
                    if refusal.kind is not Kind.NOT_NOW:
                        raise
                    return Expired(count, closed=False)
                count += answer.expired
                activity.heartbeat(count)
                # What is left but does not end is somebody else's to mend: asking again would not help.
                if not answer.left or not answer.expired:
                    return Expired(count, closed=not answer.left)


def clock_of(answer: wire.GetBatchClockResponse) -> BatchClock:
    """The contract's clock as the workflow reads it."""
    batch = answer.batch
    closes_at = instant(batch.closes_at)
    return BatchClock(
        opens_at=instant(batch.opens_at),
        apply_until=instant(batch.apply_until) if batch.HasField("apply_until") else closes_at,
        closes_at=closes_at,
        drafts=answer.drafts,
        undecided=answer.undecided,
        version=batch.version,
        read_at=instant(answer.read_at),
    )
