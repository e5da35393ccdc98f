"""Fault 17. NATS stands still: connections stay open and nothing answers; what was sent may arrive all the same."""

from __future__ import annotations

import asyncio
import time

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, submitting
from services.drills.faults.witness import Witness, told

SCALED = "30 s of the minute: everybody has noticed by then"
NOTICED_SECONDS = 25.0
"""Two unanswered pings of ten seconds, and what is between two looks."""
LEAST_SECONDS = 30.0
"""Shorter than the minute of the plan: after that everybody has noticed, and nothing changes any more."""


async def run(ground: Ground) -> None:
    """Freeze the server in the middle of publishing, wait until everybody has noticed, let it go on."""
    witness = await Witness.begin(ground)
    async with submitting(ground) as people:
        await ground.until(people.more(20), "people submit")
        async with ground.frozen("nats"):
            began = time.monotonic()
            # Some are under way and are never answered: whether they arrived nobody knows.
            await commit(ground, 300)
            noticed = await ground.seconds_until(lambda: _all_away(witness), "every process has noticed", 60.0)
            await asyncio.sleep(max(0.0, LEAST_SECONDS - (time.monotonic() - began)))
            stood = time.monotonic() - began
            await ground.until(people.more(20), "people go on submitting")
        ground.report.did(f"NATS stood still for {stood:.0f} s")
        back = await ground.seconds_until(lambda: _none_away(witness), "every process has NATS again")
    facts = await witness.facts()
    settled = await witness.settled(facts, 120.0)
    ground.recovered(back + settled)
    ground.timely("every process has noticed", noticed, NOTICED_SECONDS)
    copies = await witness.copies("identity") + await witness.copies("enrollment")
    lost = [
        str(each) for each, fact in facts.items() if fact.service in ("identity", "enrollment") and not copies[each]
    ]
    ground.report.found(f"of {len(facts)} facts those that no stream holds", told(lost), holds=not lost)
    effects = await witness.effects(facts)
    ground.report.found("facts whose effect does not stand once", told(effects), holds=not effects)
    await people.judge(ground)
    ground.report.figures |= {
        "stood_still_seconds": round(stood, 1),
        "noticed_seconds": round(noticed, 1),
        "facts_twice_in_the_stream": sum(copies[each] > 1 for each in facts),
    }


async def _all_away(witness: Witness) -> bool:
    return set(await witness.away()) >= set(witness.names())


async def _none_away(witness: Witness) -> bool:
    return not await witness.away()
