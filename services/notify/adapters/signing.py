"""MSG-27: the signature of what carriers and we tell each other: `t=…,v1=…`, an HMAC over instant and body."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

HEADER = "residency-signature"
"""Header that carries it."""
LEEWAY = timedelta(minutes=5)
"""How far its instant may lie from ours: what was overheard is of no use for long."""


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header's value for `body` sent at `at`."""
    stamp = int(at.timestamp())
    return f"t={stamp},v1={_mac(secret, stamp, body)}"


def is_signed(secret: str, given: str, body: bytes, now: datetime) -> bool:
    """True when `given` signs `body` within the leeway of `now`; without a secret nothing is signed.

    Several `v1` may stand in it, so that whoever signs can change the secret.
    """
    parts = [part.strip().partition("=") for part in given.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if not secret or len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdecimal() and len(stamps[0]) < 13):
        return False
    stamp = int(stamps[0])
    if abs(stamp - now.timestamp()) > LEEWAY.total_seconds():
        return False
    right = _mac(secret, stamp, body).encode()
    return any(hmac.compare_digest(right, value.encode()) for name, _, value in parts if name == "v1")


def _mac(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
