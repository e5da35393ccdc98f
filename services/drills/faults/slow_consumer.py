"""Fault 21. A consumer is slow: its database takes its time, and thousands of facts wait for it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit
from services.drills.faults.witness import Witness
from services.stack import processes

SCALED = "a database that answers late for 25 s in place of a handler that takes 2 s"
DURABLE, SERVICE = "notify-identity", "notify"
WAITING = 5_000
SLOW_SECONDS = 0.25
"""Each piece between notify and its database waits so long: a batch takes some two seconds."""
WATCHED_SECONDS = 25.0
IN_HAND = 256
"""`max_ack_pending` of deploy/streams.yaml."""
AGAIN = 0.01
"""Share of the facts that may be delivered twice."""
GROWTH_BYTES = 50 * 1024 * 1024


@dataclass(slots=True)
class _Seen:
    most_in_hand: int = 0
    most_again: int = 0
    most_memory: int = 0
    handled: int = 0


async def run(ground: Ground) -> None:
    """Slow notify's database down while thousands of facts wait, watch it, and let it catch up."""
    witness = await Witness.begin(ground)
    await commit(ground, 200)
    await witness.settled(await witness.facts(), 120.0)
    memory = _memory(ground)
    seen = _Seen()
    async with ground.disturbed(f"{SERVICE}*>postgres", "slow", seconds=SLOW_SECONDS):
        first = (await witness.consumers())[DURABLE].delivered
        await commit(ground, WAITING)
        end = time.monotonic() + WATCHED_SECONDS
        while time.monotonic() < end:
            await _look(ground, witness, seen)
            await asyncio.sleep(0.25)
        now = (await witness.consumers())[DURABLE]
        behind = now.num_pending or 0
        slowly = now.delivered.stream_seq - first.stream_seq if now.delivered and first else 0
    ground.report.did(f"{slowly} facts were delivered in {WATCHED_SECONDS:g} s, {behind} waited")
    began = time.monotonic()
    facts = await witness.facts()

    async def caught_up() -> bool:
        await _look(ground, witness, seen)
        return not await witness.missing(facts)

    await ground.until(caught_up, "the consumer has caught up", 180.0)
    ground.recovered(time.monotonic() - began)
    grown = seen.most_memory - memory
    ground.report.found("facts waited for it", behind, holds=behind > 0)
    ground.report.found("most in hand", f"{seen.most_in_hand} of {IN_HAND}", holds=seen.most_in_hand <= IN_HAND)
    ground.report.found("delivered again", f"{seen.most_again} of {WAITING}", holds=seen.most_again <= WAITING * AGAIN)
    ground.report.found("memory of notify grew", f"{grown / 2**20:.0f} MB", holds=grown <= GROWTH_BYTES)
    left = await witness.missing(facts)
    ground.report.found("facts without their effect", len(left), holds=not left)
    ground.report.figures |= {
        "most_in_hand": seen.most_in_hand,
        "delivered_again": seen.most_again,
        "memory_grew_bytes": grown,
        "waited_most": behind,
    }


async def _look(ground: Ground, witness: Witness, seen: _Seen) -> None:
    info = (await witness.consumers())[DURABLE]
    seen.most_in_hand = max(seen.most_in_hand, info.num_ack_pending or 0)
    seen.most_again = max(seen.most_again, info.num_redelivered or 0)
    seen.most_memory = max(seen.most_memory, _memory(ground))


def _memory(ground: Ground) -> int:
    """Bytes of memory that the replicas of the service have in use together."""
    running = ground.stack.state()
    names = [name for name in processes.names(running) if processes.service(name) == SERVICE]
    files = [Path(f"/proc/{running.pids[name]}/status") for name in names]
    lines = [line for file in files for line in file.read_text().splitlines() if line.startswith("VmRSS:")]
    return sum(int(line.split()[1]) * 1024 for line in lines)
