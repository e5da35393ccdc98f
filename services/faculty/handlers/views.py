"""轮转计划 by department and by day; by person it is `plans.Plans.get` (C6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.faculty.core import Core
from services.faculty.domain.rotations import view_months
from services.faculty.domain.trainees import Trainee
from services.faculty.handlers.disciplines import reached
from services.faculty.handlers.trainees import DEPARTMENT_ROLES, bases_of
from services.faculty.store import views as store
from services.faculty.store.trainees import Wanted
from services.faculty.store.views import PlacedMonth
from services.kit.domain import Caller


@dataclass(frozen=True, slots=True)
class DepartmentAsked:
    """Which months of a department, and whose."""

    department_code: str
    from_month: str
    until_month: str
    cohort: int = 0
    specialty_code: str = ""
    kind: str = ""
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One trainee and their months in the department."""

    trainee: Trainee
    months: list[PlacedMonth]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One trainee on a day: where, and with whom."""

    trainee: Trainee
    at: PlacedMonth


class Views:
    """Use cases that only read."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def department(self, caller: Caller, asked: DepartmentAsked) -> list[DepartmentRow]:
        """ROT-18: 按科室查看. Raises NOT_FOUND DEPARTMENT_NOT_FOUND; INVALID MONTHS_REVERSED or TOO_MANY_MONTHS."""
        places = await self._core.directory.know(caller.organisation, asked.department_code)
        reached(places, caller, asked.department_code)
        first, last = view_months(asked.from_month, asked.until_month)
        # A department takes trainees of every hospital of its main base.
        hospitals = places.hospitals(places.deciding_base(places.base_of(asked.department_code)))
        wanted = Wanted(hospitals, "", asked.cohort, asked.specialty_code, asked.kind, asked.name)
        async with self._core.database.unit_of_work() as uow:
            found = await store.between(uow.session, [asked.department_code], first, last, wanted)
            stays = {seen.trainee.trainee_id: seen.stretches for seen in found}
            months = await store.with_teachers(uow.session, stays, first, last)
        return [DepartmentRow(seen.trainee, months[seen.trainee.trainee_id]) for seen in found]

    async def day(self, caller: Caller, on_day: date, department_code: str = "") -> list[DayRow]:
        """按日期查看: who is where on a day, in one department or in all that the caller may see.

        Raises NOT_FOUND DEPARTMENT_NOT_FOUND.
        """
        places = await self._core.directory.know(caller.organisation, department_code)
        if department_code or caller.role in DEPARTMENT_ROLES:
            departments = [reached(places, caller, department_code or caller.organisation).code]
        else:
            departments = [each.code for base in bases_of(places, caller) for each in places.departments(base)]
        async with self._core.database.unit_of_work() as uow:
            found = await store.between(uow.session, departments, on_day, on_day)
            stays = {seen.trainee.trainee_id: seen.stretches for seen in found}
            months = await store.with_teachers(uow.session, stays, on_day, on_day)
        return [DayRow(seen.trainee, month) for seen in found for month in months[seen.trainee.trainee_id]]
