"""Who is shown which picture: what a submission froze, to whom it was sent (PAP-08, PAP-12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2, P4
from services.enrollment.handlers.applications import SaveSection
from services.enrollment.handlers.moving import MoveApplicant, MovingHandlers
from services.enrollment.handlers.support import UnlockSections
from services.enrollment.store.plans import PlanStore
from services.enrollment.store.reallocation import ReallocationStore
from services.kit.domain import Caller, DomainError
from services.kit.objects import ObjectMissing
from tests.handlers.enrollment.paper_story import (
    PROVINCE,
    SCAN,
    drafted,
    id_of,
    listed,
    remove,
    seen,
    upload,
)
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    DOSSIER,
    MEDICINE,
    OTHERS,
    REVIEWER,
    SECOND,
    Stage,
    applicant,
    key,
)
from tests.support import pictures
from tests.support.objects import folder_of_objects

NOW = timedelta(0)


@pytest.fixture
async def open_stage(stage: Stage) -> Stage:
    """Registration is open."""
    await stage.stand(P1)
    return stage


async def test_pap_08_a_submission_keeps_what_it_showed(open_stage: Stage) -> None:
    """PAP-08: replaced or removed in the draft afterwards, it stays with the submission until the next one."""
    stage = open_stage
    person, id_ = await drafted(stage)
    first = id_of(await upload(stage, person))
    scan = id_of(await upload(stage, person, SCAN))
    view = await stage.submit(person)
    await stage.stand(P2)
    await stage.review(view, approve=False)
    second = id_of(await upload(stage, person, content=pictures.portrait("#f4f4f4")))
    await remove(stage, person, scan)
    assert await listed(stage, person, id_) == [second]
    assert await listed(stage, REVIEWER, id_) == await listed(stage, person, id_, 1) == [first, scan]
    with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
        await seen(stage, REVIEWER, id_, second)
    assert await seen(stage, REVIEWER, id_, first) == await seen(stage, person, id_, first)
    await stage.submit(person)
    assert await listed(stage, REVIEWER, id_) == [second]
    assert await listed(stage, REVIEWER, id_, 1) == [first, scan]
    assert await seen(stage, REVIEWER, id_, scan), "the base compares with what it was sent before"
    assert await listed(stage, PROVINCE, id_, 1) == [first, scan]
    assert await stage.paper_reading.portrait(id_, 1) == await seen(stage, person, id_, first)
    assert await stage.paper_reading.portrait(id_, 0) == await seen(stage, person, id_, second)
    await stage.paper_store.drain(NOW)
    assert await seen(stage, PROVINCE, id_, scan)


async def test_pap_08_a_move_shows_what_was_submitted(open_stage: Stage) -> None:
    """PAP-08: the base somebody is moved to sees what the base before saw, whatever the draft holds since."""
    stage = open_stage
    person, id_ = await drafted(stage)
    first = id_of(await upload(stage, person))
    await stage.submit(person)
    second = id_of(await upload(stage, person, content=pictures.portrait("#f4f4f4")))
    await stage.stand(P4)
    stores = (stage.cycle_store, stage.application_store, stage.queries)
    moving = MovingHandlers(*stores, PlanStore(stage.database), ReallocationStore(stage.database, stage.sealing))
    await moving.move_applicant(PROVINCE, MoveApplicant(id_, SECOND, MEDICINE, "省立内科有空缺", key()))
    assert await listed(stage, OTHERS, id_) == [first]
    assert await seen(stage, OTHERS, id_, first)
    assert await listed(stage, person, id_) == [second]
    with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
        await listed(stage, REVIEWER, id_)


async def test_pap_08_an_unlocked_section_brings_its_pictures_to_the_base(open_stage: Stage) -> None:
    """PAP-08, UNL-03: a new portrait while the basic section is unlocked is a correction the base sees."""
    stage = open_stage
    person, id_ = await drafted(stage)
    first = id_of(await upload(stage, person))
    scan = id_of(await upload(stage, person, SCAN))
    await stage.submit(person)
    await stage.stand(P2)
    order = UnlockSections(stage.cycle_id, person.person_id, (Section.BASIC,), 30, "照片不清楚", key())
    await stage.support.unlock_sections(PROVINCE, order)
    with pytest.raises(DomainError, match="SECTION_NOT_UNLOCKED"):
        await remove(stage, person, scan)
    second = id_of(await upload(stage, person, content=pictures.portrait("#f4f4f4")))
    shown = await stage.paper_reading.list_papers(REVIEWER, id_, 0)
    assert shown.number == 2
    assert [each.paper_id for each in shown.papers] == [second, scan]
    assert await listed(stage, REVIEWER, id_, 1) == [first, scan]
    assert (await stage.decisions.get_submission(REVIEWER, id_)).correction_of == 1
    basic = {**DOSSIER[Section.BASIC], "email": "corrected@example.org"}
    await stage.applications.save_section(person, SaveSection(stage.cycle_id, Section.BASIC, basic, 0, key()))
    assert await listed(stage, REVIEWER, id_, 3) == [second, scan]


async def test_pap_12_only_who_sees_the_submission_sees_its_pictures(open_stage: Stage) -> None:
    """PAP-12: the base it was sent to, the province, the applicant; to all others it is not there."""
    stage = open_stage
    person, id_ = await drafted(stage)
    paper = id_of(await upload(stage, person))
    elsewhere = Caller("elsewhere", "province_administrator", "11")
    for staff in (REVIEWER, PROVINCE):
        with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
            await listed(stage, staff, id_)
    await stage.submit(person)
    for somebody in (REVIEWER, ADMINISTRATOR, PROVINCE, person):
        assert await listed(stage, somebody, id_) == [paper]
        assert await seen(stage, somebody, id_, paper)
    for nobody in (OTHERS, elsewhere, applicant()):
        with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
            await listed(stage, nobody, id_)
        with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
            await seen(stage, nobody, id_, paper)
    for number in (2, 99):
        with pytest.raises(DomainError, match="APPLICATION_NOT_FOUND"):
            await listed(stage, REVIEWER, id_, number)
    with pytest.raises(DomainError, match="PAPER_NOT_FOUND"):
        await remove(stage, (await drafted(stage))[0], paper)


async def test_pap_12_what_staff_look_at_is_logged_by_ids(open_stage: Stage) -> None:
    """PAP-12: who looked at what; no name, no number. Applicants look at their own unlogged."""
    stage = open_stage
    person, id_ = await drafted(stage)
    paper = id_of(await upload(stage, person))
    await stage.submit(person)
    with structlog.testing.capture_logs() as logs:
        await seen(stage, person, id_, paper)
        await seen(stage, REVIEWER, id_, paper)
    assert logs == [
        {
            "event": "paper shown",
            "log_level": "info",
            "application_id": id_,
            "kind": "portrait",
            "actor": REVIEWER.actor,
            "role": REVIEWER.role,
        }
    ]


async def test_another_folder_knows_nothing_of_these(open_stage: Stage) -> None:
    """An object that is lost is an error of ours, told as one."""
    stage = open_stage
    person, id_ = await drafted(stage)
    paper = id_of(await upload(stage, person))
    lost = Stage(stage.database, objects=folder_of_objects())
    await lost.objects.start()
    with pytest.raises(ObjectMissing):
        await seen(lost, person, id_, paper)
