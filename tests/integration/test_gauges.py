"""OPS-71, OPS-72: outboxes, streams and connections as gauges, over the real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.kit.bus import Messaging
from services.kit.database import Database
from services.kit.outbox import Relay
from services.kit.stream_gauges import stream_gauges
from tests.support import bus
from tests.support.wait import eventually


@pytest.fixture
async def things(nats_url: str, tmp_path: Path) -> AsyncIterator[Messaging]:
    part = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, ["counted"]))
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    part = Database(kit_url, name="kit", pool_size=3)
    await part.start()
    yield part
    await part.stop()


def told(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"residency_{name}", labels)


async def test_ops_72_streams_and_durable_consumers_are_counted(things: Messaging) -> None:
    for _ in range(3):
        await bus.publish(things, bus.thing())
    passing = await things.js.subscribe(bus.SUBJECT, ordered_consumer=True)
    watch = stream_gauges(things)
    await watch.look()
    assert told("stream_messages", stream=bus.THINGS) == 3
    size, limit = (told(f"stream_{each}", stream=bus.THINGS) for each in ("bytes", "max_bytes"))
    assert size is not None
    assert limit is not None
    assert 0 < size < limit
    assert told("consumer_waiting", stream=bus.THINGS, consumer="counted") == 3
    assert told("consumer_open", stream=bus.THINGS, consumer="counted") == 0
    consumers = {
        sample.labels["consumer"]
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "residency_consumer_waiting" and sample.labels["stream"] == bus.THINGS
    }
    assert "counted" in consumers
    assert (await passing.consumer_info()).name not in consumers
    await passing.unsubscribe()
    await things.stop()
    await watch.look()
    assert told("stream_messages", stream=bus.THINGS) is None


async def test_ops_71_what_waits_in_the_outbox_is_told_while_the_broker_is_away(
    database: Database, nats_url: str, tmp_path: Path
) -> None:
    unconnected = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, []))
    async with database.unit_of_work() as unit:
        unit.add_fact(bus.thing())
        unit.add_fact(bus.thing())
    relay = Relay(database, unconnected, "unheard")
    await relay.start()

    async def counted() -> bool:
        return told("outbox_waiting", service="unheard") == 2

    await eventually(counted, "the outbox is counted")
    age = told("outbox_oldest_seconds", service="unheard")
    assert age is not None
    assert age > 0
    await relay.stop()


async def test_ops_71_lent_connections_are_told(database: Database) -> None:
    async def lent(fast: int, work: int) -> bool:
        """Besides what the database's own watcher borrows for a moment."""
        return (
            told("database_connections", lane="fast", state="lent") == fast
            and told("database_connections", lane="work", state="lent") == work
        )

    assert told("database_connections", lane="fast", state="size") == 3
    async with database.transaction(), database.unit_of_work() as unit:
        await unit.session.connection()
        await eventually(lambda: lent(1, 1), "one of each is lent")
    await eventually(lambda: lent(0, 0), "all came back")
