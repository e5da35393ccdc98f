"""What support and the auditor look at: sessions in another's place, rows of the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store.tables import audit, session


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the audit as the auditor reads it."""

    position: int
    at: datetime
    act: str
    aggregate_id: str
    actor: str
    actor_role: str
    organisation_code: str
    address: str
    reason: str
    outcome: str
    detail: str


_COLUMNS = tuple(audit.c[name] for name in AuditRow.__dataclass_fields__)


class Watching:
    """Reads only."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def acting_sessions(self, person_id: str, now: datetime) -> Sequence[str]:
        """Ids of the sessions that this person has in the place of others and that have not ended."""
        statement = select(session.c.session_id).where(
            session.c.acting_by == person_id, session.c.ended_at.is_(None), session.c.ends_at > now
        )
        return list(await self._session.scalars(statement))

    async def rows(self, aggregate_id: str, act: str, before: int, limit: int) -> Sequence[AuditRow]:
        """Rows of the audit, newest first, older than the position `before` (0: from the newest)."""
        statement = select(*_COLUMNS).order_by(audit.c.position.desc()).limit(limit)
        if aggregate_id:
            statement = statement.where(audit.c.aggregate_id == aggregate_id)
        if act:
            statement = statement.where(audit.c.act == act)
        if before:
            statement = statement.where(audit.c.position < before)
        return [AuditRow(**row) for row in (await self._session.execute(statement)).mappings()]
