"""UNL-01 to UNL-05 with real data: who unlocks what, for how long, and what a save under an unlock does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.application import State
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2, P3, P5
from services.enrollment.domain.unlock import Unlocked
from services.enrollment.handlers.applications import SaveSection, WithdrawApplication
from services.enrollment.handlers.support import EndUnlock, UnlockSections
from services.enrollment.records import Situation
from services.enrollment.views import ApplicationView, UnlockView
from services.kit.auth import coming_from
from services.kit.domain import Caller, DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, QILU, REVIEWER, Stage, key

SUPPORTER = Caller(new_id(), "support", "37")
PROVINCE = Caller(new_id(), "province_administrator", "37")
ELSEWHERE = Caller(new_id(), "province_administrator", "11")
NEW_BASIC = {**DOSSIER[Section.BASIC], "mobile": "13700000000", "ethnicity": "回族"}


async def unlock(stage: Stage, person: Caller, *sections: Section, by: Caller = SUPPORTER) -> UnlockView:
    order = UnlockSections(stage.cycle_id, person.person_id, sections or (Section.BASIC,), 30, "填错了民族", key())
    return await stage.support.unlock_sections(by, order)


async def save(
    stage: Stage, person: Caller, section: Section = Section.BASIC, body: Mapping[str, Any] = NEW_BASIC
) -> ApplicationView:
    return await stage.applications.save_section(person, SaveSection(stage.cycle_id, section, body, 0, key()))


async def refused(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await deed
    return caught.value


async def approved(stage: Stage) -> tuple[Caller, ApplicationView]:
    """Somebody whose application was approved in P2, where the gate stands."""
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=True)
    return person, view


async def test_unl_03_a_correction_is_appended_and_the_state_stays(stage: Stage) -> None:
    """UNL-03: the frozen submission and the place in the queue stay; the base sees the correction under its number."""
    person, before = await approved(stage)
    assert (await refused(save(stage, person))).reason == "WRONG_STATE"
    unlocked = await unlock(stage, person)
    _, may = await stage.applications.get_my_application(person, stage.cycle_id)
    assert (may[Action.EDIT_PROFILE].rule, may[Action.EDIT_PROFILE].until) == ("UNL-01", unlocked.until)
    assert not may[Action.SUBMIT].allowed

    view = await save(stage, person)
    assert (view.state, view.submission_number, view.submitted_at) == (State.APPROVED, 2, before.submitted_at)
    frozen = await stage.queries.submission(before.application_id, 1)
    appended = await stage.queries.submission(before.application_id, 2)
    assert frozen is not None
    assert appended is not None
    assert (frozen.dossier[Section.BASIC], frozen.correction_of) == (DOSSIER[Section.BASIC], 0)
    assert (appended.dossier[Section.BASIC], appended.correction_of) == (NEW_BASIC, 1)
    assert appended.dossier[Section.WORK] == DOSSIER[Section.WORK]
    assert (appended.choice, appended.submitted_at) == (frozen.choice, view.sections[0].saved_at)

    seen = await stage.decisions.get_submission(REVIEWER, before.application_id)
    assert (seen.row.submission_number, seen.correction_of) == (2, 1)
    assert seen.sections[0].body == NEW_BASIC
    assert (await refused(stage.grant(before))).reason == "SUPERSEDED"
    await stage.grant(view)
    assert await stage.windows.outcome(stage.cycle_id, QILU, 1) == (0, 0)

    history = await stage.history.list_history(person, before.application_id)
    assert [entry.command for entry in history[-3:]] == ["unlock_sections", "correct_section", "grant_provisional"]
    assert history[-2].rule == "UNL-01"
    row = await stage.database.fetchrow(
        "SELECT body, version FROM outbox WHERE aggregate_id = $1 AND subject LIKE '%.application.corrected'",
        before.application_id,
    )
    assert row is not None
    fact = events_pb2.ApplicationCorrected.FromString(row["body"])
    assert (fact.application.base_code, fact.application.submission_number, fact.section) == (QILU, 2, 1)


async def test_unl_03_verdicts_before_and_after_a_correction_count_once(stage: Stage) -> None:
    """UNL-03: the end of a window counts a corrected application as the one it was."""
    await stage.stand(P1)
    (one, first), (two, _), (three, third) = [await stage.registered() for _ in range(3)]
    await stage.stand(P2)
    await stage.review(first, approve=True)
    for person in (one, two, three):
        await unlock(stage, person)
        await save(stage, person)
    assert (await refused(stage.review(third, approve=False))).reason == "SUPERSEDED"
    current = (await stage.applications.get_my_application(three, stage.cycle_id))[0]
    await stage.review(current, approve=False)
    assert await stage.windows.outcome(stage.cycle_id, QILU, 1) == (1, 1), "two never reviewed, one never selected"
    await stage.stand(P3)
    await stage.submit(two)
    assert await stage.windows.outcome(stage.cycle_id, QILU, 1) == (1, 1)


async def test_unl_03_a_correction_is_complete_and_agrees_with_what_stays_locked(stage: Stage) -> None:
    person, view = await approved(stage)
    await unlock(stage, person, Section.BASIC)
    gap = {name: value for name, value in NEW_BASIC.items() if name != "sex"}
    error = await refused(save(stage, person, body=gap))
    assert (error.reason, set(error.details)) == ("DOSSIER_INCOMPLETE", {"basic.sex"})
    error = await refused(save(stage, person, body={**NEW_BASIC, "applicant_type": "own_unit"}))
    assert (error.reason, error.rule) == ("DOSSIER_INCOMPLETE", "DOS-05")
    assert await stage.queries.submission(view.application_id, 2) is None


async def test_unl_03_sections_unlocked_together_are_corrected_together(stage: Stage) -> None:
    """UNL-03: the first one is kept; with the second one both agree and the base sees both."""
    person, view = await approved(stage)
    await unlock(stage, person, Section.BASIC, Section.WORK)
    kept = await save(stage, person, body={**NEW_BASIC, "applicant_type": "own_unit"})
    assert kept.submission_number == 1
    work = {
        **DOSSIER[Section.WORK],
        "has_employer": True,
        "employed_since": "2020-07-01",
        "years_of_work": 3,
        "employer_name": "山东大学齐鲁医院",
        "employer_code": "914403001922038216",
        "employer_level": "tertiary",
        "employer_grade": "grade_a",
        "employer_category": "general",
        "employer_affiliation": "provincial",
    }
    assert (await save(stage, person, Section.WORK, work)).submission_number == 2
    appended = await stage.queries.submission(view.application_id, 2)
    assert appended is not None
    assert appended.dossier[Section.BASIC]["applicant_type"] == "own_unit"
    assert appended.dossier[Section.WORK]["employer_name"] == "山东大学齐鲁医院"
    error = await refused(save(stage, person, Section.EDUCATION, DOSSIER[Section.EDUCATION]))
    assert (error.reason, error.rule) == ("SECTION_NOT_UNLOCKED", "UNL-02")


async def test_unl_01_a_draft_frozen_by_the_phase_is_edited_without_a_correction(stage: Stage) -> None:
    await stage.stand(P1)
    person, view = await stage.registered()
    await stage.applications.withdraw_application(person, WithdrawApplication(stage.cycle_id, key()))
    await stage.stand(P3)
    await stage.start(person)
    await stage.stand(P2)
    await unlock(stage, person)
    saved = await save(stage, person)
    assert (saved.state, saved.submission_number, saved.sections[0].body) == (State.DRAFT, 1, NEW_BASIC)
    assert await stage.queries.submission(view.application_id, 2) is None


@pytest.mark.parametrize("column", ["until", "ended_at"])
async def test_unl_01_an_unlock_ends_by_itself_or_before_its_time(stage: Stage, column: str) -> None:
    """UNL-01: by the database's clock; nothing has to run for it."""
    person, _ = await approved(stage)
    unlocked = await unlock(stage, person)
    if column == "until":
        await stage.database.execute(
            "UPDATE section_unlock SET since = since - interval '1 hour', until = clock_timestamp() WHERE id = $1",
            unlocked.unlock_id,
        )
    else:
        ended = await stage.support.end_unlock(PROVINCE, EndUnlock(unlocked.unlock_id, "已改好", key()))
        assert ended.ended_at is not None
    assert (await refused(save(stage, person))).reason == "WRONG_STATE"
    again = stage.support.end_unlock(SUPPORTER, EndUnlock(unlocked.unlock_id, "再来一次", key()))
    assert (await refused(again)).reason == "UNLOCK_OVER"
    await unlock(stage, person)
    assert (await save(stage, person)).submission_number == 2


