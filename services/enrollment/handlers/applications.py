"""What applicants order: start, save, submit, withdraw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain import dossier
from services.enrollment.domain.application import Event, State, next_state
from services.enrollment.domain.capabilities import Action, Actor, Decision, Role, Standing, capabilities
from services.enrollment.domain.choice import Choice, check_codes, needs_free_place
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.screening import PaperCounts, Screened, Screening
from services.enrollment.domain.submitting import Submission, check_submittable, penalised
from services.enrollment.domain.unlock import RULE as UNLOCKED
from services.enrollment.domain.unlock import WITH_BASE
from services.enrollment.handlers.correcting import correction
from services.enrollment.handlers.guarding import (
    allow,
    allow_choice,
    bodies_of,
    check_selectable,
    edited,
    locked_base,
    marks_of_submission,
    state_of,
)
from services.enrollment.handlers.own_view import no_view, own_view
from services.enrollment.handlers.placing import given_up
from services.enrollment.handlers.running import Outcome, Runner, audit_entry, not_found
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    FrozenDossier,
    SavedSection,
    SectionWrite,
    Situation,
    Statement,
    Write,
)
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.papers import corrected_papers
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

    def __init__(
        self,
        cycles: CycleStore,
        applications: ApplicationStore,
        queries: QueryStore,
        people: People,
        screening: Screening | None = None,
        papers: PaperCounts | None = None,
    ) -> None:
        self._applications = applications
        self._queries = queries
        self._people = people
        self._screening = screening
        self._papers = papers
        self._runner = Runner(cycles, applications)

    async def get_my_application(self, caller: Caller, cycle_id: str) -> tuple[ApplicationView, dict[Action, Decision]]:
        """One's own application (state none when there is none) and what one may do now."""
        situation = await self._applications.read_own(cycle_id, caller.person_id)
        if situation is None:
            raise not_found()
        cycle = await self._runner.cycle(cycle_id, situation.gate.edition)
        actor = Actor(caller.role)
        found = situation.application
        if found is None or found.state is State.WITHDRAWN:
            actor = await self._identified_actor(caller)
        standing = found.standing(unlocked=situation.unlocked) if found is not None else Standing()
        moment = situation.gate.moment(cycle)
        may = capabilities(moment, situation.milestones, standing, actor, cycle.policy)
        if found is None:
            return no_view(cycle_id), may
        papers = await self._paper_kinds(cycle, found)
        return own_view(cycle, situation, found, situation.sections, papers), may

    async def start_application(self, caller: Caller, order: StartApplication) -> ApplicationView:
        """Open a draft in the caller's name as identity knows it; refused unless verified."""
        person = await self._people.person(caller.person_id)

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = allow(Action.START, cycle, now, Actor(Role.APPLICANT, "", person.verified))
            screened = await self._screening.at_start(cycle, caller) if self._screening is not None else Screened()
            if screened.penalised_until is not None:
                raise penalised(screened.penalised_until)
            before = now.application
            number = now.gate.standing
            if before is None:
                after = ApplicationRecord(
                    new_id(), cycle.id, caller.person_id, person.name, person.masked_document, 1, State.DRAFT, number
                )
            else:
                state = next_state(before.state, Event.START)
                after = replace(before, version=before.version + 1, state=state, round=number)
            after = replace(after, marks=Marks(held=screened.held or after.marks.held))
            return await self._outcome(caller, order, cycle, now, decision, after, now.sections, {}, also=screened.also)

        return await self._run(caller, order, decided)

    async def save_section(self, caller: Caller, order: SaveSection) -> ApplicationView:
        """Save a section that is well formed; what is missing is told in its status. Raises INVALID with all faults."""
        body = dossier.kept(order.section, order.body)
        faults = dossier.malformed(dossier.validate(order.section, body))
        if faults:
            raise dossier.refuse(faults, "SECTION_INVALID", "填写内容有误,请按提示修改。")

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = allow(Action.EDIT_PROFILE, cycle, now, section=order.section)
            before = edited(now, order.expected_version)
            after = replace(before, version=before.version + 1)
            sections = {**now.sections, order.section: SavedSection(body, now.gate.now)}
            row = SectionWrite(order.section, body, now.gate.now)
            detail = {"section": order.section.value}
            if decision.rule == UNLOCKED and state_of(now) in WITH_BASE:
                frozen = await self._queries.submission(before.id, before.submission_number)
                dossier = correction(cycle, now, before, frozen, sections, order.section)
                if dossier is not None:
                    return await self._corrected(
                        caller, order, cycle, now, decision, after, sections, detail, row, dossier
                    )
            return await self._outcome(caller, order, cycle, now, decision, after, sections, detail, section=row)

        return await self._run(caller, order, decided)

    async def save_choice(self, caller: Caller, order: SaveChoice) -> ApplicationView:
        """Save base, specialty and flag, as far as the present state lets each of them change."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = allow_choice(cycle, now, order.choice)
            before = edited(now, order.expected_version)
            check_codes(order.choice, cycle.catalogue)
            check_selectable(cycle, now, before.draft, order.choice)
            after = replace(before, version=before.version + 1, draft=order.choice)
            detail = {
                "base_code": order.choice.base_code,
                "specialty_code": order.choice.specialty_code,
                "accepts_reallocation": order.choice.accepts_reallocation,
            }
            return await self._outcome(caller, order, cycle, now, decision, after, now.sections, detail)

        return await self._run(caller, order, decided)

    async def submit_application(self, caller: Caller, order: SubmitApplication) -> ApplicationView:
        """Freeze the draft as the next submission. Raises INVALID with everything that is missing or inconsistent."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = allow(Action.SUBMIT, cycle, now)
            before = edited(now, order.expected_version)
            bodies = bodies_of(now)
            screened = Screened()
            if self._screening is not None:
                screened = await self._screening.at_submit(cycle, before, bodies)
            papers = await self._paper_kinds(cycle, before)
            check_submittable(
                Submission(
                    *(before.draft, bodies, cycle.catalogue, cycle.policy, cycle.year),
                    locked_base(now),
                    papers or {},
                    screened.penalised_until,
                    await self._free(cycle, now, before),
                )
            )
            after = replace(
                before,
                version=before.version + 1,
                state=next_state(state_of(now), Event.SUBMIT),
                round=now.gate.standing,
                submission_number=before.submission_number + 1,
                submitted=before.draft,
                submitted_at=now.gate.now,
                remark="",
                reason_code="",
                not_selected=False,
                marks=marks_of_submission(now, before, screened),
            )
            left = before.submitted.base_code if before.submitted.base_code != after.submitted.base_code else ""
            fingerprint = self._applications.sealing.fingerprint(after.id, after.submission_number, bodies)
            detail = {
                "base_code": after.submitted.base_code,
                "specialty_code": after.submitted.specialty_code,
                "dossier": fingerprint.hex(),
            }
            return await self._outcome(
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
                also=screened.also,
            )

        return await self._run(caller, order, decided)

    async def withdraw_application(self, caller: Caller, order: WithdrawApplication) -> ApplicationView:
        """Give the application up, and with it a seat where the policy allows that."""

        async def decided(cycle: CycleRecord, now: Situation) -> Outcome[ApplicationView]:
            decision = allow(Action.WITHDRAW, cycle, now)
            before = edited(now, 0)
            state = next_state(state_of(now), Event.WITHDRAW)
            number = now.gate.round or before.round
            after = replace(before, version=before.version + 1, state=state, round=number, provisional_at=None)
            if before.state is not State.PROVISIONAL:
                fact = facts.withdrawn(cycle, after)
                return await self._outcome(caller, order, cycle, now, decision, after, now.sections, {}, fact=fact)
            after, fact, also = given_up(caller, cycle, now, after)
            return await self._outcome(
                caller, order, cycle, now, decision, after, now.sections, {}, fact=fact, seat=-1, also=also
            )

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

    async def _corrected(
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
        return await self._outcome(
            *(caller, order, cycle, now, decision, after, sections, detail),
            section=row,
            dossier=frozen,
            fact=fact,
            command="correct_section",
            also=corrected_papers(after.id, number, now.unlocked),
        )

    async def _outcome(
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
        also: tuple[Statement, ...] = (),
    ) -> Outcome[ApplicationView]:
        name = command or _COMMANDS[type(order)]
        entry = audit_entry(caller, name, order.idempotency_key, cycle, now.gate, decision, now.application, detail)
        marks = after.marks != (now.application.marks if now.application is not None else Marks())
        write = Write(after, entry, decision.until, fact, section, dossier, seat=seat, marks=marks, also=also)
        papers = await self._paper_kinds(cycle, after)
        submitted = isinstance(order, SubmitApplication)
        return Outcome(write, own_view(cycle, now, after, sections, papers, complete=submitted))

    async def _free(self, cycle: CycleRecord, now: Situation, before: ApplicationRecord) -> int | None:
        """ELG-04: places left where somebody chooses who comes new in P4; None for everybody else."""
        choice = before.draft
        if not needs_free_place(now.gate.phase, before.submission_number) or not choice.complete:
            return None
        free = await self._queries.free_places(cycle.id, choice.base_code, choice.specialty_code)
        return sum(free.values())

    async def _paper_kinds(self, cycle: CycleRecord, record: ApplicationRecord) -> Mapping[str, int] | None:
        """DOS-08: how many papers of each kind there are; None where the province asks for none."""
        if self._papers is None or not cycle.policy.required_papers:
            return None
        return await self._papers.kinds(record.id)

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
