"""One kept HTTP/1.1 connection to the portal, as lean as a client in Python can be.

A rehearsal plays on the machine of the system it measures: what its own client costs is taken from the system. The
parser is the one that uvicorn serves with (`httptools`); a request is two writes and no task.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import httptools


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: status, whether to wait how long, and the JSON object in it (empty when there is none)."""

    status: int
    body: Mapping[str, Any]
    retry_after: float = 0.0
    """Seconds that the server asks to wait; 0 when it did not say."""


class Wire(Protocol):
    """What sends one request at a time. Raises OSError when the connection broke before the answer was whole."""

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        """Send and wait for the answer, however long it takes."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


def target_of(path: str, query: Mapping[str, Any] | None) -> str:
    """`path` with its query; a list gives a parameter several times."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


class HttpWire:
    """A `Wire` to `url`; opens its connection when there is none, and another when the former has ended."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._base = parts.path.rstrip("/")
        self._said = f"Host: {parts.netloc}\r\nAccept: application/json\r\n"
        self._line: _Line | None = None

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        """As the protocol says."""
        line = self._line
        if line is None or not line.usable:
            loop = asyncio.get_running_loop()
            _, line = await loop.create_connection(_Line, self._host, self._port)
            self._line = line
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if content is not None:
            told += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        head = f"{method} {self._base}{target} HTTP/1.1\r\n{self._said}{told}\r\n".encode()
        try:
            return await line.ask(head + (content or b""))
        except BaseException:
            # Whatever cut the wait: the answer that may still come belongs to nobody.
            self.close()
            raise

    def close(self) -> None:
        """As the protocol says."""
        if self._line is not None:
            self._line.hang_up()
            self._line = None


class _Line(asyncio.Protocol):
    """The connection itself: bytes in, replies out."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._retry_after = 0.0
        self.usable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.usable = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the connection ended before its answer"))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.hang_up()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after" and value.isdigit():
            self._retry_after = float(value)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.usable = self.usable and self._parser.should_keep_alive()
        reply = Reply(self._parser.get_status_code(), _object(b"".join(self._body)), self._retry_after)
        self._body, self._retry_after = [], 0.0
        # A parser reads one answer; for the next one it begins anew.
        self._parser = httptools.HttpResponseParser(self)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)
        if not self.usable:
            self.hang_up()

    async def ask(self, request: bytes) -> Reply:
        """Send `request` and wait for its answer."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def hang_up(self) -> None:
        """End the connection."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content) if content else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
