"""Fault 22. A consumer stands still for longer than its facts are left to it: another replica handles them.

On a stack of single processes a second replica is started for that, with the settings of the first.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, submitting
from services.drills.faults.witness import Facts, Witness, readyz, told
from services.stack import ports, processes, servers

SCALED = "18 s of 45, longer than the 10 s after which the broker gives facts to another"
SERVICE = "notify"
FROZEN_SECONDS = 18.0
"""Longer than `ack_wait` (10 s, deploy/streams.yaml) and than a transaction may stand open (3 s)."""
_STOP_SECONDS = 10.0


async def run(ground: Ground) -> None:
    """Freeze one of two replicas in the middle of its work; the other has all of it before it goes on."""
    witness = await Witness.begin(ground)
    async with submitting(ground) as people, _second(ground):
        await commit(ground, 300)
        await ground.until(people.more(20), "people submit")
        async with ground.frozen(SERVICE):
            began = time.monotonic()
            mark = people.more(20)
            await commit(ground, 300)
            await asyncio.sleep(FROZEN_SECONDS)
            await ground.until(mark, "people go on submitting")
            facts = await witness.facts()
            alone = await ground.seconds_until(lambda: _handled(witness, facts), "the other replica has handled all")
            stood = time.monotonic() - began
        ground.report.did(f"one replica of {SERVICE} stood still for {stood:.0f} s")
        ground.report.found("facts that the other has not handled", 0, holds=True)
        settled = await witness.settled(await witness.facts(), 120.0)
    await witness.settled(await witness.facts(), 120.0)
    ground.recovered(alone + settled)
    facts = await witness.facts()
    effects = await witness.effects(facts)
    ground.report.found(
        f"of {len(facts)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    await people.judge(ground)
    ground.report.figures |= {"stood_still_seconds": round(stood, 1)}


async def _handled(witness: Witness, facts: Facts) -> bool:
    return not await witness.unhandled(facts)


@asynccontextmanager
async def _second(ground: Ground) -> AsyncIterator[None]:
    """Inside there are two replicas."""
    running = ground.stack.state()
    if sum(processes.service(name) == SERVICE for name in processes.names(running)) > 1:
        yield
        return
    # In this process's eyes only: nobody else is told of the second one.
    name, taken = f"{SERVICE}.drill", set(running.ports.values())
    metrics = running.ports[f"{name}.metrics"] = ports.take(taken)
    running.ports[f"{name}.grpc"] = ports.take({*taken, metrics})
    places = {server: servers.url(server, running) for server in ("postgres", "nats", "temporal")}
    settings = processes.environment(name, ground.stack.data, running, places, running.ports["portal"])
    command = [sys.executable, "-m", "services.cli.run", SERVICE]
    with (ground.stack.data / "logs" / f"{SERVICE}.drill.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env=settings, stdout=log, stderr=log)
    try:
        await ground.until(lambda: _is_ready(metrics), "the second replica is ready")
        yield
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()


async def _is_ready(port: int) -> bool:
    return (await readyz(port)).startswith("ready")
