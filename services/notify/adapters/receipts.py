"""MSG-27: what carriers tell us of deliveries: believed only with their signature, within five minutes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from services.kit.clock import Clock, SystemClock
from services.kit.domain import DomainError, Kind
from services.notify.adapters import bounces
from services.notify.adapters.signing import HEADER, LEEWAY, is_signed
from services.notify.domain.channels import Channel
from services.notify.settings import NotifySettings

MOST = 1000
"""At most as many receipts in one call."""
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_STATUSES: Mapping[str, tuple[Literal["confirmed", "refused"], bool]] = {
    "delivered": ("confirmed", False),
    "failed": ("refused", False),
    "dead": ("refused", True),
    "blocked": ("refused", True),
}
"""What a receipt may say → what it is to us, and whether the address is to be left alone from now on."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one delivery after its carrier took it; named by our id, or by the carrier's."""

    verdict: Literal["confirmed", "refused"]
    delivery_id: str = ""
    provider_id: str = ""
    reason: str = ""
    """Stable code; empty when it arrived."""
    blocks: bool = False
    """Nothing more is to go to this address until it is proved anew."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """Somebody scanned a code of ours: `ticket` is what the code held."""

    ticket: str = field(repr=False)
    openid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody follows the official account no more."""

    openid: str = field(repr=False)


Event = Receipt | Scanned | Left


class Receipts:
    """Reads what comes back, for every channel."""

    def __init__(self, settings: NotifySettings, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._secrets = {
            Channel.SMS: settings.texts_receipt_secret.get_secret_value(),
            Channel.EMAIL: settings.email_receipt_secret.get_secret_value(),
            Channel.WECHAT: settings.wechat_token.get_secret_value(),
            Channel.WEBHOOK: settings.webhook_secret.get_secret_value(),
        }

    def read(self, channel: Channel, signature: Mapping[str, str], body: bytes) -> list[Event]:
        """MSG-27: what `body` tells; nothing where it speaks of nothing of ours.

        Args:
            channel: The channel that reports.
            signature: Headers and query values of the call, names in lower case.
            body: As it came.

        Raises:
            DomainError: UNAUTHENTICATED RECEIPT_UNSIGNED when the channel's signature is missing, wrong or older than
                five minutes; INVALID RECEIPT_UNREADABLE when it is signed and cannot be read.
        """
        self._believe(channel, signature, body)
        if channel is Channel.WECHAT:
            return _events(body) if body else []
        if channel is Channel.EMAIL and not body.lstrip().startswith(b"{"):
            return [_bounce(reported) for reported in bounces.read(body)]
        return [_receipt(row) for row in _rows(body)]

    def answer(self, channel: Channel, signature: Mapping[str, str]) -> tuple[bytes, str]:
        """What the channel wants to hear after `read`, and its media type; both empty for nothing in particular.

        WeChat wants its own `echostr` when it asks whether we are who we claim, and else a word so that it does not
        tell us again.
        """
        if channel is not Channel.WECHAT:
            return b"", ""
        return signature.get("echostr", "success").encode(), "text/plain; charset=utf-8"

    def _believe(self, channel: Channel, signature: Mapping[str, str], body: bytes) -> None:
        secret, now = self._secrets.get(channel, ""), self._clock.now()
        if channel is Channel.WECHAT:
            stamp, nonce = signature.get("timestamp", ""), signature.get("nonce", "")
            # The platform's way: SHA-1 over its sorted parts. It covers no body, therefore five minutes and HTTPS only.
            right = hashlib.sha1("".join(sorted((secret, stamp, nonce))).encode(), usedforsecurity=False).hexdigest()
            timely = stamp.isascii() and stamp.isdecimal() and len(stamp) < 13
            timely = timely and abs(int(stamp) - now.timestamp()) <= LEEWAY.total_seconds()
            given = signature.get("signature", "")
            believed = bool(secret) and timely and hmac.compare_digest(right.encode(), given.encode())
        else:
            believed = is_signed(secret, signature.get(HEADER, ""), body, now)
        if not believed:
            raise DomainError(
                Kind.UNAUTHENTICATED, "RECEIPT_UNSIGNED", "回执没有有效的签名。", field="signature", rule="MSG-27"
            )


def _rows(body: bytes) -> list[Any]:
    try:
        rows = json.loads(body)["receipts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable() from None
    if not isinstance(rows, list) or len(rows) > MOST:
        raise _unreadable()
    return rows


def _receipt(row: Any) -> Receipt:
    if not isinstance(row, dict):
        raise _unreadable()
    delivery_id, provider_id, reason = (row.get(name, "") for name in ("id", "provider_id", "reason"))
    known = _STATUSES.get(row.get("status", "")) if isinstance(row.get("status"), str) else None
    named = isinstance(delivery_id, str) and isinstance(provider_id, str) and bool(delivery_id or provider_id)
    if known is None or not named or (delivery_id and not _is_id(delivery_id)) or len(provider_id) > 128:
        raise _unreadable()
    verdict, blocks = known
    if verdict == "confirmed":
        reason = ""
    elif not (isinstance(reason, str) and _REASON.fullmatch(reason)):
        reason = row["status"].upper()
    return Receipt(verdict, delivery_id.lower(), provider_id, reason, blocks)


def _bounce(said: bounces.Reported) -> Receipt:
    verdict: Literal["confirmed", "refused"] = "confirmed" if said.arrived else "refused"
    return Receipt(verdict, said.delivery_id, reason=said.reason, blocks=said.dead)


def _events(body: bytes) -> list[Event]:
    """What the official account's platform tells: one event a call."""
    from defusedxml import DefusedXmlException  # noqa: PLC0415  (only an account that is in use hears anything)
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415

    try:
        parts = {part.tag: (part.text or "").strip() for part in fromstring(body, forbid_dtd=True)}
    except (ParseError, DefusedXmlException, ValueError):
        raise _unreadable() from None
    if "MsgType" not in parts:
        # Encrypted: the account is set to a mode that we do not read.
        raise _unreadable()
    if parts["MsgType"] != "event":
        return []
    tell = _TELL.get(parts.get("Event", "").lower())
    return tell(parts) if tell is not None else []


def _finished(parts: Mapping[str, str]) -> list[Event]:
    provider_id, status = parts.get("MsgID", ""), parts.get("Status", "").lower()
    if not provider_id or len(provider_id) > 128:
        raise _unreadable()
    if status == "success":
        return [Receipt("confirmed", provider_id=provider_id)]
    blocked = "user block" in status
    reason = "WECHAT_USER_BLOCK" if blocked else "WECHAT_FAILED"
    return [Receipt("refused", provider_id=provider_id, reason=reason, blocks=blocked)]


def _scanned(parts: Mapping[str, str]) -> list[Event]:
    """A code that was scanned; one that had not followed the account yet comes with a prefix."""
    ticket, openid = parts.get("EventKey", "").removeprefix("qrscene_"), parts.get("FromUserName", "")
    return [Scanned(ticket, openid)] if ticket and openid else []


def _left(parts: Mapping[str, str]) -> list[Event]:
    openid = parts.get("FromUserName", "")
    return [Left(openid)] if openid else []


_TELL: Mapping[str, Callable[[Mapping[str, str]], list[Event]]] = {
    "templatesendjobfinish": _finished,
    "subscribe": _scanned,
    "scan": _scanned,
    "unsubscribe": _left,
}


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False


def _unreadable() -> DomainError:
    return DomainError(Kind.INVALID, "RECEIPT_UNREADABLE", "回执内容无法识别。", field="body", rule="MSG-27")
