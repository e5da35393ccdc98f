"""What a bench measured: figures of ours and of the bare thing beside it, and what they are held to."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeVar

Size = TypeVar("Size", int, float)
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure: pairs of ours and bare, or the few and small ones of a trial."""

    rounds: int = 5
    quick: bool = False

    def sized(self, whole: Size, trial: Size) -> Size:
        """`whole`, or `trial` when this is only one."""
        return trial if self.quick else whole


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    What counts is `reached` where it is given; else the median of `ratios`; else, where nothing bare stands beside it,
    the median of `ours`.
    """

    row: str
    """Key of the row of `tests.bench.rows` that it answers; empty for what is measured beside those."""
    name: str
    unit: str
    """Of `ours` and `bare`."""
    ours: Sequence[float]
    bare: Sequence[float] = ()
    ratios: Sequence[float] = ()
    """One for each pair, taken so that what `better` says holds."""
    reached: float | None = None
    target: float | None = None
    stretch: float | None = None
    better: Better = "higher"
    notes: Sequence[str] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    """What else was measured, by name with its unit at the end: `docs/capacity.py` reckons with it."""
    curve: Sequence[Mapping[str, float]] = ()
    """Rows of a small table, all with the same columns; the first column is what grows."""

    @property
    def counts(self) -> float:
        """What is held to the target."""
        if self.reached is not None:
            return self.reached
        return statistics.median(self.ratios or self.ours)

    @property
    def verdict(self) -> str:
        """`reached`, `stretch` when even that is, `missed`; empty where there is no target."""
        if self.target is None:
            return ""
        if not self._holds(self.target):
            return "missed"
        return "stretch" if self.stretch is not None and self._holds(self.stretch) else "reached"

    def _holds(self, bound: float) -> bool:
        # To the digits that are printed: 0.4996 beside 0.5 is a tie.
        found = round(self.counts, 2)
        return found >= bound if self.better == "higher" else found <= bound

    def plain(self) -> dict[str, Any]:
        """As JSON takes it, figures to four digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def of(plain: Mapping[str, Any]) -> Result:
    """The result that `plain` told."""
    return Result(**plain)


def ratios_of(ours: Sequence[float], bare: Sequence[float]) -> list[float]:
    """Ours through bare, pair by pair."""
    return [one / other for one, other in zip(ours, bare, strict=True)]


def line(result: Result) -> str:
    """One line for a terminal."""
    spread = result.ratios or result.ours
    sides = f"{result.name:44} {_figure(result)}"
    if spread and len(spread) > 1:
        sides += f"  ({min(spread):.4g} to {max(spread):.4g})"
    if result.target is not None:
        sign = "≥" if result.better == "higher" else "≤"
        sides += f"  to reach {sign} {result.target:g}"
        sides += f", better {result.stretch:g}" if result.stretch is not None else ""
        sides += f": {result.verdict}"
    return sides


def _figure(result: Result) -> str:
    if result.ratios and result.reached is None:
        return f"{result.counts:.2f} ×"
    return f"{result.counts:.4g} {result.unit}"
