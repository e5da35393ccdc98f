"""Opening an account in three steps: one person one account, races, retries, what is forgotten.

Holds ID-08, ID-10, ID-15, ID-17, ID-38, ID-39 and ID-40.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from residency.identity.v1 import account_pb2, events_pb2
from services.identity.domain.documents import DocumentType, Sex
from services.identity.domain.registration import LIFE
from services.identity.domain.roles import Role
from services.identity.opening import Opened
from services.identity.records import PersonState
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World
from tests.handlers.identity.desk import Desk, mobile, named, number, refused

HELD = {"name": "王同名", "birth_date": "1998-03-12"}


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.FACULTY])
async def test_id_17_three_steps_make_a_verified_account_that_is_signed_in(world: World, role: Role) -> None:
    desk = Desk(world)
    begun = await desk.begin(1, role=role)
    assert (begun.masked_document, begun.held) == (number(1)[:4] + "*" * 12 + number(1)[-2:], False)
    assert begun.expires_at == world.clock.now() + LIFE
    opened = await desk.registration.create_account(await desk.account(1, begun))
    person = opened.person
    assert (person.name, person.login, person.state, person.verified) == (named(1), "wang1", PersonState.ACTIVE, True)
    assert (opened.role, opened.hat.role if opened.hat else None) == (role, role)
    assert opened.refresh is not None
    [fact] = await world.facts("account.registered")
    registered = events_pb2.AccountRegistered.FromString(fact["body"])
    assert registered == events_pb2.AccountRegistered(
        person_id=person.person_id, role=getattr(account_pb2, f"ROLE_{role.name}"), held=False
    )
    assert [act for act, _ in await world.acts(person.person_id)] == ["account_opened", "session_began"]
    assert await world.rows("SELECT * FROM registration") == []


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPLICANT, Role.FACULTY}))
async def test_role_02_nobody_registers_with_another_hat(world: World, role: Role) -> None:
    assert (await refused(Desk(world).begin(1, role=role))).reason == "ROLE_NOT_OPEN"


async def test_id_33_what_is_plainly_wrong_does_not_use_the_captcha_up(world: World) -> None:
    desk = Desk(world)
    new = await desk.newcomer(1)
    for changes, rule, field in (
        ({"name": " "}, "ID-07", "name"),
        ({"document_number": number(1)[:17] + "Y"}, "ID-01", "document_number"),
        ({"birth_date": "1998-03-13"}, "ID-18", "birth_date"),
        ({"sex": Sex.FEMALE}, "ID-19", "sex"),
    ):
        error = await refused(desk.registration.verify_identity(replace(new, **changes)))
        assert (error.kind, error.rule, error.field) == (Kind.INVALID, rule, field)
    assert (await desk.registration.verify_identity(new)).registration_id
    assert (await refused(desk.registration.verify_identity(new))).reason == "CAPTCHA_WRONG"


async def test_id_38_the_register_decides_and_guessing_is_slowed(world: World) -> None:
    desk = Desk(world)
    error = await refused(desk.begin(1, name="停机中"))
    assert (error.kind, error.reason) == (Kind.UNAVAILABLE, "REAL_NAME_UNAVAILABLE")
    for attempt in range(10):
        with coming_from(Origin(f"10.9.9.{attempt}")):
            error = await refused(desk.registration.verify_identity(await desk.newcomer(1, name="不符者")))
        assert (error.kind, error.reason, error.field) == (Kind.INVALID, "REAL_NAME_MISMATCH", "name")
    error = await refused(desk.begin(1))
    assert (error.kind, error.reason) == (Kind.EXHAUSTED, "TOO_MANY_FAILURES")
    assert error.until is not None
    await desk.begin(2)
    world.clock.instant = error.until
    await desk.begin(1)


async def test_id_10_the_same_document_twice_is_refused_with_a_way_back(world: World) -> None:
    desk = Desk(world)
    opened = await desk.register_person(1)
    error = await refused(desk.begin(1, name="别的名字"))
    assert (error.kind, error.reason) == (Kind.CONFLICT, "PERSON_REGISTERED")
    assert (error.field, error.rule) == ("document_number", "ID-10")
    assert "找回" in error.message
    assert not any(word in error.message for word in ("wang1", named(1), "138"))
    assert ("registration", "PERSON_REGISTERED") in await world.acts(opened.person.person_id)


async def test_id_10_a_renewed_permit_is_no_second_person(world: World) -> None:
    desk = Desk(world)
    permit = {"document_type": DocumentType.HONG_KONG_MACAO_PERMIT, "birth_date": "1990-01-02"}
    await desk.register_person(1, document_number="H1234567801", **permit)
    error = await refused(desk.begin(2, document_number="h12345678 02", **permit))
    assert error.reason == "PERSON_REGISTERED"
    await desk.begin(3, document_number="M12345678", **permit)


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        (DocumentType.PASSPORT, "E12345678"),
        (DocumentType.HONG_KONG_MACAO_PERMIT, "H12345678"),
        (DocumentType.TAIWAN_PERMIT, "12345678"),
        (DocumentType.MILITARY_OFFICER_CARD, "军字第7654321号"),
    ],
)
async def test_id_39_one_name_and_birth_date_under_two_documents_waits_for_a_human(
    world: World, kind: DocumentType, other: str
) -> None:
    desk = Desk(world)
    await desk.register_person(1, **HELD)
    begun = await desk.begin(2, document_type=kind, document_number=other, **HELD)
    assert begun.held
    opened = await desk.registration.create_account(await desk.account(2, begun))
    assert (opened.person.state, opened.person.verified) == (PersonState.HELD, False)
    assert opened.refresh is not None, "it works meanwhile"
    held = [events_pb2.AccountRegistered.FromString(f["body"]).held for f in await world.facts("account.registered")]
    assert held == [False, True]


async def test_id_39_two_who_register_together_under_two_documents_do_not_both_pass(world: World) -> None:
    desk = Desk(world)
    first = await desk.begin(1, **HELD)
    second = await desk.begin(2, document_type=DocumentType.PASSPORT, document_number="E12345678", **HELD)
    assert (first.held, second.held) == (False, False)
    accounts = [await desk.account(1, first), await desk.account(2, second)]
    opened = await asyncio.gather(*(desk.registration.create_account(each) for each in accounts))
    assert sorted(each.person.state for each in opened) == [PersonState.ACTIVE, PersonState.HELD]


async def test_id_10_two_accounts_at_once_for_one_document_end_in_one(world: World) -> None:
    desk = Desk(world)
    begun = [await desk.begin(1) for _ in range(4)]
    accounts = [replace(await desk.account(n, each), login=f"somebody{n}") for n, each in enumerate(begun)]
    opened = await asyncio.gather(*map(desk.registration.create_account, accounts), return_exceptions=True)
    assert sorted(_outcome(each) for each in opened) == ["PERSON_REGISTERED"] * 3 + ["opened"]
    assert len(await world.facts("account.registered")) == 1


async def test_id_08_two_accounts_at_once_for_one_login_end_in_one(world: World) -> None:
    desk = Desk(world)
    accounts = [
        replace(await desk.account(n, await desk.begin(n)), login=login)
        for n, login in enumerate(("Somebody", "somebody", "SOMEBODY"), start=1)
    ]
    opened = await asyncio.gather(*map(desk.registration.create_account, accounts), return_exceptions=True)
    assert sorted(_outcome(each) for each in opened) == ["LOGIN_TAKEN"] * 2 + ["opened"]
    [error, _] = [each for each in opened if isinstance(each, DomainError)]
    assert (error.kind, error.field, error.rule) == (Kind.CONFLICT, "login", "ID-08")


async def test_id_08_after_a_taken_login_another_goes_on_with_the_same_code(world: World) -> None:
    desk = Desk(world)
    await desk.register_person(1)
    account = await desk.account(2, await desk.begin(2), login="WANG1")
    assert (await refused(desk.registration.create_account(account))).reason == "LOGIN_TAKEN"
    opened = await desk.registration.create_account(replace(account, login="wang2"))
    assert opened.person.login == "wang2"


async def test_id_15_the_same_request_again_and_at_once_is_one_person(world: World) -> None:
    desk = Desk(world)
    account = await desk.account(1, await desk.begin(1))
    together = await asyncio.gather(*(desk.registration.create_account(account) for _ in range(5)))
    later = await desk.registration.create_account(account)
    assert len({each.person.person_id for each in [*together, later]}) == 1
    assert len({each.session_id for each in [*together, later]}) == 6
    assert len(await world.facts("account.registered")) == 1


async def test_id_15_the_key_opens_nothing_without_the_password(world: World) -> None:
    desk = Desk(world)
    account = await desk.account(1, await desk.begin(1))
    await desk.registration.create_account(account)
    error = await refused(desk.registration.create_account(replace(account, password="another horse battery")))
    assert error.reason == "IDEMPOTENCY_KEY_REUSED"
    for changes in ({"login": "other"}, {"mobile": mobile(2)}):
        error = await refused(desk.registration.create_account(replace(account, **changes)))
        assert error.reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await refused(desk.registration.create_account(replace(account, idempotency_key="key-other")))).rule in (
        *("ID-15", "ID-40"),
    )
    world.clock.forward(LIFE)
    assert (await refused(desk.registration.create_account(account))).reason == "REGISTRATION_UNKNOWN"


async def test_id_15_guessing_the_password_through_a_retry_is_throttled(world: World) -> None:
    desk = Desk(world)
    account = await desk.account(1, await desk.begin(1))
    await desk.registration.create_account(account)
    wrong = [replace(account, password=f"another horse battery {n}") for n in range(11)]
    reasons = [(await refused(desk.registration.create_account(each))).reason for each in wrong]
    assert reasons == ["IDEMPOTENCY_KEY_REUSED"] * 10 + ["TOO_MANY_FAILURES"]


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"code": "wrong"}, "CODE_WRONG", "code"),
        ({"mobile": mobile(7)}, "CODE_WRONG", "code"),
        ({"mobile": "12345"}, "MOBILE_FORMAT", "mobile"),
        ({"login": "a b"}, "LOGIN_FORMAT", "login"),
        ({"password": "1234567890"}, "PASSWORD_COMMON", "password"),
        ({"password": f"mine {number(1)}"}, "PASSWORD_CONTEXT", "password"),
        ({"password": f"call {mobile(1)[3:]}"}, "PASSWORD_CONTEXT", "password"),
        ({"registration_id": "0198c0de-0000-7000-8000-000000000000"}, "REGISTRATION_UNKNOWN", ""),
    ],
)
async def test_id_40_a_refused_account_leaves_the_registration_as_it_was(
    world: World, changes: dict[str, str], reason: str, field: str
) -> None:
    desk = Desk(world)
    account = await desk.account(1, await desk.begin(1))
    if changes.get("code") == "wrong":
        changes = {"code": f"{(int(account.code) + 1) % 1_000_000:06d}"}
    error = await refused(desk.registration.create_account(replace(account, **changes)))
    assert (error.reason, error.field) == (reason, field)
    assert number(1) not in str(error)
    opened = await desk.registration.create_account(account)
    assert opened.person.login == "wang1"


async def test_id_40_a_registration_is_cancelled_at_each_step_and_forgotten_in_time(world: World) -> None:
    desk = Desk(world)
    begun = await desk.begin(1)
    await desk.registration.cancel(begun.registration_id)
    await desk.registration.cancel(begun.registration_id)
    await desk.registration.cancel(new_id())
    assert (await refused(desk.account(1, begun))).reason == "REGISTRATION_UNKNOWN"

    account = await desk.account(2, await desk.begin(2))
    await desk.registration.cancel(account.registration_id)
    assert (await refused(desk.registration.create_account(account))).reason == "REGISTRATION_UNKNOWN"

    begun = await desk.begin(3)
    world.clock.forward(LIFE - timedelta(seconds=1))
    account = await desk.account(3, begun)
    world.clock.forward(timedelta(seconds=1))
    error = await refused(desk.registration.create_account(account))
    assert (error.kind, error.reason, error.rule) == (Kind.NOT_FOUND, "REGISTRATION_UNKNOWN", "ID-40")
    await desk.begin(4)
    [row] = await world.rows("SELECT count(*) AS left FROM registration")
    assert row["left"] == 1, "what is past its time goes with the next one"


async def test_id_40_cancelling_while_the_account_opens_is_one_or_the_other(world: World) -> None:
    desk = Desk(world)
    account = await desk.account(1, await desk.begin(1))
    opened, _ = await asyncio.gather(
        desk.registration.create_account(account),
        desk.registration.cancel(account.registration_id),
        return_exceptions=True,
    )
    [row] = await world.rows("SELECT count(*) AS there FROM person")
    assert _outcome(opened) in ({"opened"} if row["there"] else {"REGISTRATION_RACED", "REGISTRATION_UNKNOWN"})


def _outcome(answer: Opened | BaseException) -> str:
    if isinstance(answer, DomainError):
        return answer.reason
    if isinstance(answer, BaseException):
        raise answer
    return "opened"
