"""What everybody sees: the year's calendar, the live board, and the frame that live pages fetch again.

PUB-23: between seasons the first page says what was, and what comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.kit.domain import DomainError, Kind
from services.portal.board import BoardView
from services.portal.cycles import Catalogue, CycleView, phase_key
from services.portal.forms import refused
from services.portal.i18n import terms
from services.portal.i18n.language import tr
from services.portal.page import Page, page_of
from services.portal.wire import rfc3339

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]


@router.get("/")
async def home(page: Anyone) -> Response:
    """The year's calendar and what is open now."""
    view = await page.portal.cycles.find(page.wanted_cycle)
    before, after = await _beside(page, view)
    return await page.html(
        "home.html",
        open_now=_open_now(view),
        registering=_registering(view),
        request_cycle=page.wanted_cycle,
        before=before,
        after=after,
    )


@router.get("/frame")
async def frame(page: Anyone) -> Response:
    """Header and deadline strip alone."""
    return await page.html("frame.html")


@router.get("/board")
async def board(page: Anyone, base_code: str = "", specialty_code: str = "", as_of: str = "") -> Response:
    """招录情况一览表: of a base, of a specialty, or all bases; now, or as it was at a moment of the calendar."""
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    moment, refusal = None, None
    try:
        moment = moment_of(view, as_of)
    except DomainError as error:
        refusal = refused(error)
    shown, caption, heading = await _board(page, view, names, base_code, specialty_code, moment)
    query = {"base_code": base_code, "as_of": rfc3339(moment) if moment is not None else ""}
    json_query = urlencode({name: value for name, value in query.items() if value})
    suffix = f"cycle={page.wanted_cycle}&" if page.wanted_cycle else ""
    return await page.html(
        "board.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        as_of=as_of,
        past=moment is not None,
        csv_href="/board.csv" + (f"?{page.request.url.query}" if page.request.url.query else ""),
        json_href=f"/api/v1/cycles/{view.cycle_id}/board" + (f"?{json_query}" if json_query else ""),
        board=shown,
        caption=caption,
        heading=heading,
        link="" if base_code else f"/board?{suffix}base_code=",
        bases=names.bases,
        specialties=names.specialties,
        base_code=base_code,
        specialty_code=specialty_code,
        registering=_registering(view),
        request_cycle=page.wanted_cycle,
    )


def moment_of(view: CycleView, as_of: str) -> datetime | None:
    """The moment of the calendar that was asked for; None for now. Raises INVALID `MOMENT_FORMAT`."""
    if not as_of:
        return None
    try:
        return view.calendar.instant(datetime.fromisoformat(as_of).replace(tzinfo=None))
    except (ValueError, OverflowError) as error:
        message = "请填写日期和时间，如 2023-07-31T23:59。"  # no-message: in the refusal
        raise DomainError(Kind.INVALID, "MOMENT_FORMAT", message, field="as_of") from error


async def _board(
    page: Page, view: CycleView, names: Catalogue, base_code: str, specialty_code: str, as_of: datetime | None
) -> tuple[BoardView, str, str]:
    boards = page.portal.boards
    if base_code:
        shown = await boards.of_base(view.cycle_id, base_code, names, as_of)
        if specialty_code:
            shown = shown.only(specialty_code)
        return shown, tr("{name}：各专业", name=names.bases.get(base_code, base_code)), tr("专业")
    if specialty_code:
        shown = await boards.of_specialty(view.cycle_id, specialty_code, names, as_of)
        name = names.specialties.get(specialty_code, specialty_code)
        return shown, tr("{name}：各基地", name=name), tr("培训基地")
    return await boards.of_province(view.cycle_id, names, as_of), tr("各基地合计"), tr("培训基地")


async def _beside(page: Page, view: CycleView | None) -> tuple[CycleView | None, CycleView | None]:
    """Between two seasons: the one that is over, and the one to come where it is known; while one runs, neither."""
    phase = phase_key(view.cycle.phase) if view is not None else ""
    if phase not in {"preparation", "closed"}:
        return None, None
    views = await page.portal.cycles.all()
    over = [each for each in views if phase_key(each.cycle.phase) == "closed"]
    to_come = [each for each in views if phase_key(each.cycle.phase) == "preparation"]
    return (view if phase == "closed" else next(iter(over), None)), next(iter(to_come), None)


def _registering(view: CycleView | None) -> bool:
    """True in the phases in which one may begin an application."""
    return view is not None and phase_key(view.cycle.phase) in {"registration", "second_choice", "reallocation"}


def _open_now(view: CycleView | None) -> list[str]:
    return terms.OPEN_NOW.get(phase_key(view.cycle.phase), []) if view is not None else []
