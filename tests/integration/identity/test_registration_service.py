"""Registration, persons and the sandbox over gRPC, as identity's process composes them.

Holds ID-11, ID-38, ID-40, ID-41 and ID-44.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from residency.identity.v1 import person_service_pb2 as person_pb
from residency.identity.v1 import registration_service_pb2 as pb
from residency.identity.v1 import sandbox_service_pb2 as sandbox_pb
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from residency.identity.v1.sandbox_service_pb2_grpc import SandboxServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from tests.support import people
from tests.support.people import PASSWORD, People

MOBILE = "13800138000"


@pytest.fixture
async def crowd(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[People]:
    async with people.identity(database_url("identity"), nats_url, tmp_path) as crowd:
        yield crowd


async def refused(act: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value


async def test_id_40_the_three_steps_over_grpc(crowd: People) -> None:
    registration = crowd.stub(RegistrationServiceStub)
    sandbox = crowd.operator_stub(SandboxServiceStub)

    captcha_id = (await registration.CreateCaptcha(pb.CreateCaptchaRequest())).captcha_id
    picture = await registration.GetCaptchaPicture(pb.GetCaptchaPictureRequest(captcha_id=captcha_id))
    assert (picture.media_type, picture.content[:4]) == ("image/png", b"\x89PNG")
    spoken = await registration.GetCaptchaPicture(pb.GetCaptchaPictureRequest(captcha_id=captcha_id, audio=True))
    assert (spoken.media_type, spoken.content[:4]) == ("audio/wav", b"RIFF")
    answer = (await sandbox.GetCaptchaAnswer(sandbox_pb.GetCaptchaAnswerRequest(captcha_id=captcha_id))).answer

    number = people.resident_id(77)
    begun = await registration.VerifyIdentity(
        pb.VerifyIdentityRequest(
            role="ROLE_FACULTY",
            name="阿依古丽·买买提",
            document_type="DOCUMENT_TYPE_RESIDENT_ID",
            document_number=number,
            captcha_id=captcha_id,
            captcha_answer=answer,
        )
    )
    assert begun.masked_document == number[:4] + "*" * 12 + number[-2:]
    assert not begun.held
    await registration.SendRegistrationCode(
        pb.SendRegistrationCodeRequest(registration_id=begun.registration_id, mobile=MOBILE)
    )
    [text] = (await sandbox.ListTexts(sandbox_pb.ListTextsRequest(mobile=MOBILE))).texts
    assert (text.purpose, text.code in text.text) == ("registration", True)
    request = pb.CreateAccountRequest(
        registration_id=begun.registration_id,
        login="Ayigul",
        password=PASSWORD,
        mobile=MOBILE,
        code=text.code,
        idempotency_key=new_id(),
    )
    signed_in = (await registration.CreateAccount(request)).signed_in
    again = (await registration.CreateAccount(request)).signed_in
    assert signed_in.person == again.person
    assert (signed_in.person.verified, signed_in.person.masked_mobile) == (True, "138****8000")

    person = crowd.stub(PersonServiceStub)
    with act_as(signed_in.tokens.access.value):
        me = await person.GetMe(person_pb.GetMeRequest())
        assert (me.person, me.login, me.hat) == (signed_in.person, "Ayigul", signed_in.hat)
        assert me.bindable_from.ToDatetime() > me.bound_at.ToDatetime()
        error = await refused(
            person.BindRealName(
                person_pb.BindRealNameRequest(
                    name="另一人",
                    document_type="DOCUMENT_TYPE_PASSPORT",
                    document_number="E1234567",
                    birth_date="1990-01-01",
                )
            )
        )
        assert error.reason == "ALREADY_BOUND"
        freed = await person.UnbindRealName(person_pb.UnbindRealNameRequest(password=PASSWORD))
        assert freed.bindable_from == me.bindable_from
        told = json.loads((await person.ExportMyData(person_pb.ExportMyDataRequest())).json)
        assert told["person"]["mobile_number"] == "+8613800138000"
        error = await refused(person.EraseExpired(person_pb.EraseExpiredRequest(dry_run=True)))
        assert error.kind is Kind.FORBIDDEN
    operator = crowd.operator_stub(PersonServiceStub)
    assert (await operator.EraseExpired(person_pb.EraseExpiredRequest(dry_run=True))).found == 0
    assert (await operator.RewrapSealed(person_pb.RewrapSealedRequest())).left == 0
    with act_as(await crowd.machine("enrollment")):
        read = await person.GetPerson(person_pb.GetPersonRequest(person_id=signed_in.person.person_id))
    assert (read.person.name, read.person.verified, read.person.masked_document) == ("阿依古丽·买买提", False, "")
    await registration.CancelRegistration(pb.CancelRegistrationRequest(registration_id=begun.registration_id))


async def test_id_44_the_sandbox_is_the_operators(crowd: People) -> None:
    someone = await crowd.register_applicant()
    sandbox = crowd.stub(SandboxServiceStub)
    for token in (someone.token, await crowd.machine("portal")):
        with act_as(token):
            error = await refused(sandbox.ListTexts(sandbox_pb.ListTextsRequest(mobile=someone.mobile)))
        assert error.kind is Kind.FORBIDDEN
    assert (await refused(sandbox.ListTexts(sandbox_pb.ListTextsRequest(mobile=MOBILE)))).kind is Kind.UNAUTHENTICATED


async def test_id_44_with_real_adapters_there_is_no_sandbox(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    address = {"texts_address": "http://127.0.0.1:9/texts", "real_name_address": "http://127.0.0.1:9/names"}
    async with people.identity(database_url("identity"), nats_url, tmp_path, **address) as crowd:
        registration = crowd.stub(RegistrationServiceStub)
        sandbox = crowd.operator_stub(SandboxServiceStub)
        captcha_id = (await registration.CreateCaptcha(pb.CreateCaptchaRequest())).captcha_id
        for act in (
            sandbox.GetCaptchaAnswer(sandbox_pb.GetCaptchaAnswerRequest(captcha_id=captcha_id)),
            sandbox.ListTexts(sandbox_pb.ListTextsRequest(mobile=MOBILE)),
        ):
            error = await refused(act)
            assert (error.kind, error.reason, error.rule) == (Kind.NOT_FOUND, "NO_SANDBOX", "ID-44")


async def test_id_11_a_dump_of_the_database_shows_no_number_of_anybody(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
    url = database_url("identity")
    async with people.identity(url, nats_url, tmp_path) as crowd:
        accounts = await asyncio.gather(
            *(crowd.register_applicant() for _ in range(6)), *(crowd.register_faculty() for _ in range(4))
        )
        connection = await asyncpg.connect(url)
        try:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            lines = [
                row["line"]
                for table in tables
                for row in await connection.fetch(f'SELECT t.*::text AS line FROM "{table["tablename"]}" AS t')
            ]
        finally:
            await connection.close()
    text = "\n".join(lines)
    assert len(lines) > 50
    for account in accounts:
        assert account.person_id in text
        for secret in (account.document, account.mobile.removeprefix("+86"), account.password):
            assert secret
            assert secret not in text
            assert secret.encode().hex() not in text
