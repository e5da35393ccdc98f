"""What a change of a calendar does, by pure rules: people, bases' dates, days off. Holds AMD-20, AMD-21 and AMD-22."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.domain.amendable import Amended, Change, Running, Wish
from services.enrollment.domain.amending import amended
from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.impact import BaseDates, Clash, Group, Impact, Reach, impact, reach
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2, P3, P4, P5
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.working_days import WorkingDays

DATES = (
    PhaseDates(P1, "报名", date(2023, 7, 3), date(2023, 7, 10)),
    PhaseDates(P2, "一志愿", date(2023, 7, 11), date(2023, 7, 31)),
    PhaseDates(P3, "二志愿", date(2023, 8, 1), date(2023, 8, 10)),
    PhaseDates(P4, "调剂", date(2023, 8, 11), date(2023, 8, 15)),
    PhaseDates(P5, "核实", date(2023, 8, 16), date(2023, 8, 31)),
)
WORKING = WorkingDays("1", "", date(2023, 1, 1), date(2023, 8, 20))
NOW = datetime(2023, 7, 20, 4, tzinfo=UTC)
BASES = {"A": "甲院", "B": "乙院"}


def calendar(**ends: date) -> Calendar:
    """The calendar with other ends; a phase that follows begins the day after."""
    dates = list(DATES)
    for number, entry in enumerate(dates):
        end = ends.get(entry.phase.value)
        if end is not None:
            dates[number] = replace(entry, last_day=end)
            if number + 1 < len(dates):
                dates[number + 1] = replace(dates[number + 1], first_day=end + timedelta(days=1))
    return build_calendar(dates, "Asia/Shanghai")


def of(after: Calendar, groups: list[Group], *dates: BaseDates, **policy: object) -> Impact:
    """What it does in the first round."""
    running = Running(calendar(), "Asia/Shanghai", 2, NOW, Policy(**policy))  # type: ignore[arg-type]
    return impact(running, Amended(Change.AMEND, after), groups, list(dates), BASES, WORKING)


def people(state: State, count: int, base: str = "A", number: int = 1, fix_until: datetime | None = None) -> Group:
    return Group(state, number, base, fix_until, count)


CALENDAR = calendar()


@pytest.mark.parametrize(
    ("state", "number", "phase", "found"),
    [
        (State.PENDING, 1, 2, Reach.DEADLINE),
        (State.REJECTED, 1, 2, Reach.DEADLINE),
        (State.APPROVED, 1, 2, Reach.PHASE),
        (State.PROVISIONAL, 1, 2, Reach.PHASE),
        (State.ADMITTED, 1, 2, Reach.NOTHING),
        (State.DRAFT, 1, 2, Reach.NOTHING),
        (State.DRAFT, 1, 3, Reach.PHASE),
        (State.PENDING, 1, 3, Reach.PHASE),
        (State.APPROVED, 1, 3, Reach.PHASE),
        (State.PENDING, 1, 5, Reach.NOTHING),
        (State.PROVISIONAL, 1, 5, Reach.PHASE),
    ],
)
def test_amd_20_who_waits_for_what_in_a_phase(state: State, number: int, phase: int, found: Reach) -> None:
    """AMD-20: as the tables of the commands say: verdicts end with the base's deadline, the rest with the phase."""
    assert reach(state, number, CALENDAR.phases[phase], Policy()) is found


def test_amd_20_a_base_with_a_deadline_of_its_own_gains_nothing_for_its_verdicts() -> None:
    deadline = BaseDates("B", 1, Milestones(review_deadline=datetime(2023, 7, 28, tzinfo=UTC)))
    groups = [people(State.PENDING, 10), people(State.PENDING, 100, "B"), people(State.APPROVED, 1000, "B")]
    longer = of(calendar(first_choice=date(2023, 8, 2)), groups, deadline)
    assert [(each.key, each.gain, each.lose) for each in longer.phases] == [
        *(("first_choice", 1010, 0), ("second_choice", 0, 1110))
    ]
    assert (longer.applicants, longer.bases) == (1110, 2)
    shorter = of(calendar(first_choice=date(2023, 7, 29)), groups, deadline)
    assert [(each.key, each.gain, each.lose) for each in shorter.phases] == [
        *(("first_choice", 0, 1010), ("second_choice", 1110, 0))
    ]


