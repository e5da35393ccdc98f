"""OPS-94: the page of a rehearsal says what its JSON says, needs nothing beside itself, and runs nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from services.cli.report import report as report_command
from services.kit.shipped import shipped
from services.rehearsal import charts, report_compare, report_files, report_html
from services.rehearsal.charts import Series, TimeAxis
from services.rehearsal.report_figures import processor_seconds, time_axis

RECORDED = Path(__file__).with_name("recorded_report.json")
PORTAL_CSS = shipped("services/portal/static/portal.css")
HOSTILE = "</title><script>alert(1)</script>\"'>&<img src=//evil.example/x onerror=alert(2)>"
VOID = {"meta", "rect", "line", "path", "wbr", "img", "br", "link"}


@pytest.fixture(scope="module")
def recorded() -> Any:
    """What real rehearsals wrote, on a machine that had no time for them: the cost is that of another than the rest."""
    return json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(recorded: Any) -> str:
    return report_html.render(recorded)


class Outline(HTMLParser):
    """Elements and attributes of a page; what is opened must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_ops_94_a_recorded_report_is_as_its_schema_says(recorded: Any) -> None:
    schema = json.loads(report_files.SCHEMA.read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(recorded)] == []
    for key in schema["required"]:
        assert not validator.is_valid({name: value for name, value in recorded.items() if name != key}), key
    assert not validator.is_valid({**recorded, "applicants": "many"})


def test_ops_94_the_page_asks_nobody_for_anything_and_runs_nothing(page: str) -> None:
    seen = Outline(page)
    assert not {"script", "link", "iframe", "object", "embed", "img", "form", "base"} & set(seen.tags)
    for tag, name, value in seen.attributes:
        assert name != "style"
        assert not name.startswith("on"), (tag, name)
        assert name not in {"src", "srcset", "data", "action", "xlink:href"}, (tag, name)
        assert name != "href" or value.startswith("#"), value
    assert "url(" not in page
    assert "@import" not in page
    assert re.search(r"https?:|//[a-z]", page) is None
    assert "default-src 'none'" in page


def test_ops_94_every_section_it_leads_to_is_there(page: str) -> None:
    seen = Outline(page)
    ids = {value for _, name, value in seen.attributes if name == "id"}
    links = {value[1:] for tag, name, value in seen.attributes if (tag, name) == ("a", "href")}
    assert links == ids
    assert {"invariants", "arrivals", "queues", "answers", "latencies", "phases", "places", "refusals"} <= ids
    assert {"cost", "processes", "faculty", "environment"} <= ids


def test_ops_94_every_drawing_over_time_has_its_figures_beside_it(page: str) -> None:
    drawn = [part for part in page.split("<figure")[1:] if 'class="plot"' in part]
    assert len(drawn) > 8
    for figure in drawn:
        assert re.search(r'<p class="hint">[^<]+</p>', figure), figure[:200]
        assert "<caption>" in figure


def test_ops_94_hostile_names_are_text(recorded: Any) -> None:
    hostile = json.loads(json.dumps(recorded))
    hostile["title"] = HOSTILE
    hostile["environment"]["command"] = HOSTILE
    hostile["refusals"]["unexpected"] = {HOSTILE: 3}
    hostile["invariants"][HOSTILE] = hostile["invariants"].pop("I1") | {"examples": [HOSTILE], "title": HOSTILE}
    hostile["faults"] = [{"fault": HOSTILE, "at": 3.0, "outcome": HOSTILE, "recovered_seconds": 1.5}]
    hostile["timetable"][1]["title"] = HOSTILE
    hostile["places"]["largest"][0]["base"] = HOSTILE
    hostile["course"]["acts"][HOSTILE] = next(iter(hostile["course"]["acts"].values()))
    hostile["samples"]["memory"]["values"][HOSTILE] = [1.0] * len(hostile["samples"]["memory"]["at"])
    page = report_html.render(hostile)
    seen = Outline(page)
    assert "script" not in seen.tags
    assert "img" not in seen.tags
    assert HOSTILE not in page
    assert "".join(seen.texts).count("alert(1)") >= 8


