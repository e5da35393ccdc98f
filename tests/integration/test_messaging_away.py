"""A process that starts before NATS does, or without it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.kit.messaging import Consumer, Delivery, Messaging
from tests.support import bus, servers
from tests.support.nats import NatsServer
from tests.support.wait import eventually


async def test_ops_21_a_process_that_starts_without_nats_answers_and_hears_once_it_is_there(
    nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.bus.START_SECONDS", 0.2)
    heard: list[str] = []

    async def handle(delivery: Delivery) -> None:
        heard.append(delivery.event_id)

    nats_server.kill()
    nats_server.wipe()
    part = Messaging(nats_server.url, streams_file=bus.things_file(tmp_path, ["first"]))
    consumer = Consumer(part, bus.THINGS, "first", handle)
    try:
        await part.start()
        await consumer.start()
        assert (part.not_ready(), consumer.not_ready()) == ("", "")
        assert part.degraded() == "NATS was not reached yet"
    finally:
        await asyncio.to_thread(nats_server.start)

    async def whole() -> bool:
        return part.degraded() == ""

    await eventually(whole, "connected, with the streams declared")
    fact = bus.thing()
    await bus.publish(part, fact)

    async def has_heard() -> bool:
        return heard == [fact.event_id]

    await eventually(has_heard, "the consumer listens")
    await consumer.stop()
    await part.stop()


async def test_a_process_without_nats_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kit.bus.START_SECONDS", 0.1)
    part = Messaging(f"nats://127.0.0.1:{servers.free_port()}")
    await part.start()
    await asyncio.wait_for(part.stop(), 10)
    assert part.not_ready() == "stopped"


async def test_a_process_that_starts_first_waits_for_nats(nats_server: NatsServer, tmp_path: Path) -> None:
    nats_server.kill()
    part = Messaging(nats_server.url, streams_file=bus.things_file(tmp_path, ["first"]))
    starting = asyncio.create_task(part.start())
    try:
        assert part.not_ready() != ""
    finally:
        await asyncio.to_thread(nats_server.start)
    await asyncio.wait_for(starting, 15)
    assert part.not_ready() == ""
    await part.stop()
