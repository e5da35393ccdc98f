"""Provinces with two, three or four rounds, with or without reallocation: the rules follow the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from services.enrollment.domain.application import PLACED, State, effective_state, is_overdue
from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.capabilities import Action, Actor, Moment, Policy, Standing, capabilities, decide
from services.enrollment.domain.case import Case
from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import AFTER_ALL_ROUNDS, ORDER, P2, P3, P4, P6
from services.enrollment.domain.policy_rules import changed_policy
from services.enrollment.domain.queue import Cell, cells, due_at
from services.enrollment.domain.reversion import revert
from services.enrollment.domain.tables import B4, B5
from services.kit.domain import DomainError

# Phases in order, then where the cycle stands in each of them, P6 included: `*` once every round is over.
TABLE = """
P1 P2 P5          | 1 1 * *
P1 P2 P3 P5       | 1 1 2 * *
P1 P2 P4 P5       | 1 1 2 * *
P1 P2 P3 P4 P5    | 1 1 2 3 * *
P1 P2 P3 P3 P4 P5 | 1 1 2 3 4 * *
P1 P2 P3 P3 P3 P5 | 1 1 2 3 4 * *
"""
BASE = "SD-QILU"
APPLICANT, ADMINISTRATOR = Actor("applicant"), Actor("base_administrator", BASE)


def calendar_of(names: str) -> Calendar:
    """These phases, three days each, from 1 July 2023."""
    first = date(2023, 7, 1)
    days = [first + timedelta(days=3 * place) for place in range(12)]
    kinds = [ORDER[int(name[1])] for name in names.split()]
    return build_calendar(
        [PhaseDates(kind, kind.value, day, day + timedelta(days=2)) for kind, day in zip(kinds, days, strict=False)],
        "Asia/Shanghai",
    )


@dataclass(frozen=True)
class Year:
    """A calendar, and where it stands in each phase after preparation."""

    calendar: Calendar
    stands: tuple[int, ...]

    def moments(self) -> Iterator[tuple[Moment, int]]:
        """The middle of each phase after preparation, with where the cycle stands then."""
        phases = self.calendar.phases
        for place, (window, stand) in enumerate(zip(phases[1:], self.stands, strict=True), 1):
            opens_at, ahead = at(window.opens_at), phases[place + 1 :]
            now = opens_at + timedelta(hours=36)
            yield Moment(window.phase, window.round, now, window.closes_at, opens_at, ahead), stand


def at(instant: datetime | None) -> datetime:
    assert instant is not None
    return instant


def years() -> dict[str, Year]:
    found = {}
    for line in TABLE.strip().splitlines():
        names, stands = (part.strip() for part in line.split("|"))
        numbers = tuple(AFTER_ALL_ROUNDS if word == "*" else int(word) for word in stands.split())
        found[names] = Year(calendar_of(names), numbers)
    return found


YEARS = years()
every_year = pytest.mark.parametrize("year", YEARS.values(), ids=YEARS.keys())


@every_year
def test_rounds_are_counted_by_their_place(year: Year) -> None:
    """CAL-12 CAL-14: a round is the how-manieth phase in which bases decide; after the last stands more than any."""
    assert [moment.standing for moment, _ in year.moments()] == list(year.stands)
    rounds = [stand for stand in year.stands[1:] if stand != AFTER_ALL_ROUNDS]
    assert list(year.calendar.rounds) == rounds == list(range(1, len(rounds) + 1))
    for number in rounds:
        window = year.calendar.window_of(number)
        assert window is not None
        assert (window.round, window.phase in (P2, P3, P4)) == (number, True)
    assert all(year.calendar.window_of(number) is None for number in (0, len(rounds) + 1, AFTER_ALL_ROUNDS))
    assert len({window.key for window in year.calendar.phases}) == len(year.calendar.phases)


@every_year
def test_states_follow_the_round_that_is_reviewed(year: Year) -> None:
    """APP-02 APP-03: an earlier round's rest reopens in each later one, and is closed when the last has ended."""
    for moment, stand in year.moments():
        for number in year.calendar.rounds:
            if number > stand:
                continue
            meant = "pending" if number == stand else "closed_unplaced" if stand == AFTER_ALL_ROUNDS else "reopened"
            assert effective_state(State.PENDING, number, moment.standing) == meant, (moment.phase, number)
            for placed in PLACED:
                assert effective_state(placed, number, moment.standing) is placed
        draft = State.CLOSED_UNPLACED if stand == AFTER_ALL_ROUNDS else State.DRAFT
        assert effective_state(State.DRAFT, 1, moment.standing) is draft
        assert is_overdue(State.PROVISIONAL, moment.phase) == (moment.phase is P6)


