"""Fault 38. The opening minute: far more people sign in than passwords can be checked, while others save their drafts.

A password costs 46 MiB and some 40 ms of a processor on purpose, in two threads: about 24 sign-ins a second on two
processors that have nothing else to do. Who comes above that waits five seconds at most in a queue with an end, or is
told when to come back. So everybody is in after (people / sign-ins a second), and the pauses they were told: two
thousand on two quiet processors within about 90 seconds, on eight within 25.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Scene, scene
from services.drills.faults.traffic import Told, saving
from services.drills.offering import Answer, Client, Make, Request, closed_loop
from services.rehearsal.operator import derived_password

PEOPLE, ARRIVAL_SECONDS = 2000, 10.0
MEASURE_SECONDS = 4.0
SAVE_SECONDS = 2.0
"""Who is in already saves about once a second: people, and no load test of another door."""
LONGEST_SECONDS = 45.0
"""So many people as can be in within this, by the arithmetic, and two thousand at most."""
SCALED = (
    "as many of the 2 000 as the machine can let in within 45 s by what a password costs on it; the queue is the same"
)
SPARE_SECONDS = 12.0
"""Beyond the arithmetic: the last one was told to come back in five seconds, and then waits five."""


async def run(ground: Ground) -> None:
    """Measure what a sign-in costs here, let a crowd come in ten seconds, and see everybody in."""
    stage = await scene(ground)
    year = await stage.year(day_seconds=240.0)
    client, told = Client(ground.site.portal_url), Told()
    make = _sign_ins(ground, stage)
    try:
        alone = await closed_loop(client, 4, MEASURE_SECONDS, make)
        people = max(40, min(PEOPLE, int(alone.rate * LONGEST_SECONDS)))
        ground.report.did(f"{alone.rate:.1f} sign-ins a second; {people} people come within {ARRIVAL_SECONDS:g} s")
        async with saving(ground, stage, year, told=told, pause=SAVE_SECONDS):
            began = time.monotonic()
            tries = await _come(client, make, people, ground.options.seed)
            seconds = time.monotonic() - began
    finally:
        await client.close()
    answers = [answer for each in tries for answer in each]
    statuses = Counter(answer.status for answer in answers)
    odd = {status: count for status, count in statuses.items() if status not in {200, 201, 429, 503}}
    ground.report.found("answers", odd or dict(statuses), holds=not odd)
    silent = sum(not answer.retry_after for answer in answers if answer.status in {429, 503})
    ground.report.found("refusals without a moment to come back", silent, holds=silent == 0)
    outside = sum(not each[-1].ok for each in tries)
    ground.report.found("people who never got in", f"{outside} of {people}", holds=outside == 0)
    allowed = people / max(alone.rate, 0.1) * 2 + SPARE_SECONDS
    arithmetic = f"{people} / {alone.rate:.1f} a second, twice as long because others save, and {SPARE_SECONDS:g} s"
    seen = f"{seconds:.0f} s of {allowed:.0f} s ({arithmetic})"
    ground.report.found("everybody is in after", seen, holds=seconds <= allowed)
    await told.judge(ground)
    put_off = sum(len(each) > 1 for each in tries)
    ground.report.figures |= {
        "people": people,
        "sign_ins_per_second": round(alone.rate, 1),
        "put_off": put_off,
        "everybody_in_seconds": round(seconds, 1),
        "slowest_draft_seconds": round(max(told.seconds, default=0.0), 2),
    }
    ground.recovered(max(0.0, seconds - ARRIVAL_SECONDS))


def _sign_ins(ground: Ground, stage: Scene) -> Make:
    secret = ground.site.secret
    bodies = [{"login": each.name, "password": derived_password(secret, each.name)} for each in stage.applicants]
    return lambda number: Request("POST", "/api/v1/sessions", body=bodies[number % len(bodies)])


async def _come(client: Client, make: Make, people: int, seed: int) -> list[list[Answer]]:
    """Everybody comes at a moment of their own, and again when they were told to; all answers of each."""
    chance = random.Random(f"opening/{seed}")  # noqa: S311 (reproducible play, not a secret)

    async def one(number: int, at: float) -> list[Answer]:
        await asyncio.sleep(at)
        answers: list[Answer] = []
        while not answers or answers[-1].status in {429, 503}:
            if answers:
                await asyncio.sleep(float(answers[-1].retry_after or 1))
            answers.append(await client.send(make(number)))
        return answers

    return await asyncio.gather(*(one(n, chance.uniform(0, ARRIVAL_SECONDS)) for n in range(people)))
