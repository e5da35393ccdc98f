"""What one open page has not been told yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.types import Send

from services.kit.domain import Caller
from services.portal.live.events import Event
from services.portal.live.shared_parts import SharedPart
from services.portal.live.topics import topics_for


@dataclass(frozen=True, slots=True)
class Shown:
    """A live part of a page: the id of its element, the topics it shows, and whether it is the same for everybody."""

    element: str
    topics: frozenset[str]
    shared: SharedPart | None = None


class Stream:
    """One open page: what it shows, and what it has not been told yet (bounded by its parts).

    Args:
        caller: Who looks; None when nobody is signed in.
        shown: The page's live parts. Without any it is told of topics instead.
        send: Where its events go.
        packed: Whether they go packed.
    """

    __slots__ = ("_fresh", "_send", "_sending", "_told", "_within", "again_at", "closed", "packed", "shown", "topics")

    def __init__(
        self, caller: Caller | None, shown: Sequence[Shown] = (), send: Send | None = None, packed: bool = False
    ) -> None:
        self.topics = topics_for(caller)
        self.shown = shown
        self.packed = packed
        self.closed = False
        self.again_at = 0.0
        self._send = send
        self._told: set[str] = set()
        self._within = 0
        self._fresh: dict[SharedPart, Event] = {}
        self._sending: asyncio.Task[None] | None = None

    def concerned(self, topics: Iterable[str]) -> set[str]:
        """The parts of the page that `topics` change and that it must fetch; where it named no parts, topics' names."""
        names = {self.topics[topic] for topic in topics if topic in self.topics}
        if not names or not self.shown:
            return names
        return {each.element for each in self.shown if each.shared is None and not names.isdisjoint(each.topics)}

    def tell(self, parts: set[str], within: int) -> None:
        """Have the page fetch `parts` within so many milliseconds."""
        if parts:
            self._told |= parts
            self._within = within
            self._go_on()

    def push(self, part: SharedPart, event: Event) -> None:
        """Bring `part`; what was to be brought of it before is left out."""
        self._fresh[part] = event
        self._go_on()

    def close(self) -> None:
        """End the stream."""
        if not self.closed:
            self.closed = True
            self._go_on()

    def take(self) -> bytes:
        """What it has not been told yet; nothing when there is no news."""
        events = list(self._fresh.values())
        self._fresh.clear()
        if self._told:
            events.append(Event("changed", " ".join(sorted(self._told)), str(self._within)))
            self._told = set()
        return b"".join(event.carried(self.packed) for event in events)

    def _go_on(self) -> None:
        # No task waits beside each stream: one is made when there is something to send, and ends with it.
        if self._send is not None and self._sending is None:
            self._sending = asyncio.create_task(self._send_all(self._send), name="live stream")

    async def _send_all(self, send: Send) -> None:
        try:
            while news := self.take():
                # Waits while the browser is slow; only the latest of each part is kept meanwhile.
                await send({"type": "http.response.body", "body": news, "more_body": True})
            if self.closed:
                await send({"type": "http.response.body", "body": b""})
        except OSError:
            self.closed = True
        finally:
            self._sending = None
