"""How every deed on a cycle runs: read, decide, write under the guard; read and decide again when something moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from pydantic import TypeAdapter

from services.enrollment.handlers.running import (
    TRIES,
    Order,
    View,
    contended,
    cycle_audit_entry,
    key_reused,
    no_cycle,
    replayed,
    text_of,
)
from services.enrollment.records import CalendarWrite, CycleRecord, GateRecord, Statement
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.guarded import Changed, KeyReused
from services.kit.domain import Caller, Fact


@dataclass(frozen=True, slots=True)
class Deed(Generic[View]):
    """What was decided: how the audit tells it, what is written beside it, what its caller is answered."""

    view: View
    command: str
    rule: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """For the audit: ids, codes and numbers, never a person's data."""
    fact: Fact | None = None
    also: tuple[Statement, ...] = ()
    new_edition: bool = False
    """Policy, plan or programmes change: every process reads them again."""
    in_phase: bool = True
    """The deed holds only in the phase in which it was decided."""
    deadline: datetime | None = None
    calendar: CalendarWrite | None = None
    """Another version of the calendar, and with it the gate."""


class DeedRunner:
    """Runs deeds on cycles."""

    def __init__(self, cycles: CycleStore, deeds: DeedStore) -> None:
        self.cycles = cycles
        self.deeds = deeds

    async def run(
        self,
        caller: Caller,
        order: Order,
        adapter: TypeAdapter[View],
        cycle_id: str,
        decide: Callable[[CycleRecord, GateRecord], Awaitable[Deed[View]]],
    ) -> View:
        """The answer to `order`: of this run, or of an equal one before (same actor, same key).

        `decide` raises the DomainError that tells why not. Raises as `Runner.run`.
        """
        sealing, key = self.deeds.sealing, order.idempotency_key
        body_hash = sealing.body_hash(text_of(order))
        for _ in range(TRIES):
            answered = await self.deeds.answered(caller.actor, key)
            if answered is not None:
                return adapter.validate_json(sealing.open_answer(caller.actor, key, replayed(answered, body_hash)))
            cycle, gate = await self.standing(cycle_id)
            deed = await decide(cycle, gate)
            entry = cycle_audit_entry(
                caller, deed.command, key, cycle, gate.phase, gate.sequence, deed.rule, deed.detail
            )
            answer = adapter.dump_json(deed.view)
            try:
                stored = await self.deeds.write(
                    *(cycle, entry, body_hash, answer),
                    gate=gate if deed.in_phase else None,
                    deadline=deed.deadline,
                    fact=deed.fact,
                    also=deed.also,
                    new_edition=deed.new_edition,
                    calendar=deed.calendar,
                )
            except Changed:
                continue
            except KeyReused:
                raise key_reused() from None
            return deed.view if stored == answer else adapter.validate_json(stored)
        raise contended()

    async def standing(self, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        """A cycle as it stands and its gate; raises NOT_FOUND when there is none."""
        gate = await self.cycles.gate(cycle_id)
        cycle = await self.cycles.cycle(cycle_id, gate.edition) if gate is not None else None
        if gate is None or cycle is None:
            raise no_cycle()
        return cycle, gate

    async def own(self, caller: Caller, cycle_id: str) -> tuple[CycleRecord, GateRecord]:
        """CAP-PROVINCE: the same, for the caller's own province or a base in it; another's cycle looks absent."""
        cycle, gate = await self.standing(cycle_id)
        place = caller.organisation
        if caller.role in ("province_administrator", "auditor") and place != cycle.province_code:
            raise no_cycle()
        if caller.role.startswith("base_") and place not in cycle.catalogue.bases:
            raise no_cycle()
        return cycle, gate
