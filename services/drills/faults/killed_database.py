"""Fault 2. The PostgreSQL server is killed while people save."""

from __future__ import annotations

import asyncio
import random

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import no_open_transactions, saving

SCALED = "4 deaths of 10, and 16 people who save in place of 200 decisions a second"
KILLS = 4
"""Of the ten of the plan: whoever dies again and again is started after longer and longer pauses."""
HEAL_SECONDS = 10.0


async def run(ground: Ground) -> None:
    """Kill the server, wait until everybody is ready again without having been started anew, again and again."""
    stage = await scene(ground)
    year = await stage.year()
    chance = random.Random(f"kill/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)
    died = dict(ground.stack.state().restarts)
    slowest = 0.0
    async with saving(ground, stage, year) as told:
        for _ in range(KILLS):
            await ground.until(told.more(10), "people go on saving")
            await asyncio.sleep(chance.uniform(0, 0.05))
            await ground.kill("postgres")
            await ground.until(lambda: _answers(ground), "PostgreSQL takes connections")
            slowest = max(slowest, await ground.ready())
    ground.report.did(f"killed PostgreSQL {KILLS} times while {len(stage.applicants)} people saved")
    ground.recovered(slowest)
    ground.timely("every service is ready after it is back", slowest, HEAL_SECONDS)
    others = {
        name: count for name, count in ground.stack.state().restarts.items() if count > died.get(name, 0)
    }.keys() - {"postgres"}
    ground.report.found("services that had to be started again", ", ".join(sorted(others)) or 0, holds=not others)
    await told.judge(ground)
    await no_open_transactions(ground)


async def _answers(ground: Ground) -> bool:
    try:
        async with ground.database("enrollment") as database:
            return bool(await database.fetchval("SELECT true"))
    except Exception:  # noqa: BLE001 (whatever a server says that is not there yet)
        return False
