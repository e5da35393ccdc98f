"""What reports, exports and certificates read of every area; inside the caller's session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, any_, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.ratings import last_told
from services.faculty.store import cells as cell_store
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.batch_tables import batch, candidacy
from services.faculty.store.rotation_tables import rotation, trainee
from services.faculty.store.standing_tables import rating

RUNNING = ("active", "suspended")


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody's reports are about: whole bases, or one department of a base."""

    base_codes: Sequence[str] = ()
    department_code: str = ""


async def appointments(session: AsyncSession, scope: Scope, *, running: bool) -> list[Row[Any]]:
    """Appointments in the scope, by name; only those that run, or all."""
    query = select(appointment).where(*_appointed(scope))
    if running:
        query = query.where(appointment.c.state.in_(RUNNING))
    return await _rows(session, query.order_by(appointment.c.name, appointment.c.appointment_id))


async def teachers(session: AsyncSession, scope: Scope, first: date, last: date) -> dict[str, str]:
    """Who is appointed on some of these days, with the primary department."""
    days = (
        appointment.c.from_day <= last,
        func.coalesce(appointment.c.ends_on, appointment.c.until_day) >= first,
        appointment.c.state != "pending",
    )
    own: list[ColumnElement[bool]] = [appointment.c.base_code.in_(scope.base_codes)]
    if scope.department_code:
        own.append(appointment.c.department_code == scope.department_code)
    rows = await session.execute(
        select(appointment.c.person_id, appointment.c.department_code)
        .where(*own, *days)
        .order_by(appointment.c.created_at)
    )
    return {row.person_id: row.department_code for row in rows}


async def held(session: AsyncSession, person_ids: Sequence[str], month: date) -> dict[str, int]:
    """FREP-02: how many trainees each of them leads in a month."""
    found = await cell_store.held(session, person_ids, month, month)
    return {person_id: len(trainees) for (person_id, _), trainees in found.items()}


async def months(session: AsyncSession, departments: Sequence[str], month: date) -> list[tuple[str, Any]]:
    """FREP-03: who is planned where in a month: the department, and the cell if there is one."""
    presences = await cell_store.presences(session, month, month, departments=departments)
    wanted = (cell.c.month == month, cell.c.department_code.in_(departments))
    slots = {slot.key: slot for slot in await cell_store.slots(session, *wanted)}
    return [(key[1], slots.get(key)) for key in presences]


async def count(session: AsyncSession, query: Select[Any]) -> int:
    """How many rows a query has."""
    return await session.scalar(select(func.count()).select_from(query.subquery())) or 0


def candidacies(scope: Scope) -> Select[Any]:
    """Candidacies that were submitted to these bases."""
    return (
        select(candidacy, batch.c.name.label("batch"))
        .join(batch, batch.c.batch_id == candidacy.c.batch_id)
        .where(candidacy.c.base_code.in_(scope.base_codes), candidacy.c.state.not_in(("draft", "discarded")))
        .order_by(candidacy.c.submitted_at, candidacy.c.candidacy_id)
    )


def trainees(scope: Scope) -> Select[Any]:
    """Trainees of these bases."""
    return (
        select(trainee, trainee.c.name.label("trainee_name"), trainee.c.specialty_name.label("specialty"))
        .where(trainee.c.base_code.in_(scope.base_codes))
        .order_by(trainee.c.cohort, trainee.c.name, trainee.c.trainee_id)
    )


def plans(scope: Scope) -> Select[Any]:
    """Stretches of the present plans of these bases."""
    return (
        select(
            rotation,
            trainee.c.name.label("trainee_name"),
            trainee.c.cohort,
            trainee.c.specialty_name.label("specialty"),
        )
        .join(trainee, trainee.c.trainee_id == rotation.c.trainee_id)
        .where(trainee.c.base_code.in_(scope.base_codes))
        .order_by(trainee.c.cohort, trainee.c.name, trainee.c.trainee_id, rotation.c.from_day)
    )


def assignments(scope: Scope) -> Select[Any]:
    """Who teaches whom, by month."""
    return (
        select(cell, trainee.c.name.label("trainee_name"))
        .join(trainee, trainee.c.trainee_id == cell.c.trainee_id)
        .where(trainee.c.base_code.in_(scope.base_codes))
        .order_by(cell.c.month, cell.c.department_code, trainee.c.name, cell.c.trainee_id)
    )


async def ratings(
    session: AsyncSession, scope: Scope, before: Callable[[str], date], least: Callable[[str], int]
) -> list[dict[str, Any]]:
    """FREP-05: a teacher's years at a base added up, as far as they are told (RATE-06); nothing of too few.

    `before` says for a base the first month whose ratings are still coming in, `least` how many there must be
    (RATE-05): single ratings are never told.
    """
    # Every score of a rating counts the same.
    scores = func.jsonb_each_text(rating.c.scores).table_valued("key", "value").lateral()
    closed = [(rating.c.base_code == base) & (rating.c.month < before(base)) for base in scope.base_codes]
    columns = (rating.c.teacher_id, rating.c.base_code, rating.c.department_code, rating.c.month)
    rows = await session.execute(
        select(
            *columns,
            func.count(rating.c.rating_id.distinct()).label("rated"),
            func.count().label("given"),
            func.sum(scores.c.value.cast(Integer)).label("total"),
        )
        .select_from(rating)
        .join(scores, literal(True))
        .where(or_(false(), *closed))
        .group_by(*columns)
    )
    places: dict[tuple[int, str, str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        places[row.month.year, row.teacher_id, row.base_code, row.department_code].append(row)
    years: dict[tuple[int, str, str], list[Row[Any]]] = defaultdict(list)
    for (year, teacher, base, _), months in places.items():
        until = last_told({row.month: row.rated for row in months})
        years[year, teacher, base] += [row for row in months if row.month <= until]
    return [
        {
            "year": year,
            "person_id": teacher,
            "count": count,
            "mean": round(sum(row.total for row in told) / sum(row.given for row in told), 2),
        }
        for (year, teacher, base), told in sorted(years.items(), key=lambda each: each[0])
        if (count := sum(row.rated for row in told)) >= max(least(base), 1)
    ]


async def one_appointment(session: AsyncSession, appointment_id: str) -> Row[Any] | None:
    """An appointment, if there is one."""
    query = select(appointment).where(appointment.c.appointment_id == appointment_id)
    return (await session.execute(query)).one_or_none()


async def _rows(session: AsyncSession, query: Select[Any]) -> list[Row[Any]]:
    return list((await session.execute(query)).all())


def _appointed(scope: Scope) -> list[ColumnElement[bool]]:
    if not scope.base_codes:
        return [false()]
    found: list[ColumnElement[bool]] = [appointment.c.base_code.in_(scope.base_codes)]
    if scope.department_code:
        besides = literal(scope.department_code) == any_(appointment.c.extra_departments)
        found.append(or_(appointment.c.department_code == scope.department_code, besides))
    return found
