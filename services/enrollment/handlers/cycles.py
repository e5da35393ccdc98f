"""What the province and the scheduler order: create a cycle, enter a phase, close a window; and a base its dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, PhaseWindow, build_calendar
from services.enrollment.domain.capabilities import Action, Actor, Policy, Standing, decide
from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.gate import check_entry
from services.enrollment.domain.milestones import Milestones, check_milestones
from services.enrollment.domain.phases import P0, P1
from services.enrollment.domain.policy_rules import changed_policy
from services.enrollment.domain.refusals import require
from services.enrollment.handlers import running
from services.enrollment.records import CycleRecord, GateRecord, WindowRecord
from services.enrollment.store.cycles import CycleStore, GateMoved
from services.enrollment.store.guarded import Changed, KeyReused
from services.enrollment.store.windows import WindowStore
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


@dataclass(frozen=True, slots=True)
class SetMilestones:
    """Set a base's own dates in a round."""

    cycle_id: str
    base_code: str
    round: int
    milestones: Milestones
    idempotency_key: str


class CycleHandlers:
    """Cycles, their gate and the windows of their bases."""

    def __init__(self, cycles: CycleStore, windows: WindowStore) -> None:
        self._cycles = cycles
        self._windows = windows

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
        return await self.get_cycle(stored.decode())

    async def get_cycle(self, cycle_id: str) -> CycleView:
        """One cycle with its calendar and where its gate stands."""
        cycle = await self._cycle(cycle_id)
        gate = await self._gate(cycle_id)
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
        )

    async def list_cycles(self, *, open_only: bool) -> list[CycleView]:
        """Cycles, newest first."""
        return [await self.get_cycle(cycle_id) for cycle_id in await self._cycles.cycle_ids(open_only=open_only)]

    async def get_catalogue(self, cycle_id: str) -> Catalogue:
        """Bases, specialties and plan of a cycle."""
        return (await self._cycle(cycle_id)).catalogue

    async def enter_phase(self, caller: Caller, cycle_id: str, sequence: int) -> CycleView:
        """Move the gate to phase number `sequence`; harmless when it stands there already, refused before its time."""
        cycle = await self._cycle(cycle_id)
        for _ in range(running.TRIES):
            gate = await self._gate(cycle_id)
            check_entry(cycle.calendar, gate.sequence, sequence, gate.now)
            if gate.sequence >= sequence:
                return await self.get_cycle(cycle_id)
            window = cycle.calendar.phases[sequence]
            entry = running.cycle_audit_entry(
                caller, "enter_phase", "", cycle, window.phase, sequence, "CAL-09", {"sequence": sequence}
            )
            try:
                await self._cycles.flip(cycle, sequence, entry, facts.phase_entered(cycle_id, window))
            except GateMoved:
                continue
            return await self.get_cycle(cycle_id)
        raise running.contended()

    async def get_window(self, caller: Caller, cycle_id: str, base_code: str, number: int) -> WindowView:
        """One base's window in a round; staff of a base see their own only."""
        cycle = await self._cycle(cycle_id)
        phase = _round_window(cycle, base_code, number)
        if caller.role.startswith("base_") and caller.organisation != base_code:
            raise _no_window()
        if caller.role == "province_administrator" and caller.organisation != cycle.province_code:
            raise _no_window()
        window = await self._windows.window(cycle_id, base_code, number)
        return await self._window_view(cycle, phase, window, await self._gate(cycle_id))

    async def close_window(self, caller: Caller, cycle_id: str, base_code: str, number: int) -> tuple[int, int]:
        """CAL-11: once a round is over, what was never reviewed or selected in it is written down, once for each base.

        Returns both counts. Raises NOT_NOW `WINDOW_OPEN` while the gate has not left the round.
        """
        cycle = await self._cycle(cycle_id)
        phase = _round_window(cycle, base_code, number)
        for _ in range(running.TRIES):
            window = await self._windows.window(cycle_id, base_code, number)
            if window.closed_at is not None:
                return window.unreviewed, window.unselected
            gate = await self._gate(cycle_id)
            if gate.sequence <= phase.sequence:
                raise DomainError(Kind.NOT_NOW, "WINDOW_OPEN", "本轮尚未结束。", rule="CAL-11", until=phase.closes_at)
            unreviewed, unselected = await self._windows.outcome(cycle_id, base_code, number)
            closed = replace(
                window,
                version=window.version + 1,
                closed_at=gate.now,
                unreviewed=unreviewed,
                unselected=unselected,
            )
            detail = {"base_code": base_code, "round": number, "unreviewed": unreviewed, "unselected": unselected}
            entry = running.cycle_audit_entry(
                caller, "close_window", "", cycle, gate.phase, gate.sequence, "CAL-11", detail
            )
            fact = facts.window_closed(cycle_id, base_code, number, unreviewed, unselected, closed.version)
            try:
                await self._windows.write(cycle, closed, entry, fact=fact)
            except Changed:
                continue
            return unreviewed, unselected
        raise running.contended()

    async def set_milestones(self, caller: Caller, order: SetMilestones) -> WindowView:
        """Set the dates of the caller's own base in the round under way, in P1 those of the first. Raises INVALID."""
        cycle = await self._cycle(order.cycle_id)
        if caller.organisation != order.base_code:
            raise _no_window()
        phase = _round_window(cycle, order.base_code, order.round)
        body_hash = running.hash_of(order)
        for _ in range(running.TRIES):
            window = await self._windows.window(order.cycle_id, order.base_code, order.round)
            gate = await self._gate(order.cycle_id)
            answered = await self._windows.answered(caller.actor, order.idempotency_key)
            if answered is not None:
                return _WINDOW.validate_json(running.replayed(answered, body_hash))
            rule = _allow_milestones(caller, cycle, gate, order.round)
            if phase.opens_at is not None and phase.closes_at is not None:
                check_milestones(
                    order.milestones,
                    window.milestones,
                    opens_at=phase.opens_at,
                    closes_at=phase.closes_at,
                    now=gate.now,
                    day=cycle.calendar.day,
                )
            changed = replace(window, version=window.version + 1, milestones=order.milestones)
            detail = {"base_code": order.base_code, "round": order.round, **dict(order.milestones.dated())}
            entry = running.cycle_audit_entry(
                caller, "set_milestones", order.idempotency_key, cycle, gate.phase, gate.sequence, rule, detail
            )
            answer = _WINDOW.dump_json(await self._window_view(cycle, phase, changed, gate))
            fact = facts.milestones_set(cycle.id, order.base_code, order.round, changed.version)
            try:
                stored = await self._windows.write(
                    cycle, changed, entry, gate=gate, body_hash=body_hash, answer=answer, fact=fact
                )
            except Changed:
                continue
            except KeyReused:
                raise running.key_reused() from None
            return _WINDOW.validate_json(stored)
        raise running.contended()

    async def _cycle(self, cycle_id: str) -> CycleRecord:
        cycle = await self._cycles.cycle(cycle_id)
        if cycle is None:
            raise running.no_cycle()
        return cycle

    async def _gate(self, cycle_id: str) -> GateRecord:
        gate = await self._cycles.gate(cycle_id)
        if gate is None:
            raise running.no_cycle()
        return gate

    async def _window_view(
        self, cycle: CycleRecord, phase: PhaseWindow, window: WindowRecord, gate: GateRecord
    ) -> WindowView:
        counts = await self._windows.counts(cycle.id, window.base_code, window.round)
        if phase.opens_at is None or phase.closes_at is None:
            raise _no_window()
        return WindowView(
            cycle.id,
            window.base_code,
            window.round,
            phase.opens_at,
            phase.closes_at,
            window.milestones,
            counts.get(State.PENDING, 0),
            counts.get(State.APPROVED, 0),
            counts.get(State.REJECTED, 0),
            counts.get(State.PROVISIONAL, 0),
            gate.sequence > phase.sequence,
            cycle.calendar.day_seconds,
            window.closed_at is not None,
        )


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
            message = f"{base} 的主基地 {main} 不在名单中,或本身是协同基地。"
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


def _round_window(cycle: CycleRecord, base_code: str, number: int) -> PhaseWindow:
    window = cycle.calendar.window_of(number)
    if window is None or base_code not in cycle.catalogue.bases:
        raise _no_window()
    return window


def _allow_milestones(caller: Caller, cycle: CycleRecord, gate: GateRecord, number: int) -> str:
    """The rule that lets a base set the dates of round `number` now; raises why not."""
    actor = Actor(caller.role, caller.organisation)
    decision = decide(Action.SET_MILESTONES, gate.moment(cycle), Milestones(), Standing(), actor, cycle.policy)
    require(decision)
    under_way = 1 if gate.phase is P1 else gate.round
    if number != under_way:
        raise DomainError(Kind.NOT_NOW, "NOT_IN_PHASE", "只能设置本轮的日期。", field="round", rule="CAP-B5-MILESTONES")
    return decision.rule


def _no_window() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "WINDOW_NOT_FOUND", "没有这个审核窗口。")
