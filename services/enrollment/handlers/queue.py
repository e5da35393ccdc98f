"""What the staff of a base look at: their queue, and one submission. For their own base only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import Action, Actor, capabilities, decide
from services.enrollment.domain.case import Case, Moment, Standing
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.queue import EVERYBODY, Narrowed, cells, due_at, late_since
from services.enrollment.domain.refusals import require
from services.enrollment.handlers.deciding import standing_of
from services.enrollment.handlers.running import Runner, no_cycle, not_found
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Situation
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.views import QueueRowView, SectionView, SubmissionView
from services.kit.domain import Caller

PAGE = 50
"""Rows of a page of the queue unless asked otherwise."""
_START = (datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")
_HIDDEN = frozenset({State.NONE, State.DRAFT, State.WITHDRAWN})
_NOBODY = Actor("")


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and where the next begins; None at the end."""

    rows: list[QueueRowView]
    following: tuple[datetime, str] | None


class QueueHandlers:
    """Reading by the staff of one base."""

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
        narrowed: Narrowed = EVERYBODY,
        *,
        late_only: bool = False,
    ) -> QueuePage:
        """The caller's own base's applications of the round under way and those placed, least time left first."""
        gate = await self._cycles.gate(cycle_id)
        if gate is None:
            raise no_cycle()
        cycle = await self._runner.cycle(cycle_id, gate.edition)
        if specialty_code and specialty_code not in cycle.catalogue.specialties:
            return QueuePage([], None)
        milestones = Milestones()
        if gate.round:
            milestones = Milestones(await self._queries.review_deadline(cycle.id, caller.organisation, gate.round))
        if late_only:
            states, narrowed = frozenset({State.PENDING}), _late(cycle, gate, milestones, narrowed)
        limit = size or PAGE
        wanted = cells(gate.standing, cycle.calendar.rounds, states)
        found = await self._queries.queue(
            *(cycle.id, caller.organisation, wanted, specialty_code, after or _START, limit + 1),
            narrowed,
        )
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        following = None if last is None or last.submitted_at is None else (last.submitted_at, last.id)
        moment = gate.moment(cycle)
        return QueuePage([_row(record, moment, cycle, milestones) for record in page], following)

    async def get_submission(self, caller: Caller, application_id: str) -> SubmissionView:
        """The current submission of an application to the caller's own base, and what the caller may do now."""
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if situation is None or record is None or record.state in _HIDDEN:
            raise not_found()
        cycle = await self._runner.cycle(record.cycle_id, situation.gate.edition)
        standing = standing_of(cycle, record, situation.seats_left)
        actor = Actor(caller.role, caller.organisation)
        case = (situation.gate.moment(cycle), situation.milestones, standing, actor, cycle.policy)
        require(decide(Action.OPEN_SUBMISSION, *case))
        may = capabilities(*case)
        frozen = await self._queries.submission(application_id, record.submission_number)
        if frozen is None:
            raise not_found()
        sections = tuple(
            SectionView(section, True, frozen.dossier.get(section, {}), frozen.submitted_at) for section in Section
        )
        return SubmissionView(row_now(record, situation, cycle), sections, frozen.choice, may, frozen.correction_of)


def row_now(record: ApplicationRecord, now: Situation, cycle: CycleRecord) -> QueueRowView:
    """An application as its base sees it, in the situation that was read."""
    return queue_row(record, now.gate, cycle, now.milestones)


def queue_row(record: ApplicationRecord, gate: GateRecord, cycle: CycleRecord, milestones: Milestones) -> QueueRowView:
    """An application as its base sees it, state as of the gate, with the time left by the base's `milestones`."""
    return _row(record, gate.moment(cycle), cycle, milestones)


def _row(record: ApplicationRecord, moment: Moment, cycle: CycleRecord, milestones: Milestones) -> QueueRowView:
    due = due_at(Case(moment, milestones, record.standing(), _NOBODY, cycle.policy), record.submitted_at)
    return QueueRowView(
        record.id,
        record.submission_number,
        record.name,
        record.masked_document,
        record.submitted.specialty_code,
        effective_state(record.state, record.round, moment.standing),
        record.submitted_at,
        record.submitted.accepts_reallocation,
        record.not_selected,
        record.version,
        due,
        due is not None and due <= moment.now,
        record.marks,
        record.provisional_at,
    )


def _late(cycle: CycleRecord, gate: GateRecord, milestones: Milestones, narrowed: Narrowed) -> Narrowed:
    pending = Case(gate.moment(cycle), milestones, Standing(State.PENDING), _NOBODY, cycle.policy)
    passed = pending.deadline is not None and pending.deadline <= gate.now
    return replace(narrowed, submitted_before=late_since(pending), deadline_passed=passed)
