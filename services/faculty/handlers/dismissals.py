"""Dismissals: proposed by a department, decided by 教学部 with what becomes of the months; transfers (C5, C7.16)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.domain.appointing import refusal
from services.faculty.domain.appointment import OWED, Event, State
from services.faculty.domain.terms import month_end
from services.faculty.handlers.appointment_deeds import carry_out, decided, reached
from services.faculty.handlers.orphaning import Impact, Orphaned, impact_of, orphan, take_over
from services.faculty.handlers.seen_appointments import reach_of
from services.faculty.store import appointments as store
from services.faculty.store import listed_appointments as lists
from services.faculty.store.appointments import Appointment, DismissalCase
from services.faculty.store.cells import lock_months
from services.faculty.store.policies import policy_of
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id


async def open_case(
    deed: Deed, appointment_id: str, reason_code: str, reason: str, source: str, effective_day: date | None
) -> str:
    """APPT-11: propose that somebody be dismissed; the case's id. 教学部 decides, and until then nothing else changes.

    Whether the appointment is in the caller's reach is the caller's to have asked.

    Args:
        deed: Of whoever proposes.
        appointment_id: Whose.
        reason_code: Code of the reason.
        reason: Why, in words.
        source: `review`, `roster` or `department`.
        effective_day: Proposed last day; None for the end of this month, or of the term if that is sooner.

    Raises:
        DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT CASE_OPEN, ENDING_DECIDED; NOT_NOW OVER, WRONG_STATE;
            INVALID DAY_PASSED, AFTER_TERM; FORBIDDEN OWN_CASE.
    """
    one = await store.require(deed.session, appointment_id, lock=True)
    last = effective_day or usual_last_day(one, deed.today)
    outcome = await decided(deed, one, Event.PROPOSE_DISMISSAL, effective_day=last)
    case_id = new_id()
    await store.add_case(
        deed.session,
        {
            "case_id": case_id,
            "appointment_id": appointment_id,
            "reason_code": reason_code,
            "reason": reason,
            "proposed_by": deed.caller.actor,
            "proposed_at": deed.now,
            "source": source,
            "effective_day": last,
            "state": "open",
        },
    )
    await carry_out(
        *(deed, one, outcome, "dismissal_proposed"),
        reason_code=reason_code,
        reason=reason,
        effective_day=last,
        detail={"case_id": case_id, "source": source},
    )
    return case_id


@dataclass(frozen=True, slots=True)
class Preview:
    """What a dismissal would leave behind."""

    impact: Impact
    effective_day: date
    needs_substitutes: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A dismissal as 教学部 decides it."""

    appointment_id: str
    version: int
    case_id: str
    reason_code: str
    reason: str = field(repr=False)
    effective_day: date
    fingerprint: str
    with_substitutes: bool


