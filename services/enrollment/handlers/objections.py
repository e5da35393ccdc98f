"""Objections to provisional admissions: filed by base or province, resolved by the province."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action, Actor, Decision, decide
from services.enrollment.domain.refusals import require
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation, Verdict, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.objections import START, Objection, ObjectionState, ObjectionStore, resolved
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

PAGE = 50
"""Objections of a page unless asked otherwise."""
_VIEW: TypeAdapter[Objection] = TypeAdapter(Objection)


@dataclass(frozen=True, slots=True)
class FileObjection:
    """Object to a provisional admission; `objector` may be empty."""

    application_id: str
    grounds: str = field(repr=False)
    objector: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ResolveObjection:
    """Uphold or dismiss an objection."""

    objection_id: str
    uphold: bool
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ObjectionPage:
    """A page of objections, and where the next begins; None at the end."""

    objections: list[Objection]
    following: tuple[datetime, str] | None


class ObjectionHandlers:
    """Objections of the caller's own base or province."""

    def __init__(
        self, cycles: CycleStore, applications: ApplicationStore, deeds: DeedStore, objections: ObjectionStore
    ) -> None:
        self._applications = applications
        self._objections = objections
        self._runner = Runner(cycles, applications)
        self._deeds = DeedRunner(cycles, deeds)

    async def file_objection(self, caller: Caller, order: FileObjection) -> Objection:
        """LIST-08: an objection freezes the final admission until the province has resolved it.

        Raises INVALID `GROUNDS_REQUIRED`, NOT_NOW outside of a provisional admission, NOT_FOUND for another's.
        """
        if not order.grounds.strip():
            raise _required("GROUNDS_REQUIRED", "请填写异议内容。", "grounds")

        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[Objection]:
            before, decision = _allowed(caller, Action.FILE_OBJECTION, cycle, now)
            objection = Objection(
                *(new_id(), before.id, cycle.id, before.submitted.base_code, before.submitted.specialty_code),
                *(ObjectionState.OPEN, order.grounds.strip(), order.objector.strip()),
                *(caller.actor, caller.organisation, now.gate.now),
                list_id=await self._objections.list_of(before),
            )
            after = replace(before, version=before.version + 1, marks=replace(before.marks, objected=True))
            detail = {"objection_id": objection.id}
            entry = audit_entry(
                caller, "file_objection", order.idempotency_key, cycle, now.gate, decision, before, detail
            )
            write = Write(
                *(after, entry, decision.until),
                facts.objection_filed(cycle, after, objection.id, objection.list_id, now.decided),
                verdict=Verdict("object", "", "", False),
                marks=True,
                also=(self._objections.insert(objection),),
            )
            return Outcome(write, objection)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def resolve_objection(self, caller: Caller, order: ResolveObjection) -> Objection:
        """LIST-08: dismissed, it frees the admission when nothing else is open; upheld, the place is to be revoked.

        Raises INVALID `REASON_REQUIRED`, CONFLICT `ALREADY_RESOLVED`, NOT_FOUND for another's.
        """
        if not order.reason.strip():
            raise _required("REASON_REQUIRED", "请填写处理理由。", "reason")
        found = await self._objections.read(order.objection_id)
        if found is None:
            raise _no_objection()
        application_id = found.application_id

        async def read() -> Situation | None:
            return await self._applications.read(application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[Objection]:
            if cycle.province_code != caller.organisation:
                raise _no_objection()
            objection = await self._objections.read(order.objection_id)
            if objection is None or objection.state is not ObjectionState.OPEN:
                raise DomainError(Kind.CONFLICT, "ALREADY_RESOLVED", "该异议已处理。", rule="LIST-08")
            before, decision = _allowed(caller, Action.RESOLVE_OBJECTION, cycle, now)
            after_it = resolved(objection, uphold=order.uphold, reason=order.reason.strip(), at=now.gate.now)
            frozen = order.uphold or await self._objections.others(before, objection.id) > 0
            after = replace(before, version=before.version + 1, marks=replace(before.marks, objected=frozen))
            kind = "uphold" if order.uphold else "dismiss"
            detail = {"objection_id": objection.id, "resolution": kind}
            entry = audit_entry(
                caller, "resolve_objection", order.idempotency_key, cycle, now.gate, decision, before, detail
            )
            write = Write(
                *(after, entry, decision.until),
                facts.objection_resolved(
                    *(cycle, after, objection.id, objection.list_id, now.decided), upheld=order.uphold
                ),
                verdict=Verdict(kind, "", "", False),
                marks=True,
                also=(self._objections.resolve(after_it, caller.actor),),
            )
            return Outcome(write, after_it)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def list_objections(
        self, caller: Caller, cycle_id: str, *, open_only: bool, size: int, after: tuple[datetime, str] | None
    ) -> ObjectionPage:
        """Objections of the caller's own base, or of the whole province, newest first."""
        await self._deeds.own(caller, cycle_id)
        base_code = caller.organisation if caller.role.startswith("base_") else ""
        limit = size or PAGE
        found = await self._objections.page(
            cycle_id, base_code, open_only=open_only, after=after or START, limit=limit + 1
        )
        page = found[:limit]
        following = (page[-1].filed_at, page[-1].id) if len(found) > limit else None
        return ObjectionPage(page, following)


def _allowed(caller: Caller, action: Action, cycle: CycleRecord, now: Situation) -> tuple[ApplicationRecord, Decision]:
    """The application and the decision that allows it; raises why not, NOT_FOUND in another province."""
    before = now.application
    province = caller.role == "province_administrator"
    if before is None or (province and cycle.province_code != caller.organisation):
        raise not_found()
    actor = Actor(caller.role, caller.organisation)
    standing = before.standing(now.seats_left)
    decision = decide(action, now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy)
    require(decision)
    return before, decision


def _required(reason: str, message: str, name: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=name, rule="LIST-08")


def _no_objection() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "OBJECTION_NOT_FOUND", "没有这项异议。", rule="CAP-SCOPE")