def test_amd_20_a_window_to_repair_is_ones_own() -> None:
    ends_at = datetime(2023, 7, 30, tzinfo=UTC)
    groups = [people(State.REJECTED, 10), people(State.REJECTED, 1, fix_until=ends_at)]
    deadline = BaseDates("A", 1, Milestones(review_deadline=datetime(2023, 7, 29, tzinfo=UTC)))
    shorter = of(calendar(first_choice=date(2023, 7, 27)), groups, deadline)
    assert [each.lose for each in shorter.phases] == [10, 0]


def test_amd_20_nobody_has_less_time_when_a_cycle_goes_on() -> None:
    since = NOW - timedelta(days=1.5)
    running = Running(calendar(), "Asia/Shanghai", 2, NOW, Policy(), held_since=since)
    own = BaseDates("B", 1, Milestones(review_deadline=datetime(2023, 7, 28, tzinfo=UTC)))
    groups = [
        *(people(State.PENDING, 1), people(State.PENDING, 10, "B"), people(State.APPROVED, 100)),
        people(State.REJECTED, 1000, fix_until=NOW + timedelta(hours=3)),
    ]
    wish = Wish(Change.RESUME, 1)
    found = impact(running, amended(wish, running), groups, [own], BASES, WORKING)
    assert [(each.key, each.gain, each.lose) for each in found.phases] == [
        *(("first_choice", 1111, 0), ("second_choice", 0, 0), ("reallocation", 0, 0), ("confirmation", 0, 0))
    ]
    assert (found.unfit, found.people, found.urgent) == ((), 1, True)


def test_amd_20_every_base_is_told_that_everything_stops() -> None:
    """AMD-20: while registration is open too, when no base decides anything yet."""
    running = Running(calendar(), "Asia/Shanghai", 1, datetime(2023, 7, 5, 4, tzinfo=UTC), Policy())
    held = impact(running, amended(Wish(Change.HOLD, 1), running), [people(State.DRAFT, 3)], [], BASES, WORKING)
    assert (held.applicants, held.bases) == (3, 2)


def test_amd_21_dates_to_come_outside_their_round() -> None:
    dates = Milestones(
        review_deadline=datetime(2023, 7, 19, tzinfo=UTC),
        written_exam=datetime(2023, 7, 25, tzinfo=UTC),
        interview=datetime(2023, 7, 30, tzinfo=UTC),
    )
    found = of(calendar(first_choice=date(2023, 7, 28)), [], BaseDates("B", 1, dates), BaseDates("A", 7, dates)).unfit
    assert [(each.base_code, each.base_name, each.round, each.milestone) for each in found] == [
        *(("B", "乙院", 1, "interview"), ("A", "甲院", 7, "written_exam"), ("A", "甲院", 7, "interview"))
    ]


def test_amd_22_days_off_and_days_unknown() -> None:
    dates = [*DATES[:2], replace(DATES[2], last_day=date(2023, 8, 12)), replace(DATES[3], first_day=date(2023, 8, 13))]
    dates += [replace(DATES[4], last_day=date(2023, 9, 1))]
    after = build_calendar(
        dates, "Asia/Shanghai", milestones=(MilestoneDate("scores", "second_choice", "成绩", date(2023, 8, 6)),)
    )
    found = of(after, [], publicity_working_days=7).clashes
    assert list(found) == [
        Clash(date(2023, 8, 12), "second_choice", "closes", known=True),
        Clash(date(2023, 8, 12), "second_choice", "publicity", known=False),
        Clash(date(2023, 8, 13), "reallocation", "opens", known=True),
        Clash(date(2023, 9, 1), "confirmation", "closes", known=False),
        Clash(date(2023, 8, 6), "scores", "milestone", known=True),
    ]
