"""Absences of teachers: queries inside the caller's session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_inputs import OPEN, teaches_in
from services.faculty.store.assignment_tables import leave


async def appointments_of(session: AsyncSession, person_id: str) -> Sequence[Any]:
    """Somebody's open appointments, the oldest first."""
    own = select(appointment).where(appointment.c.person_id == person_id, appointment.c.state.in_(OPEN))
    return (await session.execute(own.order_by(appointment.c.created_at))).all()


async def find(session: AsyncSession, leave_id: str, *, lock: bool = False) -> Any:
    """An absence that holds, or None."""
    asked = select(leave).where(leave.c.leave_id == leave_id, leave.c.cancelled_at.is_(None))
    return (await session.execute(asked.with_for_update() if lock else asked)).one_or_none()


async def read(session: AsyncSession, leave_id: str) -> Any:
    """An absence, also one that was taken away."""
    return (await session.execute(select(leave).where(leave.c.leave_id == leave_id))).one()


async def overlaps(session: AsyncSession, person_id: str, from_day: date, until_day: date) -> bool:
    """Whether somebody is recorded as away on one of these days already."""
    asked = select(leave.c.leave_id).where(
        leave.c.person_id == person_id,
        leave.c.cancelled_at.is_(None),
        leave.c.from_day <= until_day,
        leave.c.until_day >= from_day,
    )
    return await session.scalar(asked.limit(1)) is not None


async def add(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write an absence."""
    await session.execute(insert(leave).values(**values))


async def change(
    session: AsyncSession, leave_id: str, *, until_day: date | None = None, cancelled_at: datetime | None = None
) -> None:
    """End one sooner, or take it away."""
    values: dict[str, object] = {"cancelled_at": cancelled_at} if until_day is None else {"until_day": until_day}
    await session.execute(update(leave).where(leave.c.leave_id == leave_id).values(**values))


async def page(
    session: AsyncSession, departments: Iterable[str], person_id: str, limit: int, behind: tuple[date, str] | None
) -> Sequence[Any]:
    """Absences of teachers of these departments, the latest first."""
    theirs = select(appointment.c.person_id).where(appointment.c.state.in_(OPEN), teaches_in(departments))
    conditions: list[ColumnElement[bool]] = [leave.c.cancelled_at.is_(None), leave.c.person_id.in_(theirs)]
    if person_id:
        conditions.append(leave.c.person_id == person_id)
    if behind is not None:
        conditions.append(
            tuple_(leave.c.from_day, leave.c.leave_id)
            < tuple_(literal(behind[0]), literal(behind[1], leave.c.leave_id.type))
        )
    asked = select(leave).where(*conditions).order_by(leave.c.from_day.desc(), leave.c.leave_id.desc()).limit(limit)
    return (await session.execute(asked)).all()


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: that somebody was away stays as days of an id; their name and why do not."""
    await session.execute(update(leave).where(leave.c.person_id == person_id).values(name="", kind="other"))
