"""Fault 15. NATS loses its store: processes declare streams and consumers anew, the databases fill them again."""

from __future__ import annotations

import json
import shutil

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, submitting
from services.drills.faults.witness import Witness, told
from services.stack import databases

MORE = 200
"""Facts committed while NATS has nothing."""


async def run(ground: Ground) -> None:
    """Delete the store while people submit, republish as the operator does, and look at every fact."""
    witness = await Witness.begin(ground)
    async with submitting(ground) as people:
        await ground.until(people.more(40), "people submit")
        before = sum([len(await witness.copies(service)) for service in databases.SERVICES])
        async with ground.down("nats"):
            shutil.rmtree(ground.stack.data / "nats" / "jetstream")
            await commit(ground, MORE)
        ground.report.did(f"NATS is back without its store, which held {before} facts")
        declared = await ground.seconds_until(lambda: _all(witness), "streams and consumers are declared again")
        ground.report.found("streams and consumers that are missing", 0, holds=True)
        counts = json.loads(await ground.residency("outbox", "republish", "--json"))
        again = sum(counts.values())
        ground.report.did(f"had {again} facts published again")
        await ground.until(people.more(40), "people go on submitting")
    facts = await witness.facts()
    settled = await witness.settled(facts, 180.0)
    lost = len(await witness.lost())
    ground.report.found("published facts that no stream holds", lost, holds=lost == 0)
    ground.report.found("facts were in the store before", before, holds=before > 0 and again >= before)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    await people.judge(ground)
    ground.report.figures |= {"facts_republished": again, "declared_seconds": round(declared, 2)}
    ground.recovered(declared + settled)


async def _all(witness: Witness) -> bool:
    return not await witness.undeclared()