async def test_unl_01_the_write_itself_compares_the_clock(stage: Stage) -> None:
    """UNL-01: decided a moment before the end and written after it, a save is refused."""
    person, view = await approved(stage)
    await unlock(stage, person)
    situation = await stage.application_store.read_own(stage.cycle_id, person.person_id)
    assert situation is not None
    before = situation.gate.now
    ending = {Section.BASIC: Unlocked(before - timedelta(hours=1), before + timedelta(microseconds=1))}

    async def a_moment_ago(*_args: object) -> Situation:
        return replace(situation, unlocked=ending)

    stage.application_store.read_own = a_moment_ago  # type: ignore[method-assign,assignment]  # no longer true
    assert (await refused(save(stage, person))).reason == "CONTENDED"
    assert await stage.queries.submission(view.application_id, 2) is None


async def test_unl_05_only_the_own_province_and_never_ones_own(stage: Stage) -> None:
    person, _ = await approved(stage)
    own = Caller(person.person_id, "support", "37")
    for who, kind in ((ELSEWHERE, Kind.NOT_FOUND), (own, Kind.FORBIDDEN)):
        assert (await refused(unlock(stage, person, by=who))).kind is kind
    assert (await refused(unlock(stage, Caller(new_id(), "applicant")))).kind is Kind.NOT_FOUND
    unlocked = await unlock(stage, person, by=PROVINCE)
    end = EndUnlock(unlocked.unlock_id, "结束", key())
    assert (await refused(stage.support.end_unlock(ELSEWHERE, end))).kind is Kind.NOT_FOUND
    for unknown in (EndUnlock(new_id(), "结束", key()),):
        assert (await refused(stage.support.end_unlock(PROVINCE, unknown))).reason == "UNLOCK_NOT_FOUND"

    async def listed(who: Caller) -> list[str]:
        found = await stage.support.list_unlocks(who, stage.cycle_id, person.person_id)
        return [each.unlock_id for each in found]

    for who in (person, SUPPORTER, PROVINCE, Caller("a", "auditor", "37")):
        assert await listed(who) == [unlocked.unlock_id]
    for who in (ELSEWHERE, Caller(new_id(), "applicant"), Caller("a", "auditor", "11")):
        assert (await refused(listed(who))).kind is Kind.NOT_FOUND


