"""DecisionService: what the staff of a base decide."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from residency.enrollment.v1 import decision_service_pb2 as pb
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceServicer
from services.enrollment.domain.queue import Narrowed
from services.enrollment.domain.reasons import QUITS, REJECTIONS, VERSION, Reason, open_reasons
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.batches import BatchHandlers, BatchKind, BatchResult, BatchRow, DecideMany
from services.enrollment.handlers.decisions import (
    Admit,
    DecisionHandlers,
    GrantProvisional,
    RecordNotSelected,
    ReviewApplication,
)
from services.enrollment.views import QueueRowView
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind


class Decisions(DecisionServiceServicer):
    """Serves DecisionService."""

    def __init__(self, handlers: DecisionHandlers) -> None:
        self._handlers = handlers
        self._batches = BatchHandlers(handlers)

    async def ListQueue(self, request: pb.ListQueueRequest, context: Any) -> pb.ListQueueResponse:
        """Lists the submissions to one's own base."""
        page = await self._handlers.list_queue(
            caller(),
            request.cycle_id,
            convert.states_of(request.states),
            request.specialty_code,
            request.page_size,
            read_token(request.page_token),
            narrowed_by(request),
            late_only=request.late_only,
        )
        return pb.ListQueueResponse(rows=map(row_message, page.rows), next_page_token=write_token(page.following))

    async def GetSubmission(self, request: pb.GetSubmissionRequest, context: Any) -> pb.GetSubmissionResponse:
        """Opens the current submission of one application."""
        view = await self._handlers.get_submission(caller(), request.application_id)
        return pb.GetSubmissionResponse(
            row=row_message(view.row),
            sections=[convert.status_message(section) for section in view.sections],
            choice=convert.choice_message(view.choice),
            capabilities=convert.capability_messages(view.capabilities),
            correction_of=view.correction_of,
        )

    async def ReviewApplication(
        self, request: pb.ReviewApplicationRequest, context: Any
    ) -> pb.ReviewApplicationResponse:
        """Gives the verdict on a submission."""
        order = ReviewApplication(
            request.application_id,
            request.submission_number,
            request.verdict == pb.VERDICT_APPROVE,
            request.reason_code,
            request.remark,
            request.idempotency_key,
            request.confirm_late,
        )
        return pb.ReviewApplicationResponse(row=row_message(await self._handlers.review_application(caller(), order)))

    async def RecordNotSelected(
        self, request: pb.RecordNotSelectedRequest, context: Any
    ) -> pb.RecordNotSelectedResponse:
        """Records that an approved applicant was not selected."""
        order = RecordNotSelected(request.application_id, request.submission_number, request.idempotency_key)
        return pb.RecordNotSelectedResponse(row=row_message(await self._handlers.record_not_selected(caller(), order)))

    async def GrantProvisional(self, request: pb.GrantProvisionalRequest, context: Any) -> pb.GrantProvisionalResponse:
        """Gives a place."""
        order = GrantProvisional(
            request.application_id,
            request.submission_number,
            request.qualified,
            request.remark,
            request.idempotency_key,
        )
        return pb.GrantProvisionalResponse(row=row_message(await self._handlers.grant_provisional(caller(), order)))

    async def Admit(self, request: pb.AdmitRequest, context: Any) -> pb.AdmitResponse:
        """The final admission."""
        order = Admit(request.application_id, request.idempotency_key)
        return pb.AdmitResponse(row=row_message(await self._handlers.admit(caller(), order)))

    async def DecideMany(self, request: pb.DecideManyRequest, context: Any) -> pb.DecideManyResponse:
        """Approves, rejects or records as not selected many at once."""
        order = DecideMany(
            kind_of(request.kind), tuple(map(batch_row, request.rows)), request.idempotency_key, request.confirm_late
        )
        return pb.DecideManyResponse(results=map(result_message, await self._batches.decide_many(caller(), order)))

    async def PlaceMany(self, request: pb.PlaceManyRequest, context: Any) -> pb.PlaceManyResponse:
        """Grants or admits many at once."""
        order = DecideMany(kind_of(request.kind), tuple(map(batch_row, request.rows)), request.idempotency_key)
        return pb.PlaceManyResponse(results=map(result_message, await self._batches.decide_many(caller(), order)))

    async def GetReasons(self, request: pb.GetReasonsRequest, context: Any) -> pb.GetReasonsResponse:
        """The coded reasons that can be chosen."""
        return pb.GetReasonsResponse(
            version=VERSION,
            rejections=map(reason_message, open_reasons(REJECTIONS)),
            quits=map(reason_message, open_reasons(QUITS)),
        )


