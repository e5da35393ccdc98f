"""What FacultyAppointment asks and orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from temporalio import activity

from residency.faculty.v1 import appointment_service_pb2 as wire
from residency.faculty.v1 import faculty_pb2
from services.kit.domain import DomainError, Kind
from workflows.faculty_appointment.contract import (
    AppointmentClock,
    AppointmentQuestion,
    Done,
    Ended,
    ReminderOrder,
    ReviewOrder,
)
from workflows.wire import instant, instant_of, translated_failures

Answer = TypeVar("Answer")

_NOTHING = frozenset({Kind.NOT_NOW, Kind.CONFLICT})
"""Refusals that a later look may see otherwise: too early by faculty's clock, or somebody was faster."""


class Appointments(Protocol):
    """The part of faculty's AppointmentService used here."""

    def GetAppointmentClock(
        self, request: wire.GetAppointmentClockRequest, /
    ) -> Awaitable[wire.GetAppointmentClockResponse]:
        """Says what it waits for next."""
        ...

    def OpenReview(self, request: wire.OpenReviewRequest, /) -> Awaitable[wire.OpenReviewResponse]:
        """Opens the yearly review."""
        ...

    def RemindReview(self, request: wire.RemindReviewRequest, /) -> Awaitable[wire.RemindReviewResponse]:
        """Reminds of a review or a term."""
        ...

    def MarkOverdue(self, request: wire.MarkOverdueRequest, /) -> Awaitable[wire.MarkOverdueResponse]:
        """Says that the review was not done in time."""
        ...

    def EndAppointment(self, request: wire.EndAppointmentRequest, /) -> Awaitable[wire.EndAppointmentResponse]:
        """Carries out the end that is due."""
        ...


class AppointmentActivities:
    """The activities of FacultyAppointment, over faculty's AppointmentService. Each is harmless to repeat."""

    def __init__(self, faculty: Appointments) -> None:
        self._faculty = faculty

    @activity.defn
    async def get_appointment_clock(self, question: AppointmentQuestion) -> AppointmentClock:
        """What the appointment waits for now; one that faculty does not know is answered as over."""
        request = wire.GetAppointmentClockRequest(appointment_id=question.appointment_id)
        with translated_failures():
            try:
                answer = await self._faculty.GetAppointmentClock(request)
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_FOUND:
                    raise
                return AppointmentClock("", "", 0, datetime(1970, 1, 1, tzinfo=UTC), over=True)
        return clock_of(answer)

    @activity.defn
    async def open_review(self, order: ReviewOrder) -> Done:
        """Open the review of the year, once."""
        request = wire.OpenReviewRequest(appointment_id=order.appointment_id, year=order.year)
        answer = await _or_nothing(self._faculty.OpenReview(request))
        return Done(answer is not None and answer.opened)

    @activity.defn
    async def mark_overdue(self, order: ReviewOrder) -> Done:
        """Say that the review of the year is overdue, once; nobody is dismissed by that."""
        request = wire.MarkOverdueRequest(appointment_id=order.appointment_id, year=order.year)
        answer = await _or_nothing(self._faculty.MarkOverdue(request))
        return Done(answer is not None and answer.marked)

    @activity.defn
    async def remind_review(self, order: ReminderOrder) -> Done:
        """Remind whoever owes something, once per kind and moment."""
        request = wire.RemindReviewRequest(appointment_id=order.appointment_id, kind=order.kind)
        request.due_at.FromDatetime(order.due_at)
        answer = await _or_nothing(self._faculty.RemindReview(request))
        return Done(answer is not None and answer.reminded)

    @activity.defn
    async def end_appointment(self, question: AppointmentQuestion) -> Ended:
        """Carry out the end that is due; nothing when it is not due by faculty's clock."""
        request = wire.EndAppointmentRequest(appointment_id=question.appointment_id)
        answer = await _or_nothing(self._faculty.EndAppointment(request))
        return Ended(_state(answer.state), answer.orphaned) if answer is not None else Ended("")


def clock_of(answer: wire.GetAppointmentClockResponse) -> AppointmentClock:
    """The contract's clock as the workflow reads it."""
    return AppointmentClock(
        state=_state(answer.state),
        review=faculty_pb2.ReviewState.Name(answer.review).removeprefix("REVIEW_STATE_").lower()
        if answer.review
        else "",
        version=answer.version,
        read_at=instant(answer.read_at),
        term_ends_at=instant_of(answer, "term_ends_at"),
        ends_at=instant_of(answer, "dismissed_at"),
        review_opens_at=instant_of(answer, "review_opens_at"),
        review_due_at=instant_of(answer, "review_due_at"),
        review_year=answer.review_year,
        remind_at=[instant(at) for at in answer.remind_at],
        expiry_notice_at=instant_of(answer, "expiry_notice_at"),
        over=answer.over,
    )


def _state(state: faculty_pb2.AppointmentState) -> str:
    return faculty_pb2.AppointmentState.Name(state).removeprefix("APPOINTMENT_STATE_").lower() if state else ""


async def _or_nothing(call: Awaitable[Answer]) -> Answer | None:
    """The answer; None for what cannot be done now. Every other failure goes on as Temporal knows it."""
    with translated_failures():
        try:
            return await call
        except DomainError as refusal:
            if refusal.kind not in _NOTHING:
                raise
    return None
