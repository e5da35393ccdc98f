"""Applications that wait for the province, and how it decides about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action, Actor, decide
from services.enrollment.domain.refusals import require
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.running import Outcome, Runner, audit_entry
from services.enrollment.records import CycleRecord, Situation, Verdict, Write
from services.enrollment.store import holds
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.holds import Hold, HoldStore, Other
from services.kit.domain import Caller, DomainError, Kind

LIMIT = 100
"""Rows of a list unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class ResolveHold:
    """Release a held application, or refuse it."""

    hold_id: str
    release: bool
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold with what it looks like."""

    hold: Hold
    alike: tuple[Other, ...] = ()


_VIEW: TypeAdapter[HoldView] = TypeAdapter(HoldView)


class HoldHandlers:
    """Held applications of one's own province; another's look absent."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, deeds: DeedRunner, store: HoldStore) -> None:
        self._runner = Runner(cycles, applications)
        self._applications = applications
        self._deeds = deeds
        self._store = store

    async def list_holds(self, caller: Caller, cycle_id: str, state: str, limit: int) -> list[HoldView]:
        """Those in this state, oldest first, each with what it looks like."""
        await self._deeds.own(caller, cycle_id)
        return await self._views(await self._store.holds(cycle_id, state, limit or LIMIT))

    async def resolve_hold(self, caller: Caller, order: ResolveHold) -> HoldView:
        """CAP-HOLD, PEN-10: released, bases decide again; refused, the application keeps its state and stays held.

        A refused one can still be released, a released one is settled. Raises NOT_FOUND, CONFLICT `ALREADY_DECIDED`.
        """
        known = await self._store.hold(order.hold_id)
        if known is None:
            raise _no_hold()
        application_id = known.application_id

        async def read() -> Situation | None:
            return await self._applications.read(application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[HoldView]:
            hold, before = await self._store.hold(order.hold_id), now.application
            if hold is None or before is None or cycle.province_code != caller.organisation:
                raise _no_hold()
            state = "released" if order.release else "refused"
            if hold.state in ("released", state):
                raise DomainError(Kind.CONFLICT, "ALREADY_DECIDED", "该核查事项已经办理。", rule="PEN-10")
            actor = Actor(caller.role, caller.organisation)
            standing = before.standing(now.seats_left)
            decision = decide(
                Action.RESOLVE_HOLD, now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy
            )
            require(decision)
            marks = replace(before.marks, held="" if order.release else before.marks.held)
            after = replace(before, version=before.version + 1, marks=marks)
            detail = {"hold": hold.id, "cause": hold.cause, "released": order.release}
            name = "release_application" if order.release else "refuse_application"
            entry = audit_entry(caller, name, order.idempotency_key, cycle, now.gate, decision, before, detail)
            write = Write(
                after,
                entry,
                decision.until,
                facts.released(cycle, after, now.decided) if order.release else None,
                verdict=Verdict("release" if order.release else "hold", hold.cause, "", qualified=False),
                marks=marks != before.marks,
                also=(holds.resolve(hold, state, now.gate.now, order.reason),),
            )
            done = replace(hold, state=state, decided_at=now.gate.now, reason=order.reason)
            [view] = await self._views([done])
            return Outcome(write, view)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def _views(self, found: list[Hold]) -> list[HoldView]:
        others = await self._store.others(found)
        return [HoldView(hold, tuple(others[hold.id])) for hold in found]


def _no_hold() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "HOLD_NOT_FOUND", "没有这项待核查的报名。", rule="CAP-HOLD")
