"""The object store is kept clean: what was discarded goes, and what never got its row (PAP-09)."""

from __future__ import annotations

import asyncio

import structlog

from services.enrollment.store.papers import PaperStore
from services.kit.domain import DomainError

DRAIN_SECONDS = 15.0
"""Pause between two looks for discarded objects."""

_log = structlog.get_logger("enrollment.keeper")


class PaperKeeper:
    """A part that removes objects behind the commits that left them, and sweeps once after each start."""

    name = "paper keeper"

    def __init__(self, papers: PaperStore, seconds: float = DRAIN_SECONDS) -> None:
        self._papers = papers
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; nobody waits for the first sweep."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End; what is left is found after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def not_ready(self) -> str:
        """Always empty: nobody waits for a clean store."""
        return ""

    async def _keep(self) -> None:
        swept = False
        while True:
            try:
                swept = swept or await self._swept()
                await self._papers.drain()
            except DomainError as error:
                _log.warning("the object store was not cleaned", reason=error.reason)
            await asyncio.sleep(self._seconds)

    async def _swept(self) -> bool:
        count = await self._papers.sweep()
        if count:
            _log.info("objects without a row removed", count=count)
        return True
