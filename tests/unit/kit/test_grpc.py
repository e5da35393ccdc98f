"""The guard in front of every method, over a real server and a real channel."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from residency.identity.v1 import identity_service_pb2 as identity
from residency.identity.v1 import identity_service_pb2_grpc as identity_grpc
from services.kit import auth
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer, Servicer

KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
SOMEBODY = "0190f0f0-0000-7000-8000-000000000000"


def token(role: str) -> str:
    claims = {"sub": SOMEBODY, "role": role, "iss": auth.ISSUER, "aud": auth.AUDIENCE, "exp": int(time.time()) + 60}
    return jwt.encode({"alg": auth.ALGORITHM, "kid": "test"}, claims, KEY, algorithms=[auth.ALGORITHM])


class Answers(identity_grpc.IdentityServiceServicer):
    """Implements three methods: one that answers, one that refuses, one that has a bug; and one that takes its time."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self.finished = asyncio.Event()

    async def ListOrganisations(self, request: Any, context: Any) -> Any:
        return identity.ListOrganisationsResponse()

    async def GetPerson(self, request: Any, context: Any) -> Any:
        raise DomainError(
            Kind.NOT_FOUND, "NO_PERSON", "没有这个人。", rule="ID-99", details={"role": auth.caller().role}
        )

    async def GetKeySet(self, request: Any, context: Any) -> Any:
        raise RuntimeError("a secret that must not travel")

    async def ImportOrganisations(self, request: Any, context: Any) -> Any:
        self.entered.set()
        await self.leave.wait()
        self.finished.set()
        return identity.ImportOrganisationsResponse()


@dataclass
class Running:
    answers: Answers
    address: str
    server: GrpcServer

    def stub(self, role: str = "") -> Any:
        async def own() -> str:
            return token(role) if role else ""

        return Channel(self.address, own).stub(identity_grpc.IdentityServiceStub)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async def keys() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    answers = Answers()
    descriptor = identity.DESCRIPTOR.services_by_name["IdentityService"]
    servicer = Servicer(descriptor, identity_grpc.add_IdentityServiceServicer_to_server, answers)
    server = GrpcServer(0, [servicer], auth.TokenVerifier(keys))
    await server.start()
    yield Running(answers, f"127.0.0.1:{server.port}", server)
    answers.leave.set()
    await server.stop()


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


async def test_a_method_open_to_anyone_answers_without_a_token(running: Running) -> None:
    assert (await running.stub().ListOrganisations(identity.ListOrganisationsRequest())).organisations == []


async def test_a_method_with_roles_wants_a_token(running: Running) -> None:
    error = await refusal(running.stub().GetPerson(identity.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason) == (Kind.UNAUTHENTICATED, "NO_TOKEN")


async def test_role_01_the_wrong_role_is_refused(running: Running) -> None:
    """ROLE-01: a method may be called by the roles its contract names."""
    error = await refusal(running.stub("scheduler").GetPerson(identity.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason) == (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED")


async def test_a_refusal_keeps_reason_message_rule_and_details(running: Running) -> None:
    error = await refusal(running.stub("service").GetPerson(identity.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason, error.message) == (Kind.NOT_FOUND, "NO_PERSON", "没有这个人。")
    assert (error.rule, error.details) == ("ID-99", {"role": "service"})


async def test_a_request_that_breaks_the_contract_names_the_field(running: Running) -> None:
    error = await refusal(running.stub("service").GetPerson(identity.GetPersonRequest(person_id="x")))
    assert (error.kind, error.field, error.rule) == (Kind.INVALID, "person_id", "string.uuid")


async def test_a_bug_tells_nothing_of_itself(running: Running) -> None:
    error = await refusal(running.stub().GetKeySet(identity.GetKeySetRequest()))
    assert (error.kind, error.reason) == (Kind.INTERNAL, "INTERNAL")
    assert "secret" not in error.message


async def test_a_person_may_act_through_a_process_channel(running: Running) -> None:
    with auth.act_as(token("service")):
        error = await refusal(running.stub("scheduler").GetPerson(identity.GetPersonRequest(person_id=SOMEBODY)))
    assert error.details == {"role": "service"}


async def test_a_call_without_a_deadline_is_refused(running: Running) -> None:
    async with grpc.aio.insecure_channel(running.address) as channel:
        method = channel.unary_unary(
            "/residency.identity.v1.IdentityService/ListOrganisations",
            request_serializer=identity.ListOrganisationsRequest.SerializeToString,
            response_deserializer=identity.ListOrganisationsResponse.FromString,
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(identity.ListOrganisationsRequest())
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_client_that_leaves_does_not_cut_the_handler(running: Running) -> None:
    request = identity.ImportOrganisationsRequest(
        organisations=[{"code": "37", "name": "山东省", "kind": "ORGANISATION_KIND_PROVINCE"}]
    )
    call = asyncio.create_task(running.stub("operator").ImportOrganisations(request))
    await running.answers.entered.wait()

    call.cancel()
    running.answers.leave.set()

    async with asyncio.timeout(5):
        await running.answers.finished.wait()


async def test_nobody_there_is_unavailable() -> None:
    stub = Channel("127.0.0.1:1").stub(identity_grpc.IdentityServiceStub)
    error = await refusal(stub.ListOrganisations(identity.ListOrganisationsRequest()))
    assert error.kind is Kind.UNAVAILABLE
