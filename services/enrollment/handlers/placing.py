"""What all commands on a place share: how they run, what they write, what they are answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event, State, effective_state
from services.enrollment.domain.marks import Ending, Marks
from services.enrollment.domain.offers import offers_in
from services.enrollment.handlers.deciding import Allowed
from services.enrollment.handlers.running import Order, Outcome, Runner, audit_entry
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    FrozenDossier,
    GateRecord,
    Situation,
    Statement,
    Verdict,
    Write,
)
from services.enrollment.store import places
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.kit.domain import Caller, Fact


@dataclass(frozen=True, slots=True)
class PlaceView:
    """An application's place as it stands after a command; no person's data."""

    application_id: str
    submission_number: int
    base_code: str
    specialty_code: str
    state: State
    round: int
    version: int
    provisional_at: datetime | None
    marks: Marks


_VIEW: TypeAdapter[PlaceView] = TypeAdapter(PlaceView)


class PlaceOrder(Protocol):
    """A command on the place of one application."""

    @property
    def application_id(self) -> str:
        """The application."""
        ...

    @property
    def idempotency_key(self) -> str:
        """Makes a retry harmless."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What makes one command on a place different from another."""

    command: str
    after: ApplicationRecord
    fact: Fact | None
    kind: str = ""
    """Kind of the decision; empty when none is made."""
    remark: str = field(default="", repr=False)
    reason_code: str = ""
    qualified: bool = False
    seat: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)
    dossier: FrozenDossier | None = None
    also: tuple[Statement, ...] = ()


class Placing:
    """Runs commands on places."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore) -> None:
        self._cycles = cycles
        self._applications = applications
        self._runner = Runner(cycles, applications)

    async def cycle(self, cycle_id: str) -> CycleRecord:
        """A cycle; raises NOT_FOUND when there is none."""
        return await self._runner.cycle(cycle_id)

    async def _run(
        self,
        caller: Caller,
        order: PlaceOrder,
        decide: Callable[[CycleRecord, Situation], Awaitable[tuple[Allowed, Turn]]],
        number: int = 0,
    ) -> PlaceView:
        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key, number)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[PlaceView]:
            allowed, turn = await decide(cycle, now)
            return Outcome(write_of(caller, order, cycle, now, allowed, turn), place_view(turn.after, now.gate))

        return await self._runner.run(caller, order, _VIEW, read, decided)


def write_of(caller: Caller, order: Order, cycle: CycleRecord, now: Situation, allowed: Allowed, turn: Turn) -> Write:
    """The guarded write of a command on a place."""
    said = {"remark": turn.remark, "reason_code": turn.reason_code}
    detail = {**{name: value for name, value in said.items() if value}, **turn.detail}
    entry = audit_entry(
        caller, turn.command, order.idempotency_key, cycle, now.gate, allowed.decision, allowed.before, detail
    )
    verdict = Verdict(turn.kind, turn.reason_code, turn.remark, turn.qualified) if turn.kind else None
    marks = turn.after.marks != allowed.before.marks
    return Write(
        *(turn.after, entry, allowed.decision.until, turn.fact),
        dossier=turn.dossier,
        verdict=verdict,
        seat=turn.seat,
        marks=marks,
        also=turn.also,
    )


def place_view(record: ApplicationRecord, gate: GateRecord) -> PlaceView:
    """A place, state as of the gate."""
    return PlaceView(
        record.id,
        record.submission_number,
        record.submitted.base_code,
        record.submitted.specialty_code,
        effective_state(record.state, record.round, gate.standing),
        record.round,
        record.version,
        record.provisional_at,
        record.marks,
    )


def lost(
    caller: Caller,
    cycle: CycleRecord,
    now: Situation,
    allowed: Allowed,
    event: Event,
    ending: Ending,
    remark: str,
    *,
    reason_code: str = "",
    stored: State | None = None,
) -> Turn:
    """PLC-07: a place is lost: the seat is given back, and offered to the next where the phase has offers.

    What the province was asked about it is settled with it, and what the policy penalises is put before the province.
    `stored` is the state to store where the one that follows is only ever derived.
    """
    after = allowed.after(event) if stored is None else replace(allowed.before, version=allowed.before.version + 1)
    after = replace(
        after,
        state=stored or after.state,
        provisional_at=None,
        marks=Marks(held=allowed.before.marks.held, ending=ending),
    )
    also: list[Statement] = []
    if allowed.before.marks.revocation_proposed:
        approved = ending is Ending.REVOKED
        also.append(places.revocation_decided(after.id, approved, caller.actor, now.gate.now))
    if ending.value in cycle.policy.penalise and ending in (Ending.NO_SHOW, Ending.QUIT):
        also.append(places.penalty_proposed(after, ending.value, now.gate.now))
    freed = offers_in(now.gate.phase, cycle.policy)
    kind, command = _NAMES[ending]
    return Turn(
        command,
        after,
        facts.place_lost(cycle, after, ending.value, remark, now.decided, freed=freed),
        kind,
        remark,
        reason_code,
        seat=-1,
        also=tuple(also),
    )


def given_up(
    caller: Caller, cycle: CycleRecord, now: Situation, after: ApplicationRecord
) -> tuple[ApplicationRecord, Fact, tuple[Statement, ...]]:
    """PLC-06: an applicant gives a place up: what the policy says of that, and what the province was asked, settled.

    `after` is the application as it is withdrawn; the seat is given back by the same write.
    """
    also: list[Statement] = []
    if after.marks.revocation_proposed:
        also.append(places.revocation_decided(after.id, False, caller.actor, now.gate.now))
    if "give_up" in cycle.policy.penalise:
        also.append(places.penalty_proposed(after, "give_up", now.gate.now))
    after = replace(after, marks=Marks(held=after.marks.held))
    freed = offers_in(now.gate.phase, cycle.policy)
    return after, facts.withdrawn(cycle, after, freed_place=freed), tuple(also)


_NAMES = {
    Ending.REVOKED: ("revoke", "revoke_place"),
    Ending.NO_SHOW: ("no_show", "report_no_show"),
    Ending.QUIT: ("quit", "record_quit"),
    Ending.ANNULLED: ("annul", "annul_place"),
}
"""Kind of the decision, and the command as the audit names it."""
