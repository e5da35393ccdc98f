"""CRED-12: text messages that leave after the answer, so that nobody hears from its time whether one left at all."""

from __future__ import annotations

import asyncio

import structlog

from services.identity.adapters.texts import TextMessages
from services.kit.domain import DomainError

STOP_SECONDS = 5.0
"""How long a stopping process waits for messages on their way."""
_log = structlog.get_logger("identity.texts")


class TextsLater:
    """A part that hands messages on in the background; one that does not leave is logged, nobody else hears of it."""

    name = "texts later"

    def __init__(self, texts: TextMessages) -> None:
        self._texts = texts
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Let messages on their way leave."""
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_SECONDS)

    def not_ready(self) -> str:
        """Always ready."""
        return ""

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        """Begin to send; never raises."""
        task = asyncio.create_task(self._send(mobile, purpose, text, code))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, mobile: str, purpose: str, text: str, code: str) -> None:
        try:
            await self._texts.send(mobile, purpose, text, code)
        except DomainError as error:
            _log.error("a text message did not leave", purpose=purpose, reason=error.reason)
