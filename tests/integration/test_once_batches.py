"""Facts handled many at a time: in order, each once, and a bad one does not take the others with it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from nats.aio.msg import Msg
from opentelemetry import trace
from sqlalchemy import text

from services.kit.consumers import Held
from services.kit.database import Database, UnitOfWork
from services.kit.deadletters import list_letters
from services.kit.delivery import read
from services.kit.messaging import Delivery, Messaging
from services.kit.once import OnceConsumer
from tests.support import bus
from tests.support.wait import eventually

QUICKLY = (0.02, 0.02, 0.02, 0.02)
FACTS = 30


class Handler:
    """Notes what it is given, and fails for one fact when told to."""

    def __init__(self, bad: bytes = b"") -> None:
        self.bad = bad
        self.batches: list[list[str]] = []
        self.traces: list[int] = []

    async def one(self, delivery: Delivery, unit: UnitOfWork) -> None:
        await self._write([delivery], unit)

    async def many(self, deliveries: Sequence[Delivery], unit: UnitOfWork) -> None:
        await self._write(deliveries, unit)
        self.batches.append([delivery.event_id for delivery in deliveries])
        self.traces.append(trace.get_current_span().get_span_context().trace_id)

    async def _write(self, deliveries: Sequence[Delivery], unit: UnitOfWork) -> None:
        for delivery in deliveries:
            await unit.session.execute(
                text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": UUID(delivery.event_id)}
            )
            if delivery.body == self.bad:
                raise RuntimeError("cannot be done")


async def handle_all(things: Messaging, database: Database, handler: Handler) -> None:
    consumer = OnceConsumer(
        *(things, bus.THINGS, "first", handler.one),
        database=database,
        handle_many=handler.many,
        retry_seconds=QUICKLY,
    )

    async def settled() -> bool:
        info = await things.js.consumer_info(bus.THINGS, "first")
        return (info.num_pending, info.num_ack_pending) == (0, 0)

    await consumer.start()
    await eventually(settled, "everything is acknowledged")
    await consumer.stop()


async def effects(database: Database) -> list[str]:
    return [str(row["event_id"]) for row in await database.fetch("SELECT event_id FROM effect")]


async def test_a_batch_is_handed_over_at_once_in_order_and_without_what_came_before(
    things: Messaging, database: Database
) -> None:
    facts = [bus.thing(str(number).encode()) for number in range(FACTS)]
    for copy in range(2):
        for number, fact in enumerate(facts):
            traceparent = f"00-{number + 1:032x}-{number + 1:016x}-01"
            await bus.publish(things, fact, {"Nats-Msg-Id": f"{number}/{copy}", "traceparent": traceparent})
    handler = Handler()
    await handle_all(things, database, handler)
    ids = [fact.event_id for fact in facts]
    assert sorted(await effects(database)) == sorted(ids)
    handled = [event_id for batch in handler.batches for event_id in batch]
    assert handled == [event_id for event_id in ids if event_id in set(handled)]
    assert max(map(len, handler.batches)) > 1
    assert handler.traces == [ids.index(batch[0]) + 1 for batch in handler.batches], "in the trace of its first"


async def test_one_bad_fact_in_a_batch_handed_over_at_once_is_buried_alone(
    things: Messaging, database: Database
) -> None:
    facts = [bus.thing(str(number).encode()) for number in range(FACTS)]
    for fact in facts:
        await bus.publish(things, fact)
    await handle_all(things, database, Handler(bad=b"13"))
    expected = {fact.event_id for fact in facts if fact.body != b"13"}
    found = await effects(database)
    assert (len(found), set(found)) == (FACTS - 1, expected)
    [letter] = [letter async for letter in list_letters(things.js)]
    assert letter.reason == "RuntimeError: cannot be done"


async def test_a_bad_fact_costs_its_neighbours_a_few_transactions(things: Messaging, database: Database) -> None:
    """Halves, and their halves, down to the one: five neighbourhoods of 32, not 31 single facts."""
    for number in range(32):
        await bus.publish(things, bus.thing(str(number).encode()))
    hand = await things.js.pull_subscribe_bind(stream=bus.THINGS, consumer="first")
    messages: list[Msg] = []
    while len(messages) < 32:
        messages += await hand.fetch(32 - len(messages), timeout=10)
    held = [
        Held(each, read(each.subject, each.headers, each.data, each.metadata.num_delivered))
        for each in sorted(messages, key=lambda each: each.metadata.sequence.stream)
    ]
    handler = Handler(bad=b"13")
    consumer = OnceConsumer(
        *(things, bus.THINGS, "first", handler.one), database=database, handle_many=handler.many, retry_seconds=(60.0,)
    )
    await consumer.handle_all(held)
    assert [len(batch) for batch in handler.batches] == [8, 4, 2, 16]
    assert len(await effects(database)) == 31
