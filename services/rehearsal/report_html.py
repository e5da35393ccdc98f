"""The report of a rehearsal as one page that opens anywhere: no script, no other file, nothing from a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.rehearsal import report_figures as draw
from services.rehearsal.charts import number
from services.rehearsal.report_figures import Figure
from services.rehearsal.samples_looks import OURS

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table; cells are text, or markup of ours."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    stacked: bool = False
    """On a telephone one cell below the other."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    key: str
    title: str
    text: str = ""
    tables: Sequence[Rows] = ()
    figures: Sequence[Figure] = ()
    pairs: Sequence[tuple[str, str]] = ()
    wide: bool = False
    """Figures one below the other."""

    @property
    def shown(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.text or self.tables or self.figures or self.pairs)


@dataclass(frozen=True, slots=True)
class Count:
    """One of the large figures at the top."""

    label: str
    value: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page."""

    kind: str
    title: str
    verdict: str
    verdict_class: str
    subtitle: str
    counts: Sequence[Count]
    sections: Sequence[Section]
    foot: str = field(default="Made by `residency`; the same figures are in the JSON file beside it.")


def write(page: Page) -> str:
    """The page as HTML; everything that is not markup of ours is escaped."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    templates = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    templates.trim_blocks = templates.lstrip_blocks = True
    told = templates.get_template("report.html").render(
        page=page,
        style=Markup(style),  # noqa: S704 (a file of ours)
        style_hash=f"sha256-{digest}",
    )
    return told + "\n"


def render(report: Mapping[str, Any]) -> str:
    """A rehearsal's report, from the object that `residency rehearse --json` prints."""
    return write(_page(report))


def _page(report: Mapping[str, Any]) -> Page:
    axis = draw.time_axis(report)
    recorded = "course" in report
    latency = draw.latencies(report, axis) if recorded else []
    sections = [
        Section("invariants", "Invariants", tables=[_invariants(report)]),
        Section("faults", "Faults", tables=_faults(report, axis)),
        Section(
            "arrivals",
            "Arrivals",
            draw.cut_off(report, axis),
            figures=[draw.arrivals(report, axis)] if recorded else [],
        ),
        Section("attendance", "Attendance", tables=_attendance(report)),
        Section("queues", "Queues", figures=draw.queues(report, axis)),
        Section("answers", "Answers", figures=[draw.commands(report, axis), *latency] if recorded else []),
        Section("latencies", "Latencies", tables=_latencies(report)),
        Section("phases", "Phases", figures=[draw.punctuality(report)]),
        Section("places", "Places", figures=draw.seats(report, axis), tables=[_outcomes(report)]),
        Section("refusals", "Refusals", figures=draw.refusals(report), wide=True),
        Section("faculty", "Faculty", pairs=_faculty(report)),
        Section("cost", "Cost", figures=_present(draw.processors(report, axis)), tables=_cost(report)),
        Section(
            "processes",
            "Processes",
            figures=_present(draw.memory(report, axis), draw.loops(report, axis)),
            pairs=_restarts(report),
        ),
        Section("environment", "Environment", pairs=_environment(report)),
    ]
    subtitle = (
        f"{number(report['applicants'])} applicants at {report['bases']} bases, a day in {report['day_seconds']:g} s,"
        f" seed {report['seed']}; it took {number(round(report['seconds']))} s"
        f" and began {report.get('began_at', 'unknown')[:16].replace('T', ' ')} UTC."
    )
    verdict = "every invariant holds" if report["ok"] else "an invariant is broken"
    kind = "ok" if report["ok"] else "bad"
    shown = [section for section in sections if section.shown]
    return Page("rehearsal", report["title"], verdict, kind, subtitle, _counts(report), shown)


def _counts(report: Mapping[str, Any]) -> list[Count]:
    commands = report["commands"]
    worst = max(report["phases"].values(), default=0.0)
    broken = sum(1 for each in report["invariants"].values() if not each["holds"] and not each["advisory"])
    unexpected = sum(report["refusals"]["unexpected"].values())
    errors = sum(commands["server_errors"].values())
    admitted = sum(report["outcomes"].get("admitted", {}).values())
    return [
        Count("invariants broken", str(broken), broken > 0),
        Count("people admitted", number(admitted)),
        Count("commands accepted", number(commands["accepted"])),
        Count("never answered", number(commands["unknown"]), commands["unknown"] > 0),
        Count("unexpected refusals", number(unexpected), unexpected > 0),
        Count("answers 500", number(errors), errors > 0),
        Count("p99 of a command", draw.milliseconds(commands["seconds"]["p99"])),
        Count("latest phase", f"{worst:.2f} s", not report["punctual"]),
    ]


def _invariants(report: Mapping[str, Any]) -> Rows:
    rows = []
    for name, each in report["invariants"].items():
        word, kind = (
            ("holds", "ok") if each["holds"] else ("missing", "warn") if each["advisory"] else ("broken", "bad")
        )
        told = f"{word} × {number(each['broken'])}" if each["broken"] else word
        tag = Markup('<span class="tag {}">{}</span>').format(kind, told)
        title = Markup("{}{}").format(each["title"], _examples(each))
        rows.append((name, title, number(each["checked"]), tag))
    return Rows([Head("invariant"), Head("what it says"), Head("checked", True), Head("")], rows, stacked=True)


def _verdict(finding: Mapping[str, Any]) -> tuple[str, str]:
    if finding["holds"]:
        return "holds", "ok"
    if not finding["broken"]:
        return "cannot be told", "bad"
    return ("missing", "warn") if finding["advisory"] else ("broken", "bad")


