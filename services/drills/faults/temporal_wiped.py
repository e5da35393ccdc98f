"""Fault 25. Temporal loses its store while a year goes on: reconcile brings one workflow for every live thing."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import HEAL_SECONDS, Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness, told
from services.stack.problems import StackFailure

SCALED = "a few years of two bases; how many workflows begin in a second is told, not judged"
DAY_SECONDS = 14.0
PEOPLE = 4
LOOKS = 3
"""A year that goes on begins workflows at every boundary, a moment after it: one look may fall in between."""


async def run(ground: Ground) -> None:
    """Delete the store, let a boundary pass, reconcile as the operator does, and see everything kept."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    await asyncio.gather(*(year.apply(actor, year.places[0]) for actor in stage.applicants[:PEOPLE]))
    stood = await boundaries.gate()
    async with ground.down("temporal"):
        for file in (ground.stack.data / "temporal").glob("temporal.sqlite*"):
            file.unlink()
        await ground.until(lambda: boundaries.over(stood), "a boundary has passed")
    ground.report.did("Temporal is back without its store")
    began = time.monotonic()
    first = await reconcile(ground)
    mended = [each for each in first["differences"] if each["what"] == "missing"]
    took = time.monotonic() - began
    begun = {each["workflow_id"] for each in mended}
    ground.report.did(f"reconciled in {took:.1f} s: {len(mended)} workflows of {first['waits']} waits were missing")
    ground.report.found("the year's own workflow was begun anew", "yes", holds=f"cycle/{year.cycle_id}" in begun)
    await ground.until(boundaries.caught_up, "the missed boundary is entered")
    # A window whose round was over before anybody heard of it is left to this net, which is cast every hour.
    again = await reconcile(ground)
    left = await still_missing(ground)
    ground.report.found("live things without a workflow after that", told(left), holds=not left)
    ground.recovered(time.monotonic() - began)
    await boundaries.judge()
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    ground.report.figures |= {
        "workflows_begun": len(mended),
        "waits": first["waits"],
        "mended_after_the_boundary": len(again["differences"]),
        "reconcile_seconds": round(took, 2),
        "begun_per_second": round(len(mended) / max(took, 0.01), 1),
    }


async def still_missing(ground: Ground) -> list[str]:
    """Live things that have no workflow and do not get one by themselves: missing at several looks in a row."""
    left: set[str] | None = None
    for _ in range(LOOKS):
        found = await reconcile(ground, "--dry-run")
        missing = {each["workflow_id"] for each in found["differences"] if each["what"] == "missing"}
        left = missing if left is None else left & missing
        if not left:
            break
    return sorted(left or ())


async def reconcile(ground: Ground, *more: str) -> dict[str, Any]:
    """What `residency reconcile --json` says, tried again while the worker finds its way back."""
    end = time.monotonic() + HEAL_SECONDS
    while True:
        try:
            found: dict[str, Any] = json.loads(await ground.residency("reconcile", "--json", *more))
        except StackFailure:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.5)
        else:
            return found
