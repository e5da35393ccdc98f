"""Penalties: for what, from when and until when, and how people are shown (B7 32, PEN-02, PEN-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.kit.domain import DomainError, Kind

CAUSES = ("no_show", "quit", "give_up", "fraud", "other")
"""What a penalty may be for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open, aware UTC."""

    since: datetime
    until: datetime


def span(since: str, years: int, until: str, usual_years: int, zone: str) -> Span:
    """PEN-02: from a first day for so many years, or to a last day inclusive; else for the policy's years.

    29 February ends with 28 February of a year without it. Raises INVALID naming the field.
    """
    first = _day(since, "entry.since")
    if years and until:
        raise _refused("entry.until", "PENALTY_SPAN", "年数与截止日期只能填写一项。")
    end = _day(until, "entry.until") + timedelta(days=1) if until else _years_later(first, years or usual_years)
    if end <= first:
        raise _refused("entry.until", "PENALTY_SPAN", "截止日期须不早于起始日期。")
    return Span(_midnight(first, zone), _midnight(end, zone))


def check_cause(cause: str) -> None:
    """PEN-03: a penalty says what it is for, in words that are counted. Raises INVALID."""
    if cause not in CAUSES:
        raise _refused("entry.cause", "PENALTY_CAUSE", f"事由须为以下之一:{'、'.join(CAUSES)}。")


def masked(name: str) -> str:
    """A name as lists show it: its first character, and a star for each other; at most three stars."""
    return name[:1] + "*" * min(3, max(1, len(name) - 1)) if name else ""


def _years_later(first: date, years: int) -> date:
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return first.replace(year=first.year + years, month=3, day=1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused(name, "PENALTY_DATE", "日期不存在,应如 2023-09-01。") from None


def _refused(name: str, reason: str, message: str) -> DomainError:
    rule = "PEN-03" if reason == "PENALTY_CAUSE" else "PEN-02"
    return DomainError(Kind.INVALID, reason, message, field=name, rule=rule)
