"""BatchService over gRPC, its half about batches: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import batch_service_pb2, batch_service_pb2_grpc
from services.faculty.core import Core
from services.faculty.deeds import content_of
from services.faculty.grpc_api.candidacies import CandidacyApi, day_of, moment
from services.faculty.grpc_api.paging import read_token, write_token
from services.faculty.handlers.batches import BatchHandlers, BatchView, Wanted
from services.faculty.handlers.candidacies import CandidacyHandlers
from services.faculty.handlers.candidacy_clock import ClockHandlers
from services.faculty.handlers.candidacy_decisions import DecisionHandlers
from services.faculty.handlers.candidacy_reading import ReadingHandlers
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = batch_service_pb2


class BatchApi(CandidacyApi, batch_service_pb2_grpc.BatchServiceServicer):
    """Answers BatchService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, core: Core) -> None:
        self._batches = BatchHandlers(core)
        self._candidacies = CandidacyHandlers(core)
        self._decisions = DecisionHandlers(core)
        self._reading = ReadingHandlers(core)
        self._clock = ClockHandlers(core)

    async def CreateBatch(self, request: pb.CreateBatchRequest, context: Context) -> pb.CreateBatchResponse:
        """Opens a batch."""
        made = await self._batches.create(caller(), _wanted(request, request.needs_acknowledgement))
        return pb.CreateBatchResponse(batch=await self._batch(made))

    async def AmendBatch(self, request: pb.AmendBatchRequest, context: Context) -> pb.AmendBatchResponse:
        """Changes name and dates."""
        wanted = _wanted(request, reason=request.reason)
        amended = await self._batches.amend(caller(), request.batch_id, request.version, wanted)
        return pb.AmendBatchResponse(batch=await self._batch(amended))

    async def PublishBatch(self, request: pb.PublishBatchRequest, context: Context) -> pb.PublishBatchResponse:
        """Publishes the results."""
        content = content_of(request)
        published = await self._batches.publish(
            caller(), request.batch_id, request.version, request.idempotency_key, content
        )
        return pb.PublishBatchResponse(batch=await self._batch(published))

    async def ListBatches(self, request: pb.ListBatchesRequest, context: Context) -> pb.ListBatchesResponse:
        """Lists the batches that concern the caller."""
        found, following = await self._batches.listed(caller(), request.limit, read_token(request.page_token))
        return pb.ListBatchesResponse(batches=map(_message, found), next_page_token=write_token(following))

    async def GetBatch(self, request: pb.GetBatchRequest, context: Context) -> pb.GetBatchResponse:
        """Reads one batch with counts by state."""
        found = await self._batches.get(caller(), request.batch_id)
        return pb.GetBatchResponse(batch=_message(found), counts=found.counts)

    async def GetBatchClock(self, request: pb.GetBatchClockRequest, context: Context) -> pb.GetBatchClockResponse:
        """Says when a batch opens and closes, and how many wait."""
        clock = await self._clock.clock(request.batch_id)
        return pb.GetBatchClockResponse(
            batch=_message(clock.view),
            drafts=clock.drafts,
            undecided=clock.undecided,
            read_at=moment(clock.read_at),
        )

    async def RemindBatch(self, request: pb.RemindBatchRequest, context: Context) -> pb.RemindBatchResponse:
        """Tells those who still owe something."""
        due_at = _instant(request, "due_at")
        if due_at is None:
            raise DomainError(*(Kind.INVALID, "DUE_MISSING", "请填写提醒对应的时间。"), field="due_at", rule="CAND-23")
        return pb.RemindBatchResponse(reminded=await self._clock.remind(request.batch_id, request.kind, due_at))

    async def ExpireUndecided(self, request: pb.ExpireUndecidedRequest, context: Context) -> pb.ExpireUndecidedResponse:
        """Ends some undecided candidacies of a closed batch."""
        expired, left = await self._clock.expire(request.batch_id)
        return pb.ExpireUndecidedResponse(expired=expired, left=left)

    async def ListBatchWaits(self, request: pb.ListBatchWaitsRequest, context: Context) -> pb.ListBatchWaitsResponse:
        """Lists the batches that something still waits for."""
        return pb.ListBatchWaitsResponse(batches=map(_message, await self._clock.waits()))

    async def _batch(self, batch_id: str) -> pb.Batch:
        return _message(await self._batches.get(caller(), batch_id))


def servicer(core: Core) -> Servicer:
    """What the server needs to serve BatchService."""
    descriptor = pb.DESCRIPTOR.services_by_name["BatchService"]
    return Servicer(descriptor, batch_service_pb2_grpc.add_BatchServiceServicer_to_server, BatchApi(core))


def _wanted(
    request: pb.CreateBatchRequest | pb.AmendBatchRequest, needs_acknowledgement: bool = False, reason: str = ""
) -> Wanted:
    return Wanted(
        name=request.name,
        opens_at=_instant(request, "opens_at"),
        apply_until=_instant(request, "apply_until"),
        closes_at=_instant(request, "closes_at"),
        reference_date=day_of(request.reference_date, "reference_date", "CAND-19"),
        key=request.idempotency_key,
        body=content_of(request),
        needs_acknowledgement=needs_acknowledgement,
        reason=reason,
    )


def _instant(
    request: pb.CreateBatchRequest | pb.AmendBatchRequest | pb.RemindBatchRequest, name: str
) -> datetime | None:
    found: Timestamp = getattr(request, name)
    return found.ToDatetime(tzinfo=UTC) if request.HasField(name) else None


def _message(view: BatchView) -> pb.Batch:
    row = view.batch
    return pb.Batch(
        batch_id=row.batch_id,
        organisation_code=row.organisation_code,
        name=row.name,
        opens_at=moment(row.opens_at),
        apply_until=moment(row.apply_until),
        closes_at=moment(row.closes_at),
        reference_date=row.reference_date.isoformat(),
        needs_acknowledgement=row.needs_acknowledgement,
        published_at=moment(row.published_at),
        version=row.version,
        state=view.phase.value,
    )
