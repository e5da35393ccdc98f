"""The tables against the real handlers: what `capabilities` says is what the commands do (invariant I6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.capabilities import Action, Decision
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import ORDER, P1, P2, P3, P4, P5, P6, Phase
from services.enrollment.handlers.applications import (
    SaveChoice,
    SaveSection,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.enrollment.handlers.decisions import Admit, GrantProvisional, RecordNotSelected, ReviewApplication
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    DOSSIER,
    MEDICINE,
    OTHERS,
    QILU,
    REVIEWER,
    SECOND,
    SKIN,
    Stage,
    applicant,
    key,
)
from tests.support import rounds


@dataclass
class Case:
    """One person brought to a state, standing in a phase."""

    stage: Stage
    person: Caller
    view: ApplicationView


async def brought(stage: Stage, word: str, phase: Phase) -> Case:
    """Somebody in state `word` of the round of `phase`, by the commands that lead there; the gate then stands there."""
    entry = {P2: P1, P5: P4, P6: P4}.get(phase, phase)
    if word == "reopened":
        entry = P1
    await stage.stand(entry)
    person = applicant()
    view = ApplicationView("", stage.cycle_id, State.NONE, 0, 0, Choice(), 0, None, ())
    if word != "none":
        view = await stage.start(person)
        await stage.fill(person)
    if word not in ("none", "draft"):
        view = await stage.submit(person)
    decided_in = P2 if entry is P1 else entry
    if word in ("rejected", "approved", "provisional", "admitted", "reopened"):
        await stage.stand(decided_in)
        in_p4 = decided_in is P4
        if word in ("rejected", "reopened") or not in_p4:
            await stage.review(view, approve=word not in ("rejected", "reopened"))
        if word in ("provisional", "admitted"):
            await stage.grant(view, qualified=in_p4)
        if word == "admitted":
            await stage.decisions.admit(ADMINISTRATOR, Admit(view.application_id, key()))
    await stage.stand(phase)
    return Case(stage, person, view)


async def applicant_does(case: Case, action: Action) -> None:
    """The command behind an applicant's action."""
    stage, person = case.stage, case.person
    handlers = stage.applications
    if action is Action.START:
        await handlers.start_application(person, StartApplication(stage.cycle_id, key()))
    elif action is Action.EDIT_PROFILE:
        body = {**DOSSIER[Section.BASIC], "qq": "10001"}
        await handlers.save_section(person, SaveSection(stage.cycle_id, Section.BASIC, body, 0, key()))
    elif action is Action.SUBMIT:
        await handlers.submit_application(person, SubmitApplication(stage.cycle_id, 0, key()))
    elif action is Action.WITHDRAW:
        await handlers.withdraw_application(person, WithdrawApplication(stage.cycle_id, key()))
    else:
        changes = {
            Action.EDIT_SPECIALTY: Choice(QILU, SKIN, True),
            Action.EDIT_BASE: Choice(SECOND, MEDICINE, True),
            Action.EDIT_REALLOCATION: Choice(QILU, MEDICINE, False),
        }
        await handlers.save_choice(person, SaveChoice(stage.cycle_id, changes[action], 0, key()))


async def staff_do(case: Case, action: Action) -> None:
    """The command behind an action of staff."""
    id_, number = case.view.application_id, case.view.submission_number
    decisions = case.stage.decisions
    if action in (Action.APPROVE, Action.REJECT):
        order = ReviewApplication(id_, number, action is Action.APPROVE, "OTHER", "备注", key())
        await decisions.review_application(REVIEWER, order)
    elif action is Action.GRANT_PROVISIONAL:
        await decisions.grant_provisional(ADMINISTRATOR, GrantProvisional(id_, number, True, "", key()))
    elif action is Action.RECORD_NOT_SELECTED:
        await decisions.record_not_selected(ADMINISTRATOR, RecordNotSelected(id_, number, key()))
    else:
        await decisions.admit(ADMINISTRATOR, Admit(id_, key()))


ROWS = [
    *[("none", phase) for phase in (P1, P2, P3, P5)],
    *[("draft", phase) for phase in (P1, P2, P4)],
    *[("pending", phase) for phase in (P1, P2, P3, P4, P5)],
    *[("rejected", phase) for phase in (P2, P3, P4)],
    *[("approved", phase) for phase in (P2, P3)],
    *[("reopened", phase) for phase in (P3, P4)],
    *[("provisional", phase) for phase in (P2, P4, P5, P6)],
    ("admitted", P5),
]
APPLICANTS = (
    Action.START,
    Action.EDIT_PROFILE,
    Action.EDIT_SPECIALTY,
    Action.EDIT_BASE,
    Action.EDIT_REALLOCATION,
    Action.SUBMIT,
    Action.WITHDRAW,
)
STAFF = (Action.APPROVE, Action.REJECT, Action.GRANT_PROVISIONAL, Action.RECORD_NOT_SELECTED, Action.ADMIT)


