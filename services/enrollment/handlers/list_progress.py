"""What the wait of a published list asks: how its people stand, and until when they can be admitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.calendar import Calendar
from services.enrollment.domain.phases import P5, P6
from services.enrollment.domain.sending import TimePolicy, time_policy
from services.enrollment.handlers.running import no_cycle
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.list_progress import ListCounts, ListedPlaces, ListProgressStore
from services.kit.domain import DomainError, Kind

LATE_DAYS = 2
"""Calendar days for which a list whose verification has ended still counts as waiting: so long its end is told."""


@dataclass(frozen=True, slots=True)
class ListProgressView:
    """Counts and instants of one list; `verification_closes_at` as the calendar has it now."""

    counts: ListCounts
    province_code: str
    verification_closes_at: datetime
    held: bool
    day_seconds: float
    time_policy: TimePolicy
    read_at: datetime
    undo_until: datetime | None
    """Until when an admission of somebody named can be undone; None when none can."""


class ListProgressHandlers:
    """Read by workflows alone; ids and counts, no people."""

    def __init__(self, cycles: CycleStore, lists: ListProgressStore) -> None:
        self._cycles = cycles
        self._lists = lists

    async def get_progress(self, list_id: str) -> ListProgressView:
        """WAIT-30: how the people of a list stand by the database's clock. Raises NOT_FOUND for no such list."""
        counts = await self._lists.counts(list_id)
        if counts is None:
            raise DomainError(Kind.NOT_FOUND, "LIST_NOT_FOUND", "没有这份名单。", rule="LIST-06")
        gate = counts.gate
        cycle = await self._cycle(counts.cycle_id, gate)
        return ListProgressView(
            *(counts, cycle.province_code, verification_end(cycle.calendar), gate.held_since is not None),
            *(cycle.calendar.day_seconds, time_policy(cycle.policy, cycle.calendar), gate.now),
            _undo_until(counts.last_admitted_at, cycle, gate),
        )

    async def list_open(self, cycle_id: str = "") -> list[ListedPlaces]:
        """WAIT-30: lists that wait: somebody is provisional or can become so again, and the end is not long past."""
        found = await self._lists.with_places(cycle_id)
        standing = {each: await self._standing(each) for each in dict.fromkeys(one.cycle_id for one in found)}
        return [one for one in found if _waits(one, *standing[one.cycle_id])]

    async def _standing(self, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        gate = await self._cycles.gate(cycle_id)
        if gate is None:
            raise no_cycle()
        return await self._cycle(cycle_id, gate), gate

    async def _cycle(self, cycle_id: str, gate: GateRecord) -> CycleRecord:
        cycle = await self._cycles.cycle(cycle_id, gate.edition)
        if cycle is None:
            raise no_cycle()
        return cycle


def _waits(listed: ListedPlaces, cycle: CycleRecord, gate: GateRecord) -> bool:
    late = verification_end(cycle.calendar) + cycle.calendar.day * LATE_DAYS
    settled = not listed.provisional and _undo_until(listed.last_admitted_at, cycle, gate) is None
    return not settled and gate.now < late


def _undo_until(last_admitted_at: datetime | None, cycle: CycleRecord, gate: GateRecord) -> datetime | None:
    if last_admitted_at is None:
        return None
    until = last_admitted_at + cycle.policy.hold(cycle.calendar.day)
    return until if gate.now < until else None


def verification_end(calendar: Calendar) -> datetime:
    """WAIT-30: final verification ends with the confirmation phase; where there is none, when the cycle closes."""
    ends = {window.phase: window.closes_at for window in calendar.phases}
    opens = {window.phase: window.opens_at for window in calendar.phases}
    end = ends.get(P5) or opens.get(P6)
    if end is None:
        raise ValueError("a calendar says when its cycle closes")
    return end
