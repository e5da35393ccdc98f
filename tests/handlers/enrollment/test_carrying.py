"""Next year: a dossier is carried over on request, the choice is not, what has aged is flagged (CARRY-01 to 03)."""

from __future__ import annotations

from typing import Any

import pytest

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.applications import SaveSection
from services.enrollment.handlers.carrying import CarriedView, CarryOver
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import DOSSIER, OPERATOR, PLAN, Stage, applicant, cycle_order, key

AGED: dict[Section, dict[str, Any]] = {
    Section.EDUCATION: {
        "master": True,
        "master_studying": True,
        "master_full_time": True,
        "master_school": "某医学院",
        "master_major": "内科学",
        "master_diploma": "master",
        "master_graduation_date": "2023-06-30",
        "master_has_graduation_certificate": False,
        "master_degree": "master",
        "master_has_degree_certificate": False,
    },
    Section.CERTIFICATES: {
        "language_exam": "english",
        "english_level": "cet6",
        "language_certificate_date": "2018-06-01",
        "passed_licence_exam": True,
        "licence_exam_date": "2021-11-01",
    },
}


async def save(stage: Stage, person: Caller, section: Section, **changes: Any) -> None:
    body = {**DOSSIER[section], **AGED.get(section, {}), **changes}
    await stage.applications.save_section(person, SaveSection(stage.cycle_id, section, body, 0, key()))


async def next_year(stage: Stage) -> str:
    """Another cycle of the province, in registration; returns the id of the one before."""
    before, year = stage.cycle_id, 2024
    view = await stage.cycles.create_cycle(OPERATOR, cycle_order(PLAN, year=year))
    stage.cycle_id = view.cycle_id
    await stage.stand(P1)
    return before


async def carry(stage: Stage, person: Caller, source: str = "", by_key: str = "") -> CarriedView:
    return await stage.carrying.carry_over(person, CarryOver(stage.cycle_id, source, by_key or key()))


async def told_a_year_ago(stage: Stage) -> Caller:
    """Somebody with a dossier in last year's cycle and a fresh draft in this one's."""
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    for section in Section:
        await save(stage, person, section)
    await stage.choose(person, Choice("SD-QILU", "0100", True))
    await next_year(stage)
    await stage.start(person)
    return person


async def test_carry_01_the_dossier_comes_along_and_the_choice_does_not(stage: Stage) -> None:
    """CARRY-01: every section, re-sealed for the new application; it can be submitted once a choice is made."""
    person = await told_a_year_ago(stage)
    view = await carry(stage, person)
    assert view.carried == tuple(Section)
    assert view.papers == ("portrait",)
    again, _ = await stage.applications.get_my_application(person, stage.cycle_id)
    assert again == view.application
    assert again.choice == Choice()
    assert (again.version, again.submission_number) == (2, 0)
    assert all(section.complete for section in again.sections)
    basic = next(section for section in again.sections if section.section is Section.BASIC)
    assert basic.body == DOSSIER[Section.BASIC]
    await stage.choose(person, Choice("SD-QILU", "0100", False))
    assert (await stage.submit(person)).submission_number == 1
    assert [entry.command for entry in await stage.history.list_history(person, again.application_id)][
        1
    ] == "carry_over"


async def test_carry_01_the_same_key_carries_once(stage: Stage) -> None:
    person, same = await told_a_year_ago(stage), key()
    assert await carry(stage, person, by_key=same) == await carry(stage, person, by_key=same)


async def test_carry_03_what_has_aged_is_flagged_and_keeps_nothing_back(stage: Stage) -> None:
    """CARRY-03: still studying after the graduation day, an old language certificate, an examination long passed."""
    view = await carry(stage, await told_a_year_ago(stage))
    flagged = {f"{section.section}.{told.key}" for section in view.application.sections for told in section.to_check}
    assert flagged == {
        "education.master_studying",
        "certificates.language_certificate_date",
        "certificates.has_qualification",
    }
    assert all(section.complete for section in view.application.sections)


async def test_carry_02_what_is_filled_in_already_stays(stage: Stage) -> None:
    """CARRY-02: only empty sections are filled; with none left there is nothing to do."""
    person = await told_a_year_ago(stage)
    await save(stage, person, Section.BASIC, email="new@example.org")
    view = await carry(stage, person)
    assert view.carried == (Section.EDUCATION, Section.CERTIFICATES, Section.WORK)
    assert view.application.sections[0].body["email"] == "new@example.org"
    with pytest.raises(DomainError, match="ALREADY_FILLED"):
        await carry(stage, person)


async def test_carry_01_only_ones_own_and_only_what_there_is(stage: Stage) -> None:
    person = await told_a_year_ago(stage)
    other = applicant()
    await stage.start(other)
    with pytest.raises(DomainError, match="NOTHING_TO_CARRY"):
        await carry(stage, other)
    with pytest.raises(DomainError, match="NOTHING_TO_CARRY"):
        await carry(stage, person, source=stage.cycle_id)
    with pytest.raises(DomainError, match="NOTHING_TO_CARRY"):
        await carry(stage, applicant())


async def test_carry_01_a_locked_draft_takes_nothing(stage: Stage) -> None:
    person = await told_a_year_ago(stage)
    await stage.stand(P2)
    with pytest.raises(DomainError) as refused:
        await carry(stage, person)
    assert refused.value.rule == "CAP-B4-DRAFT"
