"""Fault 32. Every answer of the database takes two seconds, and two hundred people ask: connections run out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.offering import Answer, Client, Request
from services.kit.ids import new_id
from services.rehearsal.dossiers import amend
from services.stack import probing

PEOPLE = 200
LATENCY_SECONDS = 2.0
REFUSED_SECONDS = 1.0
HEALS_SECONDS = 5.0
WAVES = 2
_AWAY = {429, 503}


async def run(ground: Ground) -> None:
    """Slow the database down, ask in waves, look at liveness and readiness, and let it heal."""
    stage = await scene(ground)
    year = await stage.year()
    await asyncio.gather(*(actor.do(year.start()) for actor in stage.applicants))
    tokens = [await actor.token() for actor in stage.applicants]
    path = f"/api/v1/cycles/{year.cycle_id}/application/sections/basic"
    client = Client(ground.site.portal_url)
    port = ground.stack.state().ports["enrollment.metrics"]

    async def ask(number: int) -> Answer:
        who = number % len(tokens)
        body = {"body": amend(stage.applicants[who].dossier["basic"], number)}
        return await client.send(Request("PUT", path, tokens[who], new_id(), body))

    answers: list[Answer] = []
    alive: list[int | None] = []
    try:
        async with ground.disturbed("enrollment>postgres", "slow", seconds=LATENCY_SECONDS):
            for wave in range(WAVES):
                asking = asyncio.gather(*(ask(wave * PEOPLE + number) for number in range(PEOPLE)))
                alive.append(await probing.http_status(port, "/livez"))
                answers += await asking
            not_ready = await ground.seconds_until(lambda: _is(port, "/readyz", 503), "enrollment says not ready", 30.0)
            alive.append(await probing.http_status(port, "/livez"))
        began = time.monotonic()
        await ground.ready("enrollment", "portal")
        await ground.until(lambda: _done(ask), "a command is done again")
        healed = time.monotonic() - began
    finally:
        await client.close()
    statuses = Counter(answer.status for answer in answers)
    odd = {status: count for status, count in statuses.items() if status not in _AWAY and not 200 <= status < 300}
    ground.report.did(f"{WAVES} times {PEOPLE} commands at once while every answer takes {LATENCY_SECONDS:g} s")
    ground.report.found("answers", odd or dict(statuses), holds=not odd)
    refused = sorted(answer.seconds for answer in answers if answer.status in _AWAY)
    silent = sum(not answer.retry_after for answer in answers if answer.status in _AWAY)
    ground.report.found("refused, and told when to come back", f"{len(refused)}, {silent} not", holds=not silent)
    if refused:
        # A second for a place behind the gate or for a connection, and what the way there and back takes.
        ground.timely("half of the refused were so within", refused[len(refused) // 2], 2 * REFUSED_SECONDS)
    ground.report.found("alive meanwhile", alive, holds=all(status == 200 for status in alive))
    ground.report.found("said that it is not ready", f"after {not_ready:.1f} s more", holds=True)
    ground.timely("healed", healed, HEALS_SECONDS)
    ground.report.figures |= {"statuses": {str(status): count for status, count in statuses.items()}}
    ground.recovered(healed)


async def _is(port: int, path: str, status: int) -> bool:
    return await probing.http_status(port, path) == status


async def _done(ask: object) -> bool:
    answer: Answer = await ask(0)  # type: ignore[operator]
    return answer.ok
