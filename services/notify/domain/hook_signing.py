"""HOOK-04: signatures by the Standard Webhooks scheme: `v1,` and an HMAC over id, instant and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
_SECRET_BYTES = 32


def fresh_secret() -> str:
    """A secret as its receiver keeps it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed(event_id: str, at: datetime, body: bytes, secret_texts: Iterable[str]) -> dict[str, str]:
    """The three headers of a delivery; with several secrets, a signature by each."""
    stamp = str(int(at.timestamp()))
    content = f"{event_id}.{stamp}.".encode() + body
    marks = " ".join(f"v1,{_mac(secret, content)}" for secret in secret_texts)
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": marks}


def _mac(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