@every_year
def test_the_kind_of_a_phase_says_what_may_be_done_in_it(year: Year) -> None:
    """CAL-14: B4 and B5 hold by the kind of the phase, in whichever round it is."""
    for moment, stand in year.moments():
        for state in (State.DRAFT, State.PENDING, State.REJECTED, State.APPROVED, State.PROVISIONAL):
            standing = Standing(state, min(stand, year.calendar.rounds[-1]), 1, BASE, accepts_reallocation=True)
            meant = effective_state(state, standing.round, stand)
            case = (moment, Milestones(), standing)
            may = capabilities(*case, APPLICANT, Policy())
            for action in (Action.EDIT_BASE, Action.EDIT_PROFILE, Action.SUBMIT):
                assert may[action].allowed == (action in B4[meant].cells.get(moment.phase, ()))
            staff = capabilities(*case, ADMINISTRATOR, Policy())
            for action in (Action.APPROVE, Action.REJECT, Action.GRANT_PROVISIONAL, Action.RECORD_NOT_SELECTED):
                wanted = B5[action].cells.get(moment.phase, frozenset())
                assert staff[action].allowed == (wanted is None or meant in wanted)


@every_year
def test_whoever_is_left_over_is_told_when_the_next_round_opens(year: Year) -> None:
    """CAL-14: by the calendar's own windows, also where a kind of phase comes again, or no round is left."""
    phases = year.calendar.phases
    for moment, stand in year.moments():
        if moment.phase not in (P2, P3):
            continue
        standing = Standing(State.APPROVED, stand, 1, BASE)
        refused = decide(Action.EDIT_PROFILE, moment, Milestones(), standing, APPLICANT, Policy())
        following = year.calendar.window_of(stand + 1)
        until = (following.opens_at, following.phase.label) if following is not None else (None, "")
        assert (refused.allowed, (refused.until, refused.changed_by)) == (False, until)
        open_ = decide(Action.RECORD_NOT_SELECTED, moment, Milestones(), standing, ADMINISTRATOR, Policy())
        place = next(place for place, window in enumerate(phases) if window.round == stand)
        assert (open_.until, open_.changed_by) == (phases[place].closes_at, phases[place + 1].phase.label)


@every_year
def test_whoever_withdrew_starts_again_in_a_later_round_only(year: Year) -> None:
    """CAP-REREGISTER: in each round in which anybody starts."""
    for moment, stand in year.moments():
        for number in year.calendar.rounds:
            may = decide(
                Action.START, moment, Milestones(), Standing(State.WITHDRAWN, number), APPLICANT, Policy()
            ).allowed
            assert may == (moment.phase in (P3, P4) and number < stand)


@every_year
def test_a_queue_shows_the_round_under_way(year: Year) -> None:
    """CAP-QUEUE PLC-03: and what waits in it has its days from its own opening on."""
    rounds = year.calendar.rounds
    for moment, stand in year.moments():
        shown = cells(moment.standing, rounds, frozenset())
        pending = [cell.round for cell in shown if cell.state is State.PENDING]
        assert pending == ([stand] if stand in rounds else list(rounds))
        assert {cell.round for cell in shown if cell.state is State.ADMITTED} == set(rounds)
        waits = Case(moment, Milestones(), Standing(State.PENDING, stand, 1, BASE), ADMINISTRATOR, Policy())
        due = due_at(waits, at(year.calendar.phases[1].opens_at))
        opens_at = at(moment.opens_at)
        assert due == (min(opens_at + timedelta(days=5), at(moment.closes_at)) if moment.round else None)
    assert cells(0, rounds, frozenset()) == []
    assert Cell(rounds[-1], State.REJECTED) in cells(AFTER_ALL_ROUNDS, rounds, frozenset({State.CLOSED_UNPLACED}))


