"""分配带教老师 (C6), read: the grid of a department, months that wait for a teacher, one's own months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.directory import Places
from services.faculty.domain import cells as rules
from services.faculty.domain.cells import Slot, Span, Teacher, first_of
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.store import cells
from services.faculty.store.assignment_inputs import teachers, teaches_in
from services.faculty.store.assignment_tables import cell
from services.faculty.store.cells import Key
from services.faculty.store.policies import policy_of
from services.kit.domain import Caller, DomainError, Kind

DIRECTOR = "department_director"
_KEPT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as somebody sees it."""

    slot: Slot
    state: str
    actions: tuple[str, ...]
    teacher_name: str = field(default="", repr=False)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A trainee of the grid; `trainee` is the stored row."""

    trainee: Any = field(repr=False)
    cells: list[Shown]


@dataclass(frozen=True, slots=True)
class Load:
    """A teacher of the grid: trainees in each month, and whether they may take one more there."""

    teacher: Teacher
    loads: list[int]
    available: list[bool]
    cap: int


@dataclass(frozen=True, slots=True)
class Grid:
    """科室 × 带教老师 × month."""

    lines: list[Line]
    teachers: list[Load]
    months: list[date]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filters of the grid ask for; empty for all. `plan`: `planned` or `unplanned`, months without teacher."""

    cohort: int = 0
    specialty_code: str = ""
    kind: str = ""
    name: str = field(default="", repr=False)
    plan: str = ""

    def has(self, trainee: Any) -> bool:
        """Whether a trainee is asked for."""
        return (
            self.cohort in (0, trainee.cohort)
            and self.specialty_code in ("", trainee.specialty_code)
            and self.kind in ("", trainee.kind)
            and self.name in trainee.name
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A month without its teacher."""

    cell: Shown
    trainee_name: str = field(repr=False)
    left_name: str = field(repr=False)


def absent(what: str, message: str, field_name: str = "") -> DomainError:
    """There is no such thing, or it is another's: the two look alike."""
    return DomainError(Kind.NOT_FOUND, what, message, field=field_name)


async def policy_at(session: AsyncSession, places: Places, department_code: str) -> FacultyPolicy:
    """The policy of whoever decides about the department's people."""
    base = places.base_of(department_code)
    return await policy_of(session, places, places.deciding_base(base) or base)


def reached(places: Places, caller: Caller) -> list[str]:
    """The departments that a staff hat reaches, by code."""
    own = places.find(caller.organisation)
    if own is None:
        return []
    if own.kind == "department":
        return [own.code]
    hospitals = places.hospitals(own.code) if own.kind == "base" else places.bases(own.code)
    return [each.code for base in hospitals for each in places.departments(base)]


def require_department(places: Places, caller: Caller, code: str) -> str:
    """The base of a department that the caller reaches. Raises NOT_FOUND DEPARTMENT_NOT_FOUND."""
    base = places.base_of(code)
    found = places.find(code)
    if found is None or found.kind != "department" or not places.reaches(caller, base, code):
        raise absent("DEPARTMENT_NOT_FOUND", "没有这个科室。", "department_code")
    return base


class Cells:
    """What is read."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def get_grid(self, caller: Caller, department_code: str, months: tuple[date, date], wanted: Wanted) -> Grid:
        """The cells of a department that the caller reaches, with its teachers and their loads."""
        places = await self._core.directory.know(caller.organisation, department_code)
        require_department(places, caller, department_code)
        first, last = months
        span = rules.months_between(first, last)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            this_month = await self._this_month(session)
            policy = await policy_at(session, places, department_code)
            planned = await cells.presences(session, first, last, departments=[department_code])
            people = await cells.trainees_of(session, {key[0] for key in planned})
            standing = await cells.slots_of(session, planned)
            able = await teachers(session, teaches_in([department_code]))
            held = await cells.held(session, able, first, last)
            names = await cells.names_of(session, {slot.teacher_id for slot in standing.values()} - able.keys())
        names |= {each.person_id: each.name for each in able.values()}
        lines: dict[str, Line] = {}
        for key, presence in sorted(planned.items(), key=lambda each: (each[0][0], each[0][2])):
            slot, person = standing[key], people[key[0]]
            if not wanted.has(person) or wanted.plan not in ("", "planned" if slot.teacher_id else "unplanned"):
                continue
            shown = _shown(slot, this_month, caller, names, partial=rules.is_partial(presence.days, key[2]))
            lines.setdefault(key[0], Line(person, [])).cells.append(shown)
        loads = [
            Load(
                teacher,
                [cells.loads(held, teacher.person_id, month) for month in span],
                [_open(teacher, department_code, month, this_month, held, policy.cap) for month in span],
                policy.cap,
            )
            for teacher in able.values()
        ]
        return Grid(
            sorted(lines.values(), key=lambda each: (each.trainee.cohort, each.trainee.name, each.trainee.trainee_id)),
            sorted(loads, key=lambda each: each.teacher.person_id),
            span,
        )

    async def list_orphans(
        self, caller: Caller, limit: int, behind: tuple[date, str, str] | None
    ) -> tuple[list[Waiting], int]:
        """Months of departments in reach that wait for a teacher, soonest first; and how many in all."""
        places = await self._core.directory.know(caller.organisation)
        departments = reached(places, caller)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            this_month = await self._this_month(session)
            conditions: list[ColumnElement[bool]] = [
                cell.c.orphan_cause != "",
                cell.c.month >= this_month,
                cell.c.department_code.in_(departments),
            ]
            total = await cells.count_orphans(session, *conditions)
            if behind is not None:
                conditions.append(cells.behind(*behind))
            found = await cells.slots(session, *conditions, limit=limit)
            people = await cells.trainees_of(session, {slot.trainee_id for slot in found})
            names = await cells.names_of(session, {slot.left_id for slot in found})
            there = await self._days(session, found)
        waiting = [
            Waiting(
                _shown(slot, this_month, caller, {}, partial=rules.is_partial(there.get(slot.key, ()), slot.month)),
                people[slot.trainee_id].name,
                names.get(slot.left_id, ""),
            )
            for slot in found
        ]
        return waiting, total

    async def list_my_months(self, caller: Caller) -> tuple[list[Shown], dict[str, str]]:
        """One's own months and trainees, those of the last year and to come; and the trainees' names."""
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            this_month = await self._this_month(session)
            found = await cells.slots(
                session,
                cells.led_or_helped(caller.person_id),
                cell.c.month >= rules.after(this_month, -_KEPT_MONTHS),
            )
            people = await cells.trainees_of(session, {slot.trainee_id for slot in found})
            names = await cells.names_of(session, {slot.teacher_id for slot in found})
            there = await self._days(session, found)
        shown = [
            _shown(slot, this_month, caller, names, partial=rules.is_partial(there.get(slot.key, ()), slot.month))
            for slot in found
        ]
        return shown, {each.trainee_id: each.name for each in people.values()}

    async def read(self, caller: Caller, keys: Sequence[Key]) -> list[Shown]:
        """Cells as they stand now, in this order."""
        async with self._core.database.unit_of_work() as uow:
            this_month = await self._this_month(uow.session)
            found = await cells.slots_of(uow.session, keys)
            names = await cells.names_of(uow.session, {slot.teacher_id for slot in found.values()})
            there = await self._days(uow.session, list(found.values()))
        return [
            _shown(found[key], this_month, caller, names, partial=rules.is_partial(there.get(key, ()), key[2]))
            for key in keys
        ]

    async def _days(self, session: AsyncSession, found: Sequence[Slot]) -> dict[Key, tuple[Span, ...]]:
        if not found:
            return {}
        months = [slot.month for slot in found]
        people = {slot.trainee_id for slot in found}
        there = await cells.presences(session, min(months), max(months), trainee_ids=people)
        return {key: each.days for key, each in there.items()}

    async def _this_month(self, session: AsyncSession) -> date:
        return first_of((await self._core.deeds.now(session)).astimezone(DAY_ZONE).date())


def _open(
    teacher: Teacher,
    department_code: str,
    month: date,
    this_month: date,
    held: Mapping[tuple[str, date], set[str]],
    cap: int,
) -> bool:
    full = cells.loads(held, teacher.person_id, month) >= cap
    return month >= this_month and not full and not teacher.why_not(department_code, (rules.month_days(month),))


def _shown(slot: Slot, this_month: date, caller: Caller, names: Mapping[str, str], *, partial: bool) -> Shown:
    able = rules.actions(slot, this_month) if caller.role == DIRECTOR else ()
    state = rules.state_of(slot, this_month)
    return Shown(slot, state.value, tuple(each.value for each in able), names.get(slot.teacher_id, ""), partial)
