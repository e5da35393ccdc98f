"""MSG-24: template messages of a WeChat official account (`docs/adapters.md`, "WeChat")."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from services.kit.domain import DomainError, Kind
from services.notify.adapters.port import Outgoing
from services.notify.adapters.post import Answer, Poster
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings

SCAN_SECONDS = 600
"""How long a code to be scanned holds."""

_JSON = {"Content-Type": "application/json"}
_STALE = frozenset({40001, 40014, 42001})
"""The access token is not the current one, or is over."""
_AHEAD = 240.0
"""The platform makes a new token five minutes before the end of the old one, and takes both in between."""
_FORCE_APART = 60.0
"""Forcing a new token works twenty times a day and not twice within half a minute."""
_MINUTE, _QUARTER = timedelta(minutes=1), timedelta(minutes=15)

ERRORS: Mapping[int, tuple[Verdict, timedelta | None]] = {
    # Busy, or too much within a minute; or the same a moment ago.
    -1: (Verdict.LATER, None),
    40241: (Verdict.LATER, _MINUTE),
    43108: (Verdict.LATER, _MINUTE),
    43117: (Verdict.LATER, _MINUTE),
    45011: (Verdict.LATER, _MINUTE),
    # Nobody's openid with us: wrong, or does not follow the account any more.
    40003: (Verdict.BAD_ADDRESS, None),
    43004: (Verdict.BAD_ADDRESS, None),
    # This message never: the person does not want it, or its template or a field is wrong.
    40036: (Verdict.REFUSED, None),
    40037: (Verdict.REFUSED, None),
    40039: (Verdict.REFUSED, None),
    40048: (Verdict.REFUSED, None),
    43019: (Verdict.REFUSED, None),
    43101: (Verdict.REFUSED, None),
    43116: (Verdict.REFUSED, None),
    44002: (Verdict.REFUSED, None),
    45002: (Verdict.REFUSED, None),
    45168: (Verdict.REFUSED, None),
    47001: (Verdict.REFUSED, None),
    47003: (Verdict.REFUSED, None),
    # The account: its day's quota, credentials, rights, or where we call from.
    45009: (Verdict.DOWN, _QUARTER),
    40001: (Verdict.DOWN, _MINUTE),
    40014: (Verdict.DOWN, _MINUTE),
    42001: (Verdict.DOWN, _MINUTE),
    40002: (Verdict.DOWN, None),
    40013: (Verdict.DOWN, None),
    40125: (Verdict.DOWN, None),
    40164: (Verdict.DOWN, None),
    41001: (Verdict.DOWN, None),
    41002: (Verdict.DOWN, None),
    41004: (Verdict.DOWN, None),
    43107: (Verdict.DOWN, None),
    48001: (Verdict.DOWN, None),
    48004: (Verdict.DOWN, None),
    50002: (Verdict.DOWN, None),
    61004: (Verdict.DOWN, None),
}
"""What the platform's codes mean. One that is not here is tried again until the attempts are used up."""