def row_message(view: QueueRowView) -> pb.QueueRow:
    """A row of the queue."""
    return pb.QueueRow(
        application_id=view.application_id,
        submission_number=view.submission_number,
        name=view.name,
        masked_document=view.masked_document,
        specialty_code=view.specialty_code,
        state=convert.state_message(view.state),
        submitted_at=convert.timestamp(view.submitted_at),
        accepts_reallocation=view.accepts_reallocation,
        not_selected=view.not_selected,
        version=view.version,
        due_at=convert.timestamp(view.due_at),
        late=view.late,
        held=view.marks.held,
        objected=view.marks.objected,
        waiting_rank=view.marks.waiting_rank,
        offered_until=convert.timestamp(view.marks.offered_until),
        revocation_proposed=view.marks.revocation_proposed,
        publicity_ends_at=convert.timestamp(view.marks.publicity_ends_at),
        confirmed_at=convert.timestamp(view.marks.confirmed_at),
        provisional_at=convert.timestamp(view.provisional_at),
        ending=view.marks.ending.value,
        fix_until=convert.timestamp(view.marks.fix_until),
    )


def narrowed_by(request: pb.ListQueueRequest) -> Narrowed:
    """What a queue is narrowed to."""

    def said(name: str) -> bool | None:
        return bool(getattr(request, name)) if request.HasField(name) else None

    return Narrowed(said("accepts_reallocation"), said("not_selected"), said("held"))


def kind_of(value: int) -> BatchKind:
    """The kind of a batch."""
    return BatchKind[pb.BatchKind.Name(value).removeprefix("BATCH_KIND_")]


def batch_row(message: pb.BatchRow) -> BatchRow:
    """One application of a batch."""
    return BatchRow(
        message.application_id, message.submission_number, message.reason_code, message.remark, message.qualified
    )


def result_message(result: BatchResult) -> pb.BatchResult:
    """What became of one row of a batch."""
    if result.row is not None:
        return pb.BatchResult(application_id=result.application_id, row=row_message(result.row))
    refusal = result.refusal
    if refusal is None:
        raise ValueError("a row of a batch is decided or refused")
    return pb.BatchResult(
        application_id=result.application_id,
        reason=refusal.reason,
        message=refusal.message,
        rule=refusal.rule,
        until=convert.timestamp(refusal.until),
    )


def reason_message(reason: Reason) -> pb.Reason:
    """One coded reason."""
    return pb.Reason(code=reason.code, label=reason.label, label_en=reason.label_en)


def write_token(position: tuple[datetime, str] | None) -> str:
    """A position in the queue as an opaque token; empty at the end."""
    if position is None:
        return ""
    return base64.urlsafe_b64encode(f"{position[0].isoformat()} {position[1]}".encode()).decode()


def read_token(token: str) -> tuple[datetime, str] | None:
    """The position in a token; raises INVALID for one that is not ours."""
    if not token:
        return None
    try:
        instant, _, application_id = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        position = datetime.fromisoformat(instant), str(UUID(application_id))
        if position[0].tzinfo is None:
            raise ValueError("an instant without a zone")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise DomainError(Kind.INVALID, "BAD_PAGE_TOKEN", "翻页标记无效。", field="page_token") from error
    return position
