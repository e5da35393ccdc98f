"""Support and the security desk on a real database. Holds ROLE-18, SUP-02 and SUP-08."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.domain.roles import Role
from services.identity.handlers.sessions import SessionHandlers
from services.identity.records import PersonState
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World, caller_of
from tests.handlers.identity.office import OPERATOR, Office, caller, open_office, refused


@pytest.fixture
def office(world: World) -> Office:
    return open_office(world)


async def test_role_18_a_granted_proposal_serves_once_for_its_person_and_half_an_hour(office: Office) -> None:
    supporter_person, supporter = await office.somebody(Role.SUPPORT)
    applicant, other = await office.world.person(), await office.world.person()
    _, province = await office.somebody(Role.PROVINCE_ADMINISTRATOR)

    async def granted() -> str:
        asked = await office.support.propose_acting_write(supporter, applicant.person_id, "来电请求", new_id())
        await office.decide(province, asked.proposal_id)
        return asked.proposal_id

    proposal_id = await granted()
    [listed] = await office.proposals.list_proposals(province, decided=True)
    assert listed.summary == "代张三办理业务（一次，获准后30分钟内）"
    assert not await office.world.rows("SELECT 1 FROM proposal WHERE summary LIKE '%张三%'")
    assert (
        await refused(office.support.act_as(supporter, other.person_id, "代办", proposal_id)) == "PROPOSAL_NOT_GRANTED"
    )
    colleague = caller(await office.world.person(Role.SUPPORT), Role.SUPPORT)
    assert (
        await refused(office.support.act_as(colleague, applicant.person_id, "代办", proposal_id))
        == "PROPOSAL_NOT_GRANTED"
    )
    answers = await asyncio.gather(
        *(office.support.act_as(supporter, applicant.person_id, "代办", proposal_id) for _ in range(4)),
        return_exceptions=True,
    )
    assert len([each for each in answers if isinstance(each, DomainError)]) == 3
    late = await granted()
    office.world.clock.forward(timedelta(minutes=30))
    assert await refused(office.support.act_as(supporter, applicant.person_id, "代办", late)) == "PROPOSAL_NOT_GRANTED"

    # Who may help no longer looks no longer, at once.
    looking = await office.support.act_as(supporter, applicant.person_id, "查看", "")
    [hat] = await office.world.rows(
        "SELECT hat_id::text FROM hat WHERE person_id = $1::uuid", supporter_person.person_id
    )
    await office.hats.suspend(OPERATOR, hat["hat_id"], "离岗", new_id())
    [row] = await office.world.rows("SELECT ended_at FROM session WHERE session_id = $1::uuid", looking.session_id)
    assert row["ended_at"] is not None


async def test_sup_08_a_held_account_is_released_or_refused_by_somebody_else(office: Office) -> None:
    world = office.world
    _, security = await office.somebody(Role.SECURITY_ADMINISTRATOR)
    known, first, second = await world.person(), await world.person(), await world.person()
    for person in (known, first, second):
        await world.rows("UPDATE person SET birth_lookup = 'same' WHERE person_id = $1::uuid", person.person_id)
    for person in (first, second):
        await world.rows("UPDATE person SET state = 'held' WHERE person_id = $1::uuid", person.person_id)
    session = await world.open(replace(second, state=PersonState.HELD))
    held = await office.accounts.list_held(security)
    assert [(each.person.person_id, len(each.alike)) for each in held] == [(first.person_id, 2), (second.person_id, 2)]

    twin = Caller(known.person_id, "security_administrator", "37")
    assert (
        await refused(office.accounts.decide_held(twin, first.person_id, "同人", new_id(), release=True))
        == "OWN_ACCOUNT"
    )
    assert await refused(office.accounts.suspend(security, first.person_id, "核查", new_id())) == "ACCOUNT_HELD"
    await office.accounts.decide_held(security, first.person_id, "已核对证件", new_id(), release=True)
    await office.accounts.decide_held(security, second.person_id, "重复账号", new_id(), release=False)
    assert [fact["aggregate_id"] for fact in await world.facts("account.released")] == [first.person_id]
    assert [fact["aggregate_id"] for fact in await world.facts("session.ended")] == [session.session_id]
    states = {row["id"]: row["state"] for row in await world.rows("SELECT person_id::text AS id, state FROM person")}
    assert (states[first.person_id], states[second.person_id]) == ("active", "suspended")
    assert (
        await refused(office.accounts.decide_held(security, first.person_id, "再核", new_id(), release=False))
        == "NOT_HELD"
    )


async def test_sup_02_support_looks_through_the_hat_the_person_took(office: Office) -> None:
    person = await office.world.person(Role.BASE_REVIEWER, Role.FACULTY)
    _, supporter = await office.somebody(Role.SUPPORT)
    opened = await office.support.act_as(supporter, person.person_id, "查看", "")
    assert (opened.role, opened.refresh) == (Role.FACULTY, None)
    assert opened.access.expires_at - office.world.clock.now() == timedelta(minutes=10)
    assert caller_of(opened).person_id == person.person_id
    assert len(await office.world.facts("security.noticed")) == 1


async def test_ses_15_who_looks_in_anothers_place_ends_that_in_person(world: World) -> None:
    sessions = SessionHandlers(world.core, world.opener, world.factors, world.challenges)
    supporter, other = await world.person(Role.SUPPORT), await world.person()
    own = await world.open(supporter)
    async with world.core.database.unit_of_work() as uow:
        looking = await world.opener.open(uow, other, acting_by=supporter.person_id, may_write=False)
    await sessions.end_session(caller_of(own), looking.session_id)
    [row] = await world.rows("SELECT end_reason FROM session WHERE session_id = $1::uuid", looking.session_id)
    assert row["end_reason"] == "ended_by_owner"
