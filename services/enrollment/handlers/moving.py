"""People moved by the province to another base or specialty (transition 22), and where they would rather go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.application import Event, State, effective_state, next_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Role, decide
from services.enrollment.domain.choice import Choice, check_codes
from services.enrollment.domain.dossier import Section, refuse
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.reallocation import Cell
from services.enrollment.domain.refusals import require
from services.enrollment.domain.suiting import unsuited
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    FrozenDossier,
    Situation,
    Statement,
    Verdict,
    Write,
)
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.store.reallocation import ReallocationStore, save_wishes
from services.kit.domain import Caller, DomainError, Kind

MOST_WISHES = 10


@dataclass(frozen=True, slots=True)
class MoveApplicant:
    """Move somebody who consents to a free place."""

    application_id: str
    base_code: str
    specialty_code: str
    reason: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SaveWishes:
    """Where the applicant would rather be moved, best first."""

    cycle_id: str
    wishes: tuple[Cell, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class MovedView:
    """An application where it is now."""

    application_id: str
    state: State
    base_code: str
    specialty_code: str
    submission_number: int
    version: int


@dataclass(frozen=True, slots=True)
class WishesView:
    """Wishes as saved, and the application's version since."""

    wishes: tuple[Cell, ...]
    version: int


_MOVED: TypeAdapter[MovedView] = TypeAdapter(MovedView)
_WISHES: TypeAdapter[WishesView] = TypeAdapter(WishesView)