@every_year
def test_places_revert_after_rounds_that_the_cycle_has(year: Year) -> None:
    """PLAN-11 PLAN-13: a rule names a round of this calendar, and holds once that is over."""
    catalogue = Catalogue({"A": "甲", "B": "乙"}, {"0100": "内科"}, {("A", "0100"): 2, ("B", "0100"): 2})
    last = year.calendar.rounds[-1]

    def after(number: int) -> Policy:
        row = {"from": ["A", "0100"], "to": ["B", "0100"], "after_round": number}
        return changed_policy(Policy(), {"reversion": [row]}, catalogue, year.calendar.rounds)

    for number in (0, last + 1):
        with pytest.raises(DomainError, match=f"after_round 须为 {'、'.join(map(str, year.calendar.rounds))}") as error:
            after(number)
        assert error.value.rule == "PLAN-11"
    for moment, stand in year.moments():
        assert bool(revert(after(last).reversion, catalogue, {}, moment.standing)) == (stand == AFTER_ALL_ROUNDS)
        assert bool(revert(after(1).reversion, catalogue, {}, moment.standing)) == (stand > 1)


@pytest.mark.parametrize("names", ["P1 P1", "P1 P2 P2", "P1 P3 P2", "P1 P4 P3", "P1 P4 P4", "P1 P5 P5", "P0 P1", "P6"])
def test_only_a_second_choice_comes_again(names: str) -> None:
    """CAL-02."""
    with pytest.raises(DomainError) as refused:
        calendar_of(names)
    assert refused.value.rule == "CAL-02"


def test_a_year_has_nine_rounds_at_most() -> None:
    """CAL-12."""
    assert calendar_of("P1 P2 P3 P3 P3 P3 P3 P3 P3 P4 P5").rounds[-1] == 9
    with pytest.raises(DomainError, match="不能超过 9 轮") as refused:
        calendar_of("P1 P2 P3 P3 P3 P3 P3 P3 P3 P3 P4 P5")
    assert refused.value.rule == "CAL-12"


def test_a_phase_keeps_its_key_and_shares_it_with_none() -> None:
    """CAL-02: a key that is given stays; one that is not is made from the kind."""
    keyed = [window.key for window in calendar_of("P1 P2 P3 P3 P3 P5").phases]
    assert keyed[3:6] == ["second_choice", "second_choice.2", "second_choice.3"]
    day = date(2023, 7, 1)
    twice = [PhaseDates(P2, "一", day, day, "a"), PhaseDates(P3, "二", day + timedelta(1), day + timedelta(1), "a")]
    with pytest.raises(DomainError) as refused:
        build_calendar(twice, "Asia/Shanghai")
    assert (refused.value.rule, refused.value.reason) == ("CAL-02", "CALENDAR_KEY")


@pytest.mark.parametrize(
    ("milestones", "reason"),
    [
        ([MilestoneDate("scores", "first_choice", "公布成绩", date(2023, 7, 4))], ""),
        ([MilestoneDate("scores", "first_choice", "公布成绩", date(2023, 7, 6), exam=True)], ""),
        ([MilestoneDate("scores", "first_choice", "公布成绩", date(2023, 7, 7))], "CALENDAR_MILESTONE"),
        ([MilestoneDate("scores", "interview", "公布成绩", date(2023, 7, 4))], "CALENDAR_MILESTONE"),
        ([MilestoneDate("scores", "first_choice", "公布成绩", date(2023, 7, 4))] * 2, "CALENDAR_KEY"),
    ],
)
def test_a_milestone_of_the_province_lies_in_its_phase(milestones: list[MilestoneDate], reason: str) -> None:
    """CAL-13."""
    first, second = date(2023, 7, 1), date(2023, 7, 4)
    dates = [
        PhaseDates(ORDER[1], "报名", first, second - timedelta(1)),
        PhaseDates(P2, "一志愿", second, second + timedelta(2)),
    ]
    if not reason:
        assert build_calendar(dates, "Asia/Shanghai", milestones=milestones).milestones == tuple(milestones)
        return
    with pytest.raises(DomainError) as refused:
        build_calendar(dates, "Asia/Shanghai", milestones=milestones)
    assert (refused.value.rule, refused.value.reason) == ("CAL-13", reason)
