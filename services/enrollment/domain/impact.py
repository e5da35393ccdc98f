"""What a change of a calendar does to people, bases and days, before it is made (rules AMD-20 to AMD-23)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache

from services.enrollment.domain.amendable import Amended, Change, Difference, Running, differing, milestones_of
from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseWindow
from services.enrollment.domain.case import Actor, Case, Moment, Standing
from services.enrollment.domain.checks import bound_by_deadline, in_table
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.mattering import is_urgent, people, reasons
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P5, REVIEWING
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.tables import Action, Role
from services.enrollment.domain.working_days import WorkingDays
from services.kit.domain import DomainError

ACTS = (
    *(Action.SUBMIT, Action.CONFIRM_PLACE),
    *(Action.APPROVE, Action.REJECT, Action.ENTER_SCORES, Action.GRANT_PROVISIONAL, Action.RECORD_NOT_SELECTED),
    Action.ADMIT,
)
"""What makes it matter to somebody how long a phase lasts: what moves their application on, by them or their base."""
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Group:
    """So many people whose applications stand alike: stored state and round, base, own window to repair."""

    state: State
    round: int
    base_code: str
    fix_until: datetime | None
    people: int


@dataclass(frozen=True, slots=True)
class BaseDates:
    """A base's own dates in a round that was not closed."""

    base_code: str
    round: int
    milestones: Milestones


@dataclass(frozen=True, slots=True)
class PhaseImpact:
    """How one phase changes, and for how many people what they wait for lasts longer or shorter."""

    key: str
    name: str
    before: PhaseWindow | None
    after: PhaseWindow | None
    gain: int
    lose: int


@dataclass(frozen=True, slots=True)
class Unfit:
    """A base's own date outside its round."""

    base_code: str
    base_name: str
    round: int
    milestone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """A day that is no working day, or of which nobody knows yet; `what`: opens, closes, milestone or publicity."""

    day: date
    key: str
    what: str
    known: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything a change does."""

    phases: tuple[PhaseImpact, ...]
    unfit: tuple[Unfit, ...]
    clashes: tuple[Clash, ...]
    applicants: int
    bases: int
    reasons: tuple[str, ...]
    urgent: bool
    people: int
    calendar: tuple[PhaseWindow, ...]
    milestones: tuple[MilestoneDate, ...] = field(default=())


class Reach(Enum):
    """Until when somebody, or their base, can act on an application in a phase."""

    NOTHING = 0
    DEADLINE = 1
    PHASE = 2


def impact(
    running: Running,
    after: Amended,
    groups: Sequence[Group],
    dates: Sequence[BaseDates],
    bases: Mapping[str, str],
    working: WorkingDays,
) -> Impact:
    """AMD-20: what a change does, by the same rules that the commands are guarded by.

    `bases` are the cycle's, code and name. People are foreseen as they stand, as though nobody did anything until then.
    """
    touched = touched_phases(running, after)
    shifted = [moved_dates(running, after, each) for each in dates]
    counted = _Counting(running, after, dates, shifted)
    told = sum(group.people for group in groups if any(counted.reaches(group, each) for each in touched))
    outside = unfit(running, after.calendar, shifted, bases)
    concerned = {base.base_code for base in outside}
    if after.kind is not Change.AMEND or any(each.shown.phase in (*REVIEWING, P5) for each in touched):
        concerned = set(bases)
    return Impact(
        tuple(_phase_impact(counted, each, groups) for each in touched),
        tuple(outside),
        tuple(clashes(running, after.calendar, working)),
        told,
        len(concerned),
        reasons(running, after),
        is_urgent(running, after),
        people(running, after),
        after.calendar.phases,
        after.calendar.milestones,
    )


def touched_phases(running: Running, after: Amended) -> list[Difference]:
    """The phases that change; the present one too when everything stops in it."""
    if after.kind is Change.HOLD:
        return [Difference(running.present, running.present)]
    return differing(running.calendar, after.calendar)


def moved_dates(running: Running, after: Amended, dates: BaseDates) -> BaseDates:
    """AMD-08: a base's own dates that had not come when the cycle was held move with it."""
    if running.held_since is None or not after.shift_days:
        return dates
    shift = running.calendar.day * after.shift_days
    moved = {name: at + shift if at > running.held_since else at for name, at in dates.milestones.dated()}
    return BaseDates(dates.base_code, dates.round, Milestones(**moved))


def unfit(running: Running, after: Calendar, dates: Iterable[BaseDates], bases: Mapping[str, str]) -> list[Unfit]:
    """AMD-21: a base's own dates still to come that lie outside their round, or whose round is gone."""
    found = []
    for each in dates:
        window = after.window_of(each.round)
        if window is not None and window.sequence < running.sequence:
            continue
        for name, at in each.milestones.dated():
            if at > running.now and not (window is not None and _fits(window, at)):
                found.append(Unfit(each.base_code, bases.get(each.base_code, ""), each.round, name, at))
    return found


