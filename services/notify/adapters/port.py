"""MSG-24: the one port behind which every channel stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it leaves. Nothing of it may reach a log."""

    delivery_id: str
    """The carrier's key: the same delivery tried again has the same."""
    message_id: str
    channel: Channel
    template: str
    language: str
    """`zh` or `en`."""
    address: str = field(repr=False)
    """Where to: E.164, an e-mail address, an openid; empty for a webhook."""
    title: str = field(repr=False)
    body: str = field(repr=False)
    """All lines; for a text message its one short text."""
    parameters: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Values as shown, for carriers that fill templates of their own."""
    fields: Mapping[str, str] = field(repr=False, default_factory=dict)
    """WeChat: the fields of the official account's template."""
    unsubscribe: str = field(repr=False, default="")
    """Token that takes this kind off this channel; empty where it is mandatory."""
    person_id: str = ""
    organisation_code: str = ""
    application_id: str = ""


class ChannelAdapter(Protocol):
    """A part that carries messages of one channel."""

    name: str
    channel: Channel
    kind: str
    """`kept`, `smtp`, `http` or `wechat`, as the status shows it."""
    idempotent: bool
    """True when the carrier drops a second copy of the same delivery id; else a lost answer may mean two copies."""

    async def start(self) -> None:
        """Open what it needs."""

    async def stop(self) -> None:
        """Close it."""

    def not_ready(self) -> str:
        """Always empty: a carrier that is away takes nothing but its own messages with it."""
        ...

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Carry one message, within the adapter's own time limit; never raises for what a carrier does."""
        ...
