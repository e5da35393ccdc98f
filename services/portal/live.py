"""Live pages: facts heard as hints become "changed" on the open streams that show them.

One task fans out a few times a second. A stream is told which of its topics changed, never what: the page fetches its
own parts again. A hint may be lost; therefore every stream is told to look at everything again from time to time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from starlette.types import Receive, Scope, Send

from residency.enrollment.v1 import events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from services.kit.delivery import Delivery
from services.kit.domain import Caller
from services.kit.metrics import LIVE_STREAMS
from services.kit.part import Part

FAN_OUT_SECONDS = 0.25
"""Between two rounds of news at least; the most often a page refreshes."""
GATHER_SECONDS = 0.02
"""After a silence, news waits this long for what belongs to it."""
LOOK_AGAIN_SECONDS = 30.0
"""Every stream is told to look at everything again after this long, news or not."""
MAX_STREAMS = 10_000

_ENROLLMENT = "residency.enrollment.v1."
_WRITTEN = "residency.notify.v1.message.written"
_RETRY = b"retry: 2000\n\n"


class Stream:
    """One open page: what it listens for, and what changed since it was last told (bounded by its topics)."""

    def __init__(self, caller: Caller | None) -> None:
        self.topics = {"cycle": "cycle", "board": "board"}
        if caller is not None:
            self.topics[f"person:{caller.person_id}"] = "mine"
            self.topics[f"inbox of person:{caller.person_id}"] = "inbox"
        if caller is not None and caller.organisation:
            self.topics[f"base:{caller.organisation}"] = "queue"
            self.topics[f"inbox of organisation:{caller.organisation}"] = "inbox"
        self._changed: set[str] = set()
        self._look_again_at = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        self._wake = asyncio.Event()
        self.closed = False

    def tell(self, topics: Iterable[str]) -> None:
        """Note those of `topics` that this page shows."""
        names = {self.topics[topic] for topic in topics if topic in self.topics}
        if names:
            self._changed |= names
            self._wake.set()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._wake.set()

    async def next(self) -> list[str]:
        """The names of what changed; everything from time to time; empty when the stream has ended."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._look_again_at):
                await self._wake.wait()
        if self.closed:
            return []
        changed, self._changed = self._changed, set()
        if loop.time() >= self._look_again_at or not changed:
            changed = set(self.topics.values())
            self._look_again_at = loop.time() + LOOK_AGAIN_SECONDS
        self._wake.clear()
        return sorted(changed)


class Hints(Protocol):
    """Where facts are heard: `kit.bus.Messaging`, or a stand-in."""

    async def start(self) -> None:
        """Connect, waiting for ever if need be."""

    async def stop(self) -> None:
        """Close."""

    async def subscribe_hints(self, subject: str, callback: Callable[[Delivery], None]) -> None:
        """Call `callback` for every fact on `subject`."""

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Call `callback` when facts may have been missed."""


class LiveHub:
    """A part: hears facts as hints and fans them out to the open streams.

    `heard` is called at once with the topics that changed, so that shared answers are read again. `listeners` are
    started once the connection stands. The portal serves while NATS is away: pages then look again only from time to
    time.
    """

    name = "live"

    def __init__(self, hints: Hints, heard: Callable[[set[str]], None], listeners: Sequence[Part] = ()) -> None:
        self._hints = hints
        self._heard = heard
        self._listeners = listeners
        self._streams: set[Stream] = set()
        self._news: set[str] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._started: list[Part] = []

    async def start(self) -> None:
        """Begin to hear and to fan out; does not wait for NATS."""
        self._hints.on_reconnect(lambda: self._take({"board", "cycle"}))
        await self._hints.subscribe_hints(f"{_ENROLLMENT}>", self._hear)
        await self._hints.subscribe_hints(_WRITTEN, self._hear)
        self._tasks = [
            asyncio.create_task(self._fan_out(), name="live fan-out"),
            asyncio.create_task(self._connect(), name="live hints"),
        ]

    async def stop(self) -> None:
        """End all streams, then stop hearing."""
        for stream in list(self._streams):
            stream.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for listener in reversed(self._started):
            await listener.stop()
        self._started = []
        await self._hints.stop()

    def not_ready(self) -> str:
        """Always ready: without hints pages look again by themselves."""
        return ""

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
            self._wake.set()

    def open(self, caller: Caller | None) -> Stream | None:
        """A new stream; None when there are too many already."""
        if len(self._streams) >= MAX_STREAMS:
            return None
        stream = Stream(caller)
        self._streams.add(stream)
        LIVE_STREAMS.set(len(self._streams))
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        self._streams.discard(stream)
        LIVE_STREAMS.set(len(self._streams))

    async def _fan_out(self) -> None:
        loop = asyncio.get_running_loop()
        told_at = loop.time()
        while True:
            await self._wake.wait()
            # The throttle: what comes meanwhile is told together.
            await asyncio.sleep(max(GATHER_SECONDS, told_at + FAN_OUT_SECONDS - loop.time()))
            told_at = loop.time()
            self._wake.clear()
            news, self._news = self._news, set()
            for stream in list(self._streams):
                stream.tell(news)


def topics_of(subject: str, body: bytes) -> set[str]:
    """What a fact changes: `board`, `cycle`, `person:<id>`, `base:<code>`, an inbox; empty when no page shows it."""
    if subject == _WRITTEN:
        written = notify_events_pb2.MessageWritten.FromString(body)
        if written.person_id:
            return {f"inbox of person:{written.person_id}"}
        return {f"inbox of organisation:{written.organisation_code}"} if written.organisation_code else set()
    if not subject.startswith(_ENROLLMENT):
        return set()
    noun = subject.removeprefix(_ENROLLMENT).split(".", 1)[0]
    if noun in {"cycle", "phase", "window"}:
        return {"cycle", "board"}
    if noun == "list":
        return {f"base:{events_pb2.ListPublished.FromString(body).base_code}"}
    if noun not in {"application", "objection"}:
        return set()
    # Every fact about an application carries the same message in field 1. Two of them also name a base that was left.
    about = events_pb2.ApplicationAdmitted.FromString(body).application
    topics = {"board", f"person:{about.person_id}", f"base:{about.base_code}"}
    if subject.endswith((".submitted", ".moved")):
        left = events_pb2.ApplicationSubmitted.FromString(body).left_base_code
        topics |= {f"base:{left}"} if left else set()
    if subject.endswith(".grant_proposed"):
        topics.add(f"base:{events_pb2.ApplicationGrantProposed.FromString(body).main_base_code}")
    return topics


class LiveStreams:
    """ASGI: the event stream of one page. Raw, because thousands may be open."""

    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until the browser leaves or the process stops."""
        stream = self._hub.open(scope["state"]["visitor"].caller)
        if stream is None:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"30")]})
            await send({"type": "http.response.body", "body": b""})
            return
        leaving = asyncio.create_task(_until_left(receive, stream), name="live stream watch")
        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": _RETRY, "more_body": True})
            while changed := await stream.next():
                event = f"event: changed\ndata: {' '.join(changed)}\n\n".encode()
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._hub.leave(stream)
            leaving.cancel()


async def _until_left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()
