"""One process: its parts start in order, say whether they are ready, and stop in reverse.

A part is anything with a life: a database pool, a gRPC server, a consumer, a relay. `serve` is the only place that
listens for signals.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence

import structlog

from services.kit import telemetry, vitals
from services.kit.ending import ended
from services.kit.part import Draining, Part
from services.kit.probes import Probes
from services.kit.readiness import Readiness
from services.kit.settings import Settings

STOP_SECONDS = 10.0
"""A process has stopped this long after it was drained at the latest."""


async def serve(name: str, parts: Sequence[Part], settings: Settings) -> None:
    """OPS-20: run `parts` until SIGTERM or SIGINT; then say so, serve on for `drain_seconds`, and stop in reverse.

    Whoever sends work learns at once that none should come any more, and what comes all the same is done. A second
    signal ends the draining; stopping takes ten seconds at most. A signal during the start ends it there.

    Raises whatever a part raises while starting, after stopping those that had started.
    """
    telemetry.configure(name, settings)
    log = structlog.get_logger(name)
    readiness = Readiness(parts)
    asked, hurried = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        readiness.stop()
        (hurried if asked.is_set() else asked).set()

    loop = asyncio.get_running_loop()
    vitals.show(name, parts, loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)

    probes = Probes(settings.metrics_port, readiness)
    started: list[Part] = []
    watching = asyncio.create_task(readiness.watch(), name="readiness")
    try:
        if await _started([probes, *parts], started, asked):
            readiness.parts_started()
            log.info("started", process=name, port=probes.port)
            await asked.wait()
            await readiness.tell()
            if readiness.started:
                await _drain(parts, settings.drain_seconds, hurried, log)
    finally:
        watching.cancel()
        log.info("stopping", process=name)
        await _stop(started, log)
        telemetry.shutdown()


async def _started(parts: Sequence[Part], started: list[Part], asked: asyncio.Event) -> bool:
    """Start `parts`; False when the process was asked to stop meanwhile."""

    async def start() -> None:
        for part in parts:
            started.append(part)
            await part.start()

    starting, stopping = asyncio.create_task(start()), asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not starting.done():
            await ended(starting)
    if starting.cancelled():
        return False
    starting.result()
    return True


async def _drain(
    parts: Sequence[Part], seconds: float, hurried: asyncio.Event, log: structlog.stdlib.BoundLogger
) -> None:
    if not seconds:
        return
    log.info("draining", seconds=seconds)
    for part in parts:
        if isinstance(part, Draining):
            part.drain(seconds)
    try:
        async with asyncio.timeout(seconds):
            await hurried.wait()
    except TimeoutError:
        return


async def _stop(parts: Sequence[Part], log: structlog.stdlib.BoundLogger) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS - 1):
            for part in reversed(parts):
                try:
                    await part.stop()
                except (TimeoutError, asyncio.CancelledError):
                    raise
                except Exception:  # the others have something to give back, too
                    log.exception("not stopped cleanly", part=part.name)
    except TimeoutError:
        # Better to leave than to hang: everything that matters is committed or will be redelivered.
        log.error("stopped late", error="a part did not stop in time")
        sys.exit(1)
