"""Registration in three steps, 验证身份 → 设置账号 → 完成, with a way out at each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2, registration_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.edge import cookies, session
from services.portal.forms import Posted, Refusal, fresh_key, in_order, read_form, refused
from services.portal.i18n import account as words
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor, page_of
from services.portal.pages import captcha
from services.portal.pages.entry import HOMES
from services.portal.wire import enum_label, instant_of

router = APIRouter(prefix="/register")
Anyone = Annotated[Page, Depends(page_of)]
SignedIn = Annotated[Page, Depends(PageFor("applicant", "faculty"))]
_FIRST = ("role", "name", "document_type", "document_number", "birth_date", "sex", "captcha_answer")
_SECOND = ("mobile", "code", "login", "password", "password_again")
_GONE = frozenset({"REGISTRATION_UNKNOWN", "REGISTRATION_EXPIRED", "REGISTRATION_NOT_FOUND", "REGISTRATION_USED"})
_SEND = "code"


@router.get("")
async def identity_form(page: Anyone) -> Response:
    """Step 1: who registers."""
    return await _first(page, {"role": "applicant", "document_type": "resident_id"}, None)


@router.post("")
async def verify_identity(page: Anyone) -> Response:
    """Check the document and go on to step 2."""
    form = await read_form(page.request)
    values = form.shown("captcha_answer", "captcha_id")
    if form.get("then") == captcha.CHANGE:
        return await _first(page, values, None)
    request = registration_service_pb2.VerifyIdentityRequest(
        role=enum_label(account_pb2.Role.DESCRIPTOR, form.get("role")),
        name=form.get("name"),
        document_type=enum_label(account_pb2.DocumentType.DESCRIPTOR, form.get("document_type")),
        document_number=form.get("document_number"),
        birth_date=form.get("birth_date"),
        sex=enum_label(account_pb2.Sex.DESCRIPTOR, form.get("sex")),
        **captcha.answered(form),
    )
    try:
        answer = await page.clients.registrations.VerifyIdentity(request)
    except DomainError as error:
        return await _first(page, values, in_order(refused(error), _FIRST))
    response = page.redirect("/register/account")
    left = int((instant_of(answer.expires_at) - datetime.now(UTC)).total_seconds())
    value = f"{answer.registration_id}.{'held' if answer.held else 'free'}"
    cookies.put(response, page.request.scope, cookies.REGISTRATION, value, left)
    return response


@router.get("/account")
async def account_form(page: Anyone) -> Response:
    """Step 2: mobile number, log-in and password."""
    if not _registration(page):
        return page.redirect("/register?done=begin_again")
    return await _second(page, {}, None, new_id())


@router.post("/account")
async def create_account(page: Anyone) -> Response:
    """Send a code, or open the account and sign in."""
    form = await read_form(page.request)
    registration_id = _registration(page)
    if not registration_id:
        return page.redirect("/register?done=begin_again")
    if form.get("then") == _SEND:
        return await _send_code(page, registration_id, form)
    if form.values.get("password") != form.values.get("password_again"):
        refusal = Refusal(tr("有 {n} 处需要更正", n=1), {"password_again": tr("两次输入的密码不一致。")})
        return await _second(page, form.shown(), refusal, form.key)
    request = registration_service_pb2.CreateAccountRequest(
        registration_id=registration_id,
        login=form.get("login"),
        password=form.values.get("password", ""),
        mobile=form.get("mobile"),
        code=form.get("code"),
        idempotency_key=form.key,
    )
    try:
        answer = await page.clients.registrations.CreateAccount(request)
    except DomainError as error:
        if error.reason in _GONE:
            return page.redirect("/register?done=begin_again")
        refusal = in_order(refused(error), _SECOND)
        return await _second(page, form.shown(), refusal, fresh_key(error, form))
    held = answer.signed_in.person.state == account_pb2.ACCOUNT_STATE_HELD
    signed_in = answer.signed_in.HasField("tokens")
    # A held account may not be signed in yet: its last step is told without a session.
    response = page.redirect("/register/done" if signed_in else "/sign-in?done=registered")
    cookies.drop(response, page.request.scope, cookies.REGISTRATION)
    if signed_in:
        session.remember(response, page.request, answer.signed_in.tokens)
    elif held:
        response = await page.html("registered.html", login=form.get("login"), held=True, home="")
        cookies.drop(response, page.request.scope, cookies.REGISTRATION)
    return response


@router.get("/done")
async def done(page: SignedIn) -> Response:
    """Step 3: finished."""
    me = await page.portal.me(page.visitor)
    held = me.person.state == account_pb2.ACCOUNT_STATE_HELD
    return await page.html("registered.html", login=me.login, held=held, home=HOMES[page.visitor.role])


@router.post("/cancel")
async def cancel(page: Anyone) -> Response:
    """Give the registration up; what was entered is forgotten."""
    registration_id = _registration(page)
    response = page.redirect("/?done=cancelled")
    if registration_id:
        request = registration_service_pb2.CancelRegistrationRequest(registration_id=registration_id)
        try:
            await page.clients.registrations.CancelRegistration(request)
        except DomainError as error:
            if error.kind is not Kind.NOT_FOUND and error.reason not in _GONE:
                raise
    cookies.drop(response, page.request.scope, cookies.REGISTRATION)
    return response


async def _send_code(page: Page, registration_id: str, form: Posted) -> Response:
    request = registration_service_pb2.SendRegistrationCodeRequest(
        registration_id=registration_id, mobile=form.get("mobile")
    )
    try:
        answer = await page.clients.registrations.SendRegistrationCode(request)
    except DomainError as error:
        if error.reason in _GONE:
            return page.redirect("/register?done=begin_again")
        return await _second(page, form.shown(), in_order(refused(error), _SECOND), form.key)
    return await _second(page, form.shown(), None, form.key, again_at=instant_of(answer.again_at))


async def _first(page: Page, values: dict[str, str], refusal: Refusal | None) -> Response:
    return await page.html(
        "register_identity.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        document_types=words.DOCUMENT_TYPES.items(),
        captcha_id=await captcha.fresh(page),
    )


async def _second(
    page: Page, values: dict[str, str], refusal: Refusal | None, key: str, again_at: datetime | None = None
) -> Response:
    return await page.html(
        "register_account.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        key=key,
        held=cookies.read(cookies.REGISTRATION, page.request.scope).endswith(".held"),
        again_at=again_at,
        now=datetime.now(UTC),
    )


def _registration(page: Page) -> str:
    return cookies.read(cookies.REGISTRATION, page.request.scope).partition(".")[0]