class MovingHandlers:
    """Wishes of applicants, and moves by their province."""

    def __init__(
        self,
        cycles: CycleStore,
        applications: ApplicationStore,
        queries: QueryStore,
        plans: PlanStore,
        store: ReallocationStore,
    ) -> None:
        self._applications = applications
        self._queries = queries
        self._plans = plans
        self._store = store
        self._runner = Runner(cycles, applications)

    async def get_wishes(self, caller: Caller, cycle_id: str) -> tuple[Cell, ...]:
        """The applicant's own wishes; none without an application."""
        situation = await self._applications.read_own(cycle_id, caller.person_id)
        if situation is None:
            raise not_found()
        found = situation.application
        return () if found is None else await self._store.wishes(found.id)

    async def save_wishes(self, caller: Caller, order: SaveWishes) -> WishesView:
        """REAL-06: wishes name places of the plan, each once, at most ten; open as the consent to be moved is.

        Raises INVALID naming the wish, NOT_NOW when the consent may not be changed either.
        """

        async def read() -> Situation | None:
            return await self._applications.read_own(
                order.cycle_id, caller.person_id, caller.actor, order.idempotency_key
            )

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[WishesView]:
            before = now.application
            if before is None:
                raise not_found()
            decision = _decision(Action.EDIT_REALLOCATION, cycle, now, before, Actor(Role.APPLICANT))
            _check_wishes(cycle, order.wishes)
            after = replace(before, version=before.version + 1)
            detail = {"wishes": [list(cell) for cell in order.wishes]}
            entry = audit_entry(caller, "save_wishes", order.idempotency_key, cycle, now.gate, decision, before, detail)
            write = Write(after, entry, decision.until, also=save_wishes(before.id, order.wishes))
            return Outcome(write, WishesView(order.wishes, after.version))

        return await self._runner.run(caller, order, _WISHES, read, decided, order.cycle_id)

    async def move_applicant(
        self, caller: Caller, order: MoveApplicant, *, version: int = 0, also: tuple[Statement, ...] = ()
    ) -> MovedView:
        """CAP-MOVE, REAL-07: a new submission at the new place, pending there, with the dossier of the last one.

        It takes no seat: the base there admits. With `version`, only who has not changed since. Raises NOT_FOUND,
        NOT_NOW, INVALID (the place does not suit the person, APP-05, ELG-02), CONFLICT `CHANGED_MEANWHILE`.
        """

        async def read() -> Situation | None:
            return await self._applications.read(order.application_id, caller.actor, order.idempotency_key)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[MovedView]:
            before = now.application
            if before is None or cycle.province_code != caller.organisation:
                raise not_found()
            if version not in (0, before.version):
                raise DomainError(Kind.CONFLICT, "CHANGED_MEANWHILE", "该报名在方案生成后有变化。", rule="REAL-08")
            decision = _decision(Action.MOVE, cycle, now, before, Actor(caller.role, caller.organisation))
            frozen = await self._queries.submission(before.id, before.submission_number)
            if frozen is None or not frozen.dossier:
                raise DomainError(Kind.NOT_NOW, "NEVER_SUBMITTED", "该申请人没有完整的报名信息。", rule="REAL-07")
            choice = Choice(order.base_code, order.specialty_code, before.draft.accepts_reallocation)
            check_place(cycle, choice, frozen.dossier)
            await self._check_free(cycle, choice, before, now)
            return self._moved(caller, order, cycle, now, before, decision, choice, frozen.dossier, also)

        return await self._runner.run(caller, order, _MOVED, read, decided)

    async def _check_free(self, cycle: CycleRecord, choice: Choice, before: ApplicationRecord, now: Situation) -> None:
        state = effective_state(before.state, before.round, now.gate.standing)
        here = (before.submitted.base_code, before.submitted.specialty_code)
        if state is State.PENDING and here == (choice.base_code, choice.specialty_code):
            raise DomainError(Kind.CONFLICT, "ALREADY_THERE", "该申请人已报考该志愿。", field="to", rule="REAL-07")
        seats = await self._plans.seats(cycle.id, choice.base_code)
        free = {each.cell: each.planned - each.taken for each in seats}
        if free.get((choice.base_code, choice.specialty_code), 0) <= 0:
            raise DomainError(Kind.NOT_NOW, "SEAT_FULL", "该专业的计划数已满。", field="to", rule="REAL-07")

    def _moved(
        self,
        caller: Caller,
        order: MoveApplicant,
        cycle: CycleRecord,
        now: Situation,
        before: ApplicationRecord,
        decision: Decision,
        choice: Choice,
        bodies: Mapping[Section, Mapping[str, Any]],
        also: tuple[Statement, ...],
    ) -> Outcome[MovedView]:
        after = replace(
            before,
            version=before.version + 1,
            state=next_state(effective_state(before.state, before.round, now.gate.standing), Event.MOVE),
            round=now.gate.standing,
            draft=choice,
            submission_number=before.submission_number + 1,
            submitted=choice,
            submitted_at=now.gate.now,
            remark="",
            reason_code="",
            not_selected=False,
            marks=Marks(),
        )
        fingerprint = self._applications.sealing.fingerprint(after.id, after.submission_number, bodies)
        left = before.submitted.base_code
        detail = {
            "from": [left, before.submitted.specialty_code],
            "base_code": choice.base_code,
            "specialty_code": choice.specialty_code,
            "dossier": fingerprint.hex(),
            "remark": order.reason,
        }
        entry = audit_entry(caller, "move_applicant", order.idempotency_key, cycle, now.gate, decision, before, detail)
        write = Write(
            after,
            entry,
            decision.until,
            facts.moved(cycle, after, left if left != choice.base_code else "", order.reason, now.decided),
            dossier=FrozenDossier(bodies, fingerprint),
            verdict=Verdict("move", "", order.reason, qualified=False),
            marks=after.marks != before.marks,
            also=also,
        )
        view = MovedView(
            after.id, after.state, choice.base_code, choice.specialty_code, after.submission_number, after.version
        )
        return Outcome(write, view)


def check_place(cycle: CycleRecord, choice: Choice, bodies: Mapping[Section, Mapping[str, Any]]) -> None:
    """Raises INVALID with everything that `unsuited` finds, or for an unknown place."""
    check_codes(choice, cycle.catalogue)
    found = unsuited(choice, bodies, cycle.catalogue, cycle.policy.eligibility)
    if found:
        raise refuse([problem for _, problem in found], found[0][0], found[0][1].message)


def _check_wishes(cycle: CycleRecord, wishes: tuple[Cell, ...]) -> None:
    if len(wishes) > MOST_WISHES or len(set(wishes)) != len(wishes):
        message = f"调剂志愿最多 {MOST_WISHES} 个,且不能重复。"
        raise DomainError(Kind.INVALID, "WISHES_INVALID", message, field="wishes", rule="REAL-06")
    for number, cell in enumerate(wishes):
        if cycle.catalogue.plan.get(cell, 0) <= 0:
            message = f"第 {number + 1} 个调剂志愿今年没有计划。"
            raise DomainError(Kind.INVALID, "NOT_PLANNED", message, field=f"wishes[{number}]", rule="REAL-06")


def _decision(action: Action, cycle: CycleRecord, now: Situation, before: ApplicationRecord, actor: Actor) -> Decision:
    standing = before.standing(now.seats_left, now.unlocked)
    decision = decide(action, now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy)
    require(decision)
    return decision
