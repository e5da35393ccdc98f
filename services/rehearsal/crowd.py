"""Many people by one timetable: an agenda a phase, and only so many who act at a time.

Nobody sleeps in a task of their own: a hundred thousand of them would be a hundred thousand timers and stacks. Whoever
has nothing to do is a few fields; when their moment comes they get a task, do what they came for, and say when they
will come again. Whose moment comes while all places are taken comes late, as in life; whom the end of the phase finds
still waiting was never in, which is counted.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from services.rehearsal.timetable import PhaseWindow, Timetable

_ASKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody means to do something once `share` (0 to 1) of a phase has passed."""

    share: float
    what: str
    """Name of the visit in the count of those that came to nothing."""
    deed: Callable[[PhaseWindow], Awaitable[Iterable[Visit]]]
    """Does it and tells when they come again in the same phase."""


class Visitor(Protocol):
    """One of the crowd."""

    def visits(self, phase: PhaseWindow) -> Iterable[Visit]:
        """What they mean to do in a phase that has just begun."""
        ...


@dataclass(slots=True)
class Crowd:
    """Everybody of `visitors`; at most `places` act at a time."""

    timetable: Timetable
    visitors: Sequence[Visitor]
    places: int
    missed: Counter[str] = field(default_factory=Counter)
    """`phase: visit` → how many visits the end of the phase found still waiting."""
    begun: int = 0
    """Visits that were begun."""
    _slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.places)

    async def run(self) -> None:
        """All phases; returns when nobody has anything more to do."""
        async with asyncio.TaskGroup() as group:
            for planned in self.timetable.phases:
                phase = await self.timetable.entered(planned.name)
                group.create_task(self._phase(phase))
                if phase.closes_at is None:
                    return

    async def _phase(self, phase: PhaseWindow) -> None:
        order = count()
        agenda: list[tuple[float, int, Visit]] = []
        for begin in range(0, len(self.visitors), _ASKED_AT_ONCE):
            # A hundred thousand are asked for some seconds: whoever else plays has to get on meanwhile.
            await asyncio.sleep(0)
            for each in self.visitors[begin : begin + _ASKED_AT_ONCE]:
                agenda += [(visit.share, next(order), visit) for visit in each.visits(phase)]
        heapq.heapify(agenda)
        more = asyncio.Event()
        active = 0

        async def act(visit: Visit) -> None:
            nonlocal active
            try:
                for following in await visit.deed(phase):
                    heapq.heappush(agenda, (following.share, next(order), following))
            finally:
                active -= 1
                self._slots.release()
                more.set()

        async with asyncio.TaskGroup() as group:
            while agenda or active:
                ahead = self.timetable.ahead(phase.name, agenda[0][0]) if agenda else None
                if ahead is None or ahead > 0:
                    await _whichever(more, ahead)
                    continue
                await self._slots.acquire()
                _, _, visit = heapq.heappop(agenda)
                if not self.timetable.is_open(phase.name):
                    self._slots.release()
                    self.missed[f"{phase.name}: {visit.what}"] += 1
                    continue
                active += 1
                self.begun += 1
                group.create_task(act(visit))


async def _whichever(more: asyncio.Event, seconds: float | None) -> None:
    """Wait for `more`, or for so many seconds, whichever comes first."""
    try:
        async with asyncio.timeout(seconds):
            await more.wait()
    except TimeoutError:
        return
    more.clear()
