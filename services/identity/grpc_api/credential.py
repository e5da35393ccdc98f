"""CredentialService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import account_pb2, credential_service_pb2_grpc
from residency.identity.v1 import credential_service_pb2 as pb
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.factors import Enrolled, FactorHandlers
from services.identity.handlers.recovery import RecoveryHandlers
from services.identity.wire import instant
from services.identity.wire_session import signed_in_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class CredentialApi(credential_service_pb2_grpc.CredentialServiceServicer):
    """Answers CredentialService; failures are DomainErrors that the server turns into statuses."""

    def __init__(
        self, credentials: CredentialHandlers, recovery: RecoveryHandlers, factors: FactorHandlers, vault: Vault
    ) -> None:
        self._credentials = credentials
        self._recovery = recovery
        self._factors = factors
        self._vault = vault

    async def ChangePassword(self, request: pb.ChangePasswordRequest, context: Context) -> pb.ChangePasswordResponse:
        """Sets a new password."""
        await self._credentials.change_password(caller(), request.current_password, request.new_password)
        return pb.ChangePasswordResponse()

    async def SendRecoveryCode(
        self, request: pb.SendRecoveryCodeRequest, context: Context
    ) -> pb.SendRecoveryCodeResponse:
        """Begins a recovery."""
        asked = await self._recovery.send_code(
            request.login, request.mobile, request.captcha_id, request.captcha_answer
        )
        return pb.SendRecoveryCodeResponse(
            recovery_id=asked.recovery_id, expires_at=instant(asked.expires_at), again_at=instant(asked.again_at)
        )

    async def ResetPassword(self, request: pb.ResetPasswordRequest, context: Context) -> pb.ResetPasswordResponse:
        """Ends a recovery."""
        await self._recovery.reset(request.recovery_id, request.code, request.new_password)
        return pb.ResetPasswordResponse()

    async def ListFactors(self, request: pb.ListFactorsRequest, context: Context) -> pb.ListFactorsResponse:
        """Lists the caller's second factors."""
        factors, codes_left = await self._factors.mine(caller())
        return pb.ListFactorsResponse(
            factors=[
                pb.Factor(
                    factor_id=factor.factor_id,
                    kind=factor.kind.value,
                    label=factor.label,
                    enrolled_at=instant(factor.enrolled_at),
                )
                for factor in factors
            ],
            recovery_codes_left=codes_left,
        )

    async def BeginTotp(self, request: pb.BeginTotpRequest, context: Context) -> pb.BeginTotpResponse:
        """Begins to enrol an app."""
        uri, secret = await self._factors.begin_totp(caller())
        return pb.BeginTotpResponse(otpauth_uri=uri, secret=secret)

    async def ConfirmTotp(self, request: pb.ConfirmTotpRequest, context: Context) -> pb.ConfirmTotpResponse:
        """Enrols the app."""
        enrolled = await self._factors.confirm_totp(caller(), request.code)
        return pb.ConfirmTotpResponse(recovery_codes=enrolled.codes, signed_in=self._signed_in(enrolled))

    async def BeginPasskey(self, request: pb.BeginPasskeyRequest, context: Context) -> pb.BeginPasskeyResponse:
        """Begins to enrol a passkey."""
        return pb.BeginPasskeyResponse(options_json=await self._factors.begin_passkey(caller()))

    async def ConfirmPasskey(self, request: pb.ConfirmPasskeyRequest, context: Context) -> pb.ConfirmPasskeyResponse:
        """Enrols the passkey."""
        enrolled = await self._factors.confirm_passkey(caller(), request.passkey_json, request.label)
        return pb.ConfirmPasskeyResponse(signed_in=self._signed_in(enrolled))

    async def RemoveFactor(self, request: pb.RemoveFactorRequest, context: Context) -> pb.RemoveFactorResponse:
        """Takes a second factor back."""
        await self._factors.remove(caller(), request.factor_id)
        return pb.RemoveFactorResponse()

    async def SendMobileCode(self, request: pb.SendMobileCodeRequest, context: Context) -> pb.SendMobileCodeResponse:
        """Sends a code to a new number."""
        sent = await self._credentials.send_mobile_code(
            caller(), request.mobile, request.captcha_id, request.captcha_answer
        )
        return pb.SendMobileCodeResponse(expires_at=instant(sent.expires_at), again_at=instant(sent.again_at))

    async def ChangeMobile(self, request: pb.ChangeMobileRequest, context: Context) -> pb.ChangeMobileResponse:
        """Sets the new number."""
        await self._credentials.change_mobile(caller(), request.mobile, request.code, request.password)
        return pb.ChangeMobileResponse()

    def _signed_in(self, enrolled: Enrolled) -> account_pb2.SignedIn | None:
        return signed_in_message(enrolled.opened, self._vault) if enrolled.opened else None


def servicer(
    credentials: CredentialHandlers, recovery: RecoveryHandlers, factors: FactorHandlers, vault: Vault
) -> Servicer:
    """What the server needs to serve CredentialService."""
    descriptor = pb.DESCRIPTOR.services_by_name["CredentialService"]
    api = CredentialApi(credentials, recovery, factors, vault)
    return Servicer(descriptor, credential_service_pb2_grpc.add_CredentialServiceServicer_to_server, api)
