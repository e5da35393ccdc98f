"""RegistrationService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import registration_service_pb2 as pb
from residency.identity.v1 import registration_service_pb2_grpc
from services.identity.captchas import Captchas
from services.identity.handlers.registration import NewAccount, NewPerson, RegistrationHandlers
from services.identity.handlers.registration_calls import RegistrationCalls
from services.identity.wire import document_type_of, instant, role_of, sex_of
from services.identity.wire_session import signed_in_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class RegistrationApi(registration_service_pb2_grpc.RegistrationServiceServicer):
    """Answers RegistrationService; failures are DomainErrors that the server turns into statuses."""

    def __init__(
        self, registration: RegistrationHandlers, captchas: Captchas, calls: RegistrationCalls, vault: Vault
    ) -> None:
        self._registration = registration
        self._calls = calls
        self._captchas = captchas
        self._vault = vault

    async def CreateCaptcha(self, request: pb.CreateCaptchaRequest, context: Context) -> pb.CreateCaptchaResponse:
        """Makes a captcha."""
        return pb.CreateCaptchaResponse(captcha_id=await self._captchas.create())

    async def GetCaptchaPicture(
        self, request: pb.GetCaptchaPictureRequest, context: Context
    ) -> pb.GetCaptchaPictureResponse:
        """Draws or speaks it."""
        content, media_type = await self._captchas.picture(request.captcha_id, request.audio)
        return pb.GetCaptchaPictureResponse(content=content, media_type=media_type)

    async def VerifyIdentity(self, request: pb.VerifyIdentityRequest, context: Context) -> pb.VerifyIdentityResponse:
        """Step 1."""
        begun = await self._registration.verify_identity(
            NewPerson(
                role_of(request.role),
                request.name,
                document_type_of(request.document_type),
                request.document_number,
                request.birth_date,
                sex_of(request.sex),
                request.captcha_id,
                request.captcha_answer,
            )
        )
        return pb.VerifyIdentityResponse(
            registration_id=begun.registration_id,
            expires_at=instant(begun.expires_at),
            masked_document=begun.masked_document,
            held=begun.held,
        )

    async def SendRegistrationCode(
        self, request: pb.SendRegistrationCodeRequest, context: Context
    ) -> pb.SendRegistrationCodeResponse:
        """Step 2: the code."""
        sent = await self._registration.send_code(request.registration_id, request.mobile)
        return pb.SendRegistrationCodeResponse(expires_at=instant(sent.expires_at), again_at=instant(sent.again_at))

    async def CreateAccount(self, request: pb.CreateAccountRequest, context: Context) -> pb.CreateAccountResponse:
        """Steps 2 and 3."""
        opened = await self._registration.create_account(
            NewAccount(
                request.registration_id,
                request.login,
                request.password,
                request.mobile,
                request.code,
                request.idempotency_key,
            )
        )
        return pb.CreateAccountResponse(signed_in=signed_in_message(opened, self._vault))

    async def CancelRegistration(
        self, request: pb.CancelRegistrationRequest, context: Context
    ) -> pb.CancelRegistrationResponse:
        """Gives it up."""
        await self._registration.cancel(request.registration_id)
        return pb.CancelRegistrationResponse()

    async def InviteToRegister(
        self, request: pb.InviteToRegisterRequest, context: Context
    ) -> pb.InviteToRegisterResponse:
        """Asks somebody to register."""
        sent = await self._calls.call(caller(), request.mobile, request.hospital_name, request.idempotency_key)
        return pb.InviteToRegisterResponse(sent=sent)


def servicer(
    registration: RegistrationHandlers, captchas: Captchas, calls: RegistrationCalls, vault: Vault
) -> Servicer:
    """What the server needs to serve RegistrationService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["RegistrationService"],
        registration_service_pb2_grpc.add_RegistrationServiceServicer_to_server,
        RegistrationApi(registration, captchas, calls, vault),
    )
