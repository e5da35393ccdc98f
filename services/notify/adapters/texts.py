"""MSG-24: text messages, handed to a gateway over HTTP that drops a second copy of an id (`docs/adapters.md`)."""

from __future__ import annotations

import json

from services.notify.adapters.port import Outgoing
from services.notify.adapters.post import Poster, outcome_of
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings

_DEAD = frozenset({"ADDRESS_DEAD", "ADDRESS_BLOCKED"})
"""What a gateway says of a number that does not exist, and of one whose owner wants nothing from us."""


class TextGateway:
    """One POST a message, with the same `id` however often it is tried."""

    name = "texts"
    channel = Channel.SMS
    kind = "http"
    idempotent = True

    def __init__(self, settings: NotifySettings) -> None:
        self._url = settings.texts_address
        self._sender = settings.sender_name
        key = settings.texts_key.get_secret_value()
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._poster = Poster(settings.texts_timeout)

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._poster.close()

    def not_ready(self) -> str:
        """Always ready: a gateway that is away takes nothing but its own messages with it."""
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """POST the message; a client error that names the number as dead or blocked is about the address."""
        body = {
            "id": outgoing.delivery_id,
            "to": outgoing.address,
            "purpose": "notice",
            "text": signed(self._sender, outgoing.body),
            "code": "",
            "template": outgoing.template,
            "language": outgoing.language,
            "parameters": dict(outgoing.parameters),
        }
        answer = await self._poster.post(self._url, json.dumps(body, ensure_ascii=False).encode(), self._headers)
        if isinstance(answer, Outcome):
            return answer
        reason = answer.content.get("reason")
        if 400 <= answer.status < 500 and isinstance(reason, str) and reason in _DEAD:
            return Outcome(Verdict.BAD_ADDRESS, reason)
        return outcome_of(answer)


def signed(sender: str, text: str) -> str:
    """`text` as it arrives: who signs stands before it in brackets, as carriers of the mainland demand."""
    return f"【{sender}】{text}"
