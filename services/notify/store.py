"""Notify's tables and the queries over them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.domain import Caller
from services.kit.tables import metadata
from services.kit.vault import Vault
from services.notify.domain.recipients import Recipient, organisation_read_by

METADATA = metadata()

message = Table(
    "message",
    METADATA,
    Column("message_id", Uuid(as_uuid=False), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("person_id", Text),
    Column("organisation_code", Text),
    Column("template", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sealed_with", Text, nullable=False),
    Column("application_id", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(person_id IS NULL) <> (organisation_code IS NULL)", name="one_recipient"),
    Index("ix_message_person_id_sent_at_message_id", "person_id", "sent_at", "message_id"),
    Index("ix_message_organisation_code_sent_at_message_id", "organisation_code", "sent_at", "message_id"),
)
"""`body` is sealed with the key named in `sealed_with`: people write remarks; both are empty once forgotten."""

message_read = Table(
    "message_read",
    METADATA,
    Column("message_id", Uuid(as_uuid=False), ForeignKey("message.message_id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("read_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as one reader sees it; `read_at` is None while this reader has not read it."""

    message_id: str
    template: str
    title: str
    body: str
    application_id: str
    sent_at: datetime
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last message on it."""

    sent_at: datetime
    message_id: str


class Messages:
    """The inboxes."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def write(self, key: str, recipient: Recipient, new: Message) -> bool:
        """Write a message unless one with this key exists; True when it was written now."""
        statement = (
            upsert(message)
            .values(
                message_id=new.message_id,
                key=key,
                person_id=recipient.person_id or None,
                organisation_code=recipient.organisation_code or None,
                template=new.template,
                title=new.title,
                body=self._vault.seal_text(new.body, new.message_id),
                sealed_with=self._vault.current_key,
                application_id=new.application_id,
                sent_at=new.sent_at,
            )
            .on_conflict_do_nothing(index_elements=[message.c.key])
            .returning(message.c.message_id)
        )
        return await self._session.scalar(statement) is not None

    async def page(self, reader: Caller, after: Place | None, size: int, unread_only: bool) -> list[Message]:
        """Up to `size` messages for `reader` that follow `after`, newest first."""
        statement = _for(reader).order_by(message.c.sent_at.desc(), message.c.message_id.desc()).limit(size)
        if after is not None:
            place = tuple_(literal(after.sent_at), literal(after.message_id, message.c.message_id.type))
            statement = statement.where(tuple_(message.c.sent_at, message.c.message_id) < place)
        if unread_only:
            statement = statement.where(message_read.c.read_at.is_(None))
        return [self._message(row) for row in await self._session.execute(statement)]

    async def one(self, reader: Caller, message_id: str) -> Message | None:
        """A message, None also when it is not for `reader`."""
        row = (await self._session.execute(_for(reader).where(message.c.message_id == message_id))).one_or_none()
        return None if row is None else self._message(row)

    async def count_unread(self, reader: Caller) -> int:
        """How many messages `reader` has not read."""
        unread = _for(reader).where(message_read.c.read_at.is_(None)).subquery()
        return await self._session.scalar(select(func.count()).select_from(unread)) or 0

    async def mark_read(self, reader: Caller, message_id: str, at: datetime) -> None:
        """Note that `reader` has read a message; the first time counts."""
        await self._session.execute(
            upsert(message_read)
            .values(message_id=message_id, person_id=reader.person_id, read_at=at)
            .on_conflict_do_nothing()
        )

    async def forget(self, person_id: str) -> None:
        """PRIV-05: the texts of a person's messages are gone; which were sent, and when, stays."""
        await self._session.execute(
            update(message).where(message.c.person_id == person_id).values(body="", sealed_with="")
        )

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` texts of old keys with the current one; how many. Raises SealBroken."""
        old = select(message.c.message_id, message.c.body).where(self._under_old_key()).limit(limit)
        found = (await self._session.execute(old.with_for_update(skip_locked=True))).all()
        for row in found:
            body = self._vault.seal_text(self._vault.open_text(row.body, row.message_id), row.message_id)
            await self._session.execute(
                update(message)
                .where(message.c.message_id == row.message_id)
                .values(body=body, sealed_with=self._vault.current_key)
            )
        return len(found)

    async def count_old(self) -> int:
        """How many texts are still sealed with an old key."""
        return await self._session.scalar(select(func.count()).select_from(message).where(self._under_old_key())) or 0

    def _under_old_key(self) -> ColumnElement[bool]:
        return message.c.sealed_with.not_in(("", self._vault.current_key))

    def _message(self, row: Row[tuple[object, ...]]) -> Message:
        body = self._vault.open_text(row.body, row.message_id)
        return Message(row.message_id, row.template, row.title, body, row.application_id, row.sent_at, row.read_at)


def _for(reader: Caller) -> Select[tuple[object, ...]]:
    """MSG-04: what `reader` may see, with when they read it."""
    own_reading = and_(message_read.c.message_id == message.c.message_id, message_read.c.person_id == reader.person_id)
    visible: ColumnElement[bool] = message.c.person_id == reader.person_id
    organisation = organisation_read_by(reader)
    if organisation:
        visible = or_(visible, message.c.organisation_code == organisation)
    return (
        select(
            message.c.message_id,
            message.c.template,
            message.c.title,
            message.c.body,
            message.c.application_id,
            message.c.sent_at,
            message_read.c.read_at,
        )
        .select_from(message.outerjoin(message_read, own_reading))
        .where(visible)
    )
