"""Which days are working days, as far as anybody knows (rules LIST-01 and LIST-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.kit.domain import DomainError, Kind

_ONE, _WEEK = timedelta(days=1), timedelta(days=7)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Monday to Friday, but for the exceptions; it knows the days from `known_from` to `known_until`, both included."""

    version: str
    source: str
    known_from: date
    known_until: date
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    """Days that are working days (True) or none (False) against the weekday."""

    def is_working(self, day: date) -> bool:
        """LIST-02: whether `day` is a working day; a day that the table does not know is never guessed.

        Raises NOT_NOW `WORKING_DAYS_UNKNOWN` naming the year whose holidays are not known.
        """
        if not self.known_from <= day <= self.known_until:
            raise self._unknown(day)
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def after(self, day: date, number: int) -> date:
        """LIST-01: the `number`-th working day after `day`, which itself does not count; `day` itself for none.

        Raises as `is_working`.
        """
        left = number
        while left > 0:
            day += _ONE
            left -= self.is_working(day)
        return day

    def _unknown(self, day: date) -> DomainError:
        # The last days of a year are settled with the holidays of the next.
        year = day.year if day < self.known_from else (day + _WEEK).year
        return DomainError(
            Kind.NOT_NOW,
            "WORKING_DAYS_UNKNOWN",
            f"{year}年放假安排尚未录入,无法计算工作日。",
            rule="LIST-02",
            details={"year": str(year), "version": self.version},
        )
