"""A durable consumer with an inbox: a fact's effect in our own database happens once, however often the fact comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.kit import telemetry
from services.kit.bus import Messaging
from services.kit.consumers import RETRY_SECONDS, Consumer, Held, is_away
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery

_log = structlog.get_logger("kit.messaging")

_REMEMBER = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, unnest(:event_ids)::uuid ON CONFLICT DO NOTHING"
    " RETURNING event_id::text"
).bindparams(bindparam("event_ids", type_=ARRAY(Text)))


class OnceConsumer(Consumer):
    """A consumer whose effects are in our own database: each fact takes effect once, however often it comes.

    The inbox row and the effect commit together. A fetched batch shares one transaction; when anything in it fails, its
    halves get one each, so that poison costs its neighbours little. `handle` receives the delivery and the unit of work
    and must not commit by itself.

    `handle_many` gets the facts of a batch at once, in their order, for whom that is less work; it has the effects of
    `handle` with one after the other.
    """

    def __init__(
        self,
        messaging: Messaging,
        stream: str,
        durable: str,
        handle: Callable[[Delivery, UnitOfWork], Awaitable[None]],
        *,
        database: Database,
        handle_many: Callable[[Sequence[Delivery], UnitOfWork], Awaitable[None]] | None = None,
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
        self._handle_many = handle_many
        self._database = database

    async def handle_all(self, held: Sequence[Held]) -> None:
        """One transaction for the batch; where something in it fails, one for each half, and so on down to that."""
        if len(held) < 2:
            for one in held:
                await self.try_one(one)
            return
        try:
            await self._all_at_once([one.delivery for one in held])
        except Exception as error:  # noqa: BLE001 (found again, and dealt with, when it is tried by itself)
            _log.info("batch split", consumer=self.durable, error=type(error).__name__)
            # What is away is away for all of them: nothing is gained by looking for the one.
            size = 1 if is_away(error) else (len(held) + 1) // 2
            for first in range(0, len(held), size):
                await self.handle_all(held[first : first + size])
        else:
            for one in held:
                await self.done(one)

    async def effect(self, delivery: Delivery) -> None:
        """Inbox row and effect together; nothing when the fact was handled before."""
        async with self._database.unit_of_work() as unit:
            if await self._unseen(unit, [delivery]):
                await self._handle_within(delivery, unit)

    async def _all_at_once(self, deliveries: Sequence[Delivery]) -> None:
        async with self._database.unit_of_work() as unit:
            unseen = await self._unseen(unit, deliveries)
            news = [one for one in deliveries if _take(unseen, one.event_id)]
            if self._handle_many is None:
                for delivery in news:
                    with self.span_of(delivery):
                        await self._handle_within(delivery, unit)
            elif news:
                with telemetry.span(
                    f"handle {news[0].event_type}",
                    parent=news[0].traceparent,
                    kind=SpanKind.CONSUMER,
                    attributes={"messaging.system": "nats", "messaging.consumer.group.name": self.durable},
                    links=tuple(one.traceparent for one in news[1:] if one.traceparent),
                ):
                    await self._handle_many(news, unit)

    async def _unseen(self, unit: UnitOfWork, deliveries: Sequence[Delivery]) -> set[str]:
        # Sorted, so that two replicas with the same facts wait for each other instead of deadlocking.
        event_ids = sorted({delivery.event_id for delivery in deliveries})
        rows = await unit.session.execute(_REMEMBER, {"consumer": self.durable, "event_ids": event_ids})
        return set(rows.scalars())

    async def _refuse(self, delivery: Delivery) -> None:
        raise AssertionError("unreachable: OnceConsumer handles within a unit of work")


def _take(unseen: set[str], event_id: str) -> bool:
    """Whether it is among the unseen ones, once."""
    found = event_id in unseen
    unseen.discard(event_id)
    return found
