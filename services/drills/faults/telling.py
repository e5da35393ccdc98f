"""Facts for faults of the broker: people who submit again and again, and many facts at once.

Whoever submits is told so, once for each submission: a fact, a message, and a verdict on both.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from residency.identity.v1 import events_pb2
from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.traffic import PAUSE_SECONDS, Told
from services.drills.faults.year import Year
from services.kit.ids import new_id

_COMMIT = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body)
    SELECT event_id, $2, $3, event_id::text, 1, body FROM unnest($1::uuid[], $4::bytea[]) AS given (event_id, body)
"""
_FORGET_AFTER = timedelta(seconds=30)
AT_ONCE = 500


@asynccontextmanager
async def submitting(
    ground: Ground, people: int = 8, *, year: Year | None = None, entered: bool = False
) -> AsyncIterator[Told]:
    """Inside, some applicants of the scene correct and submit again and again; everybody has submitted once before.

    In a year of its own unless one is given, where they have `entered` or not.
    """
    stage = await scene(ground)
    year = year or await stage.year()
    told, ending = Told(), asyncio.Event()
    actors = stage.applicants[:people]
    if not entered:
        await asyncio.gather(*(_enter(year, actor, place) for place, actor in enumerate(actors)))
    chance = random.Random(f"submitting/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)

    async def go_on(actor: Actor) -> None:
        number = 0
        while not ending.is_set():
            number += 1
            for make in (year.save(actor, number=number, key=(saved := new_id())), None):
                key = saved if make is not None else new_id()
                await told.send(actor, make or year.submit(key), key)
            await asyncio.sleep(PAUSE_SECONDS * chance.random())

    tasks = [asyncio.create_task(go_on(actor)) for actor in actors]
    try:
        await ground.until(lambda: len(told.accepted) >= 2 * len(tasks), "everybody has submitted again")
        yield told
    finally:
        ending.set()
        await asyncio.gather(*tasks)


async def commit(ground: Ground, count: int, *, size: int = 36) -> list[UUID]:
    """Commit `count` facts to identity's outbox as identity does when sessions end: nobody is written to. Their ids.

    A fact's body has about `size` bytes. What the portal remembers of these sessions it forgets within half a minute.
    """
    made = []
    for first in range(0, count, AT_ONCE):
        part = [uuid4() for _ in range(min(AT_ONCE, count - first))]
        async with ground.database("identity") as connection:
            await connection.execute(
                *(_COMMIT, part, "residency.identity.v1.session.ended"),
                events_pb2.SessionEnded.DESCRIPTOR.full_name,
                [_ended(f"{event_id}".ljust(size, "-")) for event_id in part],
            )
        made += part
    return made


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile, in seconds."""
    if len(seconds) < 2:
        return (0.0, 0.0)
    return statistics.median(seconds), statistics.quantiles(seconds, n=100, method="inclusive")[98]


def _ended(session_id: str) -> bytes:
    body = events_pb2.SessionEnded(session_id=session_id)
    body.forget_at.FromDatetime(datetime.now(UTC) + _FORGET_AFTER)
    return body.SerializeToString()


async def _enter(year: Year, actor: Actor, number: int) -> None:
    await year.apply(actor, year.places[number % len(year.places)])
