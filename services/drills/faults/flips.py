"""Fault 4. Sixty-four people save while the phases of four years move on, fifty times and more."""

from __future__ import annotations

import asyncio
from typing import Any

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import Told, saving
from services.rehearsal.ledger import percentile

WAVES, YEARS = 2, 4
"""So many years at once, and again: a calendar has nine rounds at most."""
ROUNDS = 8
DAY_SECONDS = 0.75
ROUND_DAYS = 2
LEAD_SECONDS, LONGEST_LEAD_SECONDS = 6.0, 40.0
"""How long the first round lasts, in which everybody begins; longer on a busy machine."""
PATIENCE_SECONDS = 240.0
P99_SECONDS, LONGEST_SECONDS = 0.5, 2.0
_MOVED = "SELECT count(*) FROM cycle_phase WHERE cycle_id = ANY($1::text[]::uuid[]) AND entered_at IS NOT NULL"
_OUTSIDE = """
SELECT count(*) FROM audit au JOIN application a ON a.id = au.aggregate_id
LEFT JOIN cycle_phase p ON p.cycle_id = a.cycle_id AND p.sequence = au.gate_sequence
LEFT JOIN cycle_phase following ON following.cycle_id = a.cycle_id AND following.sequence = au.gate_sequence + 1
WHERE a.cycle_id = ANY($1::text[]::uuid[])
    AND (p.phase IS DISTINCT FROM au.phase OR au.at < p.entered_at OR au.at >= following.entered_at)
"""
_LAST = """
SELECT count(*) FROM cycle_gate g WHERE cycle_id = ANY($1::text[]::uuid[])
    AND sequence < (SELECT max(sequence) - 2 FROM cycle_phase p WHERE p.cycle_id = g.cycle_id)
"""


async def run(ground: Ground) -> None:
    """Play years of many short rounds at once."""
    stage = await scene(ground)
    flips, told = 0, Told()
    cycles: list[str] = []
    for _ in range(WAVES):
        lead_days = round(min(LEAD_SECONDS * ground.crowded, LONGEST_LEAD_SECONDS) / DAY_SECONDS)
        years = await asyncio.gather(
            *(
                stage.year(rounds=ROUNDS, round_days=ROUND_DAYS, lead_days=lead_days, day_seconds=DAY_SECONDS)
                for _ in range(YEARS)
            )
        )
        wave = [year.cycle_id for year in years]
        async with ground.database("enrollment") as database, saving(ground, stage, *years, told=told):
            flips -= await database.fetchval(_MOVED, wave)

            async def over(database: Any = database, wave: list[str] = wave) -> bool:
                return bool(await database.fetchval(_LAST, wave) == 0)

            await ground.until(over, "the last round of every year has begun", PATIENCE_SECONDS)
            flips += await database.fetchval(_MOVED, wave)
        cycles += wave
    async with ground.database("enrollment") as database:
        outside = await database.fetchval(_OUTSIDE, cycles)
    ground.report.did(f"{flips} phases began while {YEARS * len(stage.applicants)} people saved")
    ground.report.found("commands committed under a phase that was over", outside, holds=outside == 0)
    ground.report.found("phases that began in full traffic", flips, holds=flips > 0)
    ground.timely("p99 of commands", percentile(told.seconds, 0.99), P99_SECONDS)
    ground.timely("slowest command", max(told.seconds), LONGEST_SECONDS)
    ground.report.figures |= {"flips": flips, "p50": round(percentile(told.seconds, 0.5), 3)}
    await told.judge(ground)
