"""Fault 28. The worker is killed again and again while phases end, windows close and people hear: each deed once."""

from __future__ import annotations

import asyncio
import time

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness, told

DAY_SECONDS = 8.0
KILLS = 6
PAUSE_SECONDS = 0.5
"""Longest pause between two deaths, so that it dies in activities and between them."""
SCALED = "6 of the 20 deaths of the plan: whoever dies again and again is started after longer and longer pauses"
_TWICE = """
SELECT count(*) FROM (SELECT 1 FROM audit WHERE at >= $1 AND idempotency_key <> ''
    GROUP BY actor, idempotency_key, aggregate_id HAVING count(*) > 1) AS twice
"""


async def run(ground: Ground) -> None:
    """Kill it over the ends of several rounds in which people apply; then everything that was due has happened once."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    first = await boundaries.gate()
    applying = asyncio.gather(
        *(year.apply(actor, year.places[0]) for actor in stage.applicants), return_exceptions=True
    )
    for number in range(KILLS):
        await ground.kill("workflows")
        await asyncio.sleep(PAUSE_SECONDS * (number % 3) / 2)
    await ground.until(lambda: boundaries.over(first), "a round has ended meanwhile")
    began = time.monotonic()
    await ground.ready("workflows")
    await ground.until(boundaries.caught_up, "the gate stands where it is due")
    ground.recovered(time.monotonic() - began)
    answers = await applying
    applied = sum(not isinstance(answer, BaseException) for answer in answers)
    ground.report.did(f"killed the worker {KILLS} times while {applied} of {len(answers)} people applied")

    async def closed() -> bool:
        rounds = {each.round for each in await boundaries.phases() if each.sequence == first and each.round}
        return {number for _, number in await boundaries.closed_windows()} >= rounds

    await ground.until(closed, "the windows of the round are closed", 120.0)
    await boundaries.judge()
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    odd = await witness.effects(facts)
    ground.report.found(f"of {len(facts)} facts those whose effect does not stand once", told(odd), holds=not odd)
    async with ground.database("enrollment") as database:
        twice = await database.fetchval(_TWICE, witness.since)
    ground.report.found("deeds that stand twice under one key", twice, holds=twice == 0)
    ground.report.figures |= {"kills": KILLS, "facts": len(facts), "applied": applied}
