"""The eligibility clock: as somebody stands, and told when their day has come (QUAL-10, QUAL-11)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.directory import Places
from services.faculty.domain.eligibility import EligibilityClock, clock_of
from services.faculty.store import reminders
from services.faculty.store.policies import policy_of
from services.faculty.store.standing import belongs, facts_of, newest_bases
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

AT_ONCE = 200
"""People whose day is looked at in one transaction; a fact has room for 500."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The clock of somebody, and whether a reminder is set."""

    clock: EligibilityClock
    reminder: bool


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were told, and how many have yet to be looked at."""

    reminded: int
    left: int


def no_such_person() -> DomainError:
    """What a person out of reach and one who does not exist look like."""
    return DomainError(Kind.NOT_FOUND, "PERSON_NOT_FOUND", "没有找到该人员。", field="person_id")


def asked_about(caller: Caller, person_id: str) -> str:
    """The person who is asked about: the caller where none is named; a program is nobody.

    Raises NOT_FOUND PERSON_NOT_FOUND.
    """
    if not person_id and caller.scopes is not None:
        raise no_such_person()
    return person_id or caller.person_id


async def check_reach(session: AsyncSession, places: Places, caller: Caller, person_id: str) -> None:
    """C7.14: 教学部 reaches who asked to teach, or teaches, at its base. Raises NOT_FOUND PERSON_NOT_FOUND."""
    own = places.own_base(caller)
    if not own or not await belongs(session, person_id, places.hospitals(own)):
        raise no_such_person()


class EligibilityHandlers:
    """Reads the clock, keeps and gives reminders."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def get(self, caller: Caller, person_id: str, reference: date | None) -> Eligibility:
        """QUAL-10: one's own clock, or, for 教学部, of somebody of its base; of today unless a day is named.

        For oneself it counts for the base at which one last asked to teach. Raises NOT_FOUND PERSON_NOT_FOUND.
        """
        who = asked_about(caller, person_id)
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            base = ""
            if who != caller.person_id:
                if caller.role != "teaching_department":
                    raise no_such_person()
                await check_reach(session, places, caller, who)
                base = places.own_base(caller)
            now = await self._core.deeds.now(session)
            day = reference or now.astimezone(DAY_ZONE).date()
            clock = (await self._clocks(session, places, [who], day, base))[who]
            wanted, _ = await reminders.asked(session, who)
        return Eligibility(clock, wanted)

    async def set_reminder(self, caller: Caller, wanted: bool, key: str) -> date | None:
        """QUAL-11: be told on the day, or not any more; the day, None when it is past or cannot be told yet.

        A day that cannot be told now is looked for every day. Whoever qualifies already is reminded of nothing.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            due = None
            if wanted:
                clock = (await self._clocks(deed.session, places, [caller.person_id], deed.today, ""))[caller.person_id]
                due = clock.qualifies_on
            if not wanted or (due is not None and due <= deed.today):
                await reminders.drop(deed.session, caller.person_id)
            else:
                await reminders.ask(deed.session, caller.person_id, due, deed.today, deed.now)
            await deed.note("eligibility_reminder_set", caller.person_id, detail={"wanted": wanted})
            return ""

        body = json.dumps(["SetEligibilityReminder", wanted]).encode()
        await self._core.deeds.run(caller, key, body, work)
        async with self._core.database.unit_of_work() as uow:
            return (await reminders.asked(uow.session, caller.person_id))[1]

    async def remind(self, caller: Caller, on: date) -> Reminded:
        """QUAL-11: look at every reminder not looked at on this day, some at a time, and tell whose day has come.

        Each is told once; a day that evidence or the dossier has moved is kept as it is now.
        """
        places = await self._core.directory.know()
        done = 0

        async def work(deed: Deed) -> None:
            nonlocal done
            found = await reminders.unchecked(deed.session, on, AT_ONCE)
            clocks = await self._clocks(deed.session, places, found, on, "")
            due = []
            for each in found:
                day = clocks[each].qualifies_on
                await reminders.looked_at(deed.session, each, day, on)
                if day is not None and day <= on:
                    due.append(each)
            if due:
                await reminders.told(deed.session, due, deed.now)
                body = events_pb2.EligibilityReached(person_ids=due, on_day=on.isoformat())
                told = new_id()
                deed.fact("eligibility.reached", body, told, 1)
                await deed.note("eligibility_reminded", told, detail={"people": len(due)})
            done = len(due)

        await self._core.deeds.by_itself(work, caller)
        async with self._core.database.unit_of_work() as uow:
            return Reminded(done, await reminders.count_unchecked(uow.session, on))

    async def _clocks(
        self, session: AsyncSession, places: Places, person_ids: Sequence[str], on: date, base: str
    ) -> dict[str, EligibilityClock]:
        """The clocks of several, each for its own base unless one is named."""
        bases = {} if base else await newest_bases(session, person_ids)
        by_base: dict[str, list[str]] = defaultdict(list)
        for each in person_ids:
            by_base[base or bases.get(each, "")].append(each)
        found: dict[str, EligibilityClock] = {}
        for code, people in by_base.items():
            policy = await policy_of(session, places, code)
            for each, facts in (await facts_of(session, self._core.sealing, people, code)).items():
                found[each] = clock_of(facts, on, policy)
        return found
