"""Tables B4 and B5 of the rules, against the pure function that answers them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.application import (
    State,
)
from services.enrollment.domain.capabilities import Action, Actor, Moment, Policy, Standing, capabilities, decide
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import ORDER, P0, P1, P2, P3, P4, P5, P6, Phase
from services.enrollment.domain.refusals import REASONS, Decision, require
from services.enrollment.domain.tables import APPLICANT_ACTIONS, LETTERS, STAFF_ACTIONS
from services.kit.domain import DomainError, Kind
from tests.support import rounds

NOW = datetime(2023, 7, 15, 4, 0, tzinfo=UTC)
QILU = "SD-QILU"
APPLICANT = Actor("applicant")
REVIEWER = Actor("base_reviewer", QILU)
ADMINISTRATOR = Actor("base_administrator", QILU)


def moment(phase: Phase) -> Moment:
    return rounds.moment(phase, NOW, NOW + timedelta(hours=1))


def standing(word: str, phase: Phase) -> Standing:
    """`rejected` stands in the round of `phase`, `reopened` is a rejection of the round before."""
    if word == "reopened":
        return Standing(State.REJECTED, rounds.standing(phase) - 1, 1, QILU)
    if word == "none":
        return Standing()
    base = "" if word == "draft" else QILU
    return Standing(State(word), rounds.standing(phase), 0 if word == "draft" else 1, base)


# As the table prints it: one column a phase; `-` and `read only` both mean that nothing is edited.
B4 = """
             | P1              | P2         | P3              | P4              | P5 | P6
none         | start           | -          | start           | start           | -  | -
draft        | P S B F submit  | -          | P S B F submit  | P S B F submit  | -  | -
pending      | P S B F submit  | -          | P S B F submit  | P S B F submit  | -  | -
rejected     | n/a             | P S F submit | P S F submit  | P S B F submit  | -  | -
approved     | n/a             | -          | -               | n/a             | -  | -
reopened     | n/a             | n/a        | P S B F submit  | P S B F submit  | -  | -
provisional  | n/a             | -          | -               | -               | -  | -
admitted     | n/a             | -          | -               | -               | -  | -
"""


def b4_cells() -> list[tuple[str, Phase, set[Action]]]:
    rows = [line.split("|") for line in B4.strip().splitlines()[1:]]
    return [
        (word.strip(), phase, {LETTERS[letter] for letter in cell.split() if letter != "-"})
        for word, *row in rows
        for phase, cell in zip((P1, P2, P3, P4, P5, P6), row, strict=True)
        if cell.strip() != "n/a"
    ]


def told(value: object) -> str:
    """A cell as a part of a test's name, the same in every process."""
    return " ".join(sorted(map(str, value))) or "nothing" if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("word", "phase", "open_"), b4_cells(), ids=told)
def test_cap_b4_what_an_applicant_may_edit(word: str, phase: Phase, open_: set[Action]) -> None:
    """CAP-B4-NONE CAP-B4-DRAFT CAP-B4-PENDING CAP-B4-REJECTED CAP-B4-APPROVED CAP-B4-REOPENED CAP-B4-PLACED."""
    may = capabilities(moment(phase), Milestones(), standing(word, phase), APPLICANT, Policy())
    assert {action for action in LETTERS.values() if may[action].allowed} == open_
    assert set(may) == set(APPLICANT_ACTIONS)


@pytest.mark.parametrize("word", ["withdrawn", "annulled"])
def test_cap_b4_ended_is_not_edited(word: str) -> None:
    """CAP-B4-ENDED: nothing is edited after the end."""
    may = capabilities(moment(P1), Milestones(), standing(word, P1), APPLICANT, Policy())
    assert not [action for action in LETTERS.values() if may[action].allowed]
    assert may[Action.SUBMIT].rule == "CAP-B4-ENDED"


@pytest.mark.parametrize("phase", ORDER)
def test_cap_view_from_p1_on(phase: Phase) -> None:
    """CAP-VIEW: in P0 there is nothing to see."""
    decision = decide(Action.VIEW, moment(phase), Milestones(), standing("pending", phase), APPLICANT, Policy())
    assert decision.allowed == (phase is not P0)


