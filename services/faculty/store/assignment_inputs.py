"""What an assignment rests on: who may teach where and when. Queries inside the caller's session."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.assignment import Demand, Key, Problem
from services.faculty.domain.cells import Auto, Slot, Span, Teacher, Term, after, auto_may, last_of
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.store import cells
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell, leave
from services.faculty.store.rotation_tables import department_discipline, rotation, trainee

_INPUTS = """
    SELECT
        (SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r.trainee_id, r.from_day), '')) FROM rotation r
            WHERE r.department_code = ANY(:departments) AND r.from_day <= :until AND r.until_day >= :first),
        (SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.trainee_id), '')) FROM (
            SELECT DISTINCT t.trainee_id, t.person_id, t.specialty_code
            FROM trainee t JOIN rotation r USING (trainee_id)
            WHERE r.department_code = ANY(:departments) AND r.from_day <= :until AND r.until_day >= :first) t),
        (SELECT md5(coalesce(string_agg(a::text, '|' ORDER BY a.appointment_id), '')) FROM (
            SELECT appointment_id, person_id, department_code, extra_departments, state, from_day, until_day, ends_on,
                grace_days
            FROM appointment WHERE person_id = ANY(:people) AND state IN ('active', 'suspended')) a),
        (SELECT md5(coalesce(string_agg(l::text, '|' ORDER BY l.leave_id), '')) FROM (
            SELECT leave_id, person_id, from_day, until_day FROM leave
            WHERE person_id = ANY(:people) AND cancelled_at IS NULL) l),
        (SELECT md5(coalesce(string_agg(d.department_code || d.disciplines::text, '|' ORDER BY d.department_code), ''))
            FROM department_discipline d),
        (SELECT md5(coalesce(string_agg(c::text, '|' ORDER BY c.trainee_id, c.department_code, c.month), '')) FROM (
            SELECT trainee_id, department_code, month, teacher_id, version FROM cell
            WHERE month BETWEEN :year AND :until
                AND (department_code = ANY(:departments) OR teacher_id = ANY(:people))) c)
"""
ENDLESS = 3660
"""Days of grace that outlive every plan."""
OPEN = ("active", "suspended")
"""States of appointments that count; one that the province has yet to acknowledge does not."""


def teaches_in(departments: Iterable[str]) -> ColumnElement[bool]:
    """Appointments to one of these departments, as the primary or another one."""
    codes = sorted(set(departments))
    return or_(appointment.c.department_code.in_(codes), appointment.c.extra_departments.overlap(codes))


async def bases_of(session: AsyncSession, departments: Iterable[str]) -> set[str]:
    """The bases that appointed the teachers of these departments."""
    asked = select(appointment.c.base_code).where(appointment.c.state.in_(OPEN), teaches_in(departments)).distinct()
    return set((await session.scalars(asked)).all())


async def teachers(
    session: AsyncSession, *conditions: ColumnElement[bool], endless: bool = False
) -> dict[str, Teacher]:
    """Everybody whose open appointments fulfil the conditions, by person id, with all their terms and absences.

    A term counts to its end and through the grace after it, or to the last day that a decided ending set (ASG-05).
    `endless` leaves out that terms run out by themselves.
    """
    wanted = select(appointment.c.person_id).where(appointment.c.state.in_(OPEN), *conditions)
    rows = await session.execute(
        select(appointment)
        .where(appointment.c.state.in_(OPEN), appointment.c.person_id.in_(wanted))
        .order_by(appointment.c.person_id, appointment.c.created_at)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    away = await _leaves(session, found)
    primaries = {row.department_code for own in found.values() for row in own}
    disciplines = await _disciplines(session, primaries)
    return {
        person_id: Teacher(
            person_id=person_id,
            name=own[0].name,
            primary=own[0].department_code,
            terms=tuple(_term(row, ENDLESS if endless else row.grace_days) for row in own),
            leaves=tuple(away.get(person_id, ())),
            disciplines=frozenset(disciplines.get(own[0].department_code, ())),
            title=own[0].title,
            level=own[0].level,
            bases=frozenset(row.base_code for row in own),
        )
        for person_id, own in found.items()
    }


def _term(row: Any, grace_days: int) -> Term:
    last = row.ends_on or row.until_day + timedelta(days=grace_days)
    # A term that ended before it began (revoked at once) covers no day: no span holds it.
    span = Span(row.from_day, last) if last >= row.from_day else Span(row.from_day, row.from_day - timedelta(days=1))
    return Term(frozenset({row.department_code, *row.extra_departments}), span, row.state == "suspended")


async def _leaves(session: AsyncSession, person_ids: Iterable[str]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    rows = await session.execute(
        select(leave)
        .where(leave.c.person_id.in_(sorted(person_ids)), leave.c.cancelled_at.is_(None))
        .order_by(leave.c.from_day)
    )
    for row in rows:
        found.setdefault(row.person_id, []).append(Span(row.from_day, row.until_day))
    return found


async def _disciplines(session: AsyncSession, codes: Iterable[str]) -> dict[str, list[str]]:
    rows = await session.execute(
        select(department_discipline).where(department_discipline.c.department_code.in_(sorted(codes)))
    )
    return {row.department_code: list(row.disciplines) for row in rows}


Wanted = tuple[Slot, tuple[Span, ...], Auto]
"""A cell to be filled or changed, on which days, and what may be done with it."""


async def problem_of(
    session: AsyncSession,
    policy: FacultyPolicy,
    wanted: Sequence[Wanted],
    around: Iterable[Slot],
    *,
    without: str = "",
) -> Problem:
    """The problem of filling these few cells on these days; `around` are cells beside them, for continuity.

    `without`: somebody who may not be chosen. What a wanted cell holds already is no load, and stays when it can.
    """
    people = await cells.trainees_of(session, {slot.trainee_id for slot, _, _ in wanted})
    found = await teachers(session, teaches_in({slot.department_code for slot, _, _ in wanted}))
    found.pop(without, None)
    months = [slot.month for slot, _, _ in wanted]
    held = await _held(session, found, min(months), max(months)) if months else ()
    fixed = {slot.key: slot.teacher_id for slot in around}
    return _problem(policy, wanted, people, found, held, fixed)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a proposal rests on, as it is stored."""

    rotations: Sequence[Any] = field(repr=False)
    trainees: Sequence[Any] = field(repr=False)
    cells: Sequence[Any] = field(repr=False)
    held: Sequence[Any] = field(repr=False)
    teachers: Mapping[str, Teacher] = field(repr=False)


