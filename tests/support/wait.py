"""The one place where a test waits: for a condition, never for a length of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.2
PATIENCE = 30.0
"""Only a failing test waits so long: well past the ten seconds after which the broker delivers a lost message again."""


def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """The first truthy result of `condition`, asked again after short growing pauses; fails after `seconds`."""
    end = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


async def eventually(condition: Callable[[], Awaitable[T]], what: str, seconds: float = PATIENCE) -> T:
    """The first truthy result of the coroutine `condition`; fails after `seconds`."""
    end = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        result = await condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what} (last: {result!r})")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
