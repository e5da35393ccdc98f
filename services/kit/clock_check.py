"""OPS-23: a process whose clock is not its database's is not ready: tokens would end and deadlines fall at wrong times.

Who has no database asks NATS. Where all processes say so at once, it is the other clock that is wrong.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.clock import Clock, SystemClock
from services.kit.domain import DomainError
from services.kit.metrics import CLOCK_SKEW_SECONDS
from services.kit.watch import Watch

LOOK_SECONDS = 5.0
_PATIENCE = 2.0


class Asked(Protocol):
    """What is asked of a database (`kit.database.Database`, which a process without one does not load)."""

    async def fetchval(self, sql: str, *args: object) -> Any:
        """First value of the first row. Raises DomainError."""


def by_database(database: Asked, limit_seconds: float, clock: Clock | None = None) -> Watch:
    """The part that compares `clock` (the machine's when None) with the database's."""

    async def theirs() -> datetime | None:
        try:
            found: datetime = await database.fetchval("SELECT clock_timestamp()")
        except DomainError:
            return None
        return found

    return _watch(theirs, "database", "the database's", limit_seconds, clock)


def by_nats(messaging: Messaging, limit_seconds: float, clock: Clock | None = None) -> Watch:
    """The part that compares `clock` (the machine's when None) with that of NATS."""

    async def theirs() -> datetime | None:
        return await nats_time(messaging)

    return _watch(theirs, "nats", "that of NATS", limit_seconds, clock)


async def nats_time(messaging: Messaging) -> datetime | None:
    """What the clock of the NATS server shows, aware UTC; None when it does not say."""
    if not messaging.client.is_connected:
        return None
    try:
        answer = await messaging.client.request("$JS.API.STREAM.INFO.IDENTITY", timeout=_PATIENCE)
        return datetime.fromisoformat(json.loads(answer.data)["ts"])
    except (*NATS_ERRORS, KeyError, ValueError):
        return None


async def ahead(
    theirs: Callable[[], Awaitable[datetime | None]], clock: Clock, monotonic: Callable[[], float] = time.monotonic
) -> tuple[float, float] | None:
    """By how many seconds `clock` is ahead of another, and how many more or less it may be: half of the round trip.

    None when the other does not say.
    """
    ours, began = clock.now(), monotonic()
    told = await theirs()
    half = (monotonic() - began) / 2
    if told is None:
        return None
    return (ours + timedelta(seconds=half) - told).total_seconds(), half


def told(seconds: float, whose: str) -> str:
    """`clock is 300 s ahead of the database's`."""
    return f"clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} {whose}"


def _watch(
    theirs: Callable[[], Awaitable[datetime | None]],
    reference: str,
    whose: str,
    limit_seconds: float,
    clock: Clock | None,
) -> Watch:
    used = clock or SystemClock()

    async def look() -> str:
        found = await ahead(theirs, used)
        if found is None:
            return ""
        seconds, uncertain = found
        CLOCK_SKEW_SECONDS.labels(reference).set(seconds)
        return told(seconds, whose) if abs(seconds) - uncertain > limit_seconds else ""

    return Watch("clock", look, LOOK_SECONDS, needed=True)
