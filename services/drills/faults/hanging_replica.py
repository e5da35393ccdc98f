"""Fault 34. One of two replicas of identity hangs: it takes calls and answers none. The portal goes to the other."""

from __future__ import annotations

import time

import httpx

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.offering import Client, Offered, Request, open_loop
from services.stack.ports import HOST

ALONE, SEASON, UP = True, False, ("--replicas", "2")
RATE, SECONDS = 6.0, 25.0
P99_SECONDS = 2.0
EXTRA_SHARE = 0.1
HUNG = "identity.2"


async def run(ground: Ground) -> None:
    """Ask identity through the portals, freeze one replica under it, and thaw it."""
    stage = await scene(ground)
    tokens = [await actor.token() for actor in stage.applicants]
    client = Client(ground.site.portal_url)

    def make(number: int) -> Request:
        return Request("GET", "/api/v1/sessions", tokens[number % len(tokens)])

    try:
        calm = await open_loop(client, RATE, SECONDS / 5, make, ground.options.seed)
        before = await _calls(ground)
        async with ground.frozen(HUNG):
            crowd = await open_loop(client, RATE, SECONDS, make, ground.options.seed + 1)
            after = await _calls(ground)
        began = time.monotonic()
        await ground.ready(HUNG)

        async def whole() -> bool:
            now = await open_loop(client, RATE, 1.0, make, ground.options.seed + 2)
            return len(now.accepted) == len(now.answers)

        await ground.until(whole, "every request is answered again")
        recovered = time.monotonic() - began
    finally:
        await client.close()
    _judge(ground, calm, crowd)
    extra = max(0.0, (after - before) / max(1, len(crowd.answers)) - 1)
    seen = f"{after - before:.0f} calls answered by the other for {len(crowd.answers)} requests"
    ground.report.found("extra calls", f"{seen}: {extra:.0%} more", holds=extra <= EXTRA_SHARE)
    ground.recovered(recovered)


def _judge(ground: Ground, calm: Offered, crowd: Offered) -> None:
    ground.report.did(f"p99 {calm.p(0.99) * 1000:.0f} ms with both, {crowd.p(0.99) * 1000:.0f} ms while one hung")
    odd = {status: count for status, count in crowd.statuses.items() if status not in {200, 429, 503}}
    ground.report.found("answers while one hung", crowd.statuses, holds=not odd)
    share = len(crowd.accepted) / max(1, len(crowd.answers))
    ground.report.found("answered as usual", f"{share:.1%}", holds=share >= 0.9)
    ground.timely("p99 of the answers", crowd.p(0.99), P99_SECONDS)
    slowest = max(answer.seconds for answer in crowd.answers)
    ground.report.figures |= {"crowd": crowd.as_json(), "calm": calm.as_json(), "slowest": round(slowest, 2)}


async def _calls(ground: Ground) -> float:
    """`ListSessions` calls answered by the replica that lives."""
    text = await _metrics(ground.stack.state().ports["identity.metrics"])
    wanted = (line for line in text.splitlines() if "residency_grpc_server_seconds_count" in line)
    return sum(float(line.rsplit(" ", 1)[1]) for line in wanted if "ListSessions" in line)


async def _metrics(port: int) -> str:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        return (await client.get(f"http://{HOST}:{port}/metrics")).text
