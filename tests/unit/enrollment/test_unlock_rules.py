"""UNL-01 to UNL-05 as pure rules: an unlock opens named sections, for a while, and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import (
    Action,
    Actor,
    Policy,
    Role,
    Standing,
    capabilities,
    decide,
)
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import ORDER, P2, P6, Phase
from services.enrollment.domain.unlock import UNLOCKABLE, Unlocked, check_unlock, corrected
from services.kit.domain import Caller, DomainError, Kind
from tests.support import rounds

NOW = datetime(2023, 7, 15, 12, 0, tzinfo=UTC)
CLOSES = NOW + timedelta(hours=3)
UNTIL = NOW + timedelta(hours=1)
OPEN = {Section.BASIC: Unlocked(NOW - timedelta(minutes=5), UNTIL)}
APPLICANT = Actor(Role.APPLICANT)
EVERY = [pair for pair in itertools.product(State, ORDER) if pair[0] not in (State.NONE, State.REOPENED)]


def standing(state: State, round_: int = 1) -> Standing:
    return Standing(state, round_, submission_number=1, base_code="B", unlocked=OPEN)


@pytest.mark.parametrize(("state", "phase"), EVERY, ids=str)
def test_unl_01_an_unlock_opens_editing_of_sections_and_nothing_else(state: State, phase: Phase) -> None:
    moment = rounds.moment(phase, NOW, CLOSES)
    locked = capabilities(moment, Milestones(), replace(standing(state), unlocked={}), APPLICANT, Policy())
    opened = capabilities(moment, Milestones(), standing(state), APPLICANT, Policy())
    edit, was = opened.pop(Action.EDIT_PROFILE), locked.pop(Action.EDIT_PROFILE)
    assert opened == locked
    if was.allowed:
        assert edit == was
    elif effective_state(state, 1, rounds.standing(phase)) in UNLOCKABLE:
        assert (edit.allowed, edit.rule, edit.until, edit.changed_by) == (True, "UNL-01", UNTIL, "UNLOCK_END")
    else:
        assert edit == was


@pytest.mark.parametrize("state", [State.PENDING, State.APPROVED, State.PROVISIONAL, State.ADMITTED])
def test_unl_02_other_sections_stay_locked(state: State) -> None:
    moment = rounds.moment(P2, NOW, CLOSES)

    def edit(section: Section, now: datetime = NOW) -> tuple[bool, str, str]:
        at = replace(moment, now=now)
        found = decide(Action.EDIT_PROFILE, at, Milestones(), standing(state), APPLICANT, Policy(), section)
        return found.allowed, found.reason, found.rule

    assert edit(Section.BASIC) == (True, "", "UNL-01")
    assert edit(Section.WORK) == (False, "SECTION_NOT_UNLOCKED", "UNL-02")
    assert edit(Section.BASIC, UNTIL - timedelta(microseconds=1))[0]
    assert edit(Section.BASIC, UNTIL)[1] == "WRONG_STATE"
    assert edit(Section.WORK, UNTIL)[1] == "WRONG_STATE"


def test_unl_01_holds_no_longer_than_the_phase_is_open_and_for_no_other_role() -> None:
    soon = rounds.moment(P2, NOW, NOW + timedelta(minutes=2))
    approved = standing(State.APPROVED)
    late = decide(Action.EDIT_PROFILE, soon, Milestones(), approved, APPLICANT, Policy(), Section.BASIC)
    assert late.until == soon.closes_at
    over = decide(Action.EDIT_PROFILE, rounds.moment(P2, NOW, NOW), Milestones(), approved, APPLICANT, Policy())
    assert (over.allowed, over.rule) == (False, "CAP-CLOSED")
    closed = decide(
        Action.EDIT_PROFILE, rounds.moment(P6, NOW), Milestones(), standing(State.ADMITTED), APPLICANT, Policy()
    )
    assert (closed.allowed, closed.until) == (True, UNTIL)
    staff = Actor(Role.BASE_ADMINISTRATOR, "B")
    refused = decide(
        Action.EDIT_PROFILE, rounds.moment(P2, NOW), Milestones(), standing(State.APPROVED), staff, Policy()
    )
    assert refused.rule == "CAP-ROLE"


def test_unl_03_a_correction_takes_what_was_saved_since_and_leaves_the_rest_as_frozen() -> None:
    frozen = {section: {"old": section.value} for section in Section}
    since = OPEN[Section.BASIC].since
    saved = {
        Section.BASIC: ({"new": "basic"}, since),
        Section.WORK: ({"new": "work"}, NOW),
        Section.EDUCATION: ({"new": "education"}, since - timedelta(microseconds=1)),
    }
    both = OPEN | {Section.EDUCATION: OPEN[Section.BASIC], Section.CERTIFICATES: OPEN[Section.BASIC]}
    assert corrected(frozen, saved, both) == frozen | {Section.BASIC: {"new": "basic"}}


@pytest.mark.parametrize("state", State)
def test_unl_04_only_what_lives_is_unlocked(state: State) -> None:
    who = Caller("supporter", "support", "37")
    if state in UNLOCKABLE:
        check_unlock(who, "person", state)
        return
    with pytest.raises(DomainError) as refused:
        check_unlock(who, "person", state)
    assert (refused.value.kind, refused.value.rule) == (Kind.NOT_NOW, "UNL-04")


def test_unl_05_nobody_unlocks_their_own_application() -> None:
    for who in (Caller("me", "support", "37"), Caller("other", "support", "37", acting_by="me")):
        with pytest.raises(DomainError) as refused:
            check_unlock(who, "me", State.APPROVED)
        assert (refused.value.kind, refused.value.rule) == (Kind.FORBIDDEN, "UNL-05")
