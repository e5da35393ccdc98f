"""Second factors on a real database.

CRED-01, CRED-02, CRED-03, CRED-04, CRED-05, CRED-06, CRED-07, CRED-08, CRED-09.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from residency.identity.v1 import events_pb2
from residency.identity.v1.session_service_pb2 import Proof
from services.identity.domain.factors import STEP_SECONDS
from services.identity.domain.roles import Role
from services.identity.handlers.factors import PASSKEYS, FactorHandlers
from services.identity.opening import Opened
from services.identity.records import Person
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.identity.conftest import PASSWORD, World, caller_of
from tests.support.passkey import Passkey

NONCE = b"a challenge of thirty-two bytes !"


@pytest.fixture
def handlers(world: World) -> FactorHandlers:
    return FactorHandlers(world.core, world.opener)


@contextmanager
def refused(reason: str, kind: Kind, rule: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert (caught.value.reason, caught.value.kind, caught.value.rule) == (reason, kind, rule)


def wrong() -> AbstractContextManager[None]:
    return refused("FACTOR_WRONG", Kind.UNAUTHENTICATED, "CRED-01")


def code(world: World, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(world.clock.now().timestamp()) // STEP_SECONDS + steps)


async def signed_in(world: World, *roles: Role) -> tuple[Person, Opened, Caller]:
    """Somebody who has just proved the password again, where that is what is asked for."""
    person = await world.person(*roles)
    opened = await world.open(person)
    return person, opened, replace(caller_of(opened), proved_at=world.clock.now())


async def enrolled(world: World, handlers: FactorHandlers, who: Caller) -> tuple[str, list[str]]:
    """The secret and the recovery codes of an app, enrolled two steps ago."""
    _, secret = await handlers.begin_totp(who)
    codes = (await handlers.confirm_totp(who, code(world, secret))).codes
    world.clock.forward(timedelta(seconds=2 * STEP_SECONDS))
    return secret, list(codes)


async def prove(world: World, person: Person, proof: Proof, nonce: bytes = NONCE) -> str:
    async with world.database.unit_of_work() as uow:
        return await world.factors.prove(uow, person, nonce, proof)


async def kinds(world: World, person: Person) -> list[str]:
    async with world.database.unit_of_work() as uow:
        return await world.factors.enrolled(uow, person.person_id)


async def test_cred_01_a_code_counts_once_and_so_does_none_before_it(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    secret, _ = await enrolled(world, handlers, who)
    for steps in (-2, 2, 20):
        with wrong():
            await prove(world, person, Proof(totp=code(world, secret, steps)))
    assert await prove(world, person, Proof(totp=code(world, secret))) == "totp"
    for steps in (0, -1):
        with wrong():
            await prove(world, person, Proof(totp=code(world, secret, steps)))
    assert await prove(world, person, Proof(totp=code(world, secret, 1))) == "totp"


async def test_cred_01_the_first_code_is_spent_by_enrolling(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    _, secret = await handlers.begin_totp(who)
    first = code(world, secret)
    await handlers.confirm_totp(who, first)
    with wrong():
        await prove(world, person, Proof(totp=first))


async def test_cred_01_thirty_at_once_with_one_code_and_one_is_accepted(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    secret, _ = await enrolled(world, handlers, who)
    proof = Proof(totp=code(world, secret))
    results = await asyncio.gather(*(prove(world, person, proof) for _ in range(30)), return_exceptions=True)
    outcomes = [each.reason if isinstance(each, DomainError) else each for each in results]
    assert sorted(map(str, outcomes)) == [*["FACTOR_WRONG"] * 29, "totp"]


async def test_cred_01_secrets_are_sealed_to_their_factor(world: World, handlers: FactorHandlers) -> None:
    _, _, who = await signed_in(world)
    secret, codes = await enrolled(world, handlers, who)
    [row] = await world.rows("SELECT factor_id::text AS id, secret_sealed FROM factor")
    assert secret.encode() not in row["secret_sealed"]
    assert world.vault.open(row["secret_sealed"], row["id"]) == secret
    hashes = await world.rows("SELECT code_hash FROM recovery_code")
    assert not any(each.replace("-", "").encode() in row["code_hash"] for each in codes for row in hashes)


async def test_cred_02_recovery_codes_count_once_each_also_thirty_at_once(
    world: World, handlers: FactorHandlers
) -> None:
    person, _, who = await signed_in(world)
    _, codes = await enrolled(world, handlers, who)
    assert await kinds(world, person) == ["totp", "recovery_code"]
    assert await prove(world, person, Proof(recovery_code=codes[0].upper().replace("-", " "))) == "recovery_code"
    with wrong():
        await prove(world, person, Proof(recovery_code=codes[0]))
    again = Proof(recovery_code=codes[1])
    results = await asyncio.gather(*(prove(world, person, again) for _ in range(8)), return_exceptions=True)
    assert [each for each in results if isinstance(each, str)] == ["recovery_code"]
    assert (await handlers.mine(who))[1] == 8
    other, _, _ = await signed_in(world)
    with wrong():
        await prove(world, other, Proof(recovery_code=codes[2]))


async def test_cred_02_a_new_app_brings_new_codes(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    _, old = await enrolled(world, handlers, who)
    _, new = await enrolled(world, handlers, who)
    with wrong():
        await prove(world, person, Proof(recovery_code=old[0]))
    assert await prove(world, person, Proof(recovery_code=new[0])) == "recovery_code"


async def test_cred_03_a_passkey_proves_its_own_challenge_only(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    device = Passkey()
    await handlers.confirm_passkey(who, device.create(await handlers.begin_passkey(who)), "  工作手机 ")
    [factor], left = await handlers.mine(who)
    assert (factor.kind, factor.label, left) == ("passkey", "工作手机", 0)
    assert await kinds(world, person) == ["passkey"]
    async with world.database.unit_of_work() as uow:
        options = await world.factors.passkey_options(uow, person.person_id, NONCE)
    answer = device.get(options)
    with wrong():
        await prove(world, person, Proof(passkey_json=answer), b"another challenge")
    assert await prove(world, person, Proof(passkey_json=answer)) == "passkey"
    with wrong():  # the same answer again: its counter has not risen
        await prove(world, person, Proof(passkey_json=answer))
    again = Proof(passkey_json=device.get(options))
    results = await asyncio.gather(*(prove(world, person, again) for _ in range(8)), return_exceptions=True)
    assert [each for each in results if isinstance(each, str)] == ["passkey"]
    device.count = 0  # a copy of the device that was made earlier
    with wrong():
        await prove(world, person, Proof(passkey_json=device.get(options)))


async def test_cred_03_a_device_that_counts_nothing_is_welcome(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    device = Passkey(counts=False)
    await handlers.confirm_passkey(who, device.create(await handlers.begin_passkey(who)), "密钥")
    async with world.database.unit_of_work() as uow:
        options = await world.factors.passkey_options(uow, person.person_id, NONCE)
    for _ in range(2):
        assert await prove(world, person, Proof(passkey_json=device.get(options))) == "passkey"


async def test_cred_03_a_passkey_is_enrolled_in_its_session_in_time_and_once(
    world: World, handlers: FactorHandlers
) -> None:
    _, _, who = await signed_in(world)
    _, _, other = await signed_in(world)
    device = Passkey()
    options = await handlers.begin_passkey(who)
    with refused("PASSKEY_NOT_BEGUN", Kind.NOT_NOW, "CRED-03"):
        await handlers.confirm_passkey(other, device.create(options), "密钥")
    with refused("PASSKEY_WRONG", Kind.INVALID, "CRED-03"):
        await handlers.confirm_passkey(who, Passkey(verifies=False).create(options), "密钥")
    with refused("LABEL_EMPTY", Kind.INVALID, "CRED-03"):
        await handlers.confirm_passkey(who, device.create(options), " \u200b ")
    await handlers.confirm_passkey(who, device.create(options), "密钥")
    with refused("PASSKEY_NOT_BEGUN", Kind.NOT_NOW, "CRED-03"):
        await handlers.confirm_passkey(who, device.create(options), "密钥")
    theirs = await handlers.begin_passkey(other)
    with refused("PASSKEY_KNOWN", Kind.CONFLICT, "CRED-03"):
        await handlers.confirm_passkey(other, device.create(theirs), "密钥")
    world.clock.forward(timedelta(minutes=5))
    with refused("PASSKEY_NOT_BEGUN", Kind.NOT_NOW, "CRED-03"):
        await handlers.confirm_passkey(other, Passkey().create(theirs), "密钥")


async def test_cred_03_options_only_for_those_who_have_a_passkey(world: World) -> None:
    person = await world.person()
    async with world.database.unit_of_work() as uow:
        with refused("PASSKEY_NONE", Kind.NOT_NOW, "CRED-03"):
            await world.factors.passkey_options(uow, person.person_id, NONCE)


async def test_cred_04_the_password_proves_for_people_without_any_factor(
    world: World, handlers: FactorHandlers
) -> None:
    person, _, who = await signed_in(world)
    assert await kinds(world, person) == []
    assert await prove(world, person, Proof(password=PASSWORD)) == "password"
    with wrong():
        await prove(world, person, Proof(password=PASSWORD + "."))
    await enrolled(world, handlers, who)
    with wrong():
        await prove(world, person, Proof(password=PASSWORD))


@pytest.mark.parametrize(
    "proof",
    [Proof(), Proof(totp="123456"), Proof(recovery_code="aaaaa-aaaaa"), Proof(passkey_json="{}"), Proof(totp="")],
)
async def test_cred_04_what_one_does_not_have_proves_nothing(world: World, proof: Proof) -> None:
    person = await world.person()
    with wrong():
        await prove(world, person, proof)
    with wrong():
        await prove(world, person, Proof(password=PASSWORD, totp="123456"))


async def test_cred_05_enrolling_wants_a_fresh_proof(world: World, handlers: FactorHandlers) -> None:
    _, opened, who = await signed_in(world)
    never = caller_of(opened)
    long_ago = replace(who, proved_at=world.clock.now() - timedelta(minutes=15))
    for stale in (never, long_ago):
        with refused("STEP_UP_REQUIRED", Kind.FORBIDDEN, "CRED-05"):
            await handlers.begin_totp(stale)
        with refused("STEP_UP_REQUIRED", Kind.FORBIDDEN, "CRED-05"):
            await handlers.begin_passkey(stale)
    _, secret = await handlers.begin_totp(who)
    with refused("STEP_UP_REQUIRED", Kind.FORBIDDEN, "CRED-05"):
        await handlers.confirm_totp(never, code(world, secret))
    options = await handlers.begin_passkey(who)
    with refused("STEP_UP_REQUIRED", Kind.FORBIDDEN, "CRED-05"):
        await handlers.confirm_passkey(never, Passkey().create(options), "密钥")


async def test_cred_05_a_session_that_waits_goes_on_with_its_hat_and_only_the_first_time(
    world: World, handlers: FactorHandlers
) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    first, second = await world.open(person), await world.open(person)
    assert first.role is Role.ENROLLING
    _, secret = await handlers.begin_totp(caller_of(first))
    enrolled = await handlers.confirm_totp(caller_of(first), code(world, secret))
    assert enrolled.opened is not None
    assert (enrolled.opened.session_id, enrolled.opened.role) == (first.session_id, Role.BASE_REVIEWER)
    assert len(enrolled.codes) == 10
    # Somebody who knows only the password waits in another session: the first factor shuts that way in.
    with refused("FACTOR_ENROLLED", Kind.FORBIDDEN, "CRED-05"):
        await handlers.begin_totp(caller_of(second))
    with refused("FACTOR_ENROLLED", Kind.FORBIDDEN, "CRED-05"):
        await handlers.confirm_totp(caller_of(second), code(world, secret))


async def test_cred_05_two_waiting_sessions_at_once_and_one_factor(world: World, handlers: FactorHandlers) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    sessions = [caller_of(await world.open(person)) for _ in range(3)]
    answers = [(who, Passkey().create(await handlers.begin_passkey(who))) for who in sessions]
    results = await asyncio.gather(
        *(handlers.confirm_passkey(who, answer, "密钥") for who, answer in answers), return_exceptions=True
    )
    reasons = [each.reason for each in results if isinstance(each, DomainError)]
    assert reasons == ["FACTOR_ENROLLED"] * 2
    assert await kinds(world, person) == ["passkey"]


async def test_cred_06_an_app_is_begun_then_confirmed_and_replaces_the_one_before(
    world: World, handlers: FactorHandlers
) -> None:
    person, _, who = await signed_in(world)
    with refused("TOTP_NOT_BEGUN", Kind.NOT_NOW, "CRED-06"):
        await handlers.confirm_totp(who, "123456")
    uri, secret = await handlers.begin_totp(who)
    assert f"secret={secret}" in uri
    with refused("CODE_WRONG", Kind.INVALID, "CRED-06"):
        await handlers.confirm_totp(who, code(world, secret, 5))
    assert await kinds(world, person) == []
    _, newer = await handlers.begin_totp(who)
    with refused("CODE_WRONG", Kind.INVALID, "CRED-06"):
        await handlers.confirm_totp(who, code(world, secret))
    await handlers.confirm_totp(who, code(world, newer))
    world.clock.forward(timedelta(seconds=60))
    _, newest = await handlers.begin_totp(who)
    assert await prove(world, person, Proof(totp=code(world, newer))) == "totp"
    await handlers.confirm_totp(who, code(world, newest))
    world.clock.forward(timedelta(seconds=60))
    with wrong():
        await prove(world, person, Proof(totp=code(world, newer)))
    [factor], left = await handlers.mine(who)
    assert (factor.kind, left) == ("totp", 10)
    await handlers.begin_totp(replace(who, proved_at=world.clock.now()))
    world.clock.forward(timedelta(minutes=15))
    with refused("TOTP_NOT_BEGUN", Kind.NOT_NOW, "CRED-06"):
        await handlers.confirm_totp(replace(who, proved_at=world.clock.now()), "123456")


async def test_cred_07_staff_keep_one_factor_others_may_give_up_theirs(world: World, handlers: FactorHandlers) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    waiting = caller_of(await world.open(person))
    _, secret = await handlers.begin_totp(waiting)
    opened = (await handlers.confirm_totp(waiting, code(world, secret))).opened
    assert opened is not None
    who = replace(caller_of(opened), proved_at=world.clock.now())
    [app], _ = await handlers.mine(who)
    with refused("FACTOR_LAST", Kind.NOT_NOW, "CRED-07"):
        await handlers.remove(who, app.factor_id)
    await handlers.confirm_passkey(who, Passkey().create(await handlers.begin_passkey(who)), "密钥")
    await handlers.remove(who, app.factor_id)
    assert await kinds(world, person) == ["passkey", "recovery_code"]
    with refused("FACTOR_UNKNOWN", Kind.NOT_FOUND, "CRED-07"):
        await handlers.remove(who, app.factor_id)

    teacher, _, him = await signed_in(world, Role.FACULTY)
    await enrolled(world, handlers, him)
    [his], _ = await handlers.mine(him)
    with refused("FACTOR_UNKNOWN", Kind.NOT_FOUND, "CRED-07"):
        await handlers.remove(who, his.factor_id)
    await handlers.remove(him, his.factor_id)
    assert await kinds(world, teacher) == []
    assert await handlers.mine(him) == ([], 0)


async def test_cred_07_staff_who_take_two_back_at_once_keep_one(world: World, handlers: FactorHandlers) -> None:
    person = await world.person(Role.BASE_REVIEWER)
    opened = await world.open(person)
    first = await handlers.confirm_passkey(
        caller_of(opened), Passkey().create(await handlers.begin_passkey(caller_of(opened))), "一"
    )
    assert first.opened is not None
    who = replace(caller_of(first.opened), proved_at=world.clock.now())
    await handlers.confirm_passkey(who, Passkey().create(await handlers.begin_passkey(who)), "二")
    both, _ = await handlers.mine(who)
    results = await asyncio.gather(*(handlers.remove(who, factor.factor_id) for factor in both), return_exceptions=True)
    assert [each.reason for each in results if isinstance(each, DomainError)] == ["FACTOR_LAST"]


async def test_cred_08_so_many_passkeys_and_no_more(world: World, handlers: FactorHandlers) -> None:
    _, _, who = await signed_in(world)
    for number in range(PASSKEYS):
        await handlers.confirm_passkey(who, Passkey().create(await handlers.begin_passkey(who)), f"密钥{number}")
    with refused("PASSKEYS_FULL", Kind.NOT_NOW, "CRED-08"):
        await handlers.begin_passkey(who)


async def test_cred_09_whoever_acts_for_another_touches_no_factor(world: World, handlers: FactorHandlers) -> None:
    _, _, who = await signed_in(world)
    await enrolled(world, handlers, who)
    [factor], _ = await handlers.mine(who)
    supporter = await world.person(Role.SUPPORT)
    acting = replace(who, acting_by=supporter.person_id, proved_at=world.clock.now())
    for act in (
        handlers.begin_totp(acting),
        handlers.confirm_totp(acting, "123456"),
        handlers.begin_passkey(acting),
        handlers.confirm_passkey(acting, "{}", "密钥"),
        handlers.remove(acting, factor.factor_id),
    ):
        with refused("ACTING", Kind.FORBIDDEN, "CRED-09"):
            await act


async def test_cred_07_each_change_is_written_down_and_told(world: World, handlers: FactorHandlers) -> None:
    person, _, who = await signed_in(world)
    await enrolled(world, handlers, who)
    [factor], _ = await handlers.mine(who)
    await handlers.remove(who, factor.factor_id)
    acts = [act for act in await world.acts(person.person_id) if act[0].startswith("factor")]
    assert acts == [("factor_added", "done"), ("factor_removed", "done")]
    told = [events_pb2.SecurityNoticed.FromString(fact["body"]) for fact in await world.facts("security.noticed")]
    assert [(fact.person_id, fact.what) for fact in told] == [
        (person.person_id, "factor_added"),
        (person.person_id, "factor_removed"),
    ]
