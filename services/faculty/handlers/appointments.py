"""Appointments read: a department's, a base's, a province's, one's own; and their levels (APPT-18, APPT-19)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.domain.appointment import Event
from services.faculty.handlers.appointment_deeds import carry_out, decided, reached
from services.faculty.handlers.seen_appointments import Seen, reach_of, seen, sees
from services.faculty.store import appointments as store
from services.faculty.store import listed_appointments as lists
from services.faculty.store.appointments import Appointment, Happened
from services.faculty.store.listed_appointments import Wanted
from services.kit.database import UnitOfWork
from services.kit.domain import Caller

_BETWEEN_OFFICES = {"dismissal_proposed", "dismissal_refused"}
"""What passes between department and 教学部: the person concerned reads what is decided."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of appointments. `next_token` is empty at the end."""

    items: list[Seen]
    total: int
    next_token: str


class Appointments:
    """Reading, and levels."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def page(self, caller: Caller, wanted: Wanted, limit: int, after: str) -> Listed:
        """APPT-18: those in the caller's reach, by name; a department sees who teaches there besides, too."""
        places = await self._core.directory.know(caller.organisation)
        reach = reach_of(places, caller)
        async with self._core.database.unit_of_work() as uow:
            found = await lists.page(uow.session, reach, wanted, limit + 1, after)
            total = await lists.count(uow.session, reach, wanted)
            items = await self._seen(uow, caller, found[:limit])
        return Listed(items, total, found[limit - 1].appointment_id if len(found) > limit else "")

    async def get(self, caller: Caller, appointment_id: str) -> tuple[Seen, list[Happened]]:
        """APPT-18: one in the caller's reach with its history, oldest first. Raises NOT_FOUND APPOINTMENT_NOT_FOUND.

        The person themselves, in whatever role, reads what was decided, not what was proposed, and not by whom.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            one = await store.require(uow.session, appointment_id)
            if not sees(places, caller, one):
                raise store.absent()
            history = await store.events(uow.session, appointment_id)
            [found] = await self._seen(uow, caller, [one])
        if caller.person_id == found.appointment.person_id:
            history = [replace(each, by="") for each in history if each.kind not in _BETWEEN_OFFICES]
        return found, history

    async def mine(self, caller: Caller) -> list[Seen]:
        """One's own, newest first."""
        async with self._core.database.unit_of_work() as uow:
            return await self._seen(uow, caller, await store.all_of(uow.session, caller.person_id))

    async def now(self, caller: Caller, appointment_id: str) -> Seen:
        """One as it stands, for whoever has just changed it."""
        async with self._core.database.unit_of_work() as uow:
            [found] = await self._seen(uow, caller, [await store.require(uow.session, appointment_id)])
        return found

    async def set_level(
        self, caller: Caller, appointment_id: str, version: int, level: str, reason: str, key: str
    ) -> None:
        """APPT-19: give a level or take it away; 教学部 or the province, never the person (C7.22).

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED; FORBIDDEN OWN_CASE; NOT_NOW OVER,
                WRONG_STATE; INVALID REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            outcome = await decided(deed, one, Event.SET_LEVEL)
            detail = {"level": {"before": one.level, "now": level}}
            await carry_out(deed, one, outcome, "level_set", values={"level": level}, reason=reason, detail=detail)
            return appointment_id

        await self._core.deeds.run(caller, key, json.dumps([appointment_id, version, level, reason]).encode(), work)

    async def _seen(self, uow: UnitOfWork, caller: Caller, found: list[Appointment]) -> list[Seen]:
        today = (await self._core.deeds.now(uow.session)).astimezone(DAY_ZONE).date()
        return await seen(uow.session, caller, found, today)
