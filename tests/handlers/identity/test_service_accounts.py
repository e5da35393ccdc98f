"""SVC-01, SVC-04, SVC-05, SVC-06, SVC-07 and SVC-08: accounts of programs, on a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from residency.identity.v1 import events_pb2
from services.identity.domain import service_accounts as rules
from services.identity.domain.roles import Role
from services.identity.handlers.service_accounts import Handed, NewAccount, ServiceAccountHandlers
from services.identity.store.service_accounts import ServiceAccounts
from services.kit.auth import TokenVerifier, coming_from
from services.kit.domain import Caller, DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World
from tests.support.wait import eventually

BASE = "SD-QILU"
ADMINISTRATOR = Caller(new_id(), "base_administrator", BASE, session="session")
TEACHING = Caller(new_id(), "teaching_department", BASE, session="session")
PROVINCE = Caller(new_id(), "province_administrator", "37", session="session")
SECURITY = Caller(new_id(), "security_administrator", "37", session="session")
STRANGER = Caller(new_id(), "base_administrator", "SD-OTHER", session="session")


@pytest.fixture
def accounts(world: World) -> ServiceAccountHandlers:
    return ServiceAccountHandlers(world.core, world.issuer, world.throttle)


def wanted(world: World, **more: Any) -> NewAccount:
    """An account that reads and reviews for half a year."""
    usual: dict[str, Any] = {
        "name": "齐鲁医院 HIS",
        "role": Role.BASE_REVIEWER,
        "scopes": ("enrollment.write", "enrollment.read"),
        "expires_at": world.clock.now() + timedelta(days=180),
        "idempotency_key": new_id(),
    }
    return NewAccount(**usual | more)


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


async def opened(world: World, accounts: ServiceAccountHandlers) -> Handed:
    return await accounts.create(ADMINISTRATOR, wanted(world))


async def caller_of(world: World, token: str) -> Caller:
    """Whom every service takes the bearer of a token for."""

    async def keys() -> str:
        return world.issuer.key_set_json()

    return await TokenVerifier(keys, world.clock).verify(token)


async def test_svc_08_a_program_gets_a_short_token_with_hat_organisation_and_scopes(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    handed = await opened(world, accounts)
    token, scopes = await accounts.sign_in(handed.account.account_id, handed.secret)
    who = await caller_of(world, token.value)
    assert who.person_id == f"service:{handed.account.account_id}"
    assert (who.role, who.organisation) == ("base_reviewer", BASE)
    assert who.scopes == frozenset(scopes) == frozenset({"enrollment.read", "enrollment.write"})
    assert who.proved_at is None
    assert token.expires_at - world.clock.now() == timedelta(minutes=10)


async def test_svc_06_only_a_hash_of_the_secret_is_kept(world: World, accounts: ServiceAccountHandlers) -> None:
    handed = await opened(world, accounts)
    assert handed.secret.startswith("svc_")
    assert len(handed.secret) == 47
    [row] = await world.rows("SELECT * FROM service_secret")
    assert bytes(row["secret_hash"]) == rules.hash_of(handed.secret)
    assert row["ending"] == handed.secret[-4:]
    assert handed.secret not in str(row)
    for table in ("audit", "idempotency", "outbox"):
        assert handed.secret not in str(await world.rows(f"SELECT * FROM {table}"))


async def test_svc_04_the_same_order_with_its_key_is_answered_again(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    order = wanted(world)
    first, again = await accounts.create(ADMINISTRATOR, order), await accounts.create(ADMINISTRATOR, order)
    assert (again.account.account_id, again.secret) == (first.account.account_id, first.secret)
    assert len(await world.rows("SELECT 1 FROM service_account")) == 1
    moved = Caller(ADMINISTRATOR.person_id, "base_administrator", "SD-OTHER", session="session")
    error = await refusal(accounts.create(moved, order))
    assert error.reason == "SERVICE_ACCOUNT_UNKNOWN", "what they left is not theirs any more"


@pytest.mark.parametrize(
    ("who", "role", "scopes", "reason"),
    [
        (ADMINISTRATOR, Role.BASE_REVIEWER, ["enrollment.read"], ""),
        (ADMINISTRATOR, Role.TEACHING_DEPARTMENT, ["faculty.write"], ""),
        (TEACHING, Role.TEACHING_DEPARTMENT, ["faculty.read"], ""),
        (PROVINCE, Role.PROVINCE_ADMINISTRATOR, ["enrollment.read", "notify.read"], ""),
        (ADMINISTRATOR, Role.BASE_ADMINISTRATOR, ["enrollment.read"], "ROLE_NOT_FOR_SERVICES"),
        (TEACHING, Role.BASE_REVIEWER, ["enrollment.read"], "ROLE_NOT_FOR_SERVICES"),
        (PROVINCE, Role.BASE_REVIEWER, ["enrollment.read"], "ROLE_NOT_FOR_SERVICES"),
        (SECURITY, Role.PROVINCE_ADMINISTRATOR, ["enrollment.read"], "ROLE_NOT_FOR_SERVICES"),
        (PROVINCE, Role.PROVINCE_ADMINISTRATOR, ["enrollment.write"], "SCOPE_READS_ONLY"),
        (ADMINISTRATOR, Role.BASE_REVIEWER, ["identity.read"], "SCOPE_UNKNOWN"),
        (ADMINISTRATOR, Role.BASE_REVIEWER, ["everything"], "SCOPE_UNKNOWN"),
    ],
)
async def test_svc_01_each_hat_opens_what_it_could_do_itself_and_the_province_for_reading_only(
    world: World, accounts: ServiceAccountHandlers, who: Caller, role: Role, scopes: list[str], reason: str
) -> None:
    order = wanted(world, role=role, scopes=scopes)
    if not reason:
        made = await accounts.create(who, order)
        assert made.account.organisation_code == who.organisation
    else:
        assert (await refusal(accounts.create(who, order))).reason == reason


async def test_svc_04_an_account_ends_within_a_year(world: World, accounts: ServiceAccountHandlers) -> None:
    now = world.clock.now()
    for expires_at, reason in ((now, "END_PAST"), (now + timedelta(days=367), "END_TOO_FAR")):
        assert (await refusal(accounts.create(ADMINISTRATOR, wanted(world, expires_at=expires_at)))).reason == reason
    handed = await accounts.create(ADMINISTRATOR, wanted(world, expires_at=now + timedelta(minutes=5)))
    token, _ = await accounts.sign_in(handed.account.account_id, handed.secret)
    assert token.expires_at == now + timedelta(minutes=5), "no token outlives its account"
    world.clock.forward(timedelta(minutes=5))
    error = await refusal(accounts.sign_in(handed.account.account_id, handed.secret))
    assert (error.kind, error.reason) == (Kind.UNAUTHENTICATED, "BAD_SERVICE_SECRET")


async def test_svc_04_an_organisation_has_twenty_at_most(world: World, accounts: ServiceAccountHandlers) -> None:
    for _ in range(rules.MOST):
        await opened(world, accounts)
    assert (await refusal(opened(world, accounts))).reason == "TOO_MANY_SERVICE_ACCOUNTS"


async def test_svc_06_two_secrets_overlap_and_the_old_one_ends_by_itself_alone(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    first = await opened(world, accounts)
    account_id = first.account.account_id
    key = new_id()
    second = await accounts.add_secret(ADMINISTRATOR, account_id, key)
    assert (await accounts.add_secret(ADMINISTRATOR, account_id, key)).secret == second.secret != first.secret
    assert (await refusal(accounts.add_secret(ADMINISTRATOR, account_id, new_id()))).reason == "SECRETS_FULL"
    for secret in (first.secret, second.secret):
        await accounts.sign_in(account_id, secret)
    [old, new] = (await accounts.list_accounts(ADMINISTRATOR, ""))[0][0].secrets
    await accounts.end_secret(ADMINISTRATOR, account_id, old.secret_id)
    await accounts.end_secret(ADMINISTRATOR, account_id, old.secret_id)
    assert (await refusal(accounts.sign_in(account_id, first.secret))).reason == "BAD_SERVICE_SECRET"
    await accounts.sign_in(account_id, second.secret)
    [fact] = await world.facts("session.ended")
    assert fact["aggregate_id"] == old.secret_id != new.secret_id


async def test_svc_07_a_revoked_account_ends_with_its_tokens_at_once(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    handed = await opened(world, accounts)
    account_id = handed.account.account_id
    token, _ = await accounts.sign_in(account_id, handed.secret)
    who = await caller_of(world, token.value)
    await accounts.revoke(ADMINISTRATOR, account_id, "系统更换")
    await accounts.revoke(ADMINISTRATOR, account_id, "系统更换")
    [fact] = await world.facts("session.ended")
    ended = events_pb2.SessionEnded.FromString(bytes(fact["body"]))
    assert ended.session_id == who.session, "every service refuses the token as soon as it hears of it"
    assert (await refusal(accounts.sign_in(account_id, handed.secret))).reason == "BAD_SERVICE_SECRET"
    assert (await refusal(accounts.add_secret(ADMINISTRATOR, account_id, new_id()))).reason == "SERVICE_ACCOUNT_ENDED"
    assert (await accounts.list_accounts(ADMINISTRATOR, ""))[0][0].revoked_at is not None


async def test_svc_05_accounts_are_looked_after_by_who_could_open_them_and_from_above(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    reviewing = await opened(world, accounts)
    teaching = await accounts.create(TEACHING, wanted(world, role=Role.TEACHING_DEPARTMENT, scopes=["faculty.read"]))
    both = {reviewing.account.account_id, teaching.account.account_id}

    async def seen(who: Caller) -> set[str]:
        return {each.account_id for each in (await accounts.list_accounts(who, ""))[0]}

    assert await seen(ADMINISTRATOR) == await seen(PROVINCE) == await seen(SECURITY) == both
    assert await seen(TEACHING) == {teaching.account.account_id}
    assert await seen(STRANGER) == await seen(Caller(new_id(), "base_reviewer", BASE)) == set()
    for who in (TEACHING, STRANGER):
        error = await refusal(accounts.revoke(who, reviewing.account.account_id, "不是本单位的"))
        assert (error.kind, error.reason) == (Kind.NOT_FOUND, "SERVICE_ACCOUNT_UNKNOWN")
    # Who looks from above ends, and hands out nothing; nor does the same hat of another base.
    for who in (PROVINCE, SECURITY, TEACHING, STRANGER):
        error = await refusal(accounts.add_secret(who, reviewing.account.account_id, new_id()))
        assert error.reason == "SERVICE_ACCOUNT_UNKNOWN"
    await accounts.revoke(SECURITY, reviewing.account.account_id, "密钥可能泄露")


async def test_svc_08_guesses_rest_by_account_and_address_and_lock_nobody_else_out(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    handed = await opened(world, accounts)
    account_id = handed.account.account_id
    with coming_from(Origin("203.0.113.9")):
        for _ in range(10):
            assert (await refusal(accounts.sign_in(account_id, "svc_wrong"))).reason == "BAD_SERVICE_SECRET"
        error = await refusal(accounts.sign_in(account_id, handed.secret))
        assert (error.kind, error.reason) == (Kind.EXHAUSTED, "TOO_MANY_FAILURES")
        assert error.until is not None
    with coming_from(Origin("198.51.100.7")):
        await accounts.sign_in(account_id, handed.secret)


async def test_svc_08_an_address_that_tries_many_accounts_rests(world: World, accounts: ServiceAccountHandlers) -> None:
    handed = await opened(world, accounts)
    with coming_from(Origin("203.0.113.9")):
        for _ in range(20):
            assert (await refusal(accounts.sign_in(new_id(), "svc_wrong"))).reason == "BAD_SERVICE_SECRET"
        error = await refusal(accounts.sign_in(handed.account.account_id, handed.secret))
        assert (error.kind, error.reason) == (Kind.EXHAUSTED, "TOO_MANY_FAILURES")


async def test_svc_07_a_sign_in_that_meets_a_revocation_opens_nothing(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    """It found the account still open, and waits for the revocation; a token of afterwards nobody would take back."""
    handed = await opened(world, accounts)
    account_id = handed.account.account_id
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with world.core.database.unit_of_work() as uow:
        store = ServiceAccounts(uow.session)
        await store.by_id(account_id, lock=True)
        await store.change(account_id, revoked_at=world.clock.now())
        signing_in = asyncio.create_task(refusal(accounts.sign_in(account_id, handed.secret)))
        await eventually(lambda: world.rows(waiting), "the sign-in waits")
    assert (await signing_in).reason == "BAD_SERVICE_SECRET"


async def test_svc_08_an_unknown_account_and_a_wrong_secret_look_the_same(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    handed = await opened(world, accounts)
    found = [
        await refusal(accounts.sign_in(account_id, secret))
        for account_id, secret in (
            (handed.account.account_id, "svc_wrong"),
            (new_id(), handed.secret),
            ("no id", handed.secret),
        )
    ]
    assert len({(each.kind, each.reason, each.message) for each in found}) == 1


async def test_svc_07_everything_is_in_the_audit_with_who_did_it(
    world: World, accounts: ServiceAccountHandlers
) -> None:
    handed = await opened(world, accounts)
    account_id = handed.account.account_id
    await accounts.sign_in(account_id, handed.secret)
    await refusal(accounts.sign_in(account_id, "svc_wrong"))
    await accounts.revoke(ADMINISTRATOR, account_id, "系统更换")
    rows = await world.rows("SELECT act, outcome, actor FROM audit WHERE aggregate_id = $1 ORDER BY n", account_id)
    program, person = f"service:{account_id}", ADMINISTRATOR.person_id
    assert [(row["act"], row["outcome"], row["actor"]) for row in rows] == [
        ("service_account_created", "done", person),
        ("service_secret_made", "done", person),
        ("service_signed_in", "done", program),
        ("service_signed_in", "BAD_SERVICE_SECRET", program),
        ("service_account_revoked", "done", person),
    ]
