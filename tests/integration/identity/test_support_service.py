"""Support through the real calls: found, looked through, revealed, suspended; what stays in the audit (AUD-04)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from residency.identity.v1 import (
    credential_service_pb2,
    person_service_pb2,
    session_service_pb2,
    staff_service_pb2,
    support_service_pb2,
)
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.ids import new_id
from tests.support import people
from tests.support.people import OTHER_PROVINCE, Account, People

pb = support_service_pb2


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as opened:
        await opened.organise()
        yield opened


async def refused(work: Any) -> str:
    with pytest.raises(DomainError) as error:
        await work
    return error.value.reason


async def events(crowd: People, auditor: Account, **of: Any) -> list[Any]:
    with act_as(auditor.token):
        answer = await crowd.stub(SupportServiceStub).ListSecurityEvents(pb.ListSecurityEventsRequest(**of))
    return list(answer.events)


async def test_people_are_found_by_whole_values_and_come_masked(crowd: People) -> None:
    """SUP-01."""
    supporter, auditor = await crowd.staff("support"), await crowd.staff("auditor")
    foreign = await crowd.staff("province_administrator", OTHER_PROVINCE)
    applicant = await crowd.register_applicant()
    service = crowd.stub(SupportServiceStub)
    with act_as(supporter.token):
        for search in (
            {"login": applicant.login},
            {"document_number": applicant.document.lower()},
            {"mobile": applicant.mobile},
            {"name": applicant.name, "mobile": f"+86 {applicant.mobile}"},
        ):
            [found] = (await service.FindPersons(pb.FindPersonsRequest(**search))).persons
            assert found.person.person_id == applicant.person_id
            text = str(found)
            assert not {number for number in (applicant.document, applicant.mobile) if number in text}
        for nothing in ({"mobile": applicant.mobile[:-1] + "9"}, {"name": "别人", "login": applicant.login}):
            assert not (await service.FindPersons(pb.FindPersonsRequest(**nothing))).persons
        assert not (await service.FindPersons(pb.FindPersonsRequest(login=foreign.login))).persons
        assert await refused(service.FindPersons(pb.FindPersonsRequest())) == "NOTHING_TO_FIND"
        assert (
            await refused(service.ActAs(pb.ActAsRequest(person_id=foreign.person_id, reason="查看")))
            == "PERSON_UNKNOWN"
        )
    searches = await events(crowd, auditor, person_id=supporter.person_id, act="persons_searched")
    assert len(searches) == 7
    assert all(applicant.mobile not in str(each) and applicant.document not in str(each) for each in searches)


async def test_support_looks_and_may_not_write_without_a_grant(crowd: People) -> None:
    """SUP-02, SUP-03: a session in another's place reads; one granted proposal makes one that writes."""
    supporter, auditor = await crowd.staff("support"), await crowd.staff("auditor")
    province = await crowd.staff("province_administrator")
    applicant = await crowd.register_applicant()
    service, persons = crowd.stub(SupportServiceStub), crowd.stub(PersonServiceStub)
    credentials = crowd.stub(CredentialServiceStub)
    look = pb.ActAsRequest(person_id=applicant.person_id, reason="报名页打不开")
    with act_as(supporter.token):
        session = (await service.ActAs(look)).signed_in
        assert session.tokens.refresh.value == ""
        look.person_id = auditor.person_id
        assert await refused(service.ActAs(look)) == "NOT_ACTED_FOR"
        look.person_id = supporter.person_id
        assert await refused(service.ActAs(look)) == "OWN_ACCOUNT"
        look.person_id = applicant.person_id
        asked = pb.ProposeActingWriteRequest(
            person_id=applicant.person_id, reason="本人来电请代填", idempotency_key=new_id()
        )
        proposal = (await service.ProposeActingWrite(asked)).proposal
        assert (await service.ProposeActingWrite(asked)).proposal == proposal
        look.proposal_id = proposal.proposal_id
        assert await refused(service.ActAs(look)) == "PROPOSAL_NOT_GRANTED"
    with act_as(session.tokens.access.value):
        assert (await persons.GetMe(person_service_pb2.GetMeRequest())).person.person_id == applicant.person_id
        assert await refused(credentials.BeginTotp(credential_service_pb2.BeginTotpRequest())) == "LOOK_ONLY"
    decide = staff_service_pb2.DecideProposalRequest(
        proposal_id=proposal.proposal_id, approve=True, reason="同意", idempotency_key=new_id()
    )
    with act_as(province.token):
        await crowd.stub(StaffServiceStub).DecideProposal(decide)
    with act_as(supporter.token):
        writing = (await service.ActAs(look)).signed_in
        assert writing.tokens.access.value
        assert await refused(service.ActAs(look)) == "PROPOSAL_NOT_GRANTED"
    # AUD-05: what was refused stands under who asked.
    tried = await events(crowd, auditor, person_id=supporter.person_id, act="acted_as")
    assert {each.outcome for each in tried} == {"NOT_ACTED_FOR", "OWN_ACCOUNT", "PROPOSAL_NOT_GRANTED"}
    acted = await events(crowd, auditor, person_id=applicant.person_id, act="acted_as")
    assert [(each.actor, each.reason) for each in acted] == [(supporter.person_id, "报名页打不开")] * 2


