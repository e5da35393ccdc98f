"""Accepting an invitation. Its secret stands behind the `#` of the link, which no browser sends; a script posts it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2, staff_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Refusal, in_order, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor, page_of
from services.portal.pages.entry import enter
from services.portal.wire import enum_name, to_page

router = APIRouter(prefix="/invitation")
Anyone = Annotated[Page, Depends(page_of)]
SignedIn = Annotated[Page, Depends(PageFor())]
_ROLES = account_pb2.Role.DESCRIPTOR.values_by_number


@router.get("")
async def ask(page: Anyone) -> Response:
    """Asks for the invitation's code, and takes it from the link by itself where there is a script."""
    return await page.html("invitation.html")


@router.post("")
async def show(page: Anyone) -> Response:
    """What the invitation offers."""
    form = await read_form(page.request)
    return await _offer(page, form.get("secret"), {}, None)


@router.post("/accept")
async def accept(page: Anyone) -> Response:
    """Accept with a new account, which then enrols a second factor."""
    form = await read_form(page.request)
    secret, values = form.get("secret"), {"login": form.get("login")}
    if form.values.get("password") != form.values.get("password_again"):
        refusal = Refusal(tr("有 {n} 处需要更正", n=1), {"password_again": tr("两次输入的密码不一致。")})
        return await _offer(page, secret, values, refusal)
    request = staff_service_pb2.AcceptInvitationRequest(
        secret=secret, login=form.get("login"), password=form.values.get("password", "")
    )
    try:
        answer = await page.clients.staff.AcceptInvitation(request)
    except DomainError as error:
        return await _offer(page, secret, values, in_order(refused(error), ("login", "password")))
    return await enter(page, answer.signed_in)


@router.post("/accept-as-me")
async def accept_as_me(page: SignedIn) -> Response:
    """Accept as one more hat."""
    form = await read_form(page.request)
    request = staff_service_pb2.AcceptInvitationAsMeRequest(secret=form.get("secret"))
    try:
        await page.clients.staff.AcceptInvitationAsMe(request)
    except DomainError as error:
        return await _offer(page, form.get("secret"), {}, refused(error))
    return page.redirect("/choose-hat?done=hat_added")


async def _offer(page: Page, secret: str, values: dict[str, str], refusal: Refusal | None) -> Response:
    try:
        answer = await page.clients.staff.GetInvitation(staff_service_pb2.GetInvitationRequest(secret=secret))
    except DomainError as error:
        first = refusal or refused(error)
        return await page.html("invitation.html", status=first.status, refusal=first)
    return await page.html(
        "invitation_offer.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        offer=to_page(answer),
        offered=enum_name(_ROLES[answer.role]) if answer.role else "",
        secret=secret,
        values=values,
    )
