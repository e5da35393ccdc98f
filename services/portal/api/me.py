"""Oneself: who one is, the real-name binding, one's own data, password and mobile number."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import account_pb2, credential_service_pb2, person_service_pb2
from services.portal.api.common import (
    ANSWER,
    PREFIX,
    PROBLEMS,
    Body,
    Services,
    Shared,
    SignedIn,
    answers,
    json_answer,
    problem_answers,
)
from services.portal.api.registrations import CaptchaAnswer, Document, MobileNumber
from services.portal.own_data import collect
from services.portal.wire import enum_label

router = APIRouter(prefix=f"{PREFIX}/me", tags=["me"], dependencies=[SignedIn])


class Password(Body):
    """The caller's password."""

    password: str = Field(min_length=1, max_length=200)


class NewPassword(Body):
    """The password so far, and the new one."""

    current_password: str = Field(min_length=1, max_length=200)
    new_password: str = Field(min_length=10, max_length=200)


class MobileWithCaptcha(MobileNumber, CaptchaAnswer):
    """A new mobile number, and the captcha."""


class NewMobile(MobileNumber, Password):
    """A new mobile number, the code that came to it, and the password."""

    code: str = Field(pattern="^[0-9]{6}$")


_DATA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One JSON object.",
        "content": {"application/json": {"schema": {"type": "object"}}},
        ANSWER: person_service_pb2.ExportMyDataResponse.DESCRIPTOR.full_name,
    },
    **problem_answers(PROBLEMS),
}


@router.get("", **answers(person_service_pb2.GetMeResponse))
async def get_me(services: Services) -> Response:
    """Read who one is: person, hat, binding."""
    return json_answer(await services.persons.GetMe(person_service_pb2.GetMeRequest()))


@router.get("/data", responses=_DATA, response_class=Response)
async def get_my_data(portal: Shared) -> Response:
    """Read everything the platform knows of oneself, from all services."""
    whole = json.dumps(await collect(portal), ensure_ascii=False, indent=2)
    return Response(whole, media_type="application/json")


@router.post("/binding", **answers(person_service_pb2.BindRealNameResponse))
async def bind_real_name(body: Document, services: Services) -> Response:
    """Bind name and document; one success in a rolling thirty days."""
    request = person_service_pb2.BindRealNameRequest(
        name=body.name,
        document_type=enum_label(account_pb2.DocumentType.DESCRIPTOR, body.document_type),
        document_number=body.document_number,
        birth_date=body.birth_date,
        sex=enum_label(account_pb2.Sex.DESCRIPTOR, body.sex),
    )
    return json_answer(await services.persons.BindRealName(request))


@router.post("/binding/removal", **answers(person_service_pb2.UnbindRealNameResponse))
async def unbind_real_name(body: Password, services: Services) -> Response:
    """Take the binding back; it gives no new right to bind."""
    return json_answer(
        await services.persons.UnbindRealName(person_service_pb2.UnbindRealNameRequest(password=body.password))
    )


@router.put("/password", **answers(credential_service_pb2.ChangePasswordResponse))
async def change_password(body: NewPassword, services: Services) -> Response:
    """Set a new password; all other sessions end."""
    request = credential_service_pb2.ChangePasswordRequest(
        current_password=body.current_password, new_password=body.new_password
    )
    return json_answer(await services.credentials.ChangePassword(request))


@router.post("/mobile/code", **answers(credential_service_pb2.SendMobileCodeResponse))
async def send_mobile_code(body: MobileWithCaptcha, services: Services) -> Response:
    """Send a code to a new mobile number."""
    request = credential_service_pb2.SendMobileCodeRequest(
        mobile=body.mobile, captcha_id=body.captcha_id, captcha_answer=body.captcha_answer
    )
    return json_answer(await services.credentials.SendMobileCode(request))


@router.put("/mobile", **answers(credential_service_pb2.ChangeMobileResponse))
async def change_mobile(body: NewMobile, services: Services) -> Response:
    """Set the new mobile number; the old one is told."""
    request = credential_service_pb2.ChangeMobileRequest(mobile=body.mobile, code=body.code, password=body.password)
    return json_answer(await services.credentials.ChangeMobile(request))
