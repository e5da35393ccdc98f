"""OPS-92: when people come within a window of days: curves as data, the same for the same seed.

A curve says which share comes in which tenth of the window, at which hour of a day, and who comes in a rush right after
the opening or right before the end. `share` draws one moment from it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Curve:
    """Weights need not add up to anything."""

    told: str
    tenths: tuple[float, ...] = (1.0,) * 10
    """Of each tenth of the window, first to last."""
    hours: tuple[float, ...] = (1.0,) * _HOURS
    """Of each hour of a day, from midnight."""
    opening_minute: float = 0.0
    """Share of all who stand at the door when it opens."""
    opening_hour: float = 0.0
    """Share of all who come within the first hour after that."""
    last_evening: float = 0.0
    """Share of all who come within the last six hours."""


_OFFICE = (
    *(0.1, 0.05, 0.05, 0.05, 0.1, 0.2, 0.4, 0.8, 1.7, 2.2, 2.0, 1.5),
    *(0.9, 0.8, 1.4, 1.5, 1.4, 1.0, 0.8, 1.1, 1.5, 1.4, 0.9, 0.4),
)
"""Mornings, afternoons, and evenings at home."""
_EARLY_AND_LATE = (1.6, 1.1, 0.9, 0.8, 0.8, 0.8, 0.9, 1.0, 1.2, 1.9)

CURVES: Mapping[str, Curve] = {
    "even": Curve("evenly over the window, day and night"),
    "province": Curve(
        "as provinces know it: some at the opening, mornings and evenings, many on the last evening",
        *(_EARLY_AND_LATE, _OFFICE),
        opening_minute=0.01,
        opening_hour=0.04,
        last_evening=0.08,
    ),
    "opening": Curve(
        "everybody had the date in their calendar: a fifth in the opening minute, as many within the hour",
        *(_EARLY_AND_LATE, _OFFICE),
        opening_minute=0.2,
        opening_hour=0.2,
        last_evening=0.05,
    ),
}
DEFAULT = "province"


def share(curve: Curve, days: float, chance: random.Random) -> float:
    """A moment drawn from the curve: which share (0 to 1) of a window of `days` calendar days has passed by then.

    Windows begin at midnight. A window shorter than a day has no hours: what is drawn is spread over it.
    """
    dice = chance.random()
    for part, begins, lasts in (
        (curve.opening_minute, 0.0, 1 / 1440),
        (curve.opening_hour, 0.0, 1 / 24),
        (curve.last_evening, days - 0.25, 0.25),
    ):
        if dice < part:
            return min(max(0.0, begins + lasts * chance.random()) / max(days, lasts), 1.0)
        dice -= part
    [tenth] = chance.choices(range(10), weights=curve.tenths)
    place = (tenth + chance.random()) / 10
    if days < 1:
        return place
    [hour] = chance.choices(range(_HOURS), weights=curve.hours)
    return min((int(place * days) + (hour + chance.random()) / _HOURS) / days, 1.0)
