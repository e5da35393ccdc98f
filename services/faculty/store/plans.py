"""Rotation plans: the present one as stretches, every version as it was written, and what departments train in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.planning import Load, Ward
from services.faculty.domain.rotations import Stretch, months_of
from services.faculty.store.rotation_tables import department_discipline, rotation, rotation_plan, trainee


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A version of a plan: written once. `origin` is `generated`, `imported`, `edited`, or empty before the first."""

    trainee_id: str
    plan_version: int
    stretches: tuple[Stretch, ...]
    origin: str = ""
    reason: str = ""
    made_by: str = ""
    made_at: datetime | None = None


async def stretches_of(session: AsyncSession, trainee_ids: Collection[str]) -> dict[str, list[Stretch]]:
    """The present plans, by trainee; an empty list for who has none."""
    query = select(rotation).where(rotation.c.trainee_id.in_(trainee_ids)).order_by(rotation.c.from_day)
    found: dict[str, list[Stretch]] = {trainee_id: [] for trainee_id in trainee_ids}
    for row in await session.execute(query):
        found[row.trainee_id].append(_stretch(row))
    return found


async def versions(session: AsyncSession, trainee_id: str) -> list[PlanRecord]:
    """ROT-15: every version, the newest first."""
    query = select(rotation_plan).where(rotation_plan.c.trainee_id == trainee_id)
    rows = await session.execute(query.order_by(rotation_plan.c.plan_version.desc()))
    return [_plan(row) for row in rows]


async def version(session: AsyncSession, trainee_id: str, plan_version: int) -> PlanRecord | None:
    """One version."""
    mine = (rotation_plan.c.trainee_id == trainee_id, rotation_plan.c.plan_version == plan_version)
    row = (await session.execute(select(rotation_plan).where(*mine))).one_or_none()
    return _plan(row) if row is not None else None


async def write(session: AsyncSession, plan: PlanRecord) -> None:
    """ROT-15: another version of a plan, which is the present one since. Its trainee is locked by the caller."""
    mine = rotation.c.trainee_id == plan.trainee_id
    await session.execute(delete(rotation).where(mine))
    rows = [
        {
            "trainee_id": plan.trainee_id,
            "from_day": each.from_day,
            "until_day": each.until_day,
            "department_code": each.department_code,
        }
        for each in plan.stretches
    ]
    if rows:
        await session.execute(insert(rotation), rows)
    content = [[each.from_day.isoformat(), each.until_day.isoformat(), each.department_code] for each in plan.stretches]
    await session.execute(
        insert(rotation_plan).values(
            trainee_id=plan.trainee_id,
            plan_version=plan.plan_version,
            rotations=content,
            origin=plan.origin,
            reason=plan.reason,
            made_by=plan.made_by,
            made_at=plan.made_at,
        )
    )
    known = trainee.c.trainee_id == plan.trainee_id
    await session.execute(update(trainee).where(known).values(plan_version=plan.plan_version))


async def one_at_a_time(session: AsyncSession, base_code: str) -> None:
    """Until the transaction ends nobody else makes plans for a base: each sees the load of those before."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    await session.execute(lock, {"key": f"rotation plans of {base_code}"})


async def load_of(session: AsyncSession, departments: Collection[str], since: date, without: Collection[str]) -> Load:
    """How many others are in each department in each month from a day on."""
    query = (
        select(rotation.c.department_code, rotation.c.from_day, rotation.c.until_day, func.count().label("n"))
        .where(rotation.c.department_code.in_(departments), rotation.c.until_day >= since)
        .where(rotation.c.trainee_id.not_in(without))
        .group_by(rotation.c.department_code, rotation.c.from_day, rotation.c.until_day)
    )
    found: Load = {}
    for row in await session.execute(query):
        for month in months_of([_stretch(row)]):
            key = (month.department_code, month.month)
            found[key] = found.get(key, 0) + row.n
    return found


async def wards(session: AsyncSession, departments: Collection[str]) -> list[Ward]:
    """What these departments train in, by code; those of which nothing is said are left out."""
    query = select(department_discipline).where(department_discipline.c.department_code.in_(departments))
    rows = await session.execute(query.order_by(department_discipline.c.department_code))
    return [Ward(row.department_code, frozenset(row.disciplines), row.places) for row in rows]


async def set_ward(session: AsyncSession, ward: Ward, base_code: str, by: str, now: datetime) -> None:
    """Say what a department trains in."""
    values: dict[str, Any] = {
        "base_code": base_code,
        "disciplines": sorted(ward.disciplines),
        "places": ward.places,
        "set_by": by,
        "set_at": now,
    }
    statement = upsert(department_discipline).values(department_code=ward.code, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["department_code"], set_=values))


def _stretch(row: Row[Any]) -> Stretch:
    return Stretch(row.from_day, row.until_day, row.department_code)


def _plan(row: Row[Any]) -> PlanRecord:
    content = tuple(
        Stretch(date.fromisoformat(first), date.fromisoformat(last), code) for first, last, code in row.rotations
    )
    return PlanRecord(
        *(row.trainee_id, row.plan_version, content, row.origin, row.reason, row.made_by, row.made_at),
    )
