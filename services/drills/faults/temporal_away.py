"""Fault 23. Temporal is away over two boundaries: reviews go on to the end of their window, the year catches up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from services.drills.faults.boundaries import Boundaries
from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.witness import Witness, told
from services.kit.domain import DomainError

DAY_SECONDS = 14.0
"""Each round lasts a day; two boundaries pass while Temporal is away."""
PEOPLE = 8
CAUGHT_UP_SECONDS = 60.0


async def run(ground: Ground) -> None:
    """Take Temporal away within a round, decide before and after its end, and bring it back two rounds later."""
    witness = await Witness.begin(ground)
    stage = await scene(ground)
    year = await stage.year(day_seconds=DAY_SECONDS, rounds=4, round_days=1)
    boundaries = Boundaries(ground, year.cycle_id, witness.since)
    await ground.until(boundaries.caught_up, "the year stands where it is due")
    place, (reviewer,) = year.places[0], stage.reviewers[:1]
    actors = stage.applicants[:PEOPLE]
    applications = await asyncio.gather(*(year.apply(actor, place) for actor in actors))
    async with ground.down("temporal"):
        stood = await boundaries.gate()
        ground.report.did(f"Temporal is away; the gate stands in phase {stood}")
        passed = [await _reason(reviewer, year.approve(each)) for each in applications[1:]]
        accepted = passed.count("")
        ground.report.found("reviews within the window", f"{accepted} accepted of {len(passed)}", holds=accepted > 0)
        await ground.until(lambda: boundaries.over(stood), "the window is over")
        reason = await _reason(reviewer, year.approve(applications[0]))
        ground.report.found("a review after the end of its window", reason or "accepted", holds=bool(reason))
        await ground.until(lambda: boundaries.over(stood + 1), "another boundary has passed")
        still = await boundaries.gate()
        ground.report.found("the gate did not move without its workflow", f"phase {still}", holds=still == stood)
    began = time.monotonic()
    await ground.until(boundaries.caught_up, "the year has caught up")
    caught_up = time.monotonic() - began
    ground.recovered(caught_up)
    ground.timely("caught up with the boundaries", caught_up, CAUGHT_UP_SECONDS)
    await boundaries.judge()
    facts = await witness.facts()
    await witness.settled(facts, 120.0)
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    ground.report.figures |= {
        "boundaries_missed": await boundaries.gate() - stood,
        "caught_up_seconds": round(caught_up, 1),
    }


async def _reason(actor: Any, call: Any) -> str:
    """Why a command was refused; empty when it was accepted."""
    try:
        await actor.do(call)
    except DomainError as error:
        return str(error.reason)
    return ""
