"""OPS-80, OPS-81: `residency staff` beside real identity: the first administrators get in, and the last one back in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from residency.identity.v1 import staff_service_pb2
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from services.cli import staff
from services.cli.staff_file import read
from services.kit.domain import DomainError
from tests.support import people
from tests.support.people import BASE, PROVINCE, People

HEADER = "name,mobile,role,organisation,until\n"
FIRST = (
    f"王系统,13700000001,system_administrator,{PROVINCE},\n"
    f"李审计,13700000002,auditor,{PROVINCE},\n"
    f"张安全,13700000003,security_administrator,{PROVINCE},\n"
    f"赵安全,13700000004,security_administrator,{PROVINCE},\n"
    f"钱基地,13700000005,base_administrator,{BASE},2099-12-31\n"
)


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as opened:
        await opened.organise()
        yield opened


async def became(crowd: People, rows: str, *, again: bool = False, codes: bool = True) -> list[dict[str, str]]:
    stub = crowd.operator_stub(StaffServiceStub)
    return await staff.invite_all(stub, read(HEADER + rows), again=again, codes=codes)


async def accept(crowd: People, code: str, login: str) -> None:
    request = staff_service_pb2.AcceptInvitationRequest(secret=code, login=login, password=people.PASSWORD)
    await crowd.stub(StaffServiceStub).AcceptInvitation(request)


async def test_ops_80_the_first_administrators_come_in_by_a_list(crowd: People) -> None:
    told = await became(crowd, FIRST)
    assert [each["became"] for each in told] == ["invited"] * 5
    for number, each in enumerate(told):
        await accept(crowd, each["code"], f"first.{number}")
    listed = [staff._member(each) async for each in staff._staff(crowd.operator_stub(StaffServiceStub), PROVINCE)]
    assert {each["role"] for each in listed if each["person_id"]} == {
        *("system_administrator", "auditor", "security_administrator", "base_administrator"),
    }

    assert [each["became"] for each in await became(crowd, FIRST)] == ["present"] * 5
    # From now on there is somebody to sign: the operator alone appoints nobody powerful any more.
    late = f"孙省级,13700000006,province_administrator,{PROVINCE},\n"
    assert [(each["became"], each.get("code")) for each in await became(crowd, late)] == [("unsigned", None)]


async def test_ops_80_an_invitation_is_sent_anew_only_when_asked(crowd: People) -> None:
    row = f"周审核,13700000007,base_reviewer,{BASE},\n"
    first = (await became(crowd, row))[0]["code"]
    assert [each["became"] for each in await became(crowd, row)] == ["present"]
    second = (await became(crowd, row, again=True))[0]
    assert second["became"] == "invited"
    assert second["code"] not in ("", first)


async def test_ops_80_one_refused_row_stops_no_other_and_no_code_is_shown_unasked(crowd: People) -> None:
    rows = f"吴甲,13700000008,base_reviewer,XX-NONE,\n吴乙,13700000009,base_reviewer,{BASE},\n"
    refused, invited = await became(crowd, rows, codes=False)
    assert (refused["became"], refused["reason"]) == ("refused", "ORGANISATION_UNKNOWN")
    assert (invited["became"], invited["mobile"]) == ("invited", "137****0009")
    assert "code" not in invited


async def test_ops_80_who_is_not_the_operator_is_told_at_once(crowd: People) -> None:
    with pytest.raises(DomainError) as error:
        await staff.invite_all(crowd.stub(StaffServiceStub), read(HEADER + FIRST), again=False, codes=False)
    assert error.value.reason == "NO_TOKEN"


async def test_ops_81_the_last_security_administrator_comes_back_in(crowd: People) -> None:
    locked_out = await crowd.staff("security_administrator")
    with pytest.raises(DomainError) as error:
        await crowd.accounts.sign_in(locked_out.login, locked_out.password)
    assert error.value.reason == "FACTOR_UNKNOWN"
    await staff.take_factor(crowd.operator_stub(SupportServiceStub), locked_out.person_id, "手机丢失，当面核验")
    waiting = await crowd.accounts.sign_in(locked_out.login, locked_out.password)
    enrolled, _ = await crowd.accounts.enrol(waiting.tokens.access.value)
    assert enrolled.hat.organisation_code == PROVINCE