class WeChat:
    """Sends each message as one template message.

    The platform drops a second copy of the same id within ten minutes and promises nothing later, when a message may
    well be tried again: so it counts as a channel without ids, and what it may have got twice is counted.
    """

    name = "wechat"
    channel = Channel.WECHAT
    kind = "wechat"
    idempotent = False

    def __init__(self, settings: NotifySettings) -> None:
        self._base = settings.wechat_address.rstrip("/")
        self._templates = settings.wechat_templates
        portal = settings.public_url.rstrip("/")
        # The platform takes links to public pages only.
        self._link = {"url": f"{portal}/messages"} if portal.startswith("https://") else {}
        self._poster = Poster(settings.wechat_timeout)
        self._tokens = _Tokens(
            self._poster, self._base, settings.wechat_app_id, settings.wechat_app_secret.get_secret_value()
        )

    async def start(self) -> None:
        """Connections open when first used."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._poster.close()

    def not_ready(self) -> str:
        """Always ready: a platform that is away takes nothing but its own messages with it."""
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send one template message; its fields are those of the template, already within the platform's limits."""
        template_id = self._templates.get(outgoing.template)
        if template_id is None:
            return Outcome(Verdict.REFUSED, "TEMPLATE_NOT_MAPPED")
        body = {
            "touser": outgoing.address,
            "template_id": template_id,
            "client_msg_id": outgoing.delivery_id,
            "data": {name: {"value": value} for name, value in outgoing.fields.items()},
            **self._link,
        }
        content = await self._call("/cgi-bin/message/template/send", body)
        if isinstance(content, Outcome):
            return content
        return Outcome(Verdict.ACCEPTED, provider_id=str(content.get("msgid", ""))[:128])

    async def scan_url(self, ticket: str) -> str:
        """The address that a QR code is to hold so that scanning it tells us `ticket` (1 to 64 characters) and openid.

        Raises DomainError UNAVAILABLE WECHAT_UNAVAILABLE when the platform did not answer with one.
        """
        body = {
            "expire_seconds": SCAN_SECONDS,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": ticket}},
        }
        content = await self._call("/cgi-bin/qrcode/create", body, plain=True)
        address = "" if isinstance(content, Outcome) else content.get("url")
        if not isinstance(address, str) or not address:
            raise DomainError(Kind.UNAVAILABLE, "WECHAT_UNAVAILABLE", "微信暂时无法使用，请稍后再试。", rule="MSG-24")
        return address

    async def _call(self, path: str, body: Mapping[str, Any], *, plain: bool = False) -> Mapping[str, Any] | Outcome:
        """What the platform answers, or what its failing means. `plain` answers carry no code when they succeed."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        rejected = ""
        while True:
            token = await self._tokens.current(rejected)
            if isinstance(token, Outcome):
                return token
            url = f"{self._base}{path}?access_token={quote(token, safe='')}"
            content = _content(await self._poster.post(url, sent, _JSON), plain=plain)
            if not isinstance(content, _Code):
                return content
            # A stale token was turned away before anything was done: the same again, once, with a fresh one.
            if content.code not in _STALE or rejected:
                return content.outcome()
            rejected = token


class _Tokens:
    """The account's access token, asked for once by whoever comes first."""

    def __init__(self, poster: Poster, base: str, app_id: str, secret: str) -> None:
        self._poster = poster
        self._url = f"{base}/cgi-bin/stable_token"
        self._asks = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        self._token = ""
        self._until = 0.0
        self._forced_at: float | None = None
        self._lock = asyncio.Lock()

    async def current(self, rejected: str = "") -> str | Outcome:
        """The token in force, not `rejected`, which the platform just refused; or why there is none."""
        async with self._lock:
            if self._token and self._token != rejected and time.monotonic() < self._until:
                return self._token
            token = await self._ask(force=False)
            if token == rejected and token:
                # It still calls current what it refuses: only force helps, and that is rationed.
                now = time.monotonic()
                if self._forced_at is not None and now - self._forced_at < _FORCE_APART:
                    return Outcome(Verdict.DOWN, "WECHAT_TOKEN", wait=_MINUTE)
                self._forced_at = now
                token = await self._ask(force=True)
            return token

    async def _ask(self, *, force: bool) -> str | Outcome:
        self._token = ""
        body = json.dumps({**self._asks, "force_refresh": force}).encode()
        content = _content(await self._poster.post(self._url, body, _JSON), plain=True)
        if isinstance(content, _Code):
            return content.outcome()
        if isinstance(content, Outcome):
            # Of the message itself nothing was sent yet, so nothing is in doubt.
            return Outcome(Verdict.DOWN, content.reason, wait=content.wait)
        token, seconds = content.get("access_token"), content.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            return Outcome(Verdict.DOWN, "WECHAT_TOKEN", wait=_MINUTE)
        self._token, self._until = token, time.monotonic() + max(seconds - _AHEAD, seconds / 2)
        return token


class _Code:
    """An error code of the platform."""

    def __init__(self, code: int) -> None:
        self.code = code

    def outcome(self) -> Outcome:
        verdict, wait = ERRORS.get(self.code, (Verdict.LATER, None))
        return Outcome(verdict, f"WECHAT_{self.code}", wait=wait)


def _unusual(answer: Answer) -> Outcome:
    """The platform says everything with 200; another status comes from what stands before it."""
    reason = f"HTTP_{answer.status}"
    if answer.status < 300:
        return Outcome(Verdict.UNKNOWN, reason)
    later = answer.status == 429 or answer.status >= 500
    return Outcome(Verdict.LATER if later else Verdict.DOWN, reason, wait=answer.wait)


def _content(answer: Answer | Outcome, *, plain: bool) -> Mapping[str, Any] | Outcome | _Code:
    if isinstance(answer, Outcome):
        return answer
    if answer.status != 200:
        return _unusual(answer)
    code = answer.content.get("errcode", 0 if plain else None)
    if not isinstance(code, int):
        return Outcome(Verdict.UNKNOWN, "NO_ANSWER")
    return answer.content if code == 0 else _Code(code)
