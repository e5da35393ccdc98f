"""Named instants of Shandong 2023, laid out from any first day: the suite's year begins when its server says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

FIRST_DAY = date(2023, 7, 1)
"""First day of registration in the notice; day 0 of every moment."""

NOTICE: tuple[tuple[int, str, int, date, date], ...] = (
    (1, "registration", 0, date(2023, 7, 1), date(2023, 7, 10)),
    (2, "first_choice", 1, date(2023, 7, 11), date(2023, 7, 31)),
    (3, "second_choice", 2, date(2023, 8, 1), date(2023, 8, 10)),
    (4, "reallocation", 3, date(2023, 8, 11), date(2023, 8, 15)),
    (5, "confirmation", 0, date(2023, 8, 16), date(2023, 8, 31)),
)
"""Sequence, phase, review round, first and last day (both inclusive) as the notice of 2023 prints them."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The year that begins at `registration_opens` (00:00 of 1 July in the province, aware)."""

    registration_opens: datetime

    def midnight(self, day: date) -> datetime:
        """00:00 of a calendar day of the notice."""
        return self.registration_opens + (day - FIRST_DAY)

    @property
    def first_choice_opens(self) -> datetime:
        """00:00 of 11 July: the first review round begins."""
        return self.midnight(date(2023, 7, 11))

    @property
    def second_choice_opens(self) -> datetime:
        """00:00 of 1 August: the first review round has ended."""
        return self.midnight(date(2023, 8, 1))

    @property
    def one_day_before_first_choice_ends(self) -> datetime:
        """00:00 of 31 July."""
        return self.second_choice_opens - timedelta(days=1)

    @property
    def reallocation_opens(self) -> datetime:
        """00:00 of 11 August."""
        return self.midnight(date(2023, 8, 11))

    @property
    def confirmation_opens(self) -> datetime:
        """00:00 of 16 August."""
        return self.midnight(date(2023, 8, 16))

    @property
    def closed(self) -> datetime:
        """00:00 of 1 September: nothing is open any more."""
        return self.midnight(date(2023, 9, 1))