# As the table prints it; the word is the state an application must have.
B5 = """
                    | P1  | P2          | P3          | P4          | P5          | P6
list_submissions    | Y   | Y           | Y           | Y           | Y           | Y
open_submission     | Y   | Y           | Y           | Y           | Y           | Y
set_milestones      | Y   | Y           | Y           | Y           | N           | N
approve             | N   | pending     | pending     | N           | N           | N
reject              | N   | pending     | pending     | pending     | N           | N
enter_scores        | N   | approved    | approved    | pending     | N           | N
grant_provisional   | N   | approved    | approved    | pending     | N           | N
record_not_selected | N   | approved    | approved    | N           | N           | N
admit               | N   | provisional | provisional | provisional | provisional | N
propose_quota       | Y   | Y           | Y           | N           | N           | N
"""
BY_REVIEWERS = {"list_submissions", "open_submission", "approve", "reject", "enter_scores"}
STATES = ("draft", "pending", "rejected", "approved", "provisional", "admitted", "withdrawn")


def b5_cells() -> list[tuple[str, Phase, str]]:
    rows = [line.split("|") for line in B5.strip().splitlines()[1:]]
    return [
        (action.strip(), phase, cell.strip())
        for action, *row in rows
        for phase, cell in zip((P1, P2, P3, P4, P5, P6), row, strict=True)
    ]


@pytest.mark.parametrize(("name", "phase", "cell"), b5_cells())
def test_cap_b5_what_staff_may_do(name: str, phase: Phase, cell: str) -> None:
    """CAP-B5-LIST CAP-B5-MILESTONES CAP-B5-APPROVE CAP-B5-REJECT CAP-B5-SCORES CAP-B5-GRANT CAP-B5-NOT-SELECTED
    CAP-B5-ADMIT CAP-B5-QUOTA CAP-ROLE."""
    action = Action(name)
    for state in STATES:
        case = replace(standing(state, phase), base_code=QILU)
        wanted = cell == "Y" or cell == state
        for actor in (REVIEWER, ADMINISTRATOR):
            may = capabilities(moment(phase), Milestones(), case, actor, Policy())
            assert set(may) == set(STAFF_ACTIONS)
            allowed_role = actor is ADMINISTRATOR or name in BY_REVIEWERS
            assert may[action].allowed == (wanted and allowed_role), (state, actor)
            if not allowed_role:
                assert (may[action].reason, may[action].rule) == ("ROLE_NOT_ALLOWED", "CAP-ROLE")


WRITES = [
    (Action.SUBMIT, "pending", P1, APPLICANT),
    (Action.START, "none", P1, APPLICANT),
    (Action.EDIT_PROFILE, "draft", P3, APPLICANT),
    (Action.WITHDRAW, "pending", P2, APPLICANT),
    (Action.APPROVE, "pending", P2, REVIEWER),
    (Action.REJECT, "pending", P4, REVIEWER),
    (Action.GRANT_PROVISIONAL, "approved", P2, ADMINISTRATOR),
    (Action.RECORD_NOT_SELECTED, "approved", P3, ADMINISTRATOR),
    (Action.ADMIT, "provisional", P5, ADMINISTRATOR),
    (Action.SET_MILESTONES, "pending", P2, ADMINISTRATOR),
]


@pytest.mark.parametrize(("action", "word", "phase", "actor"), WRITES)
def test_cap_closed_by_the_clock_without_a_flip(action: Action, word: str, phase: Phase, actor: Actor) -> None:
    """CAP-CLOSED: open until the last microsecond, refused from the instant itself."""
    closes_at = NOW + timedelta(hours=1)
    case = standing(word, phase)
    before = replace(moment(phase), now=closes_at - timedelta(microseconds=1))
    assert decide(action, before, Milestones(), case, actor, Policy()).allowed
    refused = decide(action, replace(before, now=closes_at), Milestones(), case, actor, Policy())
    assert (refused.allowed, refused.reason, refused.rule) == (False, "NOT_IN_PHASE", "CAP-CLOSED")


def test_cap_closed_does_not_stop_reading() -> None:
    """CAP-CLOSED: whoever may look may still look."""
    late = replace(moment(P2), now=NOW + timedelta(hours=2))
    assert decide(Action.VIEW, late, Milestones(), standing("pending", P2), APPLICANT, Policy()).allowed
    assert decide(Action.LIST_SUBMISSIONS, late, Milestones(), standing("pending", P2), REVIEWER, Policy()).allowed


