"""OPS-92: a crowd by one timetable: everybody in their moment, so many at a time, and who comes too late is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.rehearsal.crowd import Crowd, Visit
from services.rehearsal.timetable import PhaseWindow, Timetable

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class At:
    """A clock that stands."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def timetable(clock: At) -> Timetable:
    """A registration of one day that has just begun, and nothing after it."""
    opens, closes = BEGIN.isoformat(), (BEGIN + DAY).isoformat()
    phase = {"phase": "registration", "sequence": 0, "round": 0, "opens_at": opens, "closes_at": closes}
    ended = {"phase": "closed", "sequence": 1, "round": 0, "opens_at": closes, "closes_at": None, "entered_at": None}
    cycle: dict[str, Any] = {"cycle_id": "c", "sequence": 1, "phases": [phase | {"entered_at": opens}, ended]}

    async def never() -> None:
        return None

    table = Timetable(cycle, never, clock)
    table.sequence = 0
    return table


class Guest:
    """Comes at a share of the day, writes it down, and comes again where told."""

    def __init__(self, name: str, share: float, seen: list[str], again: float | None = None) -> None:
        self._name, self._share, self._seen, self._again = name, share, seen, again

    def visits(self, phase: PhaseWindow) -> Iterable[Visit]:
        if phase.kind == "registration":
            yield Visit(self._share, "come", self._come)

    async def _come(self, _phase: PhaseWindow) -> Iterable[Visit]:
        self._seen.append(self._name)
        return [] if self._again is None else [Visit(self._again, "return", self._return)]

    async def _return(self, _phase: PhaseWindow) -> Iterable[Visit]:
        self._seen.append(f"{self._name} again")
        return []


async def test_ops_92_everybody_comes_in_the_order_of_their_moments_and_again_when_they_said() -> None:
    clock = At(BEGIN + DAY * 0.9)  # every moment has come: nothing is waited for
    seen: list[str] = []
    guests = [Guest("late", 0.5, seen), Guest("early", 0.1, seen, again=0.3), Guest("between", 0.2, seen)]
    crowd = Crowd(timetable(clock), guests, places=1)
    await crowd.run()
    assert sorted(seen) == ["between", "early", "early again", "late"]
    assert seen[0] == "early"
    assert seen.index("between") < seen.index("late")
    assert (crowd.begun, crowd.missed) == (4, {})


async def test_ops_92_who_is_still_waiting_when_the_window_ends_was_never_in_and_is_counted() -> None:
    clock = At(BEGIN + DAY)
    seen: list[str] = []
    crowd = Crowd(timetable(clock), [Guest("a", 0.1, seen), Guest("b", 0.2, seen)], places=4)
    await crowd.run()
    assert seen == []
    assert crowd.missed == {"registration: come": 2}


@pytest.mark.parametrize("places", [1, 3])
async def test_ops_92_no_more_act_at_a_time_than_there_are_places(places: int) -> None:
    inside, most = 0, 0

    class Slow(Guest):
        async def _come(self, _phase: PhaseWindow) -> Iterable[Visit]:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            for _ in range(3):
                await asyncio.sleep(0)
            inside -= 1
            return []

    clock = At(BEGIN + DAY * 0.9)
    crowd = Crowd(timetable(clock), [Slow(str(n), 0.1, []) for n in range(8)], places)
    await crowd.run()
    assert most == places
