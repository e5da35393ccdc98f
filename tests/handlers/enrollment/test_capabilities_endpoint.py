"""The capabilities endpoint says of every field what saving it would say (CAP-ENDPOINT, CAP-FIELDS, CAP-IDENTITY)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.editing import IDENTITY, FieldDecision
from services.enrollment.domain.fields import DEFINITIONS
from services.enrollment.domain.phases import P1, P2, P3, P4, P5, P6, Phase
from services.enrollment.domain.refusals import REASONS
from services.enrollment.handlers.applications import SaveSection
from services.enrollment.handlers.support import UnlockSections
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, DomainError
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

PROVINCE = Caller("province", "province_administrator", "37")
Life = Callable[[Stage], Coroutine[Any, Any, Caller]]


async def drafted(stage: Stage) -> Caller:
    person = applicant()
    await stage.start(person)
    await stage.fill(person)
    return person


async def submitted(stage: Stage) -> Caller:
    return (await stage.registered())[0]


async def rejected(stage: Stage) -> Caller:
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=False)
    return person


async def placed(stage: Stage) -> Caller:
    person, view = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=True)
    await stage.grant(view)
    return person


async def unlocked(stage: Stage) -> Caller:
    person, _ = await stage.registered()
    await stage.stand(P2)
    order = UnlockSections(stage.cycle_id, person.person_id, (Section.WORK,), 5, "核对", key())
    await stage.support.unlock_sections(Caller("support", "support_administrator", "37"), order)
    return person


async def said(stage: Stage, person: Caller) -> dict[str, FieldDecision]:
    view = await stage.capabilities.get_capabilities(person, stage.cycle_id, "")
    return {each.field: each for each in view.fields}


async def told(coroutine: Coroutine[Any, Any, ApplicationView]) -> str:
    """The reason of the refusal; empty when it was accepted."""
    try:
        await coroutine
    except DomainError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("life", [drafted, submitted, rejected, placed, unlocked])
@pytest.mark.parametrize("phase", [P1, P2, P3, P4, P5, P6])
async def test_cap_fields_say_what_saving_says(stage: Stage, life: Life, phase: Phase) -> None:
    """I6: a field is said to be open exactly when saving a change of it is accepted, and else for the same reason."""
    await stage.stand(P1)
    person = await life(stage)
    await stage.stand(phase)
    for section in Section:
        expected = {
            each.decision.reason for name, each in (await said(stage, person)).items() if name.startswith(section)
        }
        save = SaveSection(stage.cycle_id, section, DOSSIER[section], 0, key())
        assert {await told(stage.applications.save_section(person, save))} == expected
    view, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    for name, change in (
        ("choice.base_code", {"base_code": SECOND}),
        ("choice.specialty_code", {"specialty_code": SKIN}),
        ("choice.accepts_reallocation", {"accepts_reallocation": False}),
    ):
        expected_reason = (await said(stage, person))[name].decision.reason
        changed = replace(view.choice, **change)
        assert await told(stage.choose(person, changed)) == expected_reason, name
        if not expected_reason:
            await stage.choose(person, view.choice)


async def test_cap_endpoint_answers_every_action_and_field_with_a_sentence(stage: Stage) -> None:
    """CAP-ENDPOINT: the actions are those of GetMyApplication; a closed one has a reason with a sentence."""
    await stage.stand(P1)
    person, view = await stage.registered()
    found = await stage.capabilities.get_capabilities(person, stage.cycle_id, "")
    _, may = await stage.applications.get_my_application(person, stage.cycle_id)
    assert dict(found.actions) == may
    assert [each.field for each in found.fields] == [
        *IDENTITY,
        *(f"{section.section}.{field.key}" for section in DEFINITIONS for field in section.fields),
        *("choice.base_code", "choice.specialty_code", "choice.accepts_reallocation"),
    ]
    for decision in (*found.actions.values(), *(each.decision for each in found.fields)):
        assert decision.allowed or REASONS[decision.reason][1].endswith("。")
    by_id = await stage.capabilities.get_capabilities(person, "", view.application_id)
    assert [each.decision.allowed for each in by_id.fields] == [each.decision.allowed for each in found.fields]


async def test_cap_identity_is_never_open(stage: Stage) -> None:
    """CAP-IDENTITY: not even to whom nothing is closed."""
    await stage.stand(P1)
    fields = await said(stage, await drafted(stage))
    assert {fields[name].decision.reason for name in IDENTITY} == {"IDENTITY_FIXED"}


async def test_cap_endpoint_answers_staff_of_the_base_and_the_province_only(stage: Stage) -> None:
    await stage.stand(P1)
    _, view = await stage.registered()
    await stage.stand(P2)
    for caller in (REVIEWER, ADMINISTRATOR, PROVINCE):
        found = await stage.capabilities.get_capabilities(caller, "", view.application_id)
        assert found.actions
        assert not any(each.decision.allowed for each in found.fields)
    for caller in (OTHERS, replace(PROVINCE, organisation="38"), applicant()):
        with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
            await stage.capabilities.get_capabilities(caller, "", view.application_id)


@pytest.mark.parametrize(("with_cycle", "with_application"), [(True, True), (False, False)])
async def test_cap_endpoint_is_asked_of_one_thing(stage: Stage, with_cycle: bool, with_application: bool) -> None:
    cycle, application = stage.cycle_id * with_cycle, stage.cycle_id * with_application
    with pytest.raises(DomainError, match="CYCLE_OR_APPLICATION"):
        await stage.capabilities.get_capabilities(applicant(), cycle, application)


async def test_elg_02_what_may_be_chosen_is_what_can_be_saved(stage: Stage) -> None:
    """ELG-02: the list, the choice and the submission say the same of a province's rule."""
    rule = {"id": "SD-1", "specialty": [SKIN], "when": {"education.highest": "master"}, "message": "须为研究生。"}
    await stage.decree(eligibility=[rule])
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    places = await stage.capabilities.list_selectable(person, stage.cycle_id, "")
    assert [place.problems for place in places] == [(), (), ()], "nothing is known yet"
    await stage.choose(person, Choice(QILU, SKIN, False))
    await stage.fill(person, Choice(QILU, MEDICINE, False))
    places = await stage.capabilities.list_selectable(person, stage.cycle_id, QILU)
    assert {place.specialty_code: [each.rule for each in place.problems] for place in places} == {
        MEDICINE: [],
        SKIN: ["ELG-02"],
    }
    assert await told(stage.choose(person, Choice(QILU, SKIN, False))) == "NOT_ELIGIBLE"
    assert await told(stage.choose(person, Choice(SECOND, SKIN, False))) == "NOT_PLANNED"
    assert await told(stage.choose(person, Choice(SECOND, "", False))) == "", "half a choice is not yet a wrong one"
    await stage.choose(person, Choice(QILU, MEDICINE, False))
    assert await told(stage.submit(person)) == ""


async def test_elg_02_a_choice_saved_before_one_was_barred_is_not_submitted(stage: Stage) -> None:
    await stage.stand(P1)
    person = await drafted(stage)
    rule = {"id": "SD-1", "when": {"basic.sex": "male"}, "message": "仅限男性。"}
    await stage.decree(eligibility=[rule])
    assert await told(stage.choose(person, Choice(QILU, MEDICINE, False))) == "", "consent may still be changed"
    with pytest.raises(DomainError, match="NOT_ELIGIBLE") as refused:
        await stage.submit(person)
    assert refused.value.details == {"choice.specialty_code": "ELG-02 仅限男性。（SD-1）", "reasons": "NOT_ELIGIBLE"}
