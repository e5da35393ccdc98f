"""Named moments of faculty's rules: edges of months, leap days and days of the province's zone.

Days are calendar days in Asia/Shanghai; instants are aware UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")

ATTENDING_SINCE = date(2024, 3, 12)
"""主治医师 from this day."""
DAY_BEFORE_THREE_YEARS = date(2027, 3, 11)
THREE_YEARS = date(2027, 3, 12)
"""36 whole months later."""
DAY_AFTER_THREE_YEARS = date(2027, 3, 13)

LEAP_DAY = date(2024, 2, 29)
LAST_OF_FEBRUARY_AFTER_THREE_YEARS = date(2027, 2, 28)
"""There is no 29 February 2027: a period that begins on a leap day ends with the month."""
DAY_BEFORE_THE_LAST_OF_FEBRUARY = date(2027, 2, 27)
LEAP_DAY_AFTER_FOUR_YEARS = date(2028, 2, 29)

BATCH_CLOSES = date(2027, 3, 12)
"""Last day of a batch, its usual reference date (C7.2)."""


def midnight(day: date) -> datetime:
    """The first instant of a day in the province."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def last_instant(day: date) -> datetime:
    """The last microsecond of a day in the province."""
    return midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


LAST_INSTANT_BEFORE_THREE_YEARS = last_instant(DAY_BEFORE_THREE_YEARS)
"""11 March 2027, 23:59:59.999999 in the province: 15:59 in UTC, of the same day."""
FIRST_INSTANT_OF_THREE_YEARS = midnight(THREE_YEARS)
"""12 March 2027, 00:00 in the province: still the 11th in UTC."""
FIRST_INSTANT_AFTER_MARCH = midnight(date(2026, 4, 1))
"""From here on March 2026 can be rated; in UTC it is 31 March still."""
LAST_INSTANT_TO_RATE_MARCH = last_instant(date(2026, 4, 14))
"""Fourteen days after March 2026."""
