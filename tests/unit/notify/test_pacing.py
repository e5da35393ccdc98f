"""MSG-21: how many may leave now: never more than the limits, the urgent never behind the many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.channels import Channel
from services.notify.domain.pacing import BURST_SECONDS, CAMPAIGN_SECONDS, FIRST_REST, LONGEST_REST, Bucket, Pacer, Rest

SMS, EMAIL = Channel.SMS, Channel.EMAIL


def pacer(overall: float = 1000, sms: float = 100, email: float = 100) -> Pacer:
    return Pacer(overall, {SMS: sms, EMAIL: email}, 0.0)


def drained(paced: Pacer, seconds: float, *, urgent: bool, channel: Channel = SMS, tick: float = 0.05) -> int:
    """How many leave by a channel that has always more, looked at every `tick`."""
    left = 0
    for step in range(int(seconds / tick)):
        now = step * tick
        room = paced.room(channel, now, urgent=urgent, on_their_way=0)
        paced.take(channel, room, now)
        left += room
    return left


@given(st.floats(0.5, 2000), st.lists(st.tuples(st.floats(0, 3), st.integers(0, 5000)), max_size=40))
def test_msg_21_in_no_time_leaves_more_than_rate_and_burst(rate: float, asked: list[tuple[float, int]]) -> None:
    bucket, now, taken = Bucket(rate, 0.0), 0.0, 0
    for pause, wanted in asked:
        now += pause
        count = min(wanted, bucket.room(now, urgent=True))
        bucket.take(count, now)
        taken += count
        assert taken <= rate * now + max(2.0, rate * BURST_SECONDS) + 1e-6


@pytest.mark.parametrize("rate", [3, 40, 200, 777.7])
def test_msg_21_a_rate_is_used_up(rate: float) -> None:
    for urgent in (True, False):
        left = drained(pacer(10_000, rate), 60, urgent=urgent)
        assert rate * 60 * 0.95 <= left <= rate * (60 + BURST_SECONDS) + 2


def test_msg_21_a_clock_that_stands_or_goes_back_gives_nothing() -> None:
    bucket = Bucket(10, 100.0)
    bucket.take(bucket.room(100.0, urgent=True), 100.0)
    assert bucket.room(100.0, urgent=True) == bucket.room(50.0, urgent=True) == 0


def test_msg_21_the_overall_limit_holds_over_all_channels() -> None:
    paced = pacer(overall=50)
    left = 0
    for step in range(20 * 20):
        for channel in (SMS, EMAIL):
            room = paced.room(channel, step * 0.05, urgent=True, on_their_way=0)
            paced.take(channel, room, step * 0.05)
            left += room
    assert 50 * 20 * 0.95 <= left <= 50 * 20 + 25


def test_msg_21_a_campaign_leaves_something_for_the_urgent_and_takes_little_at_a_time() -> None:
    paced = pacer()
    first = paced.room(SMS, 0.0, urgent=False, on_their_way=0)
    assert 0 < first <= 100 * CAMPAIGN_SECONDS
    paced.take(SMS, first, 0.0)
    assert paced.room(SMS, 0.0, urgent=False, on_their_way=0) == 0
    assert paced.room(SMS, 0.0, urgent=True, on_their_way=0) > 0


def test_msg_21_even_the_slowest_channel_carries_a_campaign() -> None:
    assert drained(pacer(10, 0.5), 60, urgent=False) >= 28


def test_msg_21_a_channel_that_is_down_rests_longer_and_longer_and_is_tried_with_one() -> None:
    rest, now, pauses = Rest(), 0.0, []
    assert rest.room(now, 3) is None
    for _ in range(9):
        rest.down("NO_QUOTA", now)
        rest.down("NO_QUOTA", now)  # of the same claim
        start = now
        while rest.room(now, 0) == 0:
            now += 0.5
        pauses.append(now - start)
        assert rest.room(now, 0) == 1
        assert rest.room(now, 1) == 0
    assert pauses[:3] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert pauses[-1] == LONGEST_REST
    assert rest.reason == "NO_QUOTA"
    rest.works()
    assert rest.room(now, 9) is None
    rest.down("NO_QUOTA", now)
    assert rest.room(now + FIRST_REST, 0) == 1


def test_msg_21_a_carrier_may_name_its_rest() -> None:
    rest = Rest()
    rest.down("BUSY", 0.0, wait=600.0)
    assert rest.room(599.0, 0) == 0
    assert rest.room(600.0, 0) == 1


def test_msg_21_a_channel_that_rests_takes_nothing_from_the_others() -> None:
    paced = pacer()
    paced.rests[SMS].down("NO_QUOTA", 0.0)
    assert paced.room(SMS, 0.0, urgent=True, on_their_way=0) == 0
    assert paced.room(EMAIL, 0.0, urgent=True, on_their_way=0) > 0
