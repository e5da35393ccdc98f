"""HTTP/1.1 by hand: what no well-behaved client sends, over connections that are kept while the other side keeps them.

Requests are bytes. An answer is read by its length, its chunks, or to the end of the connection.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

_LIMIT = 32 * 1024 * 1024


class Hung(Exception):
    """Raised when no whole answer came in time."""


@dataclass
class Answer:
    """Status 0: the connection was closed without an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Unpack the body."""
        if self.headers.get("content-encoding") == "gzip":
            self.body = gzip.decompress(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        """Without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


def request(
    method: str, target: str, headers: Mapping[str, str | bytes], body: bytes = b"", *, length: bool = True
) -> bytes:
    """A request as bytes; `length` says that the body's length is told."""
    lines = [f"{method} {target} HTTP/1.1".encode("utf-8", "surrogateescape")]
    told = {"host": "127.0.0.1", **headers}
    if length and (body or method not in ("GET", "HEAD")):
        told["content-length"] = str(len(body))
    for name, value in told.items():
        raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
        lines.append(name.encode() + b": " + raw)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Wire:
    """Connections to one place, handed out one request at a time."""

    def __init__(self, port: int, seconds: float = 30.0) -> None:
        self._port = port
        self._seconds = seconds
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, raw: bytes, *, fresh: bool = False, head: bool = False) -> Answer:
        """What is answered to `raw`; `fresh` on a connection of its own. Raises Hung."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._send(raw, fresh=fresh, head=head)
        except TimeoutError:
            raise Hung(f"no whole answer in {self._seconds:.0f} s") from None

    async def _send(self, raw: bytes, *, fresh: bool, head: bool) -> Answer:
        kept = not fresh and bool(self._idle)
        reader, writer = self._idle.pop() if kept else await self._connect()
        try:
            # Written beside the reading: who refuses a large body answers, and closes, before it has it all.
            writing = asyncio.create_task(_write(writer, raw))
            try:
                answer = await _read(reader, head=head)
            finally:
                writing.cancel()
        except BaseException:
            writer.close()
            raise
        if answer.status == 0 and kept:  # it was closed while it was idle
            writer.close()
            return await self._send(raw, fresh=True, head=head)
        if fresh or answer.status == 0 or answer.headers.get("connection") == "close" or not writing.done():
            writer.close()
        else:
            self._idle.append((reader, writer))
        return answer

    async def read(self, reader: asyncio.StreamReader) -> Answer:
        """The answer on a connection that somebody else wrote to. Raises Hung."""
        try:
            async with asyncio.timeout(self._seconds):
                return await _read(reader, head=False)
        except TimeoutError:
            raise Hung(f"no whole answer in {self._seconds:.0f} s") from None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=_LIMIT)

    async def close(self) -> None:
        """Close what is idle."""
        for _, writer in self._idle:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        self._idle.clear()


async def _write(writer: asyncio.StreamWriter, raw: bytes) -> None:
    with suppress(OSError):
        writer.write(raw)
        await writer.drain()


async def _read(reader: asyncio.StreamReader, *, head: bool) -> Answer:
    try:
        top = await reader.readuntil(b"\r\n\r\n")
        while top.startswith(b"HTTP/1.1 1"):  # go on; the answer is still to come
            top = await reader.readuntil(b"\r\n\r\n")
        lines = top.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        return Answer(status, headers, b"" if head or status in (204, 304) else await _body(reader, headers))
    except (asyncio.IncompleteReadError, OSError, IndexError):
        return Answer(0)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        whole = bytearray()
        while size := int((await reader.readline()).strip() or b"0", 16):
            whole += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readline()
        return bytes(whole)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()
