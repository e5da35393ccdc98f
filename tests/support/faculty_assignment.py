"""Teachers, trainees and plans in faculty's database, and months as a test says them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime

from services.faculty.deeds import Deed
from services.faculty.domain.assignment import Demand, Problem
from services.faculty.domain.cells import Span, Teacher, Term, after, first_of, last_of, month_days
from services.kit.database import Database
from services.kit.ids import new_id
from tests.support.faculty import NEURO, QILU

CREATED = datetime(2025, 1, 1, tzinfo=UTC)
LONG = (date(2025, 1, 1), date(2029, 12, 31))


def month(text: str) -> date:
    """The first day of YYYY-MM."""
    return date.fromisoformat(f"{text}-01")


class Ward:
    """A department's world, made by SQL: appointments and plans belong to other areas."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def teacher(
        self,
        name: str = "王老师",
        department: str = NEURO,
        *,
        extra: Sequence[str] = (),
        base: str = QILU,
        days: tuple[date, date] = LONG,
        state: str = "active",
        ends_on: date | None = None,
        person_id: str = "",
    ) -> str:
        """Person id of somebody appointed there."""
        person = person_id or new_id()
        await self.database.execute(
            "INSERT INTO appointment (appointment_id, person_id, name, base_code, department_code, extra_departments,"
            " state, from_day, until_day, ends_on, title, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'attending', $11)",
            *(new_id(), person, name, base, department, list(extra), state, *days, ends_on, CREATED),
        )
        return person

    async def trainee(
        self,
        *stretches: tuple[str, str, str],
        name: str = "学员甲",
        person_id: str = "",
        specialty: str = "0600",
        cohort: int = 2025,
        base: str = QILU,
    ) -> str:
        """Trainee id of somebody planned in departments: code, first and last month or day."""
        trainee_id = new_id()
        await self.database.execute(
            "INSERT INTO trainee (trainee_id, person_id, name, base_code, specialty_code, cohort, kind, application_id,"
            " state, arrived_at) VALUES ($1, $2, $3, $4, $5, $6, 'social', $7, 'active', now())",
            *(trainee_id, person_id or new_id(), name, base, specialty, cohort, new_id()),
        )
        for department, first, last in stretches:
            await self.plan(trainee_id, department, first, last)
        return trainee_id

    async def plan(self, trainee_id: str, department: str, first: str, last: str) -> None:
        """A stretch of a plan: months, or days."""
        begin = date.fromisoformat(first) if len(first) > 7 else month(first)
        end = date.fromisoformat(last) if len(last) > 7 else last_of(month(last))
        await self.database.execute("INSERT INTO rotation VALUES ($1, $2, $3, $4)", trainee_id, begin, end, department)

    async def cell(
        self,
        trainee_id: str,
        at: str,
        teacher: str,
        *,
        department: str = NEURO,
        origin: str = "auto",
        locked: bool = False,
    ) -> None:
        """A cell that somebody leads."""
        await self.database.execute(
            "INSERT INTO cell (trainee_id, department_code, month, teacher_id, origin, locked, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, now())",
            *(trainee_id, department, month(at), teacher, origin, locked),
        )

    async def leads(self, trainee_id: str) -> dict[str, str]:
        """Who leads a trainee, by month; the cause in brackets where nobody does."""
        rows = await self.database.fetch(
            "SELECT month, teacher_id, orphan_cause FROM cell WHERE trainee_id = $1 ORDER BY month", trainee_id
        )
        return {f"{row['month']:%Y-%m}": str(row["teacher_id"] or f"({row['orphan_cause']})") for row in rows}

    async def facts(self) -> list[str]:
        """Subjects of facts so far, their first words left out."""
        rows = await self.database.fetch("SELECT subject FROM outbox ORDER BY position")
        return [row["subject"].removeprefix("residency.faculty.v1.") for row in rows]


def returning(work: Callable[[Deed], Awaitable[int]]) -> tuple[Callable[[Deed], Awaitable[None]], list[int]]:
    """A deed's work, and where its number ends up."""
    found: list[int] = []

    async def wrapped(deed: Deed) -> None:
        found.append(await work(deed))

    return wrapped, found


def made_up(
    trainees: int,
    months: int,
    departments: int,
    teachers: int,
    cap: int,
    *,
    seed: int = 1,
    shared: float = 0.0,
    first: date = date(2026, 4, 1),
) -> Problem:
    """A problem of this size: stays of up to three months; `shared` of the teachers in two departments."""
    chance = random.Random(seed)

    def some_id() -> str:
        return str(uuid.UUID(int=chance.getrandbits(128)))

    codes = [f"D{n:02}" for n in range(departments)]
    staff = []
    for n in range(teachers):
        own = {codes[n % departments]}
        if chance.random() < shared:
            own.add(chance.choice(codes))
        term = Term(frozenset(own), Span(first, last_of(after(first, months))))
        staff.append(Teacher(some_id(), "", codes[n % departments], (term,)))
    demands = []
    for n in range(trainees):
        trainee_id, who, at, left = some_id(), some_id(), n % departments, chance.randint(1, 3)
        for number in range(months):
            if left == 0:
                at, left = (at + 1) % departments, 3
            left -= 1
            there = after(first_of(first), number)
            demands.append(Demand(trainee_id, codes[at], there, (month_days(there),), who=who))
    return Problem(tuple(demands), tuple(staff), cap)
