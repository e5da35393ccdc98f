"""Faculty as a whole process beside identity, over gRPC (FDOS-05, FDOS-06)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from pydantic import SecretStr

from residency.faculty.v1 import faculty_service_pb2 as pb
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from residency.identity.v1 import events_pb2
from services.faculty import service as faculty_service
from services.faculty.settings import FacultySettings
from services.faculty.store.all_tables import METADATA
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.migrations import run
from tests.support.deliveries import publish
from tests.support.people import SECRETS, People, identity, running
from tests.support.pictures import portrait
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually


@dataclass
class Platform:
    """Identity, faculty and the broker."""

    people: People
    faculty: FacultyServiceStub
    messaging: Messaging


@pytest.fixture
async def platform(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, tmp_path))
        settings = FacultySettings(
            database_url=SecretStr(database_url("faculty")),
            nats_url=nats_url,
            identity_address=people.address,
            data_dir=tmp_path,
            machine_secret=SECRETS["faculty"],
        )
        faculty = Channel(await stack.enter_async_context(running(faculty_service.parts(settings))))
        stack.push_async_callback(faculty.close)
        messaging = Messaging(nats_url)
        await messaging.start()
        stack.push_async_callback(messaging.stop)
        yield Platform(people, faculty.stub(FacultyServiceStub), messaging)


def save(mobile: str) -> pb.SaveDossierSectionRequest:
    request = pb.SaveDossierSectionRequest(section=pb.DOSSIER_SECTION_CONTACT, idempotency_key="key-00000001")
    request.body.update({"mobile": mobile})
    return request


async def test_a_teacher_saves_a_section_and_an_applicant_may_not(platform: Platform) -> None:
    faculty = platform.faculty
    account = await platform.people.register_faculty()
    teacher, mobile = account.token, account.mobile[-11:]
    applicant = (await platform.people.register_applicant()).token
    with act_as(teacher):
        saved = (await faculty.SaveDossierSection(save(mobile))).section
        assert saved.complete
        assert (await faculty.SaveDossierSection(save(mobile))).section == saved
        sections = (await faculty.GetDossier(pb.GetDossierRequest())).sections
        assert [MessageToDict(section.body) for section in sections] == [{}, {"mobile": mobile}, {}, {}]
        assert {problem.key for problem in sections[0].problems} >= {"id_scan", "photo", "sex"}
        other = pb.SaveDossierSectionRequest(section=pb.DOSSIER_SECTION_CONTACT, idempotency_key="key-00000002")
        other.body.update({"mobile": "13800000000"})
        [problem] = (await faculty.SaveDossierSection(other)).section.problems
        assert (problem.key, problem.rule, problem.missing) == ("mobile", "FDOS-10", True)
        with pytest.raises(DomainError) as caught:
            await faculty.SaveDossierSection(save("1"))
        assert (caught.value.reason, caught.value.field) == ("SECTION_MALFORMED", "contact.mobile")
        assert caught.value.details["contact.mobile"].startswith("FDOS-04 ")
    with act_as(applicant), pytest.raises(DomainError) as caught:
        await faculty.GetDossier(pb.GetDossierRequest())
    assert caught.value.reason == "ROLE_NOT_ALLOWED"


async def test_priv_04_priv_05_the_operator_rotates_and_the_erased_are_forgotten(platform: Platform) -> None:
    """PRIV-04, PRIV-05: over the wire, and over the broker."""
    teacher = await platform.people.register_faculty()
    with act_as(teacher.token):
        await platform.faculty.SaveDossierSection(save("13800000000"))
        with pytest.raises(DomainError) as caught:
            await platform.faculty.RewrapSealed(pb.RewrapSealedRequest(limit=10))
        assert caught.value.reason == "ROLE_NOT_ALLOWED"
    with act_as(await platform.people.machine("operator")):
        answer = await platform.faculty.RewrapSealed(pb.RewrapSealedRequest(limit=10))
    assert (answer.rewrapped, answer.left) == (0, 0)
    erased = events_pb2.PersonErased(person_id=teacher.person_id)
    await publish(platform.messaging, "residency.identity.v1.person.erased", erased)

    async def forgotten() -> bool:
        with act_as(teacher.token):
            sections = (await platform.faculty.GetDossier(pb.GetDossierRequest())).sections
        return not any(section.HasField("saved_at") for section in sections)

    await eventually(forgotten, "the dossier was forgotten")


async def test_fdos_01_the_definition_is_told_to_anyone(platform: Platform) -> None:
    sections = (await platform.faculty.GetDossierDefinition(pb.GetDossierDefinitionRequest())).sections
    assert [section.label for section in sections] == ["基本信息", "联系信息", "教育信息", "工作信息"]
    [switch] = [field for field in sections[0].fields if field.key == "has_qualification"]
    assert [option.code for option in switch.options] == ["yes", "no", "passed"]


async def test_the_migration_makes_the_declared_tables_and_can_be_undone(postgres: PostgresServer) -> None:
    url = postgres.empty_database("faculty")
    await asyncio.to_thread(run.upgrade, "faculty", url)
    await asyncio.to_thread(run.check, "faculty", url, METADATA)
    await asyncio.to_thread(run.downgrade, "faculty", url, "base")
    await asyncio.to_thread(run.upgrade, "faculty", url)
    postgres.drop(url)


async def test_fdos_09_fdos_11_pictures_a_draft_and_the_printed_page_go_over_the_wire(platform: Platform) -> None:
    """FDOS-09, FDOS-11, FDOS-13."""
    faculty, account = platform.faculty, await platform.people.register_faculty()
    with act_as(account.token):
        draft = pb.SaveDossierDraftRequest(section=pb.DOSSIER_SECTION_WORK, idempotency_key="key-00000003")
        draft.body.update({"department": "心内"})
        at = (await faculty.SaveDossierDraft(draft)).drafted_at
        work = (await faculty.GetDossier(pb.GetDossierRequest())).sections[3]
        assert (MessageToDict(work.draft), work.drafted_at) == ({"department": "心内"}, at)
        upload = pb.UploadPaperRequest(kind=pb.PAPER_KIND_PHOTO, content=portrait(), idempotency_key="key-00000004")
        paper = (await faculty.UploadPaper(upload)).paper
        listed = await faculty.ListPapers(pb.ListPapersRequest())
        assert list(listed.papers) == [paper]
        assert [rule.max_papers for rule in listed.rules] == [2, 1, 4]
        request = pb.GetPaperRequest(paper_id=paper.paper_id, size=pb.PAPER_SIZE_PREVIEW)
        assert (await faculty.GetPaper(request)).content.startswith(b"\xff\xd8\xff")
        assert (await faculty.GetDossierForm(pb.GetDossierFormRequest())).pdf.startswith(b"%PDF-")
        remove = pb.RemovePaperRequest(paper_id=paper.paper_id, idempotency_key="key-00000005")
        await faculty.RemovePaper(remove)
        assert not (await faculty.ListPapers(pb.ListPapersRequest())).papers
