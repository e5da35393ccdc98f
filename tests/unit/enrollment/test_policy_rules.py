"""What may stand in a policy (PLAN-01 to PLAN-10)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.phases import P0, P1, P2, P4
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.policy_rules import KEYS, changed_policy, check_unlocked, plain, rule_of
from services.kit.domain import DomainError

ROUNDS = (1, 2, 3)
CATALOGUE = Catalogue({"A": "甲", "B": "乙"}, {"0100": "内科"}, {("A", "0100"): 2, ("B", "0100"): 2})


def test_every_key_of_the_policy_has_its_rule_and_its_name() -> None:
    """PLAN-09."""
    assert set(KEYS) == {entry.name for entry in fields(Policy)}
    assert all(rule_of(key).startswith("PLAN-") and key.label and key.label_en for key in KEYS.values())
    assert changed_policy(Policy(), plain(Policy()), CATALOGUE, ROUNDS) == Policy()


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("reregistration", 1, "PLAN-01"),
        ("confirmation_required", "yes", "PLAN-01"),
        ("offer_hours", -0.5, "PLAN-02"),
        ("offer_hours", "24", "PLAN-02"),
        ("undo_minutes", float("nan"), "PLAN-02"),
        ("publicity_working_days", 2.5, "PLAN-02"),
        ("penalty_years", 51, "PLAN-02"),
        ("score_weights", {"written": 0.6, "interview": 0.5}, "PLAN-03"),
        ("score_weights", {}, "PLAN-03"),
        ("score_weights", {"written": 1.5, "interview": -0.5}, "PLAN-03"),
        ("score_weights", [0.5, 0.5], "PLAN-03"),
        ("score_scales", {"written": 0}, "PLAN-04"),
        ("score_scales", {"oral": 100}, "PLAN-04"),
        ("tie_rules", ["oral"], "PLAN-05"),
        ("tie_rules", ["written", "written"], "PLAN-05"),
        ("tie_rules", "written", "PLAN-05"),
        ("penalise", ["late"], "PLAN-06"),
        ("reallocation_fallbacks", ["moon"], "PLAN-07"),
        ("required_papers", ["x-ray"], "PLAN-14"),
        ("eligibility", ["x"], "PLAN-08"),
        ("eligibility", [{"id": "SD-1"}], "ELG-03"),
        ("reversion", {"from": 1}, "PLAN-08"),
        ("reversion", [{"from": ["A", "0100"]}], "PLAN-11"),
        ("reminder_hours", [72, 0], "PLAN-23"),
        ("reminder_hours", [24, 72], "PLAN-23"),
        ("reminder_hours", [72, 72], "PLAN-23"),
        ("reminder_hours", "72", "PLAN-23"),
        ("reminder_hours", [6, 5, 4, 3, 2, 1], "PLAN-23"),
        ("verification_reminder_days", [61], "PLAN-23"),
        ("quiet_hours", {"from": "21:30"}, "PLAN-24"),
        ("quiet_hours", {"from": "21:30", "until": "24:00"}, "PLAN-24"),
        ("quiet_hours", ["21:30", "08:00"], "PLAN-24"),
        ("exam_quiet_until", "noon", "PLAN-24"),
        ("calendar_approvals", 3, "PLAN-25"),
        ("calendar_approvals", True, "PLAN-25"),
        ("colour", "red", "PLAN-09"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_key_and_rule(key: str, value: Any, rule: str) -> None:
    """PLAN-01 PLAN-02 PLAN-03 PLAN-04 PLAN-05 PLAN-06 PLAN-07 PLAN-08 PLAN-09 PLAN-14 PLAN-23 PLAN-24 PLAN-25."""
    with pytest.raises(DomainError) as refused:
        changed_policy(Policy(), {key: value}, CATALOGUE, ROUNDS)
    assert refused.value.rule == rule
    assert (refused.value.field or "").startswith(f"policy.{key}")


def test_values_are_kept_as_the_policy_means_them() -> None:
    """PLAN-09: others stay as they were."""
    before = Policy(offer_hours=12.0)
    values = {
        "score_weights": {"written": 0.7, "interview": 0.3},
        "score_scales": {"written": 150},
        "tie_rules": ["interview", "submitted_at"],
        "publicity_working_days": 5.0,
        "reminder_hours": [48, 6],
        "quiet_hours": {"from": "22:00", "until": "07:00"},
        "exam_quiet_until": "",
        "calendar_approvals": 2,
        "reversion": [{"from": ["A", "0100"], "to": ["B", "0100"], "after_round": 1.0, "keep": 1.0}],
    }
    after = changed_policy(before, values, CATALOGUE, ROUNDS)
    assert (after.offer_hours, after.publicity_working_days) == (12.0, 5)
    assert after.tie_rules == ("interview", "submitted_at")
    assert after.score_scales == {"written": 150.0}
    assert (after.reminder_hours, after.exam_quiet_until, after.calendar_approvals) == ((48.0, 6.0), "", 2)
    assert plain(after)["reversion"][0]["to"] == ["B", "0100"]


def test_what_ranks_people_changes_in_a_round_only_on_purpose() -> None:
    """PLAN-10."""
    for phase in (P0, P1):
        check_unlocked(["score_weights", "tie_rules"], phase, override=False)
    for phase in (P2, P4):
        check_unlocked(["offer_hours"], phase, override=False)
        check_unlocked(["tie_rules"], phase, override=True)
        with pytest.raises(DomainError) as refused:
            check_unlocked(["offer_hours", "tie_rules"], phase, override=False)
        assert (refused.value.rule, refused.value.field) == ("PLAN-10", "policy.tie_rules")