def _examples(finding: Mapping[str, Any]) -> Markup:
    told = [*finding["examples"], *(f"{what}: {number(count)}" for what, count in finding["counts"].items())]
    if not told:
        return Markup("")
    return Markup('<ul class="examples">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(each) for each in told)
    )


def _faults(report: Mapping[str, Any], axis: Any) -> list[Rows]:
    faults = report.get("faults", [])
    rows = [
        (str(place), each["fault"], axis.told(each["at"]), each["outcome"] or "–", _seconds(each["recovered_seconds"]))
        for place, each in enumerate(faults, 1)
    ]
    heads = [Head("number"), Head("fault"), Head("when"), Head("outcome"), Head("recovered after", True)]
    return [Rows(heads, rows, "The numbers stand in the charts where each fault began.")] if rows else []


def _attendance(report: Mapping[str, Any]) -> list[Rows]:
    """Who came in time: of each command how it ended, as the play counted it."""
    came = report.get("attendance")
    if not came or not came["commands"]:
        return []
    kinds = sorted({kind for each in came["commands"].values() for kind in each})
    rows = [
        (name, *(number(each[kind]) if kind in each else "" for kind in kinds))
        for name, each in came["commands"].items()
    ]
    people = ", ".join(f"{name.replace('_', ' ')} {number(each)}" for name, each in came["people"].items())
    never = number(sum(came["never_in"].values()))
    caption = f"People: {people}. Visits that the end of a phase found still waiting for their turn: {never}."
    return [Rows([Head("command"), *(Head(kind.replace("_", " "), True) for kind in kinds)], rows, caption)]


def _latencies(report: Mapping[str, Any]) -> list[Rows]:
    acts = report.get("course", {}).get("acts") or report["latencies"]
    rows = [
        (name, number(each["count"]), *(draw.milliseconds(each[label]) if label in each else "–" for label in _SHARES))
        for name, each in sorted(acts.items(), key=lambda pair: (-pair[1]["count"], pair[0]))
    ]
    heads = [Head("act"), Head("times", True), *(Head(label, True) for label in _SHARES)]
    caption = "From the first try to the answer, retries included, as their sender saw it; to two digits."
    return [Rows(heads, rows, caption)]


_SHARES = ("p50", "p95", "p99")


def _outcomes(report: Mapping[str, Any]) -> Rows:
    rounds = {"0": "none", **report.get("rounds", {})}
    rows = [
        (state, *(number(counts[key]) if key in counts else "" for key in rounds), number(sum(counts.values())))
        for state, counts in report["outcomes"].items()
    ]
    heads = [Head("state"), *(Head(name, True) for name in rounds.values()), Head("all", True)]
    return Rows(
        heads, rows, "Where everybody stood when the cycle had closed, by the round of the place or submission."
    )


def _cost(report: Mapping[str, Any]) -> list[Rows]:
    """Processor time by process: as it was measured between the marks of the play, else as it was sampled."""
    measured = report.get("cost")
    if measured:
        return [_measured(measured)]
    used = draw.processor_seconds(report)
    if not used:
        return []
    people = max(1, report["applicants"])
    rows = [(name, number(each), milliseconds_each(each, people)) for name, each in used.items()]
    product = sum(each for name, each in used.items() if name != OURS)
    rows.append((f"all but {OURS}", number(product), milliseconds_each(product, people)))
    heads = [Head("process"), Head("core seconds", True), Head("ms an applicant", True)]
    caption = "Processor time of the whole play, accounts included; sampled, so that the last second may be missing."
    return [Rows(heads, rows, caption)]


def _measured(cost: Mapping[str, Any]) -> Rows:
    opening, play = cost["opening"], cost["play"]
    applied, accounts = max(1, cost["applications"]), max(1, cost["accounts"])
    names = sorted({*opening["seconds"], *play["seconds"]}, key=lambda name: -play["seconds"].get(name, 0.0))

    def row(name: str, opened: float, played: float) -> Sequence[str]:
        return (
            name,
            number(float(f"{opened:.3g}")),
            milliseconds_each(opened, accounts),
            number(float(f"{played:.3g}")),
            milliseconds_each(played, applied),
        )

    rows = [row(name, opening["seconds"].get(name, 0.0), play["seconds"].get(name, 0.0)) for name in names]
    rows.append(row("all of these", opening["total_seconds"], play["total_seconds"]))
    rows.append(row("the rehearsal itself", opening["client_seconds"], play["client_seconds"]))
    titles = ("opening accounts, core s", "ms an account", "the play, core s", "ms an application")
    caption = (
        f"{number(cost['accounts'])} accounts, {number(cost['applications'])} applications,"
        f" {number(cost['accepted_commands'])} accepted commands."
    )
    return Rows([Head("process"), *(Head(title, True) for title in titles)], rows, caption)


def milliseconds_each(seconds: float, people: int) -> str:
    """Core milliseconds for each person, to three digits."""
    return number(float(f"{1000 * seconds / people:.3g}"))


def _faculty(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), _plain(value)) for name, value in report.get("faculty", {}).items()]


def _restarts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(f"restarts of {name}", number(count)) for name, count in report["restarts"].items()]


def _environment(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in report.get("environment", {}).items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}: {key}", str(each)) for key, each in value.items()]
        elif value != "":
            pairs.append((name.replace("_", " "), str(value)))
    return pairs


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items()) or "–"
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _present(*figures: Figure | None) -> list[Figure]:
    return [each for each in figures if each is not None]


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
