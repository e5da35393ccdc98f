"""What the staff of a base order: review, grant, admit. For their own base only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event
from services.enrollment.domain.capabilities import Action, Actor
from services.enrollment.domain.case import Case
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.phases import P4, Phase
from services.enrollment.domain.reasons import REJECTIONS, check_reason
from services.enrollment.domain.sending import Decided
from services.enrollment.handlers.deciding import allow
from services.enrollment.handlers.queue import QueueHandlers, row_now
from services.enrollment.handlers.running import Outcome, audit_entry, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, Situation, Verdict, Write
from services.enrollment.views import QueueRowView
from services.kit.domain import Caller, DomainError, Fact, Kind

_VIEW: TypeAdapter[QueueRowView] = TypeAdapter(QueueRowView)


@dataclass(frozen=True, slots=True)
class ReviewApplication:
    """Give the verdict on a submission (transitions 5, 6)."""

    application_id: str
    submission_number: int
    approve: bool
    reason_code: str
    remark: str
    idempotency_key: str
    confirm_late: bool = False
    """The caller knows that a rejection this near to the deadline opens a fix window."""


@dataclass(frozen=True, slots=True)
class RecordNotSelected:
    """Record that somebody approved was not selected (transition 9)."""

    application_id: str
    submission_number: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class GrantProvisional:
    """Give a place: 拟录取, or in P4 调剂录取 with the qualification tick (transitions 8, 12)."""

    application_id: str
    submission_number: int
    qualified: bool
    remark: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Admit:
    """录取 (transition 13)."""

    application_id: str
    idempotency_key: str
    submission_number: int = 0
    """The submission that the caller saw; 0: any."""


_Order = ReviewApplication | RecordNotSelected | GrantProvisional | Admit


@dataclass(frozen=True, slots=True)
class _Deed:
    """What makes one decision different from another."""

    action: Action
    event: Event
    command: str
    kind: str
    changes: Mapping[str, Any]
    reason_code: str = ""
    remark: str = ""
    qualified: bool = False
    seat: int = 0
    confirm_late: bool = False


class DecisionHandlers(QueueHandlers):
    """Review and admission by the staff of one base."""

    async def review_application(self, caller: Caller, order: ReviewApplication) -> QueueRowView:
        """Approve or reject.

        Raises INVALID when a rejection lacks a known reason or a remark, or comes too late to be repaired in time and
        the caller has not confirmed that (`until`: the fix window that it would open); CONFLICT when superseded.
        """
        if not order.approve:
            _check_rejection(order)
        verdict = {"reason_code": order.reason_code, "remark": order.remark}
        why = (order.reason_code, order.remark)
        deed = (
            _Deed(Action.APPROVE, Event.APPROVE, "approve_application", "approve", verdict, *why)
            if order.approve
            else _Deed(
                *(Action.REJECT, Event.REJECT, "reject_application", "reject", verdict, *why),
                confirm_late=order.confirm_late,
            )
        )
        return await self._run(caller, order, order.submission_number, deed)

    async def record_not_selected(self, caller: Caller, order: RecordNotSelected) -> QueueRowView:
        """Flag somebody approved as not selected in this round."""
        deed = _Deed(
            Action.RECORD_NOT_SELECTED,
            Event.RECORD_NOT_SELECTED,
            "record_not_selected",
            "not_selected",
            {"not_selected": True},
        )
        return await self._run(caller, order, order.submission_number, deed)

    async def grant_provisional(self, caller: Caller, order: GrantProvisional) -> QueueRowView:
        """Take a seat for somebody. Raises NOT_NOW `SEAT_FULL` when there is none."""
        deed = _Deed(
            Action.GRANT_PROVISIONAL,
            Event.GRANT,
            "grant_provisional",
            "provisional",
            {"remark": order.remark},
            remark=order.remark,
            qualified=order.qualified,
            seat=1,
        )
        return await self._run(caller, order, order.submission_number, deed)

    async def admit(self, caller: Caller, order: Admit) -> QueueRowView:
        """The final admission of somebody provisionally admitted."""
        deed = _Deed(Action.ADMIT, Event.ADMIT, "admit_application", "admit", {})
        return await self._run(caller, order, order.submission_number, deed)

    async def _run(self, caller: Caller, order: _Order, number: int, deed: _Deed) -> QueueRowView:
        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key, number)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[QueueRowView]:
            return _decided(caller, order.idempotency_key, cycle, now, number, deed)

        return await self._runner.run(caller, order, _VIEW, read, decided)


def _decided(
    caller: Caller, key: str, cycle: CycleRecord, now: Situation, number: int, deed: _Deed
) -> Outcome[QueueRowView]:
    allowed = allow(caller, deed.action, cycle, now, number)
    before, decision = allowed.before, allowed.decision
    if deed.action is Action.GRANT_PROVISIONAL:
        check_qualified(now.gate.phase, deed.qualified)
    after = replace(allowed.after(deed.event), **deed.changes)
    detail: dict[str, Any] = {}
    if deed.remark or deed.reason_code:
        detail = {"reason_code": deed.reason_code, "remark": deed.remark}
    match deed.action:
        case Action.GRANT_PROVISIONAL:
            after = granted(after, now.gate.now)
        case Action.ADMIT:
            after = replace(after, marks=replace(after.marks, admitted_at=now.gate.now))
        case Action.REJECT:
            fix_until = _fix_window(cycle, now, deed)
            after = replace(after, marks=replace(after.marks, fix_until=fix_until))
            detail |= {"fix_until": fix_until.isoformat()} if fix_until is not None else {}
        case _:
            after = replace(after, marks=replace(after.marks, fix_until=None))
    entry = audit_entry(caller, deed.command, key, cycle, now.gate, decision, before, detail)
    verdict = Verdict(deed.kind, deed.reason_code, deed.remark, deed.qualified)
    fact, marks = _fact(cycle, after, deed, now.decided), after.marks != before.marks
    write = Write(after, entry, decision.until, fact, verdict=verdict, seat=deed.seat, marks=marks)
    return Outcome(write, row_now(after, now, cycle))


def granted(after: ApplicationRecord, at: datetime) -> ApplicationRecord:
    """The application as a grant leaves it: the marks of what went before are gone."""
    return replace(after, not_selected=False, provisional_at=at, marks=Marks())


def check_qualified(phase: Phase, qualified: bool) -> None:
    """APP-13: 调剂录取 records in the same command that the qualification was checked (B7 15). Raises INVALID."""
    if phase is P4 and not qualified:
        raise DomainError(
            Kind.INVALID, "NOT_QUALIFIED", "调剂录取须先确认资格审核通过。", field="qualified", rule="APP-13"
        )


def _fact(cycle: CycleRecord, after: ApplicationRecord, deed: _Deed, decided: Decided) -> Fact:
    match deed.action:
        case Action.APPROVE | Action.REJECT:
            return facts.reviewed(cycle, after, decided, approved=deed.action is Action.APPROVE)
        case Action.RECORD_NOT_SELECTED:
            return facts.not_selected(cycle, after, decided)
        case Action.GRANT_PROVISIONAL:
            return facts.provisionally_admitted(cycle, after, decided)
        case _:
            return facts.admitted(cycle, after, decided)


def _fix_window(cycle: CycleRecord, now: Situation, deed: _Deed) -> datetime | None:
    """PLC-04: a rejection in the last hours before the base's deadline needs confirmation and opens a fix window.

    The window ends no later than the phase (B7 7). None when there is time enough without one.
    """
    before, moment = now.application, now.gate.moment(cycle)
    if before is None:
        raise not_found()
    # What is reviewed in a fix window has that window's deadline.
    deadline = Case(moment, now.milestones, before.standing(), Actor(""), cycle.policy).deadline
    policy = cycle.policy
    if deadline is None or moment.now < deadline - policy.hours(policy.late_rejection_hours, moment.day):
        return None
    until = moment.now + policy.hours(policy.fix_window_hours, moment.day)
    until = until if moment.closes_at is None else min(until, moment.closes_at)
    if not deed.confirm_late:
        raise DomainError(
            Kind.INVALID,
            "CONFIRM_LATE_REJECTION",
            "临近审核截止,退回后将为报考人开放修改时间,请确认。",
            field="confirm_late",
            rule="PLC-04",
            until=until,
        )
    return until


def _check_rejection(order: ReviewApplication) -> None:
    """APP-10: a rejection says why: a reason code and a remark for the applicant."""
    for name, label in (("reason_code", "原因"), ("remark", "备注")):
        if not str(getattr(order, name)).strip():
            raise DomainError(Kind.INVALID, "REMARK_REQUIRED", f"审核不通过须填写{label}。", field=name, rule="APP-10")
    check_reason(order.reason_code, REJECTIONS)
