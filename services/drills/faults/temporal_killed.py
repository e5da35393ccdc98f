"""Fault 24. Temporal is killed again and again in the closing minute of a round: its timers fire late, and once."""

from __future__ import annotations

import asyncio
import time

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness, told

SCALED = "5 deaths of 10: whoever dies again and again is started after longer and longer pauses"
DAY_SECONDS = 16.0
PEOPLE = 4
KILLS = 5
"""Of the ten of the plan: whoever dies again and again is started after longer and longer pauses."""


async def run(ground: Ground) -> None:
    """Kill it before, at and after the boundary; everything that was to happen there has happened once."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    await asyncio.gather(*(year.apply(actor, year.places[0]) for actor in stage.applicants[:PEOPLE]))
    first = await boundaries.gate()
    for _ in range(KILLS):
        await ground.kill("temporal")
    ground.report.did(f"killed Temporal {KILLS} times around the end of phase {first}")
    await ground.until(lambda: boundaries.over(first), "the boundary has passed")
    began = time.monotonic()

    async def passed() -> bool:
        return await boundaries.gate() > first and await boundaries.caught_up()

    await ground.until(passed, "the year stands where it is due")
    ground.recovered(time.monotonic() - began)
    gate = await boundaries.gate()
    await boundaries.judge()

    async def closed() -> bool:
        """Every window of the rounds that are over."""
        rounds = {phase.round for phase in await boundaries.phases() if phase.round and phase.sequence in (first,)}
        return {number for _, number in await boundaries.closed_windows()} >= rounds

    waited = await ground.seconds_until(closed, "the windows of the round are closed")
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    late = await boundaries.late()
    ground.report.figures |= {
        "kills": KILLS,
        "boundary_late_seconds": round(late.get(first + 1, 0.0), 2),
        "phases_entered": gate - first,
        "windows_closed_after_seconds": round(waited, 2),
    }
