"""The province's overview: phases with the times they were entered, and the progress of each base."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import cycle_pb2
from services.portal import calendar, navigation
from services.portal.board import Line
from services.portal.cycles import CycleView, phase_name
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.base import window_of
from services.portal.wire import instant_of

router = APIRouter()
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_BASES_A_PAGE = 40
_AT_ONCE = 8


@router.get("/province")
async def overview(page: Province, start: int = 0) -> Response:
    """The year and the bases, forty at a time."""
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    board = await page.portal.boards.of_province(view.cycle_id, names)
    start = max(0, min(start, len(board.lines)))
    shown = board.lines[start : start + _BASES_A_PAGE]
    in_review = any(phase.round and phase.sequence <= view.cycle.sequence for phase in view.cycle.phases)
    rows = await _with_windows(page, view, shown) if in_review else [{"line": line, "window": None} for line in shown]
    more = start + _BASES_A_PAGE < len(board.lines)
    return await page.html(
        "province.html",
        tabs=navigation.PROVINCE_TABS,
        phases=_phases(view),
        rows=rows,
        windows=in_review,
        round_name=view.round_name(view.round),
        total=board.total,
        as_of=board.as_of,
        next_href=f"/province?start={start + _BASES_A_PAGE}" if more else "",
    )


async def _with_windows(page: Page, view: CycleView, lines: list[Line]) -> list[dict[str, Any]]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def row(line: Line) -> dict[str, Any]:
        async with slots:
            return {"line": line, "window": await window_of(page, view, line.code)}

    return list(await asyncio.gather(*(row(line) for line in lines)))


def _phases(view: CycleView) -> list[dict[str, Any]]:
    rows = []
    for phase in view.cycle.phases:
        planned = (
            f"{calendar.day_text(phase.first_day)} 00:00 – {calendar.day_text(phase.last_day)} 24:00"
            if phase.first_day
            else ""
        )
        rows.append(
            {
                "name": phase_name(phase),
                "planned": planned,
                "entered": _entered(phase, view),
                "now": phase.sequence == view.cycle.sequence,
                "status": tr("已结束") if phase.sequence < view.cycle.sequence else tr("未开始"),
            }
        )
    return rows


def _entered(phase: cycle_pb2.CyclePhase, view: CycleView) -> str:
    if not phase.HasField("entered_at"):
        return ""
    clock = view.calendar.clock(instant_of(phase.entered_at))
    seconds = 0.0
    if phase.HasField("opens_at"):
        seconds = (instant_of(phase.entered_at) - instant_of(phase.opens_at)).total_seconds()
    return tr("{clock}（晚 {seconds} 秒）", clock=clock, seconds=f"{seconds:.1f}") if seconds >= 0.05 else clock
