"""A base in a review round: how it stands, its own dates, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.calendar import PhaseWindow
from services.enrollment.domain.capabilities import Action, Actor, Standing, decide
from services.enrollment.domain.milestones import Milestones, check_milestones
from services.enrollment.domain.phases import P1
from services.enrollment.domain.refusals import require
from services.enrollment.domain.sending import time_policy
from services.enrollment.handlers import running
from services.enrollment.records import CycleRecord, GateRecord, WindowRecord
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.guarded import Changed, KeyReused
from services.enrollment.store.windows import WindowStore
from services.enrollment.views import WindowView
from services.kit.domain import Caller, DomainError, Kind

_WINDOW: TypeAdapter[WindowView] = TypeAdapter(WindowView)


@dataclass(frozen=True, slots=True)
class SetMilestones:
    """Set a base's own dates in a round."""

    cycle_id: str
    base_code: str
    round: int
    milestones: Milestones
    idempotency_key: str


class WindowHandlers:
    """The windows of a cycle's bases."""

    def __init__(self, cycles: CycleStore, windows: WindowStore) -> None:
        self._cycles = cycles
        self._windows = windows

    async def get_window(self, caller: Caller, cycle_id: str, base_code: str, number: int) -> WindowView:
        """One base's window in a round; staff of a base see their own only."""
        cycle, gate = await self._standing(cycle_id)
        phase = _round_window(cycle, base_code, number)
        if caller.role.startswith("base_") and caller.organisation != base_code:
            raise _no_window()
        if caller.role == "province_administrator" and caller.organisation != cycle.province_code:
            raise _no_window()
        window = await self._windows.window(cycle_id, base_code, number)
        return await self._window_view(cycle, phase, window, gate)

    async def close_window(self, caller: Caller, cycle_id: str, base_code: str, number: int) -> tuple[int, int]:
        """CAL-11: once a round is over, what was never reviewed or selected in it is written down, once for each base.

        A round is over as soon as the database's clock has passed its end, whether the gate has moved or not; nothing
        is, while the cycle is held. What was decided before the end is counted: the count begins when everybody who
        passed the gate before has committed. Returns both counts; raises NOT_NOW `WINDOW_OPEN` while the round goes on.
        """
        for _ in range(running.TRIES):
            cycle, gate = await self._standing(cycle_id)
            phase = _round_window(cycle, base_code, number)
            window = await self._windows.window(cycle_id, base_code, number)
            if window.closed_at is not None:
                return window.unreviewed, window.unselected
            if not await self._is_over(cycle, gate, phase):
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
        cycle, _ = await self._standing(order.cycle_id)
        if caller.organisation != order.base_code:
            raise _no_window()
        _round_window(cycle, order.base_code, order.round)
        body_hash = running.hash_of(order)
        for _ in range(running.TRIES):
            window = await self._windows.window(order.cycle_id, order.base_code, order.round)
            cycle, gate = await self._standing(order.cycle_id)
            answered = await self._windows.answered(caller.actor, order.idempotency_key)
            if answered is not None:
                return _WINDOW.validate_json(running.replayed(answered, body_hash))
            phase = _round_window(cycle, order.base_code, order.round)
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

    async def _standing(self, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        """The cycle with the calendar that the gate names now."""
        gate = await self._cycles.gate(cycle_id)
        cycle = await self._cycles.cycle(cycle_id, gate.edition) if gate is not None else None
        if gate is None or cycle is None:
            raise running.no_cycle()
        return cycle, gate

    async def _is_over(self, cycle: CycleRecord, gate: GateRecord, phase: PhaseWindow) -> bool:
        if gate.sequence > phase.sequence:
            return True
        if gate.held_since is not None or phase.closes_at is None or gate.now < phase.closes_at:
            return False
        return await self._windows.round_is_over(cycle, phase.sequence)

    async def _window_view(
        self, cycle: CycleRecord, phase: PhaseWindow, window: WindowRecord, gate: GateRecord
    ) -> WindowView:
        if phase.opens_at is None or phase.closes_at is None:
            raise _no_window()
        own = window.milestones
        counts = await self._windows.counts(
            cycle.id, window.base_code, window.round, min(own.review_deadline or phase.closes_at, phase.closes_at)
        )
        return WindowView(
            cycle.id,
            window.base_code,
            window.round,
            phase.opens_at,
            phase.closes_at,
            own,
            counts.pending,
            counts.approved,
            counts.rejected,
            counts.provisional,
            gate.sequence > phase.sequence,
            cycle.calendar.day_seconds,
            window.closed_at is not None,
            read_at=counts.read_at,
            held_since=gate.held_since,
            phase=phase.phase,
            phase_name=phase.name,
            province_code=cycle.province_code,
            base_name=cycle.catalogue.bases[window.base_code],
            time_policy=time_policy(cycle.policy, cycle.calendar, own),
            admitted=counts.admitted,
            not_selected=counts.not_selected,
            unpublished=counts.unpublished if cycle.policy.publicity_working_days else 0,
            fixable=counts.fixable,
            fix_until=counts.fix_until,
            late_pending=counts.late_pending,
        )


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
