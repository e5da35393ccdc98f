"""What applicants order: start, save, submit, withdraw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain import dossier
from services.enrollment.domain.application import Event, State, effective_state, next_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Role, Standing, capabilities, decide
from services.enrollment.domain.choice import Choice, check_codes, check_planned, check_type
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P2, P3, standing_round
from services.enrollment.domain.refusals import base_locked, require, stale_version
from services.enrollment.domain.unlock import RULE as UNLOCKED
from services.enrollment.domain.unlock import WITH_BASE
from services.enrollment.handlers.correcting import correction
from services.enrollment.handlers.own_view import no_view, own_view
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    FrozenDossier,
    SavedSection,
    SectionWrite,
    Situation,
    Write,
)
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import QueryStore
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, Fact
from services.kit.ids import new_id

_VIEW: TypeAdapter[ApplicationView] = TypeAdapter(ApplicationView)


@dataclass(frozen=True, slots=True)
class Identified:
    """What identity knows about a person."""

    name: str
    masked_document: str
    verified: bool


class People(Protocol):
    """Asks identity."""

    async def person(self, person_id: str) -> Identified:
        """Name, masked document and whether it was verified; raises NOT_FOUND or UNAVAILABLE."""
        ...


@dataclass(frozen=True, slots=True)
class StartApplication:
    """Open a draft (transitions 1, 17)."""

    cycle_id: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SaveSection:
    """Save one section of the draft (transition 2); 0 skips the check of the version."""

    cycle_id: str
    section: Section
    body: Mapping[str, Any]
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SaveChoice:
    """Save the choice in the draft (transition 2)."""

    cycle_id: str
    choice: Choice
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SubmitApplication:
    """Freeze the draft into a submission (transitions 3, 4, 7)."""

    cycle_id: str
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class WithdrawApplication:
    """Give the application up (transitions 15, 16)."""

    cycle_id: str
    idempotency_key: str


_Order = StartApplication | SaveSection | SaveChoice | SubmitApplication | WithdrawApplication


class ApplicationHandlers:
    """An applicant's own application in a cycle."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore, people: People) -> None:
        self._applications = applications
        self._queries = queries
        self._people = people
        self._runner = Runner(cycles, applications)

    async def get_my_application(self, caller: Caller, cycle_id: str) -> tuple[ApplicationView, dict[Action, Decision]]:
        """One's own application (state none when there is none) and what one may do now."""
        situation = await self._applications.read_own(cycle_id, caller.person_id)
        cycle = await self._runner.cycle(cycle_id)
        if situation is None:
            raise not_found()
        actor = Actor(caller.role)
        found = situation.application
        if found is None or found.state is State.WITHDRAWN:
            actor = await self._identified_actor(caller)
        standing = found.standing(unlocked=situation.unlocked) if found is not None else Standing()
        moment = situation.gate.moment(cycle)
        may = capabilities(moment, situation.milestones, standing, actor, cycle.policy)
        view = own_view(cycle, situation, found, situation.sections) if found is not None else no_view(cycle_id)
        return view, may

    async def start_application(self, caller: Caller, order: StartApplication) -> ApplicationView:
        """Open a draft in the caller's name as identity knows it; refused unless verified."""
        person = await self._people.person(caller.person_id)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = _allow(Action.START, cycle, now, Actor(Role.APPLICANT, "", person.verified))
            before = now.application
            number = standing_round(now.gate.phase)
            if before is None:
                after = ApplicationRecord(
                    new_id(), cycle.id, caller.person_id, person.name, person.masked_document, 1, State.DRAFT, number
                )
            else:
                state = next_state(before.state, Event.START)
                after = replace(before, version=before.version + 1, state=state, round=number)
            return self._outcome(caller, order, cycle, now, decision, after, now.sections, {})

        return await self._run(caller, order, decided)

    async def save_section(self, caller: Caller, order: SaveSection) -> ApplicationView:
        """Save a section that is well formed; what is missing is told in its status. Raises INVALID with all faults."""
        body = {key: value for key, value in order.body.items() if value is not None and value != ""}
        faults = dossier.malformed(dossier.validate(order.section, body))
        if faults:
            raise dossier.refuse(faults, "SECTION_INVALID", "填写内容有误,请按提示修改。")

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = _allow(Action.EDIT_PROFILE, cycle, now, section=order.section)
            before = _edited(now, order.expected_version)
            after = replace(before, version=before.version + 1)
            sections = {**now.sections, order.section: SavedSection(body, now.gate.now)}
            row = SectionWrite(order.section, body, now.gate.now)
            detail = {"section": order.section.value}
            if decision.rule == UNLOCKED and _state(now) in WITH_BASE:
                frozen = await self._queries.submission(before.id, before.submission_number)
                dossier = correction(cycle, now, before, frozen, sections, order.section)
                if dossier is not None:
                    return self._corrected(caller, order, cycle, now, decision, after, sections, detail, row, dossier)
            return self._outcome(caller, order, cycle, now, decision, after, sections, detail, section=row)

        return await self._run(caller, order, decided)

    async def save_choice(self, caller: Caller, order: SaveChoice) -> ApplicationView:
        """Save base, specialty and flag, as far as the present state lets each of them change."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = _allow_choice(cycle, now, order.choice)
            before = _edited(now, order.expected_version)
            check_codes(order.choice, cycle.catalogue)
            after = replace(before, version=before.version + 1, draft=order.choice)
            detail = {
                "base_code": order.choice.base_code,
                "specialty_code": order.choice.specialty_code,
                "accepts_reallocation": order.choice.accepts_reallocation,
            }
            return self._outcome(caller, order, cycle, now, decision, after, now.sections, detail)

        return await self._run(caller, order, decided)

    async def submit_application(self, caller: Caller, order: SubmitApplication) -> ApplicationView:
        """Freeze the draft as the next submission. Raises INVALID with everything that is missing or inconsistent."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = _allow(Action.SUBMIT, cycle, now)
            before = _edited(now, order.expected_version)
            bodies = {section: saved.body for section, saved in now.sections.items()}
            _check_submittable(cycle, now, before, bodies)
            after = replace(
                before,
                version=before.version + 1,
                state=next_state(_state(now), Event.SUBMIT),
                round=standing_round(now.gate.phase),
                submission_number=before.submission_number + 1,
                submitted=before.draft,
                submitted_at=now.gate.now,
                remark="",
                reason_code="",
                not_selected=False,
            )
            left = before.submitted.base_code if before.submitted.base_code != after.submitted.base_code else ""
            fingerprint = self._applications.sealing.fingerprint(after.id, after.submission_number, bodies)
            detail = {
                "base_code": after.submitted.base_code,
                "specialty_code": after.submitted.specialty_code,
                "dossier": fingerprint.hex(),
            }
            return self._outcome(
                caller,
                order,
                cycle,
                now,
                decision,
                after,
                now.sections,
                detail,
                dossier=FrozenDossier(bodies, fingerprint),
                fact=facts.submitted(cycle, after, left),
            )

        return await self._run(caller, order, decided)

    async def withdraw_application(self, caller: Caller, order: WithdrawApplication) -> ApplicationView:
        """Give the application up, and with it a seat where the policy allows that."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = _allow(Action.WITHDRAW, cycle, now)
            before = _edited(now, 0)
            state = next_state(_state(now), Event.WITHDRAW)
            number = standing_round(now.gate.phase)
            after = replace(before, version=before.version + 1, state=state, round=number, provisional_at=None)
            seat = -1 if before.state is State.PROVISIONAL else 0
            fact = facts.withdrawn(cycle, after)
            return self._outcome(caller, order, cycle, now, decision, after, now.sections, {}, fact=fact, seat=seat)

        return await self._run(caller, order, decided)

    async def _run(
        self,
        caller: Caller,
        order: _Order,
        decided: Callable[[CycleRecord, Situation], Awaitable[Outcome[ApplicationView]]],
    ) -> ApplicationView:
        async def read() -> Situation | None:
            return await self._applications.read_own(
                order.cycle_id, caller.person_id, caller.actor, order.idempotency_key
            )

        return await self._runner.run(caller, order, _VIEW, read, decided, order.cycle_id)

    def _corrected(
        self,
        caller: Caller,
        order: SaveSection,
        cycle: CycleRecord,
        now: Situation,
        decision: Decision,
        after: ApplicationRecord,
        sections: Mapping[Section, SavedSection],
        detail: Mapping[str, Any],
        row: SectionWrite,
        dossier: Mapping[Section, Mapping[str, Any]],
    ) -> Outcome[ApplicationView]:
        """UNL-03: the section is saved and a correction of the current submission appended; the state stays."""
        number = after.submission_number + 1
        fingerprint = self._applications.sealing.fingerprint(after.id, number, dossier)
        frozen = FrozenDossier(dossier, fingerprint, after.submission_number)
        after = replace(after, submission_number=number)
        detail = {**detail, "dossier": fingerprint.hex(), "correction_of": frozen.correction_of}
        fact = facts.corrected(cycle, after, order.section)
        return self._outcome(
            *(caller, order, cycle, now, decision, after, sections, detail),
            section=row,
            dossier=frozen,
            fact=fact,
            command="correct_section",
        )

    def _outcome(
        self,
        caller: Caller,
        order: _Order,
        cycle: CycleRecord,
        now: Situation,
        decision: Decision,
        after: ApplicationRecord,
        sections: Mapping[Section, SavedSection],
        detail: Mapping[str, Any],
        *,
        section: SectionWrite | None = None,
        dossier: FrozenDossier | None = None,
        fact: Fact | None = None,
        seat: int = 0,
        command: str = "",
    ) -> Outcome[ApplicationView]:
        name = command or _COMMANDS[type(order)]
        entry = audit_entry(caller, name, order.idempotency_key, cycle, now.gate, decision, now.application, detail)
        marks = now.application is not None and after.marks != now.application.marks
        write = Write(after, entry, decision.until, fact, section, dossier, seat=seat, marks=marks)
        return Outcome(write, own_view(cycle, now, after, sections))

    async def _identified_actor(self, caller: Caller) -> Actor:
        return Actor(caller.role, "", (await self._people.person(caller.person_id)).verified)


_COMMANDS: dict[type, str] = {
    StartApplication: "start_application",
    SaveSection: "save_section",
    SaveChoice: "save_choice",
    SubmitApplication: "submit_application",
    WithdrawApplication: "withdraw_application",
}
"""How the audit names each order."""


def _state(now: Situation) -> State:
    found = now.application
    return State.NONE if found is None else effective_state(found.state, found.round, now.gate.phase)


def _allow(
    action: Action, cycle: CycleRecord, now: Situation, actor: Actor | None = None, section: Section | None = None
) -> Decision:
    """The decision that allows `action`; raises why not."""
    standing = now.application.standing(unlocked=now.unlocked) if now.application is not None else Standing()
    who = actor or Actor(Role.APPLICANT)
    decision = decide(action, now.gate.moment(cycle), now.milestones, standing, who, cycle.policy, section)
    require(decision)
    return decision


def _edited(now: Situation, expected_version: int) -> ApplicationRecord:
    """The application that is edited; raises when the edit was made on another version."""
    found = now.application
    if found is None:
        raise not_found()
    if expected_version and expected_version != found.version:
        raise stale_version(found.version)
    return found


def _base_is_locked(now: Situation) -> bool:
    return _state(now) is State.REJECTED and now.gate.phase in (P2, P3)


def _allow_choice(cycle: CycleRecord, now: Situation, wanted: Choice) -> Decision:
    """Each part of the choice that changes must be open to change; the flag's rule answers when none does."""
    found = now.application
    draft = found.draft if found is not None else Choice()
    changes: list[Action] = []
    if wanted.base_code != draft.base_code:
        if found is not None and _base_is_locked(now):
            if wanted.base_code != found.submitted.base_code:
                raise base_locked()
        else:
            changes.append(Action.EDIT_BASE)
    if wanted.specialty_code != draft.specialty_code:
        changes.append(Action.EDIT_SPECIALTY)
    if wanted.accepts_reallocation != draft.accepts_reallocation or not changes:
        changes.append(Action.EDIT_REALLOCATION)
    decisions = [_allow(action, cycle, now) for action in changes]
    return decisions[0]


def _check_submittable(
    cycle: CycleRecord, now: Situation, before: ApplicationRecord, bodies: Mapping[Section, Mapping[str, Any]]
) -> None:
    """APP-09: a submission has four complete, consistent sections and a planned choice; the locked base is kept."""
    problems = [problem for section in Section for problem in dossier.validate(section, bodies.get(section, {}))]
    problems = problems or dossier.check_consistency(bodies, cycle.year)
    if problems:
        raise dossier.refuse(problems, "DOSSIER_INCOMPLETE", "请先把四项信息填写完整。")
    check_planned(before.draft, cycle.catalogue)
    check_type(before.draft, bodies, cycle.catalogue)
    if _base_is_locked(now) and before.draft.base_code != before.submitted.base_code:
        raise base_locked()
