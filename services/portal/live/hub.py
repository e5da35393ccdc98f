"""Live pages: facts heard as hints reach the open streams that show what they change.

One task tells the streams, a few times a second at most. What is the same for everybody (`shared_parts.py`) is made
once and sent along; of everything else a stream is told which parts changed, never what: the page fetches them again,
at a moment of its own within the time that the event names, so that thousands who are told together do not come
together. A hint may be lost; therefore everything is looked at again from time to time.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from services.kit.delivery import Delivery
from services.kit.ending import ended
from services.kit.metrics import LIVE_STREAMS
from services.kit.part import Part
from services.portal.live.shared_parts import SharedPart, SharedParts
from services.portal.live.stream import Stream
from services.portal.live.topics import ENROLLMENT, PUBLIC, WRITTEN, topics_of

ROUND_SECONDS = 0.15
"""Between two rounds of news at least; the most often a page refreshes."""
REST_SHARE = 3
"""A round is followed by at least so many times its own length, so that telling never takes all of the process."""
GATHER_SECONDS = 0.02
"""After a silence, news waits this long for what belongs to it."""
SHARED_SECONDS = 0.1
"""What of the shared parts is not made within this time of a round is fetched by those who show it."""
LOOK_AGAIN_SECONDS = 30.0
"""Everything is looked at again after this long, news or not."""
FETCH_MS = 4
"""Pages that are told together fetch over a time of so many milliseconds each: about what a page costs."""
JUST_NOW_SECONDS = 5.0
"""A page that opens its stream within this time of news may have been made before them."""
DRAINED_SHARE = 0.8
"""Of the time that a draining takes, streams are ended over this share, at moments of their own."""
AT_A_TIME = 100
"""Streams that are told before others get a turn."""
MAX_STREAMS = 10_000

_log = structlog.get_logger("portal")


class Hints(Protocol):
    """Where facts are heard: `kit.bus.Messaging`, or a stand-in."""

    async def start(self) -> None:
        """Connect, waiting for ever if need be."""

    async def stop(self) -> None:
        """Close."""

    async def subscribe_hints(self, subject: str, callback: Callable[[Delivery], None]) -> None:
        """Call `callback` for every fact on `subject`."""

    def degraded(self) -> str:
        """Why nothing is heard now; empty otherwise."""

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Call `callback` when facts may have been missed."""


