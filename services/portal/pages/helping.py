"""Held accounts, and sections of one application unlocked for a while."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import support_service_pb2 as unlock_service_pb2
from residency.identity.v1 import support_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.forms import Refusal, fresh_key, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import Words
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter(prefix="/support")
Held = Annotated[Page, Depends(PageFor("support", "security_administrator", "province_administrator"))]
Releaser = Annotated[Page, Depends(PageFor("security_administrator", "province_administrator"))]
Unlocker = Annotated[Page, Depends(PageFor("support", "province_administrator"))]
DURATIONS = Words({"60": "1 小时", "240": "4 小时", "1440": "1 天", "4320": "3 天"})


@router.get("/held")
async def held(page: Held) -> Response:
    """Accounts that wait for a comparison."""
    return await _held(page, None)


@router.post("/held/{person_id}")
async def decide(page: Releaser, person_id: str) -> Response:
    """Release one, or refuse it as a duplicate."""
    form = await read_form(page.request)
    release = form.get("then") == "release"
    request = support_service_pb2.DecideHeldRequest(
        person_id=person_id, release=release, reason=form.get("reason"), idempotency_key=form.key
    )
    try:
        await page.clients.support.DecideHeld(request)
    except DomainError as error:
        return await _held(page, refused(error))
    return page.redirect(f"/support/held?done={'released' if release else 'refused'}")


@router.get("/persons/{person_id}/unlocks")
async def unlocks(page: Unlocker, person_id: str) -> Response:
    """What is unlocked for a person, and the form for more."""
    return await _unlocks(page, person_id, {"minutes": "1440"}, None, new_id())


@router.post("/persons/{person_id}/unlocks")
async def unlock(page: Unlocker, person_id: str) -> Response:
    """Unlock the ticked sections for a while."""
    form = await read_form(page.request)
    view = await page.cycle()
    ticked = [name for name in terms.SECTIONS if form.checked(f"section_{name}")]
    try:
        if not ticked:
            raise DomainError(Kind.INVALID, "NO_SECTION", "请至少选择一部分。", field="section_basic")
        request = unlock_service_pb2.UnlockSectionsRequest(
            cycle_id=view.cycle_id,
            person_id=person_id,
            sections=[f"SECTION_{name.upper()}" for name in ticked],
            minutes=form.number("minutes"),
            reason=form.get("reason"),
            idempotency_key=form.key,
        )
        await page.clients.unlocks.UnlockSections(request)
    except DomainError as error:
        return await _unlocks(page, person_id, form.shown(), refused(error), fresh_key(error, form))
    return page.redirect(f"/support/persons/{person_id}/unlocks?done=unlocked")


@router.post("/persons/{person_id}/unlocks/end")
async def end_unlock(page: Unlocker, person_id: str) -> Response:
    """End one before its time."""
    form = await read_form(page.request)
    request = unlock_service_pb2.EndUnlockRequest(
        unlock_id=form.get("unlock_id"), reason=form.get("end_reason"), idempotency_key=form.key
    )
    try:
        await page.clients.unlocks.EndUnlock(request)
    except DomainError as error:
        return await _unlocks(page, person_id, {}, refused(error), new_id())
    return page.redirect(f"/support/persons/{person_id}/unlocks?done=lock_back")


async def _held(page: Page, refusal: Refusal | None) -> Response:
    answer = await page.clients.support.ListHeld(support_service_pb2.ListHeldRequest())
    return await page.html(
        "held.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        held=[to_page(each) for each in answer.held],
        decides=page.visitor.role != "support",
    )


async def _unlocks(page: Page, person_id: str, values: dict[str, str], refusal: Refusal | None, key: str) -> Response:
    view = await page.cycle()
    request = unlock_service_pb2.ListUnlocksRequest(cycle_id=view.cycle_id, person_id=person_id)
    answer = await page.clients.unlocks.ListUnlocks(request)
    return await page.html(
        "unlocks.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        person_id=person_id,
        unlocks=[to_page(each) for each in answer.unlocks],
        durations=DURATIONS.items(),
        values=values,
        now=datetime.now(UTC),
        key=key,
    )
