"""Helping people: find, look in their place, reveal a number; the security desk's deeds on an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import support_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.edge import cookies
from services.portal.edge.refresher import claims_of
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.entry import HOMES
from services.portal.wire import to_page

router = APIRouter(prefix="/support")
Desk = Annotated[Page, Depends(PageFor("support", "security_administrator"))]
Helper = Annotated[Page, Depends(PageFor("support", "security_administrator", "province_administrator"))]
_SOUGHT = ("login", "name", "document_number", "mobile")
_DEEDS = {
    "support": ("act", "reveal", "unlock", "propose_acting", "propose_override"),
    "province_administrator": ("reveal",),
    "security_administrator": ("reveal", "suspend", "restore", "reset_factor"),
}
"""What the form offers to each; identity decides."""


@router.get("")
async def desk(page: Desk) -> Response:
    """Whom to find."""
    return await _desk(page, {}, None, None)


@router.post("")
async def find(page: Desk) -> Response:
    """Find; posted, so that no name or number stands in an address."""
    form = await read_form(page.request)
    values = {name: form.get(name) for name in _SOUGHT}
    if not any(values.values()):
        told = tr("请至少填写一项。")
        return await _desk(page, values, Refusal(told, {"login": told}), None)
    try:
        answer = await page.clients.support.FindPersons(support_service_pb2.FindPersonsRequest(**values))
    except DomainError as error:
        return await _desk(page, values, refused(error), None)
    return await _desk(page, values, None, [to_page(each) for each in answer.persons])


@router.get("/persons/{person_id}")
async def person(page: Helper, person_id: str) -> Response:
    """What may be done for one person."""
    return await _person(page, person_id, None, {})


@router.post("/persons/{person_id}")
async def change(page: Helper, person_id: str) -> Response:
    """Do it, with a reason."""
    form = await read_form(page.request)
    try:
        return await _deed(page, person_id, form)
    except DomainError as error:
        return await _person(page, person_id, refused(error), form.shown())


async def _deed(page: Page, person_id: str, form: Posted) -> Response:
    support, reason = page.clients.support, form.get("reason")
    match form.get("deed"):
        case "act":
            return await _act(page, person_id, form)
        case "reveal":
            request = support_service_pb2.RevealDocumentRequest(person_id=person_id, reason=reason)
            revealed = await support.RevealDocument(request)
            return await _person(page, person_id, None, {}, to_page(revealed))
    keyed: dict[str, Any] = {"person_id": person_id, "reason": reason, "idempotency_key": form.key}
    deeds: dict[str, tuple[Callable[..., Awaitable[Any]], Any, str]] = {
        "propose_acting": (support.ProposeActingWrite, support_service_pb2.ProposeActingWriteRequest, "proposed"),
        "propose_override": (
            support.ProposeBindingOverride,
            support_service_pb2.ProposeBindingOverrideRequest,
            "proposed",
        ),
        "suspend": (support.SuspendAccount, support_service_pb2.SuspendAccountRequest, "suspended"),
        "restore": (support.RestoreAccount, support_service_pb2.RestoreAccountRequest, "restored"),
        "reset_factor": (support.ResetSecondFactor, support_service_pb2.ResetSecondFactorRequest, "factor_reset"),
    }
    if form.get("deed") not in deeds:
        raise DomainError(Kind.INVALID, "DEED_UNKNOWN", "请选择要办理的事项。")
    call, message, done = deeds[form.get("deed")]
    await call(message(**keyed))
    return page.redirect(f"/support/persons/{person_id}?done={done}")


async def _act(page: Page, person_id: str, form: Posted) -> Response:
    """Begin to look in a person's place: in a cookie of its own, so that the supporter's own session goes on."""
    request = support_service_pb2.ActAsRequest(
        person_id=person_id, reason=form.get("reason"), proposal_id=form.get("proposal_id")
    )
    answer = await page.clients.support.ActAs(request)
    access = answer.signed_in.tokens.access
    response = page.redirect(HOMES.get(str(claims_of(access.value).get("role", "")), "/"))
    cookies.put(response, page.request.scope, cookies.ACTING, access.value, cookies.seconds_left(access))
    return response


async def _desk(
    page: Page, values: dict[str, str], refusal: Refusal | None, found: list[dict[str, Any]] | None
) -> Response:
    return await page.html(
        "support.html", status=refusal.status if refusal else 200, refusal=refusal, values=values, found=found
    )


async def _person(
    page: Page,
    person_id: str,
    refusal: Refusal | None,
    values: dict[str, str],
    revealed: dict[str, Any] | None = None,
) -> Response:
    return await page.html(
        "support_person.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        person_id=person_id,
        deeds=_DEEDS[page.visitor.role],
        values=values,
        revealed=revealed,
        key=new_id(),
    )
