"""A cycle's calendar as people read it: dates of the notice, times of day, and what is left until a deadline.

In a rehearsal a calendar day lasts `day_seconds` real seconds. All instants shown and entered on pages are calendar
time (what the notice would print), whatever the pace; only countdowns run in real time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from residency.enrollment.v1 import cycle_pb2
from services.portal.i18n.language import N_, english, tr
from services.portal.wire import instant_of

DAY_SECONDS = 86400.0
_CHINA = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = N_(("周一", "周二", "周三", "周四", "周五", "周六", "周日"))
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class CycleCalendar:
    """Maps instants (aware UTC) to the province's calendar time (naive local) and back."""

    zone: ZoneInfo
    day_seconds: float = DAY_SECONDS
    anchor: datetime | None = None
    """The instant at which the first day begins; None when the dates are real."""
    first_midnight: datetime = datetime(1970, 1, 1)  # noqa: DTZ001  (calendar time is naive)
    """The first day's midnight in calendar time."""

    @classmethod
    def of(cls, cycle: cycle_pb2.Cycle) -> CycleCalendar:
        """The calendar of `cycle`."""
        zone = ZoneInfo(cycle.time_zone or "Asia/Shanghai")
        first = next((phase for phase in cycle.phases if phase.first_day), None)
        compressed = 0 < cycle.day_seconds < DAY_SECONDS
        if first is None or not compressed:
            return cls(zone)
        midnight = datetime.combine(date.fromisoformat(first.first_day), datetime.min.time())
        return cls(zone, cycle.day_seconds, instant_of(first.opens_at), midnight)

    @classmethod
    def usual(cls) -> CycleCalendar:
        """Real dates in China's zone: for pages that stand outside any cycle."""
        return cls(ZoneInfo("Asia/Shanghai"))

    @property
    def compressed(self) -> bool:
        """True in a rehearsal."""
        return self.anchor is not None

    def local(self, instant: datetime) -> datetime:
        """Calendar time of `instant`, naive; in a rehearsal to the nearest minute."""
        if self.anchor is None:
            return instant.astimezone(self.zone).replace(tzinfo=None)
        days = (instant - self.anchor).total_seconds() / self.day_seconds
        moment = self.first_midnight + timedelta(days=days)
        return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)

    def instant(self, local: datetime) -> datetime:
        """The instant (aware UTC) at which calendar time is `local` (naive)."""
        if self.anchor is None:
            return local.replace(tzinfo=self.zone).astimezone(UTC)
        days = (local - self.first_midnight) / timedelta(days=1)
        return self.anchor + timedelta(seconds=days * self.day_seconds)

    def clock(self, instant: datetime) -> str:
        """Real time of day in the province: `09:42:10`."""
        return instant.astimezone(self.zone).strftime("%H:%M:%S")

    def moment(self, instant: datetime) -> str:
        """`7月11日 09:42`, in calendar time."""
        local = self.local(instant)
        return f"{day_text(local.date())} {local:%H:%M}"

    def deadline(self, instant: datetime) -> str:
        """`7月10日（周一）24:00`: the end of a day is said as that day's 24:00."""
        local = self.local(instant)
        day, clock = local.date(), f"{local:%H:%M}"
        if local.time() == datetime.min.time():
            day, clock = day - timedelta(days=1), "24:00"
        return tr("{day}（{weekday}）{clock}", day=day_text(day), weekday=weekday(day), clock=clock)


def day_text(day: date | str) -> str:
    """`7月10日`, from a date or `YYYY-MM-DD`; empty from an empty string."""
    if isinstance(day, str):
        if not day:
            return ""
        day = date.fromisoformat(day)
    return f"{day.day} {_MONTHS[day.month - 1]}" if english() else f"{day.month}月{day.day}日"  # no-message


def stamp(instant: datetime, *, seconds: bool = False) -> str:
    """`2026年11月22日 14:05`: a real instant in China's time, for what stands outside any cycle."""
    local = instant.astimezone(_CHINA)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return tr("{year}年{day} {clock}", year=local.year, day=day_text(local.date()), clock=clock)


def weekday(day: date) -> str:
    """`周一`."""
    return tr(_WEEKDAYS[day.weekday()])


def remaining(until: datetime, now: datetime) -> str:
    """`1 天 13 小时`, `13 小时 5 分`, `5 分 12 秒`, `12 秒`; empty when over. The script in the page says the same."""
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return ""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if days:
        return tr("{days} 天 {hours} 小时", days=days, hours=hours)
    if hours:
        return tr("{hours} 小时 {minutes} 分", hours=hours, minutes=minutes)
    return tr("{minutes} 分 {rest} 秒", minutes=minutes, rest=rest) if minutes else tr("{rest} 秒", rest=rest)
