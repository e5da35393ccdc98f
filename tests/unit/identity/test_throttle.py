"""How long failures make a bucket rest, as arithmetic: ID-14, SES-10."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.throttle import HOUR, LIMITS, LONGEST_WAIT, Limit, wait_until
from services.kit.networks import network

NOW = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    """Failures so many seconds ago, newest first."""
    return [NOW - timedelta(seconds=each) for each in sorted(seconds)]


def test_id_14_a_bucket_rests_until_the_first_of_its_failures_is_five_minutes_old() -> None:
    limit = Limit(3)
    assert wait_until(ago(1, 2), limit) is None
    assert wait_until(ago(1, 2, 100), limit) == NOW + timedelta(seconds=200)
    assert wait_until(ago(1, 2, 400), limit) == NOW - timedelta(seconds=100)


def test_ses_10_waits_double_where_they_grow_and_an_hour_has_a_limit_of_its_own() -> None:
    waits = [wait_until(ago(*range(0, 60 * count, 60)), Limit(3, grows=True)) for count in range(3, 8)]
    assert waits == [NOW + timedelta(minutes=minutes) for minutes in (3, 10, 15, 15, 15)]
    assert wait_until(ago(*range(0, 3600, 180)), Limit(5, 20)) == NOW + timedelta(minutes=3)


@given(
    st.lists(st.floats(0, HOUR.total_seconds()), max_size=100),
    st.sampled_from([*LIMITS.values()]),
)
def test_ses_10_no_bucket_rests_longer_than_its_windows_and_waits(seconds: list[float], limit: Limit) -> None:
    until = wait_until(ago(*seconds), limit)
    longest = HOUR if limit.hour is not None else LONGEST_WAIT
    assert until is None or until <= NOW + longest
    if len(seconds) < limit.window:
        assert until is None


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_ses_10_what_counts_as_one_address(address: str, counts_as: str) -> None:
    assert network(address) == counts_as
