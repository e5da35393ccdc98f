"""Changing what one proves oneself with: password, mobile number, the binding of name and document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2, credential_service_pb2, person_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import Refusal, in_order, read_form, refused
from services.portal.i18n import account as words
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages import captcha
from services.portal.wire import enum_label, instant_of, to_page

router = APIRouter(prefix="/account")
SignedIn = Annotated[Page, Depends(PageFor())]
Bindable = Annotated[Page, Depends(PageFor("applicant", "faculty"))]


@router.get("/password")
async def password_form(page: SignedIn) -> Response:
    """A new password."""
    return await _password(page, None)


@router.post("/password")
async def change_password(page: SignedIn) -> Response:
    """Set it; all other sessions end."""
    form = await read_form(page.request)
    if form.values.get("new_password") != form.values.get("password_again"):
        refusal = Refusal(tr("有 {n} 处需要更正", n=1), {"password_again": tr("两次输入的密码不一致。")})
        return await _password(page, refusal)
    request = credential_service_pb2.ChangePasswordRequest(
        current_password=form.values.get("current_password", ""), new_password=form.values.get("new_password", "")
    )
    try:
        await page.clients.credentials.ChangePassword(request)
    except DomainError as error:
        return await _password(page, in_order(_told(error, "current_password"), ("current_password", "new_password")))
    return page.redirect("/account?done=password")


@router.get("/mobile")
async def mobile_form(page: SignedIn) -> Response:
    """A new mobile number."""
    return await _mobile(page, {}, None)


@router.post("/mobile")
async def send_mobile_code(page: SignedIn) -> Response:
    """Send a code to it."""
    form = await read_form(page.request)
    values = form.shown("captcha_answer", "captcha_id")
    if form.get("then") == captcha.CHANGE:
        return await _mobile(page, values, None)
    request = credential_service_pb2.SendMobileCodeRequest(mobile=form.get("mobile"), **captcha.answered(form))
    try:
        await page.clients.credentials.SendMobileCode(request)
    except DomainError as error:
        return await _mobile(page, values, in_order(refused(error), ("mobile", "captcha_answer")))
    return await _mobile_code(page, form.get("mobile"), None)


@router.post("/mobile/change")
async def change_mobile(page: SignedIn) -> Response:
    """Set it, with the code and the password."""
    form = await read_form(page.request)
    request = credential_service_pb2.ChangeMobileRequest(
        mobile=form.get("mobile"), code=form.get("code"), password=form.values.get("password", "")
    )
    try:
        await page.clients.credentials.ChangeMobile(request)
    except DomainError as error:
        return await _mobile_code(page, form.get("mobile"), in_order(_told(error, "password"), ("code", "password")))
    return page.redirect("/account?done=mobile")


@router.get("/binding")
async def binding(page: Bindable) -> Response:
    """The real-name binding, and when another becomes possible."""
    return await _binding(page, {"document_type": "resident_id"}, None)


@router.post("/binding")
async def bind(page: Bindable) -> Response:
    """Bind name and document."""
    form = await read_form(page.request)
    request = person_service_pb2.BindRealNameRequest(
        name=form.get("name"),
        document_type=enum_label(account_pb2.DocumentType.DESCRIPTOR, form.get("document_type")),
        document_number=form.get("document_number"),
        birth_date=form.get("birth_date"),
        sex=enum_label(account_pb2.Sex.DESCRIPTOR, form.get("sex")),
    )
    try:
        await page.clients.persons.BindRealName(request)
    except DomainError as error:
        order = ("name", "document_type", "document_number", "birth_date", "sex")
        return await _binding(page, form.shown(), in_order(refused(error), order))
    return page.redirect("/account?done=bound")


@router.post("/binding/remove")
async def unbind(page: Bindable) -> Response:
    """Take the binding back."""
    form = await read_form(page.request)
    request = person_service_pb2.UnbindRealNameRequest(password=form.values.get("password", ""))
    try:
        await page.clients.persons.UnbindRealName(request)
    except DomainError as error:
        return await _binding(page, {}, _told(error, "password"))
    return page.redirect("/account?done=unbound")


def _told(error: DomainError, field: str) -> Refusal:
    """The refusal; a wrong password of somebody signed in is told at its field, not as a sign-in that is owed."""
    if error.kind is Kind.UNAUTHENTICATED and error.reason not in words.SESSION_OVER:
        error = DomainError(Kind.INVALID, error.reason, error.message, field=error.field or field, until=error.until)
    return refused(error)


async def _password(page: Page, refusal: Refusal | None) -> Response:
    return await page.html("password.html", status=refusal.status if refusal else 200, refusal=refusal)


async def _mobile(page: Page, values: dict[str, str], refusal: Refusal | None) -> Response:
    return await page.html(
        "mobile.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        captcha_id=await captcha.fresh(page),
    )


async def _mobile_code(page: Page, mobile: str, refusal: Refusal | None) -> Response:
    return await page.html(
        "mobile_code.html", status=refusal.status if refusal else 200, refusal=refusal, mobile=mobile
    )


async def _binding(page: Page, values: dict[str, str], refusal: Refusal | None) -> Response:
    me = await page.clients.persons.GetMe(person_service_pb2.GetMeRequest())
    now = datetime.now(UTC)
    waits = me.HasField("bindable_from") and instant_of(me.bindable_from) > now
    return await page.html(
        "binding.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        values=values,
        me=to_page(me),
        person=to_page(me.person),
        waits=waits,
        document_types=words.DOCUMENT_TYPES.items(),
    )
