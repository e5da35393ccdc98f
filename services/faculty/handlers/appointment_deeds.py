"""What every command about an appointment does: take hold of it, ask the table, write down, tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from residency.faculty.v1 import events_pb2
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.appointing import Given, Outcome, decide, require
from services.faculty.domain.appointment import Event
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.kit.domain import DomainError, Kind


def given(deed: Deed, one: Appointment, **more: Any) -> Given:
    """Who acts on which day, and that nobody decides about themselves (APPT-06)."""
    return Given(deed.caller.role, deed.today, own_case=deed.caller.person_id == one.person_id, **more)


async def decided(deed: Deed, one: Appointment, event: Event, **more: Any) -> Outcome:
    """APPT-04: what the table makes of `event`. Raises DomainError when it refuses."""
    return require(decide(await store.case_of(deed.session, one), event, given(deed, one, **more)))


async def reached(deed: Deed, places: Places, appointment_id: str, version: int | None = None) -> Appointment:
    """The appointment, locked, if the caller reaches it by its primary department.

    Raises NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED unless `version` is None.
    """
    one = await store.find(deed.session, appointment_id, lock=True)
    if one is None or not places.reaches(deed.caller, one.base_code, one.department_code):
        raise store.absent()
    if version is not None:
        same_version(one, version)
    return one


def same_version(one: Appointment, version: int) -> None:
    """Raises CONFLICT VERSION_MOVED when another version was looked at."""
    if one.version != version:
        raise DomainError(Kind.CONFLICT, "VERSION_MOVED", "该聘任刚刚有变动，请刷新后再办理。")


async def carry_out(
    deed: Deed,
    one: Appointment,
    outcome: Outcome,
    kind: str,
    *,
    values: Mapping[str, Any] | None = None,
    reason_code: str = "",
    reason: str = "",
    effective_day: date | None = None,
    detail: Mapping[str, Any] | None = None,
    tell: bool = True,
    told_as: str = "",
) -> Appointment:
    """Write the outcome on the locked row, its history and the audit; publish AppointmentChanged unless not to `tell`.

    `told_as`: the fact's kind, where it is not that of the history. `detail` stays in the history: ids, codes, dates
    and evaluations. Raises INVALID REASON_NUMBERS (AUD-06).
    """
    changes = {"state": outcome.state.value, "review_state": outcome.review.value, **(values or {})}
    now = await store.change(deed.session, one.appointment_id, changes)
    await write_down(
        deed, now, kind, reason_code=reason_code, reason=reason, effective_day=effective_day, detail=detail
    )
    if tell:
        changed(deed, now, told_as or kind, reason_code=reason_code, effective_day=effective_day)
    return now


async def write_down(
    deed: Deed,
    one: Appointment,
    kind: str,
    *,
    reason_code: str = "",
    reason: str = "",
    effective_day: date | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One line of the history, and one of the audit."""
    await store.add_event(
        deed.session,
        one.appointment_id,
        kind=kind,
        by=deed.caller.actor,
        at=deed.now,
        reason_code=reason_code,
        reason=reason,
        effective_day=effective_day,
        detail=dict(detail) if detail else None,
    )
    noted: dict[str, str | int | bool] = {"person_id": one.person_id, "state": one.state.value, "version": one.version}
    if reason_code:
        noted["reason_code"] = reason_code
    await deed.note(f"appointment_{kind}", one.appointment_id, reason=reason, detail=noted)


def changed(
    deed: Deed, one: Appointment, kind: str, *, reason_code: str = "", effective_day: date | None = None
) -> None:
    """Publish AppointmentChanged."""
    body = events_pb2.AppointmentChanged(
        appointment=fact_of(one),
        kind=kind,
        reason_code=reason_code,
        effective_day=effective_day.isoformat() if effective_day else "",
        review_year=one.review_year,
        review_due=one.review_due.isoformat() if one.review_due else "",
    )
    deed.fact("appointment.changed", body, one.appointment_id, one.version)


def fact_of(one: Appointment) -> events_pb2.AppointmentFact:
    """What every fact about an appointment carries."""
    return events_pb2.AppointmentFact(
        appointment_id=one.appointment_id,
        person_id=one.person_id,
        base_code=one.base_code,
        department_code=one.department_code,
        version=one.version,
        state=f"APPOINTMENT_STATE_{one.state.value.upper()}",
        from_day=one.from_day.isoformat(),
        until_day=one.until_day.isoformat(),
    )
