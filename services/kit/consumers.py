"""Durable consumers: facts are handled until that worked, or are laid into the dead letters with the reason.

Facts may come twice and out of order; handlers are idempotent, or are given an inbox by `OnceConsumer`.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UuidType

from services.kit import metrics
from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.database import Database, UnitOfWork
from services.kit.deadletters import dead_letter
from services.kit.delivery import REDRIVEN_FOR, Delivery, Poison, read
from services.kit.domain import DomainError, Kind
from services.kit.pull import Deaf, Pull

RETRY_SECONDS = (0.5, 2.0, 5.0, 15.0, 60.0)
"""Pause before the second, third, … try; the last one repeats while a dependency is away."""
STALE_SECONDS = 30.0
"""Not ready when the server was not heard from for this long."""
BUSY_SECONDS = 2.0
"""How often a consumer at work tells the server so: well under the first redelivery in `deploy/streams.yaml`."""

_REMEMBERED = 10_000
_log = structlog.get_logger("kit.messaging")
_tracer = trace.get_tracer("residency.messaging")

_REMEMBER = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, unnest(:event_ids) ON CONFLICT DO NOTHING"
    " RETURNING event_id"
).bindparams(bindparam("event_ids", type_=ARRAY(UuidType(as_uuid=True))))


@dataclass(slots=True)
class _Held:
    """A message in hand and its content."""

    message: Msg
    delivery: Delivery
    open: bool = True


class Consumer:
    """A part that handles the facts of one durable consumer, at least once each.

    Facts of one aggregate are handled in the order of arrival, different aggregates side by side. A failed fact is
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
        concurrency: Aggregates handled side by side.
        retry_seconds: Pause before the second, third, … try; the last one repeats.
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
    ) -> None:
        self.name = f"consumer {durable}"
        self.durable = durable
        self._messaging = messaging
        self._stream = stream
        self._handle_one = handle
        self._max_tries = max_tries
        self._retry_seconds = retry_seconds
        self._slots = asyncio.Semaphore(concurrency)
        self._pull = Pull(messaging, stream, durable, batch)
        self._loop: asyncio.Task[None] | None = None
        # Deliveries, by place in the stream, that ended with a dependency away: no fault of the fact.
        self._excused: OrderedDict[int, int] = OrderedDict()
        messaging.on_reconnect(self._pull.forget)

    async def start(self) -> None:
        """Listen and begin to handle."""
        await self._pull.start()
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Handle no more; what was in hand is delivered again."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.wait({self._loop})
            self._loop = None
        await self._pull.stop()

    def not_ready(self) -> str:
        """Empty, or that the loop has ended or the server was silent for 30 s."""
        if self._loop is None or self._loop.done():
            return "not running"
        silent = time.monotonic() - self._pull.heard
        return f"heard nothing for {silent:.0f} s" if silent > STALE_SECONDS else ""

    async def _run(self) -> None:
        pause = 0.05
        while True:
            try:
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
        held: list[_Held] = []
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
            held.append(_Held(message, delivery))
        busy = asyncio.create_task(self._tell_busy(held), name=f"{self.name} busy")
        try:
            await self._handle(held)
        finally:
            busy.cancel()

    async def _handle(self, held: Sequence[_Held]) -> None:
        aggregates: dict[str, list[_Held]] = {}
        for one in held:
            aggregates.setdefault(one.delivery.aggregate_id, []).append(one)
        async with asyncio.TaskGroup() as group:
            for row in aggregates.values():
                group.create_task(self._handle_row(row))

    async def _handle_row(self, row: Sequence[_Held]) -> None:
        for one in row:
            async with self._slots:
                await self._try(one)

    async def _try(self, one: _Held) -> None:
        try:
            with self._span(one.delivery):
                await self._effect(one.delivery)
        except Exception as error:  # noqa: BLE001 (a handler may fail in any way: counted, told and never dropped)
            await self._failed(one, error)
        else:
            await self._done(one, "handled")

    async def _effect(self, delivery: Delivery) -> None:
        await self._handle_one(delivery)

    async def _done(self, one: _Held, outcome: str) -> None:
        one.open = False
        await self._answer(one.message.ack())
        self._excused.pop(one.message.metadata.sequence.stream, None)
        metrics.CONSUMER_HANDLED.labels(self.durable, outcome).inc()
        lag = (datetime.now(UTC) - one.delivery.occurred_at).total_seconds()
        metrics.CONSUMER_LAG_SECONDS.labels(self.durable).observe(max(lag, 0.0))

    async def _failed(self, one: _Held, error: Exception) -> None:
        one.open = False
        sequence = one.message.metadata.sequence.stream
        excused = self._excused.get(sequence, 0)
        if _is_away(error):
            self._excused[sequence] = excused + 1
            while len(self._excused) > _REMEMBERED:
                self._excused.popitem(last=False)
        tries = one.delivery.delivered - excused
        reason = f"{type(error).__name__}: {error}"
        hopeless = isinstance(error, Poison | DecodeError)
        if hopeless or (tries >= self._max_tries and not _is_away(error)):
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

    async def _tell_busy(self, held: Sequence[_Held]) -> None:
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

    def _span(self, delivery: Delivery) -> AbstractContextManager[Span]:
        return _tracer.start_as_current_span(
            f"handle {delivery.event_type}",
            context=propagate.extract({"traceparent": delivery.traceparent}),
            kind=SpanKind.CONSUMER,
            attributes={"messaging.system": "nats", "messaging.consumer.group.name": self.durable},
        )


