"""调剂意向: where an applicant who accepts reallocation would rather be moved, best first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import reallocation_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.forms import Posted, Refusal, fresh_key, read_form, refused, to_correct
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.steps import mine

router = APIRouter(prefix="/application/wishes")
Applicant = Annotated[Page, Depends(PageFor("applicant"))]
MOST = 10
_SHOWN = 3


@router.get("")
async def wishes_form(page: Applicant) -> Response:
    """The wishes as saved, with room for more."""
    view = await page.cycle()
    request = reallocation_service_pb2.GetWishesRequest(cycle_id=view.cycle_id)
    answer = await page.clients.reallocation.GetWishes(request)
    return await _form(page, [(wish.base_code, wish.specialty_code) for wish in answer.wishes], None, new_id())


@router.post("")
async def save_wishes(page: Applicant) -> Response:
    """Save them; rows left empty are passed over."""
    form = await read_form(page.request)
    view = await page.cycle()
    wishes = _read(form)
    half = {
        f"{'specialty' if base else 'base'}_{number}": tr(
            "第 {number} 项：请选择培训专业" if base else "第 {number} 项：请选择培训基地", number=number
        )
        for number, (base, specialty) in enumerate(wishes, 1)
        if bool(base) != bool(specialty)
    }
    if half:
        return await _form(page, wishes, to_correct(half), form.key)
    request = reallocation_service_pb2.SaveWishesRequest(
        cycle_id=view.cycle_id,
        wishes=[
            reallocation_service_pb2.WantedPlace(base_code=base, specialty_code=specialty)
            for base, specialty in wishes
            if base
        ],
        idempotency_key=form.key,
    )
    try:
        await page.clients.reallocation.SaveWishes(request)
    except DomainError as error:
        return await _form(page, wishes, refused(error), fresh_key(error, form))
    return page.redirect("/application/wishes?done=wishes")


def _read(form: Posted) -> list[tuple[str, str]]:
    return [(form.get(f"base_{number}"), form.get(f"specialty_{number}")) for number in range(1, MOST + 1)]


async def _form(page: Page, wishes: list[tuple[str, str]], refusal: Refusal | None, key: str) -> Response:
    own = await mine(page)
    last = max((number for number, wish in enumerate(wishes, 1) if any(wish)), default=0)
    rows = min(MOST, max(_SHOWN, last + 1))
    padded = [*wishes, *[("", "")] * MOST]
    values = {}
    for number in range(1, rows + 1):
        values[f"base_{number}"], values[f"specialty_{number}"] = padded[number - 1]
    return await page.html(
        "wishes.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        steps=own.steps,
        started=own.started,
        consents=own.application.choice.accepts_reallocation,
        told=own.told("edit_reallocation"),
        rows=rows,
        values=values,
        bases=own.catalogue.bases,
        specialties=own.catalogue.specialties,
        key=key,
    )
