"""Identity as a whole process: over gRPC, with a real database and broker, across a restart (ID-13, ID-16, ROLE-06)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from residency.identity.v1 import account_pb2, events_pb2
from residency.identity.v1 import identity_service_pb2 as pb
from residency.identity.v1.identity_service_pb2_grpc import IdentityServiceStub
from services.access import token_verifier
from services.identity import service
from services.identity.settings import IdentitySettings
from services.identity.store import METADATA
from services.kit.auth import act_as
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.migrations import run
from tests.integration.identity.running import SECRETS, machine, registration, running
from tests.support.postgres import PostgresServer

REGISTER = registration("ROLE_APPLICANT", 1)
NUMBER = REGISTER.resident_id


@asynccontextmanager
async def identity(settings: IdentitySettings) -> AsyncIterator[tuple[IdentityServiceStub, IdentitySettings]]:
    """A stub of a started identity, and settings that know its address."""
    async with running(service.parts(settings)) as address:
        channel = Channel(address)
        yield channel.stub(IdentityServiceStub), settings.model_copy(update={"identity_address": address})
        await channel.close()


@pytest.fixture
def settings(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> IdentitySettings:
    return IdentitySettings(
        database_url=SecretStr(database_url("identity")),
        nats_url=nats_url,
        data_dir=tmp_path,
        machine_secrets=SECRETS,
        argon2_memory_kib=8 * 1024,
    )


async def heard(messaging: Messaging, subject: str, person_id: str) -> events_pb2.AccountRegistered:
    subscription = await messaging.js.subscribe(subject, ordered_consumer=True)
    async with asyncio.timeout(10):
        async for message in subscription.messages:
            fact = events_pb2.AccountRegistered.FromString(message.data)
            if fact.person_id == person_id:
                return fact
    raise AssertionError("the subscription ended")


async def test_a_person_registers_is_heard_of_and_stays_signed_in_across_a_restart(settings: IdentitySettings) -> None:
    async with identity(settings) as (stub, known):
        answer = await stub.RegisterAccount(REGISTER)
        assert NUMBER not in str(answer)
        with act_as(answer.token.value):
            person = (await stub.GetPerson(pb.GetPersonRequest(person_id=answer.person.person_id))).person
        assert person == answer.person
        messaging = Messaging(settings.nats_url)
        await messaging.start()
        fact = await heard(messaging, "residency.identity.v1.account.registered", person.person_id)
        assert fact.role == account_pb2.ROLE_APPLICANT
        await messaging.stop()

    async with identity(settings) as (stub, known):
        with act_as(answer.token.value):
            again = await stub.GetPerson(pb.GetPersonRequest(person_id=person.person_id))
        assert again.person == person
        who = await token_verifier(known).verify(answer.token.value)
        assert (who.person_id, who.role, who.organisation) == (person.person_id, "applicant", "")


async def test_a_machine_signs_in_and_does_what_its_hat_allows(settings: IdentitySettings) -> None:
    async with identity(settings) as (stub, _):
        operator = await machine(stub, "operator")
        worker = await machine(stub, "worker")
        organisations = pb.ImportOrganisationsRequest(
            organisations=[
                account_pb2.Organisation(code="37", name="山东省", kind=account_pb2.ORGANISATION_KIND_PROVINCE),
                account_pb2.Organisation(
                    code="SD-QILU", name="齐鲁医院", kind=account_pb2.ORGANISATION_KIND_BASE, parent_code="37"
                ),
            ]
        )
        assert await refusal(stub.ImportOrganisations, organisations) == (Kind.UNAUTHENTICATED, "NO_TOKEN")
        with act_as(worker):
            assert await refusal(stub.ImportOrganisations, organisations) == (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED")
        with act_as(operator):
            assert (await stub.ImportOrganisations(organisations)).changed == 2
            assert (await stub.ImportOrganisations(organisations)).changed == 0
            staff = pb.AppointStaffRequest(
                login="qilu",
                password="correct horse battery",
                name="王主任",
                role=account_pb2.ROLE_BASE_ADMINISTRATOR,
                organisation_code="SD-QILU",
            )
            first = await stub.AppointStaff(staff)
            assert await stub.AppointStaff(staff) == first
            staff.role = account_pb2.ROLE_OPERATOR
            staff.login = "upstart"
            assert await refusal(stub.AppointStaff, staff) == (Kind.INVALID, "ROLE_NOT_STAFF")
        listed = await stub.ListOrganisations(pb.ListOrganisationsRequest())
        assert [organisation.code for organisation in listed.organisations] == ["37", "SD-QILU"]
        signed_in = await stub.SignIn(pb.SignInRequest(login="QILU", password="correct horse battery"))
        assert signed_in.person == first.person


async def test_id_16_failures_look_alike_on_the_wire(settings: IdentitySettings) -> None:
    async with identity(settings) as (stub, _):
        await stub.RegisterAccount(REGISTER)
        seen = set()
        for login in ("zhangsan1", "nobody"):
            with pytest.raises(DomainError) as caught:
                await stub.SignIn(pb.SignInRequest(login=login, password="wrong password"))
            error = caught.value
            seen.add((error.kind, error.reason, error.message, error.rule, str(error.details), error.until))
        assert len(seen) == 1
        again = pb.SignInMachineRequest(machine="operator", secret="worker-secret-0123456789")
        assert await refusal(stub.SignInMachine, again) == (Kind.UNAUTHENTICATED, "BAD_MACHINE")


async def test_bad_requests_are_refused_by_the_contract(settings: IdentitySettings) -> None:
    async with identity(settings) as (stub, _):
        for field, value in (("resident_id", "123"), ("login", "a b"), ("password", "short"), ("role", 3)):
            request = pb.RegisterAccountRequest()
            request.CopyFrom(REGISTER)
            setattr(request, field, value)
            assert (await refusal(stub.RegisterAccount, request))[0] is Kind.INVALID


async def refusal(method: Callable[..., object], request: object) -> tuple[Kind, str]:
    with pytest.raises(DomainError) as caught:
        await method(request)  # type: ignore[misc]
    return caught.value.kind, caught.value.reason


async def test_the_migration_makes_the_declared_tables_and_can_be_undone(postgres: PostgresServer) -> None:
    url = postgres.empty_database("identity")
    await asyncio.to_thread(run.upgrade, "identity", url)
    await asyncio.to_thread(run.check, "identity", url, METADATA)
    assert await run.is_current("identity", url)
    await asyncio.to_thread(run.downgrade, "identity", url, "base")
    await asyncio.to_thread(run.upgrade, "identity", url)
    postgres.drop(url)
