"""What support and the province order for one person: sections unlocked for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import effective_state
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.refusals import Decision
from services.enrollment.domain.unlock import RULE, check_unlock
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation, UnlockRecord, UnlockWrite, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.unlocks import UnlockStore
from services.enrollment.views import UnlockView
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id

_VIEW: TypeAdapter[UnlockView] = TypeAdapter(UnlockView)


@dataclass(frozen=True, slots=True)
class UnlockSections:
    """Unlock sections of a person's application for so many minutes from now."""

    cycle_id: str
    person_id: str
    sections: tuple[Section, ...]
    minutes: int
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class EndUnlock:
    """End an unlock before its time."""

    unlock_id: str
    reason: str
    idempotency_key: str


class SupportHandlers:
    """Unlocks: for the caller's own province only; what lies elsewhere looks absent."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, unlocks: UnlockStore) -> None:
        self._applications = applications
        self._unlocks = unlocks
        self._runner = Runner(cycles, applications)

    async def unlock_sections(self, caller: Caller, order: UnlockSections) -> UnlockView:
        """UNL-01: raises NOT_FOUND, FORBIDDEN for one's own application, NOT_NOW for one that has ended."""

        async def read() -> Situation | None:
            return await self._applications.read_own(
                order.cycle_id, order.person_id, caller.actor, order.idempotency_key
            )

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[UnlockView]:
            before = _application(caller, cycle, now)
            check_unlock(caller, order.person_id, effective_state(before.state, before.round, now.gate.standing))
            _check_gate(now)
            since = now.gate.now
            until = since + timedelta(minutes=order.minutes)
            unlock = UnlockRecord(new_id(), before.id, order.sections, since, until, order.reason, caller.actor)
            after = replace(before, version=before.version + 1)
            fact = facts.unlocked(cycle, after, until)
            others = await self._unlocks.of_application(before.id)
            return _outcome(caller, "unlock_sections", order, cycle, now, after, unlock, others, fact)

        return await self._runner.run(caller, order, _VIEW, read, decided, order.cycle_id)

    async def end_unlock(self, caller: Caller, order: EndUnlock) -> UnlockView:
        """UNL-01: raises NOT_FOUND, NOT_NOW `UNLOCK_OVER` when it has ended already."""
        unlock = await self._unlocks.unlock(order.unlock_id)
        if unlock is None:
            raise _no_unlock()

        async def read() -> Situation | None:
            return await self._applications.read(unlock.application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[UnlockView]:
            before = now.application
            if before is None or cycle.province_code != caller.organisation:
                raise _no_unlock()
            others = {other.id: other for other in await self._unlocks.of_application(before.id)}
            current = others.pop(order.unlock_id)
            if current.ended_at is not None or current.until <= now.gate.now:
                raise DomainError(Kind.NOT_NOW, "UNLOCK_OVER", "该次开放修改已结束。", rule=RULE)
            _check_gate(now)
            ended = replace(current, ended_at=now.gate.now)
            after = replace(before, version=before.version + 1)
            return _outcome(caller, "end_unlock", order, cycle, now, after, ended, list(others.values()), None)

        return await self._runner.run(caller, order, _VIEW, read, decided)

    async def list_unlocks(self, caller: Caller, cycle_id: str, person_id: str) -> list[UnlockView]:
        """UNL-05: one's own, or those of one's own province; newest first. Raises NOT_FOUND for others'."""
        cycle = await self._runner.cycle(cycle_id)
        own = caller.role == "applicant" and caller.person_id == person_id
        if not own and (caller.role == "applicant" or caller.organisation != cycle.province_code):
            raise not_found()
        return [_view(unlock) for unlock in await self._unlocks.of_person(cycle_id, person_id)]


def _application(caller: Caller, cycle: CycleRecord, now: Situation) -> ApplicationRecord:
    """UNL-05: support and province administrators reach applications of their own province only."""
    found = now.application
    if found is None or cycle.province_code != caller.organisation:
        raise not_found()
    return found


def _check_gate(now: Situation) -> None:
    """Between the end of a phase and the entry of the next nothing is written, for anybody."""
    closes_at = now.gate.closes_at
    if closes_at is not None and now.gate.now >= closes_at:
        raise DomainError(Kind.NOT_NOW, "NOT_IN_PHASE", "阶段正在切换,请稍后再试。", rule="CAP-CLOSED")


def _outcome(
    caller: Caller,
    command: str,
    order: UnlockSections | EndUnlock,
    cycle: CycleRecord,
    now: Situation,
    after: ApplicationRecord,
    unlock: UnlockRecord,
    others: Sequence[UnlockRecord],
    fact: Fact | None,
) -> Outcome[UnlockView]:
    detail = {
        "unlock": unlock.id,
        "sections": [section.value for section in unlock.sections],
        "until": unlock.until.isoformat(),
        "reason": order.reason,
    }
    decision = Decision(True, "", RULE)
    entry = audit_entry(caller, command, order.idempotency_key, cycle, now.gate, decision, now.application, detail)
    write = Write(after, entry, None, fact=fact, unlock=UnlockWrite(unlock, _last_end([unlock, *others])))
    return Outcome(write, _view(unlock))


def _last_end(unlocks: Sequence[UnlockRecord]) -> datetime | None:
    return max((unlock.until for unlock in unlocks if unlock.ended_at is None), default=None)


def _view(unlock: UnlockRecord) -> UnlockView:
    return UnlockView(
        unlock.id,
        unlock.application_id,
        unlock.sections,
        unlock.since,
        unlock.until,
        unlock.reason,
        unlock.granted_by,
        unlock.ended_at,
    )


def _no_unlock() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "UNLOCK_NOT_FOUND", "没有这次开放修改。")
