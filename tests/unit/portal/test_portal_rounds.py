"""Pages call rounds what the calendar calls them, and know the phase they are in by its place."""

from __future__ import annotations

import pytest

from residency.enrollment.v1 import cycle_pb2
from services.kit.domain import DomainError
from services.portal.calendar import CycleCalendar
from services.portal.cycle_file import request_from_file
from services.portal.cycles import CycleView

KINDS = (2, 3, 4, 4, 5, 6)
"""Registration, first choice, second choice twice, reallocation, confirmation."""


def view(sequence: int) -> CycleView:
    cycle = cycle_pb2.Cycle(time_zone="Asia/Shanghai", day_seconds=86_400, sequence=sequence)
    cycle.phases.add(phase=cycle_pb2.PHASE_PREPARATION, sequence=0, name="准备")
    for place, kind in enumerate(KINDS, 1):
        number = place - 1 if 3 <= kind <= 5 else 0
        cycle.phases.add(phase=cycle_pb2.Phase.ValueType(kind), sequence=place, name=f"阶段{place}", round=number)
    cycle.phase = cycle.phases[sequence].phase
    return CycleView(cycle, CycleCalendar.of(cycle), 0.0)


@pytest.mark.parametrize(("sequence", "number"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (6, 4)])
def test_the_phase_is_known_by_its_place(sequence: int, number: int) -> None:
    assert (view(sequence).phase.sequence, view(sequence).round) == (sequence, number)


def test_rounds_have_the_names_of_their_phases() -> None:
    rounds = view(4)
    assert [rounds.round_name(number) for number in (1, 3, 4, 7, 0)] == ["阶段2", "阶段4", "阶段5", "7", "0"]
    assert [number for number in range(6) if rounds.reallocates(number)] == [4]


def test_a_province_file_may_name_keys_gaps_and_days() -> None:
    asked = request_from_file(
        """
        province: {code: "37"}
        cycle: {year: 2026, title: 招录}
        calendar:
          phases:
            - {phase: registration, name: 报名, first_day: 2026-07-01, last_day: 2026-07-05, gap_name: 间歇}
            - {phase: second_choice, name: 征集, first_day: 2026-07-08, last_day: 2026-07-09, key: collected}
          milestones:
            - {key: exam, phase: collected, name: 笔试, day: 2026-07-08, exam: true}
        specialties: [{code: "0100", name: 内科}]
        bases: [{code: A, name: 甲, plan: {内科: 1}}]
        """
    )
    assert [(each.get("key"), each.get("gap_name")) for each in asked["phases"]] == [
        (None, "间歇"),
        ("collected", None),
    ]
    assert asked["milestones"] == [
        {"key": "exam", "phase_key": "collected", "name": "笔试", "day": "2026-07-08", "exam": True}
    ]


@pytest.mark.parametrize("text", ["- " * 5000, "{" * 5000, "day: 2026-02-30", "year: " + "9" * 5000])
def test_ops_97_a_file_made_to_break_its_reader_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        request_from_file(text)
    assert (refused.value.reason, refused.value.field) == ("CYCLE_FILE", "document")
