"""Who asked to be told on the day they qualify; inside the caller's session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.store.standing_tables import eligibility_reminder as reminder


async def ask(session: AsyncSession, person_id: str, due_on: date | None, today: date, at: datetime) -> None:
    """QUAL-11: ask to be told on a day; None for a day that cannot be told yet."""
    new = upsert(reminder).values(person_id=person_id, due_on=due_on, asked_at=at, checked_on=today)
    kept = {"due_on": new.excluded.due_on, "asked_at": at, "reminded_at": None, "checked_on": today}
    await session.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=kept))


async def drop(session: AsyncSession, person_id: str) -> None:
    """Not to be told any more."""
    await session.execute(delete(reminder).where(reminder.c.person_id == person_id))


async def asked(session: AsyncSession, person_id: str) -> tuple[bool, date | None]:
    """Whether somebody asked to be told and was not yet, and for which day."""
    mine = (reminder.c.person_id == person_id) & reminder.c.reminded_at.is_(None)
    row = (await session.execute(select(reminder.c.due_on).where(mine))).one_or_none()
    return (row is not None, row.due_on if row is not None else None)


async def unchecked(session: AsyncSession, on: date, limit: int) -> list[str]:
    """People whose day was not looked at on this day, locked: evidence and dossiers move it."""
    found = (
        select(reminder.c.person_id)
        .where(_unchecked(on))
        .order_by(reminder.c.person_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await session.scalars(found)).all())


async def count_unchecked(session: AsyncSession, on: date) -> int:
    """How many are left to look at."""
    return await session.scalar(select(func.count()).select_from(reminder).where(_unchecked(on))) or 0


async def looked_at(session: AsyncSession, person_id: str, due_on: date | None, on: date) -> None:
    """The day as it stands on this day."""
    mine = reminder.c.person_id == person_id
    await session.execute(update(reminder).where(mine).values(due_on=due_on, checked_on=on))


async def told(session: AsyncSession, person_ids: Sequence[str], at: datetime) -> None:
    """They were told."""
    await session.execute(update(reminder).where(reminder.c.person_id.in_(person_ids)).values(reminded_at=at))


def _unchecked(on: date) -> ColumnElement[bool]:
    return reminder.c.reminded_at.is_(None) & or_(reminder.c.checked_on.is_(None), reminder.c.checked_on < on)
