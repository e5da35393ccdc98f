"""One process's connection to NATS: it waits for the server, comes back by itself and keeps the streams declared."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from services.kit import streams
from services.kit.delivery import Delivery, Poison, read

PUBLISH_SECONDS = 2.0
"""How long an acknowledgement may take; after that the publish is unknown, not failed."""
NATS_ERRORS = (nats.errors.Error, nats.js.errors.Error, OSError, asyncio.TimeoutError)
"""What a call may raise when the server is away or refuses."""

_log = structlog.get_logger("kit.messaging")


class Messaging:
    """A part that owns the connection to NATS.

    Args:
        url: `nats://host:port`.
        name: Of this process, shown by the server.
        streams_file: The declaration to apply; the usual one when None.
    """

    js: JetStreamContext

    def __init__(self, url: str, *, name: str = "residency", streams_file: Path | None = None) -> None:
        self.name = "messaging"
        self._url = url
        self._client_name = name
        self._declared = streams.load(streams_file or streams.streams_file())
        self._reason = "not started"
        self._stopping = False
        self._repairing = asyncio.Lock()
        self._repairs = 0
        self._reconnected: list[Callable[[], None]] = []
        self._hints: list[tuple[str, Callable[[Delivery], None]]] = []
        self._last_error = ""
        self.client = Client()

    async def start(self) -> None:
        """Connect, waiting for ever if need be, and apply the declared streams."""
        await self.client.connect(
            self._url,
            name=self._client_name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # only ever slept for, so a fraction works
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            closed_cb=self._on_closed,
        )
        self.js = self.client.jetstream(timeout=PUBLISH_SECONDS)
        attempt = 0
        while True:
            try:
                await self.repair()
                break
            except NATS_ERRORS as error:
                self._reason = "JetStream does not answer"
                _log.warning("waiting for JetStream", error=type(error).__name__)
                await asyncio.sleep(min(2.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 (jitter)
                attempt = min(attempt + 1, 5)
        for subject, callback in self._hints:
            await self._subscribe(subject, callback)
        self._reason = ""

    async def stop(self) -> None:
        """Send what is buffered and close, within two seconds."""
        self._stopping = True
        self._reason = "stopped"
        if self.client.is_connected:
            try:
                await self.client.flush(timeout=1)
            except NATS_ERRORS:
                _log.warning("closed without a flush")
        try:
            async with asyncio.timeout(1):
                await self.client.close()
        except TimeoutError:
            _log.warning("the connection did not close in time")

    def not_ready(self) -> str:
        """Empty, or why nothing can be published or heard now."""
        if self._reason:
            return self._reason
        return "" if self.client.is_connected else "NATS is not reachable"

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Have `callback` called whenever the connection came back; whatever was sent meanwhile was not heard."""
        self._reconnected.append(callback)

    async def publish(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        """Publish and await the stream's acknowledgement.

        Raises one of NATS_ERRORS otherwise; after a timeout the message may have been stored all the same.
        """
        await self.js.publish(subject, body, headers=headers)

    async def repair(self) -> None:
        """Apply the declaration, so that a wiped server gets its streams and consumers back.

        Calls that come while one is under way wait for it and do not repeat it. Raises one of NATS_ERRORS.
        """
        seen = self._repairs
        async with self._repairing:
            if self._repairs != seen:
                return
            touched = await streams.apply(self.js, self._declared)
            self._repairs += 1
            if touched:
                _log.info("streams applied", streams=touched)

    async def subscribe_hints(self, subject: str, callback: Callable[[Delivery], None]) -> None:
        """Hear facts as they are published, at most once and without any promise: a hint that something changed.

        May be called before `start`. Subscriptions outlive reconnects; register `on_reconnect` for what was missed.
        """
        self._hints.append((subject, callback))
        if not self._reason:
            await self._subscribe(subject, callback)

    async def _subscribe(self, subject: str, callback: Callable[[Delivery], None]) -> None:
        async def hear(message: Msg) -> None:
            try:
                callback(read(message.subject, message.headers, message.data, 1))
            except Poison:
                _log.info("a hint that cannot be read", subject=message.subject)

        await self.client.subscribe(subject, cb=hear)

    async def _on_error(self, error: Exception) -> None:
        # The client reports each attempt to reconnect: say the same thing once.
        told = f"{type(error).__name__}: {error}"
        if told != self._last_error:
            self._last_error = told
            _log.warning("nats error", error=told)

    async def _on_disconnected(self) -> None:
        if not self._stopping:
            _log.warning("nats lost")

    async def _on_reconnected(self) -> None:
        self._last_error = ""
        _log.info("nats is back")
        for callback in self._reconnected:
            callback()

    async def _on_closed(self) -> None:
        # The client gives up by itself only when the server refuses us: never ready again, so we are replaced.
        if not self._stopping:
            self._reason = "NATS refused the connection for good"
            _log.error("nats connection closed for good")
