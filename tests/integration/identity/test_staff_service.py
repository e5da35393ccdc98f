"""Staff through the real calls: invited, accepted, moved, suspended; second signatures; who reaches whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from residency.identity.v1 import account_pb2, credential_service_pb2, session_service_pb2, staff_service_pb2
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.ids import new_id
from tests.support import people
from tests.support.passkey import Passkey
from tests.support.people import (
    BASE,
    DEPARTMENT,
    FOREIGN_BASE,
    OTHER_BASE,
    OTHER_PROVINCE,
    PROVINCE,
    Account,
    People,
)
from tests.support.wait import eventually

pb = staff_service_pb2


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as opened:
        await opened.organise()
        yield opened


def invitation(role: str, organisation: str, mobile: str = "13700000001", **more: Any) -> pb.InviteStaffRequest:
    return pb.InviteStaffRequest(
        name="李四",
        mobile=mobile,
        role=f"ROLE_{role.upper()}",
        organisation_code=organisation,
        **{"idempotency_key": new_id()} | more,
    )


async def refused(work: Any) -> str:
    with pytest.raises(DomainError) as error:
        await work
    return error.value.reason


async def hat_of(crowd: People, account: Account) -> str:
    staff = crowd.operator_stub(StaffServiceStub)
    found = (await staff.ListStaff(pb.ListStaffRequest(organisation_code=PROVINCE))).staff
    return next(str(each.hat.hat_id) for each in found if each.person_id == account.person_id)


async def passkey_of(crowd: People, account: Account) -> Passkey:
    """A passkey, enrolled: a sign-in more than an app has fresh codes for in one minute need not wait."""
    credentials, device = crowd.stub(CredentialServiceStub), Passkey()
    with act_as(account.token):
        begun = await credentials.BeginPasskey(credential_service_pb2.BeginPasskeyRequest())
        made = device.create(begun.options_json)
        await credentials.ConfirmPasskey(credential_service_pb2.ConfirmPasskeyRequest(passkey_json=made, label="x"))
    return device


async def sign_in(crowd: People, account: Account, passkey: Passkey) -> account_pb2.SignedIn:
    """Another session, with the passkey as second factor."""
    sessions = crowd.stub(SessionServiceStub)
    request = session_service_pb2.SignInRequest(login=account.login, password=account.password)
    challenge_id = (await sessions.SignIn(request)).signed_in.challenge_id
    asked = await sessions.GetPasskeyChallenge(
        session_service_pb2.GetPasskeyChallengeRequest(challenge_id=challenge_id)
    )
    proof = session_service_pb2.Proof(passkey_json=passkey.get(asked.options_json))
    proved = session_service_pb2.ProveSecondFactorRequest(challenge_id=challenge_id, proof=proof)
    signed_in: account_pb2.SignedIn = (await sessions.ProveSecondFactor(proved)).signed_in
    return signed_in


async def test_somebody_invited_accepts_enrols_and_is_listed(crowd: People) -> None:
    """ROLE-25, ROLE-26, ROLE-30."""
    administrator = await crowd.staff("base_administrator")
    staff = crowd.stub(StaffServiceStub)
    request = invitation("base_reviewer", BASE)
    with act_as(administrator.token):
        first, again = await staff.InviteStaff(request), await staff.InviteStaff(request)
        assert (first.invitation_id, first.secret, first.proposal_id) == (again.invitation_id, "", "")
        request.name = "王五"
        assert await refused(staff.InviteStaff(request)) == "IDEMPOTENCY_KEY_REUSED"
        listed = (await staff.ListStaff(pb.ListStaffRequest())).staff
        assert [(each.name, each.HasField("invited_until")) for each in listed if not each.person_id] == [
            ("李四", True)
        ]
    secret = await crowd.accounts.newest_code("13700000001", "invitation")
    offer = await staff.GetInvitation(pb.GetInvitationRequest(secret=secret))
    assert (offer.name, offer.masked_mobile, offer.organisation_name) == ("李四", "137****0001", "山东大学齐鲁医院")

    weak = pb.AcceptInvitationRequest(secret=secret, login="lisi", password="password1234")
    assert (await refused(staff.AcceptInvitation(weak))).startswith("PASSWORD")
    accept = pb.AcceptInvitationRequest(secret=secret, login="lisi", password=people.PASSWORD)
    signed_in = (await staff.AcceptInvitation(accept)).signed_in
    with act_as(signed_in.tokens.access.value):
        assert await refused(staff.ListStaff(pb.ListStaffRequest())) == "ROLE_NOT_ALLOWED"
    enrolled, _ = await crowd.accounts.enrol(signed_in.tokens.access.value)
    assert enrolled.hat.organisation_code == BASE
    accept.login = "lisi2"
    assert await refused(staff.AcceptInvitation(accept)) == "INVITATION_UNKNOWN"


async def test_out_of_reach_is_as_if_absent(crowd: People) -> None:
    """ROLE-20: organisations and hats out of reach get the answer of those that are not there."""
    administrator = await crowd.staff("base_administrator")
    stranger = await crowd.staff("base_reviewer", OTHER_BASE)
    foreign = await crowd.staff("base_reviewer", FOREIGN_BASE)
    staff = crowd.stub(StaffServiceStub)
    hat = await hat_of(crowd, stranger)
    assert foreign.person_id
    with act_as(administrator.token):
        answers = set()
        for place in (OTHER_BASE, FOREIGN_BASE, "NOWHERE"):
            answers.add(await refused(staff.InviteStaff(invitation("base_reviewer", place))))
            answers.add(await refused(staff.ListStaff(pb.ListStaffRequest(organisation_code=place))))
        assert answers == {"ORGANISATION_UNKNOWN"}
        for hat_id in (hat, new_id()):
            request = pb.SuspendHatRequest(hat_id=hat_id, reason="核查", idempotency_key=new_id())
            assert await refused(staff.SuspendHat(request)) == "HAT_UNKNOWN"
        listed = (await staff.ListStaff(pb.ListStaffRequest())).staff
        assert {each.hat.organisation_code for each in listed} == {BASE}


async def test_a_suspended_hat_ends_its_sessions_at_once(crowd: People) -> None:
    """ROLE-31."""
    administrator = await crowd.staff("base_administrator")
    reviewer = await crowd.staff("base_reviewer")
    staff, sessions = crowd.stub(StaffServiceStub), crowd.stub(SessionServiceStub)
    hat, passkey = await hat_of(crowd, reviewer), await passkey_of(crowd, reviewer)
    suspend = pb.SuspendHatRequest(hat_id=hat, reason="离岗", idempotency_key=new_id())
    with act_as(administrator.token):
        await staff.SuspendHat(suspend)
        await staff.SuspendHat(suspend)
    refresh = session_service_pb2.RefreshSessionRequest(refresh_token=reviewer.refresh)
    assert await refused(sessions.RefreshSession(refresh))
    assert await refused(crowd.sign_in(reviewer)) == "NO_HAT"
    with act_as(administrator.token):
        await staff.RestoreHat(pb.RestoreHatRequest(hat_id=hat, reason="返岗", idempotency_key=new_id()))
    again = await sign_in(crowd, reviewer, passkey)
    with act_as(administrator.token):
        moved = pb.MoveHatRequest(hat_id=hat, organisation_code=OTHER_BASE, reason="调动", idempotency_key=new_id())
        assert await refused(staff.MoveHat(moved)) == "ORGANISATION_UNKNOWN"
        moved.organisation_code = DEPARTMENT
        moved.idempotency_key = new_id()
        assert await refused(staff.MoveHat(moved)) == "ROLE_ELSEWHERE"
        await staff.EndHat(pb.EndHatRequest(hat_id=hat, reason="离职", idempotency_key=new_id()))
    refresh.refresh_token = again.tokens.refresh.value
    assert await refused(sessions.RefreshSession(refresh))


async def test_a_hat_moves_within_the_province_and_its_sessions_end(crowd: People) -> None:
    """ROLE-24, ROLE-31."""
    province, reviewer = await crowd.staff("province_administrator"), await crowd.staff("base_reviewer")
    staff, sessions = crowd.stub(StaffServiceStub), crowd.stub(SessionServiceStub)
    hat = await hat_of(crowd, reviewer)
    move = pb.MoveHatRequest(hat_id=hat, organisation_code=OTHER_BASE, reason="调动", idempotency_key=new_id())
    with act_as(province.token):
        moved = (await staff.MoveHat(move)).hat
        assert (moved.organisation_code, moved.organisation_name) == (OTHER_BASE, "山东省立医院")
        assert (await staff.MoveHat(move)).hat == moved
        move.organisation_code, move.idempotency_key = FOREIGN_BASE, new_id()
        assert await refused(staff.MoveHat(move)) == "ORGANISATION_UNKNOWN"

    async def over() -> bool:
        with act_as(reviewer.token):
            return await refused(staff.MoveHat(move)) == "SESSION_ENDED"

    await eventually(over, "the token counts no longer")
    assert await refused(
        sessions.RefreshSession(session_service_pb2.RefreshSessionRequest(refresh_token=reviewer.refresh))
    )
    listed = await crowd.accounts.worn(OTHER_BASE)
    assert listed["base_reviewer", OTHER_BASE, reviewer.name] == reviewer.person_id


async def test_who_writes_organisations_where(crowd: People) -> None:
    """ROLE-04, ROLE-09, ROLE-12, ROLE-19."""
    system, reviewer = await crowd.staff("system_administrator"), await crowd.staff("base_reviewer")
    staff = crowd.stub(StaffServiceStub)

    def organisation(code: str, kind: str, parent: str, main: str = "") -> account_pb2.Organisation:
        return account_pb2.Organisation(
            code=code, name=code, kind=f"ORGANISATION_KIND_{kind}", parent_code=parent, main_base_code=main
        )

    def request(*wanted: account_pb2.Organisation) -> pb.ImportOrganisationsRequest:
        return pb.ImportOrganisationsRequest(organisations=wanted)

    wanted = request(organisation("SD-CY", "BASE", PROVINCE, BASE), organisation("SD-CY-NK", "DEPARTMENT", "SD-CY"))
    with act_as(system.token):
        assert (await staff.ImportOrganisations(wanted)).changed == 2
        assert (await staff.ImportOrganisations(wanted)).changed == 0
        foreign = request(organisation("BJ-NEW", "BASE", OTHER_PROVINCE))
        assert await refused(staff.ImportOrganisations(foreign)) == "OUTSIDE_PROVINCE"
        wrong = request(organisation("SD-X", "BASE", PROVINCE, "SD-CY"))
        assert await refused(staff.ImportOrganisations(wrong)) == "MAIN_BASE"
    with act_as(reviewer.token):
        assert await refused(staff.ImportOrganisations(wanted)) == "ROLE_NOT_ALLOWED"
    listed = (await staff.ListOrganisations(pb.ListOrganisationsRequest())).organisations
    codes = [each.code for each in listed]
    assert codes == ["11", FOREIGN_BASE, "37", "SD-CY", "SD-CY-NK", BASE, DEPARTMENT, OTHER_BASE]
    assert next(each for each in listed if each.code == "SD-CY").main_base_code == BASE


async def test_a_powerful_hat_takes_two_people(crowd: People) -> None:
    """ROLE-17, ROLE-21: the operator begins a province; from its first security administrator on two must sign."""
    security = await crowd.staff("security_administrator")
    province = await crowd.staff("province_administrator")
    staff, machine = crowd.stub(StaffServiceStub), crowd.operator_stub(StaffServiceStub)
    with act_as(security.token):
        invited = await staff.InviteStaff(invitation("auditor", PROVINCE, "13700000002"))
        assert (bool(invited.proposal_id), invited.secret) == (True, "")
        waiting = (await staff.ListProposals(pb.ListProposalsRequest())).proposals
        assert [each.proposal_id for each in waiting] == [invited.proposal_id]
        decide = pb.DecideProposalRequest(
            proposal_id=invited.proposal_id, approve=True, reason="同意", idempotency_key=new_id()
        )
        assert await refused(staff.DecideProposal(decide)) == "SELF_APPROVAL"
    assert await refused(crowd.accounts.newest_code("13700000002", "invitation")) == "NO_TEXT"
    # One person is promised one of the three administrators' hats, not two.
    with act_as(province.token):
        assert await refused(staff.InviteStaff(invitation("auditor", PROVINCE))) == "ROLE_TOO_HIGH"
    promised = invitation("system_administrator", PROVINCE, "13700000002")
    assert await refused(machine.InviteStaff(promised)) == "SEPARATED_HATS"
    with act_as(province.token):
        decided = await staff.DecideProposal(decide)
        assert (decided.proposal.state, decided.proposal.decided_by) == ("approved", province.person_id)
        assert await staff.DecideProposal(decide) == decided
        decide.idempotency_key = new_id()
        assert await refused(staff.DecideProposal(decide)) == "PROPOSAL_DECIDED"
    assert await crowd.accounts.newest_code("13700000002", "invitation")


async def test_two_gifts_at_once_of_hats_that_one_may_not_hold_end_in_one(crowd: People) -> None:
    """ROLE-22: ten races, each with one winner."""
    machine = crowd.operator_stub(StaffServiceStub)
    for race in range(10):
        mobile = f"1370001{race:04d}"
        answers = await asyncio.gather(
            *(
                machine.InviteStaff(invitation(role, PROVINCE, mobile))
                for role in ("system_administrator", "auditor", "security_administrator")
            ),
            return_exceptions=True,
        )
        reasons = [answer.reason for answer in answers if isinstance(answer, DomainError)]
        assert reasons == ["SEPARATED_HATS"] * 2
