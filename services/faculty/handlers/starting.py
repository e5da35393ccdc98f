"""A recommendation becomes an appointment, or another term of the one that runs (APPT-14, C5, C7.1, C7.13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from residency.faculty.v1 import events_pb2
from services.faculty.deeds import Deed
from services.faculty.domain.appointing import Case, Given, decide, refusal, require
from services.faculty.domain.appointment import Effect, Event, State
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.domain.terms import DAY, term_end
from services.faculty.handlers.appointment_deeds import carry_out, decided, fact_of, given, write_down
from services.faculty.handlers.orphaning import orphan
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.faculty.store.cells import lock_months
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """What a recommendation grants. `pending`: the province has yet to acknowledge it."""

    person_id: str
    name: str = field(repr=False)
    base_code: str
    department_code: str
    extra_departments: tuple[str, ...]
    title: str
    candidacy_id: str
    from_day: date
    pending: bool


async def start_appointment(deed: Deed, policy: FacultyPolicy, new: NewAppointment) -> str:
    """APPT-14: appoint somebody; the appointment's id. Who is appointed at this base gets another term of the same one.

    Another term keeps the history, counts from its own first day, and never shortens the present one; somebody
    suspended stays suspended. While it is `pending`, what there was goes on unchanged. Whether the entry rules pass is
    the caller's to have asked. Publishes AppointmentStarted unless it is pending.

    Raises:
        DomainError: CONFLICT ENDING_DECIDED, RENEWAL_PENDING; FORBIDDEN OWN_CASE.
    """
    running = await store.open_of(deed.session, new.person_id, new.base_code)
    event = Event.RECOMMEND_PENDING if new.pending else Event.RECOMMEND
    if running is not None:
        return await _again(deed, policy, new, running, event)
    own_case = deed.caller.person_id == new.person_id
    outcome = require(decide(Case(State.NONE), event, Given(deed.caller.role, deed.today, own_case=own_case)))
    until = term_end(new.from_day, policy.term_months)
    one = await _insert(deed, new, outcome.state, new.from_day, until, policy.grace_days)
    await _began(deed, one, "recommended" if new.pending else "appointed")
    return one.appointment_id


async def acknowledge(deed: Deed, appointment_id: str) -> str:
    """APPT-14: the province acknowledges what is pending; the id of the appointment that holds now.

    A term acknowledged late begins that day and keeps its end. When what it was to prolong has ended meanwhile, it is
    an appointment of its own. Raises NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT NOTHING_PENDING; NOT_NOW OVER.
    """
    one = await store.require(deed.session, appointment_id, lock=True)
    outcome = await decided(deed, one, Event.ACKNOWLEDGE)
    if one.renewal is None:
        values = {"from_day": max(one.from_day, deed.today)}
        one = await carry_out(deed, one, outcome, "acknowledged", values=values, tell=False)
        _tell_started(deed, one, renewed=await _before(deed, one))
        return one.appointment_id
    renewal = one.renewal
    if Effect.NEW_RECORD not in outcome.effects:
        await _prolong(deed, one, renewal, "acknowledged")
        return one.appointment_id
    await store.change(deed.session, one.appointment_id, {"renewal": None})
    if await store.open_of(deed.session, one.person_id, one.base_code) is not None:
        raise refusal("NOTHING_PENDING", "APPT-14")
    new = NewAppointment(
        person_id=one.person_id,
        name=one.name,
        base_code=one.base_code,
        department_code=renewal["department_code"],
        extra_departments=tuple(renewal["extra_departments"]),
        title=renewal["title"],
        candidacy_id=renewal["candidacy_id"],
        from_day=date.fromisoformat(renewal["from_day"]),
        pending=False,
    )
    first = max(new.from_day, deed.today)
    fresh = await _insert(deed, new, State.ACTIVE, first, date.fromisoformat(renewal["until_day"]), one.grace_days)
    await _began(deed, fresh, "acknowledged")
    return fresh.appointment_id


async def revoke(deed: Deed, appointment_id: str, reason: str) -> None:
    """APPT-14: the recommendation behind the newest term is taken back: what was before it stands again, if anything.

    A first term ends at once, and all its months are without a teacher. Raises NOT_FOUND APPOINTMENT_NOT_FOUND;
    NOT_NOW OVER.
    """
    one = await store.require(deed.session, appointment_id, lock=True)
    outcome = await decided(deed, one, Event.REVOKE)
    if one.renewal is not None:
        await carry_out(deed, one, outcome, "revoked", values={"renewal": None}, reason=reason)
        return
    if one.terms > 1:
        values = await _as_before(deed, one)
        now = await carry_out(deed, one, outcome, "revoked", values=values, reason=reason)
        # What the term that is taken back was the ground for waits for somebody else.
        lost = set(one.departments) - set(now.departments)
        if lost:
            await orphan(deed, one.person_id, one.base_code, deed.today - DAY, "dismissed", departments=lost)
        await orphan(deed, one.person_id, one.base_code, now.last_day, "expired")
        return
    yesterday = deed.today - DAY
    values = {"ending": "revoked", "ends_on": yesterday, "review_due": None}
    pending = one.state is State.PENDING
    await store.close_case(deed.session, appointment_id, "refused", by="", at=deed.now, reason="")
    await carry_out(deed, one, outcome, "revoked", values=values, reason=reason, effective_day=yesterday)
    if not pending:
        await orphan(deed, one.person_id, one.base_code, yesterday, "dismissed")


async def _again(deed: Deed, policy: FacultyPolicy, new: NewAppointment, running: Appointment, event: Event) -> str:
    """Another term of the appointment that runs, or the wish for one."""
    outcome = require(decide(await store.case_of(deed.session, running), event, given(deed, running)))
    renewal = {
        "from_day": new.from_day.isoformat(),
        "until_day": max(term_end(new.from_day, policy.term_months), running.until_day).isoformat(),
        "department_code": new.department_code,
        "extra_departments": list(new.extra_departments),
        "title": new.title,
        "candidacy_id": new.candidacy_id,
        "grace_days": policy.grace_days,
    }
    if new.pending:
        await carry_out(deed, running, outcome, "renewal_recommended", values={"renewal": renewal}, tell=False)
    else:
        await _prolong(deed, running, renewal, "renewed")
    return running.appointment_id


async def _prolong(deed: Deed, one: Appointment, renewal: dict[str, Any], kind: str) -> None:
    before = {
        "until_day": one.until_day.isoformat(),
        "department_code": one.department_code,
        "extra_departments": one.extra_departments,
        "title": one.title,
        "candidacy_id": one.candidacy_id,
        "grace_days": one.grace_days,
        "terms": one.terms,
    }
    await lock_months(deed.session, [one.base_code])
    # Where months are planned still, the person goes on teaching until a director has changed that.
    planned = await store.planned_departments(deed.session, one.person_id, one.departments, deed.today)
    chosen = [renewal["department_code"], *renewal["extra_departments"]]
    values = {
        "until_day": date.fromisoformat(renewal["until_day"]),
        "department_code": renewal["department_code"],
        "extra_departments": [*renewal["extra_departments"], *(each for each in planned if each not in chosen)],
        "title": renewal["title"] or one.title,
        "candidacy_id": renewal["candidacy_id"],
        "grace_days": renewal.get("grace_days", one.grace_days),
        "term_told_at": None,
        "renewal": None,
        "terms": one.terms + 1,
    }
    now = await store.change(deed.session, one.appointment_id, values)
    first = date.fromisoformat(renewal["from_day"])
    await write_down(deed, now, kind, effective_day=first, detail={"before": before})
    _tell_started(deed, now, renewed=True)


async def _as_before(deed: Deed, one: Appointment) -> dict[str, Any]:
    """What the present term went on from, out of the history."""
    told = [(each.detail or {}).get("before") for each in await store.events(deed.session, one.appointment_id)]
    before = next(each for each in reversed(told) if each and each["terms"] == one.terms - 1)
    return {**before, "until_day": date.fromisoformat(before["until_day"])}


async def _insert(
    deed: Deed, new: NewAppointment, state: State, first: date, until: date, grace_days: int
) -> Appointment:
    values = {
        "appointment_id": new_id(),
        "person_id": new.person_id,
        "name": new.name,
        "base_code": new.base_code,
        "department_code": new.department_code,
        "extra_departments": list(new.extra_departments),
        "state": state.value,
        "from_day": first,
        "until_day": until,
        "title": new.title,
        "candidacy_id": new.candidacy_id,
        "grace_days": grace_days,
        "created_at": deed.now,
    }
    return await store.add(deed.session, values)


async def _began(deed: Deed, one: Appointment, kind: str) -> None:
    await write_down(deed, one, kind, effective_day=one.from_day)
    if one.state is State.ACTIVE:
        _tell_started(deed, one, renewed=await _before(deed, one))


async def _before(deed: Deed, one: Appointment) -> bool:
    """Whether the person was appointed before, anywhere and for however long."""
    return any(
        each.appointment_id != one.appointment_id and each.ending != "revoked"
        for each in await store.all_of(deed.session, one.person_id)
    )


def _tell_started(deed: Deed, one: Appointment, *, renewed: bool) -> None:
    body = events_pb2.AppointmentStarted(appointment=fact_of(one), renewed=renewed)
    deed.fact("appointment.started", body, one.appointment_id, one.version)
