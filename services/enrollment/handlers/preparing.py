"""The next year: prepared as a draft from the year before, confirmed by its province."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.calendar import REAL_DAY_SECONDS
from services.enrollment.domain.next_year import next_calendar, next_title
from services.enrollment.domain.phases import P0
from services.enrollment.handlers import running
from services.enrollment.handlers.cycles import CycleHandlers
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.drafts import DraftStore, confirm
from services.enrollment.store.guarded import KeyReused
from services.enrollment.views import CycleView
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

_ID: TypeAdapter[str] = TypeAdapter(str)


@dataclass(frozen=True, slots=True)
class PrepareNextCycle:
    """Copy `cycle_id` as the draft of `year`, the one after its own. The key follows from both."""

    cycle_id: str
    year: int

    @property
    def idempotency_key(self) -> str:
        """One draft a cycle and year."""
        return f"next/{self.cycle_id}/{self.year}"


@dataclass(frozen=True, slots=True)
class ConfirmCycle:
    """Make a draft real."""

    idempotency_key: str
    cycle_id: str


class PreparingHandlers:
    """Drafts of next years."""

    def __init__(self, cycles: CycleStore, drafts: DraftStore, runner: DeedRunner, reading: CycleHandlers) -> None:
        self._cycles = cycles
        self._drafts = drafts
        self._runner = runner
        self._reading = reading

    async def prepare(self, caller: Caller, order: PrepareNextCycle) -> CycleView | None:
        """CAL-20: the draft of a province's next year: calendar a year later, bases, specialties, plan and policy.

        Answers the draft that is there already; None when the province has a cycle of that year or later, and for a
        rehearsal, whose days are compressed. Raises INVALID `WRONG_YEAR` and CONFLICT `CYCLE_DRAFT` for a cycle that
        is a draft itself.
        """
        cycle, _ = await self._runner.standing(order.cycle_id)
        if order.year != cycle.year + 1:
            raise DomainError(Kind.INVALID, "WRONG_YEAR", "只能准备下一年度。", field="year", rule="CAL-20")
        if cycle.draft:
            raise _is_draft("草稿年度须先确认，才能准备其下一年度。")
        known = await self._drafts.from_year(cycle.province_code, order.year)
        if known or cycle.calendar.day_seconds != REAL_DAY_SECONDS:
            drafts = [cycle_id for cycle_id, draft in known if draft]
            return await self._reading.view(drafts[0]) if drafts else None
        draft = CycleRecord(
            new_id(),
            cycle.province_code,
            order.year,
            next_title(cycle.title, cycle.year),
            cycle.time_zone,
            1,
            cycle.policy,
            next_calendar(cycle.calendar, cycle.time_zone),
            cycle.catalogue,
            0,
            draft=True,
        )
        detail = {"year": order.year, "copied_from": cycle.id}
        entry = running.cycle_audit_entry(
            caller, "prepare_next_cycle", order.idempotency_key, draft, P0, 0, "CAL-20", detail
        )
        try:
            stored = await self._cycles.create(draft, entry, running.hash_of(order), draft.id.encode(), None)
        except KeyReused:
            raise running.key_reused() from None
        return await self._reading.view(stored.decode())

    async def drafts(self, caller: Caller) -> list[CycleView]:
        """CAL-21: the drafts of the caller's province, of all provinces for who belongs to none; newest first."""
        place = caller.organisation if caller.role == "province_administrator" else ""
        return [await self._reading.view(cycle_id) for cycle_id in await self._drafts.drafts(place)]

    async def confirm(self, caller: Caller, order: ConfirmCycle) -> CycleView:
        """CAL-22: a draft becomes a cycle like any other: everybody sees it, and its year begins to run.

        Raises CONFLICT `NOT_A_DRAFT` for one that is none.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, _: GateRecord) -> Deed[str]:
            if not cycle.draft:
                raise DomainError(Kind.CONFLICT, "NOT_A_DRAFT", "该年度不是草稿，无需确认。", rule="CAL-22")
            return Deed(
                cycle.id,
                *("confirm_cycle", "CAL-22", {"year": cycle.year}),
                fact=facts.cycle_created(cycle.id),
                also=(confirm(cycle.id),),
                new_edition=True,
                in_phase=False,
            )

        return await self._reading.view(await self._runner.run(caller, order, _ID, order.cycle_id, decided))


def _is_draft(message: str) -> DomainError:
    return DomainError(Kind.CONFLICT, "CYCLE_DRAFT", message, rule="CAL-21")
