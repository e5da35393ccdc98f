"""What was committed is relayed, all of it; what is relayed twice has one effect."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from nats.js.errors import NotFoundError
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit import outbox
from services.kit.database import Database, UnitOfWork
from services.kit.domain import DomainError
from services.kit.lease import LEASE_SECONDS
from services.kit.messaging import NATS_ERRORS, Delivery, Messaging
from services.kit.nats_login import NatsLogin
from services.kit.once import OnceConsumer
from services.kit.outbox import Relay
from services.kit.stream_reading import facts_in
from tests.support import bus
from tests.support.nats import NatsServer
from tests.support.wait import eventually

KILLS = 50


@pytest.fixture
def streams_file(tmp_path: Path) -> Path:
    return bus.things_file(tmp_path, ["first"])


@pytest.fixture
async def things(nats_url: str, streams_file: Path) -> AsyncIterator[Messaging]:
    part = Messaging(nats_url, name="test", streams_file=streams_file)
    await part.start()
    await bus.wipe(part)
    yield part
    await part.stop()


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    part = Database(kit_url, name="kit", pool_size=14)
    await part.start()
    yield part
    await part.stop()


async def write_effect(delivery: Delivery, unit: UnitOfWork) -> None:
    await unit.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": UUID(delivery.event_id)})


def all_published(database: Database) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return bool(await database.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0)

    return condition


async def stored(messaging: Messaging) -> list[str]:
    """Event ids in the stream, in its order."""
    subscription = await messaging.js.pull_subscribe_bind(consumer="first", stream=bus.THINGS)
    found: list[str] = []
    while len(found) < (await messaging.js.stream_info(bus.THINGS)).state.messages:
        for message in await subscription.fetch(200, timeout=2):
            found.append((message.headers or {})["ce-id"])
            await message.ack()
    return found


async def test_committed_and_relayed_are_the_same_under_twelve_writers_and_two_relays(
    database: Database, things: Messaging, tmp_path: Path
) -> None:
    # A tiny window: were both relays at work, their doubles would be in the stream.
    things_file = bus.things_file(tmp_path, ["first"], stream={"duplicate_window": 0.1})
    other = Messaging(things._login, streams_file=things_file)
    await other.start()
    relays = [Relay(database, things, "things"), Relay(database, other, "things")]
    for relay in relays:
        await relay.start()
    committed: list[str] = []
    dice = random.Random(6)

    async def write(count: int) -> None:
        for _ in range(count):
            fact = bus.thing()
            roll, late = dice.random(), dice.uniform(0, 0.02)
            try:
                async with database.unit_of_work() as unit:
                    unit.add_fact(fact)
                    await unit.write_facts()  # the position is taken here, and the commit comes later
                    await asyncio.sleep(late)
                    if roll < 0.1:
                        raise ValueError("rolled back")
            except ValueError:
                continue
            committed.append(fact.event_id)

    await asyncio.gather(*(write(60) for _ in range(12)))
    await eventually(all_published(database), "everything is marked")
    for relay in relays:
        await relay.stop()
    await other.stop()
    relayed = await stored(things)
    assert len(committed) > 500
    assert Counter(relayed) == Counter(committed)


async def test_a_poked_relay_publishes_within_milliseconds_and_carries_the_trace(
    database: Database, things: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "POLL_SECONDS", 30.0)
    heard: asyncio.Queue[Delivery] = asyncio.Queue()
    await things.subscribe_hints("residency.things.>", heard.put_nowait)
    relay = Relay(database, things, "things")
    await relay.start()
    try:
        context = SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        for _ in range(2):
            with trace.use_span(NonRecordingSpan(context)):
                async with database.unit_of_work() as unit:
                    unit.add_fact(bus.thing())
            delivery = await asyncio.wait_for(heard.get(), 1.0)
            assert delivery.traceparent.split("-")[1] == f"{0xABC:032x}"
    finally:
        await relay.stop()


async def test_another_replica_takes_over_at_once_after_a_stop_and_soon_after_a_death(
    database: Database, things: Messaging
) -> None:
    first, second = Relay(database, things, "things"), Relay(database, things, "things")
    await first.start()

    async def held() -> bool:
        return bool(await database.fetchval("SELECT count(*) FROM relay_lease WHERE until > clock_timestamp()") == 1)

    await eventually(held, "the first relay holds the lease")
    await second.start()
    assert first._loop is not None
    first._loop.cancel()  # dead: nobody gives the lease back
    async with database.unit_of_work() as unit:
        unit.add_fact(bus.thing())
    await eventually(all_published(database), "the second relay took over", LEASE_SECONDS + 1)
    await second.stop()
    assert await database.fetchval("SELECT count(*) FROM relay_lease") == 0


async def test_nats_away_holds_facts_back_and_loses_none(
    database: Database, things: Messaging, nats_server: NatsServer
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    nats_server.kill()
    facts = [bus.thing() for _ in range(20)]
    for fact in facts:
        async with database.unit_of_work() as unit:
            unit.add_fact(fact)
    assert not await all_published(database)()
    await asyncio.to_thread(nats_server.start)
    await eventually(all_published(database), "everything is marked", 15)
    await relay.stop()
    assert set(await stored(things)) == {fact.event_id for fact in facts}


async def test_a_wiped_jetstream_is_filled_again_from_the_outbox_with_effects_once(
    database: Database, things: Messaging, nats_server: NatsServer, kit_url: str
) -> None:
    relay = Relay(database, things, "things")
    consumer = OnceConsumer(things, bus.THINGS, "first", write_effect, database=database)
    await relay.start()
    await consumer.start()
    facts = [bus.thing() for _ in range(40)]
    async with database.unit_of_work() as unit:
        for fact in facts[:20]:
            unit.add_fact(fact)
    await eventually(all_published(database), "the first half is relayed")
    nats_server.kill()
    nats_server.wipe()
    await asyncio.to_thread(nats_server.start)
    async with database.unit_of_work() as unit:
        for fact in facts[20:]:
            unit.add_fact(fact)
    connection = await asyncpg.connect(kit_url)
    assert await outbox.republish(connection) >= 20
    await connection.close()

    async def refilled() -> bool:
        try:
            state = (await things.js.stream_info(bus.THINGS)).state
            info = await things.js.consumer_info(bus.THINGS, "first")
        except (NotFoundError, *NATS_ERRORS):
            return False
        return (state.messages, info.num_pending, info.num_ack_pending) == (40, 0, 0)

    await eventually(refilled, "the stream is full again and consumed", 20)
    connection = await asyncpg.connect(kit_url)
    held = {fact.event_id async for found in facts_in(things.js, bus.THINGS) for _, fact in found}
    assert held == {fact.event_id for fact in facts}
    assert await outbox.republish(connection, held) == 0, "what is there is left alone"
    await connection.close()
    await relay.stop()
    await consumer.stop()
    rows = await database.fetch("SELECT event_id, count(*) AS n FROM effect GROUP BY event_id")
    assert {str(row["event_id"]): row["n"] for row in rows} == {fact.event_id: 1 for fact in facts}


async def fill(database: Database, aggregates: int, versions: int) -> None:
    """As many facts of as many aggregates, one version of all after the other."""
    await database.execute(
        """
        INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
        SELECT gen_random_uuid(), $1, $2, 'a' || aggregate, version, $3, ''
        FROM generate_series(1, $5::int) version, generate_series(1, $4::int) aggregate ORDER BY version, aggregate
        """,
        *(bus.thing().subject, bus.thing().event_type, bus.thing().body, aggregates, versions),
    )


class Witness(Messaging):
    """Remembers what was sent, in order; facts of the version `refuses` fail with `failure`, once each."""

    def __init__(self, login: NatsLogin, streams_file: Path, refuses: int, failure: type[BaseException]) -> None:
        super().__init__(login, streams_file=streams_file)
        self._failure = failure
        self.sent: list[tuple[str, int]] = []
        self.refused: set[str] = set()
        self._refuses = refuses

    async def publish(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        version = int(headers["residency-version"])
        if version == self._refuses and headers["ce-id"] not in self.refused:
            self.refused.add(headers["ce-id"])
            raise self._failure("not now")
        self.sent.append((headers["ce-subject"], version))
        await super().publish(subject, body, headers)


@pytest.mark.parametrize(
    ("refuses", "failure"),
    [
        pytest.param(0, OSError, id="all is well"),
        pytest.param(3, OSError, id="some fail"),
        pytest.param(3, asyncio.CancelledError, id="some are cut from inside"),
    ],
)
async def test_a_long_backlog_leaves_once_each_and_batch_after_batch(
    refuses: int, failure: type[BaseException], database: Database, things: Messaging, streams_file: Path
) -> None:
    """What is read while another batch leaves is what nobody has sent yet; what failed leaves later."""
    witness = Witness(things._login, streams_file, refuses, failure)
    await witness.start()
    aggregates, versions = outbox.BATCH // 2, 7
    await fill(database, aggregates, versions)
    relay = Relay(database, witness, "things")
    await relay.start()
    await eventually(all_published(database), "everything is marked")
    await relay.stop()
    await witness.stop()
    assert len(witness.sent) == len(set(witness.sent)) == aggregates * versions == len(await stored(things))
    assert len(witness.refused) == (aggregates if refuses else 0)
    if not refuses:
        told: dict[str, list[int]] = defaultdict(list)
        for aggregate, version in witness.sent:
            told[aggregate].append(version)
        assert all(row == sorted(row) for row in told.values())


class DyingDatabase(Database):
    """Tells its parent and then hangs where the relay would mark what it published."""

    told: Connection

    async def execute(self, sql: str, *args: object) -> str:
        if "published_at = clock_timestamp()" in sql:
            self.told.send("published")
            await asyncio.Event().wait()
        return await super().execute(sql, *args)


def relay_until_killed(database_url: str, nats_url: str, streams_file: Path, told: Connection) -> None:
    """The body of a real process: a relay that never gets to mark anything."""

    async def main() -> None:
        database = DyingDatabase(database_url, name="kit", pool_size=2)
        database.told = told
        messaging = Messaging(nats_url, streams_file=streams_file)
        await database.start()
        await messaging.start()
        await Relay(database, messaging, "things").start()
        await asyncio.Event().wait()

    asyncio.run(main())


async def test_a_relay_killed_fifty_times_between_publish_and_mark_causes_each_effect_once(
    database: Database, things: Messaging, kit_url: str, nats_url: str, tmp_path: Path
) -> None:
    # Without the server's memory of message ids, so that the doubles really are in the stream. Everybody here goes by
    # this declaration: one who repaired the stream by another would give the memory back.
    streams_file = bus.things_file(tmp_path, ["first"], stream={"duplicate_window": 0.1})
    declared = Messaging(nats_url, streams_file=streams_file)
    await declared.start()
    consumer = OnceConsumer(declared, bus.THINGS, "first", write_effect, database=database)
    await consumer.start()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.integration.test_outbox"])
    facts = []
    try:
        for _ in range(KILLS):
            fact = bus.thing()
            facts.append(fact)
            async with database.unit_of_work() as unit:
                unit.add_fact(fact)
            here, there = processes.Pipe()
            child = processes.Process(target=relay_until_killed, args=(kit_url, nats_url, streams_file, there))
            child.start()
            assert await asyncio.to_thread(here.poll, 20), "the relay published"
            child.kill()
            child.join()
            assert child.exitcode == -9
            # The dead one's lease would run out by itself within two seconds; another test waits for that.
            await database.execute("DELETE FROM relay_lease")
        assert await database.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == KILLS
        relay = Relay(database, declared, "things")
        await relay.start()
        await eventually(all_published(database), "everything is marked in the end")
        await relay.stop()

        async def consumed() -> bool:
            info = await things.js.consumer_info(bus.THINGS, "first")
            return (info.num_pending, info.num_ack_pending) == (0, 0)

        await eventually(consumed, "everything is consumed")
        assert (await things.js.stream_info(bus.THINGS)).state.messages > KILLS
        rows = await database.fetch("SELECT event_id, count(*) AS n FROM effect GROUP BY event_id")
        assert {str(row["event_id"]): row["n"] for row in rows} == {fact.event_id: 1 for fact in facts}
    finally:
        await consumer.stop()
        await declared.stop()


async def test_the_outbox_keeps_relaying_through_a_lost_database(
    database: Database, things: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = user"
    connection = await asyncpg.connect(database._logins.url)
    try:
        for _ in range(5):
            await connection.execute(cut)
            written = False
            while not written:
                try:
                    async with database.unit_of_work() as unit:
                        unit.add_fact(bus.thing())
                    written = True
                except (DomainError, DBAPIError):
                    continue
            await eventually(all_published(database), "the fact is relayed")
    finally:
        await connection.close()
    await relay.stop()