def test_ops_94_what_is_broken_is_said_first(recorded: Any) -> None:
    broken = json.loads(json.dumps(recorded)) | {"ok": False, "punctual": False}
    broken["invariants"]["I1"] |= {"holds": False, "broken": 2, "examples": ["SD-QILU, 0100"]}
    page = report_html.render(broken)
    head = page[: page.index("<section")]
    assert "an invariant is broken" in head
    assert re.search(r'<li class="bad"><b>1</b>invariants broken', head)
    assert "broken × 2" in page
    assert "SD-QILU, 0100" in page


def test_ops_94_a_play_in_which_nobody_got_far_has_a_page_too(recorded: Any) -> None:
    poor = json.loads(json.dumps(recorded)) | {"outcomes": {}, "phases": {}, "latencies": {}}
    kept = ("commands", "commands accepted", "commands refused", "reads", "reads accepted")
    poor["course"]["counts"] = {name: poor["course"]["counts"][name] for name in kept}
    assert "0 submissions. The most in one bin: none." in report_html.render(poor)
    poor["course"] |= {"at": [], "counts": {}, "latencies": {}, "acts": {}}
    poor["samples"] = {name: {"at": [], "values": {}, "missed": 3} for name in poor["samples"]}
    Outline(report_html.render(poor))


def test_ops_94_a_play_without_looks_has_a_page_too(recorded: Any) -> None:
    bare = {name: value for name, value in recorded.items() if name not in {"course", "samples", "cost", "faculty"}}
    assert "every invariant holds" in report_html.render(bare | {"timetable": [], "places": {"largest": []}})


def test_ops_94_lines_are_where_the_data_is() -> None:
    at, values = [0.0, 10.0, 20.0, 30.0, 40.0], [0.0, 3.0, None, 12.5, 20.0]
    axis = TimeAxis(0.0, 40.0, "s", [(0.0, "0")])
    drawing = str(charts.lines(axis, at, [Series("a", values)], unit="n"))
    [path] = re.findall(r'class="line c0" d="([^"]*)"', drawing)
    points = [tuple(map(float, point)) for point in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]
    top = charts.steps(20.0)[-1]
    read = {40.0 * x / charts.SCALE: top * (1 - y / charts.SCALE) for x, y in points}
    known = {moment: value for moment, value in zip(at, values, strict=True) if value is not None}
    assert set(read) == set(known)
    assert all(read[moment] == pytest.approx(known[moment], abs=0.001) for moment in known)
    assert path.count("M") == 2, "a gap is not drawn over"


def test_ops_94_areas_stand_upon_one_another() -> None:
    axis = TimeAxis(0.0, 1.0, "s", [])
    drawing = str(charts.lines(axis, [0.0, 1.0], [Series("a", [1, 2]), Series("b", [3, 2])], unit="n", stacked=True))
    tops = {name: d.split("L")[1].split()[1] for name, d in re.findall(r'class="area (c\d)" d="([^"]*)"', drawing)}
    assert {name: round(4 * (1 - float(y) / charts.SCALE), 3) for name, y in tops.items()} == {"c0": 1, "c1": 4}


def test_ops_94_a_table_of_many_points_loses_none() -> None:
    at = [float(second) for second in range(1000)]
    values = [float(second % 7) for second in range(1000)]
    axis = TimeAxis(0.0, 999.0, "s", [])
    told = str(charts.table(axis, at, [Series("a", values)], unit="n", total=True, form=lambda value: f"{value:.0f}"))
    cells = [float(cell) for cell in re.findall(r'<td class="n">([\d.]+)</td>', told)]
    assert len(cells) <= charts.ROWS
    assert sum(cells) == sum(values)


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "0"), (3, "3"), (12345, "12 345"), (0.01234, "0.0123"), (1.005, "1"), (45.67, "45.7"), (1234.56, "1 235")],
)
def test_ops_94_numbers_have_no_more_digits_than_they_mean(value: float, told: str) -> None:
    assert charts.number(value).replace("\u202f", " ").replace("\u2009", " ") == told


