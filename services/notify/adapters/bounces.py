"""MSG-27: what a mail server reports of a message (RFC 3464), and which delivery it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

from services.notify.adapters.smtp import is_dead

_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report says of one delivery."""

    delivery_id: str
    arrived: bool
    reason: str
    """`DSN_5_1_1`; empty when it arrived."""
    dead: bool
    """The mailbox does not exist, or is closed."""


def read(report: bytes) -> list[Reported]:
    """What `report` says for good: nothing of a message that is only late, or is none of ours."""
    # The older policy reads headers as they stand: the newer one stumbles over some that are not well formed.
    mail = message_from_bytes(report)
    parts = list(mail.walk())
    statuses = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if mail.get_content_type() != "multipart/report" or statuses is None:
        return []
    blocks = [block for block in statuses.get_payload() if isinstance(block, Message)]
    delivery_id = _delivery_id(blocks, parts)
    return list(_recipients(blocks, delivery_id)) if delivery_id else []


def _recipients(blocks: list[Message], delivery_id: str) -> Iterator[Reported]:
    for block in blocks:
        action = str(block.get("Action", "")).strip().lower()
        status = _STATUS.match(str(block.get("Status", "")))
        if action in _ARRIVED:
            yield Reported(delivery_id, True, "", False)
        elif action == "failed":
            detail = f"{int(status[2])}.{int(status[3])}" if status else ""
            reason = f"DSN_{status[1]}_{detail.replace('.', '_')}" if status else "DSN_FAILED"
            yield Reported(delivery_id, False, reason, status is not None and status[1] == "5" and is_dead(detail))


def _delivery_id(blocks: list[Message], parts: list[Message]) -> str:
    """The envelope's id as we gave it, else the Message-ID of the mail that came back."""
    names = [str(block.get("Original-Envelope-Id", "")) for block in blocks]
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            returned = part.get_payload(decode=True)
            text = returned.decode("ascii", "replace") if isinstance(returned, bytes) else ""
            names.append(str(message_from_string(text).get("Message-ID", "")))
        elif part.get_content_type() == "message/rfc822":
            names += [str(inner.get("Message-ID", "")) for inner in part.get_payload() if isinstance(inner, Message)]
    found = (_ID.match(name.strip().lstrip("<")) for name in names)
    return next((match[0] for match in found if match), "")
