"""Second factors, and the way back after a forgotten password."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import credential_service_pb2
from services.portal.api.common import PREFIX, Body, Id, Nothing, Services, SignedIn, answers, json_answer
from services.portal.api.registrations import CaptchaAnswer, MobileNumber

router = APIRouter(prefix=PREFIX, tags=["factors"])


class Forgotten(MobileNumber, CaptchaAnswer):
    """Whose password was forgotten; login and number belong together."""

    login: str = Field(min_length=1, max_length=64)


class Reset(Body):
    """The code that came, and a new password."""

    code: str = Field(pattern="^[0-9]{6}$")
    new_password: str = Field(min_length=10, max_length=200)


class TotpCode(Body):
    """The first code of an authenticator app."""

    code: str = Field(pattern="^[0-9]{6}$")


class NewPasskey(Body):
    """What the authenticator made, and what to call it."""

    passkey: dict[str, Any]
    label: str = Field(min_length=1, max_length=50)


@router.post("/recoveries", **answers(credential_service_pb2.SendRecoveryCodeResponse, 201))
async def send_recovery_code(body: Forgotten, services: Services) -> Response:
    """Send a code if login and mobile number belong together; the answer is the same when they do not."""
    request = credential_service_pb2.SendRecoveryCodeRequest(
        login=body.login, mobile=body.mobile, captcha_id=body.captcha_id, captcha_answer=body.captcha_answer
    )
    return json_answer(await services.credentials.SendRecoveryCode(request), 201)


@router.post("/recoveries/{recovery_id}/password", **answers(credential_service_pb2.ResetPasswordResponse))
async def reset_password(recovery_id: Id, body: Reset, services: Services) -> Response:
    """Set a new password with the code; all sessions end."""
    request = credential_service_pb2.ResetPasswordRequest(
        recovery_id=recovery_id, code=body.code, new_password=body.new_password
    )
    return json_answer(await services.credentials.ResetPassword(request))


@router.get("/factors", dependencies=[SignedIn], **answers(credential_service_pb2.ListFactorsResponse))
async def list_factors(services: Services) -> Response:
    """List one's own second factors."""
    return json_answer(await services.credentials.ListFactors(credential_service_pb2.ListFactorsRequest()))


@router.post("/factors/totp", dependencies=[SignedIn], **answers(credential_service_pb2.BeginTotpResponse, 201))
async def begin_totp(services: Services, body: Nothing | None = None) -> Response:
    """Begin to enrol an authenticator app."""
    return json_answer(await services.credentials.BeginTotp(credential_service_pb2.BeginTotpRequest()), 201)


@router.post(
    "/factors/totp/confirmation", dependencies=[SignedIn], **answers(credential_service_pb2.ConfirmTotpResponse)
)
async def confirm_totp(body: TotpCode, services: Services) -> Response:
    """Enrol the app with its first code; recovery codes are shown this once."""
    return json_answer(
        await services.credentials.ConfirmTotp(credential_service_pb2.ConfirmTotpRequest(code=body.code))
    )


@router.post("/factors/passkey", dependencies=[SignedIn], **answers(credential_service_pb2.BeginPasskeyResponse, 201))
async def begin_passkey(services: Services, body: Nothing | None = None) -> Response:
    """Begin to enrol a passkey."""
    return json_answer(await services.credentials.BeginPasskey(credential_service_pb2.BeginPasskeyRequest()), 201)


@router.post(
    "/factors/passkey/confirmation", dependencies=[SignedIn], **answers(credential_service_pb2.ConfirmPasskeyResponse)
)
async def confirm_passkey(body: NewPasskey, services: Services) -> Response:
    """Enrol the passkey that the authenticator made."""
    request = credential_service_pb2.ConfirmPasskeyRequest(passkey_json=json.dumps(body.passkey), label=body.label)
    return json_answer(await services.credentials.ConfirmPasskey(request))


@router.delete("/factors/{factor_id}", dependencies=[SignedIn], **answers(credential_service_pb2.RemoveFactorResponse))
async def remove_factor(factor_id: Id, services: Services) -> Response:
    """Take a second factor back; staff keep at least one."""
    request = credential_service_pb2.RemoveFactorRequest(factor_id=factor_id)
    return json_answer(await services.credentials.RemoveFactor(request))