class OnceConsumer(Consumer):
    """A consumer whose effects are in our own database: each fact takes effect once, however often it comes.

    The inbox row and the effect commit together. A fetched batch shares one transaction; when anything in it fails,
    each fact gets its own. `handle` receives the delivery and the unit of work and must not commit by itself.
    """

    def __init__(
        self,
        messaging: Messaging,
        stream: str,
        durable: str,
        handle: Callable[[Delivery, UnitOfWork], Awaitable[None]],
        *,
        database: Database,
        max_tries: int = 5,
        batch: int = 64,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        super().__init__(
            *(messaging, stream, durable, self._refuse),
            max_tries=max_tries,
            batch=batch,
            concurrency=1,
            retry_seconds=retry_seconds,
        )
        self._handle_within = handle
        self._database = database

    async def _handle(self, held: Sequence[_Held]) -> None:
        if len(held) > 1:
            try:
                await self._all_at_once([one.delivery for one in held])
            except Exception as error:  # noqa: BLE001 (found again, and dealt with, when each is tried by itself)
                _log.info("batch split", consumer=self.durable, error=type(error).__name__)
            else:
                for one in held:
                    await self._done(one, "handled")
                return
        for one in held:
            await self._try(one)

    async def _effect(self, delivery: Delivery) -> None:
        async with self._database.unit_of_work() as unit:
            if await self._unseen(unit, [delivery]):
                await self._handle_within(delivery, unit)

    async def _all_at_once(self, deliveries: Sequence[Delivery]) -> None:
        async with self._database.unit_of_work() as unit:
            unseen = await self._unseen(unit, deliveries)
            for delivery in deliveries:
                if UUID(delivery.event_id) in unseen:
                    unseen.discard(UUID(delivery.event_id))
                    with self._span(delivery):
                        await self._handle_within(delivery, unit)

    async def _unseen(self, unit: UnitOfWork, deliveries: Sequence[Delivery]) -> set[UUID]:
        # Sorted, so that two replicas with the same facts wait for each other instead of deadlocking.
        event_ids = sorted({UUID(delivery.event_id) for delivery in deliveries})
        rows = await unit.session.execute(_REMEMBER, {"consumer": self.durable, "event_ids": event_ids})
        return set(rows.scalars())

    async def _refuse(self, delivery: Delivery) -> None:
        raise AssertionError("unreachable: OnceConsumer handles within a unit of work")


def _is_away(error: Exception) -> bool:
    return isinstance(error, OSError) or (isinstance(error, DomainError) and error.kind is Kind.UNAVAILABLE)
