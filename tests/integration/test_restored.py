"""OPS-40, OPS-41, OPS-42: a restored database stands still until somebody says so, and goes on in another epoch."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

import asyncpg
import pytest

from services.kit.database import Database
from services.kit.domain import DomainError, Fact, Kind
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.kit.restored import FIRST_SECONDS, newest_facts, release
from tests.support import bus
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually


async def happen(database: Database, version: int) -> Fact:
    fact = bus.thing(version=version)
    async with database.unit_of_work() as unit:
        unit.add_fact(fact)
    return fact


async def published(database: Database, relay: Relay) -> None:
    async def all_left() -> bool:
        return not await database.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")

    relay.poke()
    await eventually(all_left, "everything is published")


async def goes_back(url: str, facts: list[Fact]) -> None:
    """The database as it was before `facts` happened."""
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM outbox WHERE event_id = ANY($1)", [UUID(fact.event_id) for fact in facts])
    await connection.close()


async def stands_still(relay: Relay) -> None:
    async def told() -> bool:
        return bool(relay.degraded())

    await eventually(told, "a replica says that its database was restored")


async def goes_on(relay: Relay) -> None:
    async def silent() -> bool:
        return not relay.degraded()

    await eventually(silent, "a replica goes on")


async def refused(database: Database) -> bool:
    try:
        await happen(database, 99)
    except DomainError as error:
        # A session that was cut tells so once.
        return error.reason == "RESTORED_READ_ONLY"
    return False


async def test_a_database_older_than_its_stream_stands_still_for_every_replica_until_released(
    database: Database, things: Messaging, kit_url: str
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    await happen(database, 1)
    lost = [await happen(database, version) for version in (2, 3)]
    await published(database, relay)
    await relay.stop()
    await goes_back(kit_url, lost)
    waits = await happen(database, 2)

    other = Database(kit_url, name="replica", pool_size=2)
    await other.start()
    relays = [Relay(database, things, "things"), Relay(other, things, "things")]
    for each in relays:
        await each.start()
    for each in relays:
        await stands_still(each)
        assert "residency restored things" in each.degraded()
        assert each.not_ready() == "", "reading goes on, so nobody is taken out of reach"
    for one in (database, other):
        await eventually(partial(refused, one), "a command is refused")
        assert await one.fetchval("SELECT count(*) FROM outbox") == 2
    with pytest.raises(DomainError) as refusal:
        await happen(database, 3)
    assert (refusal.value.kind, refusal.value.rule) == (Kind.UNAVAILABLE, "OPS-40")
    assert waits.event_id not in {fact.event_id for fact in await newest_facts(things, "things")}

    connection = await asyncpg.connect(kit_url)
    await release(connection, 2)
    await connection.close()
    for each in relays:
        await goes_on(each)
    await eventually(partial(wrote, database, 3), "a command is accepted")
    await published(database, relays[0])
    told = {fact.event_id: fact for fact in await newest_facts(things, "things")}
    assert told[waits.event_id].epoch == 2, "what nobody had heard yet is news of the new epoch"
    orders = [fact.order for fact in told.values() if fact.epoch == 2]
    assert min(orders) > max(told[fact.event_id].order for fact in lost)
    for each in relays:
        await each.stop()
    again = Relay(other, things, "things")
    await again.start()
    assert again.degraded() == "", "facts of the lost future are older than the epoch"
    await again.stop()
    await other.stop()


async def wrote(database: Database, version: int) -> bool:
    try:
        await happen(database, version)
    except DomainError:
        return False
    return True


async def test_a_copy_in_another_place_is_noticed_although_the_stream_is_lost_too(
    database: Database, things: Messaging, kit_url: str, postgres: PostgresServer
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    await happen(database, 1)
    await published(database, relay)
    await relay.stop()
    await database.stop()
    name = kit_url.rsplit("/", 1)[1]
    postgres.admin(f"CREATE DATABASE {name}_copy TEMPLATE {name} OWNER residency_kit")
    await bus.wipe(things)
    moved = Database(f"{kit_url}_copy", name="moved", pool_size=2)
    await moved.start()
    relay = Relay(moved, things, "things")
    await relay.start()
    assert "another place" in relay.degraded()
    connection = await asyncpg.connect(f"{kit_url}_copy")
    await release(connection, 2)
    await connection.close()
    await goes_on(relay)
    await relay.stop()
    await moved.stop()
    postgres.drop(f"{kit_url}_copy")


async def test_another_timeline_stops_nothing_while_the_stream_knows_no_more_than_the_database(
    database: Database, things: Messaging
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    await happen(database, 1)
    await published(database, relay)
    await relay.stop()
    await database.execute("UPDATE database_epoch SET timeline = 0")
    relay = Relay(database, things, "things")
    await relay.start()
    assert relay.degraded() == "", "a failover that lost nothing"
    assert await database.fetchval("SELECT timeline FROM database_epoch") > 0
    await relay.stop()

    await database.execute("UPDATE database_epoch SET timeline = 0")
    await bus.wipe(things)
    relay = Relay(database, things, "things")
    await relay.start()
    assert "nothing to compare" in relay.degraded()
    await relay.stop()


async def test_a_new_database_minds_no_older_stream(database: Database, things: Messaging) -> None:
    await bus.publish(things, bus.thing())
    relay = Relay(database, things, "things")
    await relay.start()
    await happen(database, 1)
    await published(database, relay)
    await relay.stop()
    await relay.start()
    assert relay.degraded() == "", "nor at its next start"
    await relay.stop()


async def test_commands_go_on_while_nats_is_away_and_the_look_is_made_up_for(
    database: Database, things: Messaging, nats_server: NatsServer
) -> None:
    relay = Relay(database, things, "things")
    await relay.start()
    await relay.stop()
    nats_server.kill()

    async def is_lost() -> bool:
        return not things.client.is_connected

    await eventually(is_lost, "the connection is lost")
    relay = Relay(database, things, "things")
    async with asyncio.timeout(FIRST_SECONDS + 2):
        await relay.start()
    assert relay.degraded() == ""
    await happen(database, 1)
    nats_server.start()
    await published(database, relay)
    await relay.stop()
