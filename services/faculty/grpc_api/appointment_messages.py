"""Appointments, cases and their history as messages; days and marks of pages as text."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import appointment_service_pb2 as pb
from residency.faculty.v1 import faculty_pb2
from services.faculty.domain.appointing import REASONS, Outcome
from services.faculty.domain.appointment import Event, Review, State
from services.faculty.handlers.orphaning import Orphaned
from services.faculty.handlers.seen_appointments import Seen
from services.faculty.store.appointments import Appointment, DismissalCase, Happened
from services.kit.domain import DomainError, Kind

_WORDS = {
    faculty_pb2.AppointmentState.Value(f"APPOINTMENT_STATE_{each.name}"): each.value
    for each in State
    if each is not State.NONE
}
_REVIEW_WORDS = {
    faculty_pb2.ReviewState.Value(f"REVIEW_STATE_{each.name}"): each.value for each in Review if each is not Review.NONE
}


def seen_message(seen: Seen) -> pb.Appointment:
    """An appointment with what the caller may do, and the teacher's training."""
    message = appointment_message(seen.appointment)
    message.capabilities.extend(_capability(event, outcome) for event, outcome in seen.capabilities.items())
    message.training_state = seen.standing.training_state
    message.training_level = seen.standing.training_level
    return message


def appointment_message(one: Appointment) -> pb.Appointment:
    """An appointment."""
    return pb.Appointment(
        appointment_id=one.appointment_id,
        person_id=one.person_id,
        name=one.name,
        base_code=one.base_code,
        department_code=one.department_code,
        extra_department_codes=one.extra_departments,
        state=f"APPOINTMENT_STATE_{one.state.name}",
        from_day=one.from_day.isoformat(),
        until_day=one.until_day.isoformat(),
        level=one.level,
        title=one.title,
        review="REVIEW_STATE_UNSPECIFIED"
        if one.review_state is Review.NONE
        else f"REVIEW_STATE_{one.review_state.name}",
        review_year=one.review_year,
        review_due=_text(one.review_due),
        candidacy_id=one.candidacy_id or "",
        version=one.version,
        ends_on=_text(one.ends_on),
    )


def event_message(event: Happened) -> pb.AppointmentEvent:
    """A line of the history."""
    return pb.AppointmentEvent(
        kind=event.kind,
        by=event.by,
        at=timestamp(event.at),
        reason_code=event.reason_code,
        reason=event.reason,
        effective_day=_text(event.effective_day),
    )


def case_message(case: DismissalCase, one: Appointment) -> pb.DismissalCase:
    """A dismissal case with its appointment."""
    return pb.DismissalCase(
        case_id=case.case_id,
        appointment=appointment_message(one),
        reason_code=case.reason_code,
        reason=case.reason,
        proposed_by=case.proposed_by,
        proposed_at=timestamp(case.proposed_at),
        source=case.source,
        effective_day=case.effective_day.isoformat(),
        state=case.state,
        version=case.version,
    )


def orphaned_message(month: Orphaned) -> pb.OrphanedMonth:
    """A month that would have no teacher."""
    return pb.OrphanedMonth(
        trainee_id=month.trainee_id,
        trainee_name=month.trainee_name,
        department_code=month.department_code,
        month=f"{month.month:%Y-%m}",
        substitute_id=month.substitute_id,
        substitute_name=month.substitute_name,
        load_after=month.load_after,
        cause=month.cause,
    )


def timestamp(instant: datetime) -> Timestamp:
    """An instant."""
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def day(text: str, field: str) -> date | None:
    """A calendar day, None when it is empty. Raises INVALID NO_SUCH_DAY."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(Kind.INVALID, "NO_SUCH_DAY", "没有这一天。", field=field) from None


def page_mark(token: str) -> str:
    """The id after which a page begins. Raises INVALID PAGE_TOKEN."""
    try:
        return str(UUID(token)) if token else ""
    except ValueError:
        raise DomainError(Kind.INVALID, "PAGE_TOKEN", "翻页标记无效，请从第一页开始。", field="page_token") from None


def state_word(state: int) -> str:
    """The word by which the table keeps a state; empty when nothing is said, or what nobody knows."""
    return _WORDS.get(state, "")


def review_word(review: int) -> str:
    """The same of a review."""
    return _REVIEW_WORDS.get(review, "")


def _capability(event: Event, outcome: Outcome) -> faculty_pb2.FacultyCapability:
    return faculty_pb2.FacultyCapability(
        action=event.value,
        allowed=not outcome.refusal,
        reason=REASONS[outcome.refusal][1] if outcome.refusal else "",
        code=outcome.refusal,
        rule=outcome.rule,
    )


def _text(found: date | None) -> str:
    return found.isoformat() if found is not None else ""
