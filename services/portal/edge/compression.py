"""PUB-12: answers packed with gzip, where that tells nobody anything.

Packing lets the size of an answer depend on whether a text of an attacker's choice repeats a secret in it (BREACH). For
that somebody must make a browser ask again and again, with its cookies, from another site. Browsers say where a request
was begun (`Sec-Fetch-Site`): with cookies, only what our own pages or the person began is packed. Event streams, which
carry nothing of anybody, pack their own (`live/events.py`); files are packed once (`assets.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_BYTES = 1024
"""What is smaller gains nothing."""
LEVEL = 5
"""More costs twice the time for three parts in a hundred."""
_PACKED_ALREADY = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
    "image/*",
)
_OURS = frozenset({"same-origin", "none"})


class Compression:
    """ASGI: packs what `app` answers, from 1 KB on, for whoever takes gzip and where it is harmless."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        excluded = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *_PACKED_ALREADY)
        self._packed = GZipMiddleware(app, LEAST_BYTES, LEVEL, exclude_content_types=excluded)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        return (self._packed if _harmless(scope) else self._app)(scope, receive, send)


def _harmless(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["path"].startswith("/static/"):
        return False
    headers = Headers(scope=scope)
    return "cookie" not in headers or headers.get("sec-fetch-site", "") in _OURS
