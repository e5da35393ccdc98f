"""Fault 12. Grants wait for a place that somebody else holds for a moment: their facts have a place, and no commit yet.

Meanwhile others commit facts that come later in the outbox. The place is held for up to 20 ms at a time, and now and
then for about as long as the database lets a transaction of that role last.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import Told
from services.drills.faults.witness import Witness
from services.drills.faults.year import Place, Year
from services.kit import stream_reading
from services.kit.ids import new_id

SCALED = "a commit is held up for 0.8 s at most, not for 30 s: the database ends such transactions after 1.5 s"
ROUNDS = 8
SHORT_SECONDS, LONG_SECONDS = 0.02, 0.8
"""The longest may last as long as a transaction of enrollment's role, less what a busy machine needs."""
EVERY = 25
"""One hold in so many is a long one."""
_HOLD = """
SELECT taken FROM seat WHERE cycle_id = $1::text::uuid AND base_code = $2 AND specialty_code = $3 FOR UPDATE
"""
_OVERTAKEN = """
SELECT count(*) FROM outbox early WHERE early.aggregate_id = ANY($1) AND EXISTS (SELECT FROM outbox late
    WHERE late.position > early.position AND late.published_at < early.published_at AND late.aggregate_id = ANY($1))
"""


async def run(ground: Ground) -> None:
    """Half of the people are given places and lose them again, the others submit again and again."""
    stage = await scene(ground)
    year = await stage.year()
    witness = await Witness.begin(ground)
    hot, other = year.places[0], year.places[1]
    half = len(stage.applicants) // 2
    wanted = await asyncio.gather(*(year.apply(actor, hot) for actor in stage.applicants[:half]))
    others = await asyncio.gather(*(year.apply(actor, other) for actor in stage.applicants[half:]))
    await asyncio.gather(*(stage.reviewers[0].do(year.approve(application_id)) for application_id in wanted))
    told, administrator = Told(), stage.administrators[0]

    async def grant(application_id: str) -> None:
        for _ in range(ROUNDS):
            key = new_id()
            await told.send(administrator, year.grant(application_id, key=key), key)
            key = new_id()
            await told.send(administrator, year.undo(application_id, key=key), key)

    async def submit(number: int) -> None:
        actor = stage.applicants[number]
        for _ in range(3 * ROUNDS):
            key = new_id()
            await told.send(actor, year.submit(key), key)

    async with _holding(ground, year, hot):
        await asyncio.gather(*map(grant, wanted), *map(submit, range(half, len(stage.applicants))))
    facts = await witness.facts()
    ground.recovered(await witness.settled(facts))
    applications = [*wanted, *others]
    async with ground.database("enrollment") as database:
        overtaken = await database.fetchval(_OVERTAKEN, applications)
        sql = "SELECT count(*) FROM outbox WHERE aggregate_id = ANY($1)"
        committed = await database.fetchval(sql, applications)
    relayed, disordered = await _in_the_stream(witness, applications)
    ground.report.found("facts that a later one overtook", overtaken, holds=overtaken > 0)
    ground.report.found("relayed", f"{relayed} of {committed} committed", holds=relayed == committed)
    ground.report.found("applications whose facts are out of order", disordered, holds=disordered == 0)
    odd = await witness.effects(facts)
    ground.report.found("effects that do not stand once", "; ".join(odd[:3]) or 0, holds=not odd)
    ground.report.figures |= {"facts": committed, "overtaken": overtaken}
    await told.judge(ground)


@asynccontextmanager
async def _holding(ground: Ground, year: Year, place: Place) -> AsyncIterator[None]:
    """Inside, the row of the place is locked for a moment, and free for a moment, again and again."""
    chance = random.Random(f"late/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)

    async def hold() -> None:
        async with ground.database("enrollment") as database:
            for number in count():
                async with database.transaction():
                    await database.execute(_HOLD, year.cycle_id, place.base_code, place.specialty_code)
                    await asyncio.sleep(chance.uniform(0, SHORT_SECONDS) if number % EVERY else LONG_SECONDS)
                await asyncio.sleep(chance.uniform(0, SHORT_SECONDS))

    holder = asyncio.create_task(hold())
    try:
        yield
    finally:
        holder.cancel()
        ended = (await asyncio.gather(holder, return_exceptions=True))[0]
    if not isinstance(ended, asyncio.CancelledError):
        raise RuntimeError(f"the place was not held to the end: {ended!r}")


async def _in_the_stream(witness: Witness, applications: list[str]) -> tuple[int, int]:
    """How many facts of these applications are in the stream, and of how many applications they are out of order."""
    versions: dict[str, dict[str, int]] = defaultdict(dict)
    async with witness.jetstream() as js:
        async for found in stream_reading.facts_in(js, "ENROLLMENT"):
            for _, fact in found:
                if fact.aggregate_id in applications:
                    versions[fact.aggregate_id].setdefault(fact.event_id, fact.version)
    orders = [list(each.values()) for each in versions.values()]
    return sum(map(len, orders)), sum(order != sorted(order) for order in orders)
