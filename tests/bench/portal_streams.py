"""How soon thousands of open board pages show a change: `python -m tests.bench.portal streams`.

Two instants count for a page, each from just before the fact is published: *told*, when bytes of the news reach the
browser's socket, and *shown*, when the last byte of the fresh board has: pushed with the news, or fetched because of
them (`--fetching`), after the pause that a page's script made before boards were pushed. The commit before and the
relay that publishes are not in it.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
import zlib
from dataclasses import dataclass, field
from statistics import quantiles
from typing import cast

from tests.bench.portal_processes import Behind, Served, behind_and_portal, pressure
from tests.bench.processor import milliseconds
from tests.bench.result import Options, Result

BOARD = "/board"
_APPLIED = re.compile(rb'data-label="[^"]*">(\d+)</td>\s*<td class="n" data-label="[^"]*">0</td>')
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n")
NEVER = 1e9
"""Milliseconds, of what was not seen to the end."""
AT_A_TIME = 100
"""Connections opened at once."""


@dataclass
class Seen:
    """What one page saw: by change, when it was told and when it was shown."""

    told: list[float] = field(default_factory=list)
    shown: dict[int, float] = field(default_factory=dict)


class Page(asyncio.Protocol):
    """One open board: a stream, read as it comes; and beside it the connection over which it fetches."""

    def __init__(self, seen: Seen, fetcher: Fetcher | None, port: int, query: str) -> None:
        self.seen = seen
        self._fetcher = fetcher
        self._port = port
        self._query = query
        self._pieces: list[tuple[float, bytes]] = []
        self._unpack: zlib._Decompress | None = None
        self._head = False
        self._raw = b""
        self._text = b""
        self.opened = asyncio.get_running_loop().create_future()
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = cast(asyncio.Transport, transport)
        head = f"GET /live{self._query} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\naccept-encoding: gzip\r\n\r\n"
        self.transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        """Note when it came; it is read later, so that reading delays no other page's news."""
        self._pieces.append((time.monotonic(), data))
        if not self._head or self._fetcher is not None:
            self.read()

    def read(self) -> None:
        """Read what has come since."""
        pieces, self._pieces = self._pieces, []
        for at, data in pieces:
            self.size += len(data)
            self._raw += data
            if not self._head:
                if b"\r\n\r\n" not in self._raw:
                    continue
                head, _, self._raw = self._raw.partition(b"\r\n\r\n")
                assert b" 200 " in head.split(b"\r\n")[0], head
                self._head = True
                if b"content-encoding: gzip" in head.lower():
                    self._unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
                self.opened.set_result(None)
            while (found := _CHUNK.match(self._raw)) is not None:
                length = int(found.group(1), 16)
                if len(self._raw) < found.end() + length + 2:
                    break
                content = self._raw[found.end() : found.end() + length]
                self._raw = self._raw[found.end() + length + 2 :]
                self._text += self._unpack.decompress(content) if self._unpack is not None else content
            while b"\n\n" in self._text:
                event, _, self._text = self._text.partition(b"\n\n")
                self._heard(at, event)

    def _heard(self, at: float, event: bytes) -> None:
        if event.startswith(b"event: part"):
            number = _number(event.replace(b'\\"', b'"').replace(b"\\n", b"\n"))
            self.seen.told.append(at)
            self.seen.shown.setdefault(number, at)
        elif event.startswith(b"event: changed") and b"board" in event:
            self.seen.told.append(at)
            if self._fetcher is not None:
                self._fetcher.wish()


class Fetcher(asyncio.Protocol):
    """The connection over which a page fetches the board again, as its script does: after a pause, one at a time."""

    def __init__(self, seen: Seen, port: int, pause: float) -> None:
        self._seen = seen
        self._port = port
        self._pause = pause
        self._body = b""
        self._busy = self._again = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self.transport = cast(asyncio.Transport, transport)

    def wish(self) -> None:
        """Fetch soon."""
        if self._busy:
            self._again = True
            return
        self._busy = True
        asyncio.get_running_loop().call_later(random.random() * self._pause, self._fetch)

    def _fetch(self) -> None:
        head = f"GET {BOARD} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\nsec-fetch-site: same-origin\r\n\r\n"
        self.transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        """Take the answer."""
        self._body += data
        head, _, body = self._body.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if length is None or len(body) < int(length.group(1)):
            return
        self._seen.shown.setdefault(_number(body), time.monotonic())
        self._body, self._busy = b"", False
        if self._again:
            self._again = False
            self.wish()


def _number(html: bytes) -> int:
    found = _APPLIED.search(html)
    assert found is not None, html[:2000]
    return int(found.group(1))


WITHIN_MS, SHARE, MEMORY_MIB, STREAMS, MANY_STREAMS = 250.0, 99.0, 150.0, 2_000, 5_000


@dataclass(frozen=True)
class Watched:
    """What came of it: milliseconds until a change was told and shown, one for each page and change."""

    told: list[float]
    shown: list[float]
    streams: int
    seconds: float
    core: float
    """Share of a core that the portal used."""
    memory: float
    """MiB that it held in the end."""
    idle: float
    """MiB that it held before."""
    down: float
    """KiB a second down each stream."""
    busy: float

    @property
    def within(self) -> float:
        """Hundredths of what was shown within 250 ms."""
        return 100 * sum(each <= WITHIN_MS for each in self.shown) / len(self.shown)


