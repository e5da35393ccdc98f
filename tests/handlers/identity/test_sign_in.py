"""Signing in: ID-12, ID-14, ID-16, SES-01, SES-09, SES-10, SES-11."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from prometheus_client import REGISTRY

from residency.identity.v1 import session_service_pb2
from services.identity import passwords as passwords_of_identity
from services.identity.alarm import FAILURES, WITHIN, Alarm
from services.identity.domain.roles import Role
from services.identity.handlers.sign_in import Owed, SignInHandlers
from services.identity.opening import Opened
from services.identity.passwords import Passwords
from services.identity.records import PersonState
from services.identity.throttle import ACCOUNT, LONGEST_WAIT
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Kind, Origin
from tests.handlers.identity.conftest import PASSWORD, World

Proof = session_service_pb2.Proof
HERE, ELSEWHERE = Origin("10.0.0.1", "Firefox"), Origin("10.9.9.9", "curl")


@pytest.fixture
def signing_in(world: World) -> SignInHandlers:
    return SignInHandlers(world.core, world.opener, world.factors, world.challenges, world.throttle)


async def refusal(handlers: SignInHandlers, login: str, password: str = "wrong password") -> DomainError:
    with pytest.raises(DomainError) as caught:
        await handlers.sign_in(login, password)
    return caught.value


async def fail(handlers: SignInHandlers, login: str, times: int) -> list[str]:
    return [(await refusal(handlers, login)).reason for _ in range(times)]


async def test_a_login_of_any_case_and_its_password_open_a_session(world: World, signing_in: SignInHandlers) -> None:
    person = await world.person(login="ZhangSan")
    opened = await signing_in.sign_in("zhangSAN", PASSWORD)
    assert isinstance(opened, Opened)
    assert (opened.person.person_id, opened.role) == (person.person_id, Role.APPLICANT)
    assert await world.acts(person.person_id) == [("session_began", "done")]


async def test_id_16_a_wrong_password_and_an_unknown_login_are_refused_in_one_sentence(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(login="known")
    await world.person(login="suspended", state=PersonState.SUSPENDED)
    errors = [await refusal(signing_in, login) for login in ("known", "unknown", "suspended")]
    told = {(e.kind, e.reason, e.message, e.rule, e.until, e.field, str(e.details)) for e in errors}
    assert told == {(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "登录名或密码不正确。", "ID-16", None, "", "{}")}
    assert await world.acts(person.person_id) == [("sign_in", "BAD_CREDENTIALS")]
    assert len(await world.rows("SELECT n FROM audit")) == 3, "an unknown login leaves the same traces"


async def test_ses_01_a_suspended_account_is_told_so_only_with_the_right_password(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(login="suspended", state=PersonState.SUSPENDED)
    assert (await refusal(signing_in, "suspended", PASSWORD)).reason == "ACCOUNT_SUSPENDED"
    assert await world.acts(person.person_id) == [("sign_in", "ACCOUNT_SUSPENDED")]


async def test_id_14_after_ten_failures_the_right_password_is_refused_too(
    world: World, signing_in: SignInHandlers
) -> None:
    await world.person(login="target")
    await world.person(login="bystander")
    began = world.clock.now()
    assert await fail(signing_in, "target", 10) == ["BAD_CREDENTIALS"] * 10
    error = await refusal(signing_in, "target", PASSWORD)
    assert (error.kind, error.reason, error.rule) == (Kind.EXHAUSTED, "TOO_MANY_FAILURES", "SES-10")
    assert error.until == began + timedelta(minutes=5)
    assert isinstance(await signing_in.sign_in("bystander", PASSWORD), Opened)
    world.clock.forward(timedelta(minutes=5))
    assert isinstance(await signing_in.sign_in("target", PASSWORD), Opened)


async def test_id_14_a_thousand_wrong_passwords_count_ten_times_whether_or_not_the_account_exists(
    world: World, signing_in: SignInHandlers
) -> None:
    await world.person(login="target")
    for login, times in (("target", 1000), ("nobody", 100)):
        reasons = await fail(signing_in, login, times)
        assert reasons == ["BAD_CREDENTIALS"] * 10 + ["TOO_MANY_FAILURES"] * (times - 10)
    assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"
    [row] = await world.rows("SELECT count(*) AS n FROM audit WHERE outcome = 'BAD_CREDENTIALS'")
    assert row["n"] == 20


async def test_id_14_guesses_sent_together_do_not_all_pass(world: World, signing_in: SignInHandlers) -> None:
    await world.person(login="target")
    errors = await asyncio.gather(*(refusal(signing_in, "target") for _ in range(60)))
    assert sum(error.reason == "BAD_CREDENTIALS" for error in errors) <= 11


async def test_ses_10_one_address_fails_twenty_times_whatever_the_login(
    world: World, signing_in: SignInHandlers
) -> None:
    await world.person(login="target")
    with coming_from(ELSEWHERE):
        assert await fail(signing_in, "nobody", 10) == ["BAD_CREDENTIALS"] * 10
        assert await fail(signing_in, "nobody2", 10) == ["BAD_CREDENTIALS"] * 10
        assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"
    with coming_from(HERE):
        assert isinstance(await signing_in.sign_in("target", PASSWORD), Opened)
    for half in ("2001:db8::1", "2001:db8::2"):
        with coming_from(Origin(half)):
            await fail(signing_in, f"nobody{half}", 10)
    with coming_from(Origin("2001:db8::3")):
        assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"


async def test_ses_10_failures_from_elsewhere_do_not_lock_out_who_was_here_before(
    world: World, signing_in: SignInHandlers
) -> None:
    await world.person(login="target")
    with coming_from(HERE):
        assert isinstance(await signing_in.sign_in("target", PASSWORD), Opened)
    with coming_from(ELSEWHERE):
        await fail(signing_in, "target", 10)
        assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"
    with coming_from(HERE):
        assert isinstance(await signing_in.sign_in("target", PASSWORD), Opened)
        await fail(signing_in, "target", 10)
        assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"
    with coming_from(Origin("10.0.0.3")):
        assert (await refusal(signing_in, "target", PASSWORD)).reason == "TOO_MANY_FAILURES"


async def test_ses_10_waits_grow_and_are_forgotten_after_an_hour(world: World, signing_in: SignInHandlers) -> None:
    await world.person(login="target")
    await fail(signing_in, "target", 10)
    waits = []
    for _ in range(5):
        error = await refusal(signing_in, "target", PASSWORD)
        assert error.until is not None
        waits.append(error.until - world.clock.now())
        world.clock.instant = error.until
        await fail(signing_in, "target", 1)
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), *[LONGEST_WAIT] * 3]
    world.clock.forward(timedelta(hours=1, seconds=1))
    assert isinstance(await signing_in.sign_in("target", PASSWORD), Opened)
    await fail(signing_in, "target", 1)
    assert len(await world.rows("SELECT at FROM attempt")) == 1, "old failures are deleted"


async def test_id_12_the_queue_of_the_hashing_threads_is_bounded(world: World) -> None:
    passwords = Passwords(8 * 1024, 1, world.clock)
    async with passwords.slot(), passwords.slot():
        waiting = asyncio.create_task(passwords.slot().__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(DomainError, match="SIGN_IN_BUSY"):
            await passwords.slot().__aenter__()
    await waiting
    await passwords.stop()


async def test_id_12_who_would_be_hashed_for_nobody_is_turned_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords_of_identity, "LONGEST_WAIT", timedelta())
    passwords = Passwords(8 * 1024, 5, world.clock)
    async with passwords.slot(), passwords.slot():
        with pytest.raises(DomainError, match="SIGN_IN_BUSY"):
            await passwords.slot().__aenter__()
    async with passwords.slot() as slot:
        assert await slot.matches(await slot.hash(PASSWORD), PASSWORD), "the turns are free again"
    await passwords.stop()


async def test_id_12_a_hash_by_other_parameters_is_made_anew_at_the_next_sign_in(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(login="early")
    old = PasswordHasher(time_cost=2, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    await world.database.execute("UPDATE person SET password_hash = $1", old)
    await signing_in.sign_in("early", PASSWORD)
    [row] = await world.rows("SELECT password_hash FROM person WHERE person_id = $1", person.person_id)
    assert row["password_hash"].startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert isinstance(await signing_in.sign_in("early", PASSWORD), Opened)


async def test_ses_11_with_a_factor_the_password_alone_opens_nothing(world: World, signing_in: SignInHandlers) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR, login="staff")
    secret = await world.enrol(person)
    owed = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(owed, Owed)
    assert owed.factors == ["totp"]
    assert await world.rows("SELECT 1 FROM session") == []
    opened = await signing_in.prove(owed.challenge_id, world.code(secret))
    assert (opened.role, opened.organisation_code) == (Role.BASE_ADMINISTRATOR, "SD-QILU")
    [row] = await world.rows("SELECT proved_at FROM session")
    assert row["proved_at"] == world.clock.now()
    with pytest.raises(DomainError, match="CHALLENGE_OVER"):
        await signing_in.prove(owed.challenge_id, world.code(secret, 1))
    assert [act for act, _ in await world.acts(person.person_id)] == ["sign_in", "session_began"]


async def test_ses_11_five_tries_of_a_challenge_and_five_in_five_minutes(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR, login="staff")
    secret = await world.enrol(person)
    owed = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(owed, Owed)
    for _ in range(5):
        with pytest.raises(DomainError, match="FACTOR_WRONG"):
            await signing_in.prove(owed.challenge_id, Proof(totp="000000"))
    with pytest.raises(DomainError, match="CHALLENGE_OVER"):
        await signing_in.prove(owed.challenge_id, world.code(secret))
    again = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(again, Owed)
    with pytest.raises(DomainError, match="TOO_MANY_FAILURES"):
        await signing_in.prove(again.challenge_id, world.code(secret))
    assert await world.acts(person.person_id, "factor_tried") == [("factor_tried", "FACTOR_WRONG")] * 5
    world.clock.forward(timedelta(minutes=5))
    third = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(third, Owed)
    assert (await signing_in.prove(third.challenge_id, world.code(secret))).role is Role.BASE_ADMINISTRATOR


async def test_ses_11_tries_sent_together_are_all_counted(world: World, signing_in: SignInHandlers) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR, login="staff")
    await world.enrol(person)
    owed = [await signing_in.sign_in("staff", PASSWORD) for _ in range(4)]

    async def guess(challenge: Opened | Owed) -> str:
        assert isinstance(challenge, Owed)
        with pytest.raises(DomainError) as caught:
            await signing_in.prove(challenge.challenge_id, Proof(totp="000000"))
        return caught.value.reason

    reasons = await asyncio.gather(*(guess(each) for each in owed * 4))
    assert reasons.count("FACTOR_WRONG") == 5


async def test_ses_11_twenty_wrong_factors_an_hour(world: World) -> None:
    person = await world.person()
    for _ in range(4):
        for _ in range(5):
            await world.throttle.failed("factor", person.person_id)
        world.clock.forward(timedelta(minutes=14))
    with pytest.raises(DomainError, match="TOO_MANY_FAILURES"):
        await world.throttle.check("factor", person.person_id)


async def test_ses_11_a_challenge_lives_five_minutes_and_is_no_other_ones(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR, login="staff")
    secret = await world.enrol(person)
    owed = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(owed, Owed)
    world.clock.forward(timedelta(minutes=5))
    for challenge_id in (owed.challenge_id, person.person_id):
        with pytest.raises(DomainError, match="CHALLENGE_OVER"):
            await signing_in.prove(challenge_id, world.code(secret))


async def test_ses_11_a_new_password_voids_what_the_old_one_began(world: World, signing_in: SignInHandlers) -> None:
    person = await world.person(Role.BASE_ADMINISTRATOR, login="staff")
    secret = await world.enrol(person)
    owed = await signing_in.sign_in("staff", PASSWORD)
    assert isinstance(owed, Owed)
    world.clock.forward(timedelta(seconds=1))
    await world.database.execute("UPDATE person SET password_set_at = $1", world.clock.now())
    with pytest.raises(DomainError, match="CHALLENGE_OVER"):
        await signing_in.prove(owed.challenge_id, world.code(secret))


async def test_ses_03_staff_without_a_factor_sign_in_to_enrol_one(world: World, signing_in: SignInHandlers) -> None:
    await world.person(Role.BASE_REVIEWER, login="new.staff")
    opened = await signing_in.sign_in("new.staff", PASSWORD)
    assert isinstance(opened, Opened)
    assert opened.role is Role.ENROLLING


async def test_a_person_suspended_while_the_password_is_hashed_gets_no_session(
    world: World, signing_in: SignInHandlers
) -> None:
    person = await world.person(login="late")
    await world.database.execute("UPDATE person SET state = 'suspended'")
    with pytest.raises(DomainError, match="ACCOUNT_SUSPENDED"):
        await world.open(person)


def test_ses_09_a_thousand_failures_within_five_minutes_raise_an_alarm(world: World) -> None:
    alarm = Alarm(world.clock)
    assert [alarm.failed() for _ in range(FAILURES)].count(True) == 1
    slow = Alarm(world.clock)
    for _ in range(FAILURES - 1):
        slow.failed()
    world.clock.forward(WITHIN + timedelta(seconds=1))
    assert not slow.failed()


async def test_ses_09_outcomes_are_counted(world: World, signing_in: SignInHandlers) -> None:
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("residency_sign_ins_total", {"outcome": outcome}) or 0.0

    await world.person(login="somebody")
    before = counted("done"), counted("BAD_CREDENTIALS")
    await signing_in.sign_in("somebody", PASSWORD)
    await fail(signing_in, "somebody", 2)
    assert (counted("done"), counted("BAD_CREDENTIALS")) == (before[0] + 1, before[1] + 2)


async def test_ses_10_an_account_locked_by_check_and_failed_says_until_when(world: World) -> None:
    for _ in range(10):
        await world.throttle.check(ACCOUNT, "x")
        await world.throttle.failed(ACCOUNT, "x")
    with pytest.raises(DomainError) as caught:
        await world.throttle.check(ACCOUNT, "x")
    assert caught.value.until == world.clock.now() + timedelta(minutes=5)
    await world.throttle.check(ACCOUNT, "y")