async def test_a_revealed_number_leaves_a_trace(crowd: People) -> None:
    """SUP-05."""
    supporter, auditor = await crowd.staff("support"), await crowd.staff("auditor")
    applicant = await crowd.register_applicant()
    with act_as(supporter.token):
        request = pb.RevealDocumentRequest(person_id=applicant.person_id, reason="核对证件")
        revealed = await crowd.stub(SupportServiceStub).RevealDocument(request)
    assert (revealed.document_number, revealed.mobile) == (applicant.document, f"+86{applicant.mobile}")
    [trace] = await events(crowd, auditor, person_id=applicant.person_id, act="document_revealed")
    assert (trace.actor, trace.reason) == (supporter.person_id, "核对证件")
    assert applicant.document not in str(trace)


async def test_a_suspended_account_is_out_at_once(crowd: People) -> None:
    """SUP-06, SUP-07."""
    auditor, system = await crowd.staff("auditor"), await crowd.staff("system_administrator")
    security = await crowd.staff("security_administrator")
    applicant = await crowd.register_applicant()
    service, sessions = crowd.stub(SupportServiceStub), crowd.stub(SessionServiceStub)

    def order(message: Any, person: Account) -> Any:
        return message(person_id=person.person_id, reason="核查", idempotency_key=new_id())

    suspend = order(pb.SuspendAccountRequest, applicant)
    with act_as(security.token):
        assert await refused(service.SuspendAccount(order(pb.SuspendAccountRequest, auditor))) == "ROLE_TOO_HIGH"
        assert await refused(service.SuspendAccount(order(pb.SuspendAccountRequest, security))) == "OWN_ACCOUNT"
        await service.SuspendAccount(suspend)
        await service.SuspendAccount(suspend)
    refresh = session_service_pb2.RefreshSessionRequest(refresh_token=applicant.refresh)
    assert await refused(sessions.RefreshSession(refresh))
    assert await refused(crowd.sign_in(applicant)) == "ACCOUNT_SUSPENDED"
    with act_as(security.token):
        await service.RestoreAccount(order(pb.RestoreAccountRequest, applicant))
        await service.ResetSecondFactor(order(pb.ResetSecondFactorRequest, system))
    await crowd.sign_in(applicant)
    system.authenticator = None
    again = await crowd.sign_in(system)
    with act_as(again.token):
        listing = staff_service_pb2.ListProposalsRequest()
        assert await refused(crowd.stub(StaffServiceStub).ListProposals(listing)) == "ROLE_NOT_ALLOWED"


async def test_the_thirty_days_are_lifted_by_two(crowd: People) -> None:
    """SUP-04."""
    supporter, security = await crowd.staff("support"), await crowd.staff("security_administrator")
    applicant = await crowd.register_applicant()
    persons = crowd.stub(PersonServiceStub)
    with act_as(applicant.token):
        unbound = await persons.UnbindRealName(person_service_pb2.UnbindRealNameRequest(password=people.PASSWORD))
        assert unbound.HasField("bindable_from")
    with act_as(supporter.token):
        request = pb.ProposeBindingOverrideRequest(
            person_id=applicant.person_id, reason="手机丢失，已核验证件", idempotency_key=new_id()
        )
        proposal = (await crowd.stub(SupportServiceStub).ProposeBindingOverride(request)).proposal
    with act_as(security.token):
        decide = staff_service_pb2.DecideProposalRequest(
            proposal_id=proposal.proposal_id, approve=True, reason="证件相符", idempotency_key=new_id()
        )
        await crowd.stub(StaffServiceStub).DecideProposal(decide)
    with act_as(applicant.token):
        me = await persons.GetMe(person_service_pb2.GetMeRequest())
        assert not me.HasField("bindable_from")
