"""The net under the signal bridge: every open cycle has a running workflow, also after Temporal was rebuilt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol

import structlog
from temporalio.common import WorkflowIDReusePolicy

from residency.enrollment.v1 import cycle_service_pb2 as wire
from services.kit.domain import DomainError
from workflows.connection import TemporalConnection
from workflows.signal_bridge import start_cycle

EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 1.0


class CycleList(Protocol):
    """The part of enrollment's CycleService used here."""

    def ListCycles(self, request: wire.ListCyclesRequest, /) -> Awaitable[wire.ListCyclesResponse]:
        """Lists cycles."""
        ...


class Reconcile:
    """A part that compares open cycles with running workflows at the start and every hour."""

    name = "reconcile"

    def __init__(self, connection: TemporalConnection, enrollment: CycleList) -> None:
        self._connection = connection
        self._enrollment = enrollment
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin comparing."""
        self._task = asyncio.create_task(self._keep_comparing())

    async def stop(self) -> None:
        """Stop comparing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def not_ready(self) -> str:
        """Never in the way: a comparison that cannot be made now is made later."""
        return ""

    async def compare(self) -> int:
        """Start what is missing; the number of open cycles. Raises DomainError UNAVAILABLE when a side is away.

        A workflow that failed or was terminated by hand is started again; one that ended well stays ended.
        """
        open_cycles = (await self._enrollment.ListCycles(wire.ListCyclesRequest(open_only=True))).cycles
        for cycle in open_cycles:
            await start_cycle(self._connection, cycle.cycle_id, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)
        return len(open_cycles)

    async def _keep_comparing(self) -> None:
        log = structlog.get_logger("reconcile")
        while True:
            try:
                log.info("open cycles have workflows", count=await self.compare())
            except DomainError as error:
                log.warning("cannot compare yet", error=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(EVERY_SECONDS)
