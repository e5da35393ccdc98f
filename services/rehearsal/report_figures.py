"""The figures of a report: for each a title, one sentence that says what is to be seen, a drawing, and its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from services.rehearsal import charts
from services.rehearsal.charts import Band, Series, TimeAxis, number
from services.rehearsal.samples import rates

PUNCTUAL_SECONDS = 2.5
_TICKS = 6
_ACTS = 6
"""Of so many acts, the most frequent commands, the latencies are drawn over time; of all, they stand in the table."""
_BEFORE = 0.2
"""What came before the first day is drawn up to this share of the season's length."""
_SHED = ("429", "503")

Tell = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as the page shows it."""

    title: str
    summary: str
    drawing: Markup
    table: Markup = field(default_factory=Markup)
    legend: Markup = field(default_factory=Markup)


def time_axis(report: Mapping[str, Any]) -> TimeAxis:
    """From the first act to the last, in days of the calendar; a long preparation is cut short."""
    day = float(report["day_seconds"])
    phases = report.get("timetable", [])
    at = report.get("course", {}).get("at", []) or [0.0, 1.0]
    closes = [phase["opens"] for phase in phases if phase["phase"].startswith("closed") and phase["opens"] is not None]
    end = max(at[-1], *closes, 1.0) if closes else max(at[-1], 1.0)
    start = max(min(at[0], 0.0), -_BEFORE * (max(closes, default=end)))
    first = _first_day(phases)

    def told(moment: float) -> str:
        return f"{-moment:.0f} s before the first day" if moment < 0 else _day_name(first, int(moment // day))

    bands = [
        Band(
            start if phase["opens"] is None else phase["opens"],
            end if phase["closes"] is None else phase["closes"],
            phase["title"],
        )
        for phase in phases
        if phase["opens"] is not None or phase["phase"] == "preparation"
    ]
    marks = [(fault["at"], str(place)) for place, fault in enumerate(report.get("faults", []), 1)]
    title = f"calendar day; a day lasts {day:g} s"
    return TimeAxis(start, end, title, _day_ticks(first, day, end), bands, marks, told)


def cut_off(report: Mapping[str, Any], axis: TimeAxis) -> str:
    """What lies before the beginning of all charts, in a sentence; empty when nothing does."""
    at = report.get("course", {}).get("at", [])
    if not at or at[0] >= axis.start:
        return ""
    return f"Preparation began {-at[0]:.0f} s before the first day; charts begin {-axis.start:.0f} s before it."


def arrivals(report: Mapping[str, Any], axis: TimeAxis) -> Figure:
    """Accounts opened, applications begun and submitted."""
    wanted = {"register": "accounts opened", "start_application": "begun", "submit_application": "submitted"}
    course = report["course"]
    series = [
        Series(label, course["counts"][f"act {name}"])
        for name, label in wanted.items()
        if f"act {name}" in course["counts"]
    ]
    submitted = course["counts"].get("act submit_application", [0] * len(course["at"]))
    summary = f"{number(sum(submitted))} submissions. " + _peak(
        "The most in one bin", submitted, course["at"], axis, number
    )
    return _timed("Arrivals", summary, axis, course["at"], series, f"acts in {course['bin_seconds']:g} s", total=True)


def commands(report: Mapping[str, Any], axis: TimeAxis) -> Figure:
    """Commands a second: accepted, refused, and tries that the system shed."""
    course = report["course"]
    counts, width = course["counts"], course["bin_seconds"]
    again = {name.removeprefix("again "): each for name, each in counts.items() if name.startswith("again ")}
    empty = [0] * len(course["at"])
    shed = [again.pop(status, empty) for status in _SHED]
    kinds = {
        "accepted": counts.get("commands accepted", empty),
        "refused": counts.get("commands refused", empty),
        "reads": counts.get("reads", empty),
        "shed (429, 503)": [sum(each) for each in zip(*shed, strict=True)],
        "tried again for other reasons": [sum(each) for each in zip(empty, *again.values(), strict=True)],
    }
    series = [Series(name, [each / width for each in values]) for name, values in kinds.items() if any(values)]
    accepted = [each / width for each in kinds["accepted"]]
    summary = (
        f"{number(sum(kinds['accepted']))} commands accepted, {number(sum(kinds['refused']))} refused,"
        f" {number(sum(kinds['shed (429, 503)']))} tries shed. "
        + _peak("Most accepted", accepted, course["at"], axis, lambda value: f"{number(value)} a second")
    )
    return _timed("Commands and reads a second", summary, axis, course["at"], series, "a second", total=False)


def latencies(report: Mapping[str, Any], axis: TimeAxis) -> list[Figure]:
    """Percentiles over time of the acts done most."""
    course = report["course"]
    frequent = sorted(course["latencies"], key=lambda name: (-course["acts"][name]["count"], name))[:_ACTS]
    figures = []
    for name in frequent:
        told = course["latencies"][name]
        series = [Series(label, [_milli(each) for each in told[label]]) for label in ("p50", "p95", "p99")]
        whole = course["acts"][name]
        shares = ", ".join(f"{label} {milliseconds(whole[label])}" for label in ("p50", "p95", "p99"))
        summary = f"{number(whole['count'])} times; {shares}."
        figures.append(_timed(name, summary, axis, course["at"], series, "ms", total=False))
    return figures


def queues(report: Mapping[str, Any], axis: TimeAxis) -> list[Figure]:
    """What waited: for a base, to leave an outbox, to be handled by a consumer, to be delivered."""
    samples = report.get("samples", {})
    found = [
        _waiting("Applications that wait for a base", "applications", samples.get("season"), axis, r"state (pending)"),
        _waiting("Facts that wait in an outbox", "facts", samples.get("queues"), axis, r"outbox (\w+)"),
        _waiting("Facts that wait for a consumer", "facts", samples.get("consumers"), axis, r"(.*)"),
        _waiting("Messages that wait to be delivered", "messages", samples.get("queues"), axis, r"deliveries (\w+)"),
    ]
    return [each for each in found if each is not None]


def seats(report: Mapping[str, Any], axis: TimeAxis) -> list[Figure]:
    """Places planned, given and verified: over time, and at the bases that plan most."""
    figures = []
    season = report.get("samples", {}).get("season", {"at": [], "values": {}})
    names = {"state admitted": "admitted", "state provisional": "provisional"}
    at, values = season["at"], season["values"]
    if at and "seats planned" in values:
        series = [Series(label, values[name]) for name, label in names.items() if name in values]
        series.append(Series("planned", values["seats planned"]))
        planned = max((each for each in values["seats planned"] if each is not None), default=0)
        summary = f"{number(planned)} places planned. " + " ".join(
            _peak(f"Most {each.name}", each.values, at, axis, number) for each in series[:-1]
        )
        figures.append(_timed("Places over time", summary, axis, at, series, "places", total=False))
    places = report.get("places")
    if places and places["largest"]:
        rows = [
            (
                row["base"],
                float(row["admitted"] + row["provisional"]),
                f"{row['admitted'] + row['provisional']} of {row['planned']}",
            )
            for row in places["largest"]
        ]
        whole = places["all"]
        given = whole["admitted"] + whole["provisional"]
        summary = (
            f"{number(given)} of {number(whole['planned'])} places given at {places['bases']} bases;"
            f" shown are the {len(rows)} that plan most."
        )
        figures.append(Figure("Places given, by base", summary, charts.bars(rows)))
    return figures


def punctuality(report: Mapping[str, Any]) -> Figure:
    """How long after its boundary each phase was entered, against what is promised."""
    late = report["phases"]
    titles = {phase["phase"]: phase["title"] for phase in report.get("timetable", [])}
    rows = [(f"{titles.get(name) or ''} {name}".strip(), seconds, f"{seconds:.2f} s") for name, seconds in late.items()]
    bad = [row[0] for row in rows if row[1] > PUNCTUAL_SECONDS]
    worst = max(late.values(), default=0.0)
    summary = (
        f"The latest of {len(rows)} phases was entered {worst:.2f} s after its boundary;"
        f" the line is {PUNCTUAL_SECONDS} s."
    )
    return Figure("Punctuality of phases", summary, charts.bars(rows, limit=PUNCTUAL_SECONDS, bad=bad))


def processors(report: Mapping[str, Any], axis: TimeAxis) -> Figure | None:
    """Cores in use by each process."""
    track = report.get("samples", {}).get("processors")
    if not track or len(track["at"]) < 2:
        return None
    used = rates(track)
    series = [Series(name, values) for name, values in used["values"].items()]
    totals = processor_seconds(report)
    summary = (
        f"{number(sum(totals.values()))} core seconds in all; most by {max(totals, key=lambda name: totals[name])}."
    )
    return _timed("Processor time by process", summary, axis, used["at"], series, "cores", total=False, stacked=True)


def processor_seconds(report: Mapping[str, Any]) -> dict[str, float]:
    """Core seconds of each process over the whole play, most first."""
    track = report.get("samples", {}).get("processors", {"values": {}})
    last = {name: [value for value in values if value is not None] for name, values in track["values"].items()}
    used = {name: float(values[-1]) for name, values in last.items() if values}
    return dict(sorted(used.items(), key=lambda pair: -pair[1]))


def memory(report: Mapping[str, Any], axis: TimeAxis) -> Figure | None:
    """Megabytes of each process."""
    return _levels(
        "Memory by process", "MB", report.get("samples", {}).get("memory"), axis, lambda value: f"{number(value)} MB"
    )


def loops(report: Mapping[str, Any], axis: TimeAxis) -> Figure | None:
    """How late each process's event loop answered."""
    track = report.get("samples", {}).get("loops")
    if not track:
        return None
    milli = {name: [_milli(each) for each in values] for name, values in track["values"].items()}
    return _levels(
        "How late event loops were", "ms", {**track, "values": milli}, axis, lambda value: f"{number(round(value))} ms"
    )


