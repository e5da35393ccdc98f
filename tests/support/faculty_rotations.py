"""Facts of enrollment about one application, and trainees with plans, for tests of rotations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import insert

from residency.enrollment.v1 import events_pb2 as enrollment
from services.faculty.core import Core
from services.faculty.domain.rotations import Stretch
from services.faculty.domain.trainees import Trainee
from services.faculty.handlers.disciplines import Disciplines, SetDiscipline
from services.faculty.handlers.plans import EditPlan, Generate, Plans
from services.faculty.handlers.trainees import Trainees
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.trainees import trainee_of_person
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from tests.support.deliveries import delivery_of
from tests.support.faculty import CARDIO, NEURO, NOON, OFFICE, QILU, At, core_of

DECIDED = datetime(2025, 8, 20, 4, tzinfo=UTC)
TRAINING = (date(2025, 9, 1), date(2028, 8, 31))
"""The default days of who was admitted then."""


def key() -> str:
    """A fresh idempotency key."""
    return new_id()


@dataclass
class Application:
    """One application and the facts about it."""

    person_id: str = field(default_factory=new_id)
    application_id: str = field(default_factory=new_id)
    base_code: str = QILU
    specialty: tuple[str, str] = ("0600", "神经内科")

    def about(self, version: int) -> enrollment.ApplicationFact:
        """What every fact carries."""
        fact = enrollment.ApplicationFact(
            application_id=self.application_id,
            cycle_id="cycle-2025",
            person_id=self.person_id,
            base_code=self.base_code,
            specialty_code=self.specialty[0],
            specialty_name=self.specialty[1],
            version=version,
        )
        fact.decided_at.FromDatetime(DECIDED)
        return fact

    def admitted(self, version: int) -> enrollment.ApplicationAdmitted:
        """录取."""
        return enrollment.ApplicationAdmitted(application=self.about(version), cycle_year=2025)

    def lost(self, version: int, cause: str = "quit") -> enrollment.ApplicationPlaceLost:
        """The place is gone."""
        return enrollment.ApplicationPlaceLost(application=self.about(version), cause=cause)

    def undone(self, version: int) -> enrollment.ApplicationAdmissionUndone:
        """The admission was taken back."""
        return enrollment.ApplicationAdmissionUndone(application=self.about(version))

    def deferred(self, version: int, until_year: int) -> enrollment.ApplicationDeferred:
        """The training begins later."""
        return enrollment.ApplicationDeferred(application=self.about(version), until_year=until_year)


@dataclass
class Rotations:
    """The use cases of rotations over one core."""

    core: Core

    def __post_init__(self) -> None:
        self.trainees = Trainees(self.core)
        self.plans = Plans(self.core)
        self.disciplines = Disciplines(self.core)

    async def hear(self, *facts: Message) -> None:
        """Each fact in a transaction of its own, in this order."""
        for fact in facts:
            async with self.core.database.unit_of_work() as uow:
                await self.trainees.hear(delivery_of(fact), uow)

    async def trainee(self, application: Application | None = None, *, named: str = "") -> Trainee:
        """Somebody admitted, and called so."""
        one = application or Application()
        await self.hear(one.admitted(5))
        if named:
            await self.sql(
                "UPDATE trainee SET name = $1, name_asked_at = now() WHERE person_id = $2", named, one.person_id
            )
        return await self.of(one.person_id)

    async def of(self, person_id: str) -> Trainee:
        """As whom this person trains."""
        async with self.core.database.unit_of_work() as uow:
            found = await trainee_of_person(uow.session, person_id)
        assert found is not None
        return found

    async def trains(self, *codes: str, department: str = NEURO, places: int = 0, by: Caller = OFFICE) -> None:
        """The department trains in these disciplines."""
        await self.disciplines.set_discipline(by, SetDiscipline(department, codes, places, key(), b""))

    async def plan(self, one: Trainee, *stays: tuple[str, str, str], by: Caller = OFFICE) -> None:
        """Give a trainee this plan, whatever it was."""
        now = await self.of(one.person_id)
        order = EditPlan(one.trainee_id, now.plan_version, stretches(*stays), "调整", key(), b"")
        await self.plans.edit(by, order)

    async def taught(self, one: Trainee, month: date, teacher: str, *, department: str = NEURO) -> None:
        """A teacher of that name has the trainee there in that month."""
        teacher_id, now = new_id(), self.core.clock.now()
        term = {"from_day": TRAINING[0], "until_day": TRAINING[1], "state": "active", "created_at": now}
        where = {"base_code": QILU, "department_code": department}
        async with self.core.database.unit_of_work() as uow:
            await uow.session.execute(
                insert(appointment).values(appointment_id=new_id(), person_id=teacher_id, name=teacher, **term, **where)
            )
            await uow.session.execute(
                insert(cell).values(
                    trainee_id=one.trainee_id,
                    department_code=department,
                    month=month,
                    teacher_id=teacher_id,
                    origin="manual",
                    changed_at=now,
                )
            )

    async def facts(self, kind: Any) -> list[Any]:
        """What was published of this kind, in order."""
        query = "SELECT body FROM outbox WHERE event_type = $1 ORDER BY position"
        rows = await self.core.database.fetch(query, kind.DESCRIPTOR.full_name)
        return [kind.FromString(row["body"]) for row in rows]

    async def sql(self, statement: str, *values: object) -> None:
        """Change something behind everybody's back."""
        await self.core.database.execute(statement, *values)


def stretches(*stays: tuple[str, str, str]) -> tuple[Stretch, ...]:
    """First day, last day, department."""
    return tuple(Stretch(date.fromisoformat(first), date.fromisoformat(last), code) for first, last, code in stays)


def generate(*trainees: Trainee, fingerprint: str = "", named: str = "", start: date | None = None) -> Generate:
    """An order for plans of these; `named` is its key."""
    ids = tuple(one.trainee_id for one in trainees)
    return Generate(ids, start, fingerprint, named or key(), repr((ids, fingerprint)).encode())


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[Rotations]:
    """Use cases over a database that other tests of the module used before: nothing of theirs is in it."""
    database = Database(url, name="faculty", pool_size=4)
    await database.start()
    tables = "rotation_plan, rotation, cell, appointment, trainee, heard_application, department_discipline, outbox"
    await database.execute(f"TRUNCATE {tables}, idempotency CASCADE")
    yield Rotations(core_of(database, At(NOON)))
    await database.stop()


USUAL = (("2025-09-01", "2026-02-28", NEURO), ("2026-03-01", "2026-06-30", NEURO), ("2026-07-01", "2026-09-30", CARDIO))
"""A plan across the day on which tests happen, 2 March 2026."""
