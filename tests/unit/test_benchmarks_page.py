"""OPS-95: every promise of speed has a bench, and docs/benchmarks.md shows what was reached beside it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench import page, profiling, runner
from tests.bench.result import Options, Result, of
from tests.bench.rows import BENCHES, ROWS, Bench

FIGURES: dict[str, Any] = json.loads(page.figures().read_text(encoding="utf-8"))


def test_every_promise_has_a_bench_and_every_bench_is_asked_in_one_way() -> None:
    answered = {key for bench in BENCHES for key in bench.answers}
    assert answered == {row.key for row in ROWS}
    for bench in BENCHES:
        module = ast.parse((Path(page.__file__).parent / f"{bench.name}.py").read_text(encoding="utf-8"))
        measures = [each for each in module.body if isinstance(each, ast.AsyncFunctionDef) and each.name == "measure"]
        assert [[each.arg for each in found.args.args] for found in measures] == [["options"]], bench.name


def test_the_page_is_what_its_figures_say() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.document(FIGURES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_promise_was_measured_and_is_held_to_a_target(row: Any) -> None:
    found = [of(plain) for bench in FIGURES["benches"] for plain in bench["results"] if plain["row"] == row.key]
    assert found, "not measured"
    assert all(result.target is not None for result in found)
    assert f"{row.reach}" in page.document(FIGURES)


@pytest.mark.parametrize(
    ("better", "ratios", "verdict"),
    [
        ("higher", [0.2, 0.6, 0.61], "reached"),
        ("higher", [0.49, 0.3, 1.2], "missed"),
        ("higher", [1.0, 1.1, 0.4], "stretch"),
        ("lower", [0.5, 0.5, 2.0], "reached"),
        ("lower", [0.51, 0.4, 0.6], "missed"),
    ],
)
def test_the_median_of_the_pairs_is_held_to_the_target(better: Any, ratios: list[float], verdict: str) -> None:
    stretch = 1.0 if better == "higher" else 0.1
    assert Result("", "", "", [], [], ratios, target=0.5, stretch=stretch, better=better).verdict == verdict


def test_what_is_in_the_repository_is_no_trial_and_nothing_of_it_failed() -> None:
    assert [bench["name"] for bench in FIGURES["benches"] if bench["error"] or bench["quick"]] == []


def test_a_bench_that_fails_is_told_and_stops_no_other() -> None:
    said: list[str] = []
    done = runner.one(Bench("nothing", (), 0), Options(), said.append, module="tests.bench.no_such_module")
    assert done["results"] == []
    assert "no_such_module" in done["error"]
    assert said
    assert "nothing" in page.document({**FIGURES, "benches": [*FIGURES["benches"], done]}).partition("Not measured")[2]


def test_what_one_bench_measured_anew_replaces_only_its_own() -> None:
    earlier = {"machine": {"cores": 1}, "benches": [{"name": "a", "n": 1}, {"name": "b", "n": 1}]}
    later = {"machine": {"cores": 2}, "benches": [{"name": "b", "n": 2}, {"name": "c", "n": 2}]}
    found = runner.merged(earlier, later)
    assert [(each["name"], each["n"]) for each in found["benches"]] == [("a", 1), ("b", 2), ("c", 2)]
    assert found["machine"] == {"cores": 2}


def test_a_profile_names_functions_and_no_place_of_a_machine() -> None:
    """OPS-95: wherever a checkout lies."""
    for file in sorted(page.PROFILES.glob("*.txt")):
        assert not re.findall(r"(?<=\s)/\S+", file.read_text(encoding="utf-8")), file.name
    assert profiling._short("/home/somebody/residency/tests/bench/serving.py") == "tests/bench/serving.py"
    assert profiling._short("/home/somebody/residency/tool.py") == "tool.py"
