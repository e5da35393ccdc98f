"""Registering, signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2, identity_service_pb2
from services.kit import errors
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal import session
from services.portal.forms import Posted, fresh_key, in_order, read_form, refusal_of
from services.portal.page import Page, page_of
from services.portal.wire import instant_of

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]

HOMES = {
    "applicant": "/application",
    "faculty": "/faculty",
    "base_reviewer": "/base",
    "base_administrator": "/base",
    "province_administrator": "/province",
}
"""Where each role begins."""
_FIELDS = ("role", "name", "resident_id", "login", "password")
_ROLES = {"applicant": account_pb2.ROLE_APPLICANT, "faculty": account_pb2.ROLE_FACULTY}


@router.get("/register")
async def register_form(page: Anyone) -> Response:
    """The registration form."""
    return await page.html("register.html", values={"role": "applicant"}, key=new_id())


@router.post("/register")
async def register(page: Anyone) -> Response:
    """Open an account and sign in."""
    form = await read_form(page.request)
    request = identity_service_pb2.RegisterAccountRequest(
        role=_ROLES.get(form.get("role"), account_pb2.ROLE_UNSPECIFIED),
        name=form.get("name"),
        resident_id=form.get("resident_id").upper(),
        login=form.get("login"),
        password=form.values.get("password", ""),
        idempotency_key=form.key,
    )
    try:
        answer = await page.clients.identity.RegisterAccount(request)
    except DomainError as error:
        return await _again(page, "register.html", form, error)
    return _signed_in(page, answer.token, form.get("role"), "")


@router.get("/sign-in")
async def sign_in_form(page: Anyone, next: str = "") -> Response:
    """The sign-in form."""
    return await page.html("sign_in.html", values={}, next=_local(next))


@router.post("/sign-in")
async def sign_in(page: Anyone) -> Response:
    """Exchange login and password for a session."""
    form = await read_form(page.request)
    request = identity_service_pb2.SignInRequest(login=form.get("login"), password=form.values.get("password", ""))
    try:
        answer = await page.clients.identity.SignIn(request)
    except DomainError as error:
        return await _again(page, "sign_in.html", form, error)
    role = account_pb2.Role.Name(answer.person.role).removeprefix("ROLE_").lower()
    return _signed_in(page, answer.token, role, _local(form.get("next")))


@router.post("/sign-out")
async def sign_out(page: Anyone) -> Response:
    """End the session in this browser."""
    response = page.redirect("/")
    session.forget(response)
    return response


async def _again(page: Page, template: str, form: Posted, error: DomainError) -> Response:
    status = errors.TABLE[error.kind].http
    if error.kind is Kind.INTERNAL:
        raise error
    if error.kind is Kind.INVALID and template == "sign_in.html":
        error = DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "请填写登录名和密码。")
    values = {name: value for name, value in form.values.items() if name != "password"}
    return await page.html(
        template,
        status=status,
        values=values,
        refusal=in_order(refusal_of(error, status), _FIELDS),
        key=fresh_key(error, form),
        next=_local(form.get("next")),
    )


def _signed_in(page: Page, token: account_pb2.Token, role: str, then: str) -> Response:
    seconds = int((instant_of(token.expires_at) - datetime.now(UTC)).total_seconds())
    response = page.redirect(then or HOMES.get(role, "/"))
    session.remember(response, page.request, token.value, max(seconds, 0))
    return response


def _local(path: str) -> str:
    """`path` when it is one of our own, else empty: a sign-in never leads elsewhere."""
    parts = urlsplit(path)
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if own else ""
