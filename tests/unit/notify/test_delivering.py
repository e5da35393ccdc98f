"""What follows from each answer of a carrier (MSG-19), from none (MSG-22), from a receipt and the time (MSG-23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.delivering import (
    INTERRUPTED,
    MOST_DOUBTS,
    PAUSES,
    SPREAD,
    Next,
    State,
    Terms,
    Tried,
    after,
    interrupted,
    is_too_late,
    pause_after,
    reported,
)
from services.notify.domain.outcomes import Outcome, Verdict

NOON = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)
FRESH = Tried(attempts=0, doubtful=0, not_before=NOON - timedelta(minutes=1), expires_at=NOON + timedelta(days=3))
TWICE_HARMLESS = Terms(idempotent=True, most_attempts=6)
TWICE_TWICE = Terms(idempotent=False, most_attempts=6)


def answered(verdict: Verdict, terms: Terms = TWICE_TWICE, tried: Tried = FRESH) -> Next:
    return after(tried, Outcome(verdict, "REASON"), terms, NOON)


def test_msg_19_each_answer_leads_to_one_state() -> None:
    states = {verdict: answered(verdict).state for verdict in Verdict}
    assert states == {
        Verdict.ACCEPTED: State.DELIVERED,
        Verdict.LATER: State.QUEUED,
        Verdict.REFUSED: State.FAILED,
        Verdict.BAD_ADDRESS: State.FAILED,
        Verdict.DOWN: State.QUEUED,
        Verdict.UNKNOWN: State.QUEUED,
    }
    assert {answered(verdict).reason for verdict in Verdict} == {"REASON"}


def test_msg_19_pauses_grow_and_the_attempts_are_used_up() -> None:
    tried, waited = Tried(0, 0, NOON, None), []
    while (become := answered(Verdict.LATER, TWICE_HARMLESS, tried)).state is State.QUEUED:
        waited.append(become.not_before - NOON)
        tried = Tried(become.attempts, become.doubtful, become.not_before, None)
    assert tuple(waited) == PAUSES
    assert become == Next(State.FAILED, "REASON", 6, 0, tried.not_before)


@given(st.integers(1, 40), st.floats(0, 1, exclude_max=True))
def test_msg_19_a_pause_is_spread_and_never_shorter(attempts: int, chance: float) -> None:
    pause = pause_after(attempts, chance)
    assert pause_after(attempts, 0) <= pause <= pause_after(attempts, 0) * (1 + SPREAD)
    assert pause_after(attempts, 0) <= pause_after(attempts + 1, 0)


def test_msg_19_a_carrier_may_name_the_pause() -> None:
    become = after(FRESH, Outcome(Verdict.LATER, "BUSY", wait=timedelta(seconds=7)), TWICE_HARMLESS, NOON)
    assert become.not_before == NOON + timedelta(seconds=7)


def test_msg_19_a_carrier_that_is_down_costs_neither_attempt_nor_place() -> None:
    tried = Tried(5, 1, NOON - timedelta(hours=1), FRESH.expires_at)
    assert answered(Verdict.DOWN, tried=tried) == Next(State.QUEUED, "REASON", 5, 1, NOON - timedelta(hours=1))


def test_msg_19_a_lost_answer_is_doubtful_where_a_copy_would_arrive_and_ends_it_the_second_time() -> None:
    assert answered(Verdict.UNKNOWN, TWICE_HARMLESS).doubtful == 0
    first = answered(Verdict.UNKNOWN)
    assert (first.state, first.doubtful) == (State.QUEUED, 1)
    second = answered(Verdict.UNKNOWN, tried=Tried(first.attempts, first.doubtful, NOON, None))
    assert (second.state, second.doubtful) == (State.FAILED, MOST_DOUBTS)


@given(st.lists(st.sampled_from([*Verdict, None]), max_size=30), st.booleans())
def test_msg_22_copies_are_never_more_than_one_and_those_counted_as_doubtful(
    answers: list[Verdict | None], left_before_death: bool
) -> None:
    """None: the holder died. A copy may have left whenever the answer is missing, and has when it was accepted."""
    tried, copies, state = Tried(0, 0, NOON, None), 0, State.QUEUED
    for verdict in answers:
        if state is not State.QUEUED:
            break
        copies += 1 if verdict in (Verdict.ACCEPTED, Verdict.UNKNOWN) or (verdict is None and left_before_death) else 0
        become = (
            interrupted(tried, TWICE_TWICE, NOON, confirmed=False)
            if verdict is None
            else after(tried, Outcome(verdict, "REASON"), TWICE_TWICE, NOON)
        )
        assert become.attempts >= tried.attempts
        assert become.doubtful >= tried.doubtful
        tried, state = Tried(become.attempts, become.doubtful, become.not_before, None), become.state
    assert copies <= 1 + tried.doubtful
    assert tried.attempts <= TWICE_TWICE.most_attempts


def test_msg_22_what_a_dead_holder_left_is_sent_again_at_its_place() -> None:
    assert interrupted(FRESH, TWICE_TWICE, NOON, confirmed=False) == Next(
        State.QUEUED, INTERRUPTED, 1, 1, FRESH.not_before
    )
    assert interrupted(FRESH, TWICE_HARMLESS, NOON, confirmed=False).doubtful == 0
    assert interrupted(FRESH, TWICE_TWICE, NOON, confirmed=True).state is State.DELIVERED


def test_msg_22_one_that_ends_its_holders_again_and_again_is_given_up() -> None:
    tried = Tried(5, 5, NOON, None)
    assert interrupted(tried, TWICE_TWICE, NOON, confirmed=False).state is State.FAILED


@pytest.mark.parametrize("verdict", [Verdict.LATER, Verdict.UNKNOWN])
def test_msg_23_one_whose_next_attempt_would_come_too_late_ends_at_once(verdict: Verdict) -> None:
    soon = Tried(0, 0, NOON, NOON + PAUSES[0])
    assert answered(verdict, tried=soon) == Next(
        State.EXPIRED, "REASON", 1, int(verdict is Verdict.UNKNOWN), NOON + PAUSES[0]
    )
    just = Tried(0, 0, NOON, NOON + PAUSES[0] + timedelta(microseconds=1))
    assert answered(verdict, tried=just).state is State.QUEUED
    assert interrupted(Tried(0, 0, NOON, NOON), TWICE_TWICE, NOON, confirmed=False).state is State.EXPIRED


def test_msg_23_too_late_is_from_the_instant_on() -> None:
    assert is_too_late(NOON, NOON)
    assert not is_too_late(NOON, NOON - timedelta(microseconds=1))
    assert not is_too_late(None, NOON)


def test_msg_23_a_receipt_changes_only_what_was_handed_over() -> None:
    become = {
        (state, attempts, arrived): reported(state, "BOUNCED", attempts, arrived=arrived)[0]
        for state, attempts, arrived in product(State, (0, 1), (True, False))
    }
    changed = {key: state for key, state in become.items() if state is not key[0]}
    assert changed == {
        (State.QUEUED, 1, True): State.DELIVERED,
        (State.FAILED, 1, True): State.DELIVERED,
        (State.QUEUED, 1, False): State.FAILED,
        (State.DELIVERED, 0, False): State.FAILED,
        (State.DELIVERED, 1, False): State.FAILED,
    }
    assert reported(State.DELIVERED, "BOUNCED", 1, arrived=False)[1] == "BOUNCED"
