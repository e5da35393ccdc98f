"""What is shared for a moment: loaded once for all who ask, and never older than a change that was heard of."""

from __future__ import annotations

import asyncio

import pytest

from services.portal.remembered import Remembered


async def test_several_who_ask_at_once_cost_one_load() -> None:
    loaded: list[str] = []

    async def load(key: str) -> str:
        loaded.append(key)
        await asyncio.sleep(0)
        return key.upper()

    remembered = Remembered(load, seconds=60.0)
    assert await asyncio.gather(*(remembered.get("a") for _ in range(5))) == ["A"] * 5
    assert loaded == ["a"]
    assert remembered.fresh("a") == remembered.last("a") == "A"


async def test_what_was_being_loaded_when_a_change_was_heard_is_loaded_again() -> None:
    """Else what was read before the change would count as fresh after it, and be pushed to everybody."""
    state, going_on = ["before"], asyncio.Event()

    async def load(_: str) -> str:
        read = state[0]
        await going_on.wait()
        return read

    remembered = Remembered(load, seconds=60.0)
    early = asyncio.create_task(remembered.get("board"))
    await asyncio.sleep(0)
    state[0] = "after"
    remembered.stale()
    late = asyncio.create_task(remembered.get("board"))
    await asyncio.sleep(0)
    going_on.set()
    assert await early == "before"
    assert await late == "after"
    assert await remembered.get("board") == "after"


async def test_what_is_never_found_is_not_kept() -> None:
    async def load(_: int) -> int:
        raise LookupError

    remembered = Remembered(load, seconds=60.0, size=10)
    for number in range(100):
        with pytest.raises(LookupError):
            await remembered.get(number)
    assert len(remembered._loading) <= 10
