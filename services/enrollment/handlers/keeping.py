"""What enrollment clears away behind what it serves: discarded objects (PAP-09), files of exports (EXP-06)."""

from __future__ import annotations

import structlog

from services.enrollment.store.exports import ExportStore
from services.enrollment.store.papers import PaperStore
from services.kit.chores import Chore

DRAIN_SECONDS = 15.0
"""Pause between two looks for discarded objects."""
EXPORTS_SECONDS = 900.0
"""Pause between two looks for files whose day is over."""

_log = structlog.get_logger("enrollment.keeping")


def object_keeper(papers: PaperStore, seconds: float = DRAIN_SECONDS) -> Chore:
    """PAP-09: removes objects behind the commits that left them, and once after each start what never got its row."""
    swept = False

    async def keep() -> None:
        nonlocal swept
        if not swept:
            count = await papers.sweep()
            swept = True
            if count:
                _log.info("objects without a row removed", count=count)
        await papers.drain()

    return Chore("object keeper", keep, seconds)


def export_keeper(exports: ExportStore, seconds: float = EXPORTS_SECONDS) -> Chore:
    """EXP-06: removes the files of exports whose time is over; the lines about them stay."""
    return Chore("export keeper", exports.forget_expired, seconds)
