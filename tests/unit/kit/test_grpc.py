"""Calls over a real server and a real channel: deadlines, failures, and clients that leave."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import grpc
import pytest

from residency.identity.v1 import person_service_pb2 as person
from residency.identity.v1 import session_service_pb2 as sessions
from residency.identity.v1 import staff_service_pb2 as staff
from residency.identity.v1 import staff_service_pb2_grpc as staff_grpc
from services.kit import auth, errors
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from tests.unit.kit import guarded
from tests.unit.kit.guarded import SOMEBODY, Guarded, token

SERVICE = "/residency.identity.v1.StaffService"


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


async def test_a_refusal_keeps_reason_message_rule_and_details(running: Guarded) -> None:
    error = await refusal(running.persons_as(token("service")).GetPerson(person.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason, error.message) == (Kind.NOT_FOUND, "NO_PERSON", "没有这个人。")
    assert (error.rule, error.details) == ("ID-99", {"role": "service"})


async def test_a_request_that_breaks_the_contract_names_the_field(running: Guarded) -> None:
    error = await refusal(running.persons_as(token("service")).GetPerson(person.GetPersonRequest(person_id="x")))
    assert (error.kind, error.field, error.rule) == (Kind.INVALID, "person_id", "string.uuid")


async def test_a_bug_tells_nothing_of_itself(running: Guarded) -> None:
    error = await refusal(running.sessions_as().GetKeySet(sessions.GetKeySetRequest()))
    assert (error.kind, error.reason) == (Kind.INTERNAL, "INTERNAL")
    assert "secret" not in error.message


async def test_a_person_may_act_through_a_process_channel(running: Guarded) -> None:
    with auth.act_as(token("service")):
        error = await refusal(
            running.persons_as(token("scheduler")).GetPerson(person.GetPersonRequest(person_id=SOMEBODY))
        )
    assert error.details == {"role": "service"}


async def test_a_call_without_a_deadline_is_refused(running: Guarded) -> None:
    async with grpc.aio.insecure_channel(running.address) as channel:
        method = channel.unary_unary(
            f"{SERVICE}/ListOrganisations",
            request_serializer=staff.ListOrganisationsRequest.SerializeToString,
            response_deserializer=staff.ListOrganisationsResponse.FromString,
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(staff.ListOrganisationsRequest())
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_method_nobody_serves_is_unknown(running: Guarded) -> None:
    async with grpc.aio.insecure_channel(running.address) as channel:
        method: Any = channel.unary_unary(f"{SERVICE}/Nothing")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_client_that_leaves_does_not_cut_the_handler(running: Guarded) -> None:
    request = staff.ImportOrganisationsRequest(
        organisations=[{"code": "37", "name": "山东省", "kind": "ORGANISATION_KIND_PROVINCE"}]
    )
    call = asyncio.create_task(running.staff_as(token("operator")).ImportOrganisations(request))
    await running.staff.entered.wait()

    call.cancel()
    running.staff.leave.set()

    async with asyncio.timeout(5):
        await running.staff.finished.wait()


async def test_ops_97_bytes_that_are_no_message_are_the_callers_fault(running: Guarded) -> None:
    async with grpc.aio.insecure_channel(running.address) as channel:
        method: Any = channel.unary_unary(f"{SERVICE}/ListOrganisations")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await method(b"\x0a\xff\xff\xff\xff\x0f", timeout=5)
    error = errors.from_rpc_error(refused.value)
    assert (error.kind, error.reason) == (Kind.INVALID, "MESSAGE_UNREADABLE")
    assert "Request" not in str(refused.value.details()), "no word of the parser's"


async def test_nobody_there_is_unavailable() -> None:
    stub: Any = Channel("127.0.0.1:1").stub(staff_grpc.StaffServiceStub)
    error = await refusal(stub.ListOrganisations(staff.ListOrganisationsRequest()))
    assert error.kind is Kind.UNAVAILABLE


async def test_a_service_may_take_larger_requests_than_the_others() -> None:
    """5 MB: too much for gRPC itself by default, too much for the neighbour, a question of the contract for whom it is
    meant."""
    services = guarded.servicers(guarded.Staff())
    services[0] = dataclasses.replace(services[0], max_bytes=12 * 1024 * 1024)
    server, running = await guarded.start(guarded.Staff(), services)
    large = "x" * (5 * 1024 * 1024)
    try:
        error = await refusal(running.persons_as(token("service")).GetPerson(person.GetPersonRequest(person_id=large)))
        assert (error.kind, error.reason) == (Kind.EXHAUSTED, "MESSAGE_TOO_LARGE")
        ask = staff.EndHatRequest(hat_id=large)
        error = await refusal(running.staff_as(token("security_administrator")).EndHat(ask))
        assert error.kind is not Kind.EXHAUSTED
        ask = staff.EndHatRequest(hat_id=large * 3)
        assert (await refusal(running.staff_as(token("operator")).EndHat(ask))).kind is Kind.EXHAUSTED
    finally:
        await server.stop()
