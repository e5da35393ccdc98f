"""MSG-34, MSG-35 and MSG-36: what may be done to a campaign, by whom, and how fast it goes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.kit.domain import Caller, DomainError
from services.notify.domain.campaigns import (
    MOST_AT_ONCE,
    SLACK_SECONDS,
    STEPS,
    Audience,
    Campaign,
    Pace,
    State,
    Step,
    after,
    check_approval,
    chunk_of,
    fingerprint,
)

NOON = datetime(2023, 8, 1, 4, 0, tzinfo=UTC)
LI, WANG = (Caller(name, "province_administrator", "37") for name in ("li", "wang"))
DRAFT = Campaign(
    *("c1", "37", "cycle", Audience.UNPLACED, "", "", "campaign_text", {}),
    *(State.DRAFT, 200, None, LI.person_id, NOON),
)


def refusal(*args: object, of: object = after) -> str:
    with pytest.raises(DomainError) as refused:
        of(*args)  # type: ignore[operator]
    return refused.value.reason


def test_msg_35_every_step_leads_somewhere_is_done_already_or_is_refused() -> None:
    led = {state: {step for step in Step if _leads(state, step)} for state in State}
    assert led == {
        State.DRAFT: {Step.APPROVED, Step.STOPPED},
        State.RUNNING: {Step.PAUSED, Step.STOPPED, Step.FINISHED},
        State.PAUSED: {Step.RESUMED, Step.STOPPED},
        State.FINISHED: {Step.STOPPED},
        State.STOPPED: set(),
    }
    assert after(State.PAUSED, Step.PAUSED) is None
    assert after(State.RUNNING, Step.RESUMED) is None
    assert after(State.STOPPED, Step.STOPPED) is None
    assert refusal(State.DRAFT, Step.RESUMED) == "CAMPAIGN_STATE"
    assert refusal(State.FINISHED, Step.PAUSED) == "CAMPAIGN_STATE"
    assert refusal(State.STOPPED, Step.APPROVED) == "CAMPAIGN_STATE"


def _leads(state: State, step: Step) -> bool:
    try:
        following = after(state, step)
    except DomainError:
        return False
    assert following in (None, STEPS[state].get(step))
    return following is not None


def test_msg_34_a_second_person_approves_the_version_that_was_looked_at() -> None:
    assert check_approval(DRAFT, WANG, 1) is State.RUNNING
    assert refusal(DRAFT, LI, 1, of=check_approval) == "OWN_CAMPAIGN"
    acting = Caller("somebody", "province_administrator", "37", acting_by=LI.person_id)
    assert refusal(DRAFT, acting, 1, of=check_approval) == "OWN_CAMPAIGN"
    assert refusal(DRAFT, WANG, 2, of=check_approval) == "CAMPAIGN_CHANGED"
    approved = replace(DRAFT, state=State.RUNNING, approved_by=WANG.person_id, version=2)
    assert check_approval(approved, WANG, 1) is None
    third = Caller("zhao", "province_administrator", "37")
    assert refusal(approved, third, 2, of=check_approval) == "CAMPAIGN_STATE"


def test_msg_34_another_order_has_another_fingerprint() -> None:
    one = fingerprint(template="campaign_text", parameters={"a": "1", "b": "2"}, starts_at=NOON)
    assert one == fingerprint(starts_at=NOON, parameters={"b": "2", "a": "1"}, template="campaign_text")
    assert one != fingerprint(template="campaign_text", parameters={"a": "1", "b": "3"}, starts_at=NOON)


def test_the_expected_end_is_what_is_left_at_its_rate() -> None:
    running = replace(DRAFT, state=State.RUNNING, counted=1000, written=500, skipped=100)
    assert running.expected_at(NOON) == NOON + timedelta(seconds=2)
    later = replace(running, starts_at=NOON + timedelta(hours=1))
    assert later.expected_at(NOON) == NOON + timedelta(hours=1, seconds=2)
    assert replace(running, counted=None).expected_at(NOON) is None
    assert replace(running, state=State.PAUSED).expected_at(NOON) is None
    assert replace(running, counted=10).expected_at(NOON) == NOON


@pytest.mark.parametrize("rate", [1, 3, 50, 200, 1000, 5000])
def test_msg_36_the_rate_is_kept_within_a_twentieth_though_every_page_takes_its_time(rate: int) -> None:
    """MSG-36: over any span from the beginning on, never above; below only by what no slack makes good."""
    dice = random.Random(rate)
    pace, now, written = Pace(rate, 0.0), 0.0, 0
    chunk = chunk_of(rate)
    while now < 60.0:
        now += pace.wait(now)
        began = now
        now += dice.uniform(0.1, 0.9) * chunk / rate
        pace.wrote(chunk, began)
        written += chunk
        assert written <= rate * began + chunk + 1e-6
    assert written >= 0.95 * rate * 60.0


def test_msg_36_who_was_late_catches_up_by_little() -> None:
    pace = Pace(100, 0.0)
    pace.wrote(25, 0.0)
    pace.wrote(25, 100.0)  # after a hundred seconds in which nothing could be written
    in_a_burst, now = 25, 100.0
    while pace.wait(now) == 0.0:
        pace.wrote(25, now)
        in_a_burst += 25
    assert in_a_burst <= SLACK_SECONDS * 100 + 25


def test_a_piece_is_a_quarter_of_a_second_and_never_nothing_or_too_much() -> None:
    assert [chunk_of(rate) for rate in (1, 200, 5000)] == [1, 50, MOST_AT_ONCE]
