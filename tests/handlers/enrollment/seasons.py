"""A season that anybody may play: the orders that people and staff can give on an application as it stands."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.enrollment.domain.application import State, effective_state, is_overdue
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.capabilities import Action, Actor, Decision, Standing, capabilities, decide
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import ORDER, P1, Phase
from services.enrollment.handlers.applications import (
    SaveChoice,
    SaveSection,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.enrollment.handlers.deciding import standing_of
from services.enrollment.handlers.decisions import Admit, GrantProvisional, RecordNotSelected, ReviewApplication
from services.enrollment.handlers.objections import FileObjection
from services.enrollment.handlers.places import (
    Annul,
    ChangeSpecialty,
    ConfirmPlace,
    Defer,
    GrantException,
    RecordQuit,
    ReportNoShow,
    Undo,
)
from services.enrollment.handlers.revocations import DecideRevocation, ProposeRevocation
from services.enrollment.handlers.scores import EnterScores, ScoreRow
from services.enrollment.records import Situation
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.casting import World
from tests.handlers.enrollment.story import (
    DOSSIER,
    MEDICINE,
    OPERATOR,
    QILU,
    SECOND,
    SKIN,
    WORKER,
    applicant,
    cycle_order,
    key,
)
from tests.support import rounds

PLAN = {(QILU, MEDICINE): 2, (QILU, SKIN): 1, (SECOND, MEDICINE): 1, (SECOND, SKIN): 1}
PEOPLE = 6
POLICY = {"give_up_provisional": True}
STAFF = tuple(
    Caller(f"{role}-{base}", role, base) for base in (QILU, SECOND) for role in ("base_reviewer", "base_administrator")
)
PROVINCES = (Caller("province", "province_administrator", "37"), Caller("elsewhere", "province_administrator", "11"))
WAITING = (State.DRAFT, State.PENDING, State.REJECTED, State.APPROVED, State.REOPENED)
APPLICANTS = (
    *(Action.START, Action.EDIT_PROFILE, Action.EDIT_SPECIALTY, Action.EDIT_BASE, Action.EDIT_REALLOCATION),
    *(Action.SUBMIT, Action.WITHDRAW, Action.CONFIRM_PLACE),
)
BASES = (
    *(Action.APPROVE, Action.REJECT, Action.GRANT_PROVISIONAL, Action.RECORD_NOT_SELECTED, Action.ADMIT),
    *(Action.ENTER_SCORES, Action.CHANGE_SPECIALTY, Action.UNDO, Action.PROPOSE_REVOCATION, Action.REPORT_NO_SHOW),
    *(Action.RECORD_QUIT, Action.DEFER, Action.FILE_OBJECTION),
)
PROVINCIAL = (Action.DECIDE_REVOCATION, Action.GRANT_EXCEPTION, Action.ANNUL, Action.FILE_OBJECTION)

_SEATS = """
    SELECT count(*) FROM seat s
    WHERE s.cycle_id = $1 AND (s.taken > s.planned OR s.taken <> (
        SELECT count(*) FROM application a WHERE a.cycle_id = s.cycle_id AND a.base_code = s.base_code
            AND a.specialty_code = s.specialty_code AND a.state IN ('provisional', 'admitted')))
"""
_TWICE = """
    SELECT count(*) FROM (
        SELECT person_id FROM application WHERE cycle_id = $1
        GROUP BY person_id HAVING count(*) FILTER (WHERE live) > 1 OR count(*) FILTER (WHERE state = 'admitted') > 1) t
"""
_ACCEPTED = """
    SELECT count(*) FROM audit e JOIN application a ON a.id = e.aggregate_id WHERE a.cycle_id = $1
"""
_UNDER = f"SELECT ({_SEATS}) AS seats, ({_TWICE}) AS twice, ({_ACCEPTED}) AS accepted"
_OUTSIDE = """
    SELECT count(*) FROM audit e JOIN application a ON a.id = e.aggregate_id
    LEFT JOIN cycle_phase p ON p.cycle_id = a.cycle_id AND p.sequence = e.gate_sequence
    LEFT JOIN cycle_phase n ON n.cycle_id = a.cycle_id AND n.sequence = e.gate_sequence + 1
    WHERE a.cycle_id = $1 AND (e.phase IS DISTINCT FROM p.phase OR e.at < p.entered_at OR e.at >= n.entered_at)
"""
_UNTOLD = """
    SELECT count(*) FROM decision d JOIN application a ON a.id = d.application_id
    LEFT JOIN audit e ON e.aggregate_id = d.application_id AND e.n = d.version
    WHERE a.cycle_id = $1 AND (e.n IS NULL OR e.gate_sequence <> d.gate_sequence OR e.at <> d.decided_at)
