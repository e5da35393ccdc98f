"""Tickets for signing in with a phone: every method runs inside the caller's unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.scan import Ticket, TicketState
from services.identity.store.tables import scan_ticket

_COLUMNS = tuple(scan_ticket.c[name] for name in Ticket.__dataclass_fields__)


class Scans:
    """Tickets."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, new: Ticket) -> None:
        """Write a new ticket."""
        values: dict[str, Any] = {name: getattr(new, name) for name in Ticket.__dataclass_fields__}
        values |= {"state": new.state.value, "numbers": list(new.numbers)}
        await self._session.execute(insert(scan_ticket).values(values))

    async def locked(self, ticket_id: str) -> Ticket | None:
        """The ticket; whoever else asks for it waits until this transaction ends."""
        statement = select(*_COLUMNS).where(scan_ticket.c.ticket_id == ticket_id).with_for_update()
        row = (await self._session.execute(statement)).mappings().one_or_none()
        if row is None:
            return None
        return Ticket(**{**row, "state": TicketState(row["state"]), "numbers": tuple(row["numbers"])})

    async def move(self, ticket_id: str, state: TicketState, session_id: str | None = None) -> None:
        """Set the state, and the phone's session when it answers."""
        values: dict[str, Any] = {"state": state.value}
        if session_id:
            values["session_id"] = session_id
        await self._session.execute(update(scan_ticket).where(scan_ticket.c.ticket_id == ticket_id).values(values))

    async def asked_since(self, address: str, since: datetime) -> int:
        """How many tickets this address asked for since then."""
        statement = select(func.count()).where(scan_ticket.c.address == address, scan_ticket.c.asked_at > since)
        return await self._session.scalar(statement) or 0

    async def forget(self, before: datetime) -> None:
        """Delete tickets made before then; ids rise with time, so that the primary key finds them."""
        await self._session.execute(delete(scan_ticket).where(scan_ticket.c.ticket_id < _before(before)))


def _before(at: datetime) -> str:
    """The smallest id (UUID version 7) that can have been made at this instant."""
    return str(UUID(int=int(at.timestamp() * 1000) << 80))
