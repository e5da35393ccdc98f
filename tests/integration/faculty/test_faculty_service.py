"""Faculty as a whole process beside identity, over gRPC (FDOS-05, FDOS-06)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from pydantic import SecretStr

from residency.faculty.v1 import faculty_service_pb2 as pb
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from residency.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from services.faculty import service as faculty_service
from services.faculty.settings import FacultySettings
from services.faculty.store import METADATA
from services.identity import service as identity_service
from services.identity.settings import IdentitySettings
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.migrations import run
from tests.integration.identity.running import SECRETS, registration, running
from tests.support.postgres import PostgresServer

Stubs = tuple[IdentityServiceStub, FacultyServiceStub]


@pytest.fixture
async def stubs(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Stubs]:
    identity_settings = IdentitySettings(
        database_url=SecretStr(database_url("identity")),
        nats_url=nats_url,
        data_dir=tmp_path,
        machine_secrets=SECRETS,
        argon2_memory_kib=8 * 1024,
    )
    async with AsyncExitStack() as stack:
        identity_address = await stack.enter_async_context(running(identity_service.parts(identity_settings)))
        settings = FacultySettings(
            database_url=SecretStr(database_url("faculty")), nats_url=nats_url, identity_address=identity_address
        )
        faculty_address = await stack.enter_async_context(running(faculty_service.parts(settings)))
        identity, faculty = Channel(identity_address), Channel(faculty_address)
        stack.push_async_callback(identity.close)
        stack.push_async_callback(faculty.close)
        yield identity.stub(IdentityServiceStub), faculty.stub(FacultyServiceStub)


def save(mobile: str) -> pb.SaveDossierSectionRequest:
    request = pb.SaveDossierSectionRequest(section=pb.DOSSIER_SECTION_CONTACT, idempotency_key="key-00000001")
    request.body.update({"mobile": mobile})
    return request


async def test_a_teacher_saves_a_section_and_an_applicant_may_not(stubs: Stubs) -> None:
    identity, faculty = stubs
    teacher = (await identity.RegisterAccount(registration("ROLE_FACULTY", 1))).token.value
    applicant = (await identity.RegisterAccount(registration("ROLE_APPLICANT", 2))).token.value
    with act_as(teacher):
        saved = (await faculty.SaveDossierSection(save("13800000000"))).section
        assert saved.complete
        assert (await faculty.SaveDossierSection(save("13800000000"))).section == saved
        sections = (await faculty.GetDossier(pb.GetDossierRequest())).sections
        assert [MessageToDict(section.body) for section in sections] == [{}, {"mobile": "13800000000"}, {}, {}]
        with pytest.raises(DomainError) as caught:
            await faculty.SaveDossierSection(save("1"))
        assert (caught.value.reason, caught.value.field) == ("SECTION_MALFORMED", "contact.mobile")
        assert caught.value.details["contact.mobile"].startswith("FDOS-04 ")
    with act_as(applicant), pytest.raises(DomainError) as caught:
        await faculty.GetDossier(pb.GetDossierRequest())
    assert caught.value.reason == "ROLE_NOT_ALLOWED"


async def test_fdos_01_the_definition_is_told_to_anyone(stubs: Stubs) -> None:
    _, faculty = stubs
    sections = (await faculty.GetDossierDefinition(pb.GetDossierDefinitionRequest())).sections
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
