"""CAND-02, CAND-19 to CAND-21: the days of a registration batch, and what its phase is at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.kit.domain import DomainError, Kind

DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a day begins."""
REFERENCE_AROUND = timedelta(days=366)
"""How far from the last day the reference date may lie."""


class Phase(StrEnum):
    """Where a batch stands by the clock."""

    WAITING = "waiting"
    """Not yet open."""
    OPEN = "open"
    """People apply, 教学部 decides."""
    REVIEWING = "reviewing"
    """Nobody new may submit; what was returned may come back, and 教学部 decides."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Dates:
    """When a batch opens, ends submissions and closes (aware UTC, ends excluded), and its reference date."""

    opens_at: datetime
    apply_until: datetime
    closes_at: datetime
    reference_date: date

    def phase(self, now: datetime) -> Phase:
        """CAND-02: the phase at an instant; each begins with the instant that ends the one before."""
        if now < self.opens_at:
            return Phase.WAITING
        if now < self.apply_until:
            return Phase.OPEN
        return Phase.REVIEWING if now < self.closes_at else Phase.CLOSED

    @property
    def last_day(self) -> date:
        """The last calendar day on which it is not closed."""
        return last_day(self.closes_at)


def last_day(closes_at: datetime) -> date:
    """The day of the last instant before `closes_at`: what closes at midnight ended the day before."""
    return (closes_at - timedelta(microseconds=1)).astimezone(DAY_ZONE).date()


def dates_of(
    opens_at: datetime | None, apply_until: datetime | None, closes_at: datetime | None, reference_date: date | None
) -> Dates:
    """CAND-19 (C7.2): the dates of a batch; submissions end when it closes, rules count on its last day, unless said.

    Raises INVALID BATCH_DATES naming the field.
    """
    if opens_at is None:
        raise _wrong("opens_at", "请填写开始时间。")
    if closes_at is None:
        raise _wrong("closes_at", "请填写结束时间。")
    applied = apply_until or closes_at
    if not opens_at < applied:
        raise _wrong("apply_until" if apply_until else "closes_at", "截止时间应当晚于开始时间。")
    if applied > closes_at:
        raise _wrong("apply_until", "提交截止时间不能晚于批次结束时间。")
    ends = last_day(closes_at)
    reference = reference_date or ends
    if not ends - REFERENCE_AROUND <= reference <= ends + REFERENCE_AROUND:
        raise _wrong("reference_date", "计算年限的日期与批次结束日期相差不能超过一年。")
    return Dates(opens_at, applied, closes_at, reference)


def check_new(dates: Dates, now: datetime) -> None:
    """CAND-19: a new batch closes in the future. Raises INVALID BATCH_DATES."""
    if dates.closes_at <= now:
        raise _wrong("closes_at", "结束时间应当晚于现在。")
    if dates.apply_until <= now:
        raise _wrong("apply_until", "提交截止时间应当晚于现在。")


def check_amended(before: Dates, after: Dates, now: datetime, *, decided: bool) -> None:
    """CAND-20: what has begun stays, a closed batch is not opened again, and decided ones keep their reference date.

    `decided`: somebody was recommended or refused in it. Raises NOT_NOW BATCH_CLOSED, INVALID BATCH_DATES.
    """
    if before.phase(now) is Phase.CLOSED:
        raise DomainError(Kind.NOT_NOW, "BATCH_CLOSED", "批次已经结束，不能再修改。", rule="CAND-20")
    if after.opens_at != before.opens_at and (before.opens_at <= now or after.opens_at < now):
        raise _wrong("opens_at", "批次已经开始，开始时间不能修改。", "CAND-20")
    if after.apply_until != before.apply_until and after.apply_until < now:
        raise _wrong("apply_until", "提交截止时间不能改到过去。", "CAND-20")
    if after.closes_at != before.closes_at and after.closes_at < now:
        raise _wrong("closes_at", "结束时间不能改到过去。", "CAND-20")
    if decided and after.reference_date != before.reference_date:
        raise _wrong("reference_date", "已有审核结果，计算年限的日期不能再修改。", "CAND-20")


def check_publishable(dates: Dates, now: datetime, *, published: bool, waiting: int, unacknowledged: int) -> None:
    """CAND-21: results are published once, after the batch has closed, when nobody waits for a decision any more.

    Raises NOT_NOW BATCH_PUBLISHED, BATCH_OPEN, STILL_UNDECIDED, STILL_UNACKNOWLEDGED.
    """
    if published:
        raise DomainError(Kind.NOT_NOW, "BATCH_PUBLISHED", "结果已经公布。", rule="CAND-21")
    if dates.phase(now) is not Phase.CLOSED:
        raise DomainError(Kind.NOT_NOW, "BATCH_OPEN", "批次结束后才能公布结果。", rule="CAND-21", until=dates.closes_at)
    if waiting:
        raise DomainError(Kind.NOT_NOW, "STILL_UNDECIDED", f"还有{waiting}份报名没有结果。", rule="CAND-21")
    if unacknowledged:
        raise DomainError(
            Kind.NOT_NOW, "STILL_UNACKNOWLEDGED", f"还有{unacknowledged}份推荐等待省级确认。", rule="CAND-21"
        )


def _wrong(field: str, message: str, rule: str = "CAND-19") -> DomainError:
    return DomainError(Kind.INVALID, "BATCH_DATES", message, field=field, rule=rule)
