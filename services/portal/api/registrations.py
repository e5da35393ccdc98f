"""Opening an account in three steps, and the captcha before it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import account_pb2, registration_service_pb2
from services.portal.api.common import (
    ANSWER,
    PREFIX,
    PROBLEMS,
    Body,
    Id,
    IdempotencyKey,
    Nothing,
    Services,
    answers,
    json_answer,
    problem_answers,
)
from services.portal.wire import enum_label

router = APIRouter(prefix=PREFIX, tags=["registrations"])

DocumentTypeName = Literal[
    "resident_id", "passport", "hong_kong_macao_permit", "taiwan_permit", "military_officer_card"
]
SexName = Literal["", "male", "female"]


class CaptchaAnswer(Body):
    """An answer to a captcha."""

    captcha_id: Id
    captcha_answer: str = Field(min_length=1, max_length=16)


class Document(Body):
    """A person as on a document. Birth date and sex may be left out with a resident identity card."""

    name: str = Field(min_length=1, max_length=100)
    document_type: DocumentTypeName
    document_number: str = Field(min_length=1, max_length=40)
    birth_date: str = Field(default="", max_length=10)
    sex: SexName = ""


class NewRegistration(Document, CaptchaAnswer):
    """Step 1: who registers, and the captcha."""

    role: Literal["applicant", "faculty"]


class MobileNumber(Body):
    """A mobile number; mainland numbers without a country code."""

    mobile: str = Field(min_length=5, max_length=24)


class NewAccount(MobileNumber):
    """Steps 2 and 3: how the person signs in, and the code that came to the mobile number."""

    login: str = Field(pattern="^[A-Za-z0-9._-]{3,64}$")
    password: str = Field(min_length=10, max_length=200)
    code: str = Field(pattern="^[0-9]{6}$")


_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "PNG, or WAV.",
        "content": {"image/png": {}, "audio/wav": {}},
        ANSWER: registration_service_pb2.GetCaptchaPictureResponse.DESCRIPTOR.full_name,
    },
    **problem_answers(PROBLEMS),
}


@router.post("/captchas", **answers(registration_service_pb2.CreateCaptchaResponse, 201))
async def create_captcha(services: Services, body: Nothing | None = None) -> Response:
    """Make a captcha; it lives ten minutes and is good for one answer."""
    return json_answer(await services.registrations.CreateCaptcha(registration_service_pb2.CreateCaptchaRequest()), 201)


@router.get("/captchas/{captcha_id}/picture", responses=_PICTURE, response_class=Response)
async def get_captcha_picture(captcha_id: Id, services: Services, audio: Annotated[bool, Query()] = False) -> Response:
    """Draw a captcha, or speak it."""
    request = registration_service_pb2.GetCaptchaPictureRequest(captcha_id=captcha_id, audio=audio)
    answer = await services.registrations.GetCaptchaPicture(request)
    return Response(answer.content, media_type=answer.media_type)


@router.post("/registrations", **answers(registration_service_pb2.VerifyIdentityResponse, 201))
async def verify_identity(body: NewRegistration, services: Services) -> Response:
    """Step 1: check the document, ask the real-name register, begin a registration of thirty minutes."""
    request = registration_service_pb2.VerifyIdentityRequest(
        role=enum_label(account_pb2.Role.DESCRIPTOR, body.role),
        name=body.name,
        document_type=enum_label(account_pb2.DocumentType.DESCRIPTOR, body.document_type),
        document_number=body.document_number,
        birth_date=body.birth_date,
        sex=enum_label(account_pb2.Sex.DESCRIPTOR, body.sex),
        captcha_id=body.captcha_id,
        captcha_answer=body.captcha_answer,
    )
    return json_answer(await services.registrations.VerifyIdentity(request), 201)


@router.post("/registrations/{registration_id}/code", **answers(registration_service_pb2.SendRegistrationCodeResponse))
async def send_registration_code(registration_id: Id, body: MobileNumber, services: Services) -> Response:
    """Step 2: send a code to a mobile number."""
    request = registration_service_pb2.SendRegistrationCodeRequest(registration_id=registration_id, mobile=body.mobile)
    return json_answer(await services.registrations.SendRegistrationCode(request))


@router.post("/registrations/{registration_id}/account", **answers(registration_service_pb2.CreateAccountResponse, 201))
async def create_account(registration_id: Id, body: NewAccount, key: IdempotencyKey, services: Services) -> Response:
    """Steps 2 and 3: open the account and sign in."""
    request = registration_service_pb2.CreateAccountRequest(
        registration_id=registration_id,
        login=body.login,
        password=body.password,
        mobile=body.mobile,
        code=body.code,
        idempotency_key=key,
    )
    return json_answer(await services.registrations.CreateAccount(request), 201)


@router.delete("/registrations/{registration_id}", **answers(registration_service_pb2.CancelRegistrationResponse))
async def cancel_registration(registration_id: Id, services: Services) -> Response:
    """Give a registration up; what was entered is forgotten."""
    request = registration_service_pb2.CancelRegistrationRequest(registration_id=registration_id)
    return json_answer(await services.registrations.CancelRegistration(request))