async def read_rows(
    session: AsyncSession, policy: FacultyPolicy, departments: Sequence[str], first: date, last: date
) -> Rows:
    """Everything for a proposal for these departments and months; as rows, so that it is read quickly."""
    codes = sorted(departments)
    there = (
        rotation.c.department_code.in_(codes),
        rotation.c.from_day <= last_of(last),
        rotation.c.until_day >= first,
    )
    rotations = await session.execute(
        select(rotation).where(*there).order_by(rotation.c.trainee_id, rotation.c.from_day)
    )
    columns = (trainee.c.trainee_id, trainee.c.person_id, trainee.c.specialty_code)
    planned = select(rotation.c.trainee_id).where(*there)
    trainees = await session.execute(select(*columns).where(trainee.c.trainee_id.in_(planned)))
    around = (cell.c.month >= after(first, -1), cell.c.month <= after(last))
    stored = await session.execute(select(cell).where(cell.c.department_code.in_(codes), *around))
    found = await teachers(session, teaches_in(codes))
    held = await _held(session, found, first, last)
    return Rows(rotations.all(), trainees.all(), stored.all(), held, found)


def proposal_problem(
    rows: Rows, policy: FacultyPolicy, first: date, last: date, this_month: date
) -> tuple[Problem, Mapping[Key, Slot]]:
    """ASG-02: what 自动分配 may fill in these months, and the cells as they stand; takes a while for a whole base."""
    standing = {slot.key: slot for slot in map(cells.slot_of, rows.cells)}
    wanted = []
    for key, presence in cells.present(rows.rotations, first, last).items():
        slot = standing.get(key, Slot(*key))
        auto = auto_may(slot, this_month)
        if auto is not Auto.NEVER:
            wanted.append((slot, presence.days, auto))
    people = {row.trainee_id: row for row in rows.trainees}
    fixed = {slot.key: slot.teacher_id for slot in standing.values()}
    return _problem(policy, wanted, people, rows.teachers, rows.held, fixed), standing


async def _held(session: AsyncSession, people: Iterable[str], first: date, last: date) -> Sequence[Any]:
    """The cells that these teachers lead in the years of these months."""
    columns = (cell.c.trainee_id, cell.c.department_code, cell.c.month, cell.c.teacher_id)
    span = (cell.c.month >= date(first.year, 1, 1), cell.c.month <= date(last.year, 12, 1))
    return (await session.execute(select(*columns).where(cell.c.teacher_id.in_(sorted(people)), *span))).all()


def _problem(
    policy: FacultyPolicy,
    wanted: Sequence[Wanted],
    people: Mapping[str, Any],
    found: Mapping[str, Teacher],
    led: Sequence[Any],
    fixed: Mapping[Key, str],
) -> Problem:
    demands = tuple(
        Demand(
            *slot.key,
            days=days,
            who=people[slot.trainee_id].person_id,
            specialty_code=people[slot.trainee_id].specialty_code,
            present=slot.teacher_id if auto is Auto.CHANGES else "",
            orphaned=auto is Auto.FILLS_FIRST,
        )
        for slot, days, auto in sorted(wanted, key=lambda each: each[0].key)
    )
    keys = {each.key for each in demands}
    held: dict[tuple[str, date], set[str]] = {}
    for row in led:
        if (row.trainee_id, row.department_code, row.month) not in keys:
            held.setdefault((row.teacher_id, row.month), set()).add(row.trainee_id)
    return Problem(
        demands=demands,
        teachers=tuple(found[each] for each in sorted(found)),
        cap=policy.cap,
        held={key: frozenset(value) for key, value in held.items()},
        fixed={key: each for key, each in fixed.items() if each and key not in keys},
    )


async def fingerprint(
    session: AsyncSession, policy: FacultyPolicy, departments: Sequence[str], first: date, last: date, this_month: date
) -> str:
    """ASG-09: changes when anything does that a proposal for these departments and months rests on."""
    people = await session.scalars(
        select(appointment.c.person_id)
        .where(appointment.c.state.in_(OPEN), teaches_in(departments))
        .distinct()
        .order_by(appointment.c.person_id)
    )
    row = await session.execute(
        text(_INPUTS),
        {
            "departments": sorted(departments),
            "people": list(people),
            "first": first,
            "until": after(last) - timedelta(days=1),
            "year": date(first.year, 1, 1),
        },
    )
    content = [*row.one(), policy.cap, this_month.isoformat()]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
