"""The process's one connection to Temporal, made in the background so that the process can be stopped meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from temporalio.client import Client

from services.kit import temporal
from services.kit.settings import Settings


class TemporalConnection:
    """A part that connects when started and for as long as it takes."""

    name = "temporal"

    def __init__(self, settings: Settings, runtime_metrics: str = "") -> None:
        self._settings = settings
        self._runtime_metrics = runtime_metrics
        self._connecting: asyncio.Task[Client] | None = None

    async def start(self) -> None:
        """Begin connecting."""
        connecting = temporal.connect(self._settings, runtime_metrics=self._runtime_metrics)
        self._connecting = asyncio.create_task(connecting)

    async def stop(self) -> None:
        """Stop trying; a connection made closes with the process."""
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting

    def not_ready(self) -> str:
        """Why there is no connection yet."""
        return "" if self._connecting is not None and self._connecting.done() else "waiting for Temporal"

    async def client(self) -> Client:
        """The client, once connected; raises RuntimeError before `start`."""
        if self._connecting is None:
            raise RuntimeError("the connection to Temporal was not started")
        return await asyncio.shield(self._connecting)
