"""PUB-01, PUB-02, PUB-07: named gaps, events that stay the same through versions, years entered in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.data import national_working_days
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.publishing import (
    BaseDateChange,
    Event,
    EventKind,
    Version,
    base_events,
    differences,
    entries_of,
    events_of,
    gaps_of,
)
from services.enrollment.domain.working_days import YearDays, check_year, provincial
from services.kit.domain import DomainError
from tests.handlers.enrollment.story import dates

CYCLE = "0198c0de-0000-7000-8000-000000000001"
MADE = datetime(2023, 6, 1, tzinfo=UTC)
EXAM = MilestoneDate("exam", "first_choice", "全省统一笔试", date(2023, 7, 15), exam=True)


def version(number: int, phases: Sequence[PhaseDates], *milestones: MilestoneDate, seconds: float = 0.0) -> Version:
    starts_at = MADE if seconds else None
    calendar = build_calendar(
        phases, "Asia/Shanghai", milestones=milestones, starts_at=starts_at, day_seconds=seconds,
        first_day=date(2023, 7, 1),
    )  # fmt: skip
    made_at = MADE + timedelta(days=number)
    return Version(number, "amend", "", made_at, "operator", calendar.phases, calendar.milestones)


def by_key(events: Sequence[Event]) -> dict[tuple[EventKind, str], Event]:
    return {(event.entry.kind, event.entry.key): event for event in events}


PRINTED = [replace(phase, key=phase.phase.value) for phase in dates()]
LATER = [*PRINTED[:1], replace(PRINTED[1], first_day=date(2023, 7, 13)), *PRINTED[2:]]


def test_pub_01_a_gap_is_named_by_the_calendar_or_by_the_phases_around_it() -> None:
    [gap] = gaps_of(version(1, LATER).phases)
    assert (gap.name, gap.first_day, gap.last_day) == (
        "registration与first_choice之间", date(2023, 7, 11), date(2023, 7, 12)
    )  # fmt: skip
    assert gap.closes_at - gap.opens_at == timedelta(days=2)
    [named] = gaps_of(version(1, [replace(LATER[0], gap_name="资格复核"), *LATER[1:]]).phases)
    assert named.name == "资格复核"
    assert not gaps_of(version(1, PRINTED).phases)


def test_pub_02_an_event_keeps_its_uid_and_counts_its_changes_over_three_versions() -> None:
    renamed = [replace(LATER[0], name="网上报名"), *LATER[1:4]]
    versions = [version(1, PRINTED, EXAM), version(2, LATER, EXAM), version(3, renamed)]
    first, second, third = (by_key(events_of(CYCLE, versions[:number], 86_400.0)) for number in (1, 2, 3))
    opening, exam = (EventKind.PHASE, "registration"), (EventKind.MILESTONE, "exam")
    moved, gone = (EventKind.PHASE, "first_choice"), (EventKind.PHASE, "confirmation")
    gap = (EventKind.GAP, "registration")

    assert {event.sequence for event in first.values()} == {0}
    assert [each[opening].sequence for each in (first, second, third)] == [0, 0, 1]
    assert [each[moved].sequence for each in (first, second, third)] == [0, 1, 1]
    assert second[opening].last_modified == versions[0].made_at
    assert third[opening].last_modified == versions[2].made_at
    assert third[opening].entry.name == "网上报名"
    assert gap not in first
    assert [(each[gap].sequence, each[gap].entry.name) for each in (second, third)] == [
        (0, "registration与first_choice之间"), (1, "网上报名与first_choice之间")
    ]  # fmt: skip
    assert [(each[gone].sequence, each[gone].cancelled) for each in (second, third)] == [(0, False), (1, True)]
    assert third[exam].cancelled
    uids = [{identity: event.uid for identity, event in each.items()} for each in (first, second, third)]
    assert uids[2].items() >= uids[1].items() >= uids[0].items()
    assert len(set(uids[2].values())) == len(uids[2])

    back = by_key(events_of(CYCLE, [*versions, version(4, renamed, EXAM)], 86_400.0))[exam]
    assert (back.sequence, back.cancelled, back.uid) == (2, False, first[exam].uid)


def test_pub_02_what_a_version_changed_is_told() -> None:
    before, after = (entries_of(each.phases, each.milestones, 86_400.0) for each in (version(1, PRINTED, EXAM),
                                                                                       version(2, LATER)))  # fmt: skip
    told = {(each.named.kind, each.named.key): (each.before is not None, each.after is not None)
            for each in differences(before, after)}  # fmt: skip
    assert told == {
        (EventKind.GAP, "registration"): (False, True),
        (EventKind.PHASE, "first_choice"): (True, True),
        (EventKind.MILESTONE, "exam"): (True, False),
    }


def test_pub_02_a_rehearsal_has_real_instants() -> None:
    shown = by_key(events_of(CYCLE, [version(1, PRINTED, EXAM, seconds=2.0)], 2.0))
    exam = shown[EventKind.MILESTONE, "exam"].entry
    assert exam.starts_at == MADE + timedelta(seconds=28)
    assert exam.ends_at - exam.starts_at == timedelta(seconds=2)


def test_pub_02_a_bases_own_date_is_cancelled_when_taken_back_and_comes_again() -> None:
    day = [MADE + timedelta(days=number) for number in range(4)]
    changes = [
        BaseDateChange(1, "interview", day[3], day[0]),
        BaseDateChange(1, "interview", None, day[1]),
        BaseDateChange(1, "interview", day[3], day[2]),
        BaseDateChange(2, "written_exam", None, day[2]),
    ]
    [gone] = base_events(CYCLE, "B1", changes[:2])
    assert (gone.cancelled, gone.sequence, gone.entry.name, gone.last_modified) == (True, 1, "第1轮面试", day[1])
    [again] = base_events(CYCLE, "B1", changes)
    assert (again.cancelled, again.sequence, again.uid) == (False, 2, gone.uid)
    assert base_events(CYCLE, "B2", changes[:1])[0].uid != gone.uid


NATION = national_working_days()
NEXT = YearDays(2027, 1, (date(2026, 12, 31), date(2027, 1, 1)), (date(2027, 1, 9),), "国办发明电〔2026〕7号")


def test_pub_07_a_year_that_a_province_enters_is_known_up_to_what_the_next_may_move() -> None:
    days = provincial(NATION, "37", [NEXT])
    assert days.known_until == date(2027, 12, 25)
    assert not days.is_working(date(2026, 12, 31))
    assert days.is_working(date(2027, 1, 9))
    assert days.version == f"{NATION.version}+37-2027.1"
    assert days.against(2027) == ([date(2027, 1, 1)], [date(2027, 1, 9)])
    assert provincial(NATION, "37", []) is NATION
    with pytest.raises(DomainError, match="2028年"):
        days.is_working(date(2027, 12, 26))


def test_pub_07_what_a_province_enters_for_a_known_year_stands_beside_the_nations_days() -> None:
    own = YearDays(2026, 2, (date(2026, 3, 18),), (date(2026, 10, 1),), "自治区通知")
    days = provincial(NATION, "45", [own])
    assert days.known_until == NATION.known_until
    assert not days.is_working(date(2026, 3, 18))
    assert days.is_working(date(2026, 10, 1))
    assert not days.is_working(date(2026, 10, 2))


def test_pub_07_a_year_out_of_turn_makes_nothing_known() -> None:
    late = replace(NEXT, year=2028)
    assert provincial(NATION, "37", [late]).known_until == NATION.known_until


@pytest.mark.parametrize(
    ("year", "resting", "working", "field"),
    [
        (2028, ["2028-01-01"], [], "year"),
        (2022, ["2022-01-03"], [], "year"),
        (2027, [], ["2027-01-09"], "resting"),
        (2027, ["2026-12-25"], [], "resting"),
        (2027, ["2027-01-01"], ["2028-01-02"], "working"),
        (2027, ["2027-01-01"], ["2027-01-01"], "working"),
    ],
)
def test_pub_07_refuses_years_out_of_turn_and_days_of_other_years(
    year: int, resting: list[str], working: list[str], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        check_year(NATION, year, map(date.fromisoformat, resting), map(date.fromisoformat, working))
    assert (refused.value.rule, refused.value.field) == ("PUB-07", field)
    check_year(NATION, 2027, [date(2026, 12, 26)], [])
