"""When those concerned may be told: a cycle's policy laid over its calendar (rules MSG-08 and MSG-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.policy import Policy
from services.kit.quiet import QuietHours, minute_of_day, not_before


@dataclass(frozen=True, slots=True)
class TimePolicy:
    """What waits need of a cycle's policy: how early they remind, and when they are silent."""

    reminder_hours: tuple[float, ...]
    """Calendar hours before a date, the longest first."""
    verification_reminder_days: tuple[float, ...]
    """Calendar days before the end of verification, the longest first."""
    quiet: QuietHours


@dataclass(frozen=True, slots=True)
class Decided:
    """When something was decided about a person, by the database's clock, and beside which dates of the base."""

    at: datetime
    own: Milestones | None = None


def time_policy(policy: Policy, calendar: Calendar, own: Milestones | None = None) -> TimePolicy:
    """The policy for the whole province, or for a base with its `own` dates."""
    return TimePolicy(policy.reminder_hours, policy.verification_reminder_days, quiet_hours(policy, calendar, own))


def quiet_hours(policy: Policy, calendar: Calendar, own: Milestones | None = None) -> QuietHours:
    """MSG-08: the quiet hours of a cycle; exams are the province's and, for a base, those of its `own` dates."""
    exams = {calendar.instant_of(milestone.day) for milestone in calendar.milestones if milestone.exam}
    if own is not None:
        exams |= {exam for exam in (own.written_exam, own.interview) if exam is not None}
    return QuietHours(
        calendar.begins_at,
        calendar.day_seconds,
        minute_of_day(policy.quiet_hours.get("from", "")),
        minute_of_day(policy.quiet_hours.get("until", "")),
        minute_of_day(policy.exam_quiet_until),
        frozenset(exams),
    )


def news_from(
    policy: Policy, calendar: Calendar, decided: Decided, *, held: bool = False, until: datetime | None = None
) -> datetime:
    """MSG-09: from when a decision about a person is told: after the undo period where it is `held`, in no quiet time.

    What would be over `until` then is told before: news of it would help nobody.
    """
    due = decided.at + policy.hold(calendar.day) if held else decided.at
    told = not_before(quiet_hours(policy, calendar, decided.own), due)
    return due if until is not None and until <= told else told
