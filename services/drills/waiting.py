"""The one place where a drill waits: for a condition, never for a length of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from services.stack.problems import StackFailure

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.2


def until(condition: Callable[[], T], what: str, seconds: float) -> T:
    """The first truthy result of `condition`. Raises StackFailure naming `what` after `seconds`."""
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while not (result := condition()):
        if time.monotonic() > end:
            raise StackFailure(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return result


async def eventually(condition: Callable[[], T], what: str, seconds: float) -> T:
    """As `until`, for drills that do something else meanwhile; `condition` itself is asked in a thread."""
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while not (result := await asyncio.to_thread(condition)):
        if time.monotonic() > end:
            raise StackFailure(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return result
