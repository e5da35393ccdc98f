"""Calls that go one by one while few wait, and together when many do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from services.enrollment.store.batching import MOST, Batcher
from services.kit.domain import DomainError, Kind


class Desk:
    """Doubles numbers; what it is asked waits until it is let through."""

    def __init__(self, *, broken: BaseException | None = None) -> None:
        self.calls: list[tuple[int, ...]] = []
        self.open = asyncio.Event()
        self.begun = asyncio.Semaphore(0)
        self._broken = broken
        self.batcher: Batcher[int, int] = Batcher(self.one, self.many, group=lambda n: n < 1000, name=lambda n: n)

    async def one(self, number: int) -> int:
        self.calls.append((number,))
        self.begun.release()
        await self.open.wait()
        if number < 0:
            raise ValueError(number)
        return 2 * number

    async def many(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.calls.append(tuple(numbers))
        self.begun.release()
        await self.open.wait()
        if self._broken is not None:
            raise self._broken
        return [KeyError(number) if number == 7 else 2 * number for number in numbers]

    async def asked(self, *numbers: int) -> list[int | BaseException]:
        """What each number is answered when all are asked at once, the first a moment before the others."""
        tasks = [asyncio.create_task(self.batcher.run(number)) for number in numbers]
        await self.begun.acquire()
        self.open.set()
        return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_one_that_waits_for_nobody_goes_by_itself() -> None:
    """Never together when idle."""
    desk = Desk()
    desk.open.set()
    assert [await desk.batcher.run(number) for number in (1, 2, 3)] == [2, 4, 6]
    assert desk.calls == [(1,), (2,), (3,)]


async def test_those_that_wait_go_together_each_with_its_own_outcome() -> None:
    """Up to so many at once, in the order in which they came."""
    desk = Desk()
    numbers = range(1, 2 * MOST)
    found = await desk.asked(*numbers)
    assert [each for each in found if not isinstance(each, KeyError)] == [2 * n for n in numbers if n != 7]
    assert isinstance(found[6], KeyError)
    assert desk.calls == [(1,), tuple(range(2, MOST + 2)), tuple(range(MOST + 2, 2 * MOST))]


async def test_only_likes_go_together_and_no_two_of_one_name() -> None:
    """Another group and an equal name wait for the next call."""
    desk = Desk()
    assert await desk.asked(1, 2, 2000, 3, 2) == [2, 4, 4000, 6, 4]
    assert sorted(desk.calls) == [(1,), (2,), (2, 3), (2000,)]


async def test_a_call_that_fails_as_a_whole_is_done_one_by_one() -> None:
    """Whoever is at fault hears of it, and nobody else."""
    desk = Desk(broken=RuntimeError("constraint"))
    found = await desk.asked(1, 2, -3, 4)
    assert [type(each) for each in found] == [int, int, ValueError, int]
    assert sorted(desk.calls[2:]) == [(-3,), (2,), (4,)]


@pytest.mark.parametrize("reason", ["DATABASE_UNAVAILABLE", "DATABASE_BUSY"])
async def test_when_the_database_is_away_all_hear_of_it(reason: str) -> None:
    """Nobody is kept waiting for a call each."""
    desk = Desk(broken=DomainError(Kind.UNAVAILABLE, reason, "稍后"))
    found = await desk.asked(1, 2, 3)
    assert [getattr(each, "reason", each) for each in found] == [2, reason, reason]
    assert desk.calls == [(1,), (2, 3)]


async def test_a_call_that_takes_long_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is under way may wait for a lock that concerns nobody else: after a while another call goes beside it."""
    monkeypatch.setattr("services.enrollment.store.batching.PATIENCE_SECONDS", 0.001)
    desk = Desk()
    tasks = [asyncio.create_task(desk.batcher.run(number)) for number in (1, 2, 3)]
    async with asyncio.timeout(5):
        await desk.begun.acquire()
        await desk.begun.acquire()
    assert desk.calls == [(1,), (2, 3)]
    desk.open.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]


async def test_who_has_left_is_not_served() -> None:
    """Nothing is done for somebody who cancelled while waiting."""
    desk = Desk()
    tasks = [asyncio.create_task(desk.batcher.run(number)) for number in (1, 2, 3)]
    await desk.begun.acquire()
    tasks[1].cancel()
    await asyncio.wait({tasks[1]})
    desk.open.set()
    assert [await tasks[0], await tasks[2]] == [2, 6]
    assert desk.calls == [(1,), (3,)]


async def test_a_call_cut_from_inside_leaves_nobody_waiting() -> None:
    """A driver that loses its connection may cancel what awaits it: each hears that, the next is served."""
    desk = Desk(broken=asyncio.CancelledError())
    first, *others = await asyncio.wait_for(desk.asked(1, 2, 3), 5)
    assert first == 2
    assert [getattr(other, "reason", "") for other in others] == ["DATABASE_UNAVAILABLE"] * 2
    assert await asyncio.wait_for(desk.batcher.run(9), 5) == 18
