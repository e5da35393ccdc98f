"""Registering, signing in, appointing and organising, on a real database.

Holds ID-08, ID-10, ID-11, ID-12, ID-14, ID-15, ID-16, ID-17 and ROLE-06, ROLE-07, ROLE-08, ROLE-09.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from residency.identity.v1 import account_pb2, events_pb2
from services.identity.domain import resident_id
from services.identity.domain.organisation import Organisation, OrganisationKind
from services.identity.domain.roles import Role
from services.identity.handlers import FAILURES_ALLOWED, NewAccount, NewStaff
from services.kit.domain import Caller, DomainError, Kind

if TYPE_CHECKING:
    from tests.handlers.identity.conftest import World

OPERATOR = Caller("machine:operator", "operator")
PROVINCE = Caller("p", "province_administrator", "37")
SHANDONG = Organisation("37", "山东省", OrganisationKind.PROVINCE)
QILU = Organisation("SD-QILU", "齐鲁医院", OrganisationKind.BASE, "37")
HUBEI = Organisation("42", "湖北省", OrganisationKind.PROVINCE)
PASSWORD = "correct horse battery"


def number(order: int) -> str:
    seventeen = f"37019919980312{order:03d}"
    return seventeen + resident_id.check_character(seventeen)


def applicant(order: int, **changes: object) -> NewAccount:
    new = NewAccount(Role.APPLICANT, "张三", number(order), f"zhangsan{order}", PASSWORD, f"key-{order:08d}")
    return replace(new, **changes)  # type: ignore[arg-type]


async def refused(act: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value


async def facts(world: World) -> list[tuple[str, int, bytes]]:
    rows = await world.database.fetch("SELECT subject, version, body FROM outbox ORDER BY position")
    return [(row["subject"], row["version"], row["body"]) for row in rows]


async def test_id_15_registering_signs_in_and_publishes_one_fact(world: World) -> None:
    person, token = await world.identity.register_account(applicant(1))
    assert (person.role, person.name, person.masked_document[:4]) == (Role.APPLICANT, "张三", "3701")
    assert number(1) not in person.masked_document
    assert person.verified  # ID-17
    assert token.expires_at == world.clock.now() + timedelta(hours=12)
    [(subject, version, body)] = await facts(world)
    assert (subject, version) == ("residency.identity.v1.account.registered", 1)
    fact = events_pb2.AccountRegistered.FromString(body)
    assert (fact.person_id, fact.role) == (person.person_id, account_pb2.ROLE_APPLICANT)


async def test_id_15_the_same_request_again_is_the_same_person_and_no_second_fact(world: World) -> None:
    answers = await asyncio.gather(*(world.identity.register_account(applicant(1)) for _ in range(6)))
    again = await world.identity.register_account(applicant(1))
    assert {person.person_id for person, _ in [*answers, again]} == {again[0].person_id}
    assert len(await facts(world)) == 1


async def test_id_15_a_key_serves_one_request(world: World) -> None:
    await world.identity.register_account(applicant(1))
    for other in (
        applicant(2, idempotency_key="key-00000001"),
        applicant(1, name="李四"),
        applicant(1, password="another password"),
    ):
        error = await refused(world.identity.register_account(other))
        assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED", "ID-15")


async def test_id_10_one_person_has_one_account_whatever_the_login_or_hat(world: World) -> None:
    await world.identity.register_account(applicant(1))
    second = applicant(1, login="other", idempotency_key="key-other", role=Role.FACULTY)
    error = await refused(world.identity.register_account(second))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "PERSON_REGISTERED", "ID-10")


async def test_id_08_a_login_is_taken_in_any_case(world: World) -> None:
    await world.identity.register_account(applicant(1))
    error = await refused(world.identity.register_account(applicant(2, login="ZhangSan1")))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "LOGIN_TAKEN", "ID-08")
    assert (await world.identity.sign_in("ZHANGSAN1", PASSWORD))[0].name == "张三"


async def test_id_10_of_many_at_once_with_one_document_or_login_one_is_registered(world: World) -> None:
    same_document = [applicant(1, login=f"login{i}", idempotency_key=f"key-doc-{i}") for i in range(4)]
    same_login = [applicant(10 + i, login="wanted", idempotency_key=f"key-login-{i}") for i in range(4)]
    for rivals, reason in ((same_document, "PERSON_REGISTERED"), (same_login, "LOGIN_TAKEN")):
        answers = await asyncio.gather(
            *(world.identity.register_account(rival) for rival in rivals), return_exceptions=True
        )
        assert sum(isinstance(answer, tuple) for answer in answers) == 1
        assert {a.reason for a in answers if isinstance(a, DomainError)} == {reason}
    assert len(await facts(world)) == 2


async def test_role_02_staff_hats_cannot_be_registered(world: World) -> None:
    error = await refused(world.identity.register_account(applicant(1, role=Role.PROVINCE_ADMINISTRATOR)))
    assert (error.kind, error.rule) == (Kind.FORBIDDEN, "ROLE-02")


async def test_id_11_no_table_holds_a_document_number_or_password(world: World) -> None:
    await world.identity.register_account(applicant(1))
    for table in ("account", "registration", "outbox", "sign_in_failure"):
        text = repr(await world.database.fetch(f"SELECT * FROM {table}"))
        assert number(1) not in text
        assert PASSWORD not in text
    row = await world.database.fetchrow("SELECT person_id, document_sealed FROM account")
    assert row is not None
    assert world.vault.open(row["document_sealed"], str(row["person_id"])) == number(1)


async def test_id_12_hashes_are_argon2id_and_are_renewed_when_the_parameters_change(world: World) -> None:
    await world.identity.register_account(applicant(1))
    stored = await world.database.fetchval("SELECT password_hash FROM account")
    assert stored.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    weaker = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await world.database.execute("UPDATE account SET password_hash = $1", weaker)
    await world.identity.sign_in("zhangsan1", PASSWORD)
    renewed = await world.database.fetchval("SELECT password_hash FROM account")
    assert renewed.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert renewed != stored


async def test_id_16_a_wrong_password_and_an_unknown_login_are_answered_alike_in_like_time(world: World) -> None:
    await world.identity.register_account(applicant(1))
    answers = set()
    times: dict[str, list[float]] = {"zhangsan1": [], "nobody-here": []}
    for _ in range(15):
        for login, taken in times.items():
            began = time.perf_counter()
            error = await refused(world.identity.sign_in(login, "wrong password"))
            taken.append(time.perf_counter() - began)
            answers.add((error.kind, error.reason, error.message, error.rule, error.field))
        world.clock.forward(timedelta(minutes=1))
    assert answers == {(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "登录名或密码不正确。", "ID-16", "")}
    wrong, unknown = (median(taken) for taken in times.values())
    assert 0.5 < wrong / unknown < 2.0


@pytest.mark.parametrize("login", ["zhangsan1", "nobody-here"])
async def test_id_14_after_ten_failures_a_login_rests_even_with_the_right_password(world: World, login: str) -> None:
    await world.identity.register_account(applicant(1))
    began = world.clock.now()
    for _ in range(FAILURES_ALLOWED):
        assert (await refused(world.identity.sign_in(login, "wrong password"))).reason == "BAD_CREDENTIALS"
        world.clock.forward(timedelta(seconds=1))
    error = await refused(world.identity.sign_in(login.upper(), PASSWORD))
    assert (error.kind, error.reason, error.rule) == (Kind.EXHAUSTED, "TOO_MANY_FAILURES", "ID-14")
    assert error.until == began + timedelta(minutes=5)
    await world.identity.register_account(applicant(2))
    await world.identity.sign_in("zhangsan2", PASSWORD)

    world.clock.instant = began + timedelta(minutes=5, seconds=1)
    if login == "zhangsan1":
        await world.identity.sign_in(login, PASSWORD)
    else:
        assert (await refused(world.identity.sign_in(login, PASSWORD))).reason == "BAD_CREDENTIALS"


async def test_id_14_many_guesses_at_once_are_counted_too(world: World) -> None:
    await world.identity.register_account(applicant(1))
    errors = await asyncio.gather(*(refused(world.identity.sign_in("zhangsan1", f"guess {n}")) for n in range(40)))
    checked = [error for error in errors if error.reason == "BAD_CREDENTIALS"]
    assert FAILURES_ALLOWED <= len(checked) <= FAILURES_ALLOWED + 1


async def test_id_14_sign_ins_that_succeed_are_never_limited(world: World) -> None:
    await world.identity.register_account(applicant(1))
    signed_in = await asyncio.gather(*(world.identity.sign_in("zhangsan1", PASSWORD) for _ in range(30)))
    assert len(signed_in) == 30


async def test_id_14_failures_that_no_longer_count_are_forgotten(world: World) -> None:
    await refused(world.identity.sign_in("one", "wrong password"))
    world.clock.forward(timedelta(minutes=6))
    await refused(world.identity.sign_in("two", "wrong password"))
    assert await world.database.fetchval("SELECT count(*) FROM sign_in_failure") == 1


async def test_role_06_machines_sign_in_with_their_own_secret(world: World) -> None:
    world.identity.sign_in_machine("worker", "worker-secret-0123456789")
    for machine, secret in (
        ("worker", "portal-secret-0123456789"),
        ("operator", ""),
        ("operator", "worker-secret-0123456789"),
        ("admin", "worker-secret-0123456789"),
    ):
        with pytest.raises(DomainError) as caught:
            world.identity.sign_in_machine(machine, secret)
        assert (caught.value.kind, caught.value.reason) == (Kind.UNAUTHENTICATED, "BAD_MACHINE")


async def test_role_07_a_person_sees_themselves_and_staff_see_anyone_masked(world: World) -> None:
    one, _ = await world.identity.register_account(applicant(1))
    two, _ = await world.identity.register_account(applicant(2))
    assert await world.identity.get_person(Caller(one.person_id, "applicant"), one.person_id) == one
    error = await refused(world.identity.get_person(Caller(one.person_id, "applicant"), two.person_id))
    assert (error.kind, error.reason) == (Kind.NOT_FOUND, "PERSON_UNKNOWN")
    for role in ("base_reviewer", "province_administrator", "service"):
        seen = await world.identity.get_person(Caller("x", role), two.person_id)
        assert seen.masked_document == f"3701{'*' * 12}{number(2)[-2:]}"


async def test_role_09_importing_twice_changes_nothing_and_renames_are_counted(world: World) -> None:
    wanted = [SHANDONG, QILU, HUBEI]
    assert await world.identity.import_organisations(OPERATOR, wanted) == 3
    assert await world.identity.import_organisations(OPERATOR, wanted) == 0
    renamed = replace(QILU, name="山东大学齐鲁医院")
    assert await world.identity.import_organisations(PROVINCE, [SHANDONG, renamed]) == 1
    assert list(await world.identity.list_organisations()) == [SHANDONG, renamed, HUBEI]
    assert (await refused(world.identity.import_organisations(PROVINCE, [HUBEI]))).rule == "ROLE-04"


async def test_role_08_appointing_the_same_login_again_changes_nothing(world: World) -> None:
    await world.identity.import_organisations(OPERATOR, [SHANDONG, QILU])
    new = NewStaff("qilu-admin", PASSWORD, "王主任", Role.BASE_ADMINISTRATOR, "SD-QILU")
    first = await world.identity.appoint_staff(OPERATOR, new)
    again = await world.identity.appoint_staff(PROVINCE, replace(new, login="QILU-admin", password="other password"))
    assert again == first
    signed_in, _ = await world.identity.sign_in("qilu-admin", PASSWORD)
    assert (signed_in.role, signed_in.organisation_code) == (Role.BASE_ADMINISTRATOR, "SD-QILU")
    assert await facts(world) == []
    assert not first.verified  # ID-17: staff have no document here

    for other in (replace(new, role=Role.BASE_REVIEWER), replace(new, login="zhangsan1")):
        if other.login == "zhangsan1":
            await world.identity.register_account(applicant(1))
        error = await refused(world.identity.appoint_staff(OPERATOR, other))
        assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "LOGIN_TAKEN", "ROLE-08")
    error = await refused(world.identity.appoint_staff(OPERATOR, replace(new, organisation_code="none")))
    assert (error.kind, error.reason) == (Kind.NOT_FOUND, "ORGANISATION_UNKNOWN")
