"""One process's connection to NATS: it waits for the server, comes back by itself and keeps the streams declared."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nats.errors
import nats.js.errors
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from services.kit import streams
from services.kit.delivery import Delivery, Poison, read
from services.kit.ending import ended
from services.kit.nats_login import NatsLogin, SafeClient
from services.kit.settings import Settings

PUBLISH_SECONDS = 2
"""How long an acknowledgement may take; after that the publish is unknown, not failed."""
LOOK_SECONDS = 1.0
"""How often it is looked whether credentials or certificates have changed."""
NATS_ERRORS = (nats.errors.Error, nats.js.errors.Error, OSError, asyncio.TimeoutError)
"""What a call may raise when the server is away or refuses."""

_log = structlog.get_logger("kit.messaging")


START_SECONDS = 10.0
"""How long a start waits for NATS."""


class Messaging:
    """A part that owns the connection to NATS.

    Args:
        login: How NATS is reached, or its address where that is all. When the credentials there change, and the server
            takes them, the connection is made anew; nothing published meanwhile is lost.
        name: Of this process, shown by the server.
        streams_file: The declaration to apply; the usual one when None.
        replicas: Copies of each stream and consumer, beside what the declaration asks for.
    """

    js: JetStreamContext

    def __init__(
        self, login: str | NatsLogin, *, name: str = "residency", streams_file: Path | None = None, replicas: int = 1
    ) -> None:
        self.name = "messaging"
        self._login = NatsLogin(login) if isinstance(login, str) else login
        self._options: dict[str, Any] = {}
        self._refused: dict[str, Any] = {}
        self._follower: asyncio.Task[None] | None = None
        self._publishing = 0
        self._may_publish = asyncio.Event()
        self._may_publish.set()
        self._client_name = name
        self._declared = streams.load(streams_file or streams.streams_file(), replicas)
        self._reason = "not started"
        self._connecting: asyncio.Task[None] | None = None
        self._whole = asyncio.Event()
        self._begun = False
        self._stopping = False
        self._repairing = asyncio.Lock()
        self._repairs = 0
        self._reconnected: list[Callable[[], None]] = []
        self._hints: list[tuple[str, Callable[[Delivery], None]]] = []
        self._last_error = ""
        self.client = SafeClient()

    @classmethod
    def of(cls, settings: Settings, name: str) -> Messaging:
        """The connection of the process `name`, as its settings say."""
        return cls(NatsLogin.of(settings), name=name, replicas=settings.stream_replicas)

    async def start(self) -> None:
        """Connect and apply the declared streams; goes on trying by itself when that takes longer than ten seconds.

        So a process that is started while NATS is away answers all the same. Raises what is wrong with the settings.
        """
        self._connecting = asyncio.create_task(self._connect(), name="messaging connects")
        await asyncio.wait({self._connecting}, timeout=START_SECONDS)
        if self._connecting.done():
            self._connecting.result()
        else:
            _log.warning("started without NATS")
            self._connecting.add_done_callback(self._reached)
        self._begun = True

    async def connected(self) -> None:
        """Wait until the connection stood and the streams were there for the first time."""
        await self._whole.wait()

    def _reached(self, connecting: asyncio.Task[None]) -> None:
        if not connecting.cancelled() and (error := connecting.exception()) is not None:
            _log.error("NATS cannot be used", error=f"{type(error).__name__}: {error}")

    async def _connect(self) -> None:
        self.js = self.client.jetstream(timeout=PUBLISH_SECONDS)
        self._options = self._login.options()
        self._follower = asyncio.create_task(self._follow(), name="messaging credentials")
        await self.client.connect(
            **self._options,
            name=self._client_name,
            # Its own, so that nobody is allowed to hear what another process asked for (`nats-accounts.conf`).
            inbox_prefix=f"_INBOX.{self._client_name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # only ever slept for, so a fraction works
            connect_timeout=2,
            # Two unanswered ones may lie between: a server that stands still is noticed after 16 to 24 seconds.
            ping_interval=8,
            max_outstanding_pings=2,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            closed_cb=self._on_closed,
        )
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
        self._whole.set()

    async def stop(self) -> None:
        """Send what is buffered and close, within two seconds."""
        self._stopping = True
        self._reason = "stopped"
        if self._connecting is not None and not self._connecting.done():
            await ended(self._connecting)
        if self._follower is not None:
            await ended(self._follower)
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
        """Empty once started: facts wait in the outbox and in the streams while NATS is away."""
        return "" if self._begun and not self._stopping else self._reason

    def degraded(self) -> str:
        """Empty, or why nothing can be published or heard now."""
        if not self._whole.is_set():
            return "NATS was not reached yet"
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
        await self._may_publish.wait()
        self._publishing += 1
        try:
            await self.js.publish(subject, body, headers=headers)
        finally:
            self._publishing -= 1

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

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            given = self._login.options()
            if given != self._options:
                try:
                    await self._move(given)
                except Exception:  # noqa: BLE001 (supervision: nobody else would take over what is given next)
                    _log.exception("changed credentials are looked at again")

    async def _move(self, given: dict[str, Any]) -> None:
        """Come back as `given` says, once the server takes it; until then everything stays as it is."""
        self.client.options.update({key: value for key, value in given.items() if key == "tls"})
        if {**given, "tls": None} == {**self._options, "tls": None}:
            self._options = given  # other certificates count from the next connection on
            return
        try:
            await (await self._login.call(PUBLISH_SECONDS)).close()
        except NATS_ERRORS as error:
            if given != self._refused:
                self._refused = given
                _log.error("changed credentials are refused", error=type(error).__name__)
            return
        if not self.client.is_connected:
            self._use(given)  # its next attempt to connect does
            _log.info("the next connection uses the changed credentials")
            return
        self._may_publish.clear()
        try:
            # What was published has its acknowledgement first: an answer on its way to the old connection is lost.
            with suppress(TimeoutError):
                async with asyncio.timeout(PUBLISH_SECONDS):
                    while self._publishing:  # noqa: ASYNC110  (at most two seconds, once in months)
                        await asyncio.sleep(0.01)
            with suppress(*NATS_ERRORS):
                await self.client.flush(timeout=1)
            self._use(given)
            await self.client.force_reconnect()
        finally:
            self._may_publish.set()
        _log.info("the connection uses the changed credentials")

    def _use(self, given: dict[str, Any]) -> None:
        self._options = given
        self.client.options.update({key: given[key] for key in ("user", "password", "token")})

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
        # The client gives up by itself only when the server refuses us: this process will never hear again.
        if not self._stopping:
            self._reason = "NATS refused the connection for good: restart the process"
            _log.error("nats connection closed for good")
