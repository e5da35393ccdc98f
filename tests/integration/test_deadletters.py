"""A dead letter can be read and sent again: its consumer handles it once, and nobody else does."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from services.kit import deadletters
from services.kit.database import Database, UnitOfWork
from services.kit.domain import DomainError, Kind
from services.kit.messaging import Consumer, Delivery, Messaging
from services.kit.once import OnceConsumer
from tests.support import bus
from tests.support.wait import eventually

QUICKLY = (0.02,)


@pytest.fixture
async def things(nats_url: str, tmp_path: Path) -> AsyncIterator[Messaging]:
    part = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, ["first", "second"]))
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


async def test_a_redriven_letter_has_its_effect_once_and_only_for_its_consumer(
    things: Messaging, database: Database
) -> None:
    mended = False
    others: Counter[str] = Counter()
    fact, neighbour = bus.thing(b"payload"), bus.thing()

    async def handle(delivery: Delivery, unit: UnitOfWork) -> None:
        if delivery.event_id == fact.event_id and not mended:
            raise RuntimeError("table is missing")
        await unit.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": UUID(delivery.event_id)})

    async def count(delivery: Delivery) -> None:
        others[delivery.event_id] += 1

    first = OnceConsumer(things, bus.THINGS, "first", handle, database=database, retry_seconds=QUICKLY)
    second = Consumer(things, bus.THINGS, "second", count)
    await first.start()
    await second.start()
    try:
        await bus.publish(things, fact)
        await bus.publish(things, neighbour)

        async def buried() -> bool:
            return len([letter async for letter in deadletters.list_letters(things.js, "first")]) == 1

        await eventually(buried, "the letter is there")
        (letter,) = [letter async for letter in deadletters.list_letters(things.js)]
        assert [one async for one in deadletters.list_letters(things.js, "second")] == []
        assert letter == await deadletters.show(things.js, letter.number)
        assert (letter.event_id, letter.subject, letter.stream) == (fact.event_id, bus.SUBJECT, bus.THINGS)
        assert (letter.body, letter.event_type) == (b"payload", fact.event_type)

        mended = True
        assert (await deadletters.redrive(things.js, letter.number)).event_id == fact.event_id
        # As after a crash between publishing and removing, beyond the server's window: a second copy.
        headers = {key: value for key, value in letter.headers.items() if not key.startswith("residency-dead")}
        await things.publish(letter.subject, letter.body, headers | {"residency-redriven-for": "first"})

        async def settled() -> bool:
            infos = [await things.js.consumer_info(bus.THINGS, durable) for durable in ("first", "second")]
            return all(info.num_pending == 0 and info.num_ack_pending == 0 for info in infos)

        await eventually(settled, "both consumers are through")
        rows = await database.fetch("SELECT event_id, count(*) AS n FROM effect GROUP BY event_id")
        assert {str(row["event_id"]): row["n"] for row in rows} == {fact.event_id: 1, neighbour.event_id: 1}
        assert others == {fact.event_id: 1, neighbour.event_id: 1}
        assert [one async for one in deadletters.list_letters(things.js)] == []
        with pytest.raises(DomainError) as caught:
            await deadletters.redrive(things.js, letter.number)
        assert caught.value.kind is Kind.NOT_FOUND
    finally:
        await first.stop()
        await second.stop()


async def test_a_letter_that_fails_again_is_a_new_letter(things: Messaging) -> None:
    async def handle(delivery: Delivery) -> None:
        raise RuntimeError("still broken")

    consumer = Consumer(things, bus.THINGS, "first", handle, max_tries=2, retry_seconds=QUICKLY)
    await consumer.start()
    try:
        await bus.publish(things, bus.thing())

        async def numbers() -> list[int]:
            return [letter.number async for letter in deadletters.list_letters(things.js)]

        await eventually(numbers, "the letter is there")
        (number,) = await numbers()
        await deadletters.redrive(things.js, number)

        async def another() -> bool:
            return await numbers() not in ([], [number])

        await eventually(another, "a new letter")
        assert len(await numbers()) == 1
    finally:
        await consumer.stop()
