"""Fault 11. Facts are published again when the broker no longer knows that it has them.

Its window is made two seconds long for this, and is as declared again afterwards; `residency outbox republish` marks
facts as unpublished in the same way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness

WINDOW_SECONDS, AFTER_SECONDS = 2.0, 3.0
STREAM = "ENROLLMENT"
_AGAIN = "UPDATE outbox SET published_at = NULL WHERE event_id = ANY($1::uuid[])"


async def run(ground: Ground) -> None:
    """Have everybody submit, and publish what that told a second time."""
    stage = await scene(ground)
    year = await stage.year()
    witness = await Witness.begin(ground)
    async with _short_window(witness):
        applications = set(await asyncio.gather(*(year.apply(actor, year.places[0]) for actor in stage.applicants)))
        async with ground.database("enrollment") as database:
            sql = "SELECT event_id FROM outbox WHERE aggregate_id = ANY($1)"
            mine = [row["event_id"] for row in await database.fetch(sql, list(applications))]
            await witness.settled(await witness.facts())
            published = time.monotonic()
            await ground.until(lambda: time.monotonic() > published + AFTER_SECONDS, "the window is over")
            await database.execute(_AGAIN, mine)
        ground.report.did(f"published {len(mine)} facts again, {AFTER_SECONDS:g} s after the first time")
        facts = await witness.facts()
        ground.recovered(await witness.settled(facts))
        copies = await witness.copies("enrollment")
    twice = sum(copies[UUID(str(event_id))] == 2 for event_id in mine)
    seen = f"{twice} of {len(mine)}"
    ground.report.found("facts that are twice in the stream", seen, holds=twice == len(mine) and bool(mine))
    odd = await witness.effects(facts)
    ground.report.found("effects that do not stand once", "; ".join(odd[:3]) or 0, holds=not odd)
    undeclared = await witness.undeclared()
    ground.report.found("streams unlike their declaration", ", ".join(undeclared) or 0, holds=not undeclared)
    ground.report.figures["facts"] = len(mine)


@asynccontextmanager
async def _short_window(witness: Witness) -> AsyncIterator[None]:
    async with witness.jetstream() as js:
        declared = (await js.stream_info(STREAM)).config
        await js.update_stream(replace(declared, duplicate_window=WINDOW_SECONDS))
    try:
        yield
    finally:
        async with witness.jetstream() as js:
            await js.update_stream(declared)