"""


@dataclass(frozen=True)
class Deed:
    """An order, who gives it, and how it is carried out."""

    caller: Caller
    order: Any
    carry_out: Callable[[Caller, Any], Awaitable[object]]

    def done(self) -> Awaitable[object]:
        """Give the order."""
        return self.carry_out(self.caller, self.order)


class Season:
    """One cycle with few seats, six people, two bases and their province."""

    def __init__(self, database: Database) -> None:
        self.world = World(database, P1, POLICY)
        self.stage = self.world.stage
        self.people = [applicant() for _ in range(PEOPLE)]
        self.phase = ORDER[0]
        self.accepted = 0
        """Commands that were accepted, each once however often it was given."""

    async def open(self, *, confirmation_required: bool = False) -> None:
        """A cycle all of whose phases are due, so that the gate alone says where it stands; in P1."""
        order = cycle_order(PLAN, starts_at=datetime.now(UTC) - timedelta(days=70), day_seconds=86_400.0)
        self.stage.cycle_id = (await self.stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        await self.stage.decree(**POLICY, confirmation_required=confirmation_required)
        await self.move()

    async def move(self) -> None:
        """The next phase is entered by the command that the calendar gives, and stays open for an hour."""
        self.phase = ORDER[ORDER.index(self.phase) + 1]
        await self.stage.cycles.enter_phase(WORKER, self.stage.cycle_id, ORDER.index(self.phase))
        if self.phase is not ORDER[-1]:
            await self.stage.database.execute(
                "UPDATE cycle_gate SET closes_at = clock_timestamp() + interval '1 hour' WHERE cycle_id = $1",
                self.stage.cycle_id,
            )

    async def now(self, person: Caller) -> Situation:
        """Somebody's application as it stands."""
        found = await self.stage.application_store.read_own(self.stage.cycle_id, person.person_id)
        assert found is not None
        return found

    async def says(self, action: Action, caller: Caller, now: Situation) -> Decision:
        """What the pure function answers to this caller about this application."""
        cycle = await self.stage.cycle_store.cycle(self.stage.cycle_id, now.gate.edition)
        assert cycle is not None
        record = now.application
        standing = standing_of(cycle, record, now.seats_left) if record is not None else Standing()
        actor = Actor(caller.role, caller.organisation)
        case = (now.gate.moment(cycle), now.milestones, standing, actor, cycle.policy)
        decision = decide(action, *case)
        assert capabilities(*case).get(action, decision) == decision
        return decision

    def deed(self, action: Action, caller: Caller, now: Situation, stale: int = 0) -> Deed:
        """The order behind an action, on the application as it stands; `stale` names a version or submission before."""
        stage, world, cycle_id = self.stage, self.world, self.stage.cycle_id
        record = now.application
        id_ = record.id if record is not None else "00000000-0000-0000-0000-000000000000"
        number = record.submission_number - stale if record is not None else 1
        version = record.version - stale if record is not None and stale else 0
        own, staff = stage.applications, stage.decisions
        match action:
            case Action.START:
                return Deed(caller, StartApplication(cycle_id, key()), own.start_application)
            case Action.EDIT_PROFILE:
                body = {**DOSSIER[Section.BASIC], "qq": str(10_000 + random.randrange(9))}
                return Deed(caller, SaveSection(cycle_id, Section.BASIC, body, version, key()), own.save_section)
            case Action.EDIT_SPECIALTY | Action.EDIT_BASE | Action.EDIT_REALLOCATION:
                choice = _changed(action, record.draft if record is not None else Choice())
                return Deed(caller, SaveChoice(cycle_id, choice, version, key()), own.save_choice)
            case Action.SUBMIT:
                return Deed(caller, SubmitApplication(cycle_id, version, key()), own.submit_application)
            case Action.WITHDRAW:
                return Deed(caller, WithdrawApplication(cycle_id, key()), own.withdraw_application)
            case Action.CONFIRM_PLACE:
                return Deed(caller, ConfirmPlace(id_, key()), world.places.confirm_place)
            case Action.APPROVE | Action.REJECT:
                approve = action is Action.APPROVE
                order = ReviewApplication(id_, number, approve, "" if approve else "OTHER", "备注", key(), True)
                return Deed(caller, order, staff.review_application)
            case Action.GRANT_PROVISIONAL:
                return Deed(caller, GrantProvisional(id_, number, True, "", key()), staff.grant_provisional)
            case Action.RECORD_NOT_SELECTED:
                return Deed(caller, RecordNotSelected(id_, number, key()), staff.record_not_selected)
            case Action.ADMIT:
                return Deed(caller, Admit(id_, key()), staff.admit)
            case Action.ENTER_SCORES:
                marks = {part: str(random.randrange(100)) for part in ("written", "skills", "interview")}
                sheet = EnterScores(cycle_id, (ScoreRow(id_, number, marks, "更正"),), key())
                return Deed(caller, sheet, self._scored)
            case Action.CHANGE_SPECIALTY:
                left = record.submitted.specialty_code if record is not None else MEDICINE
                wanted = SKIN if left == MEDICINE else MEDICINE
                order_ = ChangeSpecialty(id_, number, wanted, "调整", key())
                return Deed(caller, order_, world.places.change_specialty)
            case Action.UNDO:
                return Deed(caller, Undo(id_, "误操作", key()), world.places.undo)
            case Action.PROPOSE_REVOCATION:
                return Deed(caller, ProposeRevocation(id_, "材料不实", key()), world.revocations.propose)
            case Action.DECIDE_REVOCATION:
                approve = bool(random.randrange(2))
                return Deed(caller, DecideRevocation(id_, approve, "已核", key()), world.revocations.decide)
            case Action.REPORT_NO_SHOW:
                return Deed(caller, ReportNoShow(id_, "未报到", key()), world.places.report_no_show)
            case Action.RECORD_QUIT:
                return Deed(caller, RecordQuit(id_, "HEALTH", "", "", "", key()), world.places.record_quit)
            case Action.DEFER:
                return Deed(caller, Defer(id_, 2024, "疾病", key()), world.places.defer)
            case Action.FILE_OBJECTION:
                return Deed(
                    caller, FileObjection(id_, "有误", "某人", key()), world.selecting.objections.file_objection
                )
            case Action.GRANT_EXCEPTION:
                return Deed(caller, GrantException(id_, key(), "特批", key()), world.places.grant_exception)
            case Action.ANNUL:
                return Deed(caller, Annul(id_, "弄虚作假", key()), world.places.annul)
        raise AssertionError(action)

    async def fill(self, person: Caller) -> None:
        """A complete dossier, as many commands of its own would save it."""
        now = await self.now(person)
        assert now.application is not None
        id_, sealing = now.application.id, self.stage.sealing
        await self.stage.database.pool.executemany(
            "INSERT INTO dossier_section VALUES ($1, $2, $3, now(), $4) ON CONFLICT DO NOTHING",
            [(id_, name, sealing.seal_section(id_, name, body), sealing.key) for name, body in DOSSIER.items()],
        )

    async def check(self) -> None:
        """I1, I2, I4 at this instant: seats, live applications and admissions, every accepted command told once."""
        found = await self.stage.database.fetchrow(_UNDER, self.stage.cycle_id)
        assert found is not None
        assert (found["seats"], found["twice"], found["accepted"]) == (0, 0, self.accepted), dict(found)

    async def check_told(self) -> None:
        """I3 and I11: each deed lies in the phase it names, each decision is told, every chain is whole."""
        database, cycle_id = self.stage.database, self.stage.cycle_id
        assert await database.fetchval(_OUTSIDE, cycle_id) == 0
        assert await database.fetchval(_UNTOLD, cycle_id) == 0
        chains = "SELECT id, version, audit_hash FROM {} WHERE {} = $1"
        for row in [
            *await database.fetch(chains.format("application", "cycle_id"), cycle_id),
            *await database.fetch(chains.format("cycle", "id"), cycle_id),
        ]:
            rows = await self.stage.queries.audit(str(row["id"]))
            assert broken_at(rows, row["version"], row["audit_hash"]) == 0

    async def check_closed(self) -> None:
        """I7: the year is over; nobody waits for anybody, save who is overdue and put before the province."""
        assert self.phase is ORDER[-1]
        for person in self.people:
            record = (await self.now(person)).application
            if record is None:
                continue
            state = effective_state(record.state, record.round, rounds.standing(self.phase))
            assert state not in WAITING
            assert (state is State.PROVISIONAL) == is_overdue(record.state, self.phase)

    async def _scored(self, caller: Caller, order: EnterScores) -> object:
        (result,) = await self.world.selecting.scores.enter_scores(caller, order)
        if result.refusal is not None:
            raise result.refusal
        return result.accepted


async def outcome(deed: Deed) -> object:
    """What the deed answers, or the DomainError that refuses it."""
    try:
        return await deed.done()
    except DomainError as refusal:
        return refusal


def phases_left(phase: Phase) -> int:
    """How many phases follow."""
    return len(ORDER) - 1 - ORDER.index(phase)


def _changed(action: Action, draft: Choice) -> Choice:
    base, specialty = draft.base_code, draft.specialty_code
    if action is Action.EDIT_BASE:
        return Choice(SECOND if base == QILU else QILU, specialty, draft.accepts_reallocation)
    if action is Action.EDIT_SPECIALTY:
        return Choice(base, SKIN if specialty == MEDICINE else MEDICINE, draft.accepts_reallocation)
    return Choice(base, specialty, not draft.accepts_reallocation)
