"""Which days are working days, as far as anybody knows (rules LIST-01, LIST-02 and PUB-07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.kit.domain import DomainError, Kind

_ONE, _WEEK = timedelta(days=1), timedelta(days=7)
_SATURDAY = 5
_SETTLED = (12, 25)
"""Last day of a year that its own notice settles: the one for the next year may move those after it."""


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

    @property
    def next_year(self) -> int:
        """The first year whose holidays are not known."""
        return (self.known_until + _WEEK).year

    def against(self, year: int) -> tuple[list[date], list[date]]:
        """Weekdays of `year` without work, and days of its weekends with work, both in order."""
        days = sorted(day for day in self.exceptions if day.year == year)
        resting = [day for day in days if not self.exceptions[day] and day.weekday() < _SATURDAY]
        return resting, [day for day in days if self.exceptions[day] and day.weekday() >= _SATURDAY]

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


@dataclass(frozen=True, slots=True)
class YearDays:
    """What a province entered for a year: days without work and days with work, against the weekday or the nation."""

    year: int
    version: int
    resting: tuple[date, ...]
    working: tuple[date, ...]
    source: str


def provincial(national: WorkingDays, province_code: str, years: Sequence[YearDays]) -> WorkingDays:
    """PUB-07: the national table, day by day overruled by what the province entered; a year entered is known.

    A year after one that nobody knows adds nothing to what is known.
    """
    days, sources, exceptions = national, [national.source], dict(national.exceptions)
    for entry in sorted(years, key=lambda entry: entry.year):
        exceptions |= dict.fromkeys(entry.resting, False) | dict.fromkeys(entry.working, True)
        sources.append(entry.source)
        if entry.year <= days.next_year:
            days = replace(days, known_until=max(days.known_until, date(entry.year, *_SETTLED)))
    if years:
        entered = "-".join(f"{entry.year}.{entry.version}" for entry in sorted(years, key=lambda entry: entry.year))
        version = f"{national.version}+{province_code}-{entered}"
        return replace(days, version=version, source="; ".join(dict.fromkeys(sources)), exceptions=exceptions)
    return national


def check_year(days: WorkingDays, year: int, resting: Iterable[date], working: Iterable[date]) -> None:
    """PUB-07: years are entered in order, each with its own days and the last of December before. Raises INVALID."""
    if not days.known_from.year <= year <= days.next_year:
        first, last = days.known_from.year, days.next_year
        raise _invalid("HOLIDAYS_YEAR", f"目前只能录入{first}年至{last}年的放假安排。", "year")
    off, on = set(resting), set(working)
    if not off:
        raise _invalid("HOLIDAYS_EMPTY", "请录入全年的放假日期,不能为空。", "resting")
    first_day = date(year - 1, *_SETTLED) + _ONE
    for name, listed in (("resting", off), ("working", on)):
        outside = sorted(day for day in listed if not first_day <= day <= date(year, 12, 31))
        if outside:
            raise _invalid("HOLIDAYS_DAY", f"{outside[0]} 不属于{year}年的放假安排。", name)
    both = sorted(off & on)
    if both:
        raise _invalid("HOLIDAYS_DAY", f"{both[0]} 不能既放假又上班。", "working")


def _invalid(reason: str, message: str, name: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=name, rule="PUB-07")
