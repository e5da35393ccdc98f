"""What the staff of a base order: look, review, grant, admit. For their own base only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event, State, effective_state, next_state
from services.enrollment.domain.capabilities import Action, Actor, capabilities, decide
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.phases import P4
from services.enrollment.domain.queue import cells
from services.enrollment.domain.refusals import require, superseded
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Situation, Verdict, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.views import QueueRowView, SectionView, SubmissionView
from services.kit.domain import Caller, DomainError, Fact, Kind

_VIEW: TypeAdapter[QueueRowView] = TypeAdapter(QueueRowView)
PAGE = 50
"""Rows of a page of the queue unless asked otherwise."""
_START = (datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")
_HIDDEN = frozenset({State.NONE, State.DRAFT, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ReviewApplication:
    """Give the verdict on a submission (transitions 5, 6)."""

    application_id: str
    submission_number: int
    approve: bool
    reason_code: str
    remark: str
    idempotency_key: str


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


_Order = ReviewApplication | RecordNotSelected | GrantProvisional | Admit


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and where the next begins; None at the end."""

    rows: list[QueueRowView]
    following: tuple[datetime, str] | None


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


class DecisionHandlers:
    """Review and admission by the staff of one base."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore) -> None:
        self._applications = applications
        self._queries = queries
        self._cycles = cycles
        self._runner = Runner(cycles, applications)

    async def list_queue(
        self,
        caller: Caller,
        cycle_id: str,
        states: frozenset[State],
        specialty_code: str,
        size: int,
        after: tuple[datetime, str] | None,
    ) -> QueuePage:
        """The caller's own base's applications of the round under way and those placed, oldest submission first."""
        cycle = await self._runner.cycle(cycle_id)
        gate = await self._cycles.gate(cycle_id)
        if gate is None:
            raise not_found()
        if specialty_code and specialty_code not in cycle.catalogue.specialties:
            return QueuePage([], None)
        limit = size or PAGE
        wanted = cells(gate.phase, states)
        found = await self._queries.queue(
            cycle.id, caller.organisation, wanted, specialty_code, after or _START, limit + 1
        )
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        following = None if last is None or last.submitted_at is None else (last.submitted_at, last.id)
        return QueuePage([queue_row(record, gate) for record in page], following)

    async def get_submission(self, caller: Caller, application_id: str) -> SubmissionView:
        """The current submission of an application to the caller's own base, and what the caller may do now."""
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if situation is None or record is None or record.state in _HIDDEN:
            raise not_found()
        cycle = await self._runner.cycle(record.cycle_id)
        standing = record.standing(situation.seats_left)
        actor = Actor(caller.role, caller.organisation)
        may = capabilities(situation.gate.moment(cycle), situation.milestones, standing, actor, cycle.policy)
        require(may[Action.OPEN_SUBMISSION])
        frozen = await self._queries.submission(application_id, record.submission_number)
        if frozen is None:
            raise not_found()
        sections = tuple(
            SectionView(section, True, frozen.dossier.get(section, {}), frozen.submitted_at) for section in Section
        )
        return SubmissionView(queue_row(record, situation.gate), sections, frozen.choice, may, frozen.correction_of)

    async def review_application(self, caller: Caller, order: ReviewApplication) -> QueueRowView:
        """Approve or reject. Raises INVALID when a rejection lacks reason or remark, CONFLICT when superseded."""
        if not order.approve:
            _check_rejection(order)
        verdict = {"reason_code": order.reason_code, "remark": order.remark}
        why = (order.reason_code, order.remark)
        deed = (
            _Deed(Action.APPROVE, Event.APPROVE, "approve_application", "approve", verdict, *why)
            if order.approve
            else _Deed(Action.REJECT, Event.REJECT, "reject_application", "reject", verdict, *why)
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
            {"remark": order.remark, "not_selected": False},
            remark=order.remark,
            qualified=order.qualified,
            seat=1,
        )
        return await self._run(caller, order, order.submission_number, deed)

    async def admit(self, caller: Caller, order: Admit) -> QueueRowView:
        """The final admission of somebody provisionally admitted."""
        deed = _Deed(Action.ADMIT, Event.ADMIT, "admit_application", "admit", {})
        return await self._run(caller, order, 0, deed)

    async def _run(self, caller: Caller, order: _Order, number: int, deed: _Deed) -> QueueRowView:
        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key, number)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[QueueRowView]:
            return _decided(caller, order.idempotency_key, cycle, now, number, deed)

        return await self._runner.run(caller, order, _VIEW, read, decided)