def refusals(report: Mapping[str, Any]) -> list[Figure]:
    """What was refused, and why: as the rules say, and otherwise."""
    found = []
    for kind, title in (("unexpected", "Refusals nobody expected"), ("expected", "Refusals as the rules say")):
        counted = sorted(report["refusals"][kind].items(), key=lambda pair: (-pair[1], pair[0]))
        rows = [(what, float(count), number(count)) for what, count in counted[:30]]
        left = f" The {len(rows)} most frequent of {len(counted)} are shown." if len(counted) > len(rows) else ""
        summary = f"{number(sum(count for _, count in counted))} in all.{left}" if counted else "None."
        found.append(
            Figure(title, summary, charts.bars(rows, bad=[row[0] for row in rows] if kind == "unexpected" else ()))
        )
    return found


def _levels(title: str, unit: str, track: Any, axis: TimeAxis, tell: Tell) -> Figure | None:
    if not track or not track["at"]:
        return None
    names = charts.widest(track["values"], charts.COLOURS)
    series = [Series(name, track["values"][name]) for name in names]
    top = max(series, key=lambda each: max((value or 0.0 for value in each.values), default=0.0))
    summary = _peak(f"Highest: {top.name}", top.values, track["at"], axis, tell)
    return _timed(title, summary, axis, track["at"], series, unit, total=False)


