"""Rows of batches, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.batches import Dates
from services.faculty.domain.candidacy import OPEN_STATES, Appeal
from services.faculty.store.appointment_tables import reminder
from services.faculty.store.batch_tables import batch, candidacy

Position = tuple[datetime, str]
"""Where a list goes on: an instant, and the id that breaks a tie."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One row."""

    batch_id: str
    organisation_code: str
    name: str
    opens_at: datetime
    apply_until: datetime
    closes_at: datetime
    reference_date: date
    needs_acknowledgement: bool
    created_by: str
    created_at: datetime
    published_at: datetime | None = None
    version: int = 1

    @property
    def dates(self) -> Dates:
        """Its days."""
        return Dates(self.opens_at, self.apply_until, self.closes_at, self.reference_date)


async def add(session: AsyncSession, row: Batch) -> None:
    """Write a new one."""
    await session.execute(insert(batch).values(**{name: getattr(row, name) for name in Batch.__slots__}))


async def get(session: AsyncSession, batch_id: str) -> Batch | None:
    """One, not locked."""
    return _one((await session.execute(select(batch).where(batch.c.batch_id == batch_id))).mappings().one_or_none())


async def lock(session: AsyncSession, batch_id: str, *, share: bool = False) -> Batch | None:
    """One that nobody changes until the transaction ends; `share`: others may hold it too, and nobody changes it."""
    statement = select(batch).where(batch.c.batch_id == batch_id).with_for_update(read=share)
    return _one((await session.execute(statement)).mappings().one_or_none())


async def change(session: AsyncSession, batch_id: str, **values: Any) -> Batch:
    """Write these columns of a locked one, count one version more, and read it."""
    statement = (
        update(batch)
        .where(batch.c.batch_id == batch_id)
        .values(version=batch.c.version + 1, **values)
        .returning(*(batch.c[name] for name in Batch.__slots__))
    )
    return Batch(**(await session.execute(statement)).mappings().one())


async def by_ids(session: AsyncSession, batch_ids: Collection[str]) -> dict[str, Batch]:
    """Several, by id."""
    if not batch_ids:
        return {}
    rows = (await session.execute(select(batch).where(batch.c.batch_id.in_(batch_ids)))).mappings()
    return {row["batch_id"]: Batch(**row) for row in rows}


async def page(
    session: AsyncSession,
    organisations: Collection[str] | None,
    also: Collection[str],
    limit: int,
    after: Position | None,
) -> list[Batch]:
    """Those of some organisations (None: of all) and those with the ids `also`, newest opening first."""
    statement = select(batch).order_by(batch.c.opens_at.desc(), batch.c.batch_id.desc()).limit(limit)
    if organisations is not None:
        statement = statement.where(or_(batch.c.organisation_code.in_(organisations), batch.c.batch_id.in_(list(also))))
    if after is not None:
        key = (batch.c.opens_at, batch.c.batch_id)
        place = (literal(value, column.type) for value, column in zip(after, key, strict=True))
        statement = statement.where(tuple_(*key) < tuple_(*place))
    return [Batch(**row) for row in (await session.execute(statement)).mappings()]


async def counts(
    session: AsyncSession, batch_id: str, bases: Collection[str] | None = None, department: str = ""
) -> dict[str, int]:
    """How many candidacies stand in each state, of some bases and of one department."""
    statement = (
        select(candidacy.c.state, func.count()).where(candidacy.c.batch_id == batch_id).group_by(candidacy.c.state)
    )
    if bases is not None:
        statement = statement.where(candidacy.c.base_code.in_(bases))
    if department:
        statement = statement.where(candidacy.c.department_code == department)
    return {row.state: row[1] for row in await session.execute(statement)}


async def unacknowledged(session: AsyncSession, batch_id: str) -> int:
    """How many recommendations of a batch the province has yet to acknowledge."""
    waiting = (candidacy.c.state == "recommended", candidacy.c.acknowledged_at.is_(None))
    counting = select(func.count()).select_from(candidacy).where(candidacy.c.batch_id == batch_id, *waiting)
    return await session.scalar(counting) or 0


async def decided(session: AsyncSession, batch_id: str) -> bool:
    """Whether anybody stands recommended or refused in it."""
    states = candidacy.c.state.in_(("recommended", "not_recommended"))
    found = select(candidacy.c.candidacy_id).where(candidacy.c.batch_id == batch_id, states).limit(1)
    return await session.scalar(found) is not None


async def waiting_for(session: AsyncSession, now: datetime) -> Sequence[Batch]:
    """Those that have not closed, and those that have with candidacies that the clock has yet to end."""
    left = (
        select(candidacy.c.candidacy_id)
        .where(
            candidacy.c.batch_id == batch.c.batch_id,
            candidacy.c.state.in_([state.value for state in OPEN_STATES]),
            candidacy.c.appeal_state != Appeal.UPHELD.value,
        )
        .exists()
    )
    statement = select(batch).where(or_(batch.c.closes_at > now, left)).order_by(batch.c.closes_at, batch.c.batch_id)
    return [Batch(**row) for row in (await session.execute(statement)).mappings()]


async def remind_once(session: AsyncSession, key: str, at: datetime) -> bool:
    """CAND-23: True for the first who says so of this key; False ever after."""
    statement = upsert(reminder).values(key=key, at=at).on_conflict_do_nothing().returning(reminder.c.key)
    return await session.scalar(statement) is not None


def _one(row: Any) -> Batch | None:
    return Batch(**row) if row is not None else None
