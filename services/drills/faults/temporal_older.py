"""Fault 26. Temporal is restored from an older copy: it believes in a phase that is over, and the gate knows better."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.temporal_wiped import reconcile, still_missing
from services.drills.faults.witness import Witness, told

ALONE = True
"""Histories of every year on the stack lose a piece."""
DAY_SECONDS = 14.0
PEOPLE = 4


async def run(ground: Ground) -> None:
    """Copy its store in one round, let the year go on into the next, put the copy back, reconcile."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    folder = ground.stack.data / "temporal"
    copy = folder / "older"
    try:
        async with _watched(boundaries) as gates:
            async with ground.down("temporal"):
                _copy(folder, copy)
            stood = await boundaries.gate()
            ground.report.did(f"copied Temporal's store in phase {stood}")
            await asyncio.gather(*(year.apply(actor, year.places[0]) for actor in stage.applicants[:PEOPLE]))

            async def gone_on() -> bool:
                return await boundaries.gate() > stood and await boundaries.caught_up()

            await ground.until(gone_on, "the year has gone on into the next phase")
            newer = await boundaries.gate()
            async with ground.down("temporal"):
                for file in folder.glob("temporal.sqlite*"):
                    file.unlink()
                _copy(copy, folder)
            ground.report.did(f"Temporal is back with what it knew in phase {stood}; the gate stands in {newer}")
            began = time.monotonic()
            first = await reconcile(ground, "--restored")
            await ground.until(lambda: _mended(ground, boundaries), "the year stands where it is due")
            await reconcile(ground)
            left = await still_missing(ground)
            ground.recovered(time.monotonic() - began)

            async def next_entered() -> bool:
                return await boundaries.gate() > newer

            await ground.until(next_entered, "the next boundary is entered too")
            # As docs/operations/backup-restore.md says: other years tear apart when they are due, which is later.
            await reconcile(ground, "--restored")
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    back = [(one, two) for one, two in pairwise(gates) if two < one]
    ground.report.found("the phase went back", back or "never", holds=not back and len(gates) > 1)
    ground.report.found("live things without a workflow", told(left), holds=not left)
    await boundaries.judge()
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    ground.report.figures |= {"differences_mended": len(first["differences"]), "gates_seen": len(gates)}


async def _mended(ground: Ground, boundaries: Boundaries) -> bool:
    """Whether the gate stands where it is due; if not, compare once more: a worker may tear a history apart later."""
    if await boundaries.caught_up():
        return True
    await reconcile(ground, "--restored")
    return await boundaries.caught_up()


@asynccontextmanager
async def _watched(boundaries: Boundaries) -> AsyncIterator[list[int]]:
    """Inside, the gate is looked at again and again."""
    seen: list[int] = []
    ending = asyncio.Event()

    async def look() -> None:
        while not ending.is_set():
            seen.append(await boundaries.gate())
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        yield seen
    finally:
        ending.set()
        await task


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for file in source.glob("temporal.sqlite*"):
        shutil.copy2(file, target / file.name)