@pytest.mark.parametrize(
    ("action", "word", "actor", "bound"),
    [
        (Action.APPROVE, "pending", REVIEWER, True),
        (Action.REJECT, "pending", REVIEWER, True),
        (Action.SUBMIT, "rejected", APPLICANT, True),
        (Action.EDIT_PROFILE, "rejected", APPLICANT, False),
        (Action.GRANT_PROVISIONAL, "approved", ADMINISTRATOR, False),
        (Action.RECORD_NOT_SELECTED, "approved", ADMINISTRATOR, False),
    ],
)
def test_cap_deadline_of_the_base(action: Action, word: str, actor: Actor, bound: bool) -> None:
    """CAP-DEADLINE: verdicts and repairs end at the base's review deadline, the rest goes on."""
    dates = Milestones(review_deadline=NOW + timedelta(minutes=5))
    case = standing(word, P2)
    open_ = decide(action, moment(P2), dates, case, actor, Policy())
    assert open_.allowed
    assert open_.until == (dates.review_deadline if bound else NOW + timedelta(hours=1))
    assert open_.changed_by == ("REVIEW_DEADLINE" if bound else "PHASE_SECOND_CHOICE")
    late = replace(moment(P2), now=NOW + timedelta(minutes=5))
    refused = decide(action, late, dates, case, actor, Policy())
    assert refused.allowed != bound
    if bound:
        assert (refused.reason, refused.rule) == ("AFTER_DEADLINE", "CAP-DEADLINE")


def test_cap_deadline_ends_with_the_phase_at_the_latest() -> None:
    """CAP-DEADLINE: a date beyond the phase does not lengthen it."""
    dates = Milestones(review_deadline=NOW + timedelta(days=9))
    decision = decide(Action.APPROVE, moment(P2), dates, standing("pending", P2), REVIEWER, Policy())
    assert decision.until == NOW + timedelta(hours=1)


def test_cap_scope_other_bases_do_not_exist() -> None:
    """CAP-SCOPE: not refused but not found."""
    other = Actor("base_administrator", "SD-SLYY")
    may = capabilities(moment(P2), Milestones(), standing("pending", P2), other, Policy())
    assert {decision.reason for decision in may.values()} == {"APPLICATION_NOT_FOUND"}
    with pytest.raises(DomainError) as refused:
        require(may[Action.APPROVE])
    assert (refused.value.kind, refused.value.rule) == (Kind.NOT_FOUND, "CAP-SCOPE")


def test_cap_verified_before_starting() -> None:
    """CAP-VERIFIED: identity first."""
    decision = decide(Action.START, moment(P1), Milestones(), Standing(), Actor("applicant", "", False), Policy())
    assert (decision.reason, decision.rule) == ("NOT_VERIFIED", "CAP-VERIFIED")


@pytest.mark.parametrize(
    ("policy", "phase", "round_", "allowed"),
    [
        (Policy(), P1, 1, False),
        (Policy(), P3, 1, True),
        (Policy(), P4, 2, True),
        (Policy(), P4, 3, False),
        (Policy(), P5, 1, False),
        (Policy(reregistration=False), P3, 1, False),
    ],
)
def test_cap_reregister_in_a_later_round(policy: Policy, phase: Phase, round_: int, allowed: bool) -> None:
    """CAP-REREGISTER: transition 17."""
    case = Standing(State.WITHDRAWN, round_, 1, QILU)
    decision = decide(Action.START, moment(phase), Milestones(), case, APPLICANT, policy)
    assert (decision.allowed, decision.rule) == (allowed, "CAP-REREGISTER")


@pytest.mark.parametrize(
    ("word", "phases"),
    [
        ("draft", {P1, P2, P3, P4}),
        ("pending", {P1, P2, P3, P4}),
        ("rejected", {P2, P3, P4}),
        ("reopened", {P3, P4}),
        ("approved", set()),
        ("provisional", set()),
        ("admitted", set()),
    ],
)
def test_cap_withdraw_before_approval(word: str, phases: set[Phase]) -> None:
    """CAP-WITHDRAW: transition 16, and not 15 unless the policy is on."""
    open_ = {
        phase
        for phase in (P1, P2, P3, P4, P5, P6)
        if not (word == "reopened" and phase in (P1, P2)) and not (word == "rejected" and phase is P1)
        if decide(Action.WITHDRAW, moment(phase), Milestones(), standing(word, phase), APPLICANT, Policy()).allowed
    }
    assert open_ == phases
    if word == "provisional":
        generous = Policy(give_up_provisional=True)
        assert decide(Action.WITHDRAW, moment(P5), Milestones(), standing(word, P5), APPLICANT, generous).allowed


