"""Service accounts: what an organisation's own programs sign in with, and how they do."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from residency.identity.v1 import service_account_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.api.common import PREFIX, Body, Services, answers, json_answer
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["service-accounts"])
_ONE = "/service-accounts/{account_id}"

add_rows(
    router,
    pb,
    "ServiceAccountService",
    "service_accounts",
    (
        Row("GET", "/service-accounts", "ListServiceAccounts", "List accounts of one's reach, revoked ones too."),
        Row("POST", "/service-accounts", "CreateServiceAccount", "Open an account; its secret is shown once.", 201),
        Row("POST", f"{_ONE}/secrets", "AddServiceSecret", "Make a second secret; it is shown once.", 201),
        Row("DELETE", f"{_ONE}/secrets/{{secret_id}}", "EndServiceSecret", "End a secret and the tokens it opened."),
        Row("POST", f"{_ONE}/revocation", "RevokeServiceAccount", "End an account and its tokens for good."),
    ),
)


class ServiceCredentials(Body):
    """A service account and one of its secrets; `Authorization: Basic` may carry them instead of a body."""

    account_id: str = Field(min_length=1, max_length=64)
    """The account."""
    secret: str = Field(min_length=1, max_length=200)
    """One of its secrets."""


@router.post(f"{PREFIX}/sessions/service", **answers(pb.SignInServiceAccountResponse, 201))
async def sign_in_service_account(
    request: Request, services: Services, body: ServiceCredentials | None = None
) -> Response:
    """Exchange a service account's secret for an access token of ten minutes; there is no refresh token."""
    account_id, secret = (body.account_id, body.secret) if body is not None else _basic(request)
    asked = pb.SignInServiceAccountRequest(account_id=account_id, secret=secret)
    return json_answer(await services.service_accounts.SignInServiceAccount(asked), 201)


def _basic(request: Request) -> tuple[str, str]:
    """Account and secret of HTTP Basic. Raises UNAUTHENTICATED NO_CREDENTIALS."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        account_id, _, secret = b64decode(given.strip(), validate=True).decode().partition(":")
    except (NotBase64, ValueError):
        account_id = secret = ""
    if scheme.lower() != "basic" or not account_id or not secret:
        raise DomainError(Kind.UNAUTHENTICATED, "NO_CREDENTIALS", "请提供服务账号和密钥。")
    return account_id[:64], secret[:200]
