"""Pictures are decoded in threads: a few at a time, others wait their turn, nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from services.kit.domain import DomainError, Kind
from services.kit.picture_rules import Limits, refused

if TYPE_CHECKING:
    from services.kit.pictures import Picture

AT_ONCE = 2
WAITING = 24
"""Pictures in the queue; more are asked to come back, so that a crowd cannot fill the memory."""
SECONDS = 10.0
"""How long one picture may be worked at."""

Result = TypeVar("Result")


class Desk:
    """Draws pictures anew."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._held = 0

    async def redrawn(self, limits: Limits, content: bytes) -> Picture:
        """As `pictures.redrawn`. Raises INVALID also for what takes too long, EXHAUSTED `PICTURES_BUSY`."""
        return await self._run(lambda: _images().redrawn(limits, content))

    async def preview(self, content: bytes) -> bytes:
        """As `pictures.preview`. Raises EXHAUSTED `PICTURES_BUSY`."""
        return await self._run(lambda: _images().preview(content))

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._held >= WAITING:
            raise DomainError(Kind.EXHAUSTED, "PICTURES_BUSY", "上传人数较多，请稍后再试。", rule="PAP-10")
        self._held += 1
        try:
            await self._slots.acquire()
        finally:
            self._held -= 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # The thread goes on to its end and keeps its place until then, whoever has stopped waiting for it.
        future.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(future)
        except TimeoutError:
            raise refused("TOO_SLOW") from None

    def _done(self, future: asyncio.Future[Result]) -> None:
        self._slots.release()
        if not future.cancelled():
            future.exception()


def _images() -> ModuleType:
    """Loads Pillow when a picture is first asked for, in the thread that draws it."""
    return import_module("services.kit.pictures")
