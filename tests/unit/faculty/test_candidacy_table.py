"""CAND-01: C3 printed as a table, held against the one function that decides (CAND-01 to CAND-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.faculty.domain.batches import Dates, Phase
from services.faculty.domain.candidacy import (
    ACTION_NAMES,
    APPEAL_DAYS,
    OPEN_STATES,
    STATE_NAMES,
    TABLE,
    Action,
    Actor,
    Appeal,
    Case,
    State,
    Window,
    actions_of,
    may,
)
from services.kit.domain import DomainError, Kind
from tests.support.faculty_candidacies import ACTIONS, C3, PHASES, STATES

DAY = timedelta(days=1)
OPENS = datetime(2026, 3, 2, tzinfo=UTC)
DATES = Dates(OPENS, OPENS + 10 * DAY, OPENS + 20 * DAY, date(2026, 3, 22))
NOW = {
    "waiting": OPENS - DAY,
    "open": OPENS + DAY,
    "reviewing": OPENS + 12 * DAY,
    "closed": OPENS + 21 * DAY,
}


def state_of(name: str) -> State:
    return State("" if name == "none" else name)


def case(state: State, phase: str = "open", **changes: Any) -> Case:
    """Submitted once, decided an hour ago, nothing in its way."""
    usual = Case(state, DATES, submitted=True, decided_at=NOW[phase] - timedelta(hours=1))
    return replace(usual, **changes)


def outcome(actor: str, action: str, about: Case, now: datetime) -> str:
    decision = may(Actor(actor), Action(action), about, now)
    return (decision.next.value or "none") if decision.allowed else decision.reason


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("state", STATES)
def test_cand_01_every_cell_of_the_table(state: str, phase: str) -> None:
    found = {
        (actor, action): outcome(actor, action, case(state_of(state), phase), NOW[phase])
        for actor, actions in ACTIONS.items()
        for action in actions
    }
    expected = {
        (actor, action): C3.get((state, actor, action, phase), "WRONG_STATE")
        for actor, actions in ACTIONS.items()
        for action in actions
    }
    assert found == expected


def test_cand_01_every_row_and_every_name_is_tried() -> None:
    tried = {(state_of(state), actor, action) for state, actor, action, _ in C3}
    assert {(row.state, row.actor, row.action) for row in TABLE if row.action is not Action.VIEW} == tried
    assert {str(each) for actions in ACTIONS.values() for each in actions} | {"view"} == set(Action)
    assert set(STATE_NAMES) == set(State)
    assert set(ACTION_NAMES) == set(Action)
    assert set(OPEN_STATES) == {row.state for row in TABLE if row.window is Window.OVER}


@pytest.mark.parametrize("actor", ["owner", "office", "province", "clock"])
def test_cand_01_nobody_does_what_is_anothers(actor: str) -> None:
    theirs = {Action(action) for action in ACTIONS[actor]} | {Action.VIEW}
    for state in State:
        for action in set(Action) - theirs:
            assert outcome(actor, action, case(state), NOW["open"]) == "WRONG_STATE"
    assert set(actions_of(Actor(actor))) <= theirs


@pytest.mark.parametrize(
    ("state", "actor", "action", "changes", "expected", "rule"),
    [
        ("none", "owner", "begin", {"complete": False}, "DOSSIER_INCOMPLETE", "CAND-03"),
        ("draft", "owner", "submit", {"complete": False}, "DOSSIER_INCOMPLETE", "CAND-03"),
        ("returned", "owner", "submit", {"complete": False}, "DOSSIER_INCOMPLETE", "CAND-03"),
        ("none", "owner", "begin", {"other_open": True}, "CANDIDACY_OPEN", "CAND-04"),
        ("recommended", "office", "revoke", {"other_open": True}, "CANDIDACY_OPEN", "CAND-04"),
        ("not_recommended", "office", "reverse", {"other_open": True}, "CANDIDACY_OPEN", "CAND-04"),
        ("submitted", "owner", "recall", {"opened": True}, "CANDIDACY_OPENED", "CAND-09"),
        ("submitted", "office", "open", {"opened": True}, "CANDIDACY_OPENED", "CAND-09"),
        ("submitted", "office", "return", {"opened": True}, "returned", ""),
        ("submitted", "office", "recommend", {"passes": False}, "RULES_NOT_MET", "CAND-10"),
        ("submitted", "office", "refuse", {"passes": False}, "not_recommended", ""),
        ("recommended", "office", "revoke", {"published": True}, "BATCH_PUBLISHED", "CAND-12"),
        ("recommended", "office", "revoke", {"acknowledged": True}, "ACKNOWLEDGED", "CAND-16"),
        ("not_recommended", "office", "reverse", {"appeal": Appeal.OPEN}, "APPEAL_OPEN", "CAND-13"),
        ("not_recommended", "office", "uphold", {"appeal": Appeal.OPEN}, "submitted", ""),
        (
            "not_recommended",
            "office",
            "uphold",
            {"appeal": Appeal.OPEN, "other_open": True},
            "CANDIDACY_OPEN",
            "CAND-04",
        ),
        ("not_recommended", "office", "dismiss", {"appeal": Appeal.OPEN}, "not_recommended", ""),
        ("not_recommended", "office", "dismiss", {"appeal": Appeal.DISMISSED}, "NO_APPEAL", "CAND-14"),
        ("not_recommended", "owner", "appeal", {"appeal": Appeal.DISMISSED}, "APPEALED_ONCE", "CAND-14"),
        ("not_recommended", "owner", "appeal", {"appeal": Appeal.UPHELD}, "APPEALED_ONCE", "CAND-14"),
        ("not_recommended", "owner", "appeal", {"appeal": Appeal.OPEN}, "APPEALED_ONCE", "CAND-14"),
        ("recommended", "province", "acknowledge", {"needs_acknowledgement": True}, "recommended", ""),
        (
            *("recommended", "province", "acknowledge"),
            *({"needs_acknowledgement": True, "acknowledged": True}, "ACKNOWLEDGED", "CAND-16"),
        ),
    ],
)
def test_cand_03_cand_16_what_must_hold_besides(
    state: str, actor: str, action: str, changes: dict[str, Any], expected: str, rule: str
) -> None:
    about = case(state_of(state), **changes)
    assert outcome(actor, action, about, NOW["open"]) == expected
    assert may(Actor(actor), Action(action), about, NOW["open"]).rule == rule


def test_cand_14_an_upheld_appeal_waits_after_the_close_as_long_as_it_must() -> None:
    again = case(State.SUBMITTED, "closed", appeal=Appeal.UPHELD)
    late = NOW["closed"] + 400 * DAY
    for action in ("return", "recommend", "refuse"):
        assert may(Actor.OFFICE, Action(action), again, late).allowed
    assert outcome("clock", "expire", again, late) == "APPEAL_UPHELD"
    returned = replace(again, state=State.RETURNED)
    assert outcome("owner", "submit", returned, late) == "submitted"
    assert outcome("office", "revoke", replace(again, state=State.RECOMMENDED), late) == "submitted"
    # As a draft it could never be submitted again: nobody makes one of it, and one that is there expires.
    assert outcome("owner", "recall", again, late) == "BATCH_CLOSED"
    assert outcome("owner", "submit", replace(again, state=State.DRAFT), late) == "BATCH_APPLIED"
    assert outcome("clock", "expire", replace(again, state=State.DRAFT), late) == "expired"


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (timedelta(0), "not_recommended"),
        (APPEAL_DAYS * DAY - timedelta(microseconds=1), "not_recommended"),
        (APPEAL_DAYS * DAY, "APPEAL_LATE"),
    ],
)
def test_cand_14_fifteen_days_to_appeal(since: timedelta, expected: str) -> None:
    decided = case(State.NOT_RECOMMENDED, decided_at=NOW["closed"] - since)
    assert outcome("owner", "appeal", decided, NOW["closed"]) == expected


@pytest.mark.parametrize("action", ACTIONS["office"])
def test_cand_15_nobody_decides_about_themselves(action: str) -> None:
    state = next(state for state, actor, each, _ in C3 if (actor, each) == ("office", action))
    decision = may(Actor.OFFICE, Action(action), case(state_of(state), own=True), NOW["open"])
    assert (decision.reason, decision.kind, decision.rule) == ("OWN_CASE", Kind.FORBIDDEN, "CAND-15")


def test_cand_15_the_province_does_not_acknowledge_itself() -> None:
    about = case(State.RECOMMENDED, own=True, needs_acknowledgement=True)
    assert outcome("province", "acknowledge", about, NOW["open"]) == "OWN_CASE"
    assert outcome("owner", "appeal", case(State.NOT_RECOMMENDED, own=True), NOW["open"]) == "not_recommended"


@pytest.mark.parametrize("actor", ["office", "province"])
@pytest.mark.parametrize("state", STATES[1:])
def test_cand_24_staff_see_what_was_submitted_and_its_owner_everything(actor: str, state: str) -> None:
    seen = may(Actor(actor), Action.VIEW, case(state_of(state)), NOW["open"])
    assert seen.allowed is (state != "draft")
    never = may(Actor(actor), Action.VIEW, case(state_of(state), submitted=False), NOW["open"])
    assert (never.allowed, never.kind, never.reason) == (False, Kind.NOT_FOUND, "CANDIDACY_NOT_FOUND")
    assert may(Actor.OWNER, Action.VIEW, case(state_of(state), submitted=False), NOW["open"]).allowed


@pytest.mark.parametrize(
    ("phase", "actor", "state", "action", "until"),
    [
        ("waiting", "owner", "none", "begin", DATES.opens_at),
        ("open", "owner", "none", "begin", DATES.apply_until),
        ("reviewing", "owner", "none", "begin", None),
        ("open", "office", "submitted", "refuse", DATES.closes_at),
        ("closed", "office", "submitted", "refuse", None),
        ("open", "clock", "submitted", "expire", DATES.closes_at),
        ("open", "office", "recommended", "revoke", None),
    ],
)
def test_cand_02_an_answer_says_until_when_it_holds(
    phase: str, actor: str, state: str, action: str, until: datetime | None
) -> None:
    assert may(Actor(actor), Action(action), case(state_of(state), phase), NOW[phase]).until == until


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (DATES.opens_at - timedelta(microseconds=1), Phase.WAITING),
        (DATES.opens_at, Phase.OPEN),
        (DATES.apply_until - timedelta(microseconds=1), Phase.OPEN),
        (DATES.apply_until, Phase.REVIEWING),
        (DATES.closes_at - timedelta(microseconds=1), Phase.REVIEWING),
        (DATES.closes_at, Phase.CLOSED),
    ],
)
def test_cand_02_phases_are_half_open(now: datetime, phase: Phase) -> None:
    assert DATES.phase(now) is phase


def test_a_refusal_is_raised_with_its_reason_rule_and_end() -> None:
    decision = may(Actor.OWNER, Action.BEGIN, case(State.NONE, "waiting"), NOW["waiting"])
    with pytest.raises(DomainError) as refused:
        decision.require()
    error = refused.value
    told = (error.kind, error.reason, error.rule, error.until)
    assert told == (Kind.NOT_NOW, "BATCH_NOT_OPEN", "CAND-02", DATES.opens_at)
