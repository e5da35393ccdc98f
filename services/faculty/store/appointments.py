"""Appointments with their history, dismissal cases and sanctions: every function runs inside the caller's session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, any_, case, func, insert, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.appointing import Case
from services.faculty.domain.appointment import OPEN, RUNNING, Review, State
from services.faculty.domain.terms import last_day
from services.faculty.store.appointment_tables import (
    appointment,
    appointment_event,
    dismissal_case,
    reminder,
    sanction,
)
from services.faculty.store.assignment_tables import cell
from services.kit.domain import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Appointment:
    """A row of `appointment`."""

    appointment_id: str
    person_id: str
    name: str = field(repr=False)
    base_code: str
    department_code: str
    extra_departments: list[str]
    state: State
    from_day: date
    until_day: date
    ends_on: date | None
    ending: str
    level: str
    title: str
    candidacy_id: str | None
    review_year: int
    review_state: Review
    review_due: date | None
    term_told_at: datetime | None
    grace_days: int
    terms: int
    renewal: dict[str, Any] | None
    version: int
    created_at: datetime

    @property
    def last_day(self) -> date:
        """APPT-03: the last day on which this person may teach, as far as it is known."""
        return last_day(self.until_day, self.ends_on, self.grace_days)

    @property
    def departments(self) -> list[str]:
        """Primary department first."""
        return [self.department_code, *self.extra_departments]


@dataclass(frozen=True, slots=True)
class Happened:
    """A row of `appointment_event`."""

    n: int
    kind: str
    by: str
    at: datetime
    reason_code: str = ""
    reason: str = field(default="", repr=False)
    effective_day: date | None = None
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DismissalCase:
    """A row of `dismissal_case`."""

    case_id: str
    appointment_id: str
    reason_code: str
    reason: str = field(repr=False)
    proposed_by: str
    proposed_at: datetime
    source: str
    effective_day: date
    state: str
    version: int


_COLUMNS = [appointment.c[each.name] for each in fields(Appointment)]
_CASE_COLUMNS = [dismissal_case.c[each.name] for each in fields(DismissalCase)]


async def find(session: AsyncSession, appointment_id: str, *, lock: bool = False) -> Appointment | None:
    """One appointment, or None."""
    query = select(*_COLUMNS).where(appointment.c.appointment_id == appointment_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else of_row(row)


async def require(session: AsyncSession, appointment_id: str, *, lock: bool = False) -> Appointment:
    """One appointment. Raises NOT_FOUND APPOINTMENT_NOT_FOUND."""
    found = await find(session, appointment_id, lock=lock)
    if found is None:
        raise absent()
    return found


def absent() -> DomainError:
    """What answers for an appointment that there is not, or that is out of reach: the two look the same."""
    return DomainError(Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND", "没有这条聘任。")


async def open_of(session: AsyncSession, person_id: str, base_code: str) -> Appointment | None:
    """The person's appointment at a base that is not over, locked; there is one at most."""
    query = (
        select(*_COLUMNS)
        .where(
            appointment.c.person_id == person_id,
            appointment.c.base_code == base_code,
            appointment.c.state.in_(OPEN),
        )
        .with_for_update()
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else of_row(row)


async def all_of(session: AsyncSession, person_id: str) -> list[Appointment]:
    """Every appointment of a person, newest first."""
    query = (
        select(*_COLUMNS)
        .where(appointment.c.person_id == person_id)
        .order_by(appointment.c.created_at.desc(), appointment.c.appointment_id)
    )
    return [of_row(row) for row in await session.execute(query)]


async def add(session: AsyncSession, values: Mapping[str, Any]) -> Appointment:
    """Insert an appointment."""
    return of_row((await session.execute(insert(appointment).values(**values).returning(*_COLUMNS))).one())


async def change(session: AsyncSession, appointment_id: str, values: Mapping[str, Any]) -> Appointment:
    """Write `values`, one version more."""
    values = {name: null() if name == "renewal" and value is None else value for name, value in values.items()}
    statement = (
        update(appointment)
        .where(appointment.c.appointment_id == appointment_id)
        .values(version=appointment.c.version + 1, **values)
        .returning(*_COLUMNS)
    )
    return of_row((await session.execute(statement)).one())


async def add_event(session: AsyncSession, appointment_id: str, **values: Any) -> None:
    """Write down what happened, after what is there; the appointment's row is locked."""
    newest = select(func.coalesce(func.max(appointment_event.c.n), 0) + 1).where(
        appointment_event.c.appointment_id == appointment_id
    )
    await session.execute(
        insert(appointment_event).values(appointment_id=appointment_id, n=newest.scalar_subquery(), **values)
    )


async def events(session: AsyncSession, appointment_id: str) -> list[Happened]:
    """The history, oldest first."""
    query = (
        select(*(appointment_event.c[each.name] for each in fields(Happened)))
        .where(appointment_event.c.appointment_id == appointment_id)
        .order_by(appointment_event.c.n)
    )
    return [Happened(*row) for row in await session.execute(query)]


async def case_of(session: AsyncSession, one: Appointment) -> Case:
    """The appointment as the table of C5 asks."""
    return (await cases_of(session, [one]))[0]


async def cases_of(session: AsyncSession, found: Sequence[Appointment]) -> list[Case]:
    """The same of several, in order."""
    ids = [one.appointment_id for one in found]
    proposed = set(
        await session.scalars(
            select(dismissal_case.c.appointment_id).where(
                dismissal_case.c.appointment_id.in_(ids), dismissal_case.c.state == "open"
            )
        )
    )
    standing = await session.execute(
        select(sanction.c.appointment_id, sanction.c.organisation_code).where(
            sanction.c.appointment_id.in_(ids), sanction.c.lifted_at.is_(None), sanction.c.organisation_code != ""
        )
    )
    by = {(row.appointment_id, row.organisation_code) for row in standing}
    return [
        as_case(
            one,
            case_open=one.appointment_id in proposed,
            province_suspended=any(key == one.appointment_id and code != one.base_code for key, code in by),
        )
        for one in found
    ]


def as_case(one: Appointment, *, case_open: bool, province_suspended: bool) -> Case:
    """The same, when cases and sanctions are known already."""
    return Case(
        state=one.state,
        review=one.review_state,
        ending=one.ending,
        ends_on=one.ends_on,
        last_day=last_day(one.until_day, None, one.grace_days),
        review_year=one.review_year,
        review_due=one.review_due,
        case_open=case_open,
        renewal_pending=one.renewal is not None,
        renewed=one.terms > 1,
        province_suspended=province_suspended,
    )


async def add_case(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a dismissal case."""
    await session.execute(insert(dismissal_case).values(**values))


async def find_case(session: AsyncSession, case_id: str) -> DismissalCase | None:
    """One dismissal case, or None."""
    row = (await session.execute(select(*_CASE_COLUMNS).where(dismissal_case.c.case_id == case_id))).one_or_none()
    return None if row is None else DismissalCase(*row)


async def close_case(
    session: AsyncSession, appointment_id: str, state: str, *, by: str, at: datetime, reason: str
) -> None:
    """Answer the open case of an appointment, if there is one."""
    await session.execute(
        update(dismissal_case)
        .where(dismissal_case.c.appointment_id == appointment_id, dismissal_case.c.state == "open")
        .values(state=state, decided_by=by, decided_at=at, decision_reason=reason, version=dismissal_case.c.version + 1)
    )


async def add_sanction(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a sanction."""
    await session.execute(insert(sanction).values(**values))


async def lift_sanctions(session: AsyncSession, appointment_id: str, *, by: str, at: datetime, reason: str) -> None:
    """Lift every sanction of an appointment that stands."""
    await session.execute(
        update(sanction)
        .where(sanction.c.appointment_id == appointment_id, sanction.c.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=at, lift_reason=reason)
    )


async def planned_departments(
    session: AsyncSession, person_id: str, departments: Sequence[str], since: date
) -> list[str]:
    """Which of these departments have months from `since` on that the person teaches or helps to."""
    query = (
        select(cell.c.department_code)
        .distinct()
        .where(
            or_(cell.c.teacher_id == person_id, any_(cell.c.assistant_ids) == person_id),
            cell.c.department_code.in_(departments),
            cell.c.month >= since.replace(day=1),
        )
    )
    found = set(await session.scalars(query))
    return [each for each in departments if each in found]


async def remind_once(session: AsyncSession, key: str, at: datetime) -> bool:
    """Whether this was not reminded of before; from now on it was."""
    statement = upsert(reminder).values(key=key, at=at).on_conflict_do_nothing().returning(reminder.c.key)
    return await session.scalar(statement) is not None


async def reminded(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Which of these were reminded of."""
    return set(await session.scalars(select(reminder.c.key).where(reminder.c.key.in_(keys))))


async def running_after(session: AsyncSession, after: str, limit: int) -> list[str]:
    """Ids of appointments that something waits for, in order of id, after the one named."""
    query = select(appointment.c.appointment_id).where(appointment.c.state.in_(RUNNING))
    if after:
        query = query.where(appointment.c.appointment_id > after)
    return list(await session.scalars(query.order_by(appointment.c.appointment_id).limit(limit)))


async def forget(session: AsyncSession, person_id: str) -> None:
    """APPT-21 (PRIV-05): names and what was written about the person go; that somebody taught here, and when, stays.

    What is not over ends: nobody is left who could teach.
    """
    theirs = select(appointment.c.appointment_id).where(appointment.c.person_id == person_id)
    over = case((appointment.c.state.in_(OPEN), State.EXPIRED.value), else_=appointment.c.state)
    await session.execute(
        update(appointment)
        .where(appointment.c.person_id == person_id)
        .values(name="", state=over, review_state="", renewal=null(), version=appointment.c.version + 1)
    )
    blank: list[tuple[Any, dict[str, Any]]] = [
        (appointment_event, {"reason": "", "detail": null()}),
        (dismissal_case, {"reason": "", "decision_reason": ""}),
        (sanction, {"reason": "", "source": "", "lift_reason": ""}),
    ]
    for table, values in blank:
        await session.execute(update(table).where(table.c.appointment_id.in_(theirs)).values(**values))
    await session.execute(
        update(dismissal_case)
        .where(dismissal_case.c.appointment_id.in_(theirs), dismissal_case.c.state == "open")
        .values(state="refused", version=dismissal_case.c.version + 1)
    )


def of_row(row: Row[Any]) -> Appointment:
    """A row of `appointment` with its states as such."""
    values = dict(row._mapping)
    values["state"], values["review_state"] = State(values["state"]), Review(values["review_state"])
    return Appointment(**{each.name: values[each.name] for each in fields(Appointment)})
