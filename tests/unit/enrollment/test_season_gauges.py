"""OPS-73: a season as values: boundaries by the database's clock, states as they are now, nothing about a base."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P2, P3, P5, P6, Phase
from services.enrollment.season import readings
from services.enrollment.store.season import Count, Passage, Season

NOW = datetime(2026, 8, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSAGES = (
    Passage(2, P2, 1, NOW - timedelta(days=20), NOW - timedelta(days=20) + 2 * SECOND),
    Passage(3, P3, 2, NOW + 90 * SECOND, None),
    Passage(4, P5, 0, NOW + timedelta(days=9), None),
)
IN_FIRST = Season("c", "37", 2026, P2, 2, 1, None, NOW, PASSAGES, planned=10)


def values(season: Season) -> dict[tuple[str, ...], float]:
    return {
        (gauge._name.removeprefix("residency_season_"), *labels): value for gauge, labels, value in readings(season)
    }


def test_ops_73_a_boundary_to_come_is_counted_down() -> None:
    found = values(IN_FIRST)
    assert found[("phase", "first_choice", "1")] == 1
    assert found[("boundary_seconds",)] == 90
    assert found[("late_seconds", "first_choice", "1")] == 2
    assert ("late_seconds", "second_choice", "2") not in found


def test_ops_73_a_boundary_gone_by_is_late_before_it_is_entered() -> None:
    found = values(replace(IN_FIRST, now=NOW + 100 * SECOND))
    assert found[("boundary_seconds",)] == -10
    assert found[("late_seconds", "second_choice", "2")] == 10


def test_ops_73_while_a_cycle_is_held_nothing_is_due() -> None:
    found = values(replace(IN_FIRST, now=NOW + 100 * SECOND, held_since=NOW))
    assert found[("held_seconds",)] == 100
    assert ("boundary_seconds",) not in found
    assert ("late_seconds", "second_choice", "2") not in found


def test_ops_73_a_phase_entered_before_its_time_is_not_late() -> None:
    early = (replace(PASSAGES[0], entered_at=NOW - timedelta(days=21)),)
    assert values(replace(IN_FIRST, passages=early))[("late_seconds", "first_choice", "1")] == 0


COUNTS = (
    Count("B01", 2, State.PENDING, 3, NOW - timedelta(days=2)),
    Count("B02", 2, State.PENDING, 1, NOW - timedelta(days=3)),
    Count("B02", 1, State.PENDING, 5, NOW - timedelta(days=30)),
    Count("B02", 1, State.PROVISIONAL, 4, NOW - timedelta(days=30)),
    Count("", 0, State.DRAFT, 7, None),
)


def test_ops_73_what_waits_is_of_the_round_that_stands() -> None:
    found = values(replace(IN_FIRST, phase=P3, sequence=3, round=2, counts=COUNTS))
    assert found[("backlog", "applications")] == 4
    assert found[("backlog", "windows")] == 2
    assert found[("oldest_pending_seconds",)] == timedelta(days=3).total_seconds()
    assert found[("applications", "reopened")] == 5
    assert found[("applications", "draft")] == 7
    assert found[("seats", "provisional")] == 4
    assert found[("seats", "planned")] == 10


@pytest.mark.parametrize(("phase", "overdue"), [(P5, 0), (P6, 4)])
def test_ops_73_who_is_still_provisional_when_all_is_over_is_overdue(phase: Phase, overdue: int) -> None:
    found = values(replace(IN_FIRST, phase=phase, sequence=4, round=0, counts=COUNTS))
    assert found[("overdue", "verifications")] == overdue
    assert found[("applications", "closed_unplaced")] == 16
    assert found[("backlog", "applications")] == 0
