"""Fault 10. Enrollment dies between the publishing of a fact and its mark in the outbox, or loses the broker's word.

The link to NATS is cut as soon as a fact went through it, so that its acknowledgement never comes; then the process is
killed before it can publish again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Scene, scene
from services.drills.faults.traffic import PAUSE_SECONDS, Told
from services.drills.faults.witness import Witness
from services.drills.faults.year import Year
from services.kit.ids import new_id
from services.stack import links

SCALED = "5 deaths of 200, and 8 acknowledgements lost beside"
KILLS = 5
"""Of the two hundred of the plan: whoever dies again and again is started after longer and longer pauses."""
LOST = 8
"""Acknowledgements that are lost beside."""
LINK, PUBLISHED = "enrollment*>nats", "HPUB residency.enrollment."


async def run(ground: Ground) -> None:
    """Lose acknowledgements with a death after each, then without."""
    stage = await scene(ground)
    year = await stage.year()
    witness = await Witness.begin(ground)
    await asyncio.gather(*(year.apply(actor, year.places[0]) for actor in stage.applicants))
    async with _submitting(ground, stage, year) as told:
        for _ in range(KILLS):
            await _lose(ground, 1)
            await ground.kill("enrollment")
            await ground.ready("enrollment")
        ground.report.did(f"killed enrollment {KILLS} times with facts published and not marked")
        await _lose(ground, LOST)
        ground.report.did(f"lost {LOST} acknowledgements of facts")
    facts = await witness.facts()
    ground.recovered(await witness.settled(facts))
    odd = await witness.effects(facts)
    ground.report.found("effects that do not stand once", "; ".join(odd[:3]) or 0, holds=not odd)
    copies = await witness.copies("enrollment")
    mine = [event_id for event_id, fact in facts.items() if fact.service == "enrollment"]
    missing = sum(copies[event_id] == 0 for event_id in mine)
    doubled = sum(copies[event_id] > 1 for event_id in mine)
    ground.report.found("facts missing in the stream", f"{missing} of {len(mine)}", holds=not missing and bool(mine))
    ground.report.figures |= {"facts": len(mine), "facts_twice_in_the_stream": doubled}
    await told.judge(ground)


async def _lose(ground: Ground, times: int) -> None:
    """Have so many acknowledgements lost, and wait until they are."""
    before = await _broken(ground)

    async def lost() -> bool:
        return await _broken(ground) - before >= times

    async with ground.disturbed(LINK, "lose_answers", after=PUBLISHED, times=times):
        await ground.until(lost, f"{times} acknowledgements are lost")


async def _broken(ground: Ground) -> int:
    found = await links.counts(ground.stack.data)
    return sum(each["broken"] for name, each in found.items() if name.startswith("enrollment") and "nats" in name)


@asynccontextmanager
async def _submitting(ground: Ground, stage: Scene, year: Year) -> AsyncIterator[Told]:
    """Inside, everybody corrects something and submits again, again and again."""
    told, ending = Told(), asyncio.Event()

    async def submit(number: int) -> None:
        actor, count = stage.applicants[number], 0
        while not ending.is_set():
            count += 1
            key = new_id()
            await told.send(actor, year.save(actor, number=count % 12, key=key), key)
            key = new_id()
            await told.send(actor, year.submit(key), key)
            await asyncio.sleep(PAUSE_SECONDS)

    tasks = [asyncio.create_task(submit(number)) for number in range(len(stage.applicants))]
    try:
        yield told
    finally:
        ending.set()
        await asyncio.gather(*tasks)
