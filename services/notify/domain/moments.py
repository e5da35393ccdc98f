"""MSG-15: instants as a reader sees them: to the minute, in the province's zone, in the reader's language."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notify.domain.shapes import Language, Template

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone in which instants are printed."""

_ENDS = frozenset({"until", "closes_at", "deadline"})
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def is_end(template: Template, name: str) -> bool:
    """Whether something ends at the instant `name`: by then it has to be done."""
    return name in _ENDS or name == template.expires


def printed(instant: datetime, language: Language, *, end: bool = False, short: bool = False) -> str:
    """`2023年7月10日 16:00`; `short` without the year.

    The end of a day is said as that day's 24:00, as everywhere in the portal: nobody is to take the next day for the
    last one.
    """
    local = instant.astimezone(ZONE)
    day, clock = local.date(), f"{local:%H:%M}"
    if end and local.time() == time():
        day, clock = day - timedelta(days=1), "24:00"
    if language == "en":
        month = _MONTHS[day.month - 1]
        return f"{clock} on {day.day} {month[:3]}" if short else f"{clock} on {day.day} {month} {day.year}"
    return f"{'' if short else f'{day.year}年'}{day.month}月{day.day}日 {clock}"


def for_the_platform(instant: datetime, *, end: bool = False) -> str:
    """The only way in which WeChat takes a time, whatever the language; it knows no 24:00."""
    return printed(instant, "zh", end=end).replace("24:00", "23:59")
