"""Files of exports go when their day is over (EXP-06)."""

from __future__ import annotations

import asyncio

import structlog

from services.enrollment.store.exports import ExportStore
from services.kit.domain import DomainError

KEEP_SECONDS = 900.0
"""Pause between two rounds."""

_log = structlog.get_logger("enrollment.exports")


class ExportKeeper:
    """A part that removes the files of exports whose time is over; the lines about them stay."""

    name = "export keeper"

    def __init__(self, exports: ExportStore, seconds: float = KEEP_SECONDS) -> None:
        self._exports = exports
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; nobody waits for the first round."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End; what is left goes after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def not_ready(self) -> str:
        """Always empty: nobody waits for this."""
        return ""

    async def _keep(self) -> None:
        while True:
            try:
                await self._exports.forget_expired()
            except DomainError as error:
                _log.warning("files of exports were not removed", reason=error.reason)
            await asyncio.sleep(self._seconds)
