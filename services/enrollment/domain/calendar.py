"""Dates as a notice prints them, turned once into half-open windows of real instants (rules CAL-01 to CAL-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.enrollment.domain.phases import LISTED, ORDER, P0, P6, REPEATED, REVIEWING, Phase
from services.kit.domain import DomainError, Kind

MOST_ROUNDS = 9
"""Review rounds that a cycle may have, at most."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
REAL_DAY_SECONDS = 86_400.0
"""Seconds of a calendar day outside rehearsals."""


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """One phase as the notice prints it: inclusive calendar days in the province's zone."""

    phase: Phase
    name: str
    first_day: date
    last_day: date
    key: str = ""
    """What it is called for as long as the cycle lasts, however it is renamed or moved; empty: named by its place."""
    gap_name: str = ""
    """Name of the gap that follows, when one does."""


@dataclass(frozen=True, slots=True)
class MilestoneDate:
    """A day of the province that is no phase of its own (scores are out, a common exam), inside phase `phase_key`."""

    key: str
    phase_key: str
    name: str
    day: date
    exam: bool = False
    """Nobody is disturbed on the morning of an exam."""


@dataclass(frozen=True, slots=True)
class PhaseWindow:
    """One phase with its instants, half-open `[opens_at, closes_at)`, in UTC; None where there is no bound."""

    phase: Phase
    sequence: int
    name: str
    first_day: date | None
    last_day: date | None
    opens_at: datetime | None
    closes_at: datetime | None
    round: int = 0
    """Review round: the how-manieth phase of the cycle in which bases decide; 0 when they do not."""
    key: str = ""
    gap_name: str = ""

    def covers(self, instant: datetime) -> bool:
        """True when `instant` lies inside the window."""
        return (self.opens_at is None or self.opens_at <= instant) and (
            self.closes_at is None or instant < self.closes_at
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """All phases of a cycle in order, preparation and closed included, and how long a calendar day lasts."""

    phases: tuple[PhaseWindow, ...]
    day_seconds: float
    milestones: tuple[MilestoneDate, ...] = ()

    @property
    def day(self) -> timedelta:
        """Real time a calendar day takes."""
        return timedelta(seconds=self.day_seconds)

    @property
    def rounds(self) -> range:
        """CAL-12: the numbers of the review rounds; there is always a first, which registration is for."""
        return range(1, max(1, *(window.round for window in self.phases)) + 1)

    def window_of(self, number: int) -> PhaseWindow | None:
        """The phase in which round `number` is reviewed; None when there is none."""
        return next((window for window in self.phases if number and window.round == number), None)

    def day_of(self, instant: datetime) -> date:
        """LIST-05: the calendar day in which `instant` lies: counted from the start of the first day of the notice.

        Days are as long as the calendar says, so that a rehearsal's are compressed with it.
        """
        first_day, starts_at = self._start()
        return first_day + timedelta(days=(instant - starts_at) // self.day)

    def instant_of(self, day: date) -> datetime:
        """LIST-05: when calendar day `day` begins, in UTC: the reverse of `day_of`."""
        first_day, starts_at = self._start()
        return starts_at + (day - first_day).days * self.day

    @property
    def begins_at(self) -> datetime:
        """When the first day listed begins, in UTC."""
        return self._start()[1]

    def _start(self) -> tuple[date, datetime]:
        for window in self.phases:
            if window.first_day is not None and window.opens_at is not None:
                return window.first_day, window.opens_at
        raise ValueError("a calendar lists at least one phase")


def build_calendar(
    dates: Sequence[PhaseDates],
    time_zone: str,
    *,
    starts_at: datetime | None = None,
    day_seconds: float = 0.0,
    first_day: date | None = None,
    milestones: Sequence[MilestoneDate] = (),
) -> Calendar:
    """CAL-01: inclusive days become half-open windows `[first 00:00, day after the last 00:00)` of the zone, in UTC.

    `starts_at` is when `first_day` begins (by default the first day listed), in rehearsals only. Raises DomainError
    INVALID naming the rule, the phase or milestone at fault and the dates.
    """
    dates = _keyed(dates)
    _check_phases(dates)
    _check_rounds(dates)
    _check_dates(dates)
    _check_milestones(milestones, dates)
    zone = _zone(time_zone)
    seconds = _check_compression(starts_at, day_seconds)
    first = first_day or dates[0].first_day

    def instant(day: date) -> datetime:
        if starts_at is not None:
            return compressed_instant(first, day, starts_at, seconds)
        return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)

    windows = [
        PhaseWindow(
            entry.phase,
            number,
            entry.name,
            entry.first_day,
            entry.last_day,
            instant(entry.first_day),
            instant(entry.last_day + timedelta(days=1)),
            _round_of(dates, number - 1),
            entry.key,
            entry.gap_name,
        )
        for number, entry in enumerate(dates, start=1)
    ]
    preparation = PhaseWindow(P0, 0, "准备", None, None, None, windows[0].opens_at, key=P0.value)
    closed = PhaseWindow(P6, len(windows) + 1, "结束", None, None, windows[-1].closes_at, None, key=P6.value)
    return Calendar((preparation, *windows, closed), seconds, tuple(milestones))


def _check_rounds(dates: Sequence[PhaseDates]) -> None:
    """CAL-12: a cycle has nine rounds at most."""
    if sum(entry.phase in REVIEWING for entry in dates) > MOST_ROUNDS:
        raise DomainError(
            Kind.INVALID, "CALENDAR_ROUNDS", f"审核轮次不能超过 {MOST_ROUNDS} 轮。", field="phases", rule="CAL-12"
        )


def _round_of(dates: Sequence[PhaseDates], place: int) -> int:
    """CAL-12: rounds are counted: the first phase in which bases decide is round 1, the next round 2, and so on."""
    if dates[place].phase not in REVIEWING:
        return 0
    return sum(entry.phase in REVIEWING for entry in dates[: place + 1])


def _keyed(dates: Sequence[PhaseDates]) -> list[PhaseDates]:
    """The phases, each with the key it has or is given: its kind, counted from the second of a kind on."""
    found: list[PhaseDates] = []
    taken = {entry.key for entry in dates if entry.key}
    for entry in dates:
        key, number = entry.key or entry.phase.value, 1
        while not entry.key and key in taken:
            number += 1
            key = f"{entry.phase.value}.{number}"
        taken.add(key)
        found.append(replace(entry, key=key))
    return found


def compressed_instant(first: date, day: date, starts_at: datetime, day_seconds: float) -> datetime:
    """CAL-05: in a rehearsal, calendar day N begins N times `day_seconds` after `starts_at`; no clock is faked."""
    return (starts_at + timedelta(seconds=(day - first).days * day_seconds)).astimezone(UTC)


def _check_phases(dates: Sequence[PhaseDates]) -> None:
    """CAL-02: phases come in the order of a cycle; only the second choice may come again; two never share a key.

    So a province has two, three or four rounds, with or without reallocation; preparation and closed are never listed.
    """
    if not dates:
        raise DomainError(Kind.INVALID, "CALENDAR_EMPTY", "日程不能为空。", field="phases", rule="CAL-02")
    for entry in dates:
        if entry.phase not in LISTED:
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_PHASE",
                f"阶段 {entry.phase.value} 不应列入日程。",
                field=f"phases.{entry.phase.value}",
                rule="CAL-02",
            )
    for before, after in pairwise(dates):
        step = ORDER.index(after.phase) - ORDER.index(before.phase)
        if step < 0 or (step == 0 and after.phase not in REPEATED):
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_PHASE_ORDER",
                f"阶段顺序有误:{after.phase.value} 不能排在 {before.phase.value} 之后。",
                field=f"phases.{after.phase.value}",
                rule="CAL-02",
            )
    if len({entry.key for entry in dates}) != len(dates):
        raise DomainError(Kind.INVALID, "CALENDAR_KEY", "两个阶段的标识相同。", field="phases", rule="CAL-02")


