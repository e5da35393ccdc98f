"""Trainees in the database, what was heard of applications, and whose name is still to be asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.trainees import Heard, State, Trainee
from services.faculty.store.rotation_tables import heard_application, rotation, trainee
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which trainees are listed: of these bases, of those who rotate in a department, and filters."""

    base_codes: Collection[str]
    department_code: str = ""
    cohort: int = 0
    specialty_code: str = ""
    kind: str = ""
    name: str = ""

    def conditions(self) -> list[Any]:
        """The same for a query over `trainee`."""
        column = trainee.c
        found: list[Any] = [column.base_code.in_(self.base_codes)]
        if self.department_code:
            there = select(rotation.c.trainee_id).where(rotation.c.department_code == self.department_code)
            found.append(column.trainee_id.in_(there))
        if self.cohort:
            found.append(column.cohort == self.cohort)
        if self.specialty_code:
            found.append(column.specialty_code == self.specialty_code)
        if self.kind:
            found.append(column.kind == self.kind)
        if self.name:
            found.append(column.name.contains(self.name, autoescape=True))
        return found


async def find(session: AsyncSession, trainee_id: str, *, lock: bool = False) -> Trainee | None:
    """One trainee; locked until the transaction ends when asked for."""
    query = select(trainee).where(trainee.c.trainee_id == trainee_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return record(row) if row is not None else None


async def find_all(session: AsyncSession, trainee_ids: Collection[str], *, lock: bool = False) -> dict[str, Trainee]:
    """Several, by id; locked in the order of their ids when asked for."""
    query = select(trainee).where(trainee.c.trainee_id.in_(trainee_ids)).order_by(trainee.c.trainee_id)
    rows = await session.execute(query.with_for_update() if lock else query)
    return {row.trainee_id: record(row) for row in rows}


async def trainee_of_person(session: AsyncSession, person_id: str) -> Trainee | None:
    """As whom a person trains: in training before left, the latest first; None for nobody's trainee."""
    query = (
        select(trainee)
        .where(trainee.c.person_id == person_id)
        .order_by((trainee.c.state == State.IN_TRAINING).desc(), trainee.c.arrived_at.desc(), trainee.c.trainee_id)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return record(row) if row is not None else None


async def page(
    session: AsyncSession, wanted: Wanted, after: tuple[int, str, str] | None, limit: int
) -> tuple[list[Trainee], int]:
    """A page by cohort (newest first), specialty, id, with one more than `limit` if there are more; and all counted."""
    conditions = wanted.conditions()
    keys = (-trainee.c.cohort, trainee.c.specialty_code, trainee.c.trainee_id)
    query: Select[Any] = select(trainee).where(*conditions).order_by(*keys).limit(limit + 1)
    if after is not None:
        place = (literal(-after[0]), literal(after[1]), literal(after[2], trainee.c.trainee_id.type))
        query = query.where(tuple_(*keys) > tuple_(*place))
    found = [record(row) for row in await session.execute(query)]
    total = await session.scalar(select(func.count()).select_from(trainee).where(*conditions))
    return found, int(total or 0)


async def by_application(session: AsyncSession, application_id: str) -> Trainee | None:
    """The trainee that an application led to, locked."""
    query = select(trainee).where(trainee.c.application_id == application_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    return record(row) if row is not None else None


async def heard_before(session: AsyncSession, application_id: str) -> tuple[int, bool, int]:
    """Version of what was heard before any admission, whether the place was lost by it, and the year it was put off to.

    Holds the application's row, so that facts of one application pass one at a time.
    """
    claim = upsert(heard_application).values(application_id=application_id, application_version=0)
    await session.execute(claim.on_conflict_do_nothing())
    query = select(heard_application).where(heard_application.c.application_id == application_id).with_for_update()
    row = (await session.execute(query)).one()
    return row.application_version, row.lost, row.until_year


async def remember_heard(session: AsyncSession, heard: Heard) -> None:
    """Keep what was heard of an application that has no trainee yet."""
    values = {"application_version": heard.version, "lost": not heard.placed, "until_year": heard.until_year}
    mine = heard_application.c.application_id == heard.application_id
    await session.execute(update(heard_application).where(mine).values(**values))


async def add(session: AsyncSession, heard: Heard, version: int, days: tuple[date, date], now: datetime) -> Trainee:
    """A new trainee in training; the name is asked for later."""
    values = {
        "trainee_id": new_id(),
        "person_id": heard.person_id,
        "base_code": heard.base_code,
        "specialty_code": heard.specialty_code,
        "specialty_name": heard.specialty_name,
        "cycle_id": heard.cycle_id,
        "application_id": heard.application_id,
        "application_version": version,
        "cohort": heard.cohort,
        "from_day": days[0],
        "until_day": days[1],
        "state": State.IN_TRAINING.value,
        "arrived_at": now,
    }
    row = (await session.execute(insert(trainee).values(**values).returning(trainee))).one()
    return record(row)


async def change(session: AsyncSession, trainee_id: str, **values: object) -> Trainee:
    """Change a trainee, whose version counts on."""
    statement = (
        update(trainee)
        .where(trainee.c.trainee_id == trainee_id)
        .values(version=trainee.c.version + 1, **values)
        .returning(trainee)
    )
    return record((await session.execute(statement)).one())


async def unnamed(session: AsyncSession, limit: int) -> list[tuple[str, str]]:
    """Trainees whose name was never asked for, and their persons."""
    query = (
        select(trainee.c.trainee_id, trainee.c.person_id)
        .where(trainee.c.name_asked_at.is_(None))
        .order_by(trainee.c.trainee_id)
        .limit(limit)
    )
    return [(row.trainee_id, row.person_id) for row in await session.execute(query)]


async def set_names(session: AsyncSession, names: Sequence[tuple[str, str]], now: datetime) -> None:
    """ROT-04: note the names that identity told, by trainee; an empty one for whom it does not know."""
    for trainee_id, name in sorted(names):
        mine = (trainee.c.trainee_id == trainee_id, trainee.c.name_asked_at.is_(None))
        await session.execute(update(trainee).where(*mine).values(name=name, name_asked_at=now))


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: the name of somebody erased stands nowhere here any more, and is not asked for again."""
    known = trainee.c.person_id == person_id
    values = {"name": "", "name_asked_at": func.coalesce(trainee.c.name_asked_at, func.clock_timestamp())}
    await session.execute(update(trainee).where(known).values(**values))


def record(row: Row[Any]) -> Trainee:
    """A row of `trainee` as the rules know it."""
    return Trainee(
        *(row.trainee_id, row.person_id, row.name, row.base_code, row.specialty_code, row.specialty_name),
        *(row.cohort, row.kind, row.from_day, row.until_day),
        State.LEFT if row.state == State.LEFT else State.IN_TRAINING,
        *(row.plan_version, row.version),
        *(row.application_id, row.application_version),
    )
