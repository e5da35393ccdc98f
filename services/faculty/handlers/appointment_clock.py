"""What the clock does with appointments, and what it waits for (APPT-03, APPT-07, APPT-10, APPT-16); no people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.domain.appointment import RUNNING, Event, Review, State
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.domain.terms import Ahead, ahead
from services.faculty.handlers.appointment_deeds import carry_out, decided, fact_of
from services.faculty.handlers.orphaning import orphan
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.faculty.store.policies import policy_of
from services.kit.domain import DomainError, Kind

Work = Callable[[Deed, Appointment], Awaitable[bool]]
AT_ONCE = 500
"""Appointments in one page of `waits`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where an appointment stands, what lies ahead, and when that was read (aware UTC)."""

    appointment: Appointment
    ahead: Ahead
    read_at: datetime


class AppointmentClock:
    """The scheduler's side of appointments; every command does nothing when it is done, or not due."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def read(self, appointment_id: str) -> Reading:
        """APPT-16: what an appointment waits for next. Raises NOT_FOUND APPOINTMENT_NOT_FOUND."""
        policy = await self._policy(appointment_id)
        async with self._core.database.unit_of_work() as uow:
            one = await store.require(uow.session, appointment_id)
            case = await store.case_of(uow.session, one)
            now = await self._core.deeds.now(uow.session)
        today = now.astimezone(DAY_ZONE).date()
        told = one.term_told_at is not None
        return Reading(one, ahead(case, policy, one.from_day, one.until_day, told=told, today=today), now)

    async def waits(self, after: str) -> tuple[list[str], str]:
        """Ids of the appointments that something waits for, and where to go on."""
        async with self._core.database.unit_of_work() as uow:
            found = await store.running_after(uow.session, after, AT_ONCE)
        return found, found[-1] if len(found) == AT_ONCE else ""

    async def open_review(self, appointment_id: str, year: int) -> bool:
        """APPT-07: the yearly review opens, once a year; False when there is nothing to review or it is not time.

        Raises NOT_FOUND APPOINTMENT_NOT_FOUND.
        """
        policy = await self._policy(appointment_id)

        async def work(deed: Deed, one: Appointment) -> bool:
            outcome = await decided(deed, one, Event.OPEN_REVIEW, year=year, opens=policy.opens_in(year))
            due = policy.due_in(year)
            if due < deed.today:
                return False
            values = {"review_year": year, "review_due": due}
            await carry_out(deed, one, outcome, "review_opened", values=values, effective_day=due)
            return True

        return await self._try(appointment_id, work)

    async def mark_overdue(self, appointment_id: str, year: int) -> bool:
        """APPT-10: the review of a year was not done in time, which dismisses nobody; False when it was done.

        Raises NOT_FOUND APPOINTMENT_NOT_FOUND.
        """

        async def work(deed: Deed, one: Appointment) -> bool:
            outcome = await decided(deed, one, Event.MISS_REVIEW, year=year)
            await carry_out(deed, one, outcome, "overdue")
            return True

        return await self._try(appointment_id, work)

    async def remind(self, appointment_id: str, kind: str, about: datetime) -> bool:
        """APPT-10: tell of an open or overdue review, or of a term that ends soon, once for each moment `about`.

        An overdue review goes to director and 教学部, too. False when nobody owes anything, or they were told.
        Raises NOT_FOUND APPOINTMENT_NOT_FOUND.
        """

        async def work(deed: Deed, one: Appointment) -> bool:
            key = f"appointment/{appointment_id}/{kind}/{about.isoformat()}"
            if not _owed(one, kind) or not await store.remind_once(deed.session, key, deed.now):
                return False
            if kind == "term":
                one = await store.change(deed.session, appointment_id, {"term_told_at": deed.now})
            last = one.until_day if kind == "term" else one.review_due
            codes = [one.department_code, *([one.base_code] if kind == "overdue" else [])]
            body = events_pb2.AppointmentReminded(
                appointment=fact_of(one),
                kind=kind,
                until_day=last.isoformat() if last else "",
                organisation_codes=codes,
            )
            deed.fact("appointment.reminded", body, appointment_id, one.version)
            await deed.note("appointment_reminded", appointment_id, detail={"kind": kind})
            return True

        return await self._try(appointment_id, work)

    async def end(self, appointment_id: str) -> tuple[State, int]:
        """APPT-03: carry out what is due: a decided dismissal or transfer, or the end of the term with its grace.

        Where it stands then, and how many months have no teacher since; neither changes when nothing is due.
        Raises NOT_FOUND APPOINTMENT_NOT_FOUND.
        """
        left: list[int] = []

        async def work(deed: Deed, one: Appointment) -> bool:
            event = Event.TAKE_EFFECT if one.ending else Event.EXPIRE
            outcome = await decided(deed, one, event)
            last = one.last_day
            await store.close_case(deed.session, appointment_id, "refused", by="", at=deed.now, reason="")
            values = {"review_due": None}
            await carry_out(deed, one, outcome, outcome.state.value, values=values, effective_day=last)
            left.append(await orphan(deed, one.person_id, one.base_code, last, outcome.state.value))
            return True

        await self._try(appointment_id, work)
        async with self._core.database.unit_of_work() as uow:
            return (await store.require(uow.session, appointment_id)).state, sum(left)

    async def _try(self, appointment_id: str, work: Work) -> bool:
        """Do `work` on the locked row; what the table refuses is not due, and nothing is written."""
        done: list[bool] = []

        async def locked(deed: Deed) -> None:
            one = await store.require(deed.session, appointment_id, lock=True)
            done.append(await work(deed, one))

        try:
            await self._core.deeds.by_itself(locked)
        except DomainError as refused:
            if refused.kind in (Kind.NOT_NOW, Kind.CONFLICT):
                return False
            raise
        return done[0]

    async def _policy(self, appointment_id: str) -> FacultyPolicy:
        """What holds where the appointment is; identity is asked before any transaction."""
        async with self._core.database.unit_of_work() as uow:
            base_code = (await store.require(uow.session, appointment_id)).base_code
        places = await self._core.directory.know(base_code)
        async with self._core.database.unit_of_work() as uow:
            return await policy_of(uow.session, places, base_code)


def _owed(one: Appointment, kind: str) -> bool:
    if one.state not in RUNNING or one.ending:
        return False
    if kind == "term":
        return one.term_told_at is None and one.renewal is None
    return one.review_state is (Review.DUE if kind == "due" else Review.OVERDUE)
