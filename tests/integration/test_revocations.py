"""SES-04: ended sessions reach a verifier over a real broker: those before the start, after it, and across restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.message import DecodeError

from services.kit.auth import TokenVerifier
from services.kit.messaging import NATS_ERRORS, Messaging
from services.kit.revocations import Revocations
from tests.support import bus
from tests.support.nats import NatsServer
from tests.support.wait import eventually

MOMENTS = 10.0
"""Seconds; usually milliseconds, and far less than the ten minutes after which tokens end by themselves."""


class Listener(TokenVerifier):
    """A verifier that tells which sessions it was told of."""

    def __init__(self) -> None:
        async def keys() -> str:
            return '{"keys": []}'

        super().__init__(keys)
        self.told: list[str] = []

    def end_session(self, session_id: str, forget_at: datetime) -> None:
        self.told.append(session_id)
        super().end_session(session_id, forget_at)

    def heard(self, *session_ids: str) -> Callable[[], Awaitable[bool]]:
        """Whether all of these were told, for `eventually`."""

        async def condition() -> bool:
            return set(session_ids) <= set(self.told)

        return condition


def decode(body: bytes) -> tuple[str, datetime]:
    if body.startswith(b"broken"):
        raise DecodeError("broken")
    return body.decode(), datetime.now(UTC) + timedelta(minutes=10)


async def end(messaging: Messaging, session_id: str) -> None:
    await bus.publish(messaging, bus.thing(session_id.encode(), aggregate_id=session_id))


@asynccontextmanager
async def listening(messaging: Messaging) -> AsyncIterator[Listener]:
    listener = Listener()
    part = Revocations(messaging, bus.THINGS, bus.SUBJECT, decode, listener)
    await part.start()
    assert part.not_ready() == ""
    yield listener
    await part.stop()
    assert part.not_ready() != ""


@pytest.fixture
async def things(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Messaging]:
    """A connection to the run's server, with an empty stream of things."""
    messaging = Messaging(nats_server.url, name="test", streams_file=bus.things_file(tmp_path, []))
    await messaging.start()
    await bus.wipe(messaging)
    yield messaging
    await messaging.stop()


async def test_ses_04_what_ended_before_the_start_is_known_when_it_is_over(things: Messaging) -> None:
    for number in range(200):
        await end(things, f"s{number}")
    async with listening(things) as listener:
        assert listener.told == [f"s{number}" for number in range(200)]


async def test_ses_04_what_ends_now_is_known_within_moments_and_rubbish_stops_nothing(things: Messaging) -> None:
    async with listening(things) as listener:
        await end(things, "broken")
        await end(things, "s1")
        await eventually(listener.heard("s1"), "the session is told", MOMENTS)


async def test_ses_04_two_processes_hear_the_same(things: Messaging) -> None:
    async with listening(things) as first, listening(things) as second:
        await end(things, "s1")
        await eventually(first.heard("s1"), "the first hears")
        await eventually(second.heard("s1"), "the second hears")


async def test_ses_04_nothing_is_missed_when_the_broker_is_killed(things: Messaging, nats_server: NatsServer) -> None:
    async with listening(things) as listener:
        await end(things, "before")
        await eventually(listener.heard("before"), "the session is told")
        nats_server.kill()
        nats_server.start()
        await eventually(_published(things, "after"), "the fact is published, as the relay would")
        await eventually(listener.heard("before", "after"), "what ended after the restart is told")


async def test_ses_04_a_wiped_broker_is_listened_to_again(things: Messaging) -> None:
    async with listening(things) as listener:
        await things.js.delete_stream(bus.THINGS)
        await things.repair()
        await end(things, "after")
        await eventually(listener.heard("after"), "what ended after the wipe is told")


async def test_a_start_does_not_wait_for_ever_for_a_broker_that_is_away(
    things: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.revocations.CATCH_UP_SECONDS", 0.2)
    await things.js.delete_stream(bus.THINGS)
    async with asyncio.timeout(5), listening(things) as listener:
        await things.repair()
        await end(things, "s1")
        await eventually(listener.heard("s1"), "the session is told")


def _published(messaging: Messaging, session_id: str) -> Callable[[], Awaitable[bool]]:
    async def attempt() -> bool:
        try:
            await end(messaging, session_id)
        except NATS_ERRORS:
            return False
        return True

    return attempt
