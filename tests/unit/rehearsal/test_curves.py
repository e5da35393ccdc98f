"""OPS-92: curves of arrival: the same for the same seed, within the window, and shaped as their names say."""

from __future__ import annotations

import random

import pytest

from services.rehearsal.curves import CURVES, DEFAULT, share

DAYS = 10.0


def drawn(name: str, days: float = DAYS, count: int = 4000) -> list[float]:
    chance = random.Random(7)
    return sorted(share(CURVES[name], days, chance) for _ in range(count))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("days", [0.1, 1.0, DAYS, 31.0])
def test_ops_92_every_moment_lies_within_the_window_and_is_the_same_again(name: str, days: float) -> None:
    moments = drawn(name, days, 500)
    assert moments == drawn(name, days, 500)
    assert 0.0 <= moments[0] <= moments[-1] <= 1.0


def test_ops_92_an_even_crowd_comes_evenly() -> None:
    moments = drawn("even")
    assert all(abs(moments[round(len(moments) * part / 10) - 1] - part / 10) < 0.05 for part in range(1, 11))


def test_ops_92_a_province_knows_openings_mornings_and_last_evenings() -> None:
    moments = drawn(DEFAULT)
    first_hour, last_evening = 1 / 24 / DAYS, 1 - 0.25 / DAYS
    assert 0.03 < sum(each < first_hour for each in moments) / len(moments) < 0.09
    assert 0.08 < sum(each > last_evening for each in moments) / len(moments) < 0.25
    hours = [each * DAYS % 1 * 24 for each in moments]
    assert sum(9 <= hour < 12 for hour in hours) > 5 * sum(1 <= hour < 4 for hour in hours)


def test_ops_92_an_opening_crowd_stands_at_the_door() -> None:
    moments = drawn("opening")
    assert sum(each < 1 / 1440 / DAYS for each in moments) / len(moments) > 0.15
    assert sum(each < 1 / 24 / DAYS for each in moments) / len(moments) > 0.35
