"""CAND-25: the list of candidacies by twelve filters, in pages behind a key, inside the caller's transaction.

Every filter is about a column that was frozen at submission. A page is read in the order of `ix_candidacy_queue` (or of
the index with the state before it) from the key on, so the hundredth page of a base costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.candidacy import State
from services.faculty.store.batch_tables import candidacy
from services.faculty.store.batches import Position
from services.faculty.store.candidacies import Candidacy


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty and 0 ask for nothing."""

    batch_id: str = ""
    name: str = field(default="", repr=False)
    department_code: str = ""
    title: str = ""
    least_title_years: int = 0
    least_teaching_years: int = 0
    least_trainees_3y: int = 0
    least_hospital_years: int = 0
    least_own_trainees_3y: int = 0
    training_state: str = ""
    training_level: str = ""
    state: State = State.NONE
    """NONE: all that 教学部 sees."""


def statement(bases: Collection[str], filters: Filters, limit: int, after: Position | None) -> Select[Any]:
    """What reads one page."""
    key = (candidacy.c.submitted_at, candidacy.c.candidacy_id)
    reading = select(candidacy).where(*_where(bases, filters)).order_by(*key).limit(limit)
    if after is not None:
        place = (literal(value, column.type) for value, column in zip(after, key, strict=True))
        reading = reading.where(tuple_(*key) > tuple_(*place))
    return reading


async def page(
    session: AsyncSession, bases: Collection[str], filters: Filters, limit: int, after: Position | None
) -> list[Candidacy]:
    """Those that wait longest first, behind `after`."""
    rows = await session.execute(statement(bases, filters, limit, after))
    return [Candidacy(**row) for row in rows.mappings()]


async def count(session: AsyncSession, bases: Collection[str], filters: Filters) -> int:
    """How many there are on all pages."""
    return await session.scalar(select(func.count()).select_from(candidacy).where(*_where(bases, filters))) or 0


def _where(bases: Collection[str], filters: Filters) -> list[ColumnElement[bool]]:
    row = candidacy.c
    where: list[ColumnElement[bool]] = [row.base_code.in_(bases), row.submitted_at.is_not(None)]
    if filters.state is State.NONE:
        where.append(row.state != State.DRAFT.value)
    else:
        where.append(row.state == filters.state.value)
    if filters.batch_id:
        where.append(row.batch_id == filters.batch_id)
    if filters.name:
        where.append(row.name.contains(filters.name, autoescape=True))
    if filters.department_code:
        department = literal(filters.department_code)
        where.append(or_(row.department_code == department, department == any_(row.extra_departments)))
    equal = {"title": filters.title, "training_state": filters.training_state, "training_level": filters.training_level}
    where += [row[name] == wanted for name, wanted in equal.items() if wanted]
    least = {
        "title_months": filters.least_title_years * 12,
        "teaching_months": filters.least_teaching_years * 12,
        "hospital_months": filters.least_hospital_years * 12,
        "trainees_3y": filters.least_trainees_3y,
        "own_trainees_3y": filters.least_own_trainees_3y,
    }
    where += [row[name] >= wanted for name, wanted in least.items() if wanted]
    return where
