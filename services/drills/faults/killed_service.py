"""Fault 1. Enrollment is killed while people save, at moments that a seed chooses, so also within a commit."""

from __future__ import annotations

import asyncio
import random

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import no_open_transactions, saving

SCALED = "6 deaths of 20, and 16 people who save in place of 200 decisions a second"
KILLS = 6
"""Of the twenty of the plan: whoever dies again and again is started after longer and longer pauses."""
READY_SECONDS = 5.0


async def run(ground: Ground) -> None:
    """Kill it, wait until it is ready, again and again."""
    stage = await scene(ground)
    year = await stage.year()
    chance = random.Random(f"kill/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)
    slowest = 0.0
    async with saving(ground, stage, year) as told:
        for _ in range(KILLS):
            await ground.until(told.more(10), "people go on saving")
            await asyncio.sleep(chance.uniform(0, 0.05))
            await ground.kill("enrollment")
            slowest = max(slowest, await ground.ready("enrollment"))
    ground.report.did(f"killed enrollment {KILLS} times while {len(stage.applicants)} people saved")
    ground.recovered(slowest)
    ground.timely("ready after each death", slowest, READY_SECONDS)
    await told.judge(ground)
    await no_open_transactions(ground)
