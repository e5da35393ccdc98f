"""APPT-01: what a base or a province configures for its teaching faculty: data, with defaults, in editions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from services.kit.domain import DomainError, Kind


@dataclass(frozen=True, slots=True)
class FacultyPolicy:
    """A base that says nothing has what its province says; a province that says nothing, what stands here."""

    organisation_code: str = ""
    edition: int = 0
    """0 while nothing was configured."""
    term_months: int = 12
    """聘期 (C7.13)."""
    grace_days: int = 60
    """Days after the term during which an appointment still counts (C7.13)."""
    cap: int = 2
    """Trainees of one teacher in a month, at most (C6)."""
    review_opens: str = "03-27"
    """Day of the year on which the yearly review opens, MM-DD."""
    review_due: str = "04-27"
    """Last day of the yearly review, MM-DD; the seed's list was due on 27 April."""
    rating_days: int = 14
    """Days after a month in which trainees may rate it."""
    least_ratings: int = 3
    """Fewer ratings than these are never shown."""
    title_months: int = 36
    """Months of intermediate title that C4 asks for (C7.2)."""
    needs_acknowledgement: bool = False
    """The province acknowledges every recommendation (C7.1); only a province says so."""

    def opens_in(self, year: int) -> date:
        """The day on which the review of `year` opens."""
        return _day(year, self.review_opens)

    def due_in(self, year: int) -> date:
        """The last day of the review of `year`; in the year after when it opens late in the year."""
        due = _day(year, self.review_due)
        return due if due >= self.opens_in(year) else _day(year + 1, self.review_due)

    def content(self) -> dict[str, Any]:
        """What an edition stores."""
        return {name: value for name, value in asdict(self).items() if name not in ("organisation_code", "edition")}


LONGEST_REVIEW = 183
"""Days that a yearly review may be open."""


def check(content: Mapping[str, Any], *, province: bool) -> FacultyPolicy:
    """APPT-17: what may be configured. Limits of single numbers are the contract's.

    Raises:
        DomainError: INVALID NO_SUCH_DAY for a day that no year has; REVIEW_TOO_LONG for a review over half a year;
            PROVINCE_ONLY when a base says that recommendations are acknowledged.
    """
    policy = FacultyPolicy(**content)
    for name in ("review_opens", "review_due"):
        try:
            # A leap year: 29 February is a day of the year, and stands for the 28th in others.
            _day(2024, content[name])
        except ValueError:
            raise _wrong("NO_SUCH_DAY", "没有这一天，请按“月-日”填写。", name) from None
    if (policy.due_in(2024) - policy.opens_in(2024)).days > LONGEST_REVIEW:
        raise _wrong("REVIEW_TOO_LONG", "年度维护最长为半年。", "review_due")
    if policy.needs_acknowledgement and not province:
        raise _wrong("PROVINCE_ONLY", "推荐是否须经省级确认由省级规定。", "needs_acknowledgement")
    return policy


def _wrong(reason: str, message: str, field: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=f"policy.{field}", rule="APPT-17")


def _day(year: int, month_and_day: str) -> date:
    """A day of the year; 29 February is the 28th where there is none."""
    month, day = (int(part) for part in month_and_day.split("-"))
    return date(year, 2, 28) if (month, day) == (2, 29) and not _leaps(year) else date(year, month, day)


def _leaps(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
