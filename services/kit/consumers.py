"""Durable consumers: facts are handled until that worked, or are laid into the dead letters with the reason.

Facts may come twice and out of order; handlers are idempotent, or are given an inbox by `services.kit.once`.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog
from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from opentelemetry.trace import Span, SpanKind

from services.kit import metrics, telemetry
from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.deadletters import dead_letter
from services.kit.delivery import REDRIVEN_FOR, Delivery, Poison, read
from services.kit.domain import DomainError, Kind
from services.kit.ending import ended
from services.kit.pull import Deaf, Pull

RETRY_SECONDS = (0.5, 2.0, 5.0, 15.0, 60.0)
"""Pause before the second, third, … try; the last one repeats while a dependency is away."""
STALE_SECONDS = 30.0
"""Not ready when the server was not heard from for this long."""
BUSY_SECONDS = 2.0
"""How often a consumer at work tells the server so: well under the first redelivery in `deploy/streams.yaml`."""

_REMEMBERED = 10_000
_log = structlog.get_logger("kit.messaging")


@dataclass(slots=True)
class Held:
    """A message in hand and its content; open until it is answered."""

    message: Msg
    delivery: Delivery
    open: bool = True


class Consumer:
    """A part that handles the facts of one durable consumer, at least once each.

    Facts of one aggregate are handled in the order of arrival, different aggregates side by side; all side by side
    when not `ordered`, for who minds their versions itself and gathers what comes together. A failed fact is
    tried again after a growing pause, `max_tries` times in all; then its dead letter is written and acknowledged
    before the fact is given up. Failures of dependencies (DomainError UNAVAILABLE, OSError) are no fault of the fact:
    they are retried for ever. Poison and undecodable protobuf go to the dead letters at once.

    Args:
        messaging: The connection; started before this part.
        stream: Name of the stream.
        durable: Name of the consumer in `deploy/streams.yaml`.
        handle: Called with each delivery; returning is success.
        max_tries: Failures after which a fact is dead.
        batch: Most messages in hand at a time.
        concurrency: Aggregates handled side by side; facts, when not ordered.
        retry_seconds: Pause before the second, third, … try; the last one repeats.
        ordered: Whether the facts of one aggregate wait for one another.
    """

    def __init__(
        self,
        messaging: Messaging,
        stream: str,
        durable: str,
        handle: Callable[[Delivery], Awaitable[None]],
        *,
        max_tries: int = 5,
        batch: int = 64,
        concurrency: int = 8,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        ordered: bool = True,
    ) -> None:
        self.name = f"consumer {durable}"
        self.durable = durable
        self._messaging = messaging
        self._stream = stream
        self._handle_one = handle
        self._max_tries = max_tries
        self._retry_seconds = retry_seconds
        self._ordered = ordered
        self._slots = asyncio.Semaphore(concurrency)
        self._pull = Pull(messaging, stream, durable, batch)
        self._listening = False
        self._loop: asyncio.Task[None] | None = None
        self._held: list[Held] = []
        # Deliveries, by place in the stream, that ended with a dependency away: no fault of the fact.
        self._excused: OrderedDict[int, int] = OrderedDict()
        self._handled = metrics.CONSUMER_HANDLED.labels(durable, "handled")
        self._lag = metrics.CONSUMER_LAG_SECONDS.labels(durable)
        messaging.on_reconnect(self._pull.forget)

    async def start(self) -> None:
        """Listen and begin to handle, where NATS was not reached yet as soon as it is."""
        if self._messaging.client.is_connected:
            await self._pull.start()
            self._listening = True
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Handle no more; what was in hand is given back, so that another process has it at once."""
        if self._loop is not None:
            await ended(self._loop)
            self._loop = None
        # Only when nothing is asked for any more: else the server would hand it to this very consumer again.
        left = await self._pull.stop()
        for message in [*(one.message for one in self._held if one.open), *left]:
            await self._answer(message.nak())

    def not_ready(self) -> str:
        """Empty while the loop runs: a broker that is away does not make the service unready."""
        return "not running" if self._loop is None or self._loop.done() else ""

    def degraded(self) -> str:
        """Empty, or that the server was silent for 30 s."""
        silent = time.monotonic() - self._pull.heard
        return f"heard nothing for {silent:.0f} s" if silent > STALE_SECONDS else ""

    async def _listen(self) -> None:
        if not self._listening:
            await self._messaging.connected()
            await self._pull.start()
            self._listening = True

    async def _run(self) -> None:
        pause = 0.05
        while True:
            try:
                await self._listen()
                messages = await self._pull.fetch()
                pause = 0.05
                await self._take(messages)
            except Deaf as error:
                _log.warning("consumer is deaf", consumer=self.durable, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
                await self._repair()
            except Exception:  # noqa: BLE001 (supervision: a loop that ended would be deaf for ever, and silently)
                _log.exception("consumer starts over", consumer=self.durable)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _repair(self) -> None:
        if not self._messaging.client.is_connected:
            return
        try:
            await self._messaging.repair()
        except NATS_ERRORS as error:
            _log.warning("streams cannot be applied", consumer=self.durable, error=type(error).__name__)

    async def _take(self, messages: Sequence[Msg]) -> None:
        held: list[Held] = []
        for message in messages:
            addressed = (message.headers or {}).get(REDRIVEN_FOR)
            if addressed and addressed != self.durable:
                await self._answer(message.ack())
                continue
            try:
                delivery = read(message.subject, message.headers, message.data, message.metadata.num_delivered)
            except Poison as error:
                await self._bury(message, str(error))
                continue
            held.append(Held(message, delivery))
        self._held = held
        busy = asyncio.create_task(self._tell_busy(held), name=f"{self.name} busy")
        try:
            await self.handle_all(held)
        finally:
            busy.cancel()

    async def handle_all(self, held: Sequence[Held]) -> None:
        """Deal with a fetched batch: aggregates side by side, each in order where that was asked for."""
        rows: dict[str | int, list[Held]] = {}
        for number, one in enumerate(held):
            rows.setdefault(one.delivery.aggregate_id if self._ordered else number, []).append(one)
        async with asyncio.TaskGroup() as group:
            for row in rows.values():
                group.create_task(self._handle_row(row))

    async def _handle_row(self, row: Sequence[Held]) -> None:
        for one in row:
            async with self._slots:
                await self.try_one(one)

    async def try_one(self, one: Held) -> None:
        """Let one delivery take effect, then answer for it: done, tried again, or dead."""
        try:
            with self.span_of(one.delivery):
                await self.effect(one.delivery)
        except Exception as error:  # noqa: BLE001 (a handler may fail in any way: counted, told and never dropped)
            await self._failed(one, error)
        else:
            await self.done(one)

    async def effect(self, delivery: Delivery) -> None:
        """What a delivery leads to; raising means it did not."""
        await self._handle_one(delivery)

    async def done(self, one: Held) -> None:
        """Acknowledge a delivery and count it."""
        one.open = False
        await self._answer(one.message.ack())
        self._excused.pop(one.message.metadata.sequence.stream, None)
        self._handled.inc()
        self._lag.observe(max(time.time() - one.delivery.occurred_at.timestamp(), 0.0))

    async def _failed(self, one: Held, error: Exception) -> None:
        one.open = False
        sequence = one.message.metadata.sequence.stream
        excused = self._excused.get(sequence, 0)
        if is_away(error):
            self._excused[sequence] = excused + 1
            while len(self._excused) > _REMEMBERED:
                self._excused.popitem(last=False)
        tries = one.delivery.delivered - excused
        reason = f"{type(error).__name__}: {error}"
        hopeless = isinstance(error, Poison | DecodeError)
        if hopeless or (tries >= self._max_tries and not is_away(error)):
            await self._bury(one.message, reason)
            return
        pause = self._retry_seconds[min(one.delivery.delivered, len(self._retry_seconds)) - 1]
        _log.warning(
            "fact not handled", consumer=self.durable, event_id=one.delivery.event_id, tries=tries, error=reason
        )
        metrics.CONSUMER_HANDLED.labels(self.durable, "retried").inc()
        await self._answer(one.message.nak(delay=pause))

    async def _bury(self, message: Msg, reason: str) -> None:
        """Write the dead letter, and give the fact up only when that is acknowledged."""
        subject, body, headers = dead_letter(self.durable, self._stream, message, reason)
        try:
            await self._messaging.publish(subject, body, headers)
        except NATS_ERRORS as error:
            _log.error("dead letter not written", consumer=self.durable, error=type(error).__name__)
            await self._answer(message.nak(delay=max(self._retry_seconds)))
            return
        await self._answer(message.term())
        self._excused.pop(message.metadata.sequence.stream, None)
        metrics.CONSUMER_HANDLED.labels(self.durable, "dead").inc()
        _log.error("dead letter", consumer=self.durable, error=reason)

    async def _tell_busy(self, held: Sequence[Held]) -> None:
        while True:
            await asyncio.sleep(BUSY_SECONDS)
            for one in held:
                if one.open:
                    await self._answer(one.message.in_progress())

    async def _answer(self, sending: Awaitable[None]) -> None:
        """Send the server a word about a message; when that fails the fact simply comes again."""
        try:
            await sending
        except NATS_ERRORS as error:
            _log.warning("acknowledgement not sent", consumer=self.durable, error=type(error).__name__)

    def span_of(self, delivery: Delivery) -> AbstractContextManager[Span]:
        """A span around the handling of `delivery`, in the trace of its fact."""
        return telemetry.span(
            f"handle {delivery.event_type}",
            parent=delivery.traceparent,
            kind=SpanKind.CONSUMER,
            attributes={"messaging.system": "nats", "messaging.consumer.group.name": self.durable},
        )


def is_away(error: Exception) -> bool:
    """Whether a dependency is away: no fault of the fact."""
    return isinstance(error, OSError) or (isinstance(error, DomainError) and error.kind is Kind.UNAVAILABLE)
