"""Fault 13. The facts of eight people reach their consumers shuffled and doubled, those of eight others in order.

All of them live through the same: a place, an admission, its undoing, again and again. Enrollment is kept from the
broker meanwhile, and what waits in its outbox is published in its place, under the same ids, in an order of the seed;
when it is let go it publishes everything once more. What faculty makes of it must be the same for both.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness
from services.kit.delivery import MSG_ID, headers

SCALED = "8 or 9 facts of each of 8 people in one seed"
TURNS = 4
"""Admissions of each."""
_WAITING = """
SELECT event_id, subject, event_type, aggregate_id, epoch, version, body, created_at FROM outbox
WHERE aggregate_id = ANY($1) AND published_at IS NULL ORDER BY position
"""
_TRAINEES = """
SELECT t.application_id, t.application_version, t.state, t.base_code, t.specialty_code, t.cohort, t.kind
FROM trainee t WHERE t.application_id = ANY($1)
"""


async def run(ground: Ground) -> None:
    """Let them live, publish, and compare."""
    stage = await scene(ground)
    year = await stage.year(day_seconds=120.0)
    witness = await Witness.begin(ground)
    place = year.places[0]
    everybody = await asyncio.gather(*(year.apply(actor, place) for actor in stage.applicants))
    await asyncio.gather(*(stage.reviewers[0].do(year.approve(each)) for each in everybody))
    await witness.settled(await witness.facts())
    half = len(everybody) // 2
    administrator = stage.administrators[0]

    async def live(number: int) -> None:
        """The same for a person of each half; every other pair ends admitted."""
        application_id = everybody[number]
        await administrator.do(year.grant(application_id))
        for turn in range(TURNS):
            await administrator.do(year.admit(application_id))
            if turn < TURNS - 1 or number % 2:
                await administrator.do(year.undo(application_id))

    async with ground.disturbed("enrollment*>nats", "refuse"):
        await asyncio.gather(*map(live, range(len(everybody))))
        shuffled = await _publish(ground, witness, everybody[:half])
    ground.report.did(f"published {shuffled} facts of {half} people shuffled, each twice")
    facts = await witness.facts()
    ground.recovered(await witness.settled(facts))
    async with ground.database("faculty") as database:
        ends = [await _ends(database, each) for each in (everybody[:half], everybody[half:])]
    same = ends[0] == ends[1]
    seen = f"{half} pairs the same" if same else _unlike(*ends)
    ground.report.found("what faculty knows at the end", seen, holds=same and any(end for end in ends[1]))
    odd = await witness.effects(facts)
    ground.report.found("effects that do not stand once", "; ".join(odd[:3]) or 0, holds=not odd)
    ground.report.figures["facts"] = shuffled
    # Nobody is left waiting for an admission when the year closes.
    await asyncio.gather(*(administrator.do(year.admit(everybody[number])) for number in range(1, len(everybody), 2)))


async def _publish(ground: Ground, witness: Witness, applications: Sequence[str]) -> int:
    """Publish what waits of these applications in an order of the seed, each twice; how many facts."""
    async with ground.database("enrollment") as database:
        rows = await database.fetch(_WAITING, list(applications))
    order = [*((row, True) for row in rows), *((row, False) for row in rows)]
    random.Random(f"shuffle/{ground.options.seed}").shuffle(order)  # noqa: S311 (reproducible play, not a secret)
    async with witness.jetstream() as js:
        for row, first in order:
            about = headers(
                event_id=str(row["event_id"]),
                event_type=row["event_type"],
                source="residency/enrollment",
                aggregate_id=row["aggregate_id"],
                epoch=row["epoch"],
                version=row["version"],
                occurred_at=row["created_at"],
            )
            if not first:
                # Otherwise the broker itself would drop the second copy.
                about[MSG_ID] += "-again"
            await js.publish(row["subject"], row["body"], headers=about)
    return len(rows)


async def _ends(database: asyncpg.Connection[Any], applications: Sequence[str]) -> list[tuple[Any, ...]]:
    """What is known of the trainee of each of these applications, in their order; empty where there is none.

    Who has left is none: whose end was heard before their beginning never was one.
    """
    rows = await database.fetch(_TRAINEES, list(applications))
    found = {row["application_id"]: tuple(row)[1:] for row in rows if row["state"] != "left"}
    return [found.get(application_id, ()) for application_id in applications]


def _unlike(shuffled: Sequence[object], ordered: Sequence[object]) -> str:
    return "; ".join(f"{one} and {other}" for one, other in zip(shuffled, ordered, strict=True) if one != other)
