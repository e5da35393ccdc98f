"""Failed tries: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store.tables import attempt
from services.kit.ids import new_id

_MOST = 200
"""Failures of a bucket that are ever looked at: more than any limit."""


class Attempts:
    """When tries failed, by bucket."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def since(self, buckets: Sequence[bytes], begin: datetime) -> Mapping[bytes, list[datetime]]:
        """Failures after `begin` by bucket, newest first."""
        statement = (
            select(attempt.c.bucket, attempt.c.at)
            .where(attempt.c.bucket.in_(buckets), attempt.c.at > begin)
            .order_by(attempt.c.at.desc())
            .limit(_MOST)
        )
        found: dict[bytes, list[datetime]] = {}
        for bucket, at in (await self._session.execute(statement)).all():
            found.setdefault(bucket, []).append(at)
        return found

    async def add(self, buckets: Sequence[bytes], at: datetime) -> None:
        """Write a failure into each bucket."""
        rows = [{"attempt_id": new_id(), "bucket": bucket, "at": at} for bucket in buckets]
        if rows:
            await self._session.execute(insert(attempt), rows)

    async def forget(self, before: datetime) -> None:
        """Delete what is older than any limit looks back."""
        await self._session.execute(delete(attempt).where(attempt.c.at < before))

    async def lock(self, bucket: bytes) -> None:
        """Let tries in one bucket pass one at a time until the transaction ends."""
        number = int.from_bytes(bucket[:8], "big", signed=True)
        await self._session.execute(select(func.pg_advisory_xact_lock(number)))

    async def take_newest(self, bucket: bytes) -> None:
        """Delete the newest failure of a bucket."""
        newest = (
            select(attempt.c.attempt_id)
            .where(attempt.c.bucket == bucket)
            .order_by(attempt.c.at.desc(), attempt.c.attempt_id.desc())
            .limit(1)
            .scalar_subquery()
        )
        await self._session.execute(delete(attempt).where(attempt.c.attempt_id == newest))
