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

from services.kit import telemetry
from services.kit.part import Part
from services.kit.probes import Probes
from services.kit.settings import Settings

STOP_SECONDS = 10.0
"""A process has stopped this long after SIGTERM at the latest."""


async def serve(name: str, parts: Sequence[Part], settings: Settings) -> None:
    """Run `parts` until SIGTERM or SIGINT, then stop them in reverse order within ten seconds.

    Raises whatever a part raises while starting, after stopping those that had started.
    """
    telemetry.configure(name, settings)
    log = structlog.get_logger(name)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    probes = Probes(settings.metrics_port, parts)
    started: list[Part] = []
    try:
        for part in [probes, *parts]:
            started.append(part)
            await part.start()
        log.info("ready", process=name, port=probes.port)
        await stop.wait()
    finally:
        log.info("stopping", process=name)
        await _stop(started, log)
        telemetry.shutdown()


async def _stop(parts: Sequence[Part], log: structlog.stdlib.BoundLogger) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS - 1):
            for part in reversed(parts):
                await part.stop()
    except TimeoutError:
        # Better to leave than to hang: everything that matters is committed or will be redelivered.
        log.error("stopped late", error="a part did not stop in time")
        sys.exit(1)
