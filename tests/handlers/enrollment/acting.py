"""The command behind every action of the tables, on an application that was cast for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1
from services.enrollment.handlers.applications import (
    SaveChoice,
    SaveSection,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.enrollment.handlers.decisions import Admit, GrantProvisional, RecordNotSelected, ReviewApplication
from services.enrollment.handlers.extending import ExtendDeadline
from services.enrollment.handlers.holding import ResolveHold
from services.enrollment.handlers.lists import PublishList
from services.enrollment.handlers.moving import MoveApplicant
from services.enrollment.handlers.objections import FileObjection, ResolveObjection
from services.enrollment.handlers.offers import AnswerOffer
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
from services.enrollment.handlers.plans import ProposePlanChange, SetPlan
from services.enrollment.handlers.ranking import SetCutOff
from services.enrollment.handlers.revocations import DecideRevocation, ProposeRevocation
from services.enrollment.handlers.scores import EnterScores, ScoreRow
from services.enrollment.handlers.windows import SetMilestones
from services.kit.domain import Caller
from tests.handlers.enrollment.casting import THIRD, Case, World
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, QILU, SECOND, SKIN, key
from tests.support import rounds


def done(world: World, case: Case) -> Awaitable[object]:
    """The command of the case's row, as it is served."""
    return COMMANDS[case.action](world, case, case.caller)


async def _scored(world: World, case: Case, caller: Caller) -> None:
    marks = ScoreRow(case.record.id, 1, {"written": "80", "skills": "80", "interview": "80"})
    order = EnterScores(world.stage.cycle_id, (marks,), key())
    (result,) = await world.selecting.scores.enter_scores(caller, order)
    if result.refusal is not None:
        raise result.refusal


def _choose(choice: Choice, alone: Choice) -> Callable[[World, Case, Caller], Awaitable[object]]:
    """The part of the choice that is meant, beside the rest of the draft's or, where there is no draft, `alone`."""
    return lambda world, case, who: world.stage.applications.save_choice(
        who, SaveChoice(case.record.cycle_id, alone if case.record.state is State.NONE else choice, 0, key())
    )


def _review(*, approve: bool) -> Callable[[World, Case, Caller], Awaitable[object]]:
    return lambda world, case, who: world.stage.decisions.review_application(
        who, ReviewApplication(case.record.id, 1, approve, "" if approve else "OTHER", "备注", key())
    )


def _milestones(world: World, case: Case, who: Caller) -> Awaitable[object]:
    number = rounds.ROUND.get(world.phase, 1)
    at = datetime.now(UTC) + timedelta(days=12 if world.phase is P1 else 2)
    base = who.organisation if who.role.startswith("base_") else QILU
    # The third base: a deadline of the first would end the other rows of this cycle.
    sets = replace(who, organisation=THIRD) if base == QILU else who
    order = SetMilestones(case.record.cycle_id, THIRD, number, Milestones(review_deadline=at), key())
    return world.stage.base_windows.set_milestones(sets, order)


def _extend(world: World, case: Case, who: Caller) -> Awaitable[object]:
    at = datetime.now(UTC) + timedelta(days=3)
    number = rounds.ROUND.get(world.phase, 0)
    return world.extending.extend_deadline(who, ExtendDeadline(case.record.cycle_id, THIRD, number, at, "延期", key()))


