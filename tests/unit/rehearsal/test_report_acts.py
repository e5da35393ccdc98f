"""OPS-94: what happened over time, counted in bins that fit any length of a play."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from services.rehearsal.ledger import Act, Outcome, percentile
from services.rehearsal.report_acts import BINS, Course, latency_class, percentile_of

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)


def act(second: float, seconds: float = 0.01, name: str = "submit", outcome: Outcome = Outcome.ACCEPTED) -> Act:
    answered = BEGAN + timedelta(seconds=second)
    return Act(name, "k", answered - timedelta(seconds=seconds), answered, outcome, 200, "", 1, True, True)


def test_ops_94_counts_by_time_add_up_to_what_happened() -> None:
    course = Course()
    for second in range(100):
        course.note(act(second, outcome=Outcome.REFUSED if second % 10 == 0 else Outcome.ACCEPTED))
    course.tried_again("429", BEGAN)
    told = course.as_json(BEGAN)
    assert sum(told["counts"]["commands"]) == 100
    assert sum(told["counts"]["commands refused"]) == 10
    assert sum(told["counts"]["act submit"]) == 90
    assert sum(told["counts"]["again 429"]) == 1
    assert all(len(each) == len(told["at"]) for each in told["counts"].values())


def test_ops_94_a_long_play_has_no_more_points_than_a_short_one_and_loses_no_count() -> None:
    course = Course()
    for second in range(0, 20_000, 7):
        course.note(act(second))
    told = course.as_json(BEGAN)
    assert len(told["at"]) <= BINS
    assert sum(told["counts"]["commands"]) == len(range(0, 20_000, 7))
    assert told["acts"]["submit"]["count"] == len(range(0, 20_000, 7))
    assert 0 <= told["at"][0] <= told["bin_seconds"]


def test_ops_94_courses_of_several_processes_are_one() -> None:
    whole, one, other = Course(), Course(), Course()
    for second in range(3000):
        whole.note(act(second, 0.001 * (1 + second % 50)))
        (one if second % 3 else other).note(act(second, 0.001 * (1 + second % 50)))
    one.add(other)
    assert one.as_json(BEGAN) == whole.as_json(BEGAN)
    brief = Course()
    brief.note(act(0))
    brief.add(whole)
    assert sum(brief.as_json(BEGAN)["counts"]["commands"]) == 3001


def test_ops_94_a_percentile_is_right_to_within_its_class() -> None:
    dice = random.Random(4)
    times = [dice.lognormvariate(-3, 1) for _ in range(4000)]
    course = Course()
    for seconds in times:
        course.note(act(1, seconds))
    told = course.as_json(BEGAN)["acts"]["submit"]
    for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        exact = percentile(times, share)
        assert abs(told[label] - exact) <= 0.1 * exact


def test_ops_94_classes_begin_at_nothing() -> None:
    assert latency_class(0.0) == latency_class(-1.0) == 0
    assert percentile_of({0: 1}, 0.99) < 0.0002


def test_ops_94_nothing_happened() -> None:
    assert Course().as_json(BEGAN)["at"] == []
