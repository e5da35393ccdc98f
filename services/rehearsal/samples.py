"""A look at the running stack now and then while a season is played: queues, seats, processor time, memory.

Each kind of look has a pace of its own. A look that turns out dear (a count over a hundred thousand applications) is
taken less often, so that all of them together stay about a hundredth of a core however large the season is. A part that
is away leaves a gap in its series and nothing else; no series has more than `POINTS` points.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from types import TracebackType
from typing import Any, Protocol, Self

from services.kit.clock import Clock, SystemClock

POINTS = 600
"""At most so many points a series; a longer one drops every second of its own."""
SHARE = 0.002
"""Of a core, what one kind of look may take."""
RAREST = 15
"""However dear a look is, so many times its usual pause is the longest: a busy machine makes everything look dear."""
_REMEMBERED = 5

Values = Mapping[str, float]
"""Name of a series → what was seen."""


class Look(Protocol):
    """One way of looking."""

    name: str
    every: float
    """Seconds between two looks that cost nothing."""

    async def look(self) -> Values:
        """What there is to see now; whatever it raises means that nothing can be seen."""
        ...

    async def close(self) -> None:
        """Give back what was held open."""
        ...


@dataclass(slots=True)
class Track:
    """The looks of one kind, thinned out as they grow many."""

    points: list[tuple[datetime, Values]] = field(default_factory=list)
    missed: int = 0
    """How often nothing could be seen."""
    _skip: int = 1
    _turn: int = 0

    def add(self, at: datetime, values: Values) -> None:
        """Keep a look, unless its turn is thinned out."""
        self._turn += 1
        if self._turn % self._skip:
            return
        self.points.append((at, dict(values)))
        if len(self.points) > POINTS:
            self.points = self.points[::2]
            self._skip *= 2

    def as_json(self, origin: datetime) -> dict[str, Any]:
        """Times in seconds since `origin`, and every series as long as they; null where there was nothing to see."""
        names = sorted({name for _, values in self.points for name in values})
        return {
            "at": [round((at - origin).total_seconds(), 2) for at, _ in self.points],
            "values": {name: [_short(values.get(name)) for _, values in self.points] for name in names},
            "missed": self.missed,
        }


class Sampler:
    """Takes all `looks` in a task each while it is entered; `tracks` has what they saw."""

    def __init__(self, looks: Sequence[Look], clock: Clock | None = None) -> None:
        self._looks = looks
        self._clock = clock or SystemClock()
        self._tasks: list[asyncio.Task[None]] = []
        self.tracks = {look.name: Track() for look in looks}

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._follow(look)) for look in self._looks]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Take no more looks; harmless when repeated."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            await asyncio.gather(*(look.close() for look in self._looks), return_exceptions=True)

    def as_json(self, origin: datetime) -> dict[str, Any]:
        """All tracks by name."""
        return {name: track.as_json(origin) for name, track in self.tracks.items()}

    async def _follow(self, look: Look) -> None:
        track, took = self.tracks[look.name], deque[float](maxlen=_REMEMBERED)
        while True:
            began = time.perf_counter()
            try:
                values = await look.look()
            except Exception:  # noqa: BLE001 (whatever is away, or was killed just now: the play goes on without this look)
                track.missed += 1
            else:
                track.add(self._clock.now(), values)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(pause(look.every, took))


def pause(every: float, took: Sequence[float]) -> float:
    """Seconds until the next look.

    The shortest of the last few is nearest to what one costs: the others have waited for a core or for a server.
    """
    return min(max(every, min(took) / SHARE), RAREST * every)


def rates(track: Mapping[str, Any]) -> dict[str, Any]:
    """A track of sums that only grow, as what was added a second between two looks; times are their middles."""
    at = track["at"]
    steps = list(pairwise(at))
    return {
        "at": [round((one + other) / 2, 2) for one, other in steps],
        "values": {
            name: [
                None if one is None or other is None or later <= earlier else _short((other - one) / (later - earlier))
                for (earlier, later), (one, other) in zip(steps, pairwise(sums), strict=True)
            ]
            for name, sums in track["values"].items()
        },
    }


async def quietly(call: Callable[[], Awaitable[Any]]) -> None:
    """Close something that may be gone already."""
    with suppress(Exception):
        await call()


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}") if value % 1 else int(value)
