"""A fact that a consumer gave up without a word is found by comparing stream and inbox, and can be sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.kit import deadletters, sweep
from services.kit.database import Database, UnitOfWork
from services.kit.messaging import Delivery, Messaging
from services.kit.once import OnceConsumer
from tests.support import bus
from tests.support.wait import eventually

QUICKLY = (0.02,)


@pytest.fixture
async def inbox(kit_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(kit_url)
    yield connection
    await connection.close()


async def handle(delivery: Delivery, unit: UnitOfWork) -> None:
    """One row for each effect."""
    await unit.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": UUID(delivery.event_id)})


async def through(things: Messaging) -> bool:
    """Whether the consumer has nothing waiting and nothing in hand."""
    info = await things.js.consumer_info(bus.THINGS, "first")
    return not (info.num_pending or info.num_ack_pending)


async def test_what_was_given_up_without_a_word_is_found_and_has_its_effect_once(
    things: Messaging, database: Database, inbox: asyncpg.Connection[asyncpg.Record]
) -> None:
    dropped, kept = bus.thing(b"dropped"), bus.thing(b"kept")
    await bus.publish(things, dropped)
    hand = await things.js.pull_subscribe_bind(stream=bus.THINGS, consumer="first")
    (message,) = await hand.fetch(1, timeout=10)
    await message.term()
    consumer = OnceConsumer(things, bus.THINGS, "first", handle, database=database, retry_seconds=QUICKLY)
    await consumer.start()
    try:
        await bus.publish(things, kept)
        await eventually(lambda: through(things), "the other fact is handled")

        (found,) = await sweep.dropped(things.js, inbox, bus.THINGS, "first")
        assert (found.event_id, found.event_type, found.place) == (dropped.event_id, dropped.event_type, 1)
        assert await sweep.bury(things.js, [found]) == 1
        (letter,) = [one async for one in deadletters.list_letters(things.js)]
        assert (letter.event_id, letter.body, letter.reason) == (dropped.event_id, b"dropped", sweep.REASON)
        assert await sweep.dropped(things.js, inbox, bus.THINGS, "first") == []

        await deadletters.redrive(things.js, letter.number)
        assert await sweep.dropped(things.js, inbox, bus.THINGS, "first") == []
        await eventually(lambda: through(things), "the letter is handled")
        assert await sweep.dropped(things.js, inbox, bus.THINGS, "first") == []
        rows = await database.fetch("SELECT event_id, count(*) AS n FROM effect GROUP BY event_id")
        assert {str(row["event_id"]): row["n"] for row in rows} == {dropped.event_id: 1, kept.event_id: 1}
    finally:
        await consumer.stop()


async def test_what_is_in_hand_or_waits_is_not_lost(
    things: Messaging, inbox: asyncpg.Connection[asyncpg.Record]
) -> None:
    await bus.publish(things, bus.thing())
    await bus.publish(things, bus.thing())
    hand = await things.js.pull_subscribe_bind(stream=bus.THINGS, consumer="first")
    await hand.fetch(1, timeout=10)
    assert await sweep.dropped(things.js, inbox, bus.THINGS, "first") == []


@pytest.mark.parametrize(
    ("wanted", "subject", "heard"),
    [
        ("", "a.b", True),
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.b.c", "a.b", False),
        ("a.*.c", "a.b.c", True),
        ("a.>", "a.b.c", True),
        ("a.b.>", "a.b", False),
    ],
)
def test_what_a_filter_lets_through(wanted: str, subject: str, heard: bool) -> None:
    assert sweep.hears(wanted, subject) is heard
