"""MSG-40, MSG-41: the answer to "was this person told, when, by what, with which text", and the work of who runs the
channels: how they do, what was given up and why, and another try."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

import structlog

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.vault import Vault
from services.notify.adapters.port import ChannelAdapter
from services.notify.domain.channels import PUSHED, Channel
from services.notify.domain.delivering import OVERTAKEN
from services.notify.domain.shapes import Language, Template, Value
from services.notify.domain.templates import read_values_of
from services.notify.handlers.showing import Letter, Shown, show, without_secrets
from services.notify.store.deliveries import Deliveries
from services.notify.store.editions import Editions
from services.notify.store.proof import Backlog, Proof, Way, Written
from services.notify.store.rests import Rests
from services.notify.store.writing import open_values

TOLD_SIZE, FAILED_SIZE, KEPT_SIZE = 20, 50, 50
"""Entries of a page when the reader does not say."""
KEPT = "kept"
"""The kind of the adapters that carry nothing anywhere."""
HELD_AT_MOST = timedelta(days=3)
"""Nothing waits longer for its release: undo periods are minutes, quiet hours a night."""
_log = structlog.get_logger("notify.proving")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to a person, its ways, and the text as each of them showed it."""

    message: Written
    """Its `body` in the clear."""
    ways: Sequence[Way]
    texts: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Doing:
    """How one channel does."""

    channel: Channel
    adapter: str
    """Kind of its adapter; empty when it is not in use."""
    backlog: Backlog
    limit: float
    down: str


@dataclass(frozen=True, slots=True)
class Carriers:
    """The channels in use as the process drives them."""

    adapters: Mapping[Channel, ChannelAdapter]
    limit: Callable[[Channel], float]
    """Most deliveries a second."""
    letter: Letter = field(repr=False)


