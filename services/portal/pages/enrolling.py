"""Second factors: an authenticator app, passkeys, and the recovery codes that are shown once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import account_pb2, credential_service_pb2
from services.kit.domain import DomainError
from services.portal.edge import session
from services.portal.edge.refresher import claims_of
from services.portal.forms import Refusal, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.entry import HOMES, local
from services.portal.pages.scanning import qr

router = APIRouter(prefix="/enrol")
SignedIn = Annotated[Page, Depends(PageFor())]


@router.get("")
async def begin(page: SignedIn, next: str = "") -> Response:
    """Which factor to enrol."""
    return await _begin(page, None, local(next))


@router.post("/totp")
async def begin_totp(page: SignedIn) -> Response:
    """A secret as a code to scan and as text to type."""
    form = await read_form(page.request)
    answer = await page.clients.credentials.BeginTotp(credential_service_pb2.BeginTotpRequest())
    return await _totp(page, answer.otpauth_uri, answer.secret, None, local(form.get("next")))


@router.post("/totp/confirm")
async def confirm_totp(page: SignedIn) -> Response:
    """Enrol the app with its first code, and show the recovery codes."""
    form = await read_form(page.request)
    then = local(form.get("next"))
    request = credential_service_pb2.ConfirmTotpRequest(code="".join(form.get("code").split()))
    try:
        answer = await page.clients.credentials.ConfirmTotp(request)
    except DomainError as error:
        # The app was set up with this secret already: the same one is shown again.
        return await _totp(page, form.get("uri"), form.get("typed_secret"), refused(error), then)
    return await _enrolled(page, answer.signed_in, list(answer.recovery_codes), then)


@router.post("/passkey")
async def begin_passkey(page: SignedIn) -> Response:
    """What the browser needs to make a passkey."""
    form = await read_form(page.request)
    return await _passkey(page, None, local(form.get("next")), "")


@router.post("/passkey/confirm")
async def confirm_passkey(page: SignedIn) -> Response:
    """Enrol the passkey that the browser made."""
    form = await read_form(page.request)
    then = local(form.get("next"))
    request = credential_service_pb2.ConfirmPasskeyRequest(
        passkey_json=form.get("passkey_json"), label=form.get("label")
    )
    try:
        answer = await page.clients.credentials.ConfirmPasskey(request)
    except DomainError as error:
        return await _passkey(page, refused(error), then, form.get("label"))
    return await _enrolled(page, answer.signed_in, [], then)


async def _begin(page: Page, refusal: Refusal | None, then: str) -> Response:
    return await page.html(
        "enrol.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        next=then,
        first=page.visitor.role == "enrolling",
    )


async def _totp(page: Page, uri: str, secret: str, refusal: Refusal | None, then: str) -> Response:
    if not uri.startswith("otpauth://"):
        return page.redirect("/enrol")
    return await page.html(
        "enrol_totp.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        uri=uri,
        secret=secret,
        code=qr(uri),
        next=then,
    )


async def _passkey(page: Page, refusal: Refusal | None, then: str, label: str) -> Response:
    answer = await page.clients.credentials.BeginPasskey(credential_service_pb2.BeginPasskeyRequest())
    return await page.html(
        "enrol_passkey.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        options=answer.options_json,
        values={"label": label or tr("这台设备")},
        next=then,
    )


async def _enrolled(page: Page, signed_in: account_pb2.SignedIn, codes: list[str], then: str) -> Response:
    """Recovery codes once; an enrolling session goes on with its hat."""
    goes_on = signed_in.HasField("tokens")
    role = str(claims_of(signed_in.tokens.access.value).get("role", "")) if goes_on else page.visitor.role
    onward = then or (HOMES.get(role, "/") if goes_on else "/account?done=enrolled")
    if codes:
        response = await page.html("recovery_codes.html", codes=codes, onward=onward)
    else:
        response = page.redirect(onward)
    if goes_on:
        session.remember(response, page.request, signed_in.tokens)
    return response
