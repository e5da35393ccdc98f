"""The system of an organisation as a test sees it from the other side: it checks signatures and drops second copies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.carrier_servers import Answered, Heard, HttpCarrier, http_carrier


def is_signed(secret: str, heard: Heard) -> bool:
    """Whether a delivery carries a signature by `secret`, as the standard says; written without our own code."""
    headers = heard.headers
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + heard.body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """Answers with `answer`, and keeps what it heard."""

    answer: Answered = field(default_factory=Answered)
    carrier: HttpCarrier = field(default_factory=lambda: HttpCarrier(lambda _heard: Answered()))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.carrier.url}/hook"

    @property
    def heard(self) -> list[Heard]:
        """Every request, in order."""
        return self.carrier.heard

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """Their bodies."""
        return [json.loads(each.body) for each in self.heard]

    @property
    def types(self) -> list[str]:
        """Their types."""
        return [str(each["type"]) for each in self.events]


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on a port of this machine."""
    made = Receiver()
    async with http_carrier(lambda _heard: made.answer) as carrier:
        made.carrier = carrier
        yield made
