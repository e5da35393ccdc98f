"""WAIT: what a cycle does next, and when. Pure: the time is always passed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from services.kit.quiet import NEVER, QuietHours, not_after, not_before
from workflows.recruitment_cycle.calendar import current_phase, next_phase, opening
from workflows.recruitment_cycle.contract import PhaseTimes, Timetable

_REGISTRATION = "registration"
_DAY_HOURS = 24
_SPREAD_MINUTES = 120


class Deed(StrEnum):
    """What a cycle waits for; of two that are due at one instant, the first here comes first."""

    NEXT_PHASE = "next_phase"
    DRAFT_REMINDER = "draft_reminder"
    PHASE_REPORT = "phase_report"
    ANNOUNCEMENT = "announcement"
    RESUMPTION = "resumption"


_ORDER = list(Deed)


@dataclass(frozen=True, slots=True)
class Appointment:
    """Do `deed` at `at`. `phase` is the one to enter, to report on or that ends; `name` tells a reminder once for all
    runs, `lead` is how many calendar hours it comes before the end."""

    at: datetime
    deed: Deed
    phase: PhaseTimes
    name: str = ""
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a run remembers that decides on its appointments; instants are the workflow's own."""

    now: datetime
    asked_at: datetime
    """When the calendar was read last."""
    to_announce: bool
    reminded: Sequence[str]
    unreported: Sequence[int]
    report_again: datetime | None
    """Not before this is a report tried again that found windows open."""
    spread_by: str


def next_appointment(timetable: Timetable, standing: Standing) -> Appointment | None:
    """WAIT-10: the earliest of all that lies ahead; None when the year is over and everything told."""
    return min(_all(timetable, standing), key=lambda one: (one.at, _ORDER.index(one.deed)), default=None)


def _all(timetable: Timetable, standing: Standing) -> Iterator[Appointment]:
    present, after = current_phase(timetable), next_phase(timetable)
    if standing.to_announce and after is not None:
        yield Appointment(not_before(quiet_hours(timetable), standing.now), Deed.ANNOUNCEMENT, present)
    if stands_still(timetable):
        yield Appointment(standing.asked_at + calendar_day(timetable), Deed.RESUMPTION, present)
        return
    if after is not None:
        yield Appointment(opening(after), Deed.NEXT_PHASE, after)
    yield from _reminders(timetable, present, standing)
    yield from _reports(timetable, standing)


def stands_still(timetable: Timetable) -> bool:
    """WAIT-11: while a cycle is held, and while it is a draft, no timer of it runs.

    It waits to be told, and asks anew once a calendar day in case the news got lost.
    """
    return timetable.held_since is not None or timetable.draft


def _reminders(timetable: Timetable, present: PhaseTimes, standing: Standing) -> Iterator[Appointment]:
    """WAIT-12: whoever has a draft is reminded before registration ends, each time once, and only while it makes sense.

    A reminder that was missed makes sense until halfway to the next one, the last one until the end. A date that moved
    is reminded of anew.
    """
    if present.phase != _REGISTRATION or present.closes_at is None:
        return
    quiet, hour = quiet_hours(timetable), calendar_day(timetable) / _DAY_HOURS
    leads = sorted(timetable.reminder_hours, reverse=True)
    for lead, following in zip(leads, [*leads[1:], None], strict=True):
        name = f"{present.key}/{present.closes_at:%Y%m%dT%H%M%S}/{lead:g}"
        last = present.closes_at if following is None else present.closes_at - hour * ((lead + following) / 2)
        at = reminder_moment(present.closes_at - hour * lead, quiet, hour / 60, standing.spread_by)
        if at < standing.now:
            at = not_before(quiet, standing.now)
        if name not in standing.reminded and at < last:
            yield Appointment(at, Deed.DRAFT_REMINDER, present, name, lead)


def reminder_moment(planned: datetime, quiet: QuietHours, minute: timedelta, spread_by: str) -> datetime:
    """WAIT-13: a reminder comes up to two hours earlier than planned, and never in a quiet time, but before it.

    How many minutes of the two hours follows from `spread_by`, so that not all provinces remind at one instant.
    """
    spread = minute * (crc32(spread_by.encode()) % _SPREAD_MINUTES)
    return not_after(quiet, not_after(quiet, planned) - spread)


def _reports(timetable: Timetable, standing: Standing) -> Iterator[Appointment]:
    """WAIT-14: an hour after a round, or in the morning, the province hears how it ended, once its windows closed."""
    quiet, hour = quiet_hours(timetable), calendar_day(timetable) / _DAY_HOURS
    for phase in timetable.phases:
        if phase.round in standing.unreported and phase.closes_at is not None:
            at = not_before(quiet, phase.closes_at + hour)
            yield Appointment(max(at, standing.report_again or at), Deed.PHASE_REPORT, phase)


def report_is_final(timetable: Timetable, phase: PhaseTimes, now: datetime) -> bool:
    """WAIT-14: a calendar day after the round it is told how things stand, though windows may still be open."""
    return phase.closes_at is not None and now >= phase.closes_at + calendar_day(timetable)


def rounds_to_report(timetable: Timetable, now: datetime) -> list[int]:
    """WAIT-15: a year that begins anew in the middle reports the rounds that ended within the last two calendar days.

    A report that was sent already has its key, and is not sent again.
    """
    since = now - 2 * calendar_day(timetable)
    ended = [phase for phase in timetable.phases if phase.closes_at is not None and since < phase.closes_at <= now]
    return [phase.round for phase in ended if phase.round and phase.sequence <= timetable.sequence]


def is_sooner(before: Timetable, after: Timetable) -> bool:
    """WAIT-16: whether who waits by `before` must be told: a date is nearer or gone, or all stops or goes on."""
    if stands_still(before) != stands_still(after):
        return True
    dates = {phase.key: phase for phase in after.phases}
    return any(
        phase.key not in dates
        or _nearer(phase.opens_at, dates[phase.key].opens_at)
        or _nearer(phase.closes_at, dates[phase.key].closes_at)
        for phase in before.phases
    )


def is_trifle(before: Timetable, after: Timetable) -> bool:
    """WAIT-17: a change that moves no date and stops nothing is not announced."""
    return before.phases == after.phases and before.held_since == after.held_since


def quiet_hours(timetable: Timetable) -> QuietHours:
    """When the province is not disturbed."""
    said = timetable.quiet
    if said is None:
        return NEVER
    return QuietHours(
        said.anchor,
        said.day_seconds,
        said.from_minute,
        said.until_minute,
        said.exam_until_minute,
        frozenset(said.exam_days),
    )


def calendar_day(timetable: Timetable) -> timedelta:
    """Real time a calendar day takes."""
    return timedelta(seconds=timetable.day_seconds)


def _nearer(before: datetime | None, after: datetime | None) -> bool:
    return before is not None and after is not None and after < before
