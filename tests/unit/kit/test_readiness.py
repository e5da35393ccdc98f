"""OPS-21: what is needed makes a process unready, what is not is told; OPS-22: gRPC's health names follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit import readiness
from services.kit.grpc_server import LIVENESS, READINESS
from services.kit.readiness import Readiness, State
from services.kit.watch import Watch
from tests.support.wait import eventually
from tests.unit.kit import guarded

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


class Thing:
    """A part that is as it is told to be."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.needed = self.useful = ""

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return

    def not_ready(self) -> str:
        return self.needed

    def degraded(self) -> str:
        return self.useful


def started(*parts: Thing) -> Readiness:
    asked = Readiness(parts)
    asked.parts_started()
    assert asked.account().state is State.READY
    return asked


def test_ops_21_what_is_not_needed_is_told_and_changes_nothing() -> None:
    database, broker = Thing("database"), Thing("messaging")
    asked = started(database, broker)
    assert str(asked.account()) == "ready\n"
    broker.useful = "NATS is not reachable"
    told = asked.account()
    assert told.ready
    assert str(told).startswith("ready\ndegraded: messaging: NATS is not reachable, since 20")
    database.needed = "database is not reachable"
    told = asked.account()
    assert not told.ready
    first, second, third = str(told).splitlines()
    assert first == "not ready"
    assert second.startswith("not ready: database: database is not reachable, since ")
    assert third.startswith("degraded: messaging: ")


def test_ops_21_since_is_when_it_began_whatever_is_said_of_it_meanwhile() -> None:
    broker = Thing("messaging")
    asked = started(broker)
    broker.useful = "heard nothing for 31 s"
    [first] = asked.account().lacks
    broker.useful = "heard nothing for 32 s"
    [second] = asked.account().lacks
    assert second.reason == "heard nothing for 32 s"
    assert second.since == first.since <= datetime.now(UTC)
    broker.useful = ""
    asked.account()
    broker.useful = "heard nothing for 31 s"
    assert asked.account().lacks[0].since > first.since


def test_ops_21_a_process_starts_whole_or_after_patience_without_what_it_does_not_need() -> None:
    database, broker, now = Thing("database"), Thing("messaging"), [0.0]
    broker.useful, database.needed = "NATS is not reachable", "not started"
    asked = Readiness([database, broker], lambda: now[0])
    assert asked.account().state is State.STARTING
    database.needed = ""
    assert asked.account().state is State.STARTING, "its parts have not started"
    asked.parts_started()
    now[0] = readiness.PATIENCE_SECONDS
    assert asked.account().state is State.STARTING
    assert not asked.started
    now[0] += 0.1
    assert asked.account().state is State.READY
    assert asked.started


def test_a_process_that_needs_something_never_starts_without_it() -> None:
    database, now = Thing("database"), [0.0]
    database.needed = "not started"
    asked = Readiness([database], lambda: now[0])
    asked.parts_started()
    now[0] = 10 * readiness.PATIENCE_SECONDS
    assert asked.account().state is State.STARTING


def test_a_process_that_stops_says_only_that() -> None:
    asked = started(Thing("database"))
    asked.stop()
    assert (str(asked.account()), asked.account().ready) == ("stopping\n", False)


async def test_ops_22_health_names_follow_and_liveness_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0.01)
    answers = guarded.Staff()
    server, running = await guarded.start(answers, guarded.servicers(answers))
    database = Thing("database")
    asked = Readiness([database, server])
    asked.parts_started()
    async with grpc.aio.insecure_channel(running.address) as channel, _watching(asked):
        health = health_pb2_grpc.HealthStub(channel)

        async def told(name: str) -> int:
            return int((await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)).status)

        async def all_told(readiness_is: int) -> bool:
            names = (READINESS, LIVENESS, "", "residency.identity.v1.PersonService")
            return [await told(name) for name in names] == [readiness_is, SERVING, SERVING, SERVING]

        await eventually(lambda: all_told(SERVING), "ready")
        database.needed = "database is not reachable"
        await eventually(lambda: all_told(NOT_SERVING), "not ready, and alive")
        database.needed = ""
        await eventually(lambda: all_told(SERVING), "ready again")
        asked.stop()
        await asked.tell()
        assert await all_told(NOT_SERVING)
    await server.stop()


async def test_a_watch_tells_its_last_answer_and_survives_a_failure() -> None:
    answers = ["the bucket is missing", ValueError("a bug"), ""]

    async def look() -> str:
        answer = answers.pop(0) if answers else ""
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    watch = Watch("object store", look, 0.01, needed=False)
    assert watch.degraded() == "not looked at yet"
    await watch.start()
    heard: list[str] = []

    async def through() -> bool:
        heard.append(watch.degraded())
        return not answers

    await eventually(through, "it looked three times")
    assert watch.not_ready() == ""
    await watch.stop()


@asynccontextmanager
async def _watching(asked: Readiness) -> AsyncIterator[None]:
    task = asyncio.create_task(asked.watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
