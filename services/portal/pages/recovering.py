"""A forgotten password: captcha, code, new password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import credential_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import Refusal, in_order, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page, page_of
from services.portal.pages import captcha

router = APIRouter(prefix="/recover")
Anyone = Annotated[Page, Depends(page_of)]


@router.get("")
async def whose(page: Anyone) -> Response:
    """Whose password was forgotten."""
    return await _whose(page, {}, None)


@router.post("")
async def send_code(page: Anyone) -> Response:
    """Send a code, if log-in and number belong together; the page is the same when they do not."""
    form = await read_form(page.request)
    values = form.shown("captcha_answer", "captcha_id")
    if form.get("then") == captcha.CHANGE:
        return await _whose(page, values, None)
    request = credential_service_pb2.SendRecoveryCodeRequest(
        login=form.get("login"), mobile=form.get("mobile"), **captcha.answered(form)
    )
    try:
        answer = await page.clients.credentials.SendRecoveryCode(request)
    except DomainError as error:
        return await _whose(page, values, in_order(_told(error), ("login", "mobile", "captcha_answer")))
    return await _reset(page, answer.recovery_id, form.get("login"), None)


@router.post("/password")
async def reset(page: Anyone) -> Response:
    """Set the new password; all sessions end."""
    form = await read_form(page.request)
    recovery_id, login = form.get("recovery_id"), form.get("login")
    if form.values.get("new_password") != form.values.get("password_again"):
        refusal = Refusal(tr("有 {n} 处需要更正", n=1), {"password_again": tr("两次输入的密码不一致。")})
        return await _reset(page, recovery_id, login, refusal)
    request = credential_service_pb2.ResetPasswordRequest(
        recovery_id=recovery_id, code=form.get("code"), new_password=form.values.get("new_password", "")
    )
    try:
        await page.clients.credentials.ResetPassword(request)
    except DomainError as error:
        return await _reset(page, recovery_id, login, in_order(_told(error), ("code", "new_password")))
    return page.redirect("/sign-in?done=reset")


def _told(error: DomainError) -> Refusal:
    """The refusal beside the form; nobody is signed in here, so that UNAUTHENTICATED is one too."""
    if error.kind is Kind.UNAUTHENTICATED:
        error = DomainError(Kind.INVALID, error.reason, error.message, field=error.field, until=error.until)
    return refused(error)


async def _whose(page: Page, values: dict[str, str], refusal: Refusal | None) -> Response:
    return await page.html(
        "recover.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        captcha_id=await captcha.fresh(page),
    )


async def _reset(page: Page, recovery_id: str, login: str, refusal: Refusal | None) -> Response:
    return await page.html(
        "recover_password.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        recovery_id=recovery_id,
        login=login,
        now=datetime.now(UTC),
    )
