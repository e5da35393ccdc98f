"""Cells, and the presence of trainees that they rest on: queries inside the caller's session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.cells import Slot, Span, by_month, last_of
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell, cell_edition
from services.faculty.store.rotation_tables import rotation, trainee

Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Presence:
    """A trainee's month in a department: the days there (ASG-04)."""

    trainee_id: str
    department_code: str
    month: date
    days: tuple[Span, ...]

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return (self.trainee_id, self.department_code, self.month)


async def lock_months(session: AsyncSession, codes: Iterable[str]) -> None:
    """ASG-06: let nobody else change months of teachers of these bases until the transaction ends.

    Taken after any row the command locks, and before it looks at who may teach: a teacher's load is counted over
    departments, and an appointment that ends meanwhile orphans what was assigned just before.
    """
    for code in sorted({each for each in codes if each}):
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": f"months/{code}"}
        )


async def take_longer(session: AsyncSession, at_most: str) -> None:
    """Let this transaction, which concerns a whole base, last longer than commands may: `20s`."""
    # Changed within a transaction its timer is only switched off or on: so both, one after the other.
    for name, value in (
        ("transaction_timeout", "0"),
        ("transaction_timeout", at_most),
        ("idle_in_transaction_session_timeout", at_most),
    ):
        await session.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})


async def slots(session: AsyncSession, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Slot]:
    """The cells that fulfil the conditions, by month, department and trainee."""
    order = (cell.c.month, cell.c.department_code, cell.c.trainee_id)
    rows = await session.execute(select(cell).where(*conditions).order_by(*order).limit(limit))
    return [slot_of(row) for row in rows]


async def slots_of(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, Slot]:
    """The cells of these keys; a cell that nobody touched yet is an empty one of version 0."""
    asked = list(dict.fromkeys(keys))
    found = {each: Slot(*each) for each in asked}
    for start in range(0, len(asked), 1000):
        wanted = tuple_(cell.c.trainee_id, cell.c.department_code, cell.c.month).in_(asked[start : start + 1000])
        found.update({slot.key: slot for slot in await slots(session, wanted)})
    return found


def slot_of(row: Any) -> Slot:
    """A stored row as a slot."""
    return Slot(
        trainee_id=row.trainee_id,
        department_code=row.department_code,
        month=row.month,
        teacher_id=row.teacher_id or "",
        assistant_ids=tuple(row.assistant_ids),
        origin=row.origin,
        locked=row.locked,
        left_id=row.left_id or "",
        orphan_cause=row.orphan_cause,
        version=row.version,
    )


async def write(session: AsyncSession, changed: Sequence[Slot], *, by: str, at: datetime, reason: str = "") -> None:
    """Store cells as they stand now, one version on; the caller has looked at the one before under `lock_months`."""
    if not changed:
        return
    values = [
        {
            "trainee_id": slot.trainee_id,
            "department_code": slot.department_code,
            "month": slot.month,
            "teacher_id": slot.teacher_id or None,
            "assistant_ids": list(slot.assistant_ids),
            "origin": slot.origin,
            "locked": slot.locked,
            "left_id": slot.left_id or None,
            "orphan_cause": slot.orphan_cause,
            "version": slot.version + 1,
            "changed_by": by,
            "changed_at": at,
            "reason": reason,
        }
        for slot in changed
    ]
    statement = upsert(cell).values(values)
    kept = ("trainee_id", "department_code", "month")
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[cell.c[name] for name in kept],
            set_={name: statement.excluded[name] for name in values[0] if name not in kept},
        )
    )


async def remove(session: AsyncSession, keys: Sequence[Key]) -> None:
    """Take cells away whose months are planned no more."""
    if keys:
        await session.execute(
            delete(cell).where(tuple_(cell.c.trainee_id, cell.c.department_code, cell.c.month).in_(keys))
        )


