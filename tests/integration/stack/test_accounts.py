"""Accounts as the embedded stack and the tests open them: through the public calls of a real identity."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from residency.identity.v1 import account_pb2, person_service_pb2
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from services.kit.auth import act_as
from services.rehearsal.province import load_province
from services.stack import demo
from services.stack.authenticator import Keyring
from services.stack.load import Loader
from services.stack.up import PROVINCE
from tests.support import people
from tests.support.people import People

PASSWORD = "demo-1a2b-3c4d-5e6f"


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path / "keys") as crowd:
        yield crowd


async def me(crowd: People, token: str) -> account_pb2.Person:
    with act_as(token):
        answer = await crowd.stub(PersonServiceStub).GetMe(person_service_pb2.GetMeRequest())
    person: account_pb2.Person = answer.person
    return person


async def test_an_applicant_registers_in_three_steps_and_is_signed_in(crowd: People) -> None:
    anna = await crowd.register_applicant()
    person = await me(crowd, anna.token)
    assert (person.person_id, person.role, person.verified) == (anna.person_id, account_pb2.ROLE_APPLICANT, True)
    assert person.masked_document == f"{anna.document[:4]}{'*' * 12}{anna.document[-2:]}"
    again = await crowd.sign_in(anna)
    assert again.person_id == anna.person_id
    assert again.session_id != anna.session_id


@pytest.mark.parametrize("role", ["base_reviewer", "department_director", "province_administrator", "auditor"])
async def test_staff_accept_an_invitation_and_enrol_a_factor(crowd: People, role: str) -> None:
    member = await crowd.staff(role)
    person = await me(crowd, member.token)
    assert account_pb2.Role.Name(person.role) == f"ROLE_{role.upper()}"
    assert (await crowd.sign_in(member)).person_id == member.person_id


async def test_a_powerful_hat_gets_its_second_signature_once_there_is_somebody_to_sign(crowd: People) -> None:
    await crowd.staff("security_administrator")
    auditor = await crowd.staff("auditor")
    assert (await me(crowd, auditor.token)).role == account_pb2.ROLE_AUDITOR


async def test_loading_the_demo_people_twice_changes_nothing_and_lost_secrets_are_replaced(
    crowd: People, tmp_path: Path
) -> None:
    province = load_province(PROVINCE)
    staff = {person.login for person in demo.PEOPLE if person.organisation}

    async def load(file: str) -> Keyring:
        await Loader(crowd.accounts, province, PASSWORD, Keyring(tmp_path / file)).load()
        return Keyring(tmp_path / file)

    first = await load("factors.json")
    assert set(first.logins()) == staff
    again = await load("factors.json")
    assert [again[login].secret for login in first.logins()] == [first[login].secret for login in first.logins()]
    replaced = await load("lost.json")
    assert set(replaced.logins()) == staff
    for login in ("province", "qilu.secretary"):
        signed_in = await crowd.accounts.sign_in(login, PASSWORD, replaced[login])
        assert signed_in.person.name == next(person.name for person in demo.PEOPLE if person.login == login)
