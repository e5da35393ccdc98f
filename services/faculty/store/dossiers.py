"""Dossiers: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.dossier import DEFINITIONS, Section
from services.faculty.store.tables import command, dossier, dossier_section
from services.kit.sealed_forms import SealedForms
from services.kit.vault import Vault


@dataclass(frozen=True, slots=True)
class SavedSection:
    """What was saved in one section, and when (aware UTC)."""

    body: Mapping[str, object]
    saved_at: datetime
    unverified: bool = False
    """The mobile number in it is not the one that the account has verified."""


class Sealing:
    """The vault, and the forms whose sensitive fields it seals."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.forms = SealedForms(vault, DEFINITIONS)

    @property
    def key(self) -> str:
        """Name of the key that seals now."""
        return self.vault.current_key

    def seal_bytes(self, content: bytes, record_id: str) -> bytes:
        """A picture, as it may stand in an object store."""
        return self.vault.seal_bytes(content, record_id)

    def open_bytes(self, stored: bytes, record_id: str) -> bytes:
        """What `seal_bytes` sealed. Raises SealBroken."""
        return self.vault.open_bytes(stored, record_id)


class Dossiers:
    """The dossier of one person at a time."""

    def __init__(self, session: AsyncSession, person_id: str, sealing: Sealing) -> None:
        self._session = session
        self._person_id = person_id
        self._sealing = sealing

    async def open(self, at: datetime) -> None:
        """Make the dossier if there is none."""
        await self._session.execute(
            upsert(dossier).values(person_id=self._person_id, opened_at=at).on_conflict_do_nothing()
        )

    async def next_version(self) -> int:
        """Lock the dossier until the transaction ends and count one command more."""
        statement = (
            update(dossier)
            .where(dossier.c.person_id == self._person_id)
            .values(version=dossier.c.version + 1)
            .returning(dossier.c.version)
        )
        return int((await self._session.execute(statement)).scalar_one())

    async def sections(self) -> dict[Section, SavedSection]:
        """What is saved, by section, opened. Raises SealBroken."""
        rows = await self._session.execute(
            select(dossier_section).where(dossier_section.c.person_id == self._person_id)
        )
        forms = self._sealing.forms
        return {
            Section(row.section): SavedSection(
                forms.open(self._person_id, row.section, row.body), row.saved_at, row.unverified
            )
            for row in rows
        }

    async def save(
        self, section: Section, body: Mapping[str, object], at: datetime, *, unverified: bool = False
    ) -> None:
        """Write one section over what it held, its sensitive fields sealed (PRIV-01)."""
        sealed = self._sealing.forms.seal(self._person_id, section, body)
        statement = upsert(dossier_section).values(
            person_id=self._person_id,
            section=section.value,
            body=sealed,
            saved_at=at,
            sealed_with=self._sealing.vault.current_key,
            unverified=unverified,
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[dossier_section.c.person_id, dossier_section.c.section],
                set_={name: statement.excluded[name] for name in ("body", "saved_at", "sealed_with", "unverified")},
            )
        )

    async def claim(self, idempotency_key: str, request_hash: bytes, at: datetime) -> bytes | None:
        """Take the key for this request: None when it was free, else the hash of the request that has it."""
        statement = (
            upsert(command)
            .values(person_id=self._person_id, idempotency_key=idempotency_key, request_hash=request_hash, done_at=at)
            .on_conflict_do_nothing()
            .returning(command.c.idempotency_key)
        )
        if await self._session.scalar(statement) is not None:
            return None
        holder = select(command.c.request_hash).where(
            command.c.person_id == self._person_id, command.c.idempotency_key == idempotency_key
        )
        return bytes((await self._session.execute(holder)).scalar_one())

    async def forget(self) -> None:
        """PRIV-05: what the person wrote is gone; that there was a dossier stays."""
        for table in (dossier_section, command):
            await self._session.execute(delete(table).where(table.c.person_id == self._person_id))


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` sections of old keys with the current one; how many. Raises SealBroken.

    Sections that are being saved now are left out: they are sealed with the current key anyway.
    """
    old = select(dossier_section).where(_under_old_key(sealing)).limit(limit).with_for_update(skip_locked=True)
    found = (await session.execute(old)).all()
    for row in found:
        body = sealing.forms.rewrap(row.person_id, row.section, row.body)
        await session.execute(
            update(dossier_section)
            .where(dossier_section.c.person_id == row.person_id, dossier_section.c.section == row.section)
            .values(body=body, sealed_with=sealing.vault.current_key)
        )
    return len(found)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many sections are still sealed with an old key."""
    counting = select(func.count()).select_from(dossier_section).where(_under_old_key(sealing))
    return await session.scalar(counting) or 0


def _under_old_key(sealing: Sealing) -> ColumnElement[bool]:
    return dossier_section.c.sealed_with != sealing.vault.current_key
