"""A long-lived pull on one durable consumer, made to notice every way in which it can go deaf."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from contextlib import suppress

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from services.kit.bus import NATS_ERRORS, Messaging

EXPIRES_SECONDS = 20.0
"""How long the server keeps one request open."""
HEARTBEAT_SECONDS = 1.0
"""How often the server says that it is still there while nothing comes."""
SILENCE_SECONDS = 2.5
"""Silence after which a request counts as lost."""
DRAIN_SECONDS = 1.0
"""How long a pull that stops waits for what is on its way."""

_NANOSECONDS = 1_000_000_000


class Deaf(Exception):
    """The request was lost or refused: ask again, after a repair of the streams."""


class Pull:
    """Asks for up to `batch` messages at a time and hands them out as they come.

    nats-py's own `fetch` waits for a whole batch or for its timeout, also after the server has forgotten the request;
    here a request that stays open is topped up, and heartbeats tell when it is lost.
    """

    def __init__(self, messaging: Messaging, stream: str, durable: str, batch: int) -> None:
        self._messaging = messaging
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._arrived: deque[Msg] = deque()
        self._news = asyncio.Event()
        self._open = 0
        self._inbox = ""
        self._subscription: Subscription | None = None
        self.heard = time.monotonic()

    async def start(self) -> None:
        """Listen; raises one of NATS_ERRORS."""
        self._inbox = self._messaging.client.new_inbox()
        self._subscription = await self._messaging.client.subscribe(self._inbox, cb=self._hear)

    async def stop(self) -> list[Msg]:
        """Listen no more, and return what was delivered and never handed out."""
        if self._subscription is not None and self._messaging.client.is_connected:
            with suppress(*NATS_ERRORS):
                # Not `unsubscribe`, which forgets what is on its way.
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._subscription.drain()  # type: ignore[no-untyped-call] # nats-py left it bare
        self._subscription = None
        left = [message for message in self._arrived if not _status(message)]
        self._arrived.clear()
        return left

    def forget(self) -> None:
        """The connection was replaced: no earlier request will be answered."""
        self._open = 0
        self._news.set()

    async def fetch(self) -> list[Msg]:
        """Wait for the next messages and return what is there, at most `batch`.

        Raises Deaf when the server forgot the request, does not know the consumer or says nothing at all.
        """
        while True:
            self._news.clear()
            messages = self._take()
            if messages:
                return messages
            if self._open <= 0:
                await self._ask()
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._news.wait()
            except TimeoutError as error:
                self._open = 0
                raise Deaf("silence") from error

    async def _ask(self) -> None:
        if not self._messaging.client.is_connected:
            raise Deaf("not connected")
        request = {
            "batch": self._batch,
            "expires": int(EXPIRES_SECONDS * _NANOSECONDS),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * _NANOSECONDS),
        }
        try:
            await self._messaging.client.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)
        except nats.errors.Error as error:
            raise Deaf(type(error).__name__) from error
        self._open = self._batch

    def _take(self) -> list[Msg]:
        messages: list[Msg] = []
        while self._arrived and len(messages) < self._batch:
            message = self._arrived.popleft()
            status = _status(message)
            if not status:
                self._open -= 1
                messages.append(message)
            elif status != "100":
                # 404, 408: the request has run out. 503: nobody answers for this consumer. 409: dropped, and told why.
                self._open = 0
                described = (message.headers or {}).get("Description", "")
                if status in ("503", "409") and described != "Batch Completed" and not messages:
                    raise Deaf(f"{status} {described}".strip())
        return messages

    async def _hear(self, message: Msg) -> None:
        self.heard = time.monotonic()
        self._arrived.append(message)
        self._news.set()


def _status(message: Msg) -> str:
    """What the server says about the request itself; empty when the message is a fact."""
    return "" if message.data or not message.headers else message.headers.get("Status", "")
