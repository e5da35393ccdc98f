"""Upkeep of sealed data: keys that are replaced, people who are erased."""

from __future__ import annotations

import structlog

from residency.identity.v1 import events_pb2 as identity
from services.enrollment.store.papers import PaperStore
from services.enrollment.store.sealed import SealedStore
from services.kit.database import UnitOfWork
from services.kit.delivery import Delivery

AT_ONCE = 200
"""Rows sealed anew without letting commands pass in between."""
PICTURES_AT_ONCE = 100
"""Pictures sealed anew by one order: each is read and written whole."""

_log = structlog.get_logger("enrollment.upkeep")


class Upkeep:
    """What the operator orders and what identity tells."""

    def __init__(self, sealed: SealedStore, papers: PaperStore) -> None:
        self._sealed = sealed
        self._papers = papers

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` rows and pictures anew (a section, a frozen dossier, …); done, and left over.

        Reads open both keys all the while.
        """
        done = 0
        while done < limit:
            batch = min(AT_ONCE, limit - done)
            found = await self._sealed.rewrap(batch)
            done += found
            if found < batch:
                break
        done += await self._papers.rewrap(min(PICTURES_AT_ONCE, limit - done))
        return done, await self._sealed.left() + await self._papers.left()

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """PRIV-05: forget who was erased, within `uow`; other facts of identity mean nothing here.

        Raises DecodeError for a body that cannot be read.
        """
        if delivery.event_type != identity.PersonErased.DESCRIPTOR.full_name:
            return
        person_id = identity.PersonErased.FromString(delivery.body).person_id
        await self._papers.forget(uow, person_id)
        forgotten = await self._sealed.forget(uow, person_id)
        _log.info("person forgotten", applications=forgotten)
