"""How sessions begin, go on and end.

SES-01, SES-02, SES-03, SES-04, SES-05, SES-06, SES-07, SES-08, SES-12, SES-13, SES-15.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from residency.identity.v1 import events_pb2, session_service_pb2
from services.identity.domain.roles import Role
from services.identity.handlers.refresh import GRACE, RefreshHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.opening import IDLE, LONGEST, LONGEST_STAFF, Opened
from services.identity.records import PersonState
from services.identity.store.people import People
from services.identity.store.sessions import Sessions
from services.kit.auth import TokenVerifier, coming_from
from services.kit.domain import Caller, DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.identity.conftest import PASSWORD, World, caller_of

Proof = session_service_pb2.Proof


@pytest.fixture
def sessions(world: World) -> SessionHandlers:
    return SessionHandlers(world.core, world.opener, world.factors, world.challenges)


@pytest.fixture
def refreshing(world: World) -> RefreshHandlers:
    return RefreshHandlers(world.core, world.opener, world.issuer)


async def read(world: World, token: str) -> Caller:
    async def keys() -> str:
        return world.issuer.key_set_json()

    return await TokenVerifier(keys, world.clock).verify(token)


def refresh_of(opened: Opened) -> str:
    assert opened.refresh is not None
    return opened.refresh.value


async def test_ses_01_a_suspended_or_erased_account_begins_no_session(world: World) -> None:
    for state in (PersonState.SUSPENDED, PersonState.ERASED):
        person = await world.person(state=state)
        with pytest.raises(DomainError, match="ACCOUNT_SUSPENDED"):
            await world.open(person)
    held = await world.person(state=PersonState.HELD)
    assert (await world.open(held)).role is Role.APPLICANT


async def test_ses_02_the_only_hat_is_taken_and_of_several_one_is_chosen(world: World) -> None:
    person = await world.person(Role.APPLICANT)
    opened = await world.open(person)
    assert (opened.role, opened.hat and opened.hat.role, len(opened.hats)) == (Role.APPLICANT, Role.APPLICANT, 1)

    faculty = await world.hat(person, Role.FACULTY)
    await world.hat(person, Role.BASE_REVIEWER, suspended_at=world.clock.now())
    opened = await world.open(person)
    assert (opened.role, opened.hat, len(opened.hats)) == (Role.UNCHOSEN, None, 2)
    assert (await read(world, opened.access.value)).role == "unchosen"
    assert (await world.open(person, hat=faculty)).role is Role.FACULTY


async def test_ses_02_without_a_hat_to_wear_there_is_no_session(world: World) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    [hat] = (await world.rows("SELECT hat_id FROM hat WHERE person_id = $1", person.person_id))[:1]
    await world.database.execute("UPDATE hat SET ended_at = now() WHERE hat_id = $1", hat["hat_id"])
    with pytest.raises(DomainError, match="NO_HAT"):
        await world.open(person)
    late = await world.hat(person, Role.BASE_REVIEWER, expires_at=world.clock.now())
    with pytest.raises(DomainError, match="HAT_NOT_WEARABLE"):
        await world.open(person, hat=late)


async def test_ses_03_staff_without_a_second_factor_can_only_enrol_one_and_then_go_on(world: World) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR)
    opened = await world.open(person)
    assert (opened.role, opened.organisation_code, opened.hat) == (Role.ENROLLING, "", None)

    await world.enrol(person)
    async with world.database.unit_of_work() as uow:
        onward = await world.opener.after_factor(uow, person, opened.session_id)
    assert onward is not None
    assert (onward.session_id, onward.role, onward.organisation_code) == (
        *(opened.session_id, Role.BASE_ADMINISTRATOR),
        "SD-QILU",
    )
    who = await read(world, onward.access.value)
    assert (who.role, who.proved_at) == ("base_administrator", world.clock.now())
    async with world.database.unit_of_work() as uow:
        assert await world.opener.after_factor(uow, person, opened.session_id) is None


async def test_ses_04_ended_sessions_are_told_to_every_service_and_audited(
    world: World, sessions: SessionHandlers
) -> None:
    person = await world.person()
    first, second = await world.open(person), await world.open(person)
    async with world.database.unit_of_work() as uow:
        assert await world.opener.end_all(uow, person.person_id, "suspended", but=second.session_id) == 1
    async with world.database.unit_of_work() as uow:
        assert await world.opener.end(uow, [first.session_id], "again") == 0
    [fact] = await world.facts("session.ended")
    told = events_pb2.SessionEnded.FromString(fact["body"])
    assert told.session_id == first.session_id
    assert told.forget_at.ToDatetime() == (world.clock.now() + timedelta(minutes=10)).replace(tzinfo=None)
    assert await world.acts(person.person_id, "session_ended") == [("session_ended", "done")]
    await sessions.sign_out(caller_of(second))
    assert len(await world.facts("session.ended")) == 2


async def test_ses_04_only_sessions_with_a_hat_end_when_the_hat_does(world: World) -> None:
    person = await world.person(Role.APPLICANT, Role.FACULTY)
    hats = (await world.open(person)).hats
    first, second = [await world.open(person, hat=hat) for hat in hats]
    async with world.database.unit_of_work() as uow:
        assert await world.opener.end_all(uow, person.person_id, "hat_ended", hat_id=hats[0].hat_id) == 1
    async with world.database.unit_of_work() as uow:
        ended = await Sessions(uow.session).by_id(first.session_id)
        kept = await Sessions(uow.session).by_id(second.session_id)
    assert ended is not None
    assert kept is not None
    assert (ended.live(world.clock.now()), kept.live(world.clock.now())) == (False, True)


async def test_ses_05_staff_have_three_sessions_and_the_oldest_gives_way(
    world: World, sessions: SessionHandlers
) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    await world.enrol(person)
    opened = []
    for _ in range(5):
        opened.append(await world.open(person, proved=True))
        world.clock.forward(timedelta(seconds=1))
    shown = await sessions.list_sessions(caller_of(opened[-1]))
    assert [each.session.session_id for each in shown] == [each.session_id for each in reversed(opened[2:])]
    applicant = await world.person()
    for _ in range(5):
        last = await world.open(applicant)
    assert len(await sessions.list_sessions(caller_of(last))) == 5


async def test_ses_06_a_refresh_token_is_exchanged_and_the_one_just_used_gets_the_same_answer(
    world: World, refreshing: RefreshHandlers
) -> None:
    opened = await world.open(await world.person())
    world.clock.forward(timedelta(minutes=9))
    first = await refreshing.refresh(refresh_of(opened))
    assert first[2].value != refresh_of(opened)
    assert (await read(world, first[1].value)).session == opened.session_id
    world.clock.forward(GRACE)
    assert await refreshing.refresh(refresh_of(opened)) == first
    assert (await refreshing.refresh(first[2].value))[2].value not in (first[2].value, refresh_of(opened))


async def test_ses_06_many_tabs_at_once_get_one_pair(world: World, refreshing: RefreshHandlers) -> None:
    opened = await world.open(await world.person())
    answers = await asyncio.gather(*(refreshing.refresh(refresh_of(opened)) for _ in range(20)))
    assert len({(access.value, refresh.value) for _, access, refresh in answers}) == 1


async def test_ses_06_a_stolen_refresh_token_used_after_the_rotation_ends_the_whole_session(
    world: World, refreshing: RefreshHandlers
) -> None:
    person = await world.person()
    opened = await world.open(person)
    stolen = refresh_of(opened)
    newer = (await refreshing.refresh(stolen))[2].value
    newest = (await refreshing.refresh(newer))[2].value
    world.clock.forward(GRACE + timedelta(seconds=1))

    with pytest.raises(DomainError, match="REFRESH_REUSED") as caught:
        await refreshing.refresh(stolen)
    assert (caught.value.kind, caught.value.rule) == (Kind.UNAUTHENTICATED, "SES-06")
    for token in (stolen, newer, newest):
        with pytest.raises(DomainError, match="SESSION_ENDED"):
            await refreshing.refresh(token)
    assert await world.acts(person.person_id, "refresh") == [("refresh", "REFRESH_REUSED")]
    [fact] = await world.facts("session.ended")
    assert fact["aggregate_id"] == opened.session_id


async def test_ses_06_the_generation_before_the_last_is_a_theft_even_within_the_grace(
    world: World, refreshing: RefreshHandlers
) -> None:
    opened = await world.open(await world.person())
    newer = (await refreshing.refresh(refresh_of(opened)))[2].value
    await refreshing.refresh(newer)
    with pytest.raises(DomainError, match="REFRESH_REUSED"):
        await refreshing.refresh(refresh_of(opened))


async def test_ses_06_made_up_tokens_are_refused_and_end_nothing(world: World, refreshing: RefreshHandlers) -> None:
    opened = await world.open(await world.person())
    token = refresh_of(opened)
    other = world.issuer.refresh(new_id(), 1, world.clock.now()).value
    forged = token[:22] + ("B" if token[22] == "A" else "A") + token[23:]
    for wrong in (forged, token[:-2], token + "AA", "x" * 40, "é" * 40, other):
        with pytest.raises(DomainError, match="SESSION_ENDED"):
            await refreshing.refresh(wrong)
    await refreshing.refresh(token)


async def test_ses_07_a_session_ends_when_left_alone_and_whatever_happens_after_a_day(
    world: World, refreshing: RefreshHandlers
) -> None:
    left = await world.open(await world.person())
    assert left.refresh is not None
    assert left.refresh.expires_at == world.clock.now() + IDLE
    world.clock.forward(IDLE)
    with pytest.raises(DomainError, match="SESSION_ENDED"):
        await refreshing.refresh(refresh_of(left))

    staff = await world.person(Role.BASE_REVIEWER)
    await world.enrol(staff)
    for person, longest in ((await world.person(), LONGEST), (staff, LONGEST_STAFF)):
        opened = await world.open(person, proved=True)
        token, ends = refresh_of(opened), world.clock.now() + longest
        world.clock.forward(timedelta(minutes=25))
        while world.clock.now() < ends:
            _, access, refresh = await refreshing.refresh(token)
            token = refresh.value
            assert max(access.expires_at, refresh.expires_at) <= ends
            world.clock.forward(timedelta(minutes=25))
        with pytest.raises(DomainError, match="SESSION_ENDED"):
            await refreshing.refresh(token)


async def test_ses_07_a_hat_that_runs_out_takes_its_session_along(world: World, refreshing: RefreshHandlers) -> None:
    person = await world.person(Role.FACULTY)
    hat = await world.hat(person, Role.APPLICANT, expires_at=world.clock.now() + timedelta(minutes=5))
    opened = await world.open(person, hat=hat)
    assert opened.access.expires_at == hat.expires_at
    suspended = await world.open(person, hat=next(each for each in opened.hats if each.role is Role.FACULTY))
    async with world.database.unit_of_work() as uow:
        await People(uow.session).change(person.person_id, state=PersonState.SUSPENDED.value)
    with pytest.raises(DomainError, match="ACCOUNT_SUSPENDED"):
        await refreshing.refresh(refresh_of(suspended))
    with pytest.raises(DomainError, match="SESSION_ENDED"):
        await refreshing.refresh(refresh_of(suspended))


async def test_ses_08_a_new_browser_or_address_is_told_to_its_owner(world: World) -> None:
    person = await world.person()

    async def told_from(address: str, browser: str) -> int:
        before = len(await world.facts("security.noticed"))
        with coming_from(Origin(address, browser)):
            await world.open(person)
        return len(await world.facts("security.noticed")) - before

    assert await told_from("10.0.0.1", "Firefox") == 0, "the first sign-in is no news"
    assert await told_from("10.0.0.1", "Firefox") == 0
    assert await told_from("10.0.0.2", "Firefox") == 1
    assert await told_from("10.0.0.1", "Chrome") == 1
    assert await told_from("10.0.0.1", "Chrome") == 0


async def test_ses_12_people_without_a_factor_prove_by_password_and_only_in_their_session(
    world: World, sessions: SessionHandlers
) -> None:
    person = await world.person()
    opened, other = await world.open(person), await world.open(person)
    who = caller_of(opened)
    challenge_id, answers = await sessions.begin_step_up(who)
    assert answers == ["password"]
    with pytest.raises(DomainError, match="CHALLENGE_OVER"):
        await sessions.step_up(caller_of(other), challenge_id, Proof(password=PASSWORD))
    with pytest.raises(DomainError, match="FACTOR_WRONG"):
        await sessions.step_up(who, challenge_id, Proof(password="wrong"))
    token = await sessions.step_up(who, challenge_id, Proof(password=PASSWORD))
    claims = await read(world, token.value)
    assert (claims.proved_at, claims.session) == (world.clock.now(), opened.session_id)
    assert ("step_up", "done") in await world.acts(person.person_id)
    with pytest.raises(DomainError, match="CHALLENGE_OVER"):
        await sessions.step_up(who, challenge_id, Proof(password=PASSWORD))


async def test_ses_12_who_has_a_factor_proves_by_it_and_the_proof_outlives_a_refresh(
    world: World, sessions: SessionHandlers, refreshing: RefreshHandlers
) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR)
    secret = await world.enrol(person)
    opened = await world.open(person, proved=True)
    world.clock.forward(timedelta(minutes=20))
    who = caller_of(opened)
    challenge_id, answers = await sessions.begin_step_up(who)
    assert answers == ["totp"]
    with pytest.raises(DomainError, match="FACTOR_WRONG"):
        await sessions.step_up(who, challenge_id, Proof(password=PASSWORD))
    proved = world.clock.now()
    await sessions.step_up(who, challenge_id, world.code(secret))
    world.clock.forward(timedelta(minutes=1))
    _, access, _ = await refreshing.refresh(refresh_of(opened))
    assert (await read(world, access.value)).proved_at == proved


async def test_ses_12_nobody_proves_in_anothers_place(world: World, sessions: SessionHandlers) -> None:
    person, supporter = await world.person(), await world.person()
    acting = await world.open(person, acting_by=supporter.person_id, may_write=False)
    assert acting.refresh is None
    assert acting.access.expires_at == world.clock.now() + timedelta(minutes=10)
    claims = await read(world, acting.access.value)
    assert (claims.actor, claims.may_write) == (supporter.person_id, False)
    with pytest.raises(DomainError, match="ACTING"):
        await sessions.begin_step_up(caller_of(acting))
    assert [each.session.acting_by for each in await sessions.list_sessions(caller_of(acting))] == []


async def test_ses_13_another_hat_is_another_session_and_the_old_one_ends(
    world: World, sessions: SessionHandlers, refreshing: RefreshHandlers
) -> None:
    person = await world.person(Role.APPLICANT, Role.BASE_REVIEWER)
    await world.enrol(person)
    opened = await world.open(person, proved=True)
    world.clock.forward(timedelta(minutes=3))
    hats, current = await sessions.list_hats(caller_of(opened))
    assert ([each.role for each in hats], current) == ([Role.APPLICANT, Role.BASE_REVIEWER], "")
    chosen = await sessions.choose_hat(caller_of(opened), hats[1].hat_id)
    assert chosen.session_id != opened.session_id
    assert (chosen.role, chosen.organisation_code) == (Role.BASE_REVIEWER, "SD-QILU")
    claims = await read(world, chosen.access.value)
    assert claims.proved_at == world.clock.now() - timedelta(minutes=3), "the proof of the sign-in goes along"
    with pytest.raises(DomainError, match="SESSION_ENDED"):
        await refreshing.refresh(refresh_of(opened))
    with pytest.raises(DomainError, match="SESSION_ENDED"):
        await sessions.choose_hat(caller_of(opened), hats[0].hat_id)
    assert (await sessions.list_hats(caller_of(chosen)))[1] == hats[1].hat_id


async def test_ses_13_a_hat_of_somebody_else_is_unknown_and_a_staff_hat_wants_a_proof(
    world: World, sessions: SessionHandlers
) -> None:
    person = await world.person(Role.APPLICANT)
    opened = await world.open(person)
    stranger = await world.open(await world.person())
    assert stranger.hat is not None
    for hat_id in (stranger.hat.hat_id, new_id()):
        with pytest.raises(DomainError, match="HAT_UNKNOWN"):
            await sessions.choose_hat(caller_of(opened), hat_id)
    staff = await world.hat(person, Role.BASE_REVIEWER)
    secret = await world.enrol(person)
    with pytest.raises(DomainError, match="STEP_UP_REQUIRED"):
        await sessions.choose_hat(caller_of(opened), staff.hat_id)
    challenge_id, _ = await sessions.begin_step_up(caller_of(opened))
    await sessions.step_up(caller_of(opened), challenge_id, world.code(secret))
    assert (await sessions.choose_hat(caller_of(opened), staff.hat_id)).role is Role.BASE_REVIEWER


async def test_ses_13_changing_hats_never_makes_a_session_longer(world: World, sessions: SessionHandlers) -> None:
    person = await world.person(Role.APPLICANT, Role.FACULTY)
    opened = await world.open(person)
    ends = world.clock.now() + LONGEST
    for _ in range(60):
        world.clock.forward(timedelta(minutes=25))
        if world.clock.now() >= ends:
            break
        hats, current = await sessions.list_hats(caller_of(opened))
        opened = await sessions.choose_hat(caller_of(opened), next(e.hat_id for e in hats if e.hat_id != current))
        assert opened.refresh is not None
        assert max(opened.refresh.expires_at, opened.access.expires_at) <= ends
    assert world.clock.now() >= ends


async def test_ses_15_one_sees_and_ends_ones_own_sessions_only(world: World, sessions: SessionHandlers) -> None:
    person = await world.person()
    with coming_from(Origin("10.0.0.1", "Mozilla/5.0 (Windows NT 10.0) Chrome/130")):
        opened = [await world.open(person) for _ in range(3)]
    who = caller_of(opened[0])
    foreign = await world.open(await world.person())
    for session_id in (foreign.session_id, new_id()):
        with pytest.raises(DomainError, match="SESSION_UNKNOWN"):
            await sessions.end_session(who, session_id)
    shown = await sessions.list_sessions(who)
    assert {each.session.session_id for each in shown} == {each.session_id for each in opened}
    assert {each.hat and each.hat.role for each in shown} == {Role.APPLICANT}
    await sessions.end_session(who, opened[1].session_id)
    await sessions.end_session(who, opened[1].session_id)
    assert await sessions.end_all(who, keep_this=True) == 1
    assert [each.session.session_id for each in await sessions.list_sessions(who)] == [opened[0].session_id]
    assert await sessions.end_all(who, keep_this=False) == 1
    assert await sessions.list_sessions(who) == []
