"""Fault 16. NATS is restored from an older copy: places in its streams are given anew, what was handled comes again."""

from __future__ import annotations

import json
import shutil

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, submitting
from services.drills.faults.witness import Witness, told
from services.stack import databases

BETWEEN, WITHOUT = 200, 50
"""Facts committed between copy and restore, and while NATS is down for the restore."""


async def run(ground: Ground) -> None:
    """Copy the store, go on, put the copy back, republish as the operator does."""
    witness = await Witness.begin(ground)
    buried = await witness.letters()
    store, copy = ground.stack.data / "nats" / "jetstream", ground.stack.data / "nats" / "older"
    try:
        async with submitting(ground) as people:
            await ground.until(people.more(40), "people submit")
            async with ground.down("nats"):
                shutil.copytree(store, copy)
            ground.report.did("copied the store of NATS")
            await commit(ground, BETWEEN)
            await ground.until(people.more(40), "people go on submitting")
            await witness.settled(await witness.facts(), 120.0)
            newer = await _held(witness)
            async with ground.down("nats"):
                await commit(ground, WITHOUT)
                shutil.rmtree(store)
                copy.rename(store)
            older = await _held(witness)
            ground.report.did(f"NATS is back with {older} of its {newer} facts")
            again = sum(json.loads(await ground.residency("outbox", "republish", "--json")).values())
            await ground.until(people.more(40), "people go on submitting")
        facts = await witness.facts()
        settled = await witness.settled(facts, 180.0)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    ground.recovered(settled)
    left = len(await witness.lost())
    ground.report.found("the copy was older", f"by {again} facts", holds=again >= BETWEEN)
    ground.report.found("published facts that no stream holds", left, holds=left == 0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    letters = await witness.letters() - buried
    ground.report.found("dead letters because of it", letters, holds=letters <= 0)
    await people.judge(ground)
    ground.report.figures |= {"facts_before": newer, "facts_in_the_copy": older, "facts_republished": again}


async def _held(witness: Witness) -> int:
    return sum([len(await witness.copies(service)) for service in databases.SERVICES])
