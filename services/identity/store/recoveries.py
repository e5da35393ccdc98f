"""Password recoveries: every method runs inside the caller's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store.tables import recovery


@dataclass(frozen=True, slots=True)
class Recovery:
    """Somebody who wants a new password; instants are aware UTC."""

    recovery_id: str
    person_id: str | None
    """None when login and number did not belong together."""
    pair_lookup: bytes = field(repr=False)
    """Keyed hash of the login and the number as typed."""
    mobile_sealed: bytes = field(repr=False)
    """The number as typed, E.164, bound to the recovery."""
    asked_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


_COLUMNS = tuple(recovery.c[name] for name in Recovery.__dataclass_fields__)


class Recoveries:
    """Recoveries."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def since(self, pair_lookup: bytes, since: datetime) -> list[datetime]:
        """When this pair asked since then, newest first; whoever else asks for it waits for this transaction."""
        key = int.from_bytes(pair_lookup[:8], "big", signed=True)
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        statement = (
            select(recovery.c.asked_at)
            .where(recovery.c.pair_lookup == pair_lookup, recovery.c.asked_at > since)
            .order_by(recovery.c.asked_at.desc())
        )
        return list(await self._session.scalars(statement))

    async def add(self, new: Recovery) -> None:
        """Write a new recovery."""
        values = {name: getattr(new, name) for name in Recovery.__dataclass_fields__}
        await self._session.execute(insert(recovery).values(values))

    async def locked(self, recovery_id: str) -> Recovery | None:
        """The recovery; whoever else asks for it waits until this transaction ends."""
        statement = select(*_COLUMNS).where(recovery.c.recovery_id == recovery_id).with_for_update()
        row = (await self._session.execute(statement)).mappings().one_or_none()
        return None if row is None else Recovery(**row)

    async def use(self, recovery_id: str, at: datetime) -> None:
        """Mark it used: it opens nothing more."""
        await self._session.execute(update(recovery).where(recovery.c.recovery_id == recovery_id).values(used_at=at))

    async def remove(self, recovery_id: str) -> None:
        """Forget one whose code never left."""
        await self._session.execute(delete(recovery).where(recovery.c.recovery_id == recovery_id))

    async def forget(self, before: datetime) -> None:
        """Delete those asked for before then."""
        await self._session.execute(delete(recovery).where(recovery.c.asked_at < before))
