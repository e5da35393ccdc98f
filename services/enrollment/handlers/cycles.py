"""What the province and the scheduler order: create a cycle, enter a phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.capabilities import Policy
from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.gate import check_entry
from services.enrollment.domain.phases import P0
from services.enrollment.domain.policy_rules import changed_policy
from services.enrollment.domain.sending import time_policy
from services.enrollment.handlers import running
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.cycles import CycleStore, GateMoved
from services.enrollment.store.guarded import KeyReused
from services.enrollment.views import CycleView, WindowView
from services.kit.codes import is_credit_code
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

_WINDOW: TypeAdapter[WindowView] = TypeAdapter(WindowView)


@dataclass(frozen=True, slots=True)
class CreateCycle:
    """Set up a year: its calendar, bases, specialties and plan."""

    idempotency_key: str
    province_code: str
    year: int
    title: str
    time_zone: str
    phases: tuple[PhaseDates, ...]
    bases: tuple[tuple[str, str], ...]
    specialties: tuple[tuple[str, str], ...]
    plan: tuple[tuple[str, str, int], ...]
    starts_at: datetime | None = None
    day_seconds: float = 0.0
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Keys that are other than usual (PLAN-09)."""
    main_codes: tuple[tuple[str, str], ...] = ()
    """Main base of each collaborative base."""
    credit_codes: tuple[tuple[str, str], ...] = ()
    """Unified social credit code of each base that has one."""
    milestones: tuple[MilestoneDate, ...] = ()
    """Days of the province inside the phases."""


class CycleHandlers:
    """Cycles and their gate."""

    def __init__(self, cycles: CycleStore) -> None:
        self._cycles = cycles

    async def create_cycle(self, caller: Caller, order: CreateCycle) -> CycleView:
        """A cycle in preparation; the same key gives the same cycle. Raises INVALID naming what is wrong."""
        if caller.role == "province_administrator" and caller.organisation != order.province_code:
            raise DomainError(Kind.NOT_FOUND, "OTHER_PROVINCE", "只能设置本省的招录年度。", rule="CAP-ROLE")
        calendar = build_calendar(
            order.phases,
            order.time_zone,
            starts_at=order.starts_at,
            day_seconds=order.day_seconds,
            milestones=order.milestones,
        )
        catalogue = _catalogue(order)
        cycle = CycleRecord(
            new_id(),
            order.province_code,
            order.year,
            order.title,
            order.time_zone,
            1,
            changed_policy(Policy(), order.policy, catalogue, calendar.rounds),
            calendar,
            catalogue,
            0,
        )
        detail = {"year": order.year, "policy": sorted(order.policy)}
        entry = running.cycle_audit_entry(caller, "create_cycle", order.idempotency_key, cycle, P0, 0, "CAL-01", detail)
        try:
            stored = await self._cycles.create(
                cycle, entry, running.hash_of(order), cycle.id.encode(), facts.cycle_created(cycle.id)
            )
        except KeyReused:
            raise running.key_reused() from None
        return await self.view(stored.decode())

    async def get_cycle(self, cycle_id: str) -> CycleView:
        """CAL-21: one cycle with its calendar and where its gate stands; a draft looks absent."""
        view = await self.view(cycle_id)
        if view.draft:
            raise running.no_cycle()
        return view

    async def view(self, cycle_id: str) -> CycleView:
        """The same for those who may see drafts."""
        gate = await self._gate(cycle_id)
        cycle = await self._cycle(cycle_id, gate.edition)
        entered = await self._cycles.entered(cycle_id)
        return CycleView(
            cycle.id,
            cycle.province_code,
            cycle.year,
            cycle.title,
            cycle.time_zone,
            cycle.calendar,
            gate.phase,
            gate.sequence,
            entered,
            cycle.calendar_version,
            gate.now,
            gate.held_since,
            cycle.draft,
            time_policy(cycle.policy, cycle.calendar),
            gate.epoch,
        )

    async def list_cycles(self, *, open_only: bool) -> list[CycleView]:
        """Cycles, newest first, without drafts."""
        return [await self.view(cycle_id) for cycle_id in await self._cycles.cycle_ids(open_only=open_only)]

    async def get_catalogue(self, cycle_id: str) -> Catalogue:
        """Bases, specialties and plan of a cycle that is no draft."""
        gate = await self._gate(cycle_id)
        cycle = await self._cycle(cycle_id, gate.edition)
        if cycle.draft:
            raise running.no_cycle()
        return cycle.catalogue

    async def enter_phase(self, caller: Caller, cycle_id: str, sequence: int) -> CycleView:
        """Move the gate to phase number `sequence`; harmless when it stands there already, refused before its time.

        CAL-21: a draft's gate never moves: CONFLICT `CYCLE_DRAFT`.
        """
        for _ in range(running.TRIES):
            gate = await self._gate(cycle_id)
            cycle = await self._cycle(cycle_id, gate.edition)
            if cycle.draft:
                raise DomainError(Kind.CONFLICT, "CYCLE_DRAFT", "该年度尚未确认。", rule="CAL-21")
            check_entry(cycle.calendar, gate.sequence, sequence, gate.now, held=gate.held_since is not None)
            if gate.sequence >= sequence:
                return await self.view(cycle_id)
            window = cycle.calendar.phases[sequence]
            entry = running.cycle_audit_entry(
                caller, "enter_phase", "", cycle, window.phase, sequence, "CAL-09", {"sequence": sequence}
            )
            try:
                await self._cycles.flip(cycle, sequence, entry, facts.phase_entered(cycle_id, window))
            except GateMoved:
                continue
            return await self.view(cycle_id)
        raise running.contended()

    async def _cycle(self, cycle_id: str, edition: int = 0) -> CycleRecord:
        cycle = await self._cycles.cycle(cycle_id, edition)
        if cycle is None:
            raise running.no_cycle()
        return cycle

    async def _gate(self, cycle_id: str) -> GateRecord:
        gate = await self._cycles.gate(cycle_id)
        if gate is None:
            raise running.no_cycle()
        return gate