async def measure(options: Options) -> list[Result]:
    """2 000 open boards and a change each second; then once 5 000, which is asked of nobody yet."""
    streams = options.sized(STREAMS, 200)
    runs = [await watch(streams, options.sized(15, 5), 1.0, pushed=True, pause=0.0) for _ in range(options.sized(2, 1))]
    many = await watch(options.sized(MANY_STREAMS, 400), options.sized(8, 3), 1.0, pushed=True, pause=0.0)
    shares = [quantiles(each.shown, n=100) for each in runs]
    notes = [f"{streams} streams: p50 {parts[49]:.0f} ms, p99 {parts[98]:.0f} ms" for parts in shares]
    more = f"{many.streams} streams (stretch): {many.within:.1f} % within 250 ms, {many.memory:.0f} MiB"
    last = runs[-1]
    return [
        Result(
            *("streams", "live board, a change shown within 250 ms", "% of pages", [each.within for each in runs]),
            target=SHARE,
            notes=[*notes, more],
            costs={
                "streams": last.streams,
                "streams_portal_share_of_core": last.core,
                "streams_portal_mib": last.memory,
                "stream_kib": (last.memory - last.idle) * 1024 / last.streams,
            },
        ),
        Result(
            *("streams", "live board, memory with those streams", "MiB", [each.memory for each in runs]),
            target=MEMORY_MIB,
            better="lower",
            notes=[f"resident; {last.idle:.0f} MiB before"],
        ),
    ]


async def watch(streams: int, changes: int, every: float, *, pushed: bool, pause: float) -> Watched:
    """Open the pages and change the board."""
    async with behind_and_portal() as (behind, served):
        idle = served.memory_mib
        pages = await _open(served, streams, pushed=pushed, pause=pause)
        await asyncio.sleep(1.0)
        for page in pages:
            page.read()
        for _ in range(3):
            await behind.change()
            await asyncio.sleep(every)
        size = sum(page.size for page in pages)
        spent, began = milliseconds(served.process.pid), time.monotonic()
        told = [await _changed(behind, pages, every) for _ in range(changes)]
        took, busy = time.monotonic() - began, pressure()
        await asyncio.sleep(3.0)
        for page in pages:
            page.read()
        spent = milliseconds(served.process.pid) - spent
        size = sum(page.size for page in pages) - size
        memory = served.memory_mib
        waits, shown = _waits(pages, told)
        for page in pages:
            page.transport.abort()
        return Watched(
            waits, shown, streams, took, spent / took / 1000, memory, idle, size / streams / took / 1024, busy
        )


async def _changed(behind: Behind, pages: list[Page], every: float) -> tuple[int, float]:
    end = time.monotonic() + every
    number, at = await behind.change()
    await asyncio.sleep(max(0.0, at + every * 0.7 - time.monotonic()))
    for page in pages:
        page.read()
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    return number, at


async def _open(served: Served, streams: int, *, pushed: bool, pause: float) -> list[Page]:
    loop = asyncio.get_running_loop()
    query = "?part=board+board.cycle+/board&part=strip+cycle+/frame" if pushed else ""
    pages: list[Page] = []

    async def one() -> None:
        seen = Seen()
        fetcher: Fetcher | None = None
        if not pushed:
            fetcher = Fetcher(seen, served.port, pause)
            await loop.create_connection(lambda: fetcher, "127.0.0.1", served.port)
        page = Page(seen, fetcher, served.port, query)
        await loop.create_connection(lambda: page, "127.0.0.1", served.port)
        await page.opened
        pages.append(page)

    for first in range(0, streams, AT_A_TIME):
        await asyncio.gather(*(one() for _ in range(min(AT_A_TIME, streams - first))))
    return pages


def _waits(pages: list[Page], told: list[tuple[int, float]]) -> tuple[list[float], list[float]]:
    """Milliseconds until each change was told and shown; without end where it never was."""
    waits: list[float] = []
    shown: list[float] = []
    for number, at in told:
        for page in pages:
            first = next((each for each in page.seen.told if each >= at), None)
            waits.append((first - at) * 1000 if first is not None else NEVER)
            # A page that shows a later board shows this change too.
            later = [when for seen, when in page.seen.shown.items() if seen >= number]
            shown.append((min(later) - at) * 1000 if later else NEVER)
    return waits, shown


def tell(found: Watched) -> None:
    """Print it."""
    missed = sum(each >= NEVER for each in found.shown)
    changes = len(found.shown) // found.streams
    print(f"{found.streams} streams, {changes} changes in {found.seconds:.0f} s, never shown: {missed}")
    for name, values in (("told", found.told), ("shown", found.shown)):
        parts = quantiles(values, n=100)
        print(f"{name:6} p50 {parts[49]:6.0f} ms  p95 {parts[94]:6.0f}  p99 {parts[98]:6.0f}  max {max(values):6.0f}")
    print(
        f"portal: {found.core * 100:.0f} % of a core, {found.memory:.0f} MiB with {found.streams} streams"
        f" ({found.idle:.0f} before); {found.down:.1f} KiB/s down each stream; waiting for a core {found.busy:.0f} %"
    )