class Proving:
    """What was told to whom, and how it went."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, editions: Editions, carriers: Carriers) -> None:
        self._proof = Proof(database)
        self._rests = Rests(database)
        self._deliveries = Deliveries(database)
        self._clock = clock
        self._vault = vault
        self._editions = editions
        self._carriers = carriers

    async def status(self) -> tuple[list[Doing], int]:
        """MSG-40: how every channel does, the inbox first, and how many messages no channel was chosen for yet."""
        now = self._clock.now()
        backlogs = await self._proof.backlogs(PUSHED, _first_id(now - HELD_AT_MOST), now)
        resting = await self._rests.read()
        doing = [Doing(Channel.INBOX, Channel.INBOX, backlogs[Channel.INBOX], 0.0, "")]
        for channel in PUSHED:
            adapter = self._carriers.adapters.get(channel)
            kind, limit, down = "", 0.0, ""
            if adapter is not None:
                kind, limit, down = adapter.kind, self._carriers.limit(channel), resting.get(channel, "")
            doing.append(Doing(channel, kind, backlogs[channel], limit, down))
        return doing, await self._proof.unrouted()

    async def told(
        self, who: Caller, person_id: str, application_id: str, template: str, size: int, token: str
    ) -> tuple[list[Telling], str]:
        """MSG-41: every message to a person, newest first, and the text as each channel showed it; who asked is logged.

        To staff also what left for them by name of what their organisation was told. Codes are left out. Texts of
        who was erased are gone. Raises DomainError INVALID PAGE_TOKEN.
        """
        _log.info("told asked", actor=who.actor, role=who.role, person=person_id)
        size, now = size or TOLD_SIZE, self._clock.now()
        found = await self._proof.told(person_id, application_id, template, _id(token), size + 1)
        page = found[:size]
        ways = await self._proof.ways([message.message_id for message in page], person_id, now)
        editions = await self._editions.find([message.edition for message in page])
        tellings = []
        for message in page:
            own = ways.get(message.message_id, [])
            words = editions.get(message.edition)
            tellings.append(self._telling(message, [*_inbox(message, person_id, now), *own], words))
        return tellings, _token(page[-1].message_id) if len(found) > size else ""

    async def failed(self, channel: Channel | None, reason: str, size: int, token: str) -> tuple[list[Way], str]:
        """MSG-40: deliveries that were given up, oldest first. Raises DomainError INVALID PAGE_TOKEN."""
        size = size or FAILED_SIZE
        found = await self._proof.failed(channel, reason, _instant_and_id(token), size + 1, self._clock.now())
        last = found[size - 1] if len(found) > size else None
        following = (
            "" if last is None or last.finished_at is None else f"{last.finished_at.isoformat()} {last.delivery_id}"
        )
        return found[:size], _token(following)

    async def redrive(
        self, who: Caller, delivery_ids: Collection[str], channel: Channel | None, reason: str
    ) -> tuple[int, int]:
        """MSG-40: queue given-up deliveries again with a fresh count; queued, and over before they could be.

        Who did it is logged.
        """
        queued, expired = await self._deliveries.redrive(delivery_ids, channel, reason, self._clock.now())
        _log.info("redriven", actor=who.actor, role=who.role, deliveries=queued, channel=channel or "", reason=reason)
        return queued, expired

    async def kept(
        self, who: Caller, everybody: bool, channel: Channel | None, size: int, token: str
    ) -> tuple[list[tuple[Way, Shown | None]], str]:
        """What carriers took that carry nothing anywhere: one's own with its text, or everybody's without.

        Raises DomainError NOT_FOUND OUTBOX_NOT_KEPT where real channels are in use, FORBIDDEN OPERATORS_ONLY for
        everybody's, INVALID PAGE_TOKEN.
        """
        if everybody and who.role != "operator":
            raise DomainError(Kind.FORBIDDEN, "OPERATORS_ONLY", "只有运维人员可以查看全部。", rule="MSG-40")
        channels = [each for each, adapter in self._carriers.adapters.items() if adapter.kind == KEPT]
        wanted = [each for each in channels if channel in (None, each)]
        if not wanted:
            raise DomainError(Kind.NOT_FOUND, "OUTBOX_NOT_KEPT", "消息由真实渠道发送，这里不保留。", rule="MSG-40")
        size = size or KEPT_SIZE
        person = "" if everybody else who.person_id
        found = await self._proof.kept(wanted, person, _id(token), size + 1, self._clock.now())
        page = found[:size]
        following = page[-1][0].delivery_id if len(found) > size else ""
        if everybody:
            return [(way, None) for way, _ in page], _token(following)
        editions = await self._editions.find([message.edition for _, message in page])
        # Whoever acts in somebody's place proves nothing for them.
        own = not who.acting_by
        shown = [
            (way, self._text(message, editions.get(message.edition), way.channel, secrets=own)) for way, message in page
        ]
        return shown, _token(following)

    def _telling(self, message: Written, ways: Sequence[Way], words: Template | None) -> Telling:
        channels = dict.fromkeys(way.channel for way in ways if way.channel is not Channel.INBOX)
        texts = [self._text(message, words, channel, secrets=False) for channel in channels]
        body = self._vault.open_text(message.body, message.message_id) if message.in_inbox else ""
        return Telling(replace(message, body=body), ways, [text for text in texts if text is not None])

    def _text(
        self, message: Written, words: Template | None, channel: Channel, *, secrets: bool = True
    ) -> Shown | None:
        """As the channel showed it; None when it was forgotten, does not fit, or was written before words were kept."""
        if words is None or not message.parameters:
            return None
        opened = open_values(self._vault, message.message_id, message.parameters)
        language = cast("Language", message.language)
        try:
            values: Mapping[str, Value] = read_values_of(words, opened)
            if not secrets:
                values = without_secrets(words, values)
            return show(words, channel, values, language, self._carriers.letter)
        except DomainError:
            # What does not fit its words was never sent: its deliveries say so.
            return None


def _inbox(message: Written, person_id: str, now: datetime) -> list[Way]:
    """The inbox as one of the ways: from its release on a message is there, unless it was dropped."""
    if not message.in_inbox:
        return []
    state = "suppressed" if message.dropped_at else "held" if message.release_at > now else "delivered"
    there = message.release_at if state == "delivered" else None
    return [
        Way(
            delivery_id=message.message_id,
            message_id=message.message_id,
            channel=Channel.INBOX,
            person_id="" if message.organisation_code else person_id,
            state=state,
            reason=OVERTAKEN if message.dropped_at else "",
            attempts=0,
            doubtful=0,
            sent_to="",
            due_at=message.release_at,
            delivered_at=there,
            finished_at=message.dropped_at or there,
            receipt="",
            receipt_at=None,
            template=message.template,
        )
    ]


def _first_id(at: datetime) -> str:
    """The smallest id that can have been made at `at`: ids begin with their millisecond."""
    return str(UUID(int=int(at.timestamp() * 1000) << 80))


def _token(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _id(token: str) -> str:
    """The id in a token; empty for the start. Raises DomainError INVALID PAGE_TOKEN."""
    return _read(token, lambda place: str(UUID(place))) if token else ""


def _instant_and_id(token: str) -> tuple[datetime, str] | None:
    def place_of(text: str) -> tuple[datetime, str]:
        at, _, last = text.partition(" ")
        place = datetime.fromisoformat(at), str(UUID(last))
        if place[0].tzinfo is None:
            raise ValueError("no offset")
        return place

    return _read(token, place_of) if token else None


def _read(token: str, place_of: Callable[[str], Place]) -> Place:
    try:
        return place_of(base64.b64decode(token, altchars=b"-_", validate=True).decode())
    except (ValueError, binascii.Error):
        raise DomainError(Kind.INVALID, "PAGE_TOKEN", "翻页标记无效，请从第一页开始。", field="page_token") from None
