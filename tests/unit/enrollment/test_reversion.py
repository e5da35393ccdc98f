"""Where unfilled places go (PLAN-11 to PLAN-13)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain.choice import Catalogue, Programme
from services.enrollment.domain.reversion import Moved, check_rows, revert
from services.kit.domain import DomainError

BASES, SPECIALTIES = ("A", "B", "C"), ("0100", "0200", "0300")
ROUNDS = (1, 2, 3)
PLAN = {(base, specialty): 5 for base in BASES for specialty in SPECIALTIES}


def catalogue(**changes: Any) -> Catalogue:
    values: dict[str, Any] = {"plan": PLAN} | changes
    return Catalogue(dict.fromkeys(BASES, "基地"), dict.fromkeys(SPECIALTIES, "专业"), **values)


def rule(donor: tuple[str, str], receiver: tuple[str, str], **more: int) -> dict[str, Any]:
    return {"from": list(donor), "to": list(receiver), "after_round": 1, **more}


@pytest.mark.parametrize(
    "row",
    [
        {},
        rule(("A", "0100"), ("B", "0100")) | {"after": 1},
        {"from": "A", "to": ["B", "0100"], "after_round": 1},
        rule(("X", "0100"), ("B", "0100")),
        rule(("A", "0100"), ("B", "9900")),
        rule(("A", "0100"), ("B", "0100"), after_round=4),
        rule(("A", "0100"), ("B", "0100"), keep=-1),
        rule(("A", "0100"), ("B", "0100")) | {"keep": "2"},
        rule(("A", "0100"), ("B", "0100")) | {"at_most": 1.5},
    ],
)
def test_a_rule_is_well_formed(row: dict[str, Any]) -> None:
    """PLAN-11."""
    good = rule(("A", "0100"), ("B", "0100"))
    with pytest.raises(DomainError) as refused:
        check_rows([good, row], catalogue(), ROUNDS)
    assert (refused.value.rule, refused.value.field) == ("PLAN-11", "policy.reversion[1]")


@pytest.mark.parametrize(
    "rows",
    [
        [rule(("A", "0100"), ("A", "0100"))],
        [rule(("A", "0100"), ("B", "0100")), rule(("B", "0100"), ("A", "0100"))],
        [rule(("A", "0100"), ("B", "0100")), rule(("B", "0100"), ("C", "0100")), rule(("C", "*"), ("A", "*"))],
        [rule(("*", "0100"), ("*", "0200")), rule(("B", "0200"), ("B", "0100"))],
    ],
)
def test_nobody_gives_to_whom_they_receive_from(rows: list[dict[str, Any]]) -> None:
    """PLAN-12."""
    with pytest.raises(DomainError) as refused:
        check_rows(rows, catalogue(), ROUNDS)
    assert refused.value.rule == "PLAN-12"


def test_unfilled_places_go_by_the_rows_in_their_order() -> None:
    """PLAN-13: what is kept stays, what is bounded is bounded, only after the round."""
    rows = [
        rule(("*", "0100"), ("*", "0200"), keep=1),
        rule(("A", "0200"), ("B", "0200"), at_most=2),
        rule(("C", "0300"), ("A", "0300"), after_round=2),
    ]
    check_rows(rows, catalogue(), ROUNDS)
    taken = {("A", "0100"): 5, ("B", "0100"): 3}
    assert revert(rows, catalogue(), taken, 1) == []
    moves = revert(rows, catalogue(), taken, 2)
    assert moves == [
        Moved(("B", "0100"), ("B", "0200"), 1, 1),
        Moved(("C", "0100"), ("C", "0200"), 4, 1),
        Moved(("A", "0200"), ("B", "0200"), 2, 2),
    ]
    assert revert(rows, catalogue(), taken, 3)[-1] == Moved(("C", "0300"), ("A", "0300"), 5, 3)
    paused = catalogue(programmes={("B", "0200"): Programme.PAUSED})
    assert [move.receiver for move in revert(rows, paused, taken, 2)] == [("C", "0200")]


cells = st.tuples(st.sampled_from((*BASES, "*")), st.sampled_from((*SPECIALTIES, "*")))
rules = st.builds(
    lambda donor, receiver, after, keep: rule(donor, receiver, after_round=after, keep=keep),
    cells,
    cells,
    st.integers(1, 3),
    st.integers(0, 3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, max_size=4), st.lists(st.integers(0, 5), min_size=9, max_size=9))
def test_the_sum_of_plans_stays_and_no_donor_falls_below_what_is_taken(
    rows: list[dict[str, Any]], taken: list[int]
) -> None:
    """PLAN-13."""
    try:
        check_rows(rows, catalogue(), ROUNDS)
    except DomainError:
        return
    seats = dict(zip(PLAN, taken, strict=True))
    plan = dict(PLAN)
    for move in revert(rows, catalogue(), seats, 3):
        assert move.seats > 0
        plan[move.donor] -= move.seats
        plan[move.receiver] += move.seats
        assert plan[move.donor] >= seats[move.donor]
    assert sum(plan.values()) == sum(PLAN.values())
