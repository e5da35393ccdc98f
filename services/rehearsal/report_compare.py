"""Several rehearsals of growing size beside one another: cost of an application, p99, lateness, commands a second."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.rehearsal import charts
from services.rehearsal.charts import Series, TimeAxis, number
from services.rehearsal.report_figures import Figure, milliseconds, processor_seconds
from services.rehearsal.report_html import Count, Head, Page, Rows, Section, write
from services.rehearsal.samples_looks import OURS

LIMIT = 1.15
"""What an application may cost in the largest play, by what it costs in the smallest."""

Report = Mapping[str, Any]


class NotComparable(ValueError):
    """The reports cannot stand beside one another."""


def cost(report: Report) -> float:
    """Core milliseconds that the product used for one application, the rehearsal's own left out.

    As measured between the marks of the play; where that is missing as sampled, accounts included. Raises NotComparable
    when it is neither.
    """
    if "cost" in report:
        return float(report["cost"]["play"]["ms_an_application"])
    used = sum(seconds for name, seconds in processor_seconds(report).items() if name != OURS)
    if not used:
        raise NotComparable(f"{report['title']} has no processor time: it was not sampled")
    return 1000 * used / float(report["applicants"])


def by_process(report: Report) -> dict[str, float]:
    """The same by process."""
    measured = report.get("cost")
    used = measured["play"]["seconds"] if measured else processor_seconds(report)
    people = max(1, measured["applications"] if measured else report["applicants"])
    return {name: float(f"{1000 * seconds / people:.3g}") for name, seconds in sorted(used.items())}


def compare(reports: Sequence[Report]) -> dict[str, Any]:
    """The rows of the comparison, smallest first, and the ratio of the largest to the smallest.

    Raises NotComparable for fewer than two sizes.
    """
    ordered = sorted(reports, key=_size)
    if len({report["applicants"] for report in ordered}) < 2:
        raise NotComparable("two reports at least, of plays of different sizes, are compared")
    rows = [
        {
            "applicants": report["applicants"],
            "bases": report["bases"],
            "day_seconds": report["day_seconds"],
            "cost_ms": float(f"{cost(report):.4g}"),
            "cost_ms_by_process": by_process(report),
            "p99_seconds": report["commands"]["seconds"]["p99"],
            "latest_phase_seconds": max(report["phases"].values(), default=0.0),
            "commands_per_second": float(f"{throughput(report):.3g}"),
            "ok": report["ok"],
        }
        for report in ordered
    ]
    ratio = float(f"{rows[-1]['cost_ms'] / rows[0]['cost_ms']:.3g}")
    return {"rows": rows, "ratio": ratio, "limit": LIMIT, "within": ratio <= LIMIT}


def throughput(report: Report) -> float:
    """Most commands accepted a second in one bin of the play."""
    course = report.get("course", {"counts": {}})
    return float(max(course["counts"].get("commands accepted", []), default=0) / course.get("bin_seconds", 1.0))


def render(reports: Sequence[Report]) -> str:
    """The page of `compare`; raises NotComparable as that does."""
    told = compare(reports)
    rows = told["rows"]
    at = [math.log10(row["applicants"]) for row in rows]
    names = sorted({name for row in rows for name in row["cost_ms_by_process"]})
    draw = _drawing(at, rows)
    figures = [
        draw("Processor time of one application", "core ms", ["all but the rehearsal"], lambda row, _: row["cost_ms"]),
        draw("The same by process", "core ms", names, lambda row, name: row["cost_ms_by_process"].get(name)),
        draw("p99 of a command", "ms", ["p99"], lambda row, _: 1000 * row["p99_seconds"]),
        draw("Latest phase after its boundary", "s", ["latest"], lambda row, _: row["latest_phase_seconds"]),
        draw("Most commands a second", "a second", ["accepted"], lambda row, _: row["commands_per_second"]),
    ]
    low, high = rows[0], rows[-1]
    sizes = f"{number(high['applicants'])} / {number(low['applicants'])}"
    counts = [
        Count(f"cost of one application, {sizes}", f"{told['ratio']:.2f}", not told["within"]),
        Count("limit", f"{LIMIT:.2f}"),
        *(Count(f"core ms, {number(row['applicants'])} applicants", number(row["cost_ms"])) for row in (low, high)),
    ]
    page = Page(
        "rehearsals compared",
        "Cost and pace by size",
        "within the limit" if told["within"] else "beyond the limit",
        "ok" if told["within"] else "bad",
        f"{len(rows)} rehearsals of {number(low['applicants'])} to {number(high['applicants'])} applicants.",
        counts,
        [
            Section("curves", "Curves", figures=figures),
            Section("figures", "Figures", tables=[_table(rows)]),
            Section("machines", "Machines", pairs=[_machine(report) for report in sorted(reports, key=_size)]),
        ],
        "Made by `residency report` from the JSON files of the rehearsals.",
    )
    return write(page)


def _drawing(
    at: Sequence[float], rows: Sequence[Mapping[str, Any]]
) -> Callable[[str, str, Sequence[str], Callable[[Mapping[str, Any], str], Any]], Figure]:
    ticks = [(place, number(row["applicants"])) for place, row in zip(at, rows, strict=True)]
    room = (at[-1] - at[0]) * 0.05
    names = dict(ticks)
    axis = TimeAxis(at[0] - room, at[-1] + room, "applicants, logarithmic", ticks, told=lambda place: names[place])

    def draw(title: str, unit: str, of: Sequence[str], value: Callable[[Mapping[str, Any], str], Any]) -> Figure:
        series = [Series(name, [value(row, name) for row in rows]) for name in of]
        first, last = series[0].values[0], series[0].values[-1]
        summary = f"{number(first)} {unit} to {number(last)} {unit}." if len(series) == 1 and first and last else ""
        return Figure(
            title,
            summary,
            charts.lines(axis, at, series, unit=unit),
            charts.table(axis, at, series, unit=unit, total=False, form=number),
            charts.legend(series),
        )

    return draw


def _table(rows: Sequence[Mapping[str, Any]]) -> Rows:
    titles = ("applicants", "bases", "day", "core ms each", "p99", "latest phase", "commands/s", "invariants")
    heads = [Head(title, number=place < len(titles) - 1) for place, title in enumerate(titles)]
    return Rows(
        heads,
        [
            (
                number(row["applicants"]),
                str(row["bases"]),
                f"{row['day_seconds']:g} s",
                number(row["cost_ms"]),
                milliseconds(row["p99_seconds"]),
                f"{row['latest_phase_seconds']:.2f} s",
                number(row["commands_per_second"]),
                "hold" if row["ok"] else "broken",
            )
            for row in rows
        ],
    )


def _size(report: Report) -> int:
    return int(report["applicants"])


def _machine(report: Report) -> tuple[str, str]:
    found = report.get("environment", {})
    told = f"{found.get('processor', '?')}, {found.get('cores', '?')} cores, {found.get('memory_gib', '?')} GiB"
    busy = f"load {found.get('load_before', '?')} before and {found.get('load_after', '?')} after"
    parts = itertools.chain([told], [f"commit {found['commit']}"] if found.get("commit") else [], [busy])
    return f"{number(report['applicants'])} applicants", "; ".join(parts)


def said(told: Mapping[str, Any]) -> str:
    """The ratio in one line, for a terminal."""
    low, high = told["rows"][0], told["rows"][-1]
    verdict = "within" if told["within"] else "beyond"
    return (
        f"cost of one application at {high['applicants']} / at {low['applicants']}: {high['cost_ms']:g} ms /"
        f" {low['cost_ms']:g} ms = {told['ratio']:g}, {verdict} {told['limit']:g}"
    )
