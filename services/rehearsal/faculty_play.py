"""OPS-94: a faculty season as the player of a rehearsal needs it: prepare, play, compare, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.rehearsal.faculty_cast import FacultyCast, pictures_of, staff_mobiles
from services.rehearsal.faculty_people import Teacher, make_teachers
from services.rehearsal.faculty_season import FacultySeason
from services.rehearsal.faculty_session import Deeds
from services.rehearsal.operator import Operator
from services.rehearsal.province import BaseEntry, Province
from services.rehearsal.rest import Rest
from services.rehearsal.site import Site
from services.rehearsal.timetable import Timetable
from services.stack.authenticator import Keyring
from services.verifier import faculty_queries as queries
from services.verifier.finding import Finding

_GRACE = timedelta(milliseconds=500)
"""Between the look at the clock that lets a command pass and the instant that is written down."""
_SETTLE_SECONDS = 60.0
"""How long after the season the clock may take to expire who is left."""


class FacultyPlay:
    """`count` teachers of `bases`; with none, or no department among the bases, nothing is done and nothing told."""

    def __init__(self, site: Site, seed: int, tag: str, count: int, bases: Sequence[BaseEntry]) -> None:
        self._site = site
        self._seed = seed
        self.teachers: Sequence[Teacher] = make_teachers(count, seed, tag, list(bases)) if count else ()
        self._season: FacultySeason | None = None
        self._deeds = Deeds()
        self._states: dict[str, int] = {}
        self._months = 0

    def numbers(self) -> list[str]:
        """Every identity and mobile number that its people enter anywhere."""
        own = [number for each in self.teachers for number in (each.person.resident_id, each.person.phone)]
        return [*own, *staff_mobiles(len({each.base.code for each in self.teachers}))]

    async def prepare(self, rest: Rest, operator: Operator, province: Province, keyring: Keyring) -> None:
        """Accounts and hats, before the first day. Raises DomainError when one cannot be had."""
        if self.teachers:
            cast = FacultyCast(rest, operator, self._site.secret, keyring)
            self._deeds = cast.deeds
            self._season = await cast.season(province, self.teachers, self._seed)

    async def run(self, timetable: Timetable) -> None:
        """Play beside the recruitment."""
        if self._season is not None:
            async with pictures_of(self._site) as pictures:
                await self._season.run(timetable, pictures)

    async def findings(self) -> list[Finding]:
        """What must hold of the batches, once the season is over; nothing where none was played."""
        if self._season is None:
            return []
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _SETTLE_SECONDS
        while True:
            found = [Finding.of("faculty", _TITLE, 0, ["the database of faculty cannot be read"])]
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                found = await self._look()
            if all(each.holds for each in found) or loop.time() >= give_up:
                return found
            await asyncio.sleep(0.5)

    def as_json(self) -> dict[str, Any]:
        """`faculty` of the report; empty where nothing was played."""
        return {} if self._season is None else {"faculty": self._told(self._season)}

    def _told(self, season: FacultySeason) -> dict[str, Any]:
        return {
            "teachers": len(self.teachers),
            "batches": sum(1 for office in season.offices if office.batch_id),
            "candidacies": dict(sorted(self._states.items())),
            "months_given": self._months,
            "commands_accepted": dict(sorted(self._deeds.done.items())),
        }

    async def _look(self) -> list[Finding]:
        connection = await asyncpg.connect(
            self._site.databases["faculty"], timeout=5, server_settings={"default_transaction_read_only": "on"}
        )
        try:
            assert self._season is not None
            batches = [UUID(office.batch_id) for office in self._season.offices if office.batch_id]
            return [
                await self._batches(connection, batches),
                await self._decisions(connection, batches),
                await self._appointments(connection, batches),
                await self._audit(connection, batches),
            ]
        finally:
            await connection.close(timeout=2)

    async def _batches(self, connection: Any, batches: Sequence[UUID]) -> Finding:
        self._states, broken = {}, []
        for batch in batches:
            for row in await connection.fetch(queries.CANDIDACIES, batch):
                self._states[row["state"]] = self._states.get(row["state"], 0) + row["count"]
            broken += await connection.fetch(queries.STILL_WAITING, batch)
        offices = len(self._season.offices) if self._season else 0
        told = [_tell(row) for row in broken] + ["a batch could not be opened"] * (offices - len(batches))
        return Finding.of(
            "faculty-waits", "nobody waits in a batch that has closed", len(batches) + sum(self._states.values()), told
        )

    async def _decisions(self, connection: Any, batches: Sequence[UUID]) -> Finding:
        broken = []
        for batch in batches:
            for query in (queries.OUTSIDE_THE_WINDOW, queries.SUBMITTED_LATE):
                broken += await connection.fetch(query, batch, _GRACE)
        title = "no candidacy was submitted or decided outside its days"
        checked = len(batches) + sum(self._states.values())
        return Finding.of("faculty-days", title, checked, [_tell(row) for row in broken])

    async def _appointments(self, connection: Any, batches: Sequence[UUID]) -> Finding:
        broken = []
        for batch in batches:
            for query in (queries.APPOINTMENTS_UNLIKE_DECISIONS, queries.APPOINTED_TWICE, queries.TAUGHT_UNAPPOINTED):
                broken += await connection.fetch(query, batch)
        self._months = sum([await connection.fetchval(queries.MONTHS, batch) for batch in batches])
        title = "one appointment a person, of those recommended and nobody else"
        checked = len(batches) + sum(self._states.values()) + self._months
        return Finding.of("faculty-appointments", title, checked, [_tell(row) for row in broken])

    async def _audit(self, connection: Any, batches: Sequence[UUID]) -> Finding:
        accepted = self._deeds.accepted
        there = {row["key"]: row["times"] for row in await connection.fetch(queries.KEYS, list(accepted))}
        broken = [
            f"{name} {key} was taken {there.get(key, 0)} times" for key, name in accepted.items() if there.get(key) != 1
        ]
        for batch in batches:
            broken += [_tell(row) for row in await connection.fetch(queries.UNAUDITED, batch)]
        title = "every accepted command was taken once, every candidacy stands in the audit"
        return Finding.of("faculty-audit", title, len(accepted), broken)


_TITLE = "a faculty season"


def _tell(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items())
