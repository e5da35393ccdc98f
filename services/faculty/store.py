"""Faculty's tables and the queries over them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.dossier import Section
from services.kit.tables import metadata

METADATA = metadata()

dossier = Table(
    "dossier",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)

dossier_section = Table(
    "dossier_section",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), ForeignKey("dossier.person_id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)

command = Table(
    "command",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), ForeignKey("dossier.person_id"), primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True, slots=True)
class SavedSection:
    """What was saved in one section, and when (aware UTC)."""

    body: Mapping[str, object]
    saved_at: datetime


class Dossiers:
    """The dossier of one person at a time."""

    def __init__(self, session: AsyncSession, person_id: str) -> None:
        self._session = session
        self._person_id = person_id

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
        """What is saved, by section."""
        rows = await self._session.execute(
            select(dossier_section.c.section, dossier_section.c.body, dossier_section.c.saved_at).where(
                dossier_section.c.person_id == self._person_id
            )
        )
        return {Section(row.section): SavedSection(row.body, row.saved_at) for row in rows}

    async def save(self, section: Section, body: Mapping[str, object], at: datetime) -> None:
        """Write one section over what it held."""
        statement = upsert(dossier_section).values(
            person_id=self._person_id, section=section.value, body=dict(body), saved_at=at
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[dossier_section.c.person_id, dossier_section.c.section],
                set_={"body": statement.excluded.body, "saved_at": statement.excluded.saved_at},
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
