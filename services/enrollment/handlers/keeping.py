"""What enrollment clears away behind what it serves: files of exports (EXP-06)."""

from __future__ import annotations

from services.enrollment.store.exports import ExportStore
from services.kit.chores import Chore

EXPORTS_SECONDS = 900.0
"""Pause between two looks for files whose day is over."""


def export_keeper(exports: ExportStore, seconds: float = EXPORTS_SECONDS) -> Chore:
    """EXP-06: removes the files of exports whose time is over; the lines about them stay."""
    return Chore("export keeper", exports.forget_expired, seconds)
