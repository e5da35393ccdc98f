"""The report: stable keys for programs, tables for people, and the verdict."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

from rich.console import Console

from services.rehearsal.ledger import Act, Ledger, Outcome, percentile
from services.rehearsal.report import Report
from services.verifier.finding import Finding

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def a_report(*findings: Finding, late: float = 1.2) -> Report:
    ledger = Ledger()
    for number in range(1, 101):
        ledger.add(an_act("submit", Outcome.ACCEPTED, milliseconds=number))
    ledger.add(an_act("admit", Outcome.REFUSED, reason="NOT_IN_PHASE"))
    ledger.add(an_act("grant", Outcome.REFUSED, reason="WRONG_STATE", expected=False))
    return Report(
        cycle_id="c",
        title="某省（演练）",
        seed=1,
        applicants=3,
        bases=2,
        day_seconds=2.0,
        seconds=140.0,
        finals=[{"state": "admitted", "round": 1}, {"state": "admitted", "round": 3}, {}],
        lateness={"registration": 0.8, "closed": late},
        ledger=ledger,
        findings=findings,
        restarts={"nats": 1},
        rounds={1: "一志愿", 2: "再志愿", 3: "调剂"},
    )


def an_act(name: str, outcome: Outcome, *, milliseconds: int = 5, reason: str = "", expected: bool = True) -> Act:
    answered = NOW + timedelta(milliseconds=milliseconds)
    return Act(name, f"{name}-{milliseconds}", NOW, answered, outcome, 200, reason, 1, expected, audited=True)


def test_json_has_the_counts() -> None:
    content = json.loads(json.dumps(a_report(Finding("I1", "t", 4)).as_json()))
    assert content["ok"] is True
    assert content["outcomes"] == {"admitted": {"1": 1, "3": 1}, "unread": {"0": 1}}
    assert content["commands"]["accepted"] == 100
    assert content["refusals"] == {"expected": {"admit: NOT_IN_PHASE": 1}, "unexpected": {"grant: WRONG_STATE": 1}}
    assert content["latencies"]["submit"] == {"count": 100, "p50": 0.051, "p99": 0.1}
    assert content["restarts"] == {"nats": 1}


def test_ops_08_what_became_of_notices_is_counted_for_programs_and_people() -> None:
    report = a_report(Finding("I8", "notices", 4, counts={"sms delivered": 3, "sms failed NUMBER_DEAD": 1}))
    assert report.as_json()["invariants"]["I8"]["counts"] == {"sms delivered": 3, "sms failed NUMBER_DEAD": 1}
    out = io.StringIO()
    report.show(Console(file=out, width=140))
    assert "sms failed NUMBER_DEAD" in out.getvalue()


def test_a_broken_invariant_is_not_ok() -> None:
    assert not a_report(Finding("I1", "t", 4, 1, ("x",))).ok


def test_what_is_only_advice_breaks_nothing() -> None:
    assert a_report(Finding("windows", "t", 4, 1, ("x",), advisory=True)).ok


def test_a_late_phase_is_told_and_breaks_nothing() -> None:
    report = a_report(Finding("I1", "t", 4), late=2.6)
    assert report.ok
    assert not report.punctual
    assert a_report(late=2.5).punctual


def test_tables_name_what_is_broken() -> None:
    out = io.StringIO()
    a_report(Finding("I1", "places", 4, 1, ("base B [x]",))).show(Console(file=out, width=140))
    text = out.getvalue()
    for part in (
        "某省（演练）",
        "再志愿",
        "unexpected",
        "broken × 1",
        "base B [x]",
        "nats × 1",
        "an invariant is broken",
    ):
        assert part in text


def test_percentile_is_the_nearest_rank() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0
