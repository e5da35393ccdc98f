"""Facts are handled until that worked: through restarts, a wiped store and failing handlers."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from opentelemetry import trace
from sqlalchemy import text

from services.kit import consumers, streams
from services.kit.database import Database, UnitOfWork
from services.kit.deadletters import DeadLetter, list_letters
from services.kit.domain import DomainError, Kind
from services.kit.messaging import NATS_ERRORS, Consumer, Delivery, Messaging, Poison
from services.kit.once import OnceConsumer
from tests.support import bus
from tests.support.nats import NatsServer
from tests.support.wait import eventually

ACK_WAIT_SECONDS = 10.0
"""After which the broker asks again by itself (`deploy/streams.yaml`)."""
QUICKLY = (0.02, 0.02, 0.02, 0.02)


@asynccontextmanager
async def running(*parts: Consumer) -> AsyncIterator[None]:
    for part in parts:
        await part.start()
    try:
        yield
    finally:
        for part in parts:
            await part.stop()


@pytest.fixture
async def things(nats_url: str, tmp_path: Path) -> AsyncIterator[Messaging]:
    part = Messaging(nats_url, name="test", streams_file=bus.things_file(tmp_path, ["first", "second"]))
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


async def write_effect(delivery: Delivery, unit: UnitOfWork) -> None:
    await unit.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": UUID(delivery.event_id)})


async def effects(database: Database) -> Counter[str]:
    return Counter(str(row["event_id"]) for row in await database.fetch("SELECT event_id FROM effect"))


async def letters(messaging: Messaging) -> list[DeadLetter]:
    return [letter async for letter in list_letters(messaging.js)]


async def test_a_delivery_carries_what_was_published_and_its_trace(things: Messaging) -> None:
    heard: list[tuple[Delivery, int]] = []

    async def handle(delivery: Delivery) -> None:
        heard.append((delivery, trace.get_current_span().get_span_context().trace_id))

    async def one() -> bool:
        return len(heard) == 1

    fact = bus.thing(b"\x01\x02", version=7)
    headers = {"traceparent": f"00-{0xABC:032x}-{0xDEF:016x}-01"}
    async with running(Consumer(things, bus.THINGS, "first", handle)):
        await bus.publish(things, fact, headers)
        await eventually(one, "the fact is heard")
    delivery, trace_id = heard[0]
    assert (delivery.event_id, delivery.event_type, delivery.body) == (fact.event_id, fact.event_type, fact.body)
    assert (delivery.aggregate_id, delivery.epoch, delivery.version, delivery.delivered) == ("thing-1", 1, 7, 1)
    assert delivery.occurred_at.tzinfo is not None
    assert trace_id == 0xABC


async def test_streams_are_applied_once_and_updated_when_the_file_changes(
    things: Messaging, nats_url: str, tmp_path: Path
) -> None:
    config = (await things.js.stream_info(bus.THINGS)).config
    assert (config.deny_delete, config.deny_purge, config.discard, config.duplicate_window) == (True, True, "new", 600)
    assert await streams.apply(things.js, streams.load(tmp_path / "streams.yaml")) == []
    changed = bus.things_file(tmp_path, ["first", "second", "third"], max_ack_pending=7)
    assert await streams.apply(things.js, streams.load(changed)) == ["THINGS/first", "THINGS/second", "THINGS/third"]
    assert (await things.js.consumer_info(bus.THINGS, "first")).config.max_ack_pending == 7
    others = [Messaging(nats_url, streams_file=changed) for _ in range(4)]
    await asyncio.gather(*(other.start() for other in others))
    for other in others:
        await other.stop()


async def test_the_streams_of_production_can_be_applied(messaging: Messaging) -> None:
    declared = streams.load(streams.streams_file())
    assert await streams.apply(messaging.js, declared) == []
    assert {name for _, name in declared.consumers} == {
        *("notify-identity", "enrollment-identity", "faculty-identity"),
        *("notify-enrollment", "workflows-enrollment", "faculty-enrollment"),
        *("workflows-faculty", "notify-faculty", "webhooks-enrollment", "webhooks-faculty"),
    }


async def test_a_failing_fact_is_tried_five_times_then_buried_while_others_flow(things: Messaging) -> None:
    tries: Counter[str] = Counter()
    handled: set[str] = set()
    bad = bus.thing(aggregate_id="bad")
    good = [bus.thing(aggregate_id=f"good-{number}") for number in range(50)]

    async def handle(delivery: Delivery) -> None:
        tries[delivery.event_id] += 1
        if delivery.event_id == bad.event_id:
            raise RuntimeError("cannot be done")
        handled.add(delivery.event_id)

    async def all_done() -> bool:
        return len(handled) == len(good) and len(await letters(things)) == 1

    async with running(Consumer(things, bus.THINGS, "first", handle, retry_seconds=QUICKLY)):
        for fact in [bad, *good]:
            await bus.publish(things, fact)
        await eventually(all_done, "good facts handled, the bad one buried")
        pending = await settled(things, "first")
    (letter,) = await letters(things)
    assert (letter.event_id, letter.durable, letter.tries) == (bad.event_id, "first", 5)
    assert letter.reason == "RuntimeError: cannot be done"
    assert tries[bad.event_id] == 5
    assert all(tries[fact.event_id] == 1 for fact in good)
    assert pending == 0


async def test_a_consumer_that_stops_gives_back_what_it_has_in_hand(things: Messaging) -> None:
    begun, heard = asyncio.Event(), asyncio.Event()

    async def stuck(_delivery: Delivery) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def handle(_delivery: Delivery) -> None:
        heard.set()

    async with running(Consumer(things, bus.THINGS, "first", stuck)):
        await bus.publish(things, bus.thing())
        await begun.wait()
    async with running(Consumer(things, bus.THINGS, "first", handle)), asyncio.timeout(ACK_WAIT_SECONDS * 0.8):
        await heard.wait()


async def settled(messaging: Messaging, durable: str) -> int:
    async def none_pending() -> bool:
        info = await messaging.js.consumer_info(bus.THINGS, durable)
        return (info.num_pending, info.num_ack_pending) == (0, 0)

    await eventually(none_pending, "everything is acknowledged")
    return 0


async def test_what_no_retry_will_mend_is_buried_at_once_with_the_reason(things: Messaging) -> None:
    async def handle(delivery: Delivery) -> None:
        raise Poison("unknown type")

    async def buried() -> bool:
        return len(await letters(things)) == 3

    async with running(Consumer(things, bus.THINGS, "first", handle)):
        await things.publish(bus.SUBJECT, b"no headers", {"Nats-Msg-Id": "a"})
        await things.publish(bus.SUBJECT, b"bad id", {"ce-id": "not-a-uuid", "Nats-Msg-Id": "b"})
        await bus.publish(things, bus.thing())
        await eventually(buried, "three letters")
    found = {letter.reason: letter.tries for letter in await letters(things)}
    assert set(found.values()) == {1}
    assert "header ce-id is missing" in found
    assert "Poison: unknown type" in found
    assert any("cannot be read" in reason for reason in found)


async def test_a_retry_comes_after_its_pause_and_not_before(things: Messaging) -> None:
    at: list[float] = []

    async def handle(delivery: Delivery) -> None:
        at.append(time.monotonic())
        if len(at) < 4:
            raise RuntimeError("not yet")

    async def tried() -> bool:
        return len(at) == 4

    async with running(Consumer(things, bus.THINGS, "first", handle, retry_seconds=(0.1, 0.3, 0.5))):
        await bus.publish(things, bus.thing())
        await eventually(tried, "four tries")
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert all(gap >= pause for gap, pause in zip(gaps, (0.1, 0.3, 0.5), strict=True)), gaps


async def test_a_dependency_that_is_away_never_costs_a_fact_its_life(things: Messaging) -> None:
    outcomes: list[str] = []

    async def handle(delivery: Delivery) -> None:
        outcomes.append(delivery.event_id)
        if len(outcomes) <= 8:
            raise DomainError(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "系统繁忙，请稍后重试。")

    async def handled() -> bool:
        return len(outcomes) == 9

    async with running(Consumer(things, bus.THINGS, "first", handle, max_tries=3, retry_seconds=QUICKLY)):
        await bus.publish(things, bus.thing())
        await eventually(handled, "handled at the ninth try")
        await settled(things, "first")
    assert await letters(things) == []


async def test_the_same_fact_twice_has_one_effect(things: Messaging, database: Database) -> None:
    fact, other = bus.thing(), bus.thing()

    async def two() -> bool:
        return len(await effects(database)) == 2

    async with running(OnceConsumer(things, bus.THINGS, "first", write_effect, database=database)):
        # Another message id: the server keeps both copies, as it does once its window is over.
        for number, one in enumerate([fact, fact, other, fact]):
            await bus.publish(things, one, {"Nats-Msg-Id": f"copy-{number}"})
        await eventually(two, "both facts have their effect")
        await settled(things, "first")
    assert await effects(database) == {fact.event_id: 1, other.event_id: 1}
    assert (await things.js.stream_info(bus.THINGS)).state.messages == 4


async def test_one_bad_fact_in_a_batch_does_not_take_the_others_with_it(things: Messaging, database: Database) -> None:
    facts = [bus.thing(str(number).encode()) for number in range(30)]

    async def handle(delivery: Delivery, unit: UnitOfWork) -> None:
        await write_effect(delivery, unit)
        if delivery.body == b"13":
            raise RuntimeError("thirteen")

    async def all_but_one() -> bool:
        return len(await effects(database)) == 29 and len(await letters(things)) == 1

    for fact in facts:
        await bus.publish(things, fact)
    consumer = OnceConsumer(things, bus.THINGS, "first", handle, database=database, retry_seconds=QUICKLY)
    async with running(consumer):
        await eventually(all_but_one, "29 effects and one letter")
    assert set((await effects(database)).values()) == {1}
    assert facts[13].event_id not in await effects(database)
    assert await database.fetchval("SELECT count(*) FROM inbox") == 29


async def test_nats_killed_again_and_again_during_consumption_loses_and_doubles_nothing(
    things: Messaging, database: Database, nats_server: NatsServer
) -> None:
    facts = [bus.thing() for _ in range(300)]

    async def all_effects() -> bool:
        return len(await effects(database)) == len(facts)

    async def publish_all() -> None:
        for fact in facts:
            while True:
                try:
                    await bus.publish(things, fact)
                    break
                except NATS_ERRORS:
                    await asyncio.sleep(0.02)

    async with running(OnceConsumer(things, bus.THINGS, "first", write_effect, database=database, batch=16)):
        publishing = asyncio.create_task(publish_all())
        for share in (0.2, 0.5):

            async def enough(share: float = share) -> bool:
                return len(await effects(database)) >= share * len(facts)

            await eventually(enough, f"{share} of the effects are there", 20)
            nats_server.kill()
            await asyncio.to_thread(nats_server.start)
        await publishing
        await eventually(all_effects, "every effect is there", 20)
    assert await effects(database) == {fact.event_id: 1 for fact in facts}


async def test_a_wiped_store_gets_its_streams_back_and_consumption_goes_on(
    things: Messaging, nats_server: NatsServer
) -> None:
    heard: set[str] = set()

    async def handle(delivery: Delivery) -> None:
        heard.add(delivery.event_id)

    def hears(event_id: str) -> Callable[[], Awaitable[bool]]:
        async def condition() -> bool:
            return event_id in heard

        return condition

    async def streams_back() -> bool:
        try:
            await things.js.consumer_info(bus.THINGS, "first")
        except NATS_ERRORS:
            return False
        return True

    consumer = Consumer(things, bus.THINGS, "first", handle)
    async with running(consumer):
        before, after = bus.thing(), bus.thing()
        await bus.publish(things, before)
        await eventually(hears(before.event_id), "heard before")
        nats_server.kill()
        nats_server.wipe()
        await asyncio.to_thread(nats_server.start)
        await eventually(streams_back, "the consumer applied the streams again", 15)
        await bus.publish(things, after)
        await eventually(hears(after.event_id), "heard after")
        assert consumer.not_ready() == ""


async def test_a_silent_server_is_told_and_leaves_the_consumer_ready(
    things: Messaging, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "STALE_SECONDS", 1.5)

    async def handle(delivery: Delivery) -> None:
        raise AssertionError("nothing is published")

    consumer = Consumer(things, bus.THINGS, "first", handle)

    async def silent() -> bool:
        return "heard nothing" in consumer.degraded()

    async def heard() -> bool:
        return consumer.degraded() == ""

    async with running(consumer):
        assert (consumer.not_ready(), consumer.degraded()) == ("", "")
        nats_server.pause()
        try:
            await eventually(silent, "the silence is told")
            assert consumer.not_ready() == ""
        finally:
            nats_server.resume()
        await eventually(heard, "whole again")


async def test_hints_are_heard_at_once_also_after_a_reconnect(things: Messaging, nats_server: NatsServer) -> None:
    heard: list[str] = []
    back = asyncio.Event()
    things.on_reconnect(back.set)
    await things.subscribe_hints("residency.things.v1.>", lambda delivery: heard.append(delivery.event_id))
    first, second = bus.thing(), bus.thing()

    async def both() -> bool:
        return heard == [first.event_id, second.event_id]

    await bus.publish(things, first)
    nats_server.kill()
    await asyncio.to_thread(nats_server.start)
    await asyncio.wait_for(back.wait(), 10)

    async def published() -> bool:
        try:
            await bus.publish(things, second)
        except NATS_ERRORS:
            return False
        return True

    await eventually(published, "JetStream is back")
    await eventually(both, "both hints")
