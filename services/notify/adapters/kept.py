"""MSG-26: a channel that keeps its messages in the database, where their readers find them on the outbox page."""

from __future__ import annotations

from services.notify.adapters.port import Outgoing
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict


class KeptChannel:
    """Takes every message and carries none: the delivery itself is what is shown."""

    kind = "kept"
    idempotent = True

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.name = f"{channel} kept"

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def not_ready(self) -> str:
        """Always ready."""
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Accepted, whatever it is."""
        return Outcome(Verdict.ACCEPTED)