class Dismissals:
    """Proposing, previewing, deciding."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def propose(
        self,
        caller: Caller,
        appointment_id: str,
        version: int,
        reason_code: str,
        reason: str,
        effective_day: date | None,
        key: str,
    ) -> str:
        """APPT-11: the department proposes; the case's id. Raises what `open_case` does, and CONFLICT VERSION_MOVED."""
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            source = "review" if one.review_state in OWED else "department"
            return await open_case(deed, appointment_id, reason_code, reason, source, effective_day)

        body = json.dumps([appointment_id, version, reason_code, reason, str(effective_day or "")]).encode()
        return await self._core.deeds.run(caller, key, body, work)

    async def cases(
        self, caller: Caller, state: str, limit: int, after: str
    ) -> tuple[list[tuple[DismissalCase, Appointment]], str]:
        """Cases in the caller's reach, newest first, and where to go on; none about the caller (APPT-18)."""
        places = await self._core.directory.know(caller.organisation)
        reach = reach_of(places, caller, besides=False)
        async with self._core.database.unit_of_work() as uow:
            found = await lists.cases(uow.session, reach, state, limit + 1, after, without=caller.person_id)
        return found[:limit], found[limit - 1][0].case_id if len(found) > limit else ""

    async def case(self, case_id: str) -> tuple[DismissalCase, Appointment]:
        """One case as it stands, for whoever has just changed it."""
        async with self._core.database.unit_of_work() as uow:
            found = await store.find_case(uow.session, case_id)
            if found is None:
                raise _absent()
            return found, await store.require(uow.session, found.appointment_id)

    async def preview(self, caller: Caller, appointment_id: str, effective_day: date | None) -> Preview:
        """APPT-15: the months that would be without a teacher after the last day, with substitutes; writes nothing.

        Raises NOT_FOUND APPOINTMENT_NOT_FOUND; INVALID DAY_PASSED.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            one = await store.require(session, appointment_id)
            if not places.reaches(caller, one.base_code, one.department_code):
                raise store.absent()
            today = (await self._core.deeds.now(session)).astimezone(DAY_ZONE).date()
            last = effective_day or usual_last_day(one, today)
            if last < today:
                raise refusal("DAY_PASSED", "APPT-13")
            policy = await policy_of(session, places, one.base_code)
            impact = await impact_of(session, places, one.person_id, one.base_code, last, policy, today=today)
        return Preview(impact, last, bool(running_months(impact, last)))

    async def commit(self, caller: Caller, order: Order, key: str) -> None:
        """APPT-15: dismiss, and give the months to the substitutes that the preview named, together or not at all.

        The appointment ends when its last day is over; what is planned after that day waits for a teacher from now on.
        Whoever leaves within a month needs a substitute for each month that runs.

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND, CASE_NOT_FOUND; CONFLICT VERSION_MOVED, IMPACT_MOVED, NO_CASE,
                SUBSTITUTES_NEEDED, SUBSTITUTE_MISSING, ENDING_DECIDED; FORBIDDEN OWN_CASE; NOT_NOW OVER, WRONG_STATE;
                INVALID DAY_PASSED, AFTER_TERM, REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, order.appointment_id, order.version)
            last = order.effective_day
            outcome = await decided(deed, one, Event.DISMISS, effective_day=last)
            await _check_case(deed, order)
            policy = await policy_of(deed.session, places, one.base_code)
            # Before the months are looked at: what a director assigns meanwhile would be orphaned, and in no preview.
            await lock_months(deed.session, [one.base_code])
            impact = await impact_of(deed.session, places, one.person_id, one.base_code, last, policy, today=deed.today)
            check_impact(impact, order)
            values = {"ending": State.DISMISSED.value, "ends_on": last, "review_due": None}
            await store.close_case(
                *(deed.session, one.appointment_id, "committed"), by=caller.actor, at=deed.now, reason=order.reason
            )
            await carry_out(
                *(deed, one, outcome, "dismissal_decided"),
                values=values,
                reason_code=order.reason_code,
                reason=order.reason,
                effective_day=last,
                detail={"case_id": order.case_id, "months": len(impact.months)},
            )
            taken = [each for each in impact.months if each.substitute_id] if order.with_substitutes else []
            filled = {(each.trainee_id, each.department_code, each.month) for each in taken}
            await orphan(deed, one.person_id, one.base_code, last, "dismissed", filled=filled)
            if taken:
                await take_over(deed, impact)
            return one.appointment_id

        content = [
            *(order.appointment_id, order.version, order.case_id, order.reason_code, order.reason),
            *(order.effective_day.isoformat(), order.fingerprint, order.with_substitutes),
        ]
        await self._core.deeds.run(caller, key, json.dumps(content).encode(), work)

    async def refuse(self, caller: Caller, case_id: str, version: int, reason: str, key: str) -> None:
        """APPT-11: do not dismiss; a review that waited for it counts as confirmed.

        Raises NOT_FOUND CASE_NOT_FOUND; CONFLICT VERSION_MOVED, NO_CASE; FORBIDDEN OWN_CASE; INVALID REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            named = await store.find_case(deed.session, case_id)
            one = await store.find(deed.session, named.appointment_id, lock=True) if named else None
            if one is None or not places.reaches(caller, one.base_code, one.department_code):
                raise _absent()
            # Read again: it may have been answered before the row was ours.
            case = await store.find_case(deed.session, case_id)
            if case is None or case.version != version:
                raise DomainError(Kind.CONFLICT, "VERSION_MOVED", "该解聘建议刚刚有变动，请刷新后再办理。")
            outcome = await decided(deed, one, Event.REFUSE_DISMISSAL)
            if case.state != "open":
                raise refusal("NO_CASE", "APPT-11")
            await store.close_case(
                *(deed.session, one.appointment_id, "refused"), by=caller.actor, at=deed.now, reason=reason
            )
            await carry_out(deed, one, outcome, "dismissal_refused", reason=reason, detail={"case_id": case_id})
            return case_id

        await self._core.deeds.run(caller, key, json.dumps([case_id, version, reason]).encode(), work)

    async def transfer(
        self, caller: Caller, appointment_id: str, version: int, reason: str, effective_day: date, key: str
    ) -> None:
        """APPT-09: somebody leaves the hospital after a day; what is planned later waits for a teacher from now on.

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED, ENDING_DECIDED; FORBIDDEN OWN_CASE;
                NOT_NOW OVER, WRONG_STATE; INVALID DAY_PASSED, AFTER_TERM, REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            outcome = await decided(deed, one, Event.TRANSFER, effective_day=effective_day)
            values = {"ending": State.TRANSFERRED.value, "ends_on": effective_day, "review_due": None}
            await store.close_case(
                *(deed.session, appointment_id, "committed"), by=caller.actor, at=deed.now, reason=reason
            )
            await carry_out(
                *(deed, one, outcome, "transfer_decided"),
                values=values,
                reason=reason,
                effective_day=effective_day,
                told_as="transferred",
            )
            await orphan(deed, one.person_id, one.base_code, effective_day, "transferred")
            return appointment_id

        body = json.dumps([appointment_id, version, reason, effective_day.isoformat()]).encode()
        await self._core.deeds.run(caller, key, body, work)


