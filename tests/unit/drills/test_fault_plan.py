"""OPS-98, OPS-99: the plan of forty faults, what names some of them, and the record of what came of them."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from services.drills.faults import FAULTS
from services.drills.faults.plan import Outcome, Planned, numbers, read
from services.drills.faults.record import merged, told, write
from services.drills.faults.record import read as read_record
from services.drills.faults.season import batch, spread
from services.stack.problems import StackProblem

ROOT = Path(__file__).parents[3]
PLANS = sorted((ROOT / "deploy" / "faults").glob("*.yaml"))
RECORD = ROOT / "docs" / "reliability.json"
OUTCOME = Outcome(
    *(5, FAULTS[5].title, True, "2026-11-23T08:00:00.000+00:00", 12.0, None),
    findings=[{"title": "lost", "seen": "0 of 9 | all", "holds": True}],
    figures={"lost": 0, "doubled": 0},
)
WHERE = {"processor": "p", "cores": 2, "memory_gib": 8.0, "python": "3.11", "versions": {"nats": "2"}, "commit": "abc"}
WHERE |= {"date": "2026-11-23", "load": 1.0, "seed": 1}


@pytest.mark.parametrize("number", FAULTS)
def test_ops_98_every_fault_of_the_plan_is_a_drill(number: int) -> None:
    fault = FAULTS[number]
    module = import_module(fault.path)
    assert inspect.iscoroutinefunction(module.run)
    assert list(inspect.signature(module.run).parameters) == ["ground"]
    assert fault.title
    assert fault.expected


def test_ops_98_the_plan_has_forty_faults() -> None:
    assert list(FAULTS) == list(range(1, 41))
    assert len({fault.module for fault in FAULTS.values()}) == 40


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_ops_98_a_shipped_plan_can_be_played(file: Path) -> None:
    assert batch(read(file)).plan


def test_ops_98_all_faults_need_few_stacks_and_each_is_done_once() -> None:
    batches = spread(list(FAULTS))
    done = [planned.fault.number for each in batches for planned in each.plan]
    assert sorted(done) == list(FAULTS)
    assert len(batches) < len(FAULTS) / 2
    for each in batches:
        assert [planned.at for planned in each.plan] == sorted(planned.at for planned in each.plan)


@pytest.mark.parametrize(("text", "found"), [("", list(FAULTS)), ("7", [7]), ("5-7, 1,6", [1, 5, 6, 7]), ("40", [40])])
def test_ops_98_faults_are_named_by_numbers_and_ranges(text: str, found: list[int]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize("text", ["41", "0", "9-5", "x", "1-", "-3", "1,,x", "9999999", "38-41", "²"])
def test_ops_98_what_is_no_fault_is_refused_and_named(text: str) -> None:
    with pytest.raises(StackProblem, match="number"):
        numbers(text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{fault: 1, at: 0.1}", "a plan is a list"),
        ("[]", "a plan is a list"),
        ("[1]", "row 1: has to be"),
        ("[{fault: 1}]", "row 1: has to be"),
        ("[{fault: 1, at: 0.1, then: 2}]", "row 1: has to be"),
        ("[{fault: 1, at: 0.1}, {fault: 41, at: 0.2}]", "row 2, fault: 41 is none of"),
        ("[{fault: 1, at: 1}]", "row 1, at: 1 is no share"),
        ("[{fault: 1, at: -0.1}]", "row 1, at: -0.1 is no share"),
        ("[{fault: 1, at: true}]", "row 1, at: True is no share"),
        ("[{fault: 1, at: soon}]", "row 1, at: 'soon' is no share"),
        ("[{fault: 1, at: 0.5}, {fault: 2, at: 0.4}]", "`at` must rise"),
        ("[{fault: 1", "cannot be read as YAML"),
    ],
)
def test_ops_98_a_wrong_plan_names_file_row_field_and_rule(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(content)
    with pytest.raises(StackProblem, match=said) as refused:
        read(file)
    assert str(refused.value).startswith(str(file))


def test_ops_98_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackProblem, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_ops_98_a_fault_that_wants_a_stack_of_its_own_shares_none() -> None:
    alone = [planned for each in spread(list(FAULTS)) if len(each.plan) == 1 for planned in each.plan]
    wanting = [planned for planned in alone if getattr(import_module(planned.fault.path), "ALONE", False)]
    for planned in wanting:
        with pytest.raises(StackProblem, match=f"fault {planned.fault.number} wants a stack of its own"):
            batch([Planned(FAULTS[1], 0.1), planned])


def test_ops_99_outcomes_are_added_to_the_record(tmp_path: Path) -> None:
    record = merged(read_record(tmp_path / "none.json"), [OUTCOME], WHERE)
    record = merged(record, [replace(OUTCOME, survived=False)], WHERE)
    kept = record["faults"]["5"]
    assert (kept["tried"], kept["survived"], kept["last"]["survived"]) == (2, 1, False)


def test_ops_99_the_page_says_what_was_seen_and_what_was_not_tried(tmp_path: Path) -> None:
    page = told(merged(read_record(tmp_path / "none.json"), [replace(OUTCOME, scaled="9 of 200")], WHERE))
    assert "1 of 40 faults were tried; 1 of them were survived" in page
    assert f"| 5 | {FAULTS[5].title} | 1 | 1 | – | lost: 0 of 9 \\| all | 0 | 0 | 2026-11-23, abc, load 1.0" in page
    assert "- 5: 9 of 200" in page
    assert f"- 6, {FAULTS[6].title}" in page
    assert f"- 5, {FAULTS[5].title}" not in page


def test_ops_99_a_fault_that_was_not_survived_stands_out(tmp_path: Path) -> None:
    lost = replace(OUTCOME, survived=False, findings=[{"title": "lost", "seen": "1 of 9", "holds": False}])
    page = told(merged(read_record(tmp_path / "none.json"), [lost], WHERE))
    assert "0 of them were survived" in page
    assert "lost: 1 of 9 **(broken)**" in page
    assert "0, not the last time" in page


def test_ops_99_recording_writes_both_files(tmp_path: Path) -> None:
    file = tmp_path / "reliability.json"
    page = write(file, [OUTCOME], seed=3)
    assert page.read_text() == told(read_record(file))
    assert json.loads(file.read_text())["faults"]["5"]["where"]["seed"] == 3


def test_ops_99_a_file_of_another_sort_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "reliability.json"
    for content, said in (("[]", "no record"), ('{"format": 2}', "no record"), ("{", "cannot be read as JSON")):
        file.write_text(content)
        with pytest.raises(StackProblem, match=said):
            read_record(file)


def test_ops_99_the_page_is_what_the_record_says() -> None:
    assert RECORD.with_suffix(".md").read_text(encoding="utf-8") == told(read_record(RECORD))
