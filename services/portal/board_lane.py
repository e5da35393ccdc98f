"""The short way for the busiest read: the board's bytes, while they are fresh, without routing or a session."""

from __future__ import annotations

import re
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.metrics import HTTP_SECONDS
from services.portal.api.common import PREFIX
from services.portal.board import Boards

_PATH = re.compile(rf"{PREFIX}/cycles/([0-9a-f-]{{36}})/board")
_QUERY = re.compile(rb"(?:base_code=([A-Za-z0-9-]{0,32}))?")
_SECONDS = HTTP_SECONDS.labels(f"{PREFIX}/cycles/{{cycle_id}}/board", "GET", "200")


class BoardLane:
    """ASGI: answers `GET …/board` from memory; everything else, and every read that needs a call, goes on to `app`."""

    def __init__(self, app: ASGIApp, boards: Boards) -> None:
        self._app = app
        self._boards = boards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.perf_counter()
        body = self._at_hand(scope)
        if body is None:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        _SECONDS.observe(time.perf_counter() - began)

    def _at_hand(self, scope: Scope) -> bytes | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path, query = _PATH.fullmatch(scope["path"]), _QUERY.fullmatch(scope["query_string"])
        if path is None or query is None:
            return None
        return self._boards.fresh_json(path.group(1), (query.group(1) or b"").decode())