@pytest.mark.parametrize("top", [0.0, 0.3, 1, 7, 99, 100, 101, 123456])
def test_ops_94_marks_of_an_axis_are_few_and_reach_the_top(top: float) -> None:
    marks = charts.steps(top)
    assert 2 <= len(marks) <= 6
    assert marks[-1] >= top
    assert marks[0] == 0
    assert all(mark == int(mark) for mark in charts.steps(top, whole=True)), "there is no half a message"


def test_ops_94_a_long_preparation_does_not_crowd_the_season(recorded: Any) -> None:
    axis = time_axis(recorded)
    season = max(phase["opens"] for phase in recorded["timetable"] if phase["opens"] is not None)
    assert axis.start >= -0.2 * season
    assert axis.end >= season


def test_ops_94_it_wears_the_portals_colours() -> None:
    style = (Path(report_html.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    wanted = re.findall(r":root\{[^}]*\}", PORTAL_CSS.read_text(encoding="utf-8"))[:2]
    assert len(wanted) == 2
    assert all(tokens in style for tokens in wanted)


def test_ops_94_reports_are_written_and_read(recorded: Any, tmp_path: Path) -> None:
    page = report_files.write(recorded, tmp_path / "deep" / "er")
    assert page.read_text(encoding="utf-8") == report_html.render(recorded)
    assert report_files.read(page.with_name("report.json")) == recorded
    other = tmp_path / "other.json"
    for text in ("[]", "{", '{"format": 99}'):
        other.write_text(text)
        with pytest.raises(report_files.NotAReport):
            report_files.read(other)


def test_ops_94_sizes_are_compared_by_the_cost_of_one_application(recorded: Any) -> None:
    small, large = (json.loads(json.dumps(recorded)) for _ in range(2))
    small["applicants"], large["applicants"] = 1000, 100_000
    small["cost"]["play"]["ms_an_application"], large["cost"]["play"]["ms_an_application"] = 200.0, 220.0
    told = report_compare.compare([large, small])
    assert (told["ratio"], told["within"]) == (1.1, True)
    assert [row["applicants"] for row in told["rows"]] == [1000, 100_000]
    page = report_compare.render([large, small])
    Outline(page)
    assert "within the limit" in page
    large["cost"]["play"]["ms_an_application"] = 240.0
    told = report_compare.compare([small, large])
    assert (told["ratio"], told["within"]) == (1.2, False)
    assert "1.2, beyond 1.15" in report_compare.said(told)
    with pytest.raises(report_compare.NotComparable):
        report_compare.compare([small, small])


def test_ops_94_without_marks_the_cost_is_as_it_was_sampled(recorded: Any) -> None:
    bare = {name: value for name, value in recorded.items() if name != "cost"}
    used = processor_seconds(bare)
    product = sum(seconds for name, seconds in used.items() if name != "rehearsal")
    assert report_compare.cost(bare) == pytest.approx(1000 * product / recorded["applicants"])
    with pytest.raises(report_compare.NotComparable):
        report_compare.cost(bare | {"samples": {}})


def test_ops_94_the_command_draws_one_and_compares_several(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for applicants, cost in ((1000, 100.0), (20_000, 104.0), (100_000, 130.0)):
        one = json.loads(json.dumps(recorded)) | {"applicants": applicants}
        one["cost"]["play"]["ms_an_application"] = cost
        files.append(report_files.write(one, tmp_path / str(applicants)).with_name("report.json"))
    page = tmp_path / "page.html"
    report_command(files[:1], page)
    assert page.read_text(encoding="utf-8") == files[0].with_name("report.html").read_text(encoding="utf-8")
    report_command(files[:2], page)
    assert "1.04, within 1.15" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        report_command(files, page, as_json=True)
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["ratio"] == 1.3
    with pytest.raises(SystemExit) as ended:
        report_command([tmp_path / "nothing.json"], page)
    assert ended.value.code == 4
