"""The short way for the busiest read: the board's bytes, while they are fresh, without routing or a session."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.domain import DomainError
from services.kit.metrics import HTTP_SECONDS
from services.portal.api.common import PREFIX
from services.portal.board import BoardAnswer, Boards

_PATH = re.compile(rf"{PREFIX}/cycles/([0-9a-f-]{{36}})/board")
_QUERY = re.compile(rb"(?:base_code=([A-Za-z0-9-]{0,32}))?")
_OBSERVE = {
    status: HTTP_SECONDS.labels(f"{PREFIX}/cycles/{{cycle_id}}/board", "GET", str(status)).observe
    for status in (200, 304)
}
_ALWAYS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"accept-encoding"),
]


class BoardLane:
    """ASGI: answers `GET …/board` from memory, reading again what it had read before; everything else goes on to `app`.

    Whoever has these counts already (`If-None-Match`) is told so in a few bytes. While the portal is `closed` it
    answers nothing itself.
    """

    def __init__(self, app: ASGIApp, boards: Boards, closed: Callable[[], object] = lambda: None) -> None:
        self._app = app
        self._boards = boards
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.perf_counter()
        answer = await self._answer(scope)
        if answer is None:
            await self._app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        tag = answer.tag.encode()
        status, body = 200, answer.json
        headers = [*_ALWAYS, (b"etag", tag)]
        if tag in asked.get(b"if-none-match", b""):
            status, body = 304, b""
        elif b"gzip" in asked.get(b"accept-encoding", b""):
            body = answer.packed
            headers.append((b"content-encoding", b"gzip"))
        if status == 200:
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        _OBSERVE[status](time.perf_counter() - began)

    async def _answer(self, scope: Scope) -> BoardAnswer | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path, query = _PATH.fullmatch(scope["path"]), _QUERY.fullmatch(scope["query_string"])
        if path is None or query is None or self._closed():
            return None
        cycle_id, base_code = path.group(1), (query.group(1) or b"").decode()
        if (fresh := self._boards.fresh(cycle_id, base_code)) is not None:
            return fresh
        try:
            return await self._boards.known(cycle_id, base_code)
        except DomainError:
            return None  # whose page or problem it becomes is decided there