class LiveHub:
    """A part: hears facts as hints and tells the open streams.

    `heard` is called at once with the topics that changed, so that shared answers are read again. `listeners` are
    started once the connection stands. The portal serves while NATS is away: pages then look again only from time to
    time. `shared`, set once the application stands, makes what is the same for everybody; without it pages fetch that.
    """

    name = "live"

    def __init__(self, hints: Hints, heard: Callable[[set[str]], None], listeners: Sequence[Part] = ()) -> None:
        self._hints = hints
        self._heard = heard
        self._listeners = listeners
        self.shared: SharedParts | None = None
        self._streams: set[Stream] = set()
        self._showing: dict[SharedPart, set[Stream]] = {}
        self._news: set[str] = set()
        self._heard_at: dict[str, float] = {}
        self._opened: deque[float] = deque()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._started: list[Part] = []
        self._draining: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to hear and to tell; does not wait for NATS."""
        self._hints.on_reconnect(lambda: self._take(set(PUBLIC)))
        await self._hints.subscribe_hints(f"{ENROLLMENT}>", self._hear)
        await self._hints.subscribe_hints(WRITTEN, self._hear)
        self._tasks = [
            asyncio.create_task(self._tell_news(), name="live news"),
            asyncio.create_task(self._look_again(), name="live look again"),
            asyncio.create_task(self._connect(), name="live hints"),
        ]

    def drain(self, seconds: float) -> None:
        """OPS-20: end the streams over most of `seconds`, and at once what opens from now on.

        Browsers come back, each at a moment of its own as its hello told it to, and find another process.
        """
        self._draining = asyncio.create_task(self._end_streams(seconds * DRAINED_SHARE), name="live draining")
        self._tasks.append(self._draining)

    async def stop(self) -> None:
        """End all streams, then stop hearing."""
        for stream in list(self._streams):
            stream.close()
        await asyncio.gather(*map(ended, self._tasks))
        self._tasks = []
        for listener in reversed(self._started):
            await listener.stop()
        self._started = []
        await self._hints.stop()

    def not_ready(self) -> str:
        """Always ready: without hints pages look again by themselves."""
        return ""

    def degraded(self) -> str:
        """Empty, or why no facts are heard."""
        return self._hints.degraded()

    async def _connect(self) -> None:
        await self._hints.start()
        for listener in self._listeners:
            self._started.append(listener)
            await listener.start()

    def _hear(self, delivery: Delivery) -> None:
        self._take(topics_of(delivery.subject, delivery.body))

    def _take(self, topics: set[str]) -> None:
        if topics:
            self._heard(topics)
            self._news |= topics
            now = asyncio.get_running_loop().time()
            self._heard_at |= dict.fromkeys(topics & PUBLIC, now)
            self._wake.set()

    def open(self, stream: Stream) -> bool:
        """Tell `stream` from now on; False when there are too many already."""
        if len(self._streams) >= MAX_STREAMS:
            return False
        # At moments of their own, also for those that opened together.
        stream.again_at = asyncio.get_running_loop().time() + random.uniform(0.5, 1.0) * LOOK_AGAIN_SECONDS  # noqa: S311
        self._streams.add(stream)
        for each in stream.shown:
            if each.shared is not None:
                self._showing.setdefault(each.shared, set()).add(stream)
        LIVE_STREAMS.set(len(self._streams))
        return True

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        self._streams.discard(stream)
        for each in stream.shown:
            if each.shared is not None and (showing := self._showing.get(each.shared)) is not None:
                showing.discard(stream)
                if not showing:
                    del self._showing[each.shared]
        LIVE_STREAMS.set(len(self._streams))

    async def _end_streams(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        began, ending = loop.time(), list(self._streams)
        for number, stream in enumerate(ending):
            await asyncio.sleep(max(0.0, began + seconds * number / len(ending) - loop.time()))
            stream.close()

    async def catch_up(self, stream: Stream, *, again: bool) -> None:
        """Bring a stream that has just opened what its page may have missed: everything when it opened `again`."""
        if self._draining is not None:
            stream.close()
            return
        now = asyncio.get_running_loop().time()
        self._opened.append(now)
        while now - self._opened[0] > 1.0:
            self._opened.popleft()
        for part in [each.shared for each in stream.shown if each.shared is not None]:
            if again or any(
                now - self._heard_at.get(topic, -JUST_NOW_SECONDS) < JUST_NOW_SECONDS for topic in part.topics
            ):
                await self._bring(part, [stream], len(self._opened))
        if again:
            stream.tell(stream.concerned(stream.topics), len(self._opened) * FETCH_MS)

    async def _tell_news(self) -> None:
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while True:
            await self._wake.wait()
            # What comes meanwhile is told together.
            await asyncio.sleep(max(GATHER_SECONDS, next_at - loop.time()))
            began = loop.time()
            self._wake.clear()
            news, self._news = self._news, set()
            await self._bring_shared(news)
            await self._tell([(stream, stream.concerned(news)) for stream in self._streams])
            next_at = began + max(ROUND_SECONDS, (loop.time() - began) * (1 + REST_SHARE))

    async def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        shared_at = loop.time() + LOOK_AGAIN_SECONDS
        while True:
            await asyncio.sleep(1.0)
            now = loop.time()
            due = [stream for stream in self._streams if stream.again_at <= now]
            for stream in due:
                stream.again_at = now + LOOK_AGAIN_SECONDS
            await self._tell([(stream, stream.concerned(stream.topics)) for stream in due])
            if now >= shared_at:
                shared_at = now + LOOK_AGAIN_SECONDS
                await self._bring_shared(set(PUBLIC))

    async def _bring_shared(self, news: set[str]) -> None:
        """Make and push the shared parts that `news` change, those with most viewers first."""
        if self.shared is None or news.isdisjoint(PUBLIC):
            return
        self.shared.stale()
        end = asyncio.get_running_loop().time() + SHARED_SECONDS
        changed = [part for part in self._showing if not news.isdisjoint(part.topics)]
        for part in sorted(changed, key=lambda part: -len(self._showing.get(part, ()))):
            showing = list(self._showing.get(part, ()))
            if asyncio.get_running_loop().time() < end:
                await self._bring(part, showing, len(showing))
            else:
                await self._tell([(stream, {part.element}) for stream in showing])

    async def _bring(self, part: SharedPart, streams: Sequence[Stream], together: int) -> None:
        try:
            event = await self.shared.event(part) if self.shared is not None else None
        except Exception:  # noqa: BLE001  (whatever it is, those who show it fetch it and see for themselves)
            _log.exception("a shared part was not made", element=part.element)
            event = None
        for number, stream in enumerate(streams):
            if event is not None:
                stream.push(part, event)
            else:
                stream.tell({part.element}, together * FETCH_MS)
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)

    async def _tell(self, streams: Sequence[tuple[Stream, set[str]]]) -> None:
        told = [(stream, parts) for stream, parts in streams if parts]
        for number, (stream, parts) in enumerate(told):
            stream.tell(parts, len(told) * FETCH_MS)
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)
