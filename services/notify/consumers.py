"""How facts become messages: each by the table of `letters` (MSG-07, MSG-12), each written once (MSG-05)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError

from residency.identity.v1 import events_pb2 as identity
from services.kit.database import Database, UnitOfWork
from services.kit.messaging import Delivery, Messaging, Poison
from services.kit.once import OnceConsumer
from services.kit.part import Part
from services.notify.domain.overtaking import Told
from services.notify.handlers.writing import Draft, Writer
from services.notify.hearing import Hearing, Letter, instant_in
from services.notify.letters import ERASED, HEARD, SILENT

__all__ = ["BATCH", "ERASED", "HEARD", "SILENT", "Following", "Hearing", "Letter", "Listener", "hearing"]

BATCH = 128
"""Facts heard together at most: half of what the broker hands out, so that two replicas share a rush."""

Following = Callable[[Delivery, UnitOfWork], Awaitable[None]]
"""What else a fact leads to, within the transaction that hears it."""


class Listener:
    """Turns facts into messages, each once.

    `following` names by event type what a fact leads to besides its messages.
    """

    def __init__(self, writer: Writer, following: Mapping[str, Sequence[Following]] | None = None) -> None:
        self._writer = writer
        self._following = following or {}

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """`hear_all` for one."""
        await self.hear_all([delivery], uow)

    async def hear_all(self, deliveries: Sequence[Delivery], uow: UnitOfWork) -> None:
        """MSG-05, PRIV-05: write what the facts are due, and forget whom they say was erased, within `uow`.

        A message's key is fact, recipient and template, so that one fact may be told to several. Raises Poison for an
        event that is in neither table, or a body that cannot be read or names nobody: no retry will mend it, and a
        dead letter shows it.
        """
        drafts: list[Draft] = []
        for delivery in deliveries:
            drafts += _drafts(delivery)
            if delivery.event_type == ERASED:
                # What came before is written before: it is forgotten too.
                await self._writer.write_many(uow, drafts)
                drafts = []
                await self._writer.forget(uow, identity.PersonErased.FromString(delivery.body).person_id)
            for follow in self._following.get(delivery.event_type, ()):
                await follow(delivery, uow)
        await self._writer.write_many(uow, drafts)


def hearing(messaging: Messaging, database: Database, listener: Listener) -> list[Part]:
    """The consumers that let `listener` hear: one for each stream with facts that people are told."""
    return [
        OnceConsumer(
            *(messaging, stream, durable, listener.hear),
            database=database,
            handle_many=listener.hear_all,
            batch=BATCH,
        )
        for stream, durable in (
            ("IDENTITY", "notify-identity"),
            ("ENROLLMENT", "notify-enrollment"),
            ("FACULTY", "notify-faculty"),
        )
    ]


def _drafts(delivery: Delivery) -> list[Draft]:
    if delivery.event_type in SILENT:
        return []
    hearing = HEARD.get(delivery.event_type)
    if hearing is None:
        raise Poison(f"no message is declared for {delivery.event_type}")
    try:
        fact = hearing.body.FromString(delivery.body)
        letters = hearing.letters(fact, delivery)
    except (DecodeError, ValueError) as error:
        raise Poison(f"{delivery.event_type} cannot be read: {type(error).__name__}") from error
    return [_draft(fact, letter, delivery) for letter in letters]


def _draft(fact: Any, letter: Letter, delivery: Delivery) -> Draft:
    key = letter.key or f"fact/{delivery.event_id}/{letter.recipient.address}/{letter.template}"
    told, release_at = _told(fact, letter, delivery)
    return Draft(key, letter.recipient, letter.template, letter.parameters, told, release_at)


def _told(fact: Any, letter: Letter, delivery: Delivery) -> tuple[Told, datetime | None]:
    """What a message tells of, and from when on: for staff, and about no application, as its letter says."""
    if not letter.application_id or not letter.recipient.person_id:
        return Told(letter.application_id), letter.release_at
    about = fact.application
    decided_at = instant_in(about, "decided_at") or delivery.occurred_at
    undone_since = instant_in(fact, "undone_since") if "undone_since" in fact.DESCRIPTOR.fields_by_name else None
    return Told(letter.application_id, decided_at, undone_since), instant_in(about, "release_at")