async def agrees(said: Decision, deed: Awaitable[None]) -> None:
    """The command is accepted exactly when it was said to be, and refused by the same rule."""
    if said.allowed:
        await deed
        return
    with pytest.raises(DomainError) as refused:
        await deed
    assert refused.value.reason in (said.reason, "BASE_LOCKED")
    assert refused.value.rule in (said.rule, "APP-08")


@pytest.mark.parametrize(("word", "phase"), ROWS, ids=str)
async def test_what_applicants_are_told_is_what_happens(stage: Stage, word: str, phase: Phase) -> None:
    """B4 row by row: each action on a person of its own."""
    for action in APPLICANTS if word != "none" else (Action.START, Action.EDIT_PROFILE, Action.SUBMIT, Action.WITHDRAW):
        case = await brought(stage, word, phase)
        view, may = await stage.applications.get_my_application(case.person, stage.cycle_id)
        assert view.state == effective_state(
            State.REJECTED if word == "reopened" else State(word),
            1 if word == "reopened" else view.round,
            rounds.standing(phase),
        )
        await agrees(may[action], applicant_does(case, action))
        await stage.database.execute("UPDATE seat SET planned = planned + 1")


@pytest.mark.parametrize(("word", "phase"), [row for row in ROWS if row[0] not in ("none", "draft")], ids=str)
async def test_what_staff_are_told_is_what_happens(stage: Stage, word: str, phase: Phase) -> None:
    """B5 row by row: each action on a person of its own."""
    for action in STAFF:
        case = await brought(stage, word, phase)
        submission = await stage.decisions.get_submission(ADMINISTRATOR, case.view.application_id)
        await agrees(submission.capabilities[action], staff_do(case, action))
        await stage.database.execute("UPDATE seat SET planned = planned + 1")


async def refused(deed: Awaitable[object]) -> DomainError:
    """Why `deed` was refused."""
    with pytest.raises(DomainError) as caught:
        await deed
    return caught.value


@pytest.mark.parametrize("phase", ORDER[1:-1])
async def test_cap_closed_nothing_is_accepted_after_closing_though_the_flip_is_late(stage: Stage, phase: Phase) -> None:
    """CAP-CLOSED: closing needs no flip."""
    word, deeds = {
        P1: ("pending", [Action.SUBMIT, Action.WITHDRAW, Action.EDIT_PROFILE]),
        P5: ("provisional", [Action.ADMIT]),
    }.get(phase, ("pending", [Action.REJECT, Action.WITHDRAW]))
    case = await brought(stage, word, phase)
    await stage.stand(phase, closes_in=-0.001)
    for action in deeds:
        does: Callable[[Case, Action], Awaitable[None]] = staff_do if action in STAFF else applicant_does
        error = await refused(does(case, action))
        assert (error.reason, error.rule, error.kind) == ("NOT_IN_PHASE", "CAP-CLOSED", Kind.NOT_NOW)


async def test_app_06_a_verdict_on_a_superseded_submission_is_refused(stage: Stage) -> None:
    """APP-06: the applicant submitted again, here or to another base, before the verdict came."""
    await stage.stand(P3)
    person, first = await stage.registered()
    await stage.submit(person)
    error = await refused(stage.review(first, approve=True))
    assert (error.reason, error.rule, error.details) == ("SUPERSEDED", "APP-06", {"current": "2"})
    await stage.choose(person, Choice(SECOND, MEDICINE))
    third = await stage.submit(person)
    assert (await refused(stage.review(first, approve=True))).reason == "SUPERSEDED"
    assert (await refused(stage.review(third, approve=True))).reason == "APPLICATION_NOT_FOUND"
    await stage.review(third, approve=True, by=OTHERS)


async def test_cap_scope_a_base_touches_its_own_only(stage: Stage) -> None:
    """CAP-SCOPE: others look the same as absent ones."""
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.stand(P2)
    id_ = view.application_id
    for deed in (
        stage.review(view, approve=True, by=OTHERS),
        stage.decisions.get_submission(OTHERS, id_),
        stage.history.list_history(OTHERS, id_),
        stage.history.list_history(applicant(), id_),
        stage.history.list_history(Caller("x", "province_administrator", "11"), id_),
    ):
        assert (await refused(deed)).kind is Kind.NOT_FOUND
    assert (await stage.decisions.list_queue(OTHERS, stage.cycle_id, frozenset(), "", 0, None)).rows == []
    assert len(await stage.history.list_history(person, id_)) == 7
    assert len(await stage.history.list_history(Caller("x", "province_administrator", "37"), id_)) == 7


