"""MSG-31: a token in a message takes one kind off one channel, for whoever holds it, and does nothing else.

It is signed, names the person by id only, and never ends: a mail is unsubscribed from years later.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from services.kit.domain import DomainError, Kind
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind, rule_of

_MARK_BYTES = 16
_SEPARATOR = " "


def token_of(key: bytes, person_id: str, kind: NoticeKind, channel: Channel) -> str:
    """A token for URLs; empty where nobody may unsubscribe: mandatory, or never sent that way."""
    rule = rule_of(kind, channel)
    if rule is None or rule.mandatory or not person_id:
        return ""
    said = _SEPARATOR.join((kind.value, channel.value, person_id)).encode()
    return base64.urlsafe_b64encode(_mark(key, said) + said).decode().rstrip("=")


def read_token(key: bytes, token: str) -> tuple[str, NoticeKind, Channel]:
    """Person, kind and channel of a token. Raises DomainError NOT_FOUND UNSUBSCRIBE_TOKEN for one we did not make."""
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        mark, said = content[:_MARK_BYTES], content[_MARK_BYTES:]
        if not hmac.compare_digest(mark, _mark(key, said)):
            raise ValueError("not ours")
        kind, channel, person_id = said.decode().split(_SEPARATOR, 2)
        return person_id, NoticeKind(kind), Channel(channel)
    except (ValueError, binascii.Error):
        message = "退订链接无效，请从最近一封邮件中打开，或登录后在通知设置中修改。"
        raise DomainError(Kind.NOT_FOUND, "UNSUBSCRIBE_TOKEN", message, field="token", rule="MSG-31") from None


def _mark(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"unsubscribe\0" + said, hashlib.sha256).digest()[:_MARK_BYTES]