def _waiting(title: str, unit: str, track: Any, axis: TimeAxis, pattern: str) -> Figure | None:
    if not track or not track["at"]:
        return None
    named = {found[1]: values for name, values in track["values"].items() if (found := re.fullmatch(pattern, name))}
    if not named:
        return None
    series = [Series(name, named[name]) for name in charts.widest(named, charts.COLOURS)]
    whole = [sum(each.values[place] or 0 for each in series) for place in range(len(track["at"]))]
    summary = _peak("Most at a time", whole, track["at"], axis, lambda value: f"{number(value)} {unit}")
    return _timed(title, summary, axis, track["at"], series, unit, total=False)


def _timed(
    title: str,
    summary: str,
    axis: TimeAxis,
    at: Sequence[float],
    series: Sequence[Series],
    unit: str,
    *,
    total: bool,
    stacked: bool = False,
) -> Figure:
    return Figure(
        title,
        summary,
        charts.lines(axis, at, series, unit=unit, stacked=stacked),
        charts.table(axis, at, series, unit=unit, total=total, form=number),
        charts.legend(series),
    )


def _peak(what: str, values: Sequence[float | None], at: Sequence[float], axis: TimeAxis, tell: Tell) -> str:
    there = [(value, moment) for value, moment in zip(values, at, strict=True) if value is not None]
    if not there or not max(there)[0]:
        return f"{what}: none."
    value, moment = max(there)
    return f"{what}: {tell(value)}, {axis.told(moment)}."


def _first_day(phases: Sequence[Mapping[str, Any]]) -> date | None:
    days = [phase["first_day"] for phase in phases if phase["first_day"]]
    return date.fromisoformat(days[0]) if days else None


def _day_name(first: date | None, day: int) -> str:
    if first is None:
        return f"day {day + 1}"
    there = first + timedelta(days=day)
    return f"{there.day} {there:%b}"


def _day_ticks(first: date | None, day: float, end: float) -> list[tuple[float, str]]:
    days = max(1, int(end // day))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10**9) if days / step <= _TICKS)
    return [(place * day, _day_name(first, place)) for place in range(0, days + 1, step)]


def _milli(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def milliseconds(seconds: float) -> str:
    """To two digits, which is as much as is known of a percentile."""
    return f"{seconds:.2g} s" if 1 <= seconds < 10 else f"{number(float(f'{seconds * 1000:.2g}'))} ms"
