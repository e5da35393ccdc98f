"""Work that a process does again and again behind what it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.kit.domain import DomainError
from services.kit.ending import ended

_log = structlog.get_logger("kit.chores")


class Chore:
    """A part that does `work` after its start and then every `seconds`; what it raises is logged, and it goes on."""

    def __init__(self, name: str, work: Callable[[], Awaitable[object]], seconds: float) -> None:
        self.name = name
        self._work = work
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; nobody waits for the first round."""
        self._task = asyncio.create_task(self._go_on(), name=self.name)

    async def stop(self) -> None:
        """End; what is left is done after the next start."""
        if self._task is not None:
            await ended(self._task)
            self._task = None

    def not_ready(self) -> str:
        """Always empty: nobody waits for a chore."""
        return ""

    async def _go_on(self) -> None:
        while True:
            try:
                await self._work()
            except DomainError as error:
                _log.warning("chore not done", part=self.name, reason=error.reason)
            except Exception:  # noqa: BLE001 (supervision: one that ended would be missed by nobody)
                _log.exception("chore not done", part=self.name)
            await asyncio.sleep(self._seconds)
