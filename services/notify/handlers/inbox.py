"""Reading one's messages: list, count and mark."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.vault import Vault
from services.notify.domain.kinds import NoticeKind
from services.notify.store.messages import Message, Messages, Only, Place

PAGE_SIZE = 20
"""Messages on a page when the reader does not say."""


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, newest first, and where to go on ("" at the end)."""

    messages: list[Message]
    next_token: str


class Inbox:
    """Messages as their readers see them."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault

    async def list_messages(
        self,
        reader: Caller,
        size: int = 0,
        token: str = "",
        *,
        unread_only: bool = False,
        kind: NoticeKind | None = None,
        application_id: str = "",
    ) -> Page:
        """MSG-04, MSG-10: one's own messages and those of one's organisation that were released, newest first.

        MSG-18: or only those that are unread, of one kind, about one application. Raises DomainError INVALID
        PAGE_TOKEN.
        """
        size = size or PAGE_SIZE
        after = _place(token) if token else None
        async with self._database.unit_of_work() as uow:
            only = Only(unread_only, kind, application_id)
            found = await self._messages(uow).page(reader, after, size + 1, only)
        return Page(found[:size], _token(found[size - 1]) if len(found) > size else "")

    async def count_unread(self, reader: Caller) -> int:
        """How many of the messages one may see one has not read."""
        async with self._database.unit_of_work() as uow:
            return await self._messages(uow).count_unread(reader)

    async def mark_read(self, reader: Caller, message_id: str) -> Message:
        """MSG-06: note that `reader` has read a message; colleagues mark for themselves, the first time counts.

        Raises DomainError NOT_FOUND MESSAGE_UNKNOWN, also for somebody else's message.
        """
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            messages = self._messages(uow, now)
            found = await messages.one(reader, message_id)
            if found is None:
                raise DomainError(Kind.NOT_FOUND, "MESSAGE_UNKNOWN", "没有找到该消息。", rule="MSG-04")
            if found.read_at is not None:
                return found
            await messages.mark_read(reader, message_id, now)
        return replace(found, read_at=now)

    async def mark_all_read(self, reader: Caller, kind: NoticeKind | None = None) -> int:
        """MSG-06, MSG-18: note that `reader` has read all they may see now, or all of one kind; how many were unread.

        What comes meanwhile stays unread.
        """
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            return await self._messages(uow, now).mark_all_read(reader, Only(kind=kind), now)

    def _messages(self, uow: UnitOfWork, now: datetime | None = None) -> Messages:
        return Messages(uow.session, self._vault, now or self._clock.now())


def _token(last: Message) -> str:
    return base64.urlsafe_b64encode(f"{last.sent_at.isoformat()} {last.message_id}".encode()).decode()


def _place(token: str) -> Place:
    try:
        sent_at, _, message_id = base64.b64decode(token, altchars=b"-_", validate=True).decode().partition(" ")
        place = Place(datetime.fromisoformat(sent_at), str(UUID(message_id)))
        if place.sent_at.tzinfo is None:
            raise ValueError("no offset")
    except (ValueError, binascii.Error):
        raise DomainError(Kind.INVALID, "PAGE_TOKEN", "翻页标记无效，请从第一页开始。", field="page_token") from None
    return place
