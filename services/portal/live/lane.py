"""The event streams of pages, raw ASGI because thousands are open: a page names its parts and is told of those."""

from __future__ import annotations

import random
from collections.abc import Awaitable
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.portal.live.events import GZIP_BEGIN, pack
from services.portal.live.hub import LiveHub
from services.portal.live.shared_parts import shared_part
from services.portal.live.stream import Shown, Stream

MOST_PARTS = 16
"""Live parts of one page."""
RETRY_MS = (1_000, 4_000)
"""A browser that lost its stream comes back after so long: each at a moment of its own."""
_LONGEST_QUERY = 4_000
_PLAIN = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"accept-encoding"),
]
_PACKED = [*_PLAIN, (b"content-encoding", b"gzip")]


class LiveLane:
    """ASGI: `/live` goes to `streams`, everything else to `app`.

    Whatever stands between the server and a stream is kept in memory for as long as that is open, thousands of times:
    so it stands before everything that a stream does not need, and takes no part itself.
    """

    def __init__(self, app: ASGIApp, streams: ASGIApp) -> None:
        self._app = app
        self._streams = streams

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        live = scope["type"] == "http" and scope["path"] == "/live" and scope["method"] == "GET"
        return (self._streams if live else self._app)(scope, receive, send)


class LiveStreams:
    """ASGI: `GET /live?part=<element> <topics, joined by dots> <source>&…`, one `part` for each live part of the page.

    With `again=yes`, or where the browser lost a stream, the page is no fresh one and is brought and told everything.
    """

    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the browser leaves or the process stops."""
        headers = Headers(scope=scope)
        packed = "gzip" in headers.get("accept-encoding", "")
        shown, again = _asked(scope["query_string"][:_LONGEST_QUERY])
        stream = Stream(scope["state"]["visitor"].caller, shown, send, packed)
        if not self._hub.open(stream):
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"30")]})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _PACKED if packed else _PLAIN})
            await send({"type": "http.response.body", "body": _hello(packed), "more_body": True})
            await self._hub.catch_up(stream, again=again or "last-event-id" in headers)
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._hub.leave(stream)


def _hello(packed: bool) -> bytes:
    # With an id, because a browser that comes back names the last one that it saw.
    hello = f"retry: {random.randint(*RETRY_MS)}\nid: 1\n\n".encode()  # noqa: S311 (no secret)
    return GZIP_BEGIN + pack(hello) if packed else hello


@lru_cache(maxsize=1024)
def _asked(query: bytes) -> tuple[tuple[Shown, ...], bool]:
    """The parts that a page names, and whether it had been open before. What makes no sense is left out."""
    shown: list[Shown] = []
    fields = parse_qsl(query.decode("ascii", "replace"))[: MOST_PARTS + 1]
    named: set[str] = set()
    for name, value in fields:
        element, _, rest = value.partition(" ")
        topics, _, source = rest.partition(" ")
        # An id stands once on a page: nobody has one part made from many addresses by a single stream.
        if name == "part" and element and topics and element not in named:
            named.add(element)
            shown.append(Shown(element, frozenset(topics.split(".")), shared_part(element, source)))
    return tuple(shown), ("again", "yes") in fields
