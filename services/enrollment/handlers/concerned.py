"""Who is concerned by a date, and how a round ended: what the workflows ask before they tell somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.phases import P1
from services.enrollment.handlers import running
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.concerned import ConcernedRow, ConcernedStore, RoundReport
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.windows import WindowStore
from services.kit.domain import DomainError, Kind

LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody who may still act until `until`, aware UTC. Names of base and specialty are empty for a draft."""

    person_id: str
    application_id: str
    until: datetime
    base_name: str = ""
    specialty_name: str = ""


@dataclass(frozen=True, slots=True)
class ConcernedPage:
    """Those concerned, each once; `next_token` is empty on the last page."""

    persons: tuple[Concerned, ...] = ()
    next_token: str = ""


class ConcernedHandlers:
    """Reads ids for notices; nobody's data leaves by it."""

    def __init__(self, cycles: CycleStore, windows: WindowStore, concerned: ConcernedStore) -> None:
        self._cycles = cycles
        self._windows = windows
        self._concerned = concerned

    async def drafts(self, cycle_id: str, page_size: int, page_token: str) -> ConcernedPage:
        """CAL-23: while registration is open, who has a draft and has never submitted; nobody otherwise."""
        cycle, gate = await self._standing(cycle_id)
        if gate.phase is not P1 or gate.closes_at is None or gate.closes_at <= gate.now:
            return ConcernedPage()
        size, until = page_size or LARGEST_PAGE, gate.closes_at
        found = await self._concerned.drafts(cycle.id, _place(page_token), size)
        return _page([Concerned(row.person_id, row.application_id, until) for row in found], found, size)

    async def fixable(
        self, cycle_id: str, base_code: str, round_number: int, page_size: int, page_token: str
    ) -> ConcernedPage:
        """CAL-24: while the round is open, whom the base rejected in it and who may still mend and submit again.

        Until the base's deadline, and for who was rejected late until the end of their own window (CAP-FIX).
        """
        cycle, gate = await self._standing(cycle_id)
        if gate.round != round_number or gate.closes_at is None or gate.closes_at <= gate.now:
            return ConcernedPage()
        window = await self._windows.window(cycle.id, base_code, round_number)
        deadline = min(window.milestones.review_deadline or gate.closes_at, gate.closes_at)
        size, names = page_size or LARGEST_PAGE, cycle.catalogue
        found = await self._concerned.fixable(cycle.id, base_code, round_number, _place(page_token), size)
        persons = [
            Concerned(
                row.person_id,
                row.application_id,
                max(deadline, row.fix_until or deadline),
                names.bases.get(base_code, ""),
                names.specialties.get(row.specialty_code, ""),
            )
            for row in found
        ]
        return _page([person for person in persons if gate.now < person.until], found, size)

    async def report(self, cycle_id: str, round_number: int) -> RoundReport:
        """CAL-25: what the windows of a round wrote down at their close, summed over all bases."""
        cycle, _ = await self._standing(cycle_id)
        if cycle.calendar.window_of(round_number) is None:
            raise DomainError(Kind.NOT_FOUND, "WINDOW_NOT_FOUND", "没有这个审核窗口。")
        return await self._concerned.report(cycle.id, round_number)

    async def _standing(self, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        gate = await self._cycles.gate(cycle_id)
        cycle = await self._cycles.cycle(cycle_id, gate.edition) if gate is not None else None
        if gate is None or cycle is None:
            raise running.no_cycle()
        return cycle, gate


def _place(token: str) -> str:
    """The application behind which a page begins. Raises INVALID `BAD_PAGE` for what is no place."""
    try:
        return str(UUID(token)) if token else ""
    except ValueError:
        raise DomainError(Kind.INVALID, "BAD_PAGE", "页码有误。", field="page_token") from None


def _page(persons: list[Concerned], found: list[ConcernedRow], size: int) -> ConcernedPage:
    return ConcernedPage(tuple(persons), found[-1].application_id if len(found) == size else "")