def usual_last_day(one: Appointment, today: date) -> date:
    """C7.16: the end of this month, or of the term when that is sooner."""
    return max(today, min(month_end(today), one.last_day))


def running_months(impact: Impact, last: date) -> list[Orphaned]:
    """The months that run when the last day is over: each needs a substitute (C7.16)."""
    if last == month_end(last):
        return []
    return [each for each in impact.months if each.month == last.replace(day=1)]


def check_impact(impact: Impact, order: Order) -> None:
    """APPT-15: what was previewed is what would happen, and no running month is left alone.

    Raises CONFLICT IMPACT_MOVED, SUBSTITUTES_NEEDED, SUBSTITUTE_MISSING.
    """
    if impact.fingerprint != order.fingerprint:
        message = "带教安排已经变化，请重新预览影响后再提交。"
        raise DomainError(Kind.CONFLICT, "IMPACT_MOVED", message, field="fingerprint", rule="APPT-15")
    running = running_months(impact, order.effective_day)
    if running and not order.with_substitutes:
        message = "月中解聘须同时安排接替的带教老师。"
        raise DomainError(Kind.CONFLICT, "SUBSTITUTES_NEEDED", message, field="with_substitutes", rule="APPT-15")
    if not all(each.substitute_id for each in running):
        message = "当月有学员没有可接替的带教老师，请改为月底或先由科主任安排。"
        raise DomainError(Kind.CONFLICT, "SUBSTITUTE_MISSING", message, field="effective_day", rule="APPT-15")


async def _check_case(deed: Deed, order: Order) -> None:
    """The case that a decision answers is of this appointment and open. Raises CASE_NOT_FOUND, NO_CASE."""
    if not order.case_id:
        return
    case = await store.find_case(deed.session, order.case_id)
    if case is None or case.appointment_id != order.appointment_id:
        raise _absent()
    if case.state != "open":
        raise refusal("NO_CASE", "APPT-11")


def _absent() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "CASE_NOT_FOUND", "没有这条解聘建议。")
