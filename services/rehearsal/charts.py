"""Charts as inline SVG that need neither script nor fonts nor a fixed width, and the tables that say the same.

Only the lines themselves are stretched with the page, in an SVG inside the plot's; all else stands at shares of its
width, so that letters stay as large on a telephone as on a desk. Colours are classes of the style sheet of the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

HEIGHT = 176
"""Pixels of a plot, without what stands around it."""
_LEFT = 52
_ROOM = ((250, "phase"), (420, "phase wide"), (940, "phase wider"))
"""Pixels of a plot's width in which a title fits, and the class of those that are shown from there on."""
SCALE = 1000
"""Width and height of the coordinates of lines."""
ROWS = 40
"""A table beside a chart has at most so many rows."""
COLOURS = 12

Value = float | None


@dataclass(frozen=True, slots=True)
class Series:
    """A name and as many values as the axis has points; None is a gap."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Band:
    """A phase: from where to where on the time axis."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time axis that all charts of a report share; times are seconds since the first day."""

    start: float
    end: float
    title: str
    ticks: Sequence[tuple[float, str]]
    bands: Sequence[Band] = ()
    marks: Sequence[tuple[float, str]] = ()
    """Moments to be marked, such as a fault, with the number under which it is told."""
    told: Callable[[float], str] = field(default=lambda at: number(at))
    """A moment in words, for tables."""

    def share(self, at: float) -> float:
        """Where `at` is, from 0 to 1."""
        return (at - self.start) / ((self.end - self.start) or 1.0)


def lines(axis: TimeAxis, at: Sequence[float], series: Sequence[Series], *, unit: str, stacked: bool = False) -> Markup:
    """A line for each series, or areas one upon another; values and `unit` belong to the vertical axis."""
    shown = _within(axis, at)
    drawn = [(each, stack) for each, stack in zip(series, _stack(series) if stacked else series, strict=True)]
    top = max((value for _, each in drawn for place in shown if (value := each.values[place]) is not None), default=0.0)
    whole = all(value is None or value == int(value) for _, each in drawn for value in each.values)
    marks = steps(top, whole=whole)
    xs = [axis.share(at[place]) * SCALE for place in shown]
    parts = []
    for index, (_, each) in reversed(list(enumerate(drawn))):
        ys = [_height(each.values[place], marks[-1]) for place in shown]
        if stacked:
            parts.append(Markup('<path class="area c{}" d="{}"/>').format(index % COLOURS, _area(xs, ys)))
        else:
            parts.append(Markup('<path class="line c{}" d="{}"/>').format(index % COLOURS, _path(xs, ys)))
    return _frame(axis, marks, unit, Markup("").join(parts))


def bars(rows: Sequence[tuple[str, float, str]], *, limit: float | None = None, bad: Sequence[str] = ()) -> Markup:
    """A bar for each (name, value, value in words), as rows of a table; `limit` is drawn as a line across them."""
    top = max([value for _, value, _ in rows] + ([limit * 1.15] if limit else []), default=0.0) or 1.0
    line = (
        Markup('<line class="limit" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>').format(_digits(100 * limit / top))
        if limit
        else ""
    )
    body = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td class="bar"><svg aria-hidden="true"><rect class="{}" y="4" height="14"'
            ' width="{}%"/>{}</svg></td><td class="n">{}</td></tr>'
        ).format(_breakable(name), "over" if name in bad else "c0", _digits(100 * max(0.0, value) / top), line, told)
        for name, value, told in rows
    )
    return Markup('<table class="bars"><tbody>{}</tbody></table>').format(body)


def _breakable(name: str) -> Markup:
    """A long name may be broken where its words meet."""
    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))


def legend(series: Sequence[Series]) -> Markup:
    """Which colour is which series; nothing for one alone."""
    if len(series) < 2:
        return Markup("")
    keys = Markup("").join(
        Markup('<li><svg class="key" aria-hidden="true"><rect class="c{}"/></svg>{}</li>').format(
            index % COLOURS, each.name
        )
        for index, each in enumerate(series)
    )
    return Markup('<ul class="legend">{}</ul>').format(keys)


def table(
    axis: TimeAxis,
    at: Sequence[float],
    series: Sequence[Series],
    *,
    unit: str,
    total: bool,
    form: Callable[[float], str],
) -> Markup:
    """The same in rows, neighbours taken together where there are many: added up if `total`, else the largest."""
    shown = _within(axis, at)
    width = max(1, math.ceil(len(shown) / ROWS))
    groups = [shown[place : place + width] for place in range(0, len(shown), width)]
    rows = []
    for group in groups:
        cells = Markup("").join(
            Markup('<td class="n">{}</td>').format(_joined([each.values[place] for place in group], total, form))
            for each in series
        )
        rows.append(Markup('<tr><th scope="row">{}</th>{}</tr>').format(axis.told(at[group[0]]), cells))
    how = "the sum" if total else "the largest"
    caption = f"{unit}" + (f"; each row is {how} of {width} points, from the time it names" if width > 1 else "")
    head = Markup("").join(Markup('<th scope="col" class="n">{}</th>').format(each.name) for each in series)
    return Markup(
        '<div class="scroll" tabindex="0"><table class="figures"><caption>{}</caption><thead><tr><th scope="col">time'
        "</th>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(caption, head, Markup("").join(rows))


def number(value: float) -> str:
    """At most three digits that say something, thousands apart; small numbers are not made up to look exact."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}".replace(",", " ")
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    told = f"{value:,.{digits}f}".replace(",", " ")
    return told.rstrip("0").rstrip(".") if "." in told else told


def steps(top: float, *, whole: bool = False) -> list[float]:
    """Round marks of a vertical axis from 0 to at least `top`, five or six at most; of whole things whole ones."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / 4
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= raw * 0.999)
    if whole and step != int(step):
        step = 1.0 if step < 1 else 5.0
    return [float(f"{step * place:.6g}") for place in range(math.ceil(top / step - 1e-9) + 1)]


