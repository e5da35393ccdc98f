"""ID-41: everything identity holds about one person, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store.tables import (
    audit,
    factor,
    hat,
    person,
    proposal,
    recovery,
    recovery_code,
    scan_ticket,
    session,
    text_code,
)

_SECRET = frozenset(
    {
        *("password_hash", "login_key", "secret_sealed", "public_key", "credential_id", "last_step", "sign_count"),
        *("secret_hash", "code_hash", "number", "numbers", "generation", "prev_hash", "hash", "position", "content"),
    }
)
"""What proves who somebody is, and what only machines need: never in an export."""
_NEWEST = 5_000
"""The newest so many: the answer stays well within what one message may hold."""


class OwnData:
    """Reads; every method runs inside the caller's unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all_of(self, person_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The person's rows by table, oldest first, the newest 5 000 of each.

        Without secrets and keyed hashes; sealed values as they stand.
        """
        own_sessions = select(session.c.session_id).where(session.c.person_id == person_id)
        return {
            "person": await self._rows(person.c.person_id == person_id, person.c.person_id),
            "hats": await self._rows(hat.c.person_id == person_id, hat.c.given_at),
            "sessions": await self._rows(session.c.person_id == person_id, session.c.began_at),
            "second_factors": await self._rows(factor.c.person_id == person_id, factor.c.begun_at),
            "recovery_codes": await self._rows(recovery_code.c.person_id == person_id, recovery_code.c.used_at),
            "password_recoveries": await self._rows(recovery.c.person_id == person_id, recovery.c.expires_at),
            "codes_sent": await self._rows(text_code.c.subject == person_id, text_code.c.sent_at),
            "scans": await self._rows(scan_ticket.c.session_id.in_(own_sessions), scan_ticket.c.asked_at),
            "proposals": await self._rows(proposal.c.proposed_by == person_id, proposal.c.proposed_at),
            "audit": await self._rows(
                (audit.c.aggregate_id == person_id) | (audit.c.actor == person_id), audit.c.position
            ),
        }

    async def _rows(self, condition: ColumnElement[bool], order: Column[Any]) -> Sequence[Mapping[str, Any]]:
        columns = [c for c in order.table.columns if c.name not in _SECRET and not c.name.endswith("_lookup")]
        statement = select(*columns).where(condition).order_by(order.desc()).limit(_NEWEST)
        return [dict(row) for row in (await self._session.execute(statement)).mappings()][::-1]
