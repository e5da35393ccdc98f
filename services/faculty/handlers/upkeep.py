"""Upkeep of sealed data over all areas of faculty: keys that are replaced, people who are erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from residency.identity.v1 import events_pb2 as identity
from services.faculty.store import (
    appointments,
    candidacies,
    cells,
    dossiers,
    drafts,
    leave,
    papers,
    ratings,
    rosters,
    standing,
    trainees,
)
from services.faculty.store.dossiers import Dossiers, Sealing
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery
from services.kit.sealed_objects import SealedObjects

AT_ONCE = 200
"""Rows sealed anew in one transaction."""
PICTURES_AT_ONCE = 100
"""Pictures sealed anew by one order: each is read and written whole."""


class Sealed(Protocol):
    """A store whose rows hold sealed values."""

    async def rewrap(self, session: AsyncSession, sealing: Sealing, limit: int) -> int:
        """Seal up to `limit` rows of old keys with the current one; how many."""
        ...

    async def count_old(self, session: AsyncSession, sealing: Sealing) -> int:
        """How many are still sealed with an old key."""
        ...


SEALED: Sequence[Sealed] = (dossiers, drafts, candidacies, standing, ratings, rosters)
"""PRIV-04: every store with sealed values."""
FORGETS: Sequence[Callable[[AsyncSession, str], Awaitable[None]]] = (
    *(papers.forget, drafts.forget, candidacies.forget, standing.forget),
    *(ratings.forget, rosters.forget, appointments.forget, cells.forget, leave.forget, trainees.forget),
)
"""PRIV-05: what each area forgets of a person."""


class Upkeep:
    """What the operator orders and what identity tells. Without `objects` there are no pictures."""

    def __init__(self, database: Database, sealing: Sealing, objects: SealedObjects | None = None) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` rows and pictures anew with the current key; done, and left over.

        Reads open both keys all the while.
        """
        done = 0
        for store in SEALED:
            while done < limit:
                batch = min(AT_ONCE, limit - done)
                async with self._database.unit_of_work() as uow:
                    found = await store.rewrap(uow.session, self._sealing, batch)
                done += found
                if found < batch:
                    break
        left = 0
        if self._objects is not None:
            done += await self._objects.rewrap(min(PICTURES_AT_ONCE, limit - done))
            left += await self._objects.left()
        async with self._database.unit_of_work() as uow:
            for store in SEALED:
                left += await store.count_old(uow.session, self._sealing)
        return done, left

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """PRIV-05: forget who was erased, within `uow`; other facts of identity mean nothing here.

        Raises DecodeError for a body that cannot be read.
        """
        if delivery.event_type != identity.PersonErased.DESCRIPTOR.full_name:
            return
        person_id = identity.PersonErased.FromString(delivery.body).person_id
        await Dossiers(uow.session, person_id, self._sealing).forget()
        for forget in FORGETS:
            await forget(uow.session, person_id)
