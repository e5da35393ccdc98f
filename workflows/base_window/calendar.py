"""WAIT: when a window reminds. Pure: the time is always passed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from workflows.base_window.contract import WindowTimes

_DAY_HOURS = 24
_SPREAD_MINUTES = 120


def digest_moment(window: WindowTimes, spread_by: str) -> datetime:
    """WAIT-05: the digest goes out 24 calendar hours before verdicts end, and up to two hours earlier still.

    How many minutes of the two hours follows from `spread_by`, so that the windows of a province do not all fire at one
    instant. Calendar hours shrink with the window's `day_seconds`.
    """
    hour = timedelta(seconds=window.day_seconds) / _DAY_HOURS
    early_minutes = crc32(spread_by.encode()) % _SPREAD_MINUTES
    return window.review_deadline - hour * _DAY_HOURS - hour / 60 * early_minutes


def digest_is_due(window: WindowTimes, now: datetime) -> bool:
    """WAIT-06: staff who owe something hear it once, and only while they can still act."""
    return window.pending > 0 and now < window.review_deadline


def calendar_days_since(opens_at: datetime, now: datetime, day_seconds: float) -> float:
    """Calendar days, with fractions, from `opens_at` to `now`; 0 before."""
    return max(0.0, (now - opens_at).total_seconds() / day_seconds)