@pytest.mark.parametrize(
    ("action", "accepts", "strict", "allowed"),
    [
        (Action.SUBMIT, False, False, True),
        (Action.SUBMIT, False, True, False),
        (Action.EDIT_BASE, False, True, False),
        (Action.EDIT_REALLOCATION, False, True, True),
        (Action.SUBMIT, True, True, True),
    ],
)
def test_cap_consent_in_p4_where_the_policy_is_strict(
    action: Action, accepts: bool, strict: bool, allowed: bool
) -> None:
    """CAP-CONSENT: B7 16, by default self-service for all."""
    case = replace(standing("reopened", P4), accepts_reallocation=accepts)
    decision = decide(action, moment(P4), Milestones(), case, APPLICANT, Policy(p4_requires_consent=strict))
    assert decision.allowed == allowed
    assert (decision.rule == "CAP-CONSENT") == (not allowed)


def test_cap_publicity_before_admission() -> None:
    """CAP-PUBLICITY: 录取 waits for a list and for its end, and says until when."""
    case = standing("provisional", P2)
    policy = Policy(publicity_working_days=3)

    def admitting(ends_at: datetime | None) -> Decision:
        named = replace(case, marks=Marks(publicity_ends_at=ends_at))
        return decide(Action.ADMIT, moment(P2), Milestones(), named, ADMINISTRATOR, policy)

    assert (admitting(None).reason, admitting(None).changed_by) == ("NOT_PUBLISHED", "LIST_PUBLISHED")
    running = admitting(NOW + timedelta(days=1))
    assert (running.reason, running.rule, running.until) == (
        "PUBLICITY_RUNNING",
        "CAP-PUBLICITY",
        NOW + timedelta(days=1),
    )
    assert admitting(NOW).allowed


def test_seat_01_no_place_is_given_where_none_is_left() -> None:
    """SEAT-01: the pure function gives the real reason."""
    case = replace(standing("approved", P2), seats_left=0)
    decision = decide(Action.GRANT_PROVISIONAL, moment(P2), Milestones(), case, ADMINISTRATOR, Policy())
    assert (decision.reason, decision.rule, decision.changed_by) == ("SEAT_FULL", "SEAT-01", "SEAT_FREED")


def test_cap_b5_not_selected_once() -> None:
    """CAP-B5-NOT-SELECTED: a second record is refused."""
    case = replace(standing("approved", P2), not_selected=True)
    decision = decide(Action.RECORD_NOT_SELECTED, moment(P2), Milestones(), case, ADMINISTRATOR, Policy())
    assert decision.reason == "ALREADY_RECORDED"


@pytest.mark.parametrize(
    ("action", "word", "phase", "reason", "until", "changed_by"),
    [
        (Action.SUBMIT, "draft", P2, "WRONG_STATE", rounds.opening(P3), "PHASE_SECOND_CHOICE"),
        (Action.EDIT_BASE, "pending", P2, "NOT_IN_PHASE", rounds.opening(P3), "BASE_DECISION"),
        (Action.EDIT_BASE, "rejected", P2, "NOT_IN_PHASE", rounds.opening(P3), "PHASE_SECOND_CHOICE"),
        (Action.EDIT_BASE, "rejected", P3, "WRONG_STATE", rounds.opening(P4), "PHASE_REALLOCATION"),
        (Action.EDIT_PROFILE, "approved", P2, "WRONG_STATE", rounds.opening(P3), "PHASE_SECOND_CHOICE"),
        (Action.SUBMIT, "provisional", P3, "WRONG_STATE", None, ""),
        (Action.START, "none", P2, "NOT_IN_PHASE", rounds.opening(P3), "PHASE_SECOND_CHOICE"),
        (Action.START, "none", P5, "NOT_IN_PHASE", None, ""),
    ],
)
def test_refusals_say_until_when(
    action: Action, word: str, phase: Phase, reason: str, until: datetime | None, changed_by: str
) -> None:
    decision = decide(action, moment(phase), Milestones(), standing(word, phase), APPLICANT, Policy())
    assert (decision.reason, decision.until, decision.changed_by) == (reason, until, changed_by)


def test_every_reason_has_a_sentence() -> None:
    seen = set()
    for phase in ORDER:
        for word in (*STATES, "none", "reopened"):
            if word == "reopened" and phase in (P0, P1, P2):
                continue
            for actor in (APPLICANT, REVIEWER, ADMINISTRATOR, Actor("base_reviewer", "X"), Actor("faculty")):
                may = capabilities(moment(phase), Milestones(), standing(word, phase), actor, Policy())
                seen |= {decision.reason for decision in may.values() if not decision.allowed}
    assert seen <= set(REASONS)
