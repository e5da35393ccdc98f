"""OPS-100: what a process has no time for it refuses soon, naming a moment to come back, instead of being late for all.

A gate stands before the work of a process. How much may be under way behind it is not set but found: while the event
loop turns in time it grows, when most turns are late it shrinks. What comes above that waits a little, or hardly at all
once somebody has been waiting without a break; who had come before that is then refused as well, for what is accepted
in a crowd must not be late. The newest goes first: whoever has waited for long has mostly gone, and of a crowd that
cannot all be served in time some are.
Machines are never kept waiting (a phase has to move in full traffic), and what a person typed goes before what is read.

What waits long in another queue that has an end takes no place meanwhile (`elsewhere`): it stands in that queue only,
so that a crowd before one door (passwords) does not close all others.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
from statistics import median

from services.kit.domain import DomainError, Kind
from services.kit.metrics import ADMISSION, SHED

BEAT_SECONDS = 0.05
"""How often the loop is looked at while there is work."""
BEATS = 5
"""The allowance is thought over after so many looks: less when the loop was late at most of them, more at none."""
LATE_SECONDS = 0.02
"""A turn of the loop that takes longer than this is late: an answer takes ten turns or so."""
STANDING_SECONDS = 0.3
"""A queue that was not empty for so long stands, and is no burst; until it has been empty for so long."""
AGAIN_SECONDS = (1.0, 4.0)
"""Whoever is refused is told to come back after so long: each at a moment of its own."""
_SHRINKS, _GROWS = 0.8, 8

_place: ContextVar[Place | None] = ContextVar("place", default=None)
"""The place of the work that is under way."""


class Sort(StrEnum):
    """Who asks for what."""

    MACHINE = "machine"
    """One of our own processes, or the operator: never refused."""
    COMMAND = "command"
    """A person's command: before all reads."""
    READ = "read"
    """What a person wants to see."""
    BACKGROUND = "background"
    """What a page asks for by itself: refused at once where a queue stands."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be under way at least and at most, and how long who comes above that waits, in seconds."""

    least: int = 32
    begins: int = 64
    most: int = 1024
    burst_seconds: float = 2.0
    """While the queue is a burst."""
    standing_seconds: float = 0.1
    """Once it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """Somebody in the queue; `let_in` is done when they are let in, or have waited for too long."""

    let_in: asyncio.Future[None]
    since: float

    def give_up(self) -> None:
        """They are refused, unless they have just been let in."""
        if not self.let_in.done():
            self.let_in.set_exception(TimeoutError())


class Allowance:
    """How much may be under way, found from how late the loop is: a little more when that is used up, else less."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._beats: list[float] = []
        self._busiest = 0
        self.now = bounds.begins

    def look(self, late: float, under_way: int, waiting: int) -> None:
        """One look at the loop, which turned `late` seconds too late."""
        self._beats.append(late)
        self._busiest = max(self._busiest, under_way + waiting)
        if len(self._beats) < BEATS:
            return
        bounds, busiest = self._bounds, self._busiest
        if median(self._beats) > LATE_SECONDS:
            self.now = max(bounds.least, int(min(self.now, busiest) * _SHRINKS))
        elif busiest >= self.now and max(self._beats) <= LATE_SECONDS:
            self.now = min(bounds.most, self.now + max(1, self.now // _GROWS))
        self._beats.clear()
        self._busiest = 0


class Gate:
    """Lets work in, has it wait, or refuses it; `door` is its name in the metrics (`grpc`, `http`)."""

    def __init__(self, door: str, bounds: Bounds | None = None, clock: Callable[[], float] | None = None) -> None:
        """`clock` tells monotonic seconds; the loop's own when None."""
        self._door = door
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._allowance = Allowance(self._bounds)
        self._waiting: dict[Sort, deque[_Waiter]] = {Sort.COMMAND: deque(), Sort.READ: deque()}
        self._since = self._empty_since = float("-inf")
        self._beat: asyncio.TimerHandle | None = None
        self.under_way = 0
        for state, count in (
            ("allowed", lambda: self._allowance.now),
            ("under_way", lambda: self.under_way),
            ("waiting", lambda: self.waiting),
        ):
            ADMISSION.labels(door, state).set_function(count)

    @property
    def allowed(self) -> int:
        """How much may be under way as of now."""
        return self._allowance.now

    @property
    def waiting(self) -> int:
        """How many wait to be let in."""
        return sum(len(queue) for queue in self._waiting.values())

    @property
    def standing(self) -> bool:
        """Whether somebody has been waiting, with no break worth the name, for so long that it is no burst."""
        now = self._now()
        broken = not self.waiting and now - self._empty_since >= STANDING_SECONDS
        return not broken and now - self._since >= STANDING_SECONDS

    async def enter(self, sort: Sort, patience: float = float("inf")) -> Place:
        """Wait for a place, `patience` seconds at most; whoever has one gives it back.

        Raises DomainError EXHAUSTED `OVERLOADED` with a moment to come back.
        """
        if sort is Sort.MACHINE or (self.under_way < self._allowance.now and not self.waiting):
            self.under_way += 1
        else:
            await self._wait(sort, patience)
        self._watch()
        return Place(self)

    @asynccontextmanager
    async def inside(self, sort: Sort, patience: float = float("inf")) -> AsyncIterator[None]:
        """Do inside what was let in; raises as `enter`."""
        place = await self.enter(sort, patience)
        try:
            with place.marked():
                yield
        finally:
            place.give_back()

    def take(self) -> None:
        """One more is under way: what was begun, and was elsewhere, is never kept waiting again."""
        self.under_way += 1
        self._watch()

    def leave(self) -> None:
        """One less is under way."""
        self.under_way -= 1
        self._let_in()

    async def _wait(self, sort: Sort, patience: float) -> None:
        """Until a place is given; raises when none is."""
        if self.standing and (sort is Sort.BACKGROUND or self.waiting >= self._allowance.now):
            raise self._refusal(sort)
        longest = self._bounds.standing_seconds if self.standing else self._bounds.burst_seconds
        loop = asyncio.get_running_loop()
        now = self._now()
        waiter = _Waiter(loop.create_future(), now)
        timer = loop.call_later(min(patience, longest), waiter.give_up)
        if not self.waiting and now - self._empty_since >= STANDING_SECONDS:
            self._since = now
        queue = self._waiting[Sort.COMMAND if sort is Sort.COMMAND else Sort.READ]
        queue.append(waiter)
        self._watch()
        try:
            await waiter.let_in
        except TimeoutError:
            raise self._refusal(sort) from None
        except asyncio.CancelledError:
            let_in = waiter.let_in
            if let_in.done() and not let_in.cancelled() and let_in.exception() is None:
                self.leave()  # the place was given in the moment in which nobody wanted it any more
            raise
        finally:
            timer.cancel()
            if waiter in queue:
                queue.remove(waiter)
            if not self.waiting:
                self._empty_since = self._now()

    def _refusal(self, sort: Sort) -> DomainError:
        SHED.labels(self._door, sort.value).inc()
        return overloaded()

    def _let_in(self) -> None:
        """Give free places away: commands before reads, and the newest first."""
        for queue in self._waiting.values():
            while queue and self.under_way < self._allowance.now:
                waiter = queue.pop()
                if not waiter.let_in.done():
                    self.under_way += 1
                    waiter.let_in.set_result(None)

    def _send_away(self) -> None:
        """Refuse whoever has waited for longer than one may once a queue stands."""
        if self.waiting and self.standing:
            longest_ago = self._now() - self._bounds.standing_seconds
            for waiter in chain.from_iterable(self._waiting.values()):
                if waiter.since <= longest_ago:
                    waiter.give_up()

    def _watch(self) -> None:
        if self._beat is None:
            loop = asyncio.get_running_loop()
            self._beat = loop.call_later(BEAT_SECONDS, self._look, loop.time() + BEAT_SECONDS)

    def _look(self, planned: float) -> None:
        loop = asyncio.get_running_loop()
        self._allowance.look(max(0.0, loop.time() - planned), self.under_way, self.waiting)
        self._let_in()
        self._send_away()
        self._beat = None
        if self.under_way or self.waiting:
            self._watch()

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()


class Place:
    """The right to be under way, which another may have while its owner waits elsewhere; got from `Gate.enter`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._away = 0
        self._over = False

    @contextmanager
    def marked(self) -> Iterator[None]:
        """What runs inside, and the tasks that it begins, have this place."""
        mark = _place.set(self)
        try:
            yield
        finally:
            _place.reset(mark)

    def give_back(self) -> None:
        """The work is done; what it began and left behind has no place any more."""
        if not self._over and not self._away:
            self._gate.leave()
        self._over = True

    def lend(self) -> None:
        """It waits elsewhere, perhaps for several at once."""
        self._away += 1
        if self._away == 1 and not self._over:
            self._gate.leave()

    def take_again(self) -> None:
        """One of those it waited for is there; it goes on once all are."""
        self._away -= 1
        if self._away == 0 and not self._over:
            self._gate.take()


@contextmanager
def elsewhere() -> Iterator[None]:
    """What is awaited inside stands in another queue, and takes no place behind the gate of this process."""
    place = _place.get()
    if place is None:
        yield
        return
    place.lend()
    try:
        yield
    finally:
        place.take_again()


def overloaded() -> DomainError:
    """What somebody is told for whom there is no time now."""
    until = datetime.now(UTC) + timedelta(seconds=random.uniform(*AGAIN_SECONDS))  # noqa: S311 (jitter)
    message = "当前办理人数较多，请稍候再试。您已填写的内容不会丢失。"
    return DomainError(Kind.EXHAUSTED, "OVERLOADED", message, rule="OPS-100", until=until)
