"""A cycle as it runs, a change that is wished for, and how two calendars differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.enrollment.domain.calendar import (
    REAL_DAY_SECONDS,
    Calendar,
    MilestoneDate,
    PhaseDates,
    PhaseWindow,
    build_calendar,
)
from services.enrollment.domain.policy import Policy

ONE_DAY = timedelta(days=1)


class Change(StrEnum):
    """What an amendment is."""

    AMEND = "amend"
    HOLD = "hold"
    RESUME = "resume"
    ADVANCE = "advance"
    END = "end"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as it is wished for; phases and milestones only to amend, then all of them, passed ones too."""

    kind: Change
    based_on: int
    phases: tuple[PhaseDates, ...] = ()
    milestones: tuple[MilestoneDate, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A cycle as it runs: its calendar, where its gate stands, and the database's clock."""

    calendar: Calendar
    time_zone: str
    sequence: int
    now: datetime
    policy: Policy
    held_since: datetime | None = None
    draft: bool = False

    @property
    def present(self) -> PhaseWindow:
        """The phase the gate stands in."""
        return self.calendar.phases[self.sequence]

    @property
    def following(self) -> PhaseWindow | None:
        """The phase that comes next; None in the last."""
        later = self.calendar.phases[self.sequence + 1 :]
        return later[0] if later else None

    @property
    def today(self) -> date:
        """The present calendar day."""
        return self.calendar.day_of(self.now)

    @property
    def notice_ends(self) -> datetime:
        """AMD-05: nothing is brought forward to sooner than this."""
        return self.now + self.policy.hours(self.policy.calendar_notice_hours, self.calendar.day)

    def has_opened(self, window: PhaseWindow) -> bool:
        """Whether a phase has begun: by the gate, or by the clock when the gate lags behind it."""
        return window.sequence <= self.sequence or passed(window.opens_at, self.now)

    def has_closed(self, window: PhaseWindow) -> bool:
        """Whether a phase is over: left by the gate, or ended by the clock."""
        return window.sequence < self.sequence or passed(window.closes_at, self.now)


@dataclass(frozen=True, slots=True)
class Amended:
    """What a wish makes of a calendar; `shift_days` is by how many calendar days a resumed cycle moves."""

    kind: Change
    calendar: Calendar
    shift_days: int = 0


def rebuilt(running: Running, dates: Sequence[PhaseDates], milestones: Sequence[MilestoneDate]) -> Calendar:
    """The calendar of `dates` with the days of the present one: local midnights, or compressed from the same anchor.

    Raises INVALID as `build_calendar` (CAL-02 to CAL-04, CAL-13).
    """
    first_day, opens_at = anchor(running.calendar)
    zone = ZoneInfo(running.time_zone)
    midnight = datetime.combine(first_day, time.min, tzinfo=zone).astimezone(UTC)
    compressed = running.calendar.day_seconds != REAL_DAY_SECONDS or midnight != opens_at
    return build_calendar(
        dates,
        running.time_zone,
        starts_at=opens_at if compressed else None,
        day_seconds=running.calendar.day_seconds,
        first_day=first_day if compressed else None,
        milestones=sorted(milestones, key=lambda each: (each.day, each.key)),
    )


def anchor(calendar: Calendar) -> tuple[date, datetime]:
    """A calendar day and the instant at which it begins."""
    window, entry = listed(calendar)[0]
    return entry.first_day, bound(window.opens_at)


def milestones_of(calendar: Calendar) -> dict[str, MilestoneDate]:
    """The province's milestones by key."""
    return {each.key: each for each in calendar.milestones}


@dataclass(frozen=True, slots=True)
class Difference:
    """One phase before and after; None where there is none."""

    before: PhaseWindow | None
    after: PhaseWindow | None

    @property
    def key(self) -> str:
        """The phase's key."""
        return self.shown.key

    @property
    def shown(self) -> PhaseWindow:
        """As it becomes; as it was, when it is gone."""
        window = self.after or self.before
        if window is None:
            raise ValueError("a difference is about a phase")
        return window

    @property
    def moved(self) -> bool:
        """True when its dates change, not only its name."""
        return self.before is None or self.after is None or _days(self.before) != _days(self.after)

    @property
    def shorter(self) -> bool:
        """True when it lasts fewer days, or is gone."""
        if self.before is None or self.after is None:
            return self.after is None
        return _length(self.after) < _length(self.before)

    @property
    def sooner(self) -> bool:
        """True when it opens or closes earlier than it would have."""
        if self.before is None or self.after is None:
            return False
        return _first(self.after) < _first(self.before) or _last(self.after) < _last(self.before)


def differing(before: Calendar, after: Calendar) -> list[Difference]:
    """The phases that are not as they were, in the order of the new calendar, those that are gone last."""
    known = {window.key: window for window, _ in listed(before)}
    found = [Difference(known.pop(window.key, None), window) for window, _ in listed(after)]
    found += [Difference(window, None) for window in known.values()]
    return [each for each in found if each.moved or _printed(each.before) != _printed(each.after)]


def listed(calendar: Calendar) -> list[tuple[PhaseWindow, PhaseDates]]:
    """The phases that a notice prints, each as it is planned and as it was printed."""
    return [
        (
            window,
            PhaseDates(window.phase, window.name, window.first_day, window.last_day, window.key, window.gap_name),
        )
        for window in calendar.phases
        if window.first_day is not None and window.last_day is not None
    ]


def sooner(becomes: datetime | None, was: datetime | None) -> bool:
    """Whether an instant comes forward."""
    return becomes is not None and was is not None and becomes < was


def passed(at: datetime | None, now: datetime) -> bool:
    """Whether an instant has come."""
    return at is not None and at <= now


def bound(at: datetime | None) -> datetime:
    """An instant of a listed phase, which has both."""
    if at is None:
        raise ValueError("a listed phase has both its instants")
    return at


def _days(window: PhaseWindow) -> tuple[date | None, date | None]:
    return window.first_day, window.last_day


def _first(window: PhaseWindow) -> date:
    return window.first_day or date.min


def _last(window: PhaseWindow) -> date:
    return window.last_day or date.max


def _length(window: PhaseWindow) -> timedelta:
    return _last(window) - _first(window)


def _printed(window: PhaseWindow | None) -> tuple[object, ...]:
    return () if window is None else (window.name, window.gap_name)
