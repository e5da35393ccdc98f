"""One's own account: person and binding, factors, sessions, hats, and a copy of one's own data."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import credential_service_pb2, person_service_pb2, session_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Refusal, read_form, refused
from services.portal.own_data import collect
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter(prefix="/account")
SignedIn = Annotated[Page, Depends(PageFor())]


@router.get("")
async def account(page: SignedIn) -> Response:
    """Everything at a glance."""
    if page.visitor.role == "enrolling":
        return page.redirect("/enrol")
    return await _account(page, None)


@router.post("/sessions/end")
async def end_session(page: SignedIn) -> Response:
    """End one session."""
    form = await read_form(page.request)
    request = session_service_pb2.EndSessionRequest(session_id=form.get("session_id"))
    try:
        await page.clients.sessions.EndSession(request)
    except DomainError as error:
        return await _account(page, refused(error))
    return page.redirect("/account?done=ended#sessions")


@router.post("/sessions/end-others")
async def end_others(page: SignedIn) -> Response:
    """End every session but this one."""
    await page.clients.sessions.EndAllSessions(session_service_pb2.EndAllSessionsRequest(keep_this=True))
    return page.redirect("/account?done=others_ended#sessions")


@router.post("/factors/remove")
async def remove_factor(page: SignedIn) -> Response:
    """Take a second factor back."""
    form = await read_form(page.request)
    request = credential_service_pb2.RemoveFactorRequest(factor_id=form.get("factor_id"))
    try:
        await page.clients.credentials.RemoveFactor(request)
    except DomainError as error:
        return await _account(page, refused(error))
    return page.redirect("/account?done=removed#factors")


@router.get("/data")
async def data(page: SignedIn) -> Response:
    """A copy of everything the platform knows of the visitor, to keep."""
    whole = json.dumps(await collect(page.portal), ensure_ascii=False, indent=2)
    headers = {"content-disposition": 'attachment; filename="residency-data.json"'}
    return Response(whole, headers=headers, media_type="application/json")


async def _account(page: Page, refusal: Refusal | None) -> Response:
    clients = page.clients
    me, factors, sessions, hats = await asyncio.gather(
        clients.persons.GetMe(person_service_pb2.GetMeRequest()),
        clients.credentials.ListFactors(credential_service_pb2.ListFactorsRequest()),
        clients.sessions.ListSessions(session_service_pb2.ListSessionsRequest()),
        clients.sessions.ListHats(session_service_pb2.ListHatsRequest()),
    )
    return await page.html(
        "account.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        me=to_page(me),
        person=to_page(me.person),
        factors=[to_page(factor) for factor in factors.factors],
        codes_left=factors.recovery_codes_left,
        sessions=[to_page(session) for session in sessions.sessions],
        hats=[to_page(hat) for hat in hats.hats],
        binds=page.visitor.role in {"applicant", "faculty"},
    )
