"""Moving the gate of a cycle from one phase to the next (rules CAL-09, CAL-10)."""

from __future__ import annotations

from datetime import datetime

from services.enrollment.domain.calendar import Calendar
from services.kit.domain import DomainError, Kind


def check_entry(calendar: Calendar, present: int, wanted: int, now: datetime, *, held: bool = False) -> None:
    """CAL-09: phases are entered one after the other, each exactly once. Raises INVALID or CONFLICT.

    `present` is the gate's sequence, `wanted` the one to enter; one that was entered already is not refused. While the
    cycle is held the gate does not move: NOT_NOW `CYCLE_HELD` (CAL-HOLD).
    """
    if wanted >= len(calendar.phases):
        raise DomainError(Kind.INVALID, "NO_SUCH_PHASE", "没有这个阶段。", field="sequence", rule="CAL-09")
    if wanted <= present:
        return
    if wanted != present + 1:
        raise DomainError(
            Kind.CONFLICT, "NOT_NEXT_PHASE", "阶段须依次进入。", rule="CAL-09", details={"sequence": str(present)}
        )
    if held:
        raise DomainError(Kind.NOT_NOW, "CYCLE_HELD", "招录已暂停,恢复后方可进入下一阶段。", rule="CAL-HOLD")
    _check_time(calendar.phases[wanted].opens_at, now)


def _check_time(opens_at: datetime | None, now: datetime) -> None:
    """CAL-10: a phase is never entered before it opens, by the database's clock."""
    if opens_at is not None and now < opens_at:
        raise DomainError(Kind.NOT_NOW, "TOO_EARLY", "未到该阶段的开始时间。", rule="CAL-10", until=opens_at)
