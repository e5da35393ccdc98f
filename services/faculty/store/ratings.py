"""Ratings of teachers, one by one for writing, together for reading; inside the caller's session."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, extract, false, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.ratings import ITEMS, Month, Tally, last_told
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.dossiers import Sealing
from services.faculty.store.rotation_tables import trainee
from services.faculty.store.standing_tables import evidence, rating


@dataclass(frozen=True, slots=True)
class Scope:
    """Which ratings are counted: of a teacher, at these bases, each of months before one; perhaps of a department."""

    teacher_id: str
    before: Mapping[str, date]
    """By base, the first month whose ratings are still coming in."""
    department_code: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a query over `rating`."""
        closed = [(rating.c.base_code == base) & (rating.c.month < month) for base, month in self.before.items()]
        found = [rating.c.teacher_id == self.teacher_id, or_(false(), *closed)]
        if self.department_code:
            found.append(rating.c.department_code == self.department_code)
        return found


async def bases_of(session: AsyncSession, teacher_id: str) -> list[str]:
    """The bases whose trainees rated a teacher, by code."""
    found = select(rating.c.base_code).where(rating.c.teacher_id == teacher_id).distinct()
    return list(await session.scalars(found.order_by(rating.c.base_code)))


async def months_of(session: AsyncSession, person_id: str, until: date) -> list[Month]:
    """RATE-01: the months up to a day in which a person trained with a teacher or assistant, newest first."""
    rows = await session.execute(
        select(cell, trainee.c.base_code)
        .join(trainee, trainee.c.trainee_id == cell.c.trainee_id)
        .where(trainee.c.person_id == person_id, cell.c.month <= until)
        .order_by(cell.c.month.desc(), cell.c.department_code)
    )
    return [
        Month(row.trainee_id, row.department_code, row.month, teacher, row.base_code)
        for row in rows
        for teacher in dict.fromkeys([*([row.teacher_id] if row.teacher_id else []), *row.assistant_ids])
    ]


async def rated_at(session: AsyncSession, trainee_ids: Sequence[str]) -> dict[tuple[str, str, date, str], datetime]:
    """When these trainees rated whom for which month."""
    rows = await session.execute(select(rating).where(rating.c.trainee_id.in_(trainee_ids)))
    return {(row.trainee_id, row.department_code, row.month, row.teacher_id): row.rated_at for row in rows}


async def names(session: AsyncSession, person_ids: Sequence[str]) -> dict[str, str]:
    """What teachers are called, as last appointed."""
    rows = await session.execute(
        select(appointment.c.person_id, appointment.c.name)
        .where(appointment.c.person_id.in_(person_ids))
        .ext(distinct_on(appointment.c.person_id))
        .order_by(appointment.c.person_id, appointment.c.created_at.desc())
    )
    return {row.person_id: row.name for row in rows}


