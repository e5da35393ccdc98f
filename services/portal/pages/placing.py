"""What an applicant does about a place: answers an offer, confirms, carries last year's dossier over."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_service_pb2, place_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import read_form, refused
from services.portal.page import Page, PageFor
from services.portal.pages.applicant import standing
from services.portal.pages.steps import mine

router = APIRouter(prefix="/application")
Applicant = Annotated[Page, Depends(PageFor("applicant"))]


@router.post("/offer")
async def answer_offer(page: Applicant) -> Response:
    """Take the place on offer, or decline it for good."""
    form = await read_form(page.request)
    accept = form.get("then") == "accept"
    if not accept and not form.checked("sure"):
        error = DomainError(Kind.INVALID, "NOT_SURE", "放弃后不能恢复，请勾选确认。", field="sure")
        return await standing(page, refused(error))
    request = place_service_pb2.AnswerOfferRequest(
        application_id=await _own(page), accept=accept, idempotency_key=form.key
    )
    return await _done(page, page.clients.places.AnswerOffer(request), "offer_taken" if accept else "offer_declined")


@router.post("/confirmation")
async def confirm(page: Applicant) -> Response:
    """Confirm the provisional place."""
    form = await read_form(page.request)
    request = place_service_pb2.ConfirmPlaceRequest(application_id=await _own(page), idempotency_key=form.key)
    return await _done(page, page.clients.places.ConfirmPlace(request), "place_confirmed")


@router.post("/carry-over")
async def carry_over(page: Applicant) -> Response:
    """Fill the empty sections of the draft with what was filled in last year."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = application_service_pb2.CarryOverRequest(cycle_id=view.cycle_id, idempotency_key=form.key)
    return await _done(page, page.clients.applications.CarryOver(request), "carried")


async def _own(page: Page) -> str:
    own = await mine(page)
    if not own.started:
        raise DomainError(Kind.NOT_FOUND, "APPLICATION_NOT_FOUND", "您还没有报名。")
    return own.application.application_id


async def _done(page: Page, call: Any, done: str) -> Response:
    try:
        await call
    except DomainError as error:
        return await standing(page, refused(error))
    return page.redirect(f"/application?done={done}")
