"""Pure ASGI middlewares of the edge: security headers, same-origin writes, small bodies."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.domain import DomainError, Kind

MAX_BODY_BYTES = 256 * 1024
MAX_UPLOAD_BYTES = 10 * 1024 * 1024 + MAX_BODY_BYTES
"""A file of 10 MiB and the fields of its form; only on the routes that take one."""
_UPLOADS = re.compile(
    r"(?:/application|/faculty|/api/v1/cycles/[0-9a-fA-F-]{36}/application|/api/v1/faculty)/papers/[a-z_]+"
    r"|/department/rosters|/rotations/trainees/import|/api/v1/faculty/rosters|/api/v1/rotation-plans/import"
)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_NO_STORE = (b"cache-control", b"no-store")
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DOORS = ("/api/", "/callbacks/", "/unsubscribe/")
"""Where others may post from: with a bearer token, with a carrier's signature, with the token of a message."""

Refuse = Callable[[Request, DomainError], Awaitable[Response]]


class SecurityHeaders:
    """ASGI: the same headers on every answer, and `no-store` wherever nothing else was said.

    What an answer says of its own frame stands (`mails.py`); it can only be another of our own policies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                said = {name.lower() for name, _ in headers}
                headers += [each for each in _RAW_HEADERS if each[0] not in said]
                if b"cache-control" not in said:
                    headers.append(_NO_STORE)
                if scope["scheme"] == "https":
                    headers.append(_HTTPS_ONLY)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOrigin:
    """ASGI: unsafe methods on pages come from our own pages (`Sec-Fetch-Site`, else `Origin`), or are refused.

    The doors for programs need no such check: what is asked there needs no cookie, but a token of its own.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or scope["method"] in _SAFE or scope["path"].startswith(_DOORS):
            await self._app(scope, receive, send)
            return
        if _from_here(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        error = DomainError(Kind.FORBIDDEN, "CROSS_SITE", "该请求不是从本平台页面发出的，已拒绝。")
        response = await self._refuse(Request(scope, receive), error)
        await response(scope, receive, send)


class SmallBodies:
    """ASGI: a request body over 256 KiB (10 MiB where a paper or list is uploaded) is refused, announced or not."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        body = bytearray()
        most = MAX_UPLOAD_BYTES if _UPLOADS.fullmatch(scope["path"]) else MAX_BODY_BYTES
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > most:
                error = DomainError(Kind.INVALID, "BODY_TOO_LARGE", "提交的内容过大。")
                await (await self._refuse(Request(scope), error))(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def receive_whole() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, receive_whole, send)


def _from_here(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:  # no address at all, such as `http://[`
        return False
