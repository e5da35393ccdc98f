"""Notify's use cases: write a message once, list, count and mark."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from residency.notify.v1 import events_pb2
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id
from services.kit.vault import Vault
from services.notify.domain.overtaking import OVERTAKES, overtakers
from services.notify.domain.recipients import Recipient
from services.notify.domain.templates import Text, render_from_text
from services.notify.store import Message, Messages, Place, Told

AT_ONCE = 200
"""Texts sealed anew in one transaction."""
NOTHING = Told()
"""About no application."""
PAGE_SIZE = 20
"""Messages on a page when the reader does not say."""


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, newest first, and where to go on ("" at the end)."""

    messages: list[Message]
    next_token: str


class Notify:
    """Messages to people, each written once."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault

    async def write(
        self,
        uow: UnitOfWork,
        key: str,
        recipient: Recipient,
        template: str,
        text: Text,
        told: Told = NOTHING,
        release_at: datetime | None = None,
    ) -> bool:
        """MSG-05: write one message within `uow` unless `key` has one; True when it was written now.

        MSG-10: it is seen from `release_at` on; at once without one. MSG-11: what it overtakes is dropped, and it is
        itself when it was overtaken.
        """
        now = self._clock.now()
        messages = self._messages(uow, now)
        release_at = max(now, release_at or now)
        dropped = await _is_moot(messages, template, told, held=release_at > now)
        new = Message(new_id(), template, text.title, text.body, told.application_id, release_at)
        written = await messages.write(key, recipient, new, told, dropped=dropped)
        if written and not dropped and release_at <= now:
            uow.add_fact(_written(new.message_id, recipient))
        return written

    async def send_notice(
        self,
        key: str,
        template: str,
        recipient: Recipient,
        parameters: Mapping[str, str],
        release_at: datetime | None = None,
        application_id: str = "",
    ) -> bool:
        """MSG-05: write a timed notice once per key, whatever a repetition says; True when this call wrote it.

        MSG-10: it is seen from `release_at` on. MSG-11: unless what it says of `application_id` was overtaken before.
        Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
        """
        text = render_from_text(template, parameters)
        async with self._database.unit_of_work() as uow:
            told = Told(application_id, self._clock.now()) if application_id else NOTHING
            return await self.write(uow, f"notice/{key}", recipient, template, text, told, release_at)

    async def list_messages(self, reader: Caller, size: int, token: str, unread_only: bool) -> Page:
        """MSG-04, MSG-10: one's own messages and those of one's organisation that were released, newest first.

        Raises DomainError INVALID PAGE_TOKEN.
        """
        size = size or PAGE_SIZE
        after = _place(token) if token else None
        async with self._database.unit_of_work() as uow:
            found = await self._messages(uow).page(reader, after, size + 1, unread_only)
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

    async def forget(self, uow: UnitOfWork, person_id: str) -> None:
        """PRIV-05: forget the texts of somebody who was erased, within `uow`."""
        await self._messages(uow).forget(person_id)

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` texts anew with the current key; done, and left over. Reads open both keys."""
        done = 0
        while done < limit:
            batch = min(AT_ONCE, limit - done)
            async with self._database.unit_of_work() as uow:
                found = await self._messages(uow).rewrap(batch)
            done += found
            if found < batch:
                break
        async with self._database.unit_of_work() as uow:
            return done, await self._messages(uow).count_old()

    def _messages(self, uow: UnitOfWork, now: datetime | None = None) -> Messages:
        return Messages(uow.session, self._vault, now or self._clock.now())


async def _is_moot(messages: Messages, template: str, told: Told, *, held: bool) -> bool:
    """MSG-11: drop what this overtakes; True when it need not be told itself.

    That is when it was undone, or overtaken while it was held back, whichever of the two facts came first; and when it
    undoes what nobody could read.
    """
    overtaking, (undoers, others) = OVERTAKES.get(template), overtakers(template)
    if told.decided_at is None or not (overtaking or undoers or others):
        return False
    await messages.take_turns(told.application_id)
    if overtaking is not None and (told.undone_since is not None or not overtaking.undoes):
        await messages.drop(overtaking.templates, told)
        if overtaking.undoes and not await messages.was_seen(overtaking.templates, told):
            return True
    others = others if held else frozenset()
    return bool(undoers or others) and await messages.is_overtaken(told, undoers, others)


def _written(message_id: str, recipient: Recipient) -> Fact:
    body = events_pb2.MessageWritten(person_id=recipient.person_id, organisation_code=recipient.organisation_code)
    return Fact(
        subject="residency.notify.v1.message.written",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=message_id,
        version=1,
        event_id=new_id(),
    )


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
