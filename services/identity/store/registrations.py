"""Registrations under way: every method runs inside the caller's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.documents import DocumentType
from services.identity.domain.roles import Role
from services.identity.store.tables import registration


@dataclass(frozen=True, slots=True)
class Registration:
    """What step 1 found out; forgotten when the account is opened, cancelled or too late."""

    registration_id: str
    role: Role
    name: str
    document_type: DocumentType
    document_lookup: bytes = field(repr=False)
    document_sealed: bytes = field(repr=False)
    """Sealed for the registration's id."""
    birth_lookup: bytes = field(repr=False)
    held: bool
    expires_at: datetime


class Registrations:
    """Registrations under way."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, new: Registration) -> None:
        """Write a new registration."""
        values = {name: getattr(new, name) for name in Registration.__dataclass_fields__}
        values |= {"role": new.role.value, "document_type": new.document_type.value}
        await self._session.execute(insert(registration).values(values))

    async def by_id(self, registration_id: str) -> Registration | None:
        """The registration with this id, expired or not."""
        statement = select(registration).where(registration.c.registration_id == registration_id)
        row = (await self._session.execute(statement)).mappings().one_or_none()
        if row is None:
            return None
        values = dict(row) | {"role": Role(row["role"]), "document_type": DocumentType(row["document_type"])}
        return Registration(**values)

    async def take(self, registration_id: str) -> bool:
        """Delete a registration; False when there is none any more. Of two at once, the second waits and gets False."""
        statement = (
            delete(registration)
            .where(registration.c.registration_id == registration_id)
            .returning(registration.c.registration_id)
        )
        return await self._session.scalar(statement) is not None

    async def prune(self, now: datetime) -> None:
        """ID-40: forget those whose time is over."""
        await self._session.execute(delete(registration).where(registration.c.expires_at <= now))

    async def one_at_a_time(self, *lookups: bytes) -> None:
        """ID-10, ID-39: whoever opens or binds an account with one of these documents, or names and birth dates, waits.

        Until this transaction ends; so what `People` then answers about them stays true until we have written.
        """
        for key in sorted(int.from_bytes(lookup[:8], "big", signed=True) for lookup in lookups):
            await self._session.execute(select(func.pg_advisory_xact_lock(key)))