COMMANDS: dict[Action, Callable[[World, Case, Caller], Awaitable[object]]] = {
    Action.START: lambda world, case, who: world.stage.applications.start_application(
        who, StartApplication(case.record.cycle_id, key())
    ),
    Action.EDIT_PROFILE: lambda world, case, who: world.stage.applications.save_section(
        who, SaveSection(case.record.cycle_id, Section.BASIC, {**DOSSIER[Section.BASIC], "qq": "10001"}, 0, key())
    ),
    Action.EDIT_SPECIALTY: _choose(Choice(QILU, SKIN, True), Choice("", SKIN)),
    Action.EDIT_BASE: _choose(Choice(SECOND, MEDICINE, True), Choice(SECOND)),
    Action.EDIT_REALLOCATION: _choose(Choice(QILU, MEDICINE, False), Choice("", "", True)),
    Action.SUBMIT: lambda world, case, who: world.stage.applications.submit_application(
        who, SubmitApplication(case.record.cycle_id, 0, key())
    ),
    Action.WITHDRAW: lambda world, case, who: world.stage.applications.withdraw_application(
        who, WithdrawApplication(case.record.cycle_id, key())
    ),
    Action.ANSWER_OFFER: lambda world, case, who: world.offers.answer_offer(
        who, AnswerOffer(case.record.id, True, key())
    ),
    Action.CONFIRM_PLACE: lambda world, case, who: world.places.confirm_place(who, ConfirmPlace(case.record.id, key())),
    Action.OPEN_SUBMISSION: lambda world, case, who: world.stage.decisions.get_submission(who, case.record.id),
    Action.APPROVE: _review(approve=True),
    Action.REJECT: _review(approve=False),
    Action.ENTER_SCORES: _scored,
    Action.GRANT_PROVISIONAL: lambda world, case, who: world.stage.decisions.grant_provisional(
        who, GrantProvisional(case.record.id, 1, True, "", key())
    ),
    Action.RECORD_NOT_SELECTED: lambda world, case, who: world.stage.decisions.record_not_selected(
        who, RecordNotSelected(case.record.id, 1, key())
    ),
    Action.ADMIT: lambda world, case, who: world.stage.decisions.admit(who, Admit(case.record.id, key())),
    Action.CHANGE_SPECIALTY: lambda world, case, who: world.places.change_specialty(
        who, ChangeSpecialty(case.record.id, 1, SKIN, "调整", key())
    ),
    Action.UNDO: lambda world, case, who: world.places.undo(who, Undo(case.record.id, "误操作", key())),
    Action.FILE_OBJECTION: lambda world, case, who: world.selecting.objections.file_objection(
        who, FileObjection(case.record.id, "成绩有误", "某人", key())
    ),
    Action.RESOLVE_OBJECTION: lambda world, case, who: world.selecting.objections.resolve_objection(
        who, ResolveObjection(case.beside_id, False, "核查无误", key())
    ),
    Action.PROPOSE_REVOCATION: lambda world, case, who: world.revocations.propose(
        who, ProposeRevocation(case.record.id, "材料不实", key())
    ),
    Action.DECIDE_REVOCATION: lambda world, case, who: world.revocations.decide(
        who, DecideRevocation(case.record.id, True, "同意", key())
    ),
    Action.REPORT_NO_SHOW: lambda world, case, who: world.places.report_no_show(
        who, ReportNoShow(case.record.id, "未报到", key())
    ),
    Action.RECORD_QUIT: lambda world, case, who: world.places.record_quit(
        who, RecordQuit(case.record.id, "HEALTH", "", "", "", key())
    ),
    Action.DEFER: lambda world, case, who: world.places.defer(who, Defer(case.record.id, 2024, "疾病", key())),
    Action.RESOLVE_HOLD: lambda world, case, who: world.holding.resolve_hold(
        who, ResolveHold(case.beside_id, True, "已核", key())
    ),
    Action.MOVE: lambda world, case, who: world.moving.move_applicant(
        who, MoveApplicant(case.record.id, SECOND, MEDICINE, "调剂", key())
    ),
    Action.GRANT_EXCEPTION: lambda world, case, who: world.places.grant_exception(
        who, GrantException(case.record.id, key(), "特批", key())
    ),
    Action.ANNUL: lambda world, case, who: world.places.annul(who, Annul(case.record.id, "弄虚作假", key())),
    Action.SET_MILESTONES: _milestones,
    Action.SET_CUT_OFF: lambda world, case, who: world.selecting.ranking.set_cut_off(
        who, SetCutOff(case.record.cycle_id, MEDICINE, "60", {}, key())
    ),
    Action.PUBLISH_LIST: lambda world, case, who: world.selecting.lists.publish_list(
        who, PublishList(case.record.cycle_id, "", 0, 0, (), key())
    ),
    Action.PROPOSE_QUOTA: lambda world, case, who: world.plans.propose_change(
        who, ProposePlanChange(case.record.cycle_id, QILU, MEDICINE, 6_000, "扩招", key())
    ),
    Action.DECIDE_QUOTA: lambda world, case, who: world.plans.set_plan(
        who, SetPlan(case.record.cycle_id, ((QILU, MEDICINE, 5_001),), "调整", key())
    ),
    Action.EXTEND_DEADLINE: _extend,
}
"""The command behind each action of the tables."""
