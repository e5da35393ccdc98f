"""Invitations, hats and second signatures on a real database, where two people meet at the same row.

Holds ROLE-16, ROLE-17, ROLE-21, ROLE-22, ROLE-25, ROLE-26, ROLE-27, ROLE-28, ROLE-29, ROLE-30, ROLE-31.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.domain.roles import Role
from services.identity.handlers.invitations import NewInvitation
from services.identity.records import Hat
from services.kit.commands import once, remember
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.handlers.identity.conftest import PASSWORD, World
from tests.handlers.identity.office import MOBILE, NUMBER, OPERATOR, Office, caller, open_office, refused


@pytest.fixture
def office(world: World) -> Office:
    return open_office(world)


async def test_role_16_ten_at_once_with_one_key_have_one_effect(world: World) -> None:
    async def command(body: bytes) -> bytes:
        async with world.database.unit_of_work() as uow:
            stored = await once(uow, world.clock, "me", "key", body)
            if stored is not None:
                return stored
            answer = new_id().encode()
            await remember(uow, "me", "key", answer)
            return answer

    assert len(set(await asyncio.gather(*(command(b"body") for _ in range(8))))) == 1
    assert await refused(command(b"other")) == "IDEMPOTENCY_KEY_REUSED"


async def test_role_17_nobody_signs_their_own_proposal_whatever_the_hat(office: Office) -> None:
    """Nor through another hat, nor through somebody who acts for them, nor for whom they act, nor about themselves."""
    both, security = await office.somebody(Role.SECURITY_ADMINISTRATOR, Role.PROVINCE_ADMINISTRATOR)
    applicant = await office.world.person()
    invited = await office.invite(security, Role.SUPPORT)
    other_hat = caller(both, Role.PROVINCE_ADMINISTRATOR)
    acted_for = replace(other_hat, acting_by="supporter")
    acting = Caller("somebody", "province_administrator", "37", "session", acting_by=both.person_id)
    for who in (security, other_hat, acted_for, acting):
        assert await refused(office.decide(who, invited.proposal_id)) == "SELF_APPROVAL"
        assert await refused(office.decide(who, invited.proposal_id, approve=False)) == "SELF_APPROVAL"

    supporter = replace(security, role="support", acting_by="real supporter")
    asked = await office.support.propose_acting_write(supporter, applicant.person_id, "来电请求", new_id())
    for who in (security, Caller("real supporter", "security_administrator", "37")):
        assert await refused(office.decide(who, asked.proposal_id)) == "SELF_APPROVAL"
    subject = Caller(applicant.person_id, "province_administrator", "37")
    assert await refused(office.decide(subject, asked.proposal_id)) == "SELF_APPROVAL"
    assert (await office.decide(OPERATOR, asked.proposal_id)).decided_by == OPERATOR.person_id


async def test_role_17_a_proposal_is_decided_once_in_its_time_and_within_reach(office: Office) -> None:
    _, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    _, province = await office.somebody(Role.PROVINCE_ADMINISTRATOR)
    proposal_id = (await office.invite(security, Role.SUPPORT)).proposal_id
    for stranger in (replace(province, organisation="42"), replace(province, role="applicant")):
        assert await refused(office.decide(stranger, proposal_id)) == "PROPOSAL_UNKNOWN"
        assert not await office.proposals.list_proposals(stranger, decided=False)
    assert await refused(office.decide(province, new_id())) == "PROPOSAL_UNKNOWN"
    signers = [
        caller(await office.world.person(Role.PROVINCE_ADMINISTRATOR), Role.PROVINCE_ADMINISTRATOR) for _ in range(5)
    ]
    answers = await asyncio.gather(
        *(office.decide(who, proposal_id, approve=bool(n % 2)) for n, who in enumerate(signers)), return_exceptions=True
    )
    assert [answer.reason for answer in answers if isinstance(answer, DomainError)] == ["PROPOSAL_DECIDED"] * 4

    office.world.clock.forward(timedelta(minutes=1))
    late = (await office.invite(security, Role.SUPPORT)).proposal_id
    office.world.clock.forward(timedelta(days=7))
    assert await refused(office.decide(province, late)) == "PROPOSAL_EXPIRED"
    listed = await office.proposals.list_proposals(province, decided=True)
    assert [each.proposal_id for each in listed] == [late, proposal_id]


async def test_role_26_an_invitation_is_taken_by_its_number_once_and_in_time(office: Office) -> None:
    inviter, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    person, me = await office.somebody(Role.APPLICANT)
    secret = await office.invited_as(security, Role.BASE_REVIEWER, "SD-QILU")
    assert await refused(office.invitations.accept_as(me, secret)) == "OTHER_NUMBER"
    await office.phone(person)
    await office.phone(inviter)
    assert await refused(office.invitations.accept_as(security, secret)) == "SELF_GIFT"
    assert await refused(office.invitations.accept_as(replace(me, acting_by="supporter"), secret)) == "ACTED_FOR"
    answers = await asyncio.gather(
        *(office.invitations.accept_as(me, secret) for _ in range(4)), return_exceptions=True
    )
    assert [type(each) for each in answers].count(Hat) == 1
    again = await office.invited_as(security, Role.BASE_REVIEWER, "SD-QILU")
    assert await refused(office.invitations.accept_as(me, again)) == "HAT_WORN"

    for days, end in ((7, None), (6, office.world.clock.now() + timedelta(days=13))):
        late = await office.invited_as(security, Role.BASE_ADMINISTRATOR, "SD-QILU", expires_at=end)
        await office.invitations.offered(late)
        office.world.clock.forward(timedelta(days=days))
        assert await refused(office.invitations.offered(late)) == "INVITATION_UNKNOWN"
    past = {"expires_at": office.world.clock.now()}
    assert await refused(office.invite(security, Role.BASE_REVIEWER, "SD-QILU", **past)) == "END_PAST"
    await office.world.rows("UPDATE person SET state = 'held' WHERE person_id = $1::uuid", person.person_id)
    held = await office.invited_as(security, Role.BASE_ADMINISTRATOR, "SD-QILU")
    assert await refused(office.invitations.accept_as(me, held)) == "ACCOUNT_NOT_ACTIVE"


async def test_role_26_of_many_who_open_an_account_with_one_secret_one_does(office: Office) -> None:
    secret = await office.invited_as(OPERATOR, Role.BASE_REVIEWER, "SD-QILU")
    answers = await asyncio.gather(
        *(office.invitations.accept(secret, f"lisi{n}", PASSWORD) for n in range(3)), return_exceptions=True
    )
    opened = [each for each in answers if not isinstance(each, BaseException)]
    assert [(each.role, each.hat) for each in opened] == [(Role.ENROLLING, None)]
    reasons = [each.reason for each in answers if isinstance(each, DomainError)]
    assert reasons == ["INVITATION_UNKNOWN"] * 2
    taken = await office.invited_as(OPERATOR, Role.BASE_ADMINISTRATOR, "SD-QILU")
    assert await refused(office.invitations.accept(taken, opened[0].person.login.upper(), PASSWORD)) == "LOGIN_TAKEN"
    assert await refused(office.invitations.accept(taken, "wangwu", "eleven-char")) == "PASSWORD_LENGTH"
    assert (await office.invitations.offered(taken))[0].name == "李四"


async def test_role_22_two_separated_hats_taken_at_once_end_in_one(office: Office) -> None:
    """Even when both invitations exist: here they were written past the rule."""
    for _ in range(5):
        person, me = await office.somebody(Role.APPLICANT)
        await office.world.rows("UPDATE person SET mobile_lookup = NULL")
        await office.phone(person)
        secrets = [await office.invited_as(OPERATOR, Role.SUPPORT) for _ in range(3)]
        for secret, role in zip(secrets, ("auditor", "system_administrator", "security_administrator"), strict=True):
            offer, _ = await office.invitations.offered(secret)
            change = "UPDATE invitation SET role = $2 WHERE invitation_id = $1::uuid"
            await office.world.rows(change, offer.invitation_id, role)
        await office.world.rows("UPDATE invitation SET invited_at = invited_at - interval '2 days'")
        answers = await asyncio.gather(
            *(office.invitations.accept_as(me, secret) for secret in secrets), return_exceptions=True
        )
        reasons = [each.reason for each in answers if isinstance(each, DomainError)]
        worn = "SELECT role FROM hat WHERE person_id = $1::uuid AND ended_at IS NULL AND role <> 'applicant'"
        assert reasons.count("SEPARATED_HATS") == len(reasons) >= 2
        assert len(await office.world.rows(worn, person.person_id)) <= 1


async def test_role_22_who_wears_one_is_not_promised_another(office: Office) -> None:
    auditor, _ = await office.somebody(Role.AUDITOR)
    await office.phone(auditor)
    assert await refused(office.invite(OPERATOR, Role.SYSTEM_ADMINISTRATOR)) == "SEPARATED_HATS"
    assert (await office.invite(OPERATOR, Role.SUPPORT)).secret
    [hat] = await office.world.rows("SELECT hat_id::text FROM hat")
    await office.hats.suspend(OPERATOR, hat["hat_id"], "离岗", new_id())
    assert await refused(office.invite(OPERATOR, Role.SYSTEM_ADMINISTRATOR)) == "SEPARATED_HATS"
    await office.hats.end(OPERATOR, hat["hat_id"], "离职", new_id())
    assert (await office.invite(OPERATOR, Role.SYSTEM_ADMINISTRATOR)).secret


async def test_role_21_the_operator_alone_begins_a_province(office: Office) -> None:
    assert (await office.invite(OPERATOR, Role.SECURITY_ADMINISTRATOR)).secret
    person, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    waiting = await office.invite(OPERATOR, Role.SUPPORT, mobile="13800138001")
    assert (bool(waiting.proposal_id), waiting.secret) == (True, "")
    assert await refused(office.decide(OPERATOR, waiting.proposal_id)) == "SELF_APPROVAL"
    secret = office.invitations.secret_of(waiting.invitation_id)
    assert await refused(office.invitations.offered(secret)) == "INVITATION_UNKNOWN"
    # A number of the signer's own would be a gift to oneself.
    await office.phone(person)
    mine = await office.invite(OPERATOR, Role.SUPPORT)
    assert await refused(office.decide(security, mine.proposal_id)) == "SELF_APPROVAL"
    await office.decide(security, waiting.proposal_id)
    assert (await office.invitations.offered(secret))[0].role is Role.SUPPORT


async def test_role_25_a_message_that_did_not_leave_leaves_with_the_next_try(office: Office) -> None:
    new = NewInvitation("李四", MOBILE, Role.BASE_REVIEWER, "SD-QILU", None, new_id())
    office.texts.away = True
    assert await refused(office.invitations.invite(OPERATOR, new)) == "TEXTS_UNAVAILABLE"
    office.texts.away = False
    first, again = await office.invitations.invite(OPERATOR, new), await office.invitations.invite(OPERATOR, new)
    assert first == again
    [text] = await office.texts.kept(NUMBER)
    assert (text.code, first.secret in text.text) == (first.secret, True)
    assert MOBILE not in str(await office.world.rows("SELECT * FROM invitation"))
    assert first.secret not in str(await office.world.rows("SELECT * FROM invitation"))


async def test_role_27_what_somebody_offered_goes_with_their_hat(office: Office) -> None:
    giver, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    secret = await office.invited_as(security, Role.BASE_REVIEWER, "SD-QILU")
    proposal_id = (await office.invite(security, Role.SUPPORT)).proposal_id
    [hat] = await office.world.rows("SELECT hat_id::text FROM hat WHERE person_id = $1::uuid", giver.person_id)
    await office.hats.suspend(OPERATOR, hat["hat_id"], "账号疑被盗用", new_id())
    assert await refused(office.invitations.offered(secret)) == "INVITATION_UNKNOWN"
    assert await refused(office.decide(OPERATOR, proposal_id)) == "PROPOSAL_DECIDED"
    own = await office.invite(OPERATOR, Role.BASE_REVIEWER, "SD-QILU")
    await office.hats.end(OPERATOR, own.invitation_id, "发错了", new_id())
    assert await refused(office.invitations.offered(own.secret)) == "INVITATION_UNKNOWN"


async def test_role_28_nobody_is_flooded_with_invitations(office: Office) -> None:
    _, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    for _ in range(5):
        await office.invite(security, Role.BASE_REVIEWER, "SD-QILU")
    assert await refused(office.invite(security, Role.BASE_REVIEWER, "SD-QILU")) == "TOO_MANY_INVITATIONS"
    office.world.clock.forward(timedelta(days=1))
    await office.invite(security, Role.BASE_REVIEWER, "SD-QILU")


async def test_role_29_an_earlier_end_ends_sessions_a_later_one_of_a_powerful_hat_takes_two(office: Office) -> None:
    world = office.world
    reviewer, support = await world.person(Role.BASE_REVIEWER), await world.person(Role.SUPPORT)
    hats = {
        row["person_id"]: row["hat_id"] for row in await world.rows("SELECT hat_id::text, person_id::text FROM hat")
    }
    await world.enrol(reviewer)
    session = await world.open(reviewer)
    soon, later = (world.clock.now() + timedelta(days=days) for days in (1, 9))
    hat = await office.hats.set_expiry(OPERATOR, hats[reviewer.person_id], soon, "借调结束", new_id())
    assert hat.expires_at == soon
    [row] = await world.rows("SELECT end_reason FROM session WHERE session_id = $1::uuid", session.session_id)
    assert row["end_reason"] == "hat_dated"
    again = await world.open(reviewer)
    await office.hats.set_expiry(OPERATOR, hats[reviewer.person_id], later, "延长", new_id())
    await office.hats.set_expiry(OPERATOR, hats[reviewer.person_id], None, "长期", new_id())
    [row] = await world.rows("SELECT ended_at FROM session WHERE session_id = $1::uuid", again.session_id)
    assert row["ended_at"] is None
    await office.hats.set_expiry(OPERATOR, hats[support.person_id], soon, "试用", new_id())
    for end in (later, None):
        assert (
            await refused(office.hats.set_expiry(OPERATOR, hats[support.person_id], end, "延长", new_id()))
            == "TWO_PEOPLE"
        )
    past = world.clock.now()
    assert await refused(office.hats.set_expiry(OPERATOR, hats[reviewer.person_id], past, "撤", new_id())) == "END_PAST"


async def test_role_31_a_hat_that_ended_is_over_and_each_step_stands_in_the_audit(office: Office) -> None:
    reviewer = await office.world.person(Role.BASE_REVIEWER)
    [row] = await office.world.rows("SELECT hat_id::text FROM hat")
    key = new_id()
    for _ in range(2):
        await office.hats.suspend(OPERATOR, row["hat_id"], "离岗", key)
    await office.hats.restore(OPERATOR, row["hat_id"], "返岗", new_id())
    assert await refused(office.hats.suspend(OPERATOR, row["hat_id"], "另一原因", key)) == "IDEMPOTENCY_KEY_REUSED"
    await office.hats.end(OPERATOR, row["hat_id"], "离职", new_id())
    assert await refused(office.hats.restore(OPERATOR, row["hat_id"], "返岗", new_id())) == "HAT_ENDED"
    acts = [act for act, _ in await office.world.acts(reviewer.person_id)]
    assert acts == ["hat_suspended", "hat_restored", "hat_ended"]


async def test_role_30_the_list_of_staff_comes_page_by_page(office: Office) -> None:
    world = office.world
    people = [await world.person(Role.BASE_REVIEWER) for _ in range(3)]
    await office.invite(OPERATOR, Role.BASE_REVIEWER, "SD-QILU")
    _, province = await office.somebody(Role.PROVINCE_ADMINISTRATOR)
    whole, end = await office.hats.list_staff(province, "SD-QILU", "")
    assert [member.hat.person_id for member in whole] == [*(each.person_id for each in people), ""]
    assert not end
    rest, _ = await office.hats.list_staff(province, "", whole[1].hat.hat_id)
    assert [member.hat.hat_id for member in rest[:2]] == [member.hat.hat_id for member in whole[2:]]
    assert await refused(office.hats.list_staff(province, "", "nonsense")) == "CURSOR"
    assert (
        await refused(office.hats.list_staff(caller(people[0], Role.APPLICANT), "SD-QILU", ""))
        == "ORGANISATION_UNKNOWN"
    )