def _catalogue(order: CreateCycle) -> Catalogue:
    """SEAT-03: the plan names each base and specialty of the cycle at most once. Raises INVALID."""
    bases = _unique(order.bases, "bases")
    specialties = _unique(order.specialties, "specialties")
    plan: dict[tuple[str, str], int] = {}
    for base_code, specialty_code, planned in order.plan:
        if base_code not in bases or specialty_code not in specialties:
            raise _bad_plan(f"计划中的 {base_code} {specialty_code} 不在基地或专业名单中。")
        if (base_code, specialty_code) in plan:
            raise _bad_plan(f"计划中的 {base_code} {specialty_code} 重复。")
        plan[base_code, specialty_code] = planned
    return Catalogue(
        *(bases, specialties, plan),
        main_bases=_main_bases(order, bases),
        credit_codes=_credit_codes(order, bases),
    )


def _main_bases(order: CreateCycle, bases: Mapping[str, str]) -> dict[str, str]:
    """PLAN-21: a collaborative base names a main base of the cycle that is not collaborative itself. Raises INVALID."""
    found = {base: main for base, main in order.main_codes if main}
    for base, main in found.items():
        if base not in bases or main not in bases or main in found:
            message = f"{base} 的主基地 {main} 不在名单中，或本身是协同基地。"
            raise DomainError(Kind.INVALID, "BAD_MAIN_BASE", message, field="bases", rule="PLAN-21")
    return found


def _credit_codes(order: CreateCycle, bases: Mapping[str, str]) -> dict[str, str]:
    """PLAN-22: a credit code that is given is right in its check character, and no two bases' own. Raises INVALID."""
    found = {base: code for base, code in order.credit_codes if code}
    for base, code in found.items():
        if base not in bases or not is_credit_code(code) or list(found.values()).count(code) > 1:
            message = f"{base} 的统一社会信用代码有误或重复。"
            raise DomainError(Kind.INVALID, "BAD_CREDIT_CODE", message, field="bases", rule="PLAN-22")
    return found


def _unique(pairs: Sequence[tuple[str, str]], name: str) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DomainError(Kind.INVALID, "DUPLICATE_CODE", "编码重复。", field=name, rule="SEAT-03")
    return found


def _bad_plan(message: str) -> DomainError:
    return DomainError(Kind.INVALID, "BAD_PLAN", message, field="plan", rule="SEAT-03")
