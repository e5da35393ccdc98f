"""The guard in front of every method: who is asked for what, in which order, and that refusals all look the same."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
import structlog
from google.protobuf import descriptor_pb2

from residency.identity.v1 import person_service_pb2 as person
from residency.identity.v1 import staff_service_pb2 as staff
from residency.kit.v1 import policy_pb2
from services.kit.domain import DomainError, Kind
from services.kit.errors import to_problem
from services.kit.grpc_server import STEP_UP_LIFE, Servicer
from tests.unit.kit import guarded
from tests.unit.kit.guarded import SOMEBODY, SUPPORTER, Guarded, token

KEY = "0123456789"
END_HAT = staff.EndHatRequest(hat_id=SOMEBODY, reason="测试", idempotency_key=KEY)
LIFE = STEP_UP_LIFE.total_seconds()


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


def just_proved(*, ago: float = 0) -> dict[str, Any]:
    """Claims of a session that proved its second factor `ago` seconds back."""
    return {"sid": SOMEBODY, "proved": int(time.time() - ago)}


@asynccontextmanager
async def with_policy(method: str, change: Any) -> AsyncIterator[Guarded]:
    """The server, built on contracts in which `change` was applied to the method's options."""

    def changed(file: descriptor_pb2.FileDescriptorProto) -> None:
        for service in file.service:
            for each in service.method:
                if each.name == method:
                    change(each.options)

    answers = guarded.Staff()
    served = [guarded.with_contract(each, changed) for each in guarded.servicers(answers)]
    server, running = await guarded.start(answers, served)
    yield running
    await server.stop()


async def test_a_method_open_to_anyone_answers_without_a_token(running: Guarded) -> None:
    assert (await running.staff_as().ListOrganisations(staff.ListOrganisationsRequest())).organisations == []


async def test_a_method_open_to_anyone_does_not_look_at_a_token(running: Guarded) -> None:
    assert (await running.staff_as("no token").ListOrganisations(staff.ListOrganisationsRequest())).organisations == []


