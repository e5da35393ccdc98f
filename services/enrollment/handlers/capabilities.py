"""What somebody may do now, action by action and field by field, and where they may apply: readings only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action, Actor, Decision, Standing, capabilities
from services.enrollment.domain.choice import (
    SECTION,
    Choice,
    free_problems,
    needs_free_place,
    plan_problems,
    type_problems,
)
from services.enrollment.domain.dossier import Problem
from services.enrollment.domain.editing import FieldDecision, fields
from services.enrollment.domain.eligibility import reasons
from services.enrollment.domain.refusals import base_locked
from services.enrollment.handlers.applications import People
from services.enrollment.handlers.guarding import bodies_of, locked_base
from services.enrollment.handlers.reading import visible
from services.enrollment.handlers.running import Runner, not_found
from services.enrollment.records import CycleRecord, Situation
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import QueryStore
from services.kit.domain import Caller, DomainError, Kind


@dataclass(frozen=True, slots=True)
class CapabilitiesView:
    """Every action of the caller's role, and every field."""

    actions: Mapping[Action, Decision]
    fields: tuple[FieldDecision, ...]


@dataclass(frozen=True, slots=True)
class SelectableView:
    """A planned place, and everything that speaks against choosing it."""

    base_code: str
    specialty_code: str
    planned: int
    problems: tuple[Problem, ...]


class CapabilityHandlers:
    """Answers of the one pure function, for everybody whom an application concerns."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore, people: People) -> None:
        self._cycles = cycles
        self._applications = applications
        self._queries = queries
        self._people = people
        self._runner = Runner(cycles, applications)

    async def get_capabilities(self, caller: Caller, cycle_id: str, application_id: str) -> CapabilitiesView:
        """CAP-ENDPOINT: what `decide` would say to each command now: one's own application in a cycle, or one by id.

        Raises NOT_FOUND for what is not the caller's to see, INVALID `CYCLE_OR_APPLICATION` when it is named by
        neither or by both.
        """
        if bool(cycle_id) == bool(application_id):
            raise DomainError(
                Kind.INVALID, "CYCLE_OR_APPLICATION", "请指明招录年度或报名。", field="cycle_id", rule="CAP-ENDPOINT"
            )
        if caller.role == "applicant":
            return await self._own(caller, cycle_id or await self._cycle_of(caller, application_id))
        situation = await self._applications.read(application_id) if application_id else None
        record = situation.application if situation is not None else None
        if situation is None or record is None or not await visible(self._cycles, caller, record):
            raise not_found()
        cycle = await self._runner.cycle(record.cycle_id, situation.gate.edition)
        actor = Actor(caller.role, caller.organisation)
        return _view(cycle, situation, record.standing(situation.seats_left), actor)

    async def list_selectable(self, caller: Caller, cycle_id: str, base_code: str) -> list[SelectableView]:
        """ELG-02: every planned place of the cycle, or of one base, with what is known to speak against choosing it."""
        situation = await self._applications.read_own(cycle_id, caller.person_id)
        if situation is None:
            raise not_found()
        cycle = await self._runner.cycle(cycle_id, situation.gate.edition)
        number = situation.application.submission_number if situation.application is not None else 0
        bound = needs_free_place(situation.gate.phase, number)
        free = await self._queries.free_places(cycle.id, base_code) if bound else None
        return [
            SelectableView(base, specialty, planned, _against(cycle, situation, Choice(base, specialty), free))
            for (base, specialty), planned in cycle.catalogue.plan.items()
            if planned > 0 and base_code in ("", base)
        ]

    async def _own(self, caller: Caller, cycle_id: str) -> CapabilitiesView:
        situation = await self._applications.read_own(cycle_id, caller.person_id)
        if situation is None:
            raise not_found()
        cycle = await self._runner.cycle(cycle_id, situation.gate.edition)
        found = situation.application
        actor = Actor(caller.role)
        if found is None or found.state is State.WITHDRAWN:
            actor = Actor(caller.role, "", (await self._people.person(caller.person_id)).verified)
        standing = found.standing(unlocked=situation.unlocked) if found is not None else Standing()
        return _view(cycle, situation, standing, actor)

    async def _cycle_of(self, caller: Caller, application_id: str) -> str:
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if record is None or record.person_id != caller.person_id:
            raise not_found()
        return record.cycle_id


def _view(cycle: CycleRecord, now: Situation, standing: Standing, actor: Actor) -> CapabilitiesView:
    case = (now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy)
    return CapabilitiesView(capabilities(*case), tuple(fields(*case)))


def _against(
    cycle: CycleRecord, now: Situation, choice: Choice, free: Mapping[tuple[str, str], int] | None
) -> tuple[Problem, ...]:
    bodies, locked = bodies_of(now), locked_base(now)
    found = [
        *plan_problems(choice, cycle.catalogue),
        *(free_problems(free.get((choice.base_code, choice.specialty_code), 0)) if free is not None else ()),
        *reasons(cycle.policy.eligibility, choice, bodies, so_far=True),
        *type_problems(choice, bodies, cycle.catalogue),
    ]
    problems = [problem for _, problem in found]
    if locked not in ("", choice.base_code):
        error = base_locked()
        problems.append(Problem(SECTION, "base_code", error.rule, error.message))
    return tuple(problems)
