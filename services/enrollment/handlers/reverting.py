"""Unfilled places that go where the policy says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from services.enrollment.domain.reversion import Moved, revert
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.plans import planned_deed
from services.enrollment.handlers.policies import require_province
from services.enrollment.handlers.running import canonical
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.plans import Cell, Planned, PlanStore
from services.kit.domain import Caller, DomainError, Kind

WHY = "计划回流"


@dataclass(frozen=True, slots=True)
class RevertUnfilled:
    """Move unfilled places by the declared rules; with a digest, only if that preview still holds."""

    cycle_id: str
    digest: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes where, and the name of just this."""

    moves: tuple[Moved, ...]
    digest: str


_MOVES: TypeAdapter[tuple[Moved, ...]] = TypeAdapter(tuple[Moved, ...])


class RevertingHandlers:
    """Reversion of unfilled places (PLAN-13), looked at first and then carried out."""

    def __init__(self, runner: DeedRunner, store: PlanStore) -> None:
        self._runner = runner
        self._store = store

    async def preview(self, caller: Caller, cycle_id: str) -> Preview:
        """What would go where now; nothing is changed."""
        cycle, gate = await self._runner.own(caller, cycle_id)
        moves, _ = await self._moves(cycle, gate)
        return Preview(moves, _digest(moves))

    async def revert_unfilled(self, caller: Caller, order: RevertUnfilled) -> tuple[Moved, ...]:
        """PLAN-20: what was looked at is done, all at once. Raises CONFLICT `PREVIEW_CHANGED` when it no longer holds,
        NOT_NOW `NOTHING_REVERTS` when there is nothing to move.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[tuple[Moved, ...]]:
            require_province(caller, cycle, gate)
            moves, planned = await self._moves(cycle, gate)
            if order.digest and order.digest != _digest(moves):
                raise DomainError(
                    Kind.CONFLICT, "PREVIEW_CHANGED", "预览后名额有变化,请重新预览。", field="digest", rule="PLAN-20"
                )
            if not moves:
                raise DomainError(Kind.NOT_NOW, "NOTHING_REVERTS", "按现行规则没有可回流的计划。", rule="PLAN-20")
            changes = _changes(moves, planned)
            deed = planned_deed(moves, "revert_unfilled", "PLAN-13", "reversion", cycle, gate, changes, WHY)
            return replace(deed, detail={**deed.detail, "moves": [asdict(move) for move in moves]})

        return await self._runner.run(caller, order, _MOVES, order.cycle_id, decided)

    async def _moves(self, cycle: CycleRecord, gate: GateRecord) -> tuple[tuple[Moved, ...], dict[Cell, int]]:
        seats = await self._store.seats(cycle.id)
        planned = {each.cell: each.planned for each in seats}
        # What was read last counts: the places as the database has them now.
        catalogue = replace(cycle.catalogue, plan=planned)
        taken = {each.cell: each.taken for each in seats}
        return tuple(revert(cycle.policy.reversion, catalogue, taken, gate.standing)), planned


def _changes(moves: Sequence[Moved], planned: dict[Cell, int]) -> list[Planned]:
    becomes = dict(planned)
    for move in moves:
        becomes[move.donor] -= move.seats
        becomes[move.receiver] += move.seats
    return [Planned(cell, planned[cell], new) for cell, new in sorted(becomes.items()) if new != planned[cell]]


def _digest(moves: Sequence[Moved]) -> str:
    return hashlib.sha256(canonical(list(moves)).encode()).hexdigest()[:32]
