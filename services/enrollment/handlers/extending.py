"""A base's review deadline, moved by its province."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.milestones import LABELS, Milestones
from services.enrollment.handlers import running
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.policies import require_province
from services.enrollment.handlers.windows import WindowHandlers
from services.enrollment.records import GateRecord
from services.enrollment.store.guarded import Changed, KeyReused
from services.enrollment.store.windows import WindowStore
from services.enrollment.views import WindowView
from services.kit.domain import Caller, DomainError, Kind

_WINDOW: TypeAdapter[WindowView] = TypeAdapter(WindowView)


@dataclass(frozen=True, slots=True)
class ExtendDeadline:
    """Move a base's review deadline to a later instant (aware UTC)."""

    cycle_id: str
    base_code: str
    round: int
    review_deadline: datetime
    reason: str
    idempotency_key: str


class ExtendingHandlers:
    """Deadlines that only a province moves."""

    def __init__(self, runner: DeedRunner, windows: WindowStore, reading: WindowHandlers) -> None:
        self._runner = runner
        self._windows = windows
        self._reading = reading

    async def extend_deadline(self, caller: Caller, order: ExtendDeadline) -> WindowView:
        """CAP-EXTEND: the deadline becomes later, inside the phase, also after it passed (B7 8); others hear of it.

        Raises INVALID, NOT_NOW outside the round, NOT_FOUND for another province's cycle.
        """
        await self._runner.own(caller, order.cycle_id)
        body_hash = running.hash_of(order)
        for _ in range(running.TRIES):
            cycle, gate = await self._runner.standing(order.cycle_id)
            answered = await self._windows.answered(caller.actor, order.idempotency_key)
            if answered is not None:
                return _WINDOW.validate_json(running.replayed(answered, body_hash))
            require_province(caller, cycle, gate, Action.EXTEND_DEADLINE)
            if order.base_code not in cycle.catalogue.bases:
                raise DomainError(Kind.NOT_FOUND, "WINDOW_NOT_FOUND", "没有这个审核窗口。")
            window = await self._windows.window(order.cycle_id, order.base_code, order.round)
            milestones = _extended(order, window.milestones, gate)
            changed = replace(window, version=window.version + 1, milestones=milestones)
            detail = {
                "base_code": order.base_code,
                "round": order.round,
                "was": window.milestones.review_deadline,
                "review_deadline": order.review_deadline,
                "reason": order.reason,
            }
            entry = running.cycle_audit_entry(
                *(caller, "extend_deadline", order.idempotency_key, cycle, gate.phase, gate.sequence, "CAP-EXTEND"),
                detail,
            )
            view = await self._reading.get_window(caller, order.cycle_id, order.base_code, order.round)
            answer = _WINDOW.dump_json(replace(view, milestones=milestones))
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


def _extended(order: ExtendDeadline, present: Milestones, gate: GateRecord) -> Milestones:
    wanted, closes_at = order.review_deadline, gate.closes_at
    if order.round != gate.round:
        raise _refused(Kind.NOT_NOW, "NOT_IN_PHASE", "只能延长本轮的审核截止时间。", "round")
    if closes_at is not None and wanted > closes_at:
        raise _refused(Kind.INVALID, "MILESTONE_OUTSIDE", "审核截止时间须在本阶段之内。", "review_deadline")
    before = present.review_deadline or closes_at
    if wanted <= gate.now or (before is not None and wanted <= before):
        raise _refused(Kind.INVALID, "NOT_LATER", "新的截止时间须晚于现在和原截止时间。", "review_deadline")
    for name, at in present.dated():
        if name != "review_deadline" and gate.now < at < wanted:
            message = f"该基地的{LABELS[name]}早于新的审核截止时间,请基地先行调整。"
            raise _refused(Kind.INVALID, "MILESTONE_ORDER", message, "review_deadline")
    return replace(present, review_deadline=wanted)


def _refused(kind: Kind, reason: str, message: str, name: str) -> DomainError:
    return DomainError(kind, reason, message, field=name, rule="CAP-EXTEND")