def _check_milestones(milestones: Sequence[MilestoneDate], dates: Sequence[PhaseDates]) -> None:
    """CAL-13: a milestone of the province lies inside the phase it names, and no two share a key."""
    phases = {entry.key: entry for entry in dates}
    for milestone in milestones:
        phase = phases.get(milestone.phase_key)
        if phase is None or not phase.first_day <= milestone.day <= phase.last_day:
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_MILESTONE",
                f"{milestone.name}({milestone.day})须在所属阶段{phase.name if phase else ''}之内。",
                field=f"milestones.{milestone.key}",
                rule="CAL-13",
                details={"day": str(milestone.day), "phase": milestone.phase_key},
            )
    if len({milestone.key for milestone in milestones}) != len(milestones):
        raise DomainError(Kind.INVALID, "CALENDAR_KEY", "两个日程点的标识相同。", field="milestones", rule="CAL-13")


def _check_dates(dates: Sequence[PhaseDates]) -> None:
    """CAL-03: a phase's first day is not after its last, and both lie in years that every zone can count in."""
    for entry in dates:
        if not FIRST_YEAR <= entry.first_day.year <= entry.last_day.year <= LAST_YEAR:
            _check_years(entry)
        if entry.first_day > entry.last_day:
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_DATES",
                f"{entry.name}:首日 {entry.first_day} 晚于末日 {entry.last_day}。",
                field=f"phases.{entry.key}.last_day",
                rule="CAL-03",
                details={"first_day": str(entry.first_day), "last_day": str(entry.last_day)},
            )
    _check_overlap(dates)


def _check_years(entry: PhaseDates) -> None:
    for field, day in (("first_day", entry.first_day), ("last_day", entry.last_day)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_YEARS",
                "阶段的日期须在 1900 年至 2199 年之间。",
                field=f"phases.{entry.key}.{field}",
                rule="CAL-03",
                details={field: str(day)},
            )


def _check_overlap(dates: Sequence[PhaseDates]) -> None:
    """CAL-04: a phase begins after the last day of the one before it; in a gap nothing is accepted."""
    for before, after in pairwise(dates):
        if after.first_day <= before.last_day:
            raise DomainError(
                Kind.INVALID,
                "CALENDAR_OVERLAP",
                f"{after.name} 的首日 {after.first_day} 不晚于 {before.name} 的末日 {before.last_day}。",
                field=f"phases.{after.key}.first_day",
                rule="CAL-04",
                details={"first_day": str(after.first_day), "last_day": str(before.last_day)},
            )


def _check_compression(starts_at: datetime | None, day_seconds: float) -> float:
    seconds = day_seconds or REAL_DAY_SECONDS
    if not 0 < seconds <= REAL_DAY_SECONDS:
        raise DomainError(
            Kind.INVALID, "CALENDAR_DAY", "一天的秒数须在 0 与 86400 之间。", field="day_seconds", rule="CAL-05"
        )
    if seconds != REAL_DAY_SECONDS and starts_at is None:
        raise DomainError(Kind.INVALID, "CALENDAR_START", "压缩日程须给出开始时刻。", field="starts_at", rule="CAL-05")
    return seconds


def _zone(name: str) -> ZoneInfo:
    """CAL-06: the zone is one of the IANA database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DomainError(
            Kind.INVALID, "CALENDAR_ZONE", f"未知时区:{name}。", field="time_zone", rule="CAL-06"
        ) from error