async def test_a_method_with_roles_wants_a_token(running: Guarded) -> None:
    error = await refusal(running.persons_as().GetPerson(person.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason) == (Kind.UNAUTHENTICATED, "NO_TOKEN")


async def test_a_token_of_nobody_we_know_is_refused(running: Guarded) -> None:
    stranger = running.persons_as(token("service")[:-4] + "AAAA")
    error = await refusal(stranger.GetPerson(person.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason) == (Kind.UNAUTHENTICATED, "BAD_TOKEN")


async def test_role_01_the_wrong_role_is_refused(running: Guarded) -> None:
    """ROLE-01: a method may be called by the roles its contract names."""
    error = await refusal(running.persons_as(token("scheduler")).GetPerson(person.GetPersonRequest(person_id=SOMEBODY)))
    assert (error.kind, error.reason) == (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED")


@pytest.mark.parametrize("role", ["", "ROLE_OPERATOR", "Operator", "operator ", "anyone"])
async def test_role_01_a_role_that_is_only_alike_is_refused(running: Guarded, role: str) -> None:
    error = await refusal(running.staff_as(token(role)).EndHat(END_HAT))
    assert (error.kind, error.reason) == (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED")


async def test_role_01_a_method_whose_contract_says_nothing_is_refused_to_everybody() -> None:
    """ROLE-01: without a policy there is nobody who may."""
    async with with_policy("EndHat", lambda options: options.ClearExtension(policy_pb2.policy)) as running:
        for role in ("operator", "security_administrator", ""):
            error = await refusal(running.staff_as(token(role) if role else "").EndHat(END_HAT))
            assert (error.kind, error.reason) == (Kind.FORBIDDEN, "NO_POLICY")
        assert running.staff.served == []


async def test_role_01_a_role_taken_off_the_list_is_refused() -> None:
    def without_operator(options: Any) -> None:
        options.Extensions[policy_pb2.policy].roles.remove("operator")

    async with with_policy("EndHat", without_operator) as running:
        error = await refusal(running.staff_as(token("operator")).EndHat(END_HAT))
        assert error.reason == "ROLE_NOT_ALLOWED"


async def test_role_13_who_looks_in_anothers_place_reads(running: Guarded) -> None:
    """ROLE-13: somebody who acts in another's place reads only, unless granted more."""
    looking = token("security_administrator", **just_proved(), act=SUPPORTER, look=True)
    await running.staff_as(looking).ListStaff(staff.ListStaffRequest())

    error = await refusal(running.staff_as(looking).EndHat(END_HAT))

    assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "LOOK_ONLY", "ROLE-13")
    assert running.staff.served == ["ListStaff"]


async def test_role_13_with_leave_to_write_an_acting_person_writes(running: Guarded) -> None:
    granted = token("security_administrator", **just_proved(), act=SUPPORTER)
    await running.staff_as(granted).EndHat(END_HAT)


async def test_role_14_a_powerful_act_needs_a_fresh_proof(running: Guarded) -> None:
    """ROLE-14: fifteen minutes after a proof a powerful act needs another; a reading never does."""
    await running.staff_as(token("base_administrator", **just_proved(ago=LIFE - 30))).EndHat(END_HAT)

    for claims in (just_proved(ago=LIFE + 1), {"sid": SOMEBODY}):
        stale = running.staff_as(token("base_administrator", **claims))
        error = await refusal(stale.EndHat(END_HAT))
        assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "STEP_UP_REQUIRED", "ROLE-14")
        await stale.ListStaff(staff.ListStaffRequest())


async def test_role_14_a_machine_proves_by_its_secret(running: Guarded) -> None:
    await running.staff_as(token("operator")).EndHat(END_HAT)


async def test_the_questions_come_in_one_order(running: Guarded) -> None:
    """Who may not call a method learns nothing else about it: not whether the request was right."""
    wrong_in_every_way = token("applicant", sid=SOMEBODY, act=SUPPORTER, look=True)
    assert (await refusal(running.staff_as(wrong_in_every_way).EndHat(staff.EndHatRequest()))).reason == (
        "ROLE_NOT_ALLOWED"
    )
    looking = token("base_administrator", sid=SOMEBODY, act=SUPPORTER, look=True)
    assert (await refusal(running.staff_as(looking).EndHat(staff.EndHatRequest()))).reason == "LOOK_ONLY"
    stale = token("base_administrator", sid=SOMEBODY)
    assert (await refusal(running.staff_as(stale).EndHat(staff.EndHatRequest()))).reason == "STEP_UP_REQUIRED"
    fresh = token("base_administrator", **just_proved())
    assert (await refusal(running.staff_as(fresh).EndHat(staff.EndHatRequest()))).reason == "INVALID_FIELD"


async def test_refusals_of_one_sort_are_one_answer(running: Guarded) -> None:
    """Neither the method nor the request shows in a refusal."""
    applicant = running.staff_as(token("applicant"))
    calls = [
        applicant.EndHat(END_HAT),
        applicant.EndHat(staff.EndHatRequest()),
        applicant.ListStaff(staff.ListStaffRequest(organisation_code="37")),
        running.staff_as(token("auditor", **just_proved())).EndHat(END_HAT),
    ]
    problems = [to_problem(await refusal(call)) for call in calls]
    assert problems == [problems[0]] * len(calls)


async def test_a_refusal_is_written_down_with_who_and_what(running: Guarded) -> None:
    with structlog.testing.capture_logs() as lines:
        await refusal(running.staff_as(token("base_reviewer", act=SUPPORTER)).EndHat(END_HAT))
    (line,) = [line for line in lines if line["event"] == "refused"]
    assert line.pop("method") == "/residency.identity.v1.StaffService/EndHat"
    assert (line["reason"], line["actor"], line["role"]) == ("ROLE_NOT_ALLOWED", SUPPORTER, "base_reviewer")


async def test_a_stream_is_not_served_because_it_would_pass_unguarded() -> None:
    name = "residency.identity.v1.StaffService"

    async def stream(request: Any, context: Any) -> AsyncIterator[bytes]:
        yield b"unguarded"

    def add(_servicer: object, server: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {"EndHat": grpc.unary_stream_rpc_method_handler(stream)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))

    answers = guarded.Staff()
    descriptor = staff.DESCRIPTOR.services_by_name["StaffService"]
    server, running = await guarded.start(answers, [Servicer(descriptor, add, answers)])
    async with grpc.aio.insecure_channel(running.address) as channel:
        method: Any = channel.unary_stream(f"/{name}/EndHat")
        call = method(b"", timeout=5)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
    await server.stop()
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