def _within(axis: TimeAxis, at: Sequence[float]) -> list[int]:
    return [place for place, moment in enumerate(at) if axis.start <= moment <= axis.end]


def _stack(series: Sequence[Series]) -> list[Series]:
    sums = [0.0] * (len(series[0].values) if series else 0)
    stacked = []
    for each in series:
        sums = [below + (value or 0.0) for below, value in zip(sums, each.values, strict=True)]
        stacked.append(Series(each.name, list(sums)))
    return stacked


def _height(value: Value, top: float) -> Value:
    return None if value is None else SCALE * (1 - value / top)


def _path(xs: Sequence[float], ys: Sequence[Value]) -> str:
    parts, drawing = [], False
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            drawing = False
            continue
        # A point alone becomes a dot: a line of no length with round ends.
        parts.append(f"L{_digits(x)} {_digits(y)}" if drawing else f"M{_digits(x)} {_digits(y)}h0")
        drawing = True
    return "".join(parts)


def _area(xs: Sequence[float], ys: Sequence[Value]) -> str:
    points = [f"{_digits(x)} {_digits(SCALE if y is None else y)}" for x, y in zip(xs, ys, strict=True)]
    if not points:
        return ""
    return f"M{_digits(xs[0])} {SCALE}L{'L'.join(points)}L{_digits(xs[-1])} {SCALE}Z"


def _frame(axis: TimeAxis, marks: Sequence[float], unit: str, drawing: Markup) -> Markup:
    top = marks[-1]
    parts = []
    for index, band in enumerate(axis.bands):
        start, end = max(0.0, axis.share(band.start)), min(1.0, axis.share(band.end))
        if end <= start:
            continue
        parts.append(
            Markup('<rect class="band b{}" x="{}%" width="{}%" height="100%"/>').format(
                index % 2, _digits(100 * start), _digits(100 * (end - start))
            )
        )
        # Letters of Chinese titles are as wide as high; what does not fit is told by the phases' own table.
        room = 12 * len(band.title) / (end - start)
        place = next((name for limit, name in _ROOM if room <= limit), "")
        if band.title and place:
            parts.append(
                Markup('<text class="{}" x="{}%" y="-7" text-anchor="middle">{}</text>').format(
                    place, _digits(50 * (start + end)), band.title
                )
            )
    for value in marks:
        y = _digits(100 * (1 - value / top))
        parts.append(Markup('<line class="grid" x2="100%" y1="{0}%" y2="{0}%"/>').format(y))
        parts.append(Markup('<text x="-8" y="{}%" dy=".32em" text-anchor="end">{}</text>').format(y, number(value)))
    for moment, word in axis.ticks:
        x = _digits(100 * axis.share(moment))
        parts.append(Markup('<line class="tick" x1="{0}%" x2="{0}%" y1="100%" y2="102%"/>').format(x))
        parts.append(Markup('<text x="{}%" y="100%" dy="1.4em" text-anchor="middle">{}</text>').format(x, word))
    parts.append(
        Markup('<svg width="100%" height="100%" viewBox="0 0 {0} {0}" preserveAspectRatio="none">{1}</svg>').format(
            SCALE, drawing
        )
    )
    for moment, name in axis.marks:
        x = _digits(100 * axis.share(moment))
        parts.append(Markup('<line class="fault" x1="{0}%" x2="{0}%" y2="100%"/>').format(x))
        parts.append(Markup('<text class="fault" x="{}%" y="12" dx="3">{}</text>').format(x, name))
    return Markup(
        '<div class="chart"><svg class="plot" height="{}" aria-hidden="true"><text x="-{}" y="-24">{}</text>{}'
        '<text x="100%" y="100%" dy="2.9em" dx="16" text-anchor="end">{}</text></svg></div>'
    ).format(HEIGHT, _LEFT, unit, Markup("").join(parts), axis.title)


def _joined(values: Sequence[Value], total: bool, form: Callable[[float], str]) -> str:
    there = [value for value in values if value is not None]
    return form(sum(there) if total else max(there)) if there else "–"


def _digits(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def widest(values: Mapping[str, Sequence[Value]], count: int) -> list[str]:
    """The names of the `count` series that reach highest, in the order of their names."""
    reach = {name: max((value for value in each if value is not None), default=0.0) for name, each in values.items()}
    return sorted(sorted(reach, key=lambda name: (-reach[name], name))[:count])
