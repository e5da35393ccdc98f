"""AppointmentService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import appointment_service_pb2 as pb
from residency.faculty.v1 import appointment_service_pb2_grpc
from services.faculty.domain.appointment import State
from services.faculty.grpc_api.appointment_messages import (
    appointment_message,
    case_message,
    day,
    event_message,
    orphaned_message,
    page_mark,
    review_word,
    seen_message,
    state_word,
    timestamp,
)
from services.faculty.grpc_api.policies import PolicyApi
from services.faculty.handlers.appointment_clock import AppointmentClock
from services.faculty.handlers.appointments import Appointments
from services.faculty.handlers.dismissals import Dismissals, Order
from services.faculty.handlers.policies import Policies
from services.faculty.handlers.reviews import Reviews, Wish
from services.faculty.handlers.sanctions import Sanctions
from services.faculty.store.listed_appointments import Wanted
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

PAGE = 50
"""How many are shown when nobody says how many."""


@dataclass(frozen=True, slots=True)
class UseCases:
    """What AppointmentService carries out."""

    appointments: Appointments
    reviews: Reviews
    dismissals: Dismissals
    sanctions: Sanctions
    policies: Policies
    clock: AppointmentClock


class AppointmentApi(PolicyApi, appointment_service_pb2_grpc.AppointmentServiceServicer):
    """Answers AppointmentService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, use: UseCases) -> None:
        super().__init__(use.policies)
        self._use = use

    async def ListAppointments(
        self, request: pb.ListAppointmentsRequest, context: Context
    ) -> pb.ListAppointmentsResponse:
        """Lists those in the caller's reach."""
        wanted = Wanted(
            department_code=request.department_code,
            base_code=request.base_code,
            name=request.name,
            state=state_word(request.state),
            review=review_word(request.review),
            level=request.level,
            title=request.title,
        )
        page = await self._use.appointments.page(caller(), wanted, request.limit or PAGE, page_mark(request.page_token))
        return pb.ListAppointmentsResponse(
            appointments=[seen_message(each) for each in page.items],
            total=page.total,
            next_page_token=page.next_token,
        )

    async def GetAppointment(self, request: pb.GetAppointmentRequest, context: Context) -> pb.GetAppointmentResponse:
        """Reads one with its history."""
        seen, history = await self._use.appointments.get(caller(), request.appointment_id)
        return pb.GetAppointmentResponse(
            appointment=seen_message(seen), events=[event_message(each) for each in history]
        )

    async def ListMyAppointments(
        self, request: pb.ListMyAppointmentsRequest, context: Context
    ) -> pb.ListMyAppointmentsResponse:
        """Lists one's own."""
        mine = await self._use.appointments.mine(caller())
        return pb.ListMyAppointmentsResponse(appointments=[seen_message(each) for each in mine])

    async def ConfirmReviews(self, request: pb.ConfirmReviewsRequest, context: Context) -> pb.ConfirmReviewsResponse:
        """Confirms several."""
        wishes = [Wish(each.appointment_id, each.version) for each in request.wishes]
        results = await self._use.reviews.confirm(caller(), wishes, request.idempotency_key)
        return pb.ConfirmReviewsResponse(
            results=[
                pb.AppointmentResult(
                    appointment_id=each.appointment_id, done=not each.code, code=each.code, message=each.message
                )
                for each in results
            ]
        )

    async def CorrectReview(self, request: pb.CorrectReviewRequest, context: Context) -> pb.CorrectReviewResponse:
        """Confirms and corrects one."""
        await self._use.reviews.correct(
            *(caller(), request.appointment_id, request.version, request.title),
            *(list(request.extra_department_codes), request.idempotency_key),
        )
        return pb.CorrectReviewResponse(appointment=await self._now(request.appointment_id))

    async def ProposeDismissal(
        self, request: pb.ProposeDismissalRequest, context: Context
    ) -> pb.ProposeDismissalResponse:
        """Proposes a dismissal."""
        case_id = await self._use.dismissals.propose(
            *(caller(), request.appointment_id, request.version, request.reason_code, request.reason),
            *(day(request.effective_day, "effective_day"), request.idempotency_key),
        )
        return pb.ProposeDismissalResponse(case=case_message(*await self._use.dismissals.case(case_id)))

    async def ListDismissalCases(
        self, request: pb.ListDismissalCasesRequest, context: Context
    ) -> pb.ListDismissalCasesResponse:
        """Lists proposed dismissals."""
        found, following = await self._use.dismissals.cases(
            caller(), request.state, request.limit or PAGE, page_mark(request.page_token)
        )
        return pb.ListDismissalCasesResponse(cases=[case_message(*each) for each in found], next_page_token=following)

    async def PreviewDismissal(
        self, request: pb.PreviewDismissalRequest, context: Context
    ) -> pb.PreviewDismissalResponse:
        """Shows what a dismissal would leave behind."""
        preview = await self._use.dismissals.preview(
            caller(), request.appointment_id, day(request.effective_day, "effective_day")
        )
        return pb.PreviewDismissalResponse(
            months=[orphaned_message(each) for each in preview.impact.months],
            fingerprint=preview.impact.fingerprint,
            effective_day=preview.effective_day.isoformat(),
            needs_substitutes=preview.needs_substitutes,
        )

    async def CommitDismissal(self, request: pb.CommitDismissalRequest, context: Context) -> pb.CommitDismissalResponse:
        """Dismisses, with the substitutes or without."""
        order = Order(
            appointment_id=request.appointment_id,
            version=request.version,
            case_id=request.case_id,
            reason_code=request.reason_code,
            reason=request.reason,
            effective_day=_given_day(request.effective_day),
            fingerprint=request.fingerprint,
            with_substitutes=request.with_substitutes,
        )
        await self._use.dismissals.commit(caller(), order, request.idempotency_key)
        return pb.CommitDismissalResponse(appointment=await self._now(request.appointment_id))

    async def RefuseDismissal(self, request: pb.RefuseDismissalRequest, context: Context) -> pb.RefuseDismissalResponse:
        """Does not dismiss."""
        await self._use.dismissals.refuse(
            caller(), request.case_id, request.version, request.reason, request.idempotency_key
        )
        return pb.RefuseDismissalResponse(case=case_message(*await self._use.dismissals.case(request.case_id)))

    async def RecordSanction(self, request: pb.RecordSanctionRequest, context: Context) -> pb.RecordSanctionResponse:
        """Suspends."""
        await self._use.sanctions.record(
            *(caller(), request.appointment_id, request.version, request.reason_code),
            *(request.reason, request.source, request.idempotency_key),
        )
        return pb.RecordSanctionResponse(appointment=await self._now(request.appointment_id))

    async def LiftSanction(self, request: pb.LiftSanctionRequest, context: Context) -> pb.LiftSanctionResponse:
        """Lifts a suspension."""
        await self._use.sanctions.lift(
            caller(), request.appointment_id, request.version, request.reason, request.idempotency_key
        )
        return pb.LiftSanctionResponse(appointment=await self._now(request.appointment_id))

    async def TransferAppointment(
        self, request: pb.TransferAppointmentRequest, context: Context
    ) -> pb.TransferAppointmentResponse:
        """Ends it because the person leaves the hospital."""
        await self._use.dismissals.transfer(
            *(caller(), request.appointment_id, request.version, request.reason),
            *(_given_day(request.effective_day), request.idempotency_key),
        )
        return pb.TransferAppointmentResponse(appointment=await self._now(request.appointment_id))

    async def SetLevel(self, request: pb.SetLevelRequest, context: Context) -> pb.SetLevelResponse:
        """Sets or takes away the level."""
        await self._use.appointments.set_level(
            *(caller(), request.appointment_id, request.version, request.level),
            *(request.reason, request.idempotency_key),
        )
        return pb.SetLevelResponse(appointment=await self._now(request.appointment_id))

    async def GetAppointmentClock(
        self, request: pb.GetAppointmentClockRequest, context: Context
    ) -> pb.GetAppointmentClockResponse:
        """Says what it waits for next."""
        reading = await self._use.clock.read(request.appointment_id)
        one, ahead = reading.appointment, reading.ahead
        message = appointment_message(one)
        return pb.GetAppointmentClockResponse(
            state=message.state,
            review=message.review,
            term_ends_at=_moment(ahead.term_ends_at),
            review_opens_at=_moment(ahead.review_opens_at),
            review_due_at=_moment(ahead.review_due_at),
            dismissed_at=_moment(ahead.ends_at),
            version=one.version,
            read_at=timestamp(reading.read_at),
            remind_at=[timestamp(at) for at in ahead.remind_at],
            over=ahead.over,
            expiry_notice_at=_moment(ahead.expiry_notice_at),
            review_year=ahead.review_year,
        )

    async def OpenReview(self, request: pb.OpenReviewRequest, context: Context) -> pb.OpenReviewResponse:
        """Opens the yearly review."""
        return pb.OpenReviewResponse(opened=await self._use.clock.open_review(request.appointment_id, request.year))

    async def RemindReview(self, request: pb.RemindReviewRequest, context: Context) -> pb.RemindReviewResponse:
        """Reminds."""
        about = request.due_at.ToDatetime(UTC)
        return pb.RemindReviewResponse(
            reminded=await self._use.clock.remind(request.appointment_id, request.kind, about)
        )

    async def MarkOverdue(self, request: pb.MarkOverdueRequest, context: Context) -> pb.MarkOverdueResponse:
        """Marks a review that was not done."""
        return pb.MarkOverdueResponse(marked=await self._use.clock.mark_overdue(request.appointment_id, request.year))

    async def EndAppointment(self, request: pb.EndAppointmentRequest, context: Context) -> pb.EndAppointmentResponse:
        """Carries out an end that is due."""
        state, orphaned = await self._use.clock.end(request.appointment_id)
        return pb.EndAppointmentResponse(state=_state(state), orphaned=orphaned)

    async def ListAppointmentWaits(
        self, request: pb.ListAppointmentWaitsRequest, context: Context
    ) -> pb.ListAppointmentWaitsResponse:
        """Lists what something waits for."""
        found, following = await self._use.clock.waits(page_mark(request.page_token))
        return pb.ListAppointmentWaitsResponse(appointment_ids=found, next_page_token=following)

    async def _now(self, appointment_id: str) -> pb.Appointment:
        return seen_message(await self._use.appointments.now(caller(), appointment_id))


def servicer(use: UseCases) -> Servicer:
    """What the server needs to serve AppointmentService."""
    descriptor = pb.DESCRIPTOR.services_by_name["AppointmentService"]
    add = appointment_service_pb2_grpc.add_AppointmentServiceServicer_to_server
    return Servicer(descriptor, add, AppointmentApi(use))


def _given_day(text: str) -> date:
    found = day(text, "effective_day")
    return found if found is not None else date.min


def _moment(instant: datetime | None) -> Timestamp | None:
    return None if instant is None else timestamp(instant)


def _state(state: State) -> str:
    return f"APPOINTMENT_STATE_{state.name}"
