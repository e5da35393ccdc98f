"""What was asked for over time, counted as it happens: a play of two million acts keeps no list of them for its report.

Time is cut into bins of equal width, at first half a second; whenever there would be more than `BINS`, two neighbours
become one and the width doubles. Latencies are counted in classes that grow by a tenth: a percentile read from them is
right to within five per cent, and the counts of several processes add up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.rehearsal.ledger import Act

BINS = 240
"""At most so many points a series."""
FIRST_WIDTH = 0.5
"""Seconds of the narrowest bin; every width is this times a power of two, so that any two courses can be added."""
_GROWTH = math.log(1.1)
_LEAST = 0.0001
_SHOWN_ACTS = 24
"""Of so many names, the most frequent, percentiles over time are told; all others in the table only."""
_PERCENTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))

Classes = Counter[int]
"""Latency class → how many."""


def latency_class(seconds: float) -> int:
    """The class that `seconds` falls into; everything at or below a tenth of a millisecond is class 0."""
    return max(0, math.ceil(math.log(max(seconds, _LEAST) / _LEAST) / _GROWTH))


def percentile_of(classes: Mapping[int, int], share: float) -> float:
    """The percentile in seconds, nearest rank, to two digits: no more is known. `classes` is not empty."""
    rank = min(sum(classes.values()) - 1, int(share * sum(classes.values())))
    for each, count in sorted(classes.items()):
        rank -= count
        if rank < 0:
            return float(f"{_LEAST * math.exp(_GROWTH * (each - 0.5)):.2g}")
    raise ValueError("no latencies")


@dataclass(slots=True)
class Course:
    """Acts by the time at which they were answered. Adding one costs some microseconds; memory is bounded."""

    width: float = FIRST_WIDTH
    bins: dict[int, Counter[str]] = field(default_factory=dict)
    """Bin → what happened in it; the bin times `width` is its beginning in Unix time."""
    times: dict[tuple[str, int], Classes] = field(default_factory=dict)
    """(act, bin) → latencies, of everything that was answered."""

    def note(self, act: Act) -> None:
        """Count one act."""
        place = self._bin(act.answered_at)
        counted = self.bins[place]
        kind = "commands" if act.key else "reads"
        counted[kind] += 1
        counted[f"{kind} {act.outcome.value}"] += 1
        if act.outcome == "refused" and not act.expected:
            counted["refused unexpectedly"] += 1
        if act.outcome == "accepted":
            counted[f"act {act.name}"] += 1
        if act.outcome != "unknown":
            self.times.setdefault((act.name, place), Counter())[latency_class(act.seconds)] += 1

    def tried_again(self, what: str, at: datetime) -> None:
        """Count a try that has to be repeated: `what` is a status such as `429`, or what broke."""
        place = self._bin(at)  # first: it may put other bins in the place of these
        self.bins[place][f"again {what}"] += 1

    def add(self, other: Course) -> None:
        """Take over what another process counted."""
        while self.width < other.width:
            self._widen()
        ratio = round(self.width / other.width)
        for place, counted in other.bins.items():
            self.bins.setdefault(place // ratio, Counter()).update(counted)
        for (name, place), classes in other.times.items():
            self.times.setdefault((name, place // ratio), Counter()).update(classes)
        self._fit()

    def as_json(self, origin: datetime) -> dict[str, Any]:
        """Counts and percentiles by time; times are seconds since `origin`, and belong to the middle of a bin."""
        if not self.bins:
            return {"bin_seconds": self.width, "at": [], "counts": {}, "latencies": {}, "acts": {}}
        places = range(min(self.bins), max(self.bins) + 1)
        names = sorted({name for counted in self.bins.values() for name in counted})
        counts = {name: [self.bins.get(place, Counter())[name] for place in places] for name in names}
        return {
            "bin_seconds": self.width,
            "at": [round((place + 0.5) * self.width - origin.timestamp(), 2) for place in places],
            "counts": counts,
            "latencies": {name: self._latencies(name, places) for name in self._frequent()},
            "acts": {name: _summary(classes) for name, classes in sorted(self._by_name().items())},
        }

    def _latencies(self, name: str, places: Sequence[int]) -> dict[str, list[float | None]]:
        found = [self.times.get((name, place)) for place in places]
        return {
            label: [percentile_of(each, share) if each else None for each in found] for label, share in _PERCENTILES
        }

    def _by_name(self) -> dict[str, Classes]:
        whole: dict[str, Classes] = {}
        for (name, _), classes in self.times.items():
            whole.setdefault(name, Counter()).update(classes)
        return whole

    def _frequent(self) -> list[str]:
        whole = self._by_name()
        return sorted(sorted(whole, key=lambda name: (-whole[name].total(), name))[:_SHOWN_ACTS])

    def _bin(self, at: datetime) -> int:
        place = int(at.timestamp() // self.width)
        if place not in self.bins:
            self.bins[place] = Counter()
            self._fit()
            place = int(at.timestamp() // self.width)
        return place

    def _fit(self) -> None:
        while self.bins and max(self.bins) - min(self.bins) >= BINS:
            self._widen()

    def _widen(self) -> None:
        self.width *= 2
        bins, self.bins = self.bins, {}
        for place, counted in bins.items():
            self.bins.setdefault(place // 2, Counter()).update(counted)
        times, self.times = self.times, {}
        for (name, place), classes in times.items():
            self.times.setdefault((name, place // 2), Counter()).update(classes)


def _summary(classes: Classes) -> dict[str, Any]:
    return {"count": classes.total()} | {label: percentile_of(classes, share) for label, share in _PERCENTILES}
