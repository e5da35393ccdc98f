"""ServiceAccountService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import service_account_service_pb2 as pb
from residency.identity.v1 import service_account_service_pb2_grpc as pb_grpc
from services.identity.core import Core
from services.identity.domain.service_accounts import ServiceAccount
from services.identity.handlers.service_accounts import NewAccount, ServiceAccountHandlers
from services.identity.refusals import watched
from services.identity.wire import instant, role_of
from services.identity.wire_session import token_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class ServiceAccountApi(pb_grpc.ServiceAccountServiceServicer):
    """Answers ServiceAccountService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, core: Core, accounts: ServiceAccountHandlers) -> None:
        self._core = core
        self._accounts = accounts

    async def ListServiceAccounts(
        self, request: pb.ListServiceAccountsRequest, context: Context
    ) -> pb.ListServiceAccountsResponse:
        """Lists the accounts the caller looks after."""
        found, following = await self._accounts.list_accounts(caller(), request.after)
        return pb.ListServiceAccountsResponse(accounts=[_account(each) for each in found], next=following)

    async def CreateServiceAccount(
        self, request: pb.CreateServiceAccountRequest, context: Context
    ) -> pb.CreateServiceAccountResponse:
        """Opens an account."""
        new = NewAccount(
            request.name,
            role_of(request.role),
            tuple(request.scopes),
            request.expires_at.ToDatetime(tzinfo=UTC),
            request.idempotency_key,
        )
        async with watched(self._core, "service_account_created"):
            handed = await self._accounts.create(caller(), new)
        return pb.CreateServiceAccountResponse(account=_account(handed.account), secret=handed.secret)

    async def AddServiceSecret(
        self, request: pb.AddServiceSecretRequest, context: Context
    ) -> pb.AddServiceSecretResponse:
        """Makes one more secret."""
        async with watched(self._core, "service_secret_made", request.account_id):
            handed = await self._accounts.add_secret(caller(), request.account_id, request.idempotency_key)
        return pb.AddServiceSecretResponse(account=_account(handed.account), secret=handed.secret)

    async def EndServiceSecret(
        self, request: pb.EndServiceSecretRequest, context: Context
    ) -> pb.EndServiceSecretResponse:
        """Ends a secret."""
        async with watched(self._core, "service_secret_ended", request.account_id):
            await self._accounts.end_secret(caller(), request.account_id, request.secret_id)
        return pb.EndServiceSecretResponse()

    async def RevokeServiceAccount(
        self, request: pb.RevokeServiceAccountRequest, context: Context
    ) -> pb.RevokeServiceAccountResponse:
        """Ends an account."""
        async with watched(self._core, "service_account_revoked", request.account_id):
            await self._accounts.revoke(caller(), request.account_id, request.reason)
        return pb.RevokeServiceAccountResponse()

    async def SignInServiceAccount(
        self, request: pb.SignInServiceAccountRequest, context: Context
    ) -> pb.SignInServiceAccountResponse:
        """Exchanges a secret for a token."""
        token, scopes = await self._accounts.sign_in(request.account_id, request.secret)
        return pb.SignInServiceAccountResponse(token=token_message(token), scopes=scopes)


def servicer(core: Core, accounts: ServiceAccountHandlers) -> Servicer:
    """What the server needs to serve ServiceAccountService."""
    descriptor = pb.DESCRIPTOR.services_by_name["ServiceAccountService"]
    return Servicer(descriptor, pb_grpc.add_ServiceAccountServiceServicer_to_server, ServiceAccountApi(core, accounts))


def _account(account: ServiceAccount) -> pb.ServiceAccount:
    return pb.ServiceAccount(
        account_id=account.account_id,
        name=account.name,
        role=f"ROLE_{account.role.name}",
        organisation_code=account.organisation_code,
        scopes=account.scopes,
        created_at=instant(account.created_at),
        created_by=account.created_by,
        expires_at=instant(account.expires_at),
        revoked_at=instant(account.revoked_at),
        last_used_at=instant(account.last_used_at),
        secrets=[
            pb.ServiceSecret(
                secret_id=each.secret_id,
                ending=each.ending,
                created_at=instant(each.created_at),
                last_used_at=instant(each.last_used_at),
            )
            for each in account.secrets
        ],
    )
