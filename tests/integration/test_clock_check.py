"""OPS-23: a clock that is not the database's, or that of NATS, makes its process unready and says by how much."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.kit import clock_check
from services.kit.database import Database
from services.kit.messaging import Messaging
from services.kit.watch import Watch
from tests.support.nats import NatsServer
from tests.support.wait import eventually


class Wrong:
    """The machine's clock, put forward."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    part = Database(kit_url, name="kit")
    await part.start()
    yield part
    await part.stop()


async def said(watch: Watch) -> str:
    """The first answer."""
    await watch.start()

    async def looked() -> tuple[str] | None:
        reason = watch.not_ready()
        return None if reason == "not looked at yet" else (reason,)

    answer = await eventually(looked, "it looked")
    await watch.stop()
    assert answer is not None
    return answer[0]


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (300, "clock is 300 s ahead of the database's"),
        (-300, "clock is 300 s behind the database's"),
        (20, ""),
        (0, ""),
    ],
)
async def test_ops_23_beside_the_database(database: Database, seconds: float, reason: str) -> None:
    assert await said(clock_check.by_database(database, 30, Wrong(seconds))) == reason


@pytest.mark.parametrize(("seconds", "reason"), [(300, "clock is 300 s ahead of that of NATS"), (0, "")])
async def test_ops_23_beside_nats(messaging: Messaging, seconds: float, reason: str) -> None:
    assert await said(clock_check.by_nats(messaging, 30, Wrong(seconds))) == reason


async def test_half_of_a_long_way_is_allowed() -> None:
    """What took twenty seconds to learn may be ten seconds older or newer."""
    moments = iter([100.0, 120.0])

    async def theirs() -> datetime:
        return NOON

    class Noon:
        def now(self) -> datetime:
            return NOON

    found = await clock_check.ahead(theirs, Noon(), lambda: next(moments))
    assert found == (10.0, 10.0)


async def test_a_clock_that_cannot_be_asked_says_nothing_against_ours(
    messaging: Messaging, nats_server: NatsServer
) -> None:
    nats_server.pause()
    try:
        assert await said(clock_check.by_nats(messaging, 30, Wrong(300))) == ""
    finally:
        nats_server.resume()


NOON = datetime(2023, 6, 26, 12, tzinfo=UTC)
