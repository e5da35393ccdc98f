"""OPS-35: two replicas that send are as one to a carrier: neither faster than it allows, nor anything twice."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import pytest

from services.notify.dispatching import Limits
from services.notify.domain.channels import Channel
from services.notify.domain.pacing import BURST_SECONDS
from tests.support.carriers import Engine, engine
from tests.support.wait import eventually

MESSAGES = 60
RATE = 40.0


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


async def test_ops_35_two_replicas_together_keep_to_a_carriers_rate(world: Engine) -> None:
    world.limits = Limits(2000.0, dict.fromkeys(Channel, RATE), 6)
    await world.told_many(MESSAGES)
    began = time.monotonic()
    async with world.dispatching(), world.dispatching():
        await world.settled()
    took = time.monotonic() - began
    came = world.carriers[Channel.SMS].came
    assert len(came) == len({each.message_id for each in came}) == MESSAGES
    assert took >= (MESSAGES - RATE * BURST_SECONDS) / RATE * 0.9, "two buckets would have been twice as fast"


async def test_ops_35_when_one_stops_the_other_sends_at_once(world: Engine) -> None:
    async with world.dispatching() as second:
        async with world.dispatching():
            await world.told_many(2)
            await world.settled()
        await world.told_many(2)
        second.poke()
        await world.settled()

    async def released() -> bool:
        return bool(await world.database.fetchval("SELECT count(*) FROM relay_lease") == 0)

    await eventually(released, "nobody holds the lease")
    assert len(world.carriers[Channel.SMS].came) == 4
