"""The messages and who read them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.domain import Caller
from services.kit.vault import Vault
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.recipients import organisation_read_by
from services.notify.domain.templates import TEMPLATES
from services.notify.store.tables import message, message_read


@dataclass(frozen=True, slots=True)
class Message:
    """One message as one reader sees it; `read_at` is None while this reader has not read it."""

    message_id: str
    template: str
    title: str = field(repr=False)
    body: str = field(repr=False)
    application_id: str
    sent_at: datetime
    """When it came: from then on it is seen."""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last message on it."""

    sent_at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Only:
    """MSG-18: which messages somebody wants to see: all of them, or fewer."""

    unread: bool = False
    kind: NoticeKind | None = None
    application_id: str = ""


class Messages:
    """The inboxes, as they are at `now`."""

    def __init__(self, session: AsyncSession, vault: Vault, now: datetime) -> None:
        self._session = session
        self._vault = vault
        self._now = now

    async def page(self, reader: Caller, after: Place | None, size: int, only: Only) -> list[Message]:
        """Up to `size` messages for `reader` that follow `after`, newest first."""
        statement = self._only(reader, only)
        statement = statement.order_by(message.c.release_at.desc(), message.c.message_id.desc()).limit(size)
        if after is not None:
            place = tuple_(literal(after.sent_at), literal(after.message_id, message.c.message_id.type))
            statement = statement.where(tuple_(message.c.release_at, message.c.message_id) < place)
        return [self._message(row) for row in await self._session.execute(statement)]

    async def one(self, reader: Caller, message_id: str) -> Message | None:
        """A message, None also when it is not for `reader`."""
        row = (await self._session.execute(self._for(reader).where(message.c.message_id == message_id))).one_or_none()
        return None if row is None else self._message(row)

    async def count_unread(self, reader: Caller) -> int:
        """How many messages `reader` has not read."""
        unread = self._only(reader, Only(unread=True)).subquery()
        return await self._session.scalar(select(func.count()).select_from(unread)) or 0

    async def mark_read(self, reader: Caller, message_id: str, at: datetime) -> None:
        """Note that `reader` has read a message; the first time counts."""
        await self._session.execute(
            upsert(message_read)
            .values(message_id=message_id, person_id=reader.person_id, read_at=at)
            .on_conflict_do_nothing()
        )

    async def mark_all_read(self, reader: Caller, only: Only, at: datetime) -> int:
        """Note that `reader` has read all of these; how many they had not."""
        unread = self._only(reader, replace(only, unread=True)).with_only_columns(
            message.c.message_id, literal(reader.person_id), literal(at)
        )
        marked = await self._session.execute(
            upsert(message_read)
            .from_select(["message_id", "person_id", "read_at"], unread)
            .on_conflict_do_nothing()
            .returning(message_read.c.message_id)
        )
        return len(marked.all())

    def _message(self, row: Row[tuple[object, ...]]) -> Message:
        body = self._vault.open_text(row.body, row.message_id)
        return Message(row.message_id, row.template, row.title, body, row.application_id, row.release_at, row.read_at)

    def _only(self, reader: Caller, only: Only) -> Select[tuple[object, ...]]:
        """MSG-18: those of the messages `reader` may see that `only` names."""
        statement = self._for(reader)
        if only.unread:
            statement = statement.where(message_read.c.read_at.is_(None))
        if only.application_id:
            statement = statement.where(message.c.application_id == only.application_id)
        if only.kind is not None:
            of_kind = [template.key for template in TEMPLATES.values() if template.kind is only.kind]
            statement = statement.where(message.c.template.in_(of_kind))
        return statement

    def _for(self, reader: Caller) -> Select[tuple[object, ...]]:
        """MSG-04, MSG-10: what `reader` may see and was released, with when they read it."""
        own_reading = and_(
            message_read.c.message_id == message.c.message_id, message_read.c.person_id == reader.person_id
        )
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
                message.c.release_at,
                message_read.c.read_at,
            )
            .select_from(message.outerjoin(message_read, own_reading))
            .where(visible, message.c.in_inbox, message.c.release_at <= self._now, message.c.dropped_at.is_(None))
        )
