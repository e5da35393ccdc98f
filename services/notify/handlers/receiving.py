"""MSG-40: what carriers report of their own accord: receipts, bounces, who scanned and who left an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from services.kit.domain import DomainError
from services.notify.adapters.receipts import Left, Receipt, Receipts, Scanned
from services.notify.domain.channels import Channel
from services.notify.handlers.recording import Recording

_log = structlog.get_logger("notify.receiving")


class Followers(Protocol):
    """Who hears of an official account's followers."""

    async def scanned(self, ticket: str, openid: str) -> bool:
        """A follower scanned the picture made for `ticket`; False when nobody waits for it."""
        ...

    async def left(self, openid: str) -> None:
        """A follower left."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """How many deliveries or addresses a report spoke of, and what its sender wants to hear."""

    recorded: int
    answer: bytes = field(repr=False)
    media_type: str


class Receiving:
    """Takes what carriers report; nothing is believed that its channel did not sign."""

    def __init__(self, receipts: Receipts, recording: Recording, followers: Followers) -> None:
        self._receipts = receipts
        self._recording = recording
        self._followers = followers

    async def receive(self, channel: Channel, signature: Mapping[str, str], body: bytes) -> Received:
        """Take one report. Repeated, it changes nothing.

        Raises DomainError UNAUTHENTICATED RECEIPT_UNSIGNED, INVALID RECEIPT_UNREADABLE, UNAVAILABLE: then its sender
        tells us again.
        """
        try:
            events = self._receipts.read(channel, signature, body)
        except DomainError as error:
            _log.warning("receipt refused", channel=channel, reason=error.reason)
            raise
        recorded = await self._recording.record(channel, [each for each in events if isinstance(each, Receipt)])
        for event in events:
            if isinstance(event, Scanned):
                recorded += await self._followers.scanned(event.ticket, event.openid)
            elif isinstance(event, Left):
                await self._followers.left(event.openid)
                recorded += 1
        answer, media_type = self._receipts.answer(channel, signature)
        return Received(recorded, answer, media_type)
