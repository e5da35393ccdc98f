"""The end of a background task that we cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_SECONDS = 1.0
"""How long a cancelled task may take before it is cancelled once more."""


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel `task` until it has ended; how it ended does not matter.

    Once is not enough: `asyncio.wait_for` of Python 3.11 swallows a cancellation that arrives together with its answer
    (python/cpython#86296), and the loop that awaited it goes round again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN_SECONDS)
