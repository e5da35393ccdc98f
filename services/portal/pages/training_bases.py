"""PUB-20, 培训基地: each with its places, dates and published lists, for everybody; the board as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import board_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import files
from services.portal.calendar import CycleCalendar
from services.portal.cycles import Catalogue
from services.portal.i18n.language import tr
from services.portal.page import Page, page_of
from services.portal.pages.calendar import rows_of
from services.portal.pages.public import moment_of
from services.portal.pages.published import list_table
from services.portal.wire import instant_of

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("/bases/{base_code}")
async def one(page: Anyone, base_code: str) -> Response:
    """One base: how many places it has and how many asked for them, its dates, its lists."""
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    if base_code not in names.bases:
        raise DomainError(Kind.NOT_FOUND, "BASE_UNKNOWN", "没有这个培训基地。")
    board = await page.portal.boards.of_base(view.cycle_id, base_code, names)
    calendar = await page.portal.calendars.calendar(view.cycle_id, 0, base_code)
    return await page.html(
        "training_base.html",
        base_code=base_code,
        base_name=names.bases[base_code],
        board=board,
        dates=[row for row in rows_of(calendar, view) if row["kind"] in ("milestone", "base_date")],
        lists=await list_table(page, view, base_code),
        request_cycle=page.wanted_cycle,
    )


@router.get("/board.csv")
async def table(page: Anyone, base_code: str = "", specialty_code: str = "", as_of: str = "") -> Response:
    """The board as a table to take away: a line per base and specialty, narrowed down as on the page."""
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    moment = moment_of(view, as_of)
    boards = page.portal.boards
    answer = await (
        boards.answer(view.cycle_id, base_code) if moment is None else boards.past(view.cycle_id, base_code, moment)
    )
    rows = (row for row in answer.rows if specialty_code in ("", row.specialty_code))
    content = _csv(rows, names, view.calendar, answer)
    name = "-".join(["board", str(view.cycle.year), *(each for each in (base_code, specialty_code) if each)])
    return files.attachment(content, f"{name}.csv", "text/csv; charset=utf-8")


def _csv(
    rows: Iterable[board_service_pb2.BoardRow],
    names: Catalogue,
    calendar: CycleCalendar,
    answer: board_service_pb2.GetBoardResponse,
) -> bytes:
    """With the mark by which spreadsheets know UTF-8; no name becomes a formula there."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(
        (
            *(tr("基地代码"), tr("培训基地"), tr("专业代码"), tr("培训专业")),
            *(tr("计划数"), tr("已报名"), tr("拟录取"), tr("录取"), tr("数据时间")),
        )
    )
    at = calendar.local(instant_of(answer.as_of)).isoformat(" ", "minutes")
    for row in rows:
        named: tuple[Any, ...] = (
            row.base_code,
            _plain(names.bases.get(row.base_code, "")),
            row.specialty_code,
            _plain(names.specialties.get(row.specialty_code, "")),
        )
        lines.writerow((*named, row.planned, row.applied, row.provisional, row.admitted, at))
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
