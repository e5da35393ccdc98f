"""MSG-29 and MSG-32: addresses people prove to be theirs: how they are written, shown, proved, and when blocked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from services.kit.domain import DomainError, Kind
from services.notify.domain.channels import Channel

LIFE = timedelta(minutes=10)
"""How long a code or a picture to be scanned is good."""
TRIES = 5
"""Wrong codes after which an address has to be begun anew."""
STARTS = (timedelta(hours=1), 5)
"""Within how long how many proofs may be begun, by one person and of one address."""
CODE_DIGITS = 6
PENDING_KEPT = timedelta(days=1)
"""After this long an address that nobody proved is forgotten: it may be somebody else's."""
BLOCKED_FOR: Mapping[Channel, timedelta] = {Channel.SMS: timedelta(days=30)}
"""How long a block lasts where nobody can prove an address to us; others last until the address is proved anew."""
PROVABLE = frozenset({Channel.EMAIL, Channel.WECHAT})
"""Channels whose addresses are proved here; a mobile number belongs to the account."""

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_LOCAL}@(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z", re.ASCII)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def parse_email(text: str) -> str:
    """MSG-29: an e-mail address in one form: half-width, lower case, no blanks around it.

    Raises DomainError INVALID EMAIL_FORMAT, field `address`, which never repeats what was typed.
    """
    folded = text.translate(_WIDE).strip().lower()
    if not _EMAIL.match(folded):
        message = "请填写完整的电子邮箱地址，例如 name@example.com。"
        raise DomainError(Kind.INVALID, "EMAIL_FORMAT", message, field="address", rule="MSG-29")
    return folded


def masked(channel: Channel, value: str) -> str:
    """How an address is shown to its owner and to operators: enough to tell it from another, not to use it."""
    if channel is Channel.SMS:
        digits = value.removeprefix("+86")
        return digits[:3] + "*" * max(0, len(digits) - 7) + digits[-4:]
    if channel is Channel.EMAIL:
        local, _, domain = value.partition("@")
        return f"{local[:1]}***@{domain}"
    return f"****{value[-4:]}" if channel is Channel.WECHAT else ""
