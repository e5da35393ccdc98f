"""Accounts and sessions: how a program gets its bearer token."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import account_pb2, identity_service_pb2
from services.portal.api.common import PREFIX, Body, IdempotencyKey, Services, answers, json_answer

router = APIRouter(prefix=PREFIX, tags=["accounts"])

ROLES = {"applicant": account_pb2.ROLE_APPLICANT, "faculty": account_pb2.ROLE_FACULTY}


class NewAccount(Body):
    """Who registers."""

    role: Literal["applicant", "faculty"]
    name: str = Field(min_length=1, max_length=100)
    resident_id: str = Field(min_length=18, max_length=18)
    login: str = Field(pattern="^[A-Za-z0-9._-]{3,64}$")
    password: str = Field(min_length=10, max_length=200)


class Credentials(Body):
    """Who signs in."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


@router.post("/accounts", **answers(identity_service_pb2.RegisterAccountResponse, 201))
async def register_account(body: NewAccount, key: IdempotencyKey, services: Services) -> Response:
    """Open an account for an applicant or a faculty member; the answer carries a token."""
    request = identity_service_pb2.RegisterAccountRequest(
        role=ROLES[body.role],
        name=body.name,
        resident_id=body.resident_id,
        login=body.login,
        password=body.password,
        idempotency_key=key,
    )
    return json_answer(await services.identity.RegisterAccount(request), 201)


@router.post("/sessions", **answers(identity_service_pb2.SignInResponse, 201))
async def sign_in(body: Credentials, services: Services) -> Response:
    """Exchange login and password for a token."""
    request = identity_service_pb2.SignInRequest(login=body.login, password=body.password)
    return json_answer(await services.identity.SignIn(request), 201)