def clashes(running: Running, after: Calendar, working: WorkingDays) -> list[Clash]:
    """AMD-22: openings, ends and milestones that are set anew and fall on no working day; what is unknown is said so.

    A list that is published on the last day of a round must have an end that can be reckoned.
    """
    found = []
    for each in differing(running.calendar, after):
        before, window = each.before, each.after
        if window is None or window.first_day is None or window.last_day is None:
            continue
        if before is None or before.first_day != window.first_day:
            found += _clash(working, window.first_day, window.key, "opens")
        if before is None or before.last_day != window.last_day:
            found += _clash(working, window.last_day, window.key, "closes")
            found += _publicity(running.policy, working, window)
    known = milestones_of(running.calendar)
    for milestone in after.milestones:
        if milestone.key not in known or known[milestone.key].day != milestone.day:
            found += _clash(working, milestone.day, milestone.key, "milestone")
    return found


class _Counting:
    """For whom the time in which they or their base can act becomes longer or shorter."""

    def __init__(
        self, running: Running, after: Amended, before_dates: Sequence[BaseDates], after_dates: Sequence[BaseDates]
    ) -> None:
        self._running = running
        self._held = after.kind is Change.HOLD
        self._shift = running.calendar.day * after.shift_days
        self._before = {(each.base_code, each.round): each.milestones for each in before_dates}
        self._after = {(each.base_code, each.round): each.milestones for each in after_dates}
        self._reach = cache(self._reach_of)

    def reaches(self, group: Group, each: Difference) -> bool:
        """Whether a phase that changes is one in which these people or their base can act."""
        windows = [window for window in (each.before, each.after) if window is not None]
        return any(self._reach(group.state, group.round, window) is not Reach.NOTHING for window in windows)

    def change(self, group: Group, each: Difference) -> int:
        """1 when their time becomes longer, -1 when shorter, 0 when it stays."""
        # A cycle that is held stands still: what was left then is compared with what is left now.
        begun = self._running.held_since or self._running.now
        before = self._left(group, each.before, begun, self._before)
        if group.fix_until is not None and group.fix_until > begun:
            group = replace(group, fix_until=group.fix_until + self._shift)
        after = _NOTHING if self._held else self._left(group, each.after, self._running.now, self._after)
        return (after > before) - (after < before)

    def _left(
        self,
        group: Group,
        window: PhaseWindow | None,
        begun: datetime,
        dates: dict[tuple[str, int], Milestones],
    ) -> timedelta:
        if window is None or window.opens_at is None or window.closes_at is None:
            return _NOTHING
        reach = self._reach(group.state, group.round, window)
        if reach is Reach.NOTHING:
            return _NOTHING
        ends = window.closes_at
        if reach is Reach.DEADLINE:
            case = _case(group.state, group.round, window, self._running.policy, group.fix_until, begun)
            own = dates.get((group.base_code, window.round), case.milestones)
            ends = replace(case, milestones=own).deadline or ends
        return max(_NOTHING, ends - max(begun, window.opens_at))

    def _reach_of(self, state: State, number: int, window: PhaseWindow) -> Reach:
        return reach(state, number, window, self._running.policy)


def reach(state: State, number: int, window: PhaseWindow, policy: Policy) -> Reach:
    """AMD-20: until when an application stored so can be acted on in a phase: by B4 and B5, as commands are guarded."""
    case = _case(state, number, window, policy, None, None)
    open_to = [action for action in ACTS if in_table(action, case)]
    if not open_to:
        return Reach.NOTHING
    return Reach.DEADLINE if all(bound_by_deadline(action, case) for action in open_to) else Reach.PHASE


def _case(
    state: State,
    number: int,
    window: PhaseWindow,
    policy: Policy,
    fix_until: datetime | None,
    now: datetime | None,
) -> Case:
    at = now or window.opens_at or window.closes_at
    if at is None:
        raise ValueError("a listed phase has both its instants")
    moment = Moment(window.phase, window.round, at, window.closes_at, window.opens_at)
    standing = Standing(state, number, submission_number=1, marks=Marks(fix_until=fix_until))
    return Case(moment, Milestones(), standing, Actor(Role.APPLICANT), policy)


def _phase_impact(counted: _Counting, each: Difference, groups: Sequence[Group]) -> PhaseImpact:
    changes = [(counted.change(group, each), group.people) for group in groups]
    return PhaseImpact(
        each.key,
        each.shown.name,
        each.before,
        each.after,
        sum(people for change, people in changes if change > 0),
        sum(people for change, people in changes if change < 0),
    )


def _fits(window: PhaseWindow, at: datetime) -> bool:
    return window.opens_at is not None and window.closes_at is not None and window.opens_at <= at <= window.closes_at


def _clash(working: WorkingDays, day: date, key: str, what: str) -> list[Clash]:
    try:
        return [] if working.is_working(day) else [Clash(day, key, what, known=True)]
    except DomainError:
        return [Clash(day, key, what, known=False)]


def _publicity(policy: Policy, working: WorkingDays, window: PhaseWindow) -> list[Clash]:
    if window.phase not in REVIEWING or window.last_day is None or policy.publicity_working_days <= 0:
        return []
    try:
        working.after(window.last_day, policy.publicity_working_days)
    except DomainError:
        return [Clash(window.last_day, window.key, "publicity", known=False)]
    return []
