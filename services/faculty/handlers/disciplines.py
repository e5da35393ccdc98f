"""Standards of specialties, and which department trains in which discipline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Organisation, Places
from services.faculty.domain.planning import Ward
from services.faculty.domain.standards import Catalogue, Standard
from services.faculty.handlers.trainees import bases_of
from services.faculty.standards import standards
from services.faculty.store import plans as store
from services.faculty.store.appointment_tables import appointment
from services.kit.domain import Caller, DomainError, Kind

OPEN = ("pending", "active", "suspended")
"""States of an appointment that somebody holds."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department and what it trains in."""

    organisation: Organisation
    ward: Ward


@dataclass(frozen=True, slots=True)
class SetDiscipline:
    """What a department is said to train in."""

    department_code: str
    disciplines: tuple[str, ...]
    places: int
    key: str
    body: bytes


class Disciplines:
    """Use cases about standards and disciplines."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def standards(self, specialty_code: str = "") -> list[Standard]:
        """轮转专业规范, by specialty; only the one asked for."""
        known = standards().standards
        return [known[code] for code in sorted(known) if specialty_code in ("", code)]

    def catalogue(self) -> Catalogue:
        """Every discipline and standard there is."""
        return standards()

    async def list_departments(self, caller: Caller, base_code: str) -> list[Department]:
        """ROT-09: the departments of the bases in the caller's reach, or of the one named, each with what it trains in.

        Somebody of the faculty has the bases that appointed them. Raises NOT_FOUND BASE_NOT_FOUND.
        """
        places = await self._core.directory.know(caller.organisation, base_code)
        async with self._core.database.unit_of_work() as uow:
            if caller.role == "faculty":
                mine = (appointment.c.person_id == caller.person_id, appointment.c.state.in_(OPEN))
                bases = sorted(await uow.session.scalars(select(appointment.c.base_code).distinct().where(*mine)))
                if base_code and base_code not in bases:
                    raise no_base()
                bases = [base_code] if base_code else bases
            else:
                bases = bases_of(places, caller, base_code)
            found = [each for base in bases for each in places.departments(base)]
            wards = {ward.code: ward for ward in await store.wards(uow.session, [each.code for each in found])}
        return [Department(each, wards.get(each.code, Ward(each.code, frozenset()))) for each in found]

    async def set_discipline(self, caller: Caller, order: SetDiscipline) -> Department:
        """ROT-09: say what a department trains in, and how many trainees it plans for at a time.

        Raises NOT_FOUND DEPARTMENT_NOT_FOUND; INVALID UNKNOWN_DISCIPLINE.
        """
        places = await self._core.directory.know(caller.organisation, order.department_code)
        found = reached(places, caller, order.department_code)
        check_disciplines(order.disciplines)
        ward = Ward(order.department_code, frozenset(order.disciplines), order.places)

        async def work(deed: Deed) -> str:
            base_code = places.base_of(order.department_code)
            await store.set_ward(deed.session, ward, base_code, caller.actor, deed.now)
            detail: dict[str, str | int | bool] = {
                "disciplines": " ".join(sorted(ward.disciplines)),
                "places": ward.places,
            }
            await deed.note("discipline_set", order.department_code, detail=detail)
            return order.department_code

        await self._core.deeds.run(caller, order.key, order.body, work)
        async with self._core.database.unit_of_work() as uow:
            [now] = await store.wards(uow.session, [order.department_code])
        return Department(found, now)


def check_disciplines(disciplines: Collection[str]) -> None:
    """ROT-09: a department trains in disciplines that the standards know. Raises INVALID UNKNOWN_DISCIPLINE."""
    if set(disciplines) - standards().disciplines.keys():
        message = "没有这个轮转学科。"
        raise DomainError(Kind.INVALID, "UNKNOWN_DISCIPLINE", message, field="disciplines", rule="ROT-09")


def reached(places: Places, caller: Caller, department_code: str) -> Organisation:
    """ROT-05: the department, in the caller's reach. Raises NOT_FOUND DEPARTMENT_NOT_FOUND for any other."""
    found = places.find(department_code)
    base = places.base_of(department_code)
    if found is None or found.kind != "department" or not places.reaches(caller, base, department_code):
        message = "没有这个科室。"
        raise DomainError(Kind.NOT_FOUND, "DEPARTMENT_NOT_FOUND", message, field="department_code", rule="ROT-05")
    return found


def no_base() -> DomainError:
    """Absent, or out of reach."""
    return DomainError(Kind.NOT_FOUND, "BASE_NOT_FOUND", "没有这个基地。", field="base_code", rule="ROT-05")
