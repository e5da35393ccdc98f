"""OPS-93: what a play costs by process, and who came in time: figures that add up."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from services.kit.codes import unified_check
from services.kit.shipped import shipped
from services.rehearsal import cost
from services.rehearsal.attendance import attendance, told
from services.rehearsal.cost import Meter, Reading
from services.rehearsal.ledger import Act, Outcome
from services.rehearsal.plans import choose_bases, make_plan, synthetic_base
from services.rehearsal.province import load_province

NOW = datetime(2026, 7, 1, tzinfo=UTC)
PROVINCE = load_province(shipped("deploy/provinces/shandong-2023.yaml"))


def test_ops_93_a_process_that_was_started_anew_counts_from_its_birth() -> None:
    before = Reading({"portal": 10.0, "identity": 4.0}, {"portal": 1, "identity": 2})
    after = Reading({"portal": 12.5, "identity": 1.0}, {"portal": 1, "identity": 9})
    assert after.since(before) == {"portal": 2.5, "identity": 1.0}


def test_ops_93_the_processes_of_a_stack_are_read_and_only_grow(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"pids": {"mine": os.getpid()}}))
    first = cost.read(tmp_path)
    sum(number * number for number in range(200_000))
    second = cost.read(tmp_path)
    assert first.seconds["mine"] > 0
    assert second.since(first)["mine"] >= 0


def test_ops_93_what_a_stretch_cost_is_told_by_application_and_command(tmp_path: Path) -> None:
    meter = Meter(tmp_path)
    pids = {"portal": 1, "identity": 2}
    meter._marks |= {
        "begin": (Reading({"portal": 1.0, "identity": 1.0}, pids), 0.0),
        "curtain": (Reading({"portal": 2.0, "identity": 11.0}, pids), 1.0),
        "settled": (Reading({"portal": 5.0, "identity": 12.0}, pids), 3.0),
    }
    found = meter.as_json(accounts=200, applications=100, accepted=1000)
    assert found["opening"]["ms_an_account"] == 55.0
    assert found["play"]["seconds"] == {"identity": 1.0, "portal": 3.0}
    assert (found["play"]["ms_an_application"], found["play"]["ms_an_accepted_command"]) == (40.0, 4.0)
    assert found["play"]["ms_an_accepted_command_by_process"] == {"identity": 1.0, "portal": 3.0}
    assert found["play"]["client_seconds"] == 2.0
    assert "RESIDENCY_ARGON2_MEMORY_KIB" in meter.advice(200)
    assert meter.advice(5) == ""


def test_ops_93_a_play_that_never_began_has_no_cost(tmp_path: Path) -> None:
    assert Meter(tmp_path).as_json(0, 0, 0)["play"]["total_seconds"] == 0


def an_act(name: str, outcome: Outcome, reason: str = "") -> Act:
    return Act(name, "key", NOW, NOW, outcome, 200, reason, 1, expected=True, audited=True)


def test_ops_93_who_came_too_late_or_was_turned_away_is_counted_apart() -> None:
    acts = [
        an_act("start_application", Outcome.ACCEPTED),
        an_act("start_application", Outcome.REFUSED, "NOT_IN_PHASE"),
        an_act("start_application", Outcome.REFUSED, "OVERLOADED"),
        an_act("save_choice", Outcome.REFUSED, "WRONG_STATE"),
        an_act("review_application", Outcome.ACCEPTED),
    ]
    found = attendance(acts, {"registration: apply": 7}, [{"provisional": 0, "admitted": 3}], applicants=10)
    assert found["commands"] == {
        "start_application": {"in_time": 1, "too_late": 1, "turned_away": 1},
        "save_choice": {"otherwise": 1},
    }
    assert found["people"] == {"planned": 10, "applied": 1, "placed": 3, "placed_share": 0.3}
    assert any("7 visits never got in" in line for line in told(found))


def test_ops_92_further_bases_are_invented_the_same_each_time_and_say_so() -> None:
    bases = choose_bases(PROVINCE, 300)
    assert len(bases) == 300 == len({base.code for base in bases})
    assert bases == choose_bases(PROVINCE, 300)
    invented = bases[len(PROVINCE.bases) :]
    assert all("虚构" in base.name for base in invented)
    assert all(unified_check(base.credit_code[:17]) == base.credit_code[17] for base in invented)
    assert choose_bases(PROVINCE, 5) == PROVINCE.bases[:5]
    assert synthetic_base(1) != synthetic_base(2)
    plan = make_plan(PROVINCE, 1, bases, 1000)
    assert {seats.base_code for seats in plan} == {base.code for base in bases}
