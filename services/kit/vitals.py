"""What a process tells of itself in `/metrics`: which it is, which of its parts can serve, how late its loop is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

from services.kit import metrics
from services.kit.part import Degradable, Part

PATIENCE_SECONDS = 2.0
"""How long the loop may take; a later one counts as so late."""


def show(process: str, parts: Sequence[Part], loop: asyncio.AbstractEventLoop) -> None:
    """OPS-71: have each scrape ask `parts` and `loop` themselves, from the scrape's own thread."""
    metrics.BUILD_INFO.labels(process, version("residency")).set(1)
    metrics.LOOP_LAG_SECONDS.set_function(partial(lag, loop))
    for part in parts:
        metrics.PART_READY.labels(process, part.name).set_function(partial(_ready, part))


def lag(loop: asyncio.AbstractEventLoop) -> float:
    """How many seconds `loop` takes to turn to something new, at most `PATIENCE_SECONDS`; from another thread."""
    turned = threading.Event()
    began = time.perf_counter()
    try:
        loop.call_soon_threadsafe(turned.set)
    except RuntimeError:  # closed: the process is about to end
        return PATIENCE_SECONDS
    turned.wait(PATIENCE_SECONDS)
    return min(time.perf_counter() - began, PATIENCE_SECONDS)


def _ready(part: Part) -> float:
    amiss = part.not_ready() or (part.degraded() if isinstance(part, Degradable) else "")
    return 0.0 if amiss else 1.0