async def add(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Write a rating; False when this month was rated before."""
    new = upsert(rating).values(**values).on_conflict_do_nothing().returning(rating.c.rating_id)
    return await session.scalar(new) is not None


async def count_of_year(session: AsyncSession, teacher_id: str, year: int) -> int:
    """How many ratings a teacher has for a year."""
    counting = select(func.count()).select_from(rating)
    found = counting.where(rating.c.teacher_id == teacher_id, extract("year", rating.c.month) == year)
    return await session.scalar(found) or 0


async def tallies(session: AsyncSession, scope: Scope) -> list[Tally]:
    """RATE-05, RATE-06: years of a teacher added up, newest first, as far as they are told; single ratings are not.

    A year of which nothing is told yet counts none.
    """
    rows, until = await _closed(session, scope)
    by_year: dict[int, list[Mapping[str, int]]] = {row.month.year: [] for row in rows}
    for row in rows:
        if row.month <= until[_where(row)]:
            by_year[row.month.year].append(row.scores)
    return [_tally(year, by_year[year]) for year in sorted(by_year, reverse=True)]


async def remarks(session: AsyncSession, sealing: Sealing, scope: Scope, year: int) -> list[str]:
    """RATE-08: what was said in a year, opened, in the order of the words: it tells nobody who wrote it. As far as the
    ratings are told. Raises SealBroken.
    """
    rows, until = await _closed(session, scope)
    told = [row for row in rows if row.month.year == year and row.month <= until[_where(row)] and row.remark]
    return sorted(sealing.vault.open_text(row.remark, row.rating_id) for row in told)


async def _closed(session: AsyncSession, scope: Scope) -> tuple[list[Row[Any]], dict[tuple[str, str, int], date]]:
    """RATE-06: the ratings of a scope, and the last month told of each department and year: the same whoever asks."""
    rows = list(await session.execute(select(rating).where(*scope.conditions())))
    counts: dict[tuple[str, str, int], Counter[date]] = defaultdict(Counter)
    for row in rows:
        counts[_where(row)][row.month] += 1
    return rows, {place: last_told(months) for place, months in counts.items()}


def _where(row: Row[Any]) -> tuple[str, str, int]:
    return (row.base_code, row.department_code, row.month.year)


async def underived(
    session: AsyncSession, year: int, after: tuple[str, str], limit: int
) -> list[tuple[str, str, Tally]]:
    """RATE-07: teacher, base and year added up, where no result was derived yet; in order, after a teacher and base."""
    key = tuple_(rating.c.teacher_id, rating.c.base_code)
    derived = exists().where(
        evidence.c.person_id == rating.c.teacher_id,
        evidence.c.base_code == rating.c.base_code,
        evidence.c.year == year,
        evidence.c.kind == "yearly_result",
        evidence.c.recorded_by == "",
    )
    of_year = (rating.c.month >= date(year, 1, 1)) & (rating.c.month < date(year + 1, 1, 1))
    pairs = (
        select(rating.c.teacher_id, rating.c.base_code)
        .where(of_year, ~derived, *([key > after] if after[0] else []))
        .distinct()
        .order_by(rating.c.teacher_id, rating.c.base_code)
        .limit(limit)
        .subquery()
    )
    rows = await session.execute(
        select(rating.c.teacher_id, rating.c.base_code, rating.c.scores)
        .join(pairs, (pairs.c.teacher_id == rating.c.teacher_id) & (pairs.c.base_code == rating.c.base_code))
        .where(of_year)
        .order_by(rating.c.teacher_id, rating.c.base_code)
    )
    found: dict[tuple[str, str], list[Mapping[str, int]]] = defaultdict(list)
    for row in rows:
        found[row.teacher_id, row.base_code].append(row.scores)
    return [(teacher, base, _tally(year, scores)) for (teacher, base), scores in found.items()]


async def add_result(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Write a derived result; False when there is one."""
    new = upsert(evidence).values(**values).on_conflict_do_nothing().returning(evidence.c.evidence_id)
    return await session.scalar(new) is not None


async def results_of(session: AsyncSession, person_id: str, base_codes: Sequence[str] | None = None) -> dict[int, str]:
    """Yearly results on record, at these bases or at all, by year; the later record of a year holds."""
    mine = [evidence.c.person_id == person_id, evidence.c.kind == "yearly_result"]
    if base_codes is not None:
        mine.append(evidence.c.base_code.in_(base_codes))
    rows = await session.execute(
        select(evidence.c.year, evidence.c.outcome).where(*mine).order_by(evidence.c.recorded_at)
    )
    return {row.year: row.outcome for row in rows}


async def teaches_in(session: AsyncSession, person_id: str, department_code: str) -> bool:
    """Whether somebody is, or was, appointed in a department."""
    there = or_(
        appointment.c.department_code == department_code, appointment.c.extra_departments.contains([department_code])
    )
    return (
        await session.scalar(
            select(appointment.c.person_id).where(appointment.c.person_id == person_id, there).limit(1)
        )
        is not None
    )


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: what an erased trainee wrote, and what was written about an erased teacher; the scores stay counted."""
    as_trainee = select(trainee.c.trainee_id).where(trainee.c.person_id == person_id)
    mine = or_(rating.c.teacher_id == person_id, rating.c.trainee_id.in_(as_trainee))
    await session.execute(update(rating).where(mine).values(remark="", sealed_with=""))


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` remarks anew with the current key; how many. Raises SealBroken."""
    vault = sealing.vault
    old = select(rating.c.rating_id, rating.c.remark).where(_old(sealing))
    found = (await session.execute(old.limit(limit).with_for_update(skip_locked=True))).all()
    for row in found:
        sealed = vault.seal_text(vault.open_text(row.remark, row.rating_id), row.rating_id)
        changed = update(rating).where(rating.c.rating_id == row.rating_id)
        await session.execute(changed.values(remark=sealed, sealed_with=vault.current_key))
    return len(found)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many are still sealed with an old key."""
    return await session.scalar(select(func.count()).select_from(rating).where(_old(sealing))) or 0


def _old(sealing: Sealing) -> ColumnElement[bool]:
    return (rating.c.sealed_with != "") & (rating.c.sealed_with != sealing.vault.current_key)


def _tally(year: int, scores: Sequence[Mapping[str, int]]) -> Tally:
    items = {key: [each[key] for each in scores if key in each] for key in ITEMS}
    return Tally(year, len(scores), {key: sum(given) / len(given) for key, given in items.items() if given})