async def test_app_14_a_base_reads_its_own_deeds_and_the_applicants(stage: Stage) -> None:
    """APP-14: what another base remarked is not for this one."""
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=False)
    await stage.stand(P3)
    await stage.choose(person, Choice(SECOND, MEDICINE))
    view = await stage.submit(person)
    await stage.review(view, approve=False, by=OTHERS)
    own = await stage.history.list_history(person, view.application_id)
    base = await stage.history.list_history(OTHERS, view.application_id)
    assert [entry.organisation_code for entry in own if entry.organisation_code] == [QILU, SECOND]
    assert [entry.organisation_code for entry in base if entry.organisation_code] == [SECOND]
    assert own[-1].remark == "备注"


async def test_app_07_an_edit_on_an_old_version_is_refused(stage: Stage) -> None:
    """APP-07: 0 skips the check."""
    await stage.stand(P1)
    person = applicant()
    view = await stage.start(person)
    order = SaveSection(stage.cycle_id, Section.BASIC, DOSSIER[Section.BASIC], view.version, key())
    await stage.applications.save_section(person, order)
    error = await refused(stage.applications.save_section(person, replace(order, idempotency_key=key())))
    assert (error.reason, error.rule, error.kind) == ("STALE_VERSION", "APP-07", Kind.CONFLICT)


async def test_app_08_the_base_is_kept_even_if_the_draft_had_left_it(stage: Stage) -> None:
    """APP-08: a draft that named another base before the rejection must come back to it."""
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.choose(person, Choice(SECOND, MEDICINE))
    await stage.stand(P2)
    await stage.review(view, approve=False)
    assert (await refused(stage.submit(person))).rule == "APP-08"
    await stage.choose(person, Choice(QILU, SKIN))
    again = await stage.submit(person)
    assert (again.state, again.submission_number, again.round) == (State.PENDING, 2, 1)


async def test_app_09_only_a_complete_dossier_is_submitted(stage: Stage) -> None:
    """APP-09: everything that is missing is named at once."""
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    error = await refused(stage.submit(person))
    assert error.reason == "DOSSIER_INCOMPLETE"
    places = {name.split(".")[0] for name in error.details if "." in name}
    assert places == {*(section.value for section in Section), "choice"}
    await stage.fill(person, Choice())
    assert (await refused(stage.submit(person))).rule == "SEAT-02"


async def test_app_10_a_rejection_says_why(stage: Stage) -> None:
    """APP-10: reason and remark."""
    for reason, remark, field in (("", "备注", "reason_code"), ("OTHER", " ", "remark")):
        order = ReviewApplication("0" * 32, 1, False, reason, remark, key())
        error = await refused(stage.decisions.review_application(REVIEWER, order))
        assert (error.rule, error.field) == ("APP-10", field)


async def test_app_13_reallocation_records_the_qualification(stage: Stage) -> None:
    """APP-13: one command, both recorded."""
    case = await brought(stage, "pending", P4)
    assert (await refused(stage.grant(case.view))).rule == "APP-13"
    await stage.grant(case.view, qualified=True)
    assert await stage.database.fetchval(
        "SELECT qualified FROM decision WHERE application_id = $1", case.view.application_id
    )


async def test_who_withdrew_starts_again_in_a_later_round(stage: Stage) -> None:
    """CAP-REREGISTER: one application a year, in one chain."""
    case = await brought(stage, "pending", P1)
    await applicant_does(case, Action.WITHDRAW)
    assert (await refused(stage.start(case.person))).rule == "CAP-REREGISTER"
    assert (await refused(stage.decisions.get_submission(REVIEWER, case.view.application_id))).kind is Kind.NOT_FOUND
    await stage.stand(P3)
    again = await stage.start(case.person)
    assert (again.application_id, again.state) == (case.view.application_id, State.DRAFT)
    assert (await stage.submit(case.person)).submission_number == 2


async def test_a_malformed_section_is_refused_and_an_incomplete_one_kept(stage: Stage) -> None:
    """DOS-04 keeps a section from being saved, DOS-03 from being complete."""
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    bad = SaveSection(stage.cycle_id, Section.BASIC, {"sex": 1, "hobby": "x"}, 0, key())
    assert set((await refused(stage.applications.save_section(person, bad))).details) == {"basic.sex", "basic.hobby"}
    half = SaveSection(stage.cycle_id, Section.BASIC, {"sex": "male"}, 0, key())
    section = (await stage.applications.save_section(person, half)).sections[0]
    assert (section.complete, section.body) == (False, {"sex": "male"})
    assert {problem.rule for problem in section.problems} == {"DOS-03"}


async def test_cap_verified_only_verified_people_start(stage: Stage) -> None:
    """CAP-VERIFIED: told before, refused at the command."""
    await stage.stand(P1)
    person = applicant()
    stage.registry.unverified.add(person.person_id)
    _, may = await stage.applications.get_my_application(person, stage.cycle_id)
    assert may[Action.START].rule == "CAP-VERIFIED"
    assert (await refused(stage.start(person))).reason == "NOT_VERIFIED"
