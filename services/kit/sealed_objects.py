"""Sealed objects with rows: pictures whose row stands in a table `paper`, the bytes sealed in an object store (PAP-09).

An object is written before its row and removed after it: a row without an object never stands, an object without a row
is swept away. The service's migration makes `paper` (at least `id`, `object_key`, `sealed_with`) and `discarded_object`
with the triggers that fill it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from services.kit.chores import Chore
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.objects import ObjectStore
from services.kit.vault import key_of

FOLDER = "papers"
ORPHAN_AGE = timedelta(hours=1)
"""An object younger than this may yet get its row."""
DISCARD_AGE = timedelta(seconds=60)
"""A discarded object stays as long as somebody may still be reading it by an old row."""
DRAIN_SECONDS = 15.0
"""Pause between two looks for discarded objects."""
_AT_ONCE = 8

_OLD = "SELECT id, object_key FROM paper WHERE sealed_with <> $1 ORDER BY id LIMIT $2"
_LEFT = "SELECT count(*) FROM paper WHERE sealed_with <> $1"
_MOVE = "UPDATE paper SET object_key = $3, sealed_with = $4 WHERE id = $1 AND object_key = $2"
_KNOWN = """
    SELECT object_key FROM paper WHERE object_key = ANY ($1)
    UNION ALL SELECT object_key FROM discarded_object WHERE object_key = ANY ($1)
"""
_DISCARDED = "SELECT object_key FROM discarded_object WHERE discarded_at <= clock_timestamp() - $1::interval LIMIT 200"
_GONE = "DELETE FROM discarded_object WHERE object_key = ANY ($1)"

_log = structlog.get_logger("kit.sealed_objects")


class Seals(Protocol):
    """What seals bytes."""

    @property
    def key(self) -> str:
        """Name of the key that seals now."""
        ...

    def seal_bytes(self, content: bytes, record_id: str) -> bytes:
        """The bytes sealed for a record."""
        ...

    def open_bytes(self, stored: bytes, record_id: str) -> bytes:
        """What was sealed for it. Raises SealBroken."""
        ...


class SealedObjects:
    """Keeps objects sealed, and clears away those that nobody needs any more."""

    def __init__(self, database: Database, objects: ObjectStore, seals: Seals) -> None:
        self._database = database
        self._objects = objects
        self._seals = seals

    async def keep(self, owner_id: str, content: bytes) -> tuple[str, str]:
        """Seal a picture and store it; its object's key, and the name of the key that sealed it.

        Raises DomainError UNAVAILABLE.
        """
        key = f"{FOLDER}/{owner_id}/{new_id()}"
        sealed = await asyncio.to_thread(self._seals.seal_bytes, content, _bound(key))
        await self._objects.put(key, sealed)
        return key, key_of(sealed)

    async def read(self, object_key: str) -> bytes:
        """What lies under a key, opened. Raises DomainError UNAVAILABLE, SealBroken, ObjectMissing."""
        sealed = await self._objects.get(object_key)
        return await asyncio.to_thread(self._seals.open_bytes, sealed, _bound(object_key))

    async def discard(self, object_key: str) -> None:
        """Remove an object that no row names. Raises DomainError UNAVAILABLE; the sweep finds it then."""
        await self._objects.delete(object_key)

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` pictures of old keys anew, under keys of their own; how many there were."""
        found = await self._database.fetch(_OLD, self._seals.key, limit)
        for start in range(0, len(found), _AT_ONCE):
            keys = [(row["id"], row["object_key"]) for row in found[start : start + _AT_ONCE]]
            await asyncio.gather(*(self._reseal(*each) for each in keys))
        return len(found)

    async def left(self) -> int:
        """How many pictures are still under an old key."""
        return int(await self._database.fetchval(_LEFT, self._seals.key))

    async def drain(self, age: timedelta = DISCARD_AGE) -> int:
        """Remove objects that were discarded at least `age` ago; how many. Raises DomainError UNAVAILABLE."""
        keys = [row["object_key"] for row in await self._database.fetch(_DISCARDED, age)]
        for key in keys:
            await self._objects.delete(key)
        if keys:
            await self._database.execute(_GONE, keys)
        return len(keys)

    async def sweep(self, age: timedelta = ORPHAN_AGE) -> int:
        """PAP-09: remove objects at least `age` old that no row names; how many. Raises DomainError UNAVAILABLE."""
        swept = 0
        async for page in self._objects.listed(FOLDER):
            until = datetime.now(UTC) - age
            keys = [each.key for each in page if each.written_at <= until]
            known = {row["object_key"] for row in await self._database.fetch(_KNOWN, keys)}
            for key in keys:
                if key not in known:
                    await self._objects.delete(key)
                    swept += 1
        return swept

    async def _reseal(self, paper_id: object, old: str) -> None:
        new, name = await self.keep(old.split("/")[1], await self.read(old))
        if await self._database.execute(_MOVE, paper_id, old, new, name) != "UPDATE 1":
            # Removed meanwhile, or sealed anew by somebody else.
            await self.discard(new)


def object_keeper(objects: SealedObjects, seconds: float = DRAIN_SECONDS) -> Chore:
    """PAP-09: removes objects behind the commits that left them, and once after each start what never got its row."""
    swept = False

    async def keep() -> None:
        nonlocal swept
        if not swept:
            count = await objects.sweep()
            swept = True
            if count:
                _log.info("objects without a row removed", count=count)
        await objects.drain()

    return Chore("object keeper", keep, seconds)


def _bound(object_key: str) -> str:
    """What the seal of an object is bound to: moved under another key it does not open."""
    return f"object/{object_key}"
