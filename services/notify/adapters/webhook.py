"""MSG-24: what organisations are told, to a system of theirs: signed CloudEvents over HTTP (`docs/adapters.md`)."""

from __future__ import annotations

import json

from services.kit.clock import Clock, SystemClock
from services.notify.adapters.port import Outgoing
from services.notify.adapters.post import Poster, outcome_of
from services.notify.adapters.signing import HEADER, signature
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome
from services.notify.settings import NotifySettings

EVENT_TYPE = "residency.notify.v1.notice"
"""`type` of every event."""


class Webhook:
    """One POST a message; the event's `id` is the delivery's, so that the receiver can drop a second copy."""

    name = "webhook"
    channel = Channel.WEBHOOK
    kind = "http"
    idempotent = True

    def __init__(self, settings: NotifySettings, clock: Clock | None = None) -> None:
        self._url = settings.webhook_address
        self._secret = settings.webhook_secret.get_secret_value()
        self._source = settings.public_url.rstrip("/")
        self._clock = clock or SystemClock()
        self._poster = Poster(settings.webhook_timeout)

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._poster.close()

    def not_ready(self) -> str:
        """Always ready: a receiver that is away takes nothing but its own messages with it."""
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """POST the event."""
        now = self._clock.now()
        event = {
            "specversion": "1.0",
            "id": outgoing.delivery_id,
            "source": self._source,
            "type": EVENT_TYPE,
            "time": now.isoformat(timespec="seconds"),
            "datacontenttype": "application/json",
            "data": {
                "message_id": outgoing.message_id,
                "organisation_code": outgoing.organisation_code,
                "application_id": outgoing.application_id,
                "template": outgoing.template,
                "language": outgoing.language,
                "title": outgoing.title,
                "body": outgoing.body,
                "parameters": dict(outgoing.parameters),
            },
        }
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
        answer = await self._poster.post(self._url, body, headers | {HEADER: signature(self._secret, body, now)})
        return answer if isinstance(answer, Outcome) else outcome_of(answer)
