"""Parts of pages that are the same for everybody: made once for all who look at them, and pushed down their streams."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

import structlog
from starlette.types import ASGIApp, Message, Scope

from services.portal.live.events import Event
from services.portal.remembered import Remembered

FRESH_SECONDS = 1.0
"""A part is made anew after this long, and at once when news of it were heard."""
MOST_PARTS = 256
"""Kept at a time."""

_KINDS = {"/board": ("board", frozenset({"board", "cycle"})), "/frame": ("strip", frozenset({"cycle"}))}
"""Path → the part of that page that shows nothing of its reader, and the topics that change it."""
_SOURCE = re.compile(r"(?:/en)?(/[a-z]+)(?:\?[A-Za-z0-9=&_-]{0,200})?")

_log = structlog.get_logger("portal")


@dataclass(frozen=True, slots=True)
class SharedPart:
    """One such part: the id of its element, the page that it is taken from, and the topics that change it."""

    element: str
    source: str
    topics: frozenset[str]


@lru_cache(maxsize=4096)
def shared_part(element: str, source: str) -> SharedPart | None:
    """The part `element` of the page at `source`; None when it is not the same for everybody."""
    found = _SOURCE.fullmatch(source)
    known, topics = _KINDS.get(found.group(1), ("", frozenset())) if found is not None else ("", frozenset())
    return SharedPart(element, source, topics) if element == known else None


class SharedParts:
    """Takes them from the pages that an anonymous visitor gets of `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._made = Remembered(self._make, FRESH_SECONDS, size=MOST_PARTS)

    async def event(self, part: SharedPart) -> Event | None:
        """The event that brings `part` as it is now; None when the page does not show it now."""
        return (await self._made.get(part))[0]

    def stale(self) -> None:
        """Make them anew: news were heard."""
        self._made.stale()

    async def _make(self, part: SharedPart) -> tuple[Event | None]:
        status, body = await _get(self._app, part.source)
        html = cut(body.decode(), part.element) if status == 200 else ""
        if not html:
            _log.warning("a shared part is left out", element=part.element, status=status)
            return (None,)
        return (Event("part", json.dumps({"id": part.element, "html": html}, ensure_ascii=False)),)


def cut(html: str, element: str) -> str:
    """The element with this id out of a page of ours; empty when there is none."""
    start = re.search(rf'<([a-z]+)(?=\s[^>]*\bid="{re.escape(element)}")', html)
    if start is None:
        return ""
    depth = 0
    for tag in re.compile(rf"<(/?){start.group(1)}\b[^>]*>").finditer(html, start.start()):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            return html[start.start() : tag.end()]
    return ""


async def _get(app: ASGIApp, source: str) -> tuple[int, bytes]:
    """Status and body that `app` answers to a visitor without cookies."""
    path, _, query = source.partition("?")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": None,
        "server": None,
        "state": {},
    }
    status, pieces = 500, [b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(pieces)
