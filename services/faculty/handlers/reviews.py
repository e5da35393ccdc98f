"""年度维护: the secretary looks through the teachers of the own department once a year (APPT-07, APPT-20, C5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.appointment import Event
from services.faculty.domain.entry_rules import TITLES
from services.faculty.handlers.appointment_deeds import carry_out, decided, reached
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.faculty.store.cells import lock_months
from services.kit.domain import Caller, DomainError, Kind


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment to be confirmed, as it was looked at."""

    appointment_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one; `code` and `message` are empty when it was done."""

    appointment_id: str
    code: str = ""
    message: str = ""


class Reviews:
    """The yearly review, as secretaries do it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def confirm(self, caller: Caller, wishes: Sequence[Wish], key: str) -> list[Result]:
        """APPT-20: confirm several as they are; each is done or refused on its own. In the order of the wishes."""
        places = await self._core.directory.know(caller.organisation)
        body = json.dumps([[each.appointment_id, each.version] for each in wishes]).encode()

        async def work(deed: Deed) -> str:
            refused: dict[str, tuple[str, str]] = {}
            # In the order of ids: two secretaries who confirm the same people never wait for each other.
            for wish in sorted({each.appointment_id: each for each in wishes}.values(), key=lambda w: w.appointment_id):
                try:
                    one = await reached(deed, places, wish.appointment_id, wish.version)
                    outcome = await decided(deed, one, Event.CONFIRM)
                except DomainError as refusal:
                    refused[wish.appointment_id] = (refusal.reason, refusal.message)
                else:
                    await carry_out(deed, one, outcome, "confirmed")
            return json.dumps(refused, ensure_ascii=False)

        refused = json.loads(await self._core.deeds.run(caller, key, body, work))
        return [Result(each.appointment_id, *refused.get(each.appointment_id, ("", ""))) for each in wishes]

    async def correct(
        self, caller: Caller, appointment_id: str, version: int, title: str, extra: Sequence[str], key: str
    ) -> None:
        """APPT-20: confirm one with another title (empty leaves it) and these further departments.

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED, MONTHS_PLANNED when months are planned
                in a department that is left out; NOT_NOW REVIEW_NOT_OPEN, OVER; FORBIDDEN OWN_CASE; INVALID
                UNKNOWN_ORGANISATION, UNKNOWN_TITLE, DEPARTMENT_TWICE.
        """
        if title and title not in TITLES:
            raise DomainError(Kind.INVALID, "UNKNOWN_TITLE", "没有这个职称。", field="title", rule="APPT-20")
        places = await self._core.directory.know(caller.organisation, *extra)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            outcome = await decided(deed, one, Event.CORRECT)
            check_departments(places, one, extra)
            left = [each for each in one.extra_departments if each not in extra]
            await lock_months(deed.session, [one.base_code])
            if await store.planned_departments(deed.session, one.person_id, left, deed.today):
                message = "该师资在移除的科室还有带教安排，请先由该科室调整。"
                raise DomainError(Kind.CONFLICT, "MONTHS_PLANNED", message, rule="APPT-20")
            values = {"title": title or one.title, "extra_departments": list(extra)}
            before = {"title": one.title, "extra_departments": one.extra_departments}
            await carry_out(deed, one, outcome, "corrected", values=values, detail={"corrected": before})
            return appointment_id

        body = json.dumps([appointment_id, version, title, list(extra)]).encode()
        await self._core.deeds.run(caller, key, body, work)


def check_departments(places: Places, one: Appointment, extra: Sequence[str]) -> None:
    """C7.12: further departments are departments of the hospitals of the base, each named once.

    Raises INVALID UNKNOWN_ORGANISATION, DEPARTMENT_TWICE.
    """
    ours = {*places.hospitals(places.deciding_base(one.base_code)), one.base_code}
    for code in extra:
        department = places.require(code, "department", "extra_department_codes")
        if department.parent_code not in ours:
            raise DomainError(
                Kind.INVALID, "UNKNOWN_ORGANISATION", "没有这个机构。", field="extra_department_codes", rule="APPT-20"
            )
    if len({one.department_code, *extra}) != len(extra) + 1:
        raise DomainError(
            Kind.INVALID, "DEPARTMENT_TWICE", "同一科室不能重复填写。", field="extra_department_codes", rule="APPT-20"
        )
