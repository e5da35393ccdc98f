"""OPS-100: twice what a stack can take is offered to it, and what it cannot do it refuses in time (ADR 0037).

First the most that it does is found, by ever more clients who each wait for their answer; how late answers are close to
that is seen when nine tenths of it come by themselves. Then twice as much comes, whether it is answered or not. What is
refused is refused with a moment to come back, what is accepted is hardly later than before, a phase that ends meanwhile
ends in time, and a moment after the crowd has gone all is as before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from services.drills.faults import traffic, witness
from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, Scene, scene
from services.drills.faults.year import Year
from services.drills.ground import Options, running
from services.drills.offering import Client, Make, Offered, Request, closed_loop, open_loop
from services.drills.report import Report
from services.kit.ids import new_id
from services.rehearsal.dossiers import amend
from services.verifier.invariants import Verifier

LEVELS = (2, 4, 8, 16, 32)
LEVEL_SECONDS = 5.0
NEAR, NEAR_SECONDS = 0.9, 12.0
TIMES = 2.0
OVERLOAD_SECONDS = 25.0
RECOVERS_SECONDS = 10.0
PUNCTUAL_SECONDS = 2.5
P99_TIMES = 2.0
_SHED = {429, 503}


async def run(options: Options) -> Report:
    """Start a stack, find what it can do, offer twice that, and look at what it did."""
    report = options.report("overload")
    with running("--links", keep=options.keep) as stack:
        report.did("started the stack")
        ground = Ground(stack, report, options)
        people = await scene(ground)
        year = await people.year(day_seconds=600.0, begun_days=0.01)
        await asyncio.gather(*(actor.do(year.start()) for actor in people.applicants))
        await judge(ground, people, year)
    return report


async def judge(ground: Ground, people: Scene, year: Year) -> None:
    """The drill on a stack that stands."""
    report, client = ground.report, Client(ground.site.portal_url)
    try:
        make = await requests(people.applicants, year)
        calm = await closed_loop(client, 1, 2.0, make)
        most = await capacity(ground, client, make)
        near = await open_loop(client, NEAR * most.rate, NEAR_SECONDS, make, ground.options.seed)
        report.figures["near_capacity"] = near.as_json()
        report.did(f"{near.rate:.0f} a second come by themselves: p99 {near.p(0.99) * 1000:.0f} ms")
        moving = await people.year(day_seconds=OVERLOAD_SECONDS / 3, begun_days=-0.1)
        report.did(f"offer {TIMES * most.rate:.0f} requests a second for {OVERLOAD_SECONDS:g} s")
        crowd = await open_loop(client, TIMES * most.rate, OVERLOAD_SECONDS, make, ground.options.seed)
        recovered = await _recovered(ground, client, make, calm)
        await _judged(ground, most, near, crowd, recovered)
        await _phases(ground, people, moving)
    finally:
        await client.close()


async def requests(actors: Sequence[Actor], year: Year) -> Make:
    """Half commands (save the first section), half reads (one's own application), of all actors in turn."""
    tokens = [await actor.token() for actor in actors]
    path = f"/api/v1/cycles/{year.cycle_id}/application"

    def make(number: int) -> Request:
        who = (number // 2) % len(actors)
        if number % 2:
            return Request("GET", path, tokens[who])
        body = {"body": amend(actors[who].dossier["basic"], number)}
        return Request("PUT", f"{path}/sections/basic", tokens[who], new_id(), body)

    return make


async def capacity(ground: Ground, client: Client, make: Make) -> Offered:
    """The most that was done in a closed loop, by however many clients."""
    best = Offered(0.0, [])
    for clients in LEVELS:
        level = await closed_loop(client, clients, LEVEL_SECONDS, make)
        ground.report.figures[f"{clients}_clients"] = level.as_json()
        ground.report.did(f"{clients} clients: {level.rate:.0f} a second, p99 {level.p(0.99) * 1000:.0f} ms")
        best = max(best, level, key=lambda each: each.rate)
    ground.report.figures["capacity"] = best.as_json()
    return best


async def _recovered(ground: Ground, client: Client, make: Make, calm: Offered) -> float:
    """Seconds from the crowd's last request until one client is served as before the crowd, and nobody waits."""
    port = ground.stack.state().ports["portal.metrics"]

    async def calm_again() -> bool:
        now = await closed_loop(client, 1, 0.5, make)
        waiting = await witness.gauge(port, "residency_admission", door="http", state="waiting")
        quick = now.p(0.5) <= max(2 * calm.p(0.5), 0.05)
        return len(now.accepted) == len(now.answers) > 0 and quick and not waiting

    return await ground.seconds_until(calm_again, "served as before the crowd")


async def _judged(ground: Ground, most: Offered, near: Offered, crowd: Offered, recovered: float) -> None:
    report = ground.report
    report.figures["crowd"] = crowd.as_json()
    refused = [answer for answer in crowd.answers if not answer.ok]
    odd = {status: count for status, count in crowd.statuses.items() if status not in _SHED and not 200 <= status < 300}
    report.found("refused with 429 or 503, and nothing else", odd or crowd.statuses, holds=not odd)
    silent = sum(not answer.retry_after for answer in refused)
    report.found("refusals without Retry-After", f"{silent} of {len(refused)}", holds=not silent and bool(refused))
    ratio = crowd.p(0.99) / near.p(0.99)
    seen = f"{crowd.p(0.99) * 1000:.0f} ms, {ratio:.2f} times that close to capacity ({near.p(0.99) * 1000:.0f} ms)"
    report.found("p99 of what is accepted", seen, holds=ratio <= P99_TIMES)
    share = crowd.rate / most.rate
    report.found("accepted a second", f"{crowd.rate:.0f} of {most.rate:.0f}: {share:.0%}", holds=share >= 0.7)
    report.found("as before within 10 s", f"{recovered:.1f} s", holds=recovered <= RECOVERS_SECONDS)
    keys = [answer.request.key for answer in crowd.accepted if answer.request.key]
    async with ground.database("enrollment") as database:
        rows = {row["key"]: row["rows"] for row in await database.fetch(traffic.AUDITED, keys)}
    lost, doubled = len(keys) - len(rows), sum(count > 1 for count in rows.values())
    report.found("accepted commands lost or doubled", f"{lost}, {doubled} of {len(keys)}", holds=not lost + doubled)
    figures: dict[str, Any] = {"p99_ratio": round(ratio, 2), "accepted_share": round(share, 2)}
    report.figures |= figures
    ground.recovered(recovered)


async def _phases(ground: Ground, people: Scene, moving: Year) -> None:
    """How late the phases were that ended in the crowd."""
    async with Verifier.of(ground.site.stores) as verifier:
        late = await verifier.lateness(moving.cycle_id)
    worst = max(late.values(), default=float("inf"))
    seen = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in late.items())
    ground.report.found("phases that moved meanwhile were late by", seen, holds=worst <= PUNCTUAL_SECONDS)
