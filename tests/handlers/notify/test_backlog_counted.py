"""OPS-75: what waits, since when, and what was given up is told by channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from services.notify.domain.channels import Channel
from services.notify.metrics import backlog_gauges
from tests.support.carriers import Engine, engine


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


class Later:
    """So long after the engine's clock."""

    def __init__(self, world: Engine, seconds: float) -> None:
        self._world, self._ahead = world, timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._world.clock.now() + self._ahead


def told(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"residency_{name}", labels)


async def test_ops_75_what_waits_is_told_with_its_age(world: Engine) -> None:
    await world.told(world.people.person())
    await world.told(world.people.person(), release=timedelta(hours=1))
    await backlog_gauges(world.database, Later(world, 600), world.carriers).look()
    assert told("notify_waiting", channel="sms", how="queued") == 1
    assert told("notify_waiting", channel="sms", how="held") == 1
    assert told("notify_oldest_seconds", channel="sms") == 600
    assert told("notify_given_up", channel="sms") == 0
    assert told("notify_unrouted_seconds") == 0
    assert told("webhook_waiting") == 0


async def test_ops_75_what_was_given_up_is_told_for_a_day(world: Engine) -> None:
    message_id = await world.told(world.people.person())
    now = world.clock.now()
    await world.database.execute(
        "UPDATE delivery SET state = 'failed', finished_at = $2 WHERE message_id = $1 AND channel = 'sms'",
        message_id,
        now,
    )
    await backlog_gauges(world.database, Later(world, 3600), [Channel.SMS]).look()
    assert told("notify_given_up", channel="sms") == 1
    await backlog_gauges(world.database, Later(world, 90_000), [Channel.SMS]).look()
    assert told("notify_given_up", channel="sms") == 0


async def test_ops_75_a_message_without_channels_is_noticed(world: Engine) -> None:
    message_id = await world.told(world.people.person())
    await world.database.execute("UPDATE message SET routed_at = NULL WHERE message_id = $1", message_id)
    await backlog_gauges(world.database, Later(world, 400), world.carriers).look()
    assert told("notify_unrouted_seconds") == pytest.approx(400, abs=1)
