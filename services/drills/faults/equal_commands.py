"""Fault 7. The same command comes thirty times at once, and then another under its key."""

from __future__ import annotations

import asyncio
from typing import Any

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.traffic import AUDITED
from services.drills.faults.year import Call
from services.kit.domain import DomainError
from services.kit.ids import new_id

AT_ONCE = 30
REUSED = "KEY_REUSED"


async def run(ground: Ground) -> None:
    """Every command on the way from a start to a place, thirty times each."""
    stage = await scene(ground)
    year = await stage.year()
    someone, reviewer, administrator = stage.applicants[0], stage.reviewers[0], stage.administrators[0]
    here, elsewhere = year.places[0], year.places[-1]

    key = new_id()
    started = await _thirty(ground, "start", someone, year.start(key), key)
    application_id = started.application.application_id
    for section in ("education", "certificates", "work"):
        await someone.do(year.save(someone, section))
    key = new_id()
    await _thirty(ground, "save", someone, year.save(someone, key=key), key)
    await _other_body(ground, "save", someone, year.save(someone, number=1, key=key))
    key = new_id()
    await _thirty(ground, "choose", someone, year.choose(here, key), key)
    await _other_body(ground, "choose", someone, year.choose(elsewhere, key))
    key = new_id()
    await _thirty(ground, "submit", someone, year.submit(key), key)
    key = new_id()
    await _thirty(ground, "approve", reviewer, year.approve(application_id, key=key), key)
    key = new_id()
    await _thirty(ground, "grant", administrator, year.grant(application_id, key=key), key)
    await _other_body(ground, "grant", administrator, year.grant(application_id, key=key, remark="其他"))
    async with ground.database("enrollment") as database:
        taken = await database.fetchval("SELECT sum(taken) FROM seat WHERE cycle_id = $1::text::uuid", year.cycle_id)
    # Nobody is left waiting for an admission when the year closes.
    await administrator.do(year.admit(application_id))
    ground.report.found("places taken by thirty grants", taken, holds=taken == 1)


async def _thirty(ground: Ground, name: str, actor: Actor, call: Call, key: str) -> Any:
    """Send it thirty times at once; the answer."""
    answers = await asyncio.gather(*(actor.do(call) for _ in range(AT_ONCE)))
    async with ground.database("enrollment") as database:
        rows = {row["key"]: row["rows"] for row in await database.fetch(AUDITED, [key])}
    different = sum(answer != answers[0] for answer in answers)
    seen = f"{rows.get(key, 0)} effect, {different} of {AT_ONCE} answers unlike the first"
    ground.report.found(f"{name} thirty times", seen, holds=rows.get(key) == 1 and not different)
    return answers[0]


async def _other_body(ground: Ground, name: str, actor: Actor, call: Call) -> None:
    try:
        await actor.do(call)
        reason = "accepted"
    except DomainError as error:
        reason = error.reason
    ground.report.found(f"another {name} under the same key", reason, holds=reason == REUSED)
