"""What the views of rotations read: who is where when, and who teaches them there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.rotations import Stretch, first_of, months_of
from services.faculty.domain.trainees import Trainee
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.rotation_tables import rotation, trainee
from services.faculty.store.trainees import Wanted, record


@dataclass(frozen=True, slots=True)
class PlacedMonth:
    """One month of a trainee in a department; `month` is its first day, the teacher empty for none."""

    month: date
    department_code: str
    partial: bool
    teacher_id: str = ""
    teacher_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """Stays of one trainee that a view shows."""

    trainee: Trainee
    stretches: list[Stretch]


async def between(
    session: AsyncSession, departments: Collection[str], first: date, last: date, wanted: Wanted | None = None
) -> list[Seen]:
    """Who is in these departments between two days, both included: by specialty, name and id; stays in their order.

    `wanted` filters further; its bases and department count as said there.
    """
    query = (
        select(
            trainee, rotation.c.from_day.label("since"), rotation.c.until_day.label("to"), rotation.c.department_code
        )
        .join(rotation, rotation.c.trainee_id == trainee.c.trainee_id)
        .where(rotation.c.department_code.in_(departments))
        .where(rotation.c.from_day <= last, rotation.c.until_day >= first)
        .order_by(trainee.c.specialty_code, trainee.c.name, trainee.c.trainee_id, rotation.c.from_day)
    )
    if wanted is not None:
        query = query.where(*wanted.conditions())
    found: dict[str, Seen] = {}
    for row in await session.execute(query):
        seen = found.setdefault(row.trainee_id, Seen(record(row), []))
        seen.stretches.append(Stretch(row.since, row.to, row.department_code))
    return list(found.values())


async def with_teachers(
    session: AsyncSession,
    stretches: Mapping[str, Sequence[Stretch]],
    first: date = date.min,
    last: date = date.max,
    *,
    taught: bool = True,
) -> dict[str, list[PlacedMonth]]:
    """ROT-18: the months of stays, by trainee, with their teachers unless they do not matter."""
    months = {trainee_id: months_of(each, first, last) for trainee_id, each in stretches.items()}
    teachers: dict[tuple[str, str, date], str] = {}
    names: dict[str, str] = {}
    if taught:
        mine: list[ColumnElement[bool]] = [cell.c.trainee_id.in_(months), cell.c.teacher_id.is_not(None)]
        if first != date.min:
            mine.append(cell.c.month >= first_of(first))
        if last != date.max:
            mine.append(cell.c.month <= last)
        for row in await session.execute(select(cell).where(*mine)):
            teachers[row.trainee_id, row.department_code, row.month] = row.teacher_id
        names = await names_of(session, set(teachers.values()))
    return {
        trainee_id: [
            PlacedMonth(month.month, month.department_code, month.partial, teacher, names.get(teacher, ""))
            for month in each
            for teacher in [teachers.get((trainee_id, month.department_code, month.month), "")]
        ]
        for trainee_id, each in months.items()
    }


async def names_of(session: AsyncSession, person_ids: Collection[str]) -> dict[str, str]:
    """Names of teachers as their latest appointments have them."""
    if not person_ids:
        return {}
    query = (
        select(appointment.c.person_id, appointment.c.name)
        .where(appointment.c.person_id.in_(person_ids))
        .ext(distinct_on(appointment.c.person_id))
        .order_by(appointment.c.person_id, appointment.c.created_at.desc())
    )
    return {row.person_id: row.name for row in await session.execute(query)}
