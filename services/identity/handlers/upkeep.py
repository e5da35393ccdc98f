"""ID-42, ID-43: what the platform's operator does to all accounts: erase idle ones, seal anew."""

from __future__ import annotations

from dataclasses import dataclass

from services.identity.core import Core
from services.identity.facts import person_erased
from services.identity.opening import SessionOpener
from services.identity.records import PersonState
from services.identity.store.erasure import Erasure
from services.identity.store.people import People
from services.identity.store.sealed import Sealed, sealed_columns
from services.kit.audit import note
from services.kit.domain import Caller

ERASED_AT_ONCE = 100
REWRAPPED_AT_ONCE = 1000
"""What a limit of zero means."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What `erase_expired` found and did."""

    found: int
    erased: int


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What `rewrap_sealed` did, and what is left to do."""

    rewrapped: int
    left: int


class UpkeepHandlers:
    """Work over all accounts, in small transactions: nobody waits for it, and it may be cut off at any time."""

    def __init__(self, core: Core, opener: SessionOpener) -> None:
        self._core = core
        self._opener = opener

    async def erase_expired(self, caller: Caller, *, dry_run: bool, limit: int) -> Erased:
        """ID-42: erase accounts not seen for the retention period; each in a transaction of its own.

        What stays: the id, the hats as they were, the audit. Decisions keep naming the id; nothing says who it was.
        With `dry_run` they are counted only. `limit` is the most to erase, 0 for a hundred.
        """
        core, now = self._core, self._core.clock.now()
        before = now - core.settings.retention
        async with core.database.unit_of_work() as uow:
            store = Erasure(uow.session)
            found = await store.count_due(before)
            due = [] if dry_run else await store.due(before, limit or ERASED_AT_ONCE)
        erased = 0
        for person_id in due:
            async with core.database.unit_of_work() as uow:
                person = await People(uow.session).by_id(person_id, lock=True)
                # Looked at again under the lock: they may have come back this very moment.
                if person is None or person.state is PersonState.ERASED or person.seen_at >= before:
                    continue
                await self._opener.end_all(uow, person_id, "erased")
                await Erasure(uow.session).erase(person, now)
                days = core.settings.retention.days
                await note(uow, core.clock, "person_erased", person_id, who=caller, detail={"retention_days": days})
                uow.add_fact(person_erased(person_id, now))
                erased += 1
        return Erased(found, erased)

    async def rewrap_sealed(self, limit: int) -> Rewrapped:
        """ID-43: seal values under older keys anew with the current one; reads go on meanwhile, with either key.

        `limit` is the most to seal, 0 for a thousand. An older key may be thrown away when nothing is left.
        """
        core = self._core
        room = limit or REWRAPPED_AT_ONCE
        done = 0
        for column in sealed_columns():
            if done < room:
                async with core.database.unit_of_work() as uow:
                    done += await Sealed(uow.session, core.vault).rewrap(column, room - done)
        async with core.database.unit_of_work() as uow:
            store = Sealed(uow.session, core.vault)
            left = sum([await store.left(column) for column in sealed_columns()])
        return Rewrapped(done, left)