async def test_unl_04_what_has_ended_is_not_unlocked(stage: Stage) -> None:
    await stage.stand(P1)
    person, _ = await stage.registered()
    await stage.stand(P5)
    assert (await refused(unlock(stage, person))).rule == "UNL-04"
    await stage.stand(P2, closes_in=-0.001)
    assert (await refused(unlock(stage, person))).rule == "CAP-CLOSED"


async def test_app_12_equal_unlocks_have_one_effect_and_are_audited_with_the_reason(stage: Stage) -> None:
    """APP-15: who did it, in which hat, from where, and why."""
    person, view = await approved(stage)
    order = UnlockSections(stage.cycle_id, person.person_id, (Section.BASIC,), 30, "填错了民族", key())
    with coming_from(Origin("203.0.113.7", "tests")):
        answers = await asyncio.gather(*(stage.support.unlock_sections(SUPPORTER, order) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await stage.support.list_unlocks(PROVINCE, stage.cycle_id, person.person_id)) == 1
    rows = await stage.queries.audit(view.application_id)
    row = rows[-1]
    assert (row.command, row.actor, row.role, row.organisation) == (
        *("unlock_sections", SUPPORTER.person_id),
        *("support", "37"),
    )
    assert (row.address, row.acted_for, row.state_before, row.state_after) == (
        "203.0.113.7",
        "",
        "approved",
        "approved",
    )
    assert json.loads(row.detail)["reason"] == "填错了民族"
    application = await stage.database.fetchrow(
        "SELECT version, audit_hash FROM application WHERE id = $1", view.application_id
    )
    assert application is not None
    assert broken_at(rows, application["version"], application["audit_hash"]) == 0


async def test_app_15_a_deed_in_anothers_place_stands_under_who_did_it(stage: Stage) -> None:
    """APP-15: the supporter answers for it, the applicant is named beside; the same key of the applicant is free."""
    await stage.stand(P1)
    person, view = await stage.registered()
    helper = Caller(person.person_id, "applicant", acting_by=SUPPORTER.person_id)
    order = SaveSection(stage.cycle_id, Section.BASIC, NEW_BASIC, 0, key())
    with coming_from(Origin("203.0.113.7")):
        await stage.applications.save_section(helper, order)
    await stage.applications.save_section(person, order)
    done, own = (await stage.queries.audit(view.application_id))[-2:]
    assert (done.actor, done.acted_for, done.address) == (SUPPORTER.person_id, person.person_id, "203.0.113.7")
    assert (own.actor, own.acted_for, own.address) == (person.person_id, "", "")
    history = await stage.history.list_history(person, view.application_id)
    assert [entry.acted for entry in history[-2:]] == [True, False]


async def test_unl_01_a_choice_is_never_unlocked(stage: Stage) -> None:
    person, _ = await approved(stage)
    await unlock(stage, person, *Section)
    assert (await refused(stage.choose(person, Choice(QILU, MEDICINE, False)))).reason == "WRONG_STATE"