async def presences(
    session: AsyncSession,
    first: date,
    last: date,
    *,
    trainee_ids: Iterable[str] | None = None,
    departments: Iterable[str] | None = None,
) -> dict[Key, Presence]:
    """Who is where in which of these months (first days, both included), from the present plans."""
    conditions = [rotation.c.from_day <= last_of(last), rotation.c.until_day >= first]
    if trainee_ids is not None:
        conditions.append(rotation.c.trainee_id.in_(sorted(set(trainee_ids))))
    if departments is not None:
        conditions.append(rotation.c.department_code.in_(sorted(set(departments))))
    rows = await session.execute(
        select(rotation).where(*conditions).order_by(rotation.c.trainee_id, rotation.c.from_day)
    )
    return present(rows.all(), first, last)


def present(rows: Sequence[Any], first: date, last: date) -> dict[Key, Presence]:
    """Stored stretches as the months that they touch."""
    stretches: dict[str, list[tuple[str, Span]]] = {}
    for row in rows:
        stretches.setdefault(row.trainee_id, []).append((row.department_code, Span(row.from_day, row.until_day)))
    return {
        (trainee_id, department, month): Presence(trainee_id, department, month, days)
        for trainee_id, own in stretches.items()
        for (department, month), days in by_month(own, first, last).items()
    }


async def trainees_of(session: AsyncSession, trainee_ids: Iterable[str]) -> dict[str, Any]:
    """Their rows, by id."""
    asked = sorted(set(trainee_ids))
    if not asked:
        return {}
    rows = await session.execute(select(trainee).where(trainee.c.trainee_id.in_(asked)))
    return {row.trainee_id: row for row in rows}


async def next_edition(session: AsyncSession, department_code: str) -> int:
    """Count one change more of a department's cells: the version of the fact about it."""
    statement = upsert(cell_edition).values(department_code=department_code, version=1)
    statement = statement.on_conflict_do_update(
        index_elements=[cell_edition.c.department_code], set_={"version": cell_edition.c.version + 1}
    )
    return int((await session.execute(statement.returning(cell_edition.c.version))).scalar_one())


def led_or_helped(person_id: str) -> ColumnElement[bool]:
    """Cells in which somebody is the lead or an assistant."""
    return or_(cell.c.teacher_id == person_id, cell.c.assistant_ids.contains([person_id]))


def behind(month: date, department_code: str, trainee_id: str) -> ColumnElement[bool]:
    """Cells behind one in the order month, department, trainee."""
    own = (cell.c.month, cell.c.department_code, cell.c.trainee_id)
    place = (literal(month), literal(department_code), literal(trainee_id, cell.c.trainee_id.type))
    return tuple_(*own) > tuple_(*place)


async def names_of(session: AsyncSession, person_ids: Iterable[str]) -> dict[str, str]:
    """What teachers are called, as their newest appointment says."""
    asked = sorted({each for each in person_ids if each})
    if not asked:
        return {}
    rows = await session.execute(
        select(appointment.c.person_id, appointment.c.name)
        .where(appointment.c.person_id.in_(asked))
        .order_by(appointment.c.created_at)
    )
    return {row.person_id: row.name for row in rows}


async def held(
    session: AsyncSession, teacher_ids: Iterable[str], first: date, last: date
) -> dict[tuple[str, date], set[str]]:
    """ASG-07: the trainees whom teachers lead in each month, over all departments."""
    asked = sorted(set(teacher_ids))
    found: dict[tuple[str, date], set[str]] = {}
    if asked:
        rows = await session.execute(
            select(cell.c.teacher_id, cell.c.month, cell.c.trainee_id).where(
                and_(cell.c.teacher_id.in_(asked), cell.c.month >= first, cell.c.month <= last)
            )
        )
        for row in rows:
            found.setdefault((row.teacher_id, row.month), set()).add(row.trainee_id)
    return found


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: what was written about somebody's months goes; who taught whom stays, by ids."""
    own = select(trainee.c.trainee_id).where(trainee.c.person_id == person_id)
    theirs = or_(led_or_helped(person_id), cell.c.left_id == person_id, cell.c.trainee_id.in_(own))
    await session.execute(update(cell).where(theirs, cell.c.reason != "").values(reason=""))


async def count_orphans(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    """How many months wait for a teacher."""
    return int(await session.scalar(select(func.count()).select_from(cell).where(*conditions)) or 0)


def loads(found: Mapping[tuple[str, date], set[str]], person_id: str, month: date) -> int:
    """ASG-07: how many trainees somebody leads in a month."""
    return len(found.get((person_id, month), ()))
