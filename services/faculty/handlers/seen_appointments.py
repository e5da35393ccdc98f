"""Appointments as somebody sees them: what is in reach, and what may be done there (APPT-05, APPT-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.directory import Places
from services.faculty.domain.appointing import Outcome, capabilities
from services.faculty.domain.appointment import Event, Review
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.faculty.store.listed_appointments import Reach
from services.faculty.store.standing import Numbers, standing_numbers
from services.kit.domain import Caller

TEACHER = "faculty"


@dataclass(frozen=True, slots=True)
class Seen:
    """An appointment as somebody sees it."""

    appointment: Appointment
    capabilities: dict[Event, Outcome]
    standing: Numbers


def sees(places: Places, caller: Caller, one: Appointment) -> bool:
    """APPT-05: the person themselves; every department in which they teach; 教学部 and province by the hospital."""
    if caller.role == TEACHER:
        return caller.person_id == one.person_id
    return any(places.reaches(caller, one.base_code, department) for department in one.departments)


def reach_of(places: Places, caller: Caller, *, besides: bool = True) -> Reach:
    """APPT-05: which appointments a hat of staff lists. `besides`: with people of other departments who teach here."""
    own = places.find(caller.organisation)
    if own is None:
        return Reach()
    if own.kind == "department":
        return Reach(department_code=own.code, besides=besides)
    if own.kind == "province":
        return Reach(places.bases(own.code))
    return Reach(places.hospitals(own.code))


async def seen(session: AsyncSession, caller: Caller, found: Sequence[Appointment], today: date) -> list[Seen]:
    """These appointments with what the caller may do today. That a dismissal is proposed, its person is not shown."""
    cases = await store.cases_of(session, found)
    numbers: dict[tuple[str, str], Numbers] = {}
    for base_code in sorted({one.base_code for one in found}):
        people = [one.person_id for one in found if one.base_code == base_code]
        for person_id, standing in (await standing_numbers(session, people, base_code, today)).items():
            numbers[person_id, base_code] = standing
    shown = []
    for one, case in zip(found, cases, strict=True):
        may = capabilities(
            case,
            caller.role,
            today,
            own_case=caller.person_id == one.person_id,
            own_department=caller.organisation == one.department_code,
        )
        if caller.person_id == one.person_id and one.review_state is Review.DISMISSAL_PROPOSED:
            one = replace(one, review_state=Review.DUE)
        shown.append(Seen(one, may, numbers.get((one.person_id, one.base_code), Numbers())))
    return shown