def _decided(
    caller: Caller, key: str, cycle: CycleRecord, now: Situation, number: int, deed: _Deed
) -> Outcome[QueueRowView]:
    before = now.application
    if before is None:
        raise not_found()
    # Who reviewed a submission that has moved on to another base learns that it was superseded, nobody else does.
    if (
        number
        and number != before.submission_number
        and caller.organisation
        in (
            now.named_base,
            before.submitted.base_code,
        )
    ):
        raise superseded(before.submission_number)
    decision = decide(
        deed.action,
        now.gate.moment(cycle),
        now.milestones,
        before.standing(now.seats_left),
        Actor(caller.role, caller.organisation),
        cycle.policy,
    )
    require(decision)
    if deed.action is Action.GRANT_PROVISIONAL and now.gate.phase is P4 and not deed.qualified:
        raise _unqualified()
    state = next_state(effective_state(before.state, before.round, now.gate.phase), deed.event)
    after = replace(before, version=before.version + 1, state=state, **deed.changes)
    if deed.event is Event.GRANT:
        after = replace(after, provisional_at=now.gate.now, marks=Marks())
    if deed.event is Event.ADMIT:
        after = replace(after, marks=replace(after.marks, admitted_at=now.gate.now))
    detail = {"reason_code": deed.reason_code, "remark": deed.remark} if deed.remark or deed.reason_code else {}
    entry = audit_entry(caller, deed.command, key, cycle, now.gate, decision, before, detail)
    verdict = Verdict(deed.kind, deed.reason_code, deed.remark, deed.qualified)
    fact, marks = _fact(cycle, after, deed), after.marks != before.marks
    write = Write(after, entry, decision.until, fact, verdict=verdict, seat=deed.seat, marks=marks)
    return Outcome(write, queue_row(after, now.gate))


def _fact(cycle: CycleRecord, after: ApplicationRecord, deed: _Deed) -> Fact:
    match deed.action:
        case Action.APPROVE | Action.REJECT:
            return facts.reviewed(cycle, after, approved=deed.action is Action.APPROVE)
        case Action.RECORD_NOT_SELECTED:
            return facts.not_selected(cycle, after)
        case Action.GRANT_PROVISIONAL:
            return facts.provisionally_admitted(cycle, after)
        case _:
            return facts.admitted(cycle, after)


def queue_row(record: ApplicationRecord, gate: GateRecord) -> QueueRowView:
    """An application as its base sees it, state as of the gate."""
    return QueueRowView(
        record.id,
        record.submission_number,
        record.name,
        record.masked_document,
        record.submitted.specialty_code,
        effective_state(record.state, record.round, gate.phase),
        record.submitted_at,
        record.submitted.accepts_reallocation,
        record.not_selected,
        record.version,
    )


def _check_rejection(order: ReviewApplication) -> None:
    """APP-10: a rejection says why: a reason code and a remark for the applicant."""
    for name, label in (("reason_code", "原因"), ("remark", "备注")):
        if not str(getattr(order, name)).strip():
            raise DomainError(Kind.INVALID, "REMARK_REQUIRED", f"审核不通过须填写{label}。", field=name, rule="APP-10")


def _unqualified() -> DomainError:
    """APP-13: 调剂录取 records in the same command that the qualification was checked (B7 15)."""
    return DomainError(
        Kind.INVALID, "NOT_QUALIFIED", "调剂录取须先确认资格审核通过。", field="qualified", rule="APP-13"
    )
