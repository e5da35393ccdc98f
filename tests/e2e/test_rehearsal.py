"""A small rehearsal on a real stack: every phase, every kind of actor, every invariant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.drills.ground import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def test_every_invariant_holds(report: Any) -> None:
    assert report["ok"]
    assert all(found["holds"] or found["advisory"] for found in report["invariants"].values())
    assert all(found["checked"] > 0 for found in report["invariants"].values())


def test_every_phase_was_entered_by_its_timer(report: Any) -> None:
    assert list(report["phases"]) == [
        *("registration", "first_choice", "second_choice", "reallocation", "confirmation", "closed")
    ]
    assert report["punctual"], report["phases"]


def test_people_were_admitted_in_more_than_one_round(report: Any) -> None:
    admitted = report["outcomes"]["admitted"]
    assert sum(admitted.values()) >= 20
    assert len(admitted) >= 2
    assert sum(sum(rounds.values()) for rounds in report["outcomes"].values()) == 60


def test_the_forbidden_was_tried_and_refused(report: Any) -> None:
    refused = {what.split(":")[0] for what in report["refusals"]["expected"]}
    assert {
        *("start_in_preparation", "review_in_registration", "start_in_review", "change_base_in_review"),
        *("review_for_another_base", "grant_as_reviewer", "submit_in_confirmation", "admit_when_closed"),
    } <= refused
    assert report["refusals"]["unexpected"] == {}


def test_stolen_ended_and_forged_tokens_were_tried_and_refused(report: Any) -> None:
    refused = {what.split(":")[0] for what in report["refusals"]["expected"]}
    assert {
        *("refresh_with_a_used_token", "read_with_a_dead_token", "list_sessions_with_a_dead_token"),
        *("start_as_reviewer", "list_queue_as_applicant"),
    } <= refused


def test_the_audit_of_it_all_is_unbroken(report: Any, stack: Stack) -> None:
    told = stack.residency("audit", "verify", "--json")
    out, errors = told.communicate(timeout=60)
    assert told.returncode == 0, f"{out}\n{errors}"


def test_seats_were_contested(report: Any) -> None:
    assert any("SEAT_FULL" in what for what in report["refusals"]["expected"])


def test_ops_08_i8_every_notice_due_was_written_and_left(report: Any) -> None:
    counts = report["invariants"]["I8"]["counts"]
    written = sum(count for what, count in counts.items() if what.startswith("inbox "))
    assert counts["due"] == written > 200, counts
    assert counts["sms delivered"] > 100, counts
    assert "perhaps twice" not in counts or counts["perhaps twice"] == 0


def test_ops_07_the_operator_is_told_how_the_channels_did(report: Any, stack: Stack) -> None:
    asked = stack.residency("notify", "status", "--json")
    out, errors = asked.communicate(timeout=60)
    assert asked.returncode == 0, f"{out}\n{errors}"
    channels = {each["channel"]: each for each in json.loads(out)["channels"]}
    assert (channels["sms"]["adapter"], channels["sms"]["down"]) == ("kept", "")
    assert channels["sms"]["queued"] == channels["sms"]["sending"] == 0
    listed = stack.residency("notify", "campaign", "list")
    out, errors = listed.communicate(timeout=60)
    assert (listed.returncode, out) == (0, "no campaigns\n"), errors
