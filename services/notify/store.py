"""Notify's tables and the queries over them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

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
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
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
    Column("release_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_at", DateTime(timezone=True)),
    Column("undone_since", DateTime(timezone=True)),
    Column("dropped_at", DateTime(timezone=True)),
    CheckConstraint("(person_id IS NULL) <> (organisation_code IS NULL)", name="one_recipient"),
    Index("ix_message_person_id_release_at_message_id", "person_id", "release_at", "message_id"),
    Index("ix_message_organisation_code_release_at_message_id", "organisation_code", "release_at", "message_id"),
    Index("ix_message_application_id", "application_id"),
)
"""`body` is sealed with the key named in `sealed_with`: people write remarks; both are empty once forgotten or dropped.

A message is there for its reader from `release_at` on, unless it was dropped before. A dropped one keeps its row, for
its key says that it was dealt with. `decided_at` orders what tells of one application; what was decided from
`undone_since` on is taken back by this one.
"""

message_read = Table(
    "message_read",
    METADATA,
    Column("message_id", Uuid(as_uuid=False), ForeignKey("message.message_id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

_TURN = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("of"), 0)))
_OVERTAKEN = and_(
    message.c.application_id == bindparam("of"),
    message.c.template == any_(bindparam("templates", type_=ARRAY(Text))),
    message.c.decided_at >= bindparam("since"),
    message.c.decided_at < bindparam("at"),
    message.c.dropped_at.is_(None),
)
"""What was decided before something and, when that undoes a decision, since that."""
_DROP = (
    update(message)
    .where(_OVERTAKEN, message.c.release_at > bindparam("now"))
    .values(body="", sealed_with="", dropped_at=bindparam("now"))
)
_SEEN = select(exists().where(_OVERTAKEN, message.c.release_at <= bindparam("now")))
_LATER = select(
    exists().where(
        message.c.application_id == bindparam("of"),
        message.c.decided_at > bindparam("at"),
        or_(
            and_(
                message.c.template == any_(bindparam("undoers", type_=ARRAY(Text))),
                message.c.undone_since <= bindparam("at"),
            ),
            message.c.template == any_(bindparam("others", type_=ARRAY(Text))),
        ),
    )
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
    """When it came: from then on it is seen."""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of an application, so that what comes later finds it; by the database's clock."""

    application_id: str = ""
    decided_at: datetime | None = None
    undone_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last message on it."""

    sent_at: datetime
    message_id: str


class Messages:
    """The inboxes, as they are at `now`."""

    def __init__(self, session: AsyncSession, vault: Vault, now: datetime) -> None:
        self._session = session
        self._vault = vault
        self._now = now

    async def write(self, key: str, recipient: Recipient, new: Message, told: Told, *, dropped: bool = False) -> bool:
        """Write a message unless one with this key exists; True when it was written now.

        A `dropped` one is only remembered: nobody ever reads it.
        """
        statement = (
            upsert(message)
            .values(
                message_id=new.message_id,
                key=key,
                person_id=recipient.person_id or None,
                organisation_code=recipient.organisation_code or None,
                template=new.template,
                title=new.title,
                body="" if dropped else self._vault.seal_text(new.body, new.message_id),
                sealed_with="" if dropped else self._vault.current_key,
                application_id=told.application_id,
                sent_at=self._now,
                release_at=new.sent_at,
                decided_at=told.decided_at,
                undone_since=told.undone_since,
                dropped_at=self._now if dropped else None,
            )
            .on_conflict_do_nothing(index_elements=[message.c.key])
            .returning(message.c.message_id)
        )
        return await self._session.scalar(statement) is not None

    async def take_turns(self, application_id: str) -> None:
        """Let others that write about this application wait until this transaction ends."""
        await self._session.execute(_TURN, {"of": application_id})

    async def drop(self, templates: Collection[str], later: Told) -> None:
        """MSG-11: drop what `later` overtakes and nobody could read yet."""
        await self._session.execute(_DROP, self._overtaken_by(later, templates))

    async def was_seen(self, templates: Collection[str], later: Told) -> bool:
        """MSG-11: whether some of what `later` overtakes could be read."""
        return await self._session.scalar(_SEEN, self._overtaken_by(later, templates)) or False

    async def is_overtaken(self, told: Told, undoers: Collection[str], others: Collection[str]) -> bool:
        """MSG-11: whether something that was decided later, and undid or overtook it, is written already."""
        values = {"of": told.application_id, "at": told.decided_at, "undoers": list(undoers), "others": list(others)}
        return await self._session.scalar(_LATER, values) or False

    def _overtaken_by(self, later: Told, templates: Collection[str]) -> dict[str, object]:
        return {
            "of": later.application_id,
            "templates": list(templates),
            "since": later.undone_since or datetime.min.replace(tzinfo=UTC),
            "at": later.decided_at,
            "now": self._now,
        }

    async def page(self, reader: Caller, after: Place | None, size: int, unread_only: bool) -> list[Message]:
        """Up to `size` messages for `reader` that follow `after`, newest first."""
        statement = self._for(reader).order_by(message.c.release_at.desc(), message.c.message_id.desc()).limit(size)
        if after is not None:
            place = tuple_(literal(after.sent_at), literal(after.message_id, message.c.message_id.type))
            statement = statement.where(tuple_(message.c.release_at, message.c.message_id) < place)
        if unread_only:
            statement = statement.where(message_read.c.read_at.is_(None))
        return [self._message(row) for row in await self._session.execute(statement)]

    async def one(self, reader: Caller, message_id: str) -> Message | None:
        """A message, None also when it is not for `reader`."""
        row = (await self._session.execute(self._for(reader).where(message.c.message_id == message_id))).one_or_none()
        return None if row is None else self._message(row)

    async def count_unread(self, reader: Caller) -> int:
        """How many messages `reader` has not read."""
        unread = self._for(reader).where(message_read.c.read_at.is_(None)).subquery()
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
        return Message(row.message_id, row.template, row.title, body, row.application_id, row.release_at, row.read_at)

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
            .where(visible, message.c.release_at <= self._now, message.c.dropped_at.is_(None))
        )
