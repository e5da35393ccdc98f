"""Pages of appointments and of dismissal cases, as far as somebody's reach goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.store.appointment_tables import appointment, dismissal_case
from services.faculty.store.appointments import Appointment, DismissalCase, of_row


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody sees: whole bases, or one department with (`besides`) those who teach there besides."""

    base_codes: Sequence[str] = ()
    department_code: str = ""
    besides: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which appointments; what is empty asks for nothing."""

    department_code: str = ""
    base_code: str = ""
    name: str = field(default="", repr=False)
    state: str = ""
    review: str = ""
    level: str = ""
    title: str = ""


_COLUMNS = [appointment.c[each.name] for each in fields(Appointment)]
_CASE_COLUMNS = [dismissal_case.c[each.name] for each in fields(DismissalCase)]
_ORDER = (appointment.c.name, appointment.c.appointment_id)
_CASE_ORDER = (dismissal_case.c.proposed_at, dismissal_case.c.case_id)


async def page(session: AsyncSession, reach: Reach, wanted: Wanted, limit: int, after: str) -> list[Appointment]:
    """Up to `limit` by name, after the appointment of the id `after`: a name does not belong into an address."""
    query = _listed(select(*_COLUMNS), reach, wanted)
    if after:
        mark = select(*_ORDER).where(appointment.c.appointment_id == after).subquery("mark")
        query = query.where(tuple_(*_ORDER) > select(mark.c.name, mark.c.appointment_id).scalar_subquery())
    return [of_row(row) for row in await session.execute(query.order_by(*_ORDER).limit(limit))]


async def count(session: AsyncSession, reach: Reach, wanted: Wanted) -> int:
    """How many in all."""
    query = _listed(select(func.count()).select_from(appointment), reach, wanted)
    return int((await session.execute(query)).scalar_one())


async def cases(
    session: AsyncSession, reach: Reach, state: str, limit: int, after: str, *, without: str
) -> list[tuple[DismissalCase, Appointment]]:
    """Up to `limit` cases, newest first, after the case of the id `after`; those about the person `without` are not."""
    joined = dismissal_case.join(appointment, appointment.c.appointment_id == dismissal_case.c.appointment_id)
    query = select(*_CASE_COLUMNS).select_from(joined).where(_reached(reach), appointment.c.person_id != without)
    if state:
        query = query.where(dismissal_case.c.state == state)
    if after:
        mark = select(*_CASE_ORDER).where(dismissal_case.c.case_id == after).subquery("mark")
        query = query.where(tuple_(*_CASE_ORDER) < select(mark.c.proposed_at, mark.c.case_id).scalar_subquery())
    found = [
        DismissalCase(*row)
        for row in await session.execute(query.order_by(*(each.desc() for each in _CASE_ORDER)).limit(limit))
    ]
    whose = await session.execute(
        select(*_COLUMNS).where(appointment.c.appointment_id.in_({each.appointment_id for each in found}))
    )
    by_id = {row.appointment_id: of_row(row) for row in whose}
    return [(each, by_id[each.appointment_id]) for each in found]


def _listed(query: Select[Any], reach: Reach, wanted: Wanted) -> Select[Any]:
    query = query.where(_reached(reach))
    if wanted.department_code:
        query = query.where(_teaches_in(wanted.department_code))
    if wanted.name:
        query = query.where(appointment.c.name.contains(wanted.name, autoescape=True))
    equal = {
        "base_code": wanted.base_code,
        "state": wanted.state,
        "review_state": wanted.review,
        "level": wanted.level,
        "title": wanted.title,
    }
    for name, value in equal.items():
        if value:
            query = query.where(appointment.c[name] == value)
    return query


def _reached(reach: Reach) -> ColumnElement[bool]:
    if reach.department_code:
        own = appointment.c.department_code == reach.department_code
        return _teaches_in(reach.department_code) if reach.besides else own
    return appointment.c.base_code.in_(reach.base_codes) if reach.base_codes else false()


def _teaches_in(department_code: str) -> ColumnElement[bool]:
    return or_(
        appointment.c.department_code == department_code,
        literal(department_code) == any_(appointment.c.extra_departments),
    )
