"""Taking a provisional place back: the base proposes, its province decides (transition 14)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.enrollment import facts
from services.enrollment.domain.application import REOPENED_AS, Event
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.marks import Ending
from services.enrollment.domain.phases import P3, P4
from services.enrollment.handlers.deciding import Allowed, allow
from services.enrollment.handlers.places import own_base
from services.enrollment.handlers.placing import PlaceView, Placing, Turn, lost
from services.enrollment.records import CycleRecord, GateRecord, Situation
from services.enrollment.store import places
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.places import PlaceStore, RevocationRecord
from services.kit.domain import Caller


@dataclass(frozen=True, slots=True)
class ProposeRevocation:
    """Ask the province to take a place back."""

    application_id: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class DecideRevocation:
    """Take it back, or keep it."""

    application_id: str
    approve: bool
    remark: str = field(repr=False)
    idempotency_key: str


class RevocationHandlers(Placing):
    """Proposals of bases, decisions of the province."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, places_: PlaceStore) -> None:
        super().__init__(cycles, applications)
        self._places = places_

    async def propose(self, caller: Caller, order: ProposeRevocation) -> PlaceView:
        """CAP-REVOCATION: the place stays as it is until the province has decided."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.PROPOSE_REVOCATION, cycle, now)
            before = allowed.before
            marks = replace(before.marks, revocation_proposed=True)
            after = replace(before, version=before.version + 1, marks=marks)
            also = places.revocation_proposed(after, order.reason, caller.actor, now.gate.now)
            fact = facts.revocation_proposed(cycle, after)
            return allowed, Turn("propose_revocation", after, fact, remark=order.reason, also=(also,))

        return await self._run(caller, order, decide)

    async def decide(self, caller: Caller, order: DecideRevocation) -> PlaceView:
        """PLC-11: a place taken back ends the application, or reopens it where its round is over and a later runs."""

        async def decide(cycle: CycleRecord, now: Situation) -> tuple[Allowed, Turn]:
            allowed = allow(caller, Action.DECIDE_REVOCATION, cycle, now)
            if not order.approve:
                return allowed, _kept(caller, cycle, now, allowed, order.remark)
            event, stored = Event.REVOKE, None
            if reopens(allowed.before.round, now.gate):
                event, stored = Event.REVOKE_REOPENING, REOPENED_AS
            return allowed, lost(*(caller, cycle, now, allowed, event, Ending.REVOKED, order.remark), stored=stored)

        return await self._run(caller, order, decide)

    async def list_revocations(self, caller: Caller, cycle_id: str, *, open_only: bool) -> list[RevocationRecord]:
        """Those of the caller's base, or of the province's cycle. Raises NOT_FOUND for another's cycle."""
        base = await own_base(self, caller, cycle_id)
        return await self._places.revocations(cycle_id, base, open_only=open_only)


def reopens(number: int, gate: GateRecord) -> bool:
    """PLC-11: whoever loses the place of a round gone by chooses anew while P3 or P4 lasts."""
    return gate.phase in (P3, P4) and number < gate.round


def _kept(caller: Caller, cycle: CycleRecord, now: Situation, allowed: Allowed, remark: str) -> Turn:
    before = allowed.before
    marks = replace(before.marks, revocation_proposed=False)
    after = replace(before, version=before.version + 1, marks=marks)
    also = places.revocation_decided(after.id, False, caller.actor, now.gate.now)
    fact = facts.revocation_refused(cycle, after, remark)
    return Turn("keep_place", after, fact, "keep", remark, also=(also,))
