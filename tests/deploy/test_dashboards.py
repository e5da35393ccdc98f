"""OPS-70, OPS-78: dashboards are what Grafana reads, name metrics that exist, and lean on no installation's own ids."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from tests.deploy import exposed
from tests.deploy.rules import ROOT, rules

FILES = sorted((ROOT / "deploy" / "chart" / "dashboards").glob("*.json"))
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
UNITS = {"s", "d", "short", "none", "bytes", "percentunit", "reqps"}
_VARIABLE = re.compile(r"\$(?:cycle|datasource)\b")


def loaded(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def queries(dashboard: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_ops_78_there_is_one_for_each_concern() -> None:
    assert [file.stem for file in FILES] == ["queues", "season", "services", "workflows"]


def test_ops_78_dashboards_are_told_apart() -> None:
    assert len({loaded(file)["uid"] for file in FILES}) == len({loaded(file)["title"] for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ops_78_the_data_source_is_chosen_by_whoever_looks(file: Path) -> None:
    dashboard = loaded(file)
    assert dashboard["schemaVersion"] >= 39
    assert "id" not in dashboard
    first = dashboard["templating"]["list"][0]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
    sources = [each["datasource"] for panel in dashboard["panels"] for each in (panel, *panel["targets"])]
    assert all(source == SOURCE for source in sources)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ops_78_panels_can_be_read(file: Path) -> None:
    panels = loaded(file)["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert steps[0]["value"] is None
        assert [step["value"] for step in steps[1:]] == sorted(step["value"] for step in steps[1:])
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters)
        assert all(target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ops_78_panels_do_not_overlap(file: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in loaded(file)["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ops_78_queries_are_about_what_processes_tell(file: Path) -> None:
    wrong = [(query, amiss) for query in queries(loaded(file)) if (amiss := exposed.amiss(_VARIABLE.sub("x", query)))]
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ops_78_a_legend_names_labels_that_a_query_keeps(file: Path) -> None:
    for panel in loaded(file)["panels"]:
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert all(re.search(rf"\b{label}\b", target["expr"]) for label in named - {"instance"}), target


def test_ops_78_everything_that_is_told_is_shown_or_rings() -> None:
    """A metric that nobody ever looks at is noise in every scrape."""
    looked_at = " ".join(
        [query for file in FILES for query in queries(loaded(file))] + [rule["expr"] for _, rule in rules()]
    )
    names = {metric._name for module in exposed.MODULES for metric in exposed.declared(module)}
    assert sorted(name for name in names if name not in looked_at) == []


def test_ops_70_metrics_are_declared_in_the_closed_lists_only() -> None:
    """So that whoever adds a label sees the rule about labels, and the tests see the metric."""
    listed = {Path(str(module.__file__)).relative_to(ROOT).as_posix() for module in exposed.MODULES}
    code = [file for folder in ("services", "workflows") for file in (ROOT / folder).rglob("*.py")]
    assert {file.relative_to(ROOT).as_posix() for file in code if declares(file)} == listed


def declares(file: Path) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("Counter", "Gauge", "Histogram")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


def test_ops_70_no_label_is_about_a_person_a_base_or_an_id() -> None:
    labels = {
        label for module in exposed.MODULES for metric in exposed.declared(module) for label in metric._labelnames
    }
    assert labels == {
        *("process", "version", "part", "reference", "certificate", "service", "method", "code", "kind", "reason"),
        *("route", "status", "outcome", "lane", "state", "consumer", "stream", "cycle", "phase", "round", "what"),
        *("workflow", "channel", "priority", "verdict", "how", "door", "sort"),
    }


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("sum by (cycle) (residency_season_seats) > 0", []),
        ("residency_season_seat > 0", ["no series residency_season_seat"]),
        ('rate(residency_http_seconds_bucket{le="0.7"}[5m])', ["residency_http_seconds_bucket has no bucket 0.7"]),
        ('residency_season_seats{base="B01"}', ["residency_season_seats has no label base"]),
        ("sum by (base) (residency_season_seats)", ["nothing here has a label base"]),
        ('absent(residency_build_info{proces="x"})', ["residency_build_info has no label proces"]),
    ],
)
def test_what_is_not_told_is_noticed(expression: str, wrong: list[str]) -> None:
    promql_parser.parse(expression)
    assert exposed.amiss(expression) == wrong
