"""放假安排: the days on which the province rests or works, year by year, each with its source; nothing is guessed."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import calendar_service_pb2 as pb
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.calendar import days_text
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import instant_of, of_json

router = APIRouter(prefix="/province/holidays")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_HERE = "/province/holidays"
_BREAK = re.compile(r"[\s,，、;；]+")
_ASKS = (
    Ask(
        "resting", "放假日", "area", "每行一天，如 2027-01-01；须列出全年（上一年 12 月 26 日起）。", rows=8, most=3000
    ),
    Ask("working", "调休上班日", "area", "每行一天。", required=False, rows=4, most=3000),
    Ask("source", "依据文件", hint="通知的名称和文号。", most=200),
    Ask("reason", "录入原因", "area", "记录在案。", most=500),
)


@router.get("")
async def holidays(page: Province, year: int = 0) -> Response:
    """A year as it is known, and what the province entered for it."""
    return await _page(page, year, None, None)


@router.post("")
async def record(page: Province) -> Response:
    """Enter a year, or enter it anew."""
    form = await read_form(page.request)
    year = form.number("year")
    values = {
        "year": year,
        "resting": _days(form.get("resting")),
        "working": _days(form.get("working")),
        "source": form.get("source"),
        "reason": form.get("reason"),
        "expected_version": form.number("expected_version"),
        "idempotency_key": form.key,
    }
    try:
        await page.clients.calendars.RecordHolidays(of_json(pb.RecordHolidaysRequest, values))
    except DomainError as error:
        return await _page(page, year, refused(error), form)
    return page.redirect(f"{_HERE}?year={year}&done=holidays")


def _days(text: str) -> list[str]:
    return [word for word in _BREAK.split(text) if word]


async def _page(page: Page, year: int, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    wanted = year if 2000 <= year <= 2200 else view.cycle.year
    request = pb.ListWorkingDaysRequest(province_code=page.visitor.require().organisation, year=wanted)
    known = await page.clients.calendars.ListWorkingDays(request)
    latest = known.entries[0] if known.entries else None
    unusual = [(day, Cell(tr("放假"), tone="ok")) for day in known.resting]
    unusual += [(day, Cell(tr("上班"), tone="warn")) for day in known.working]
    lines = [Line((days_text(day, day), told)) for day, told in sorted(unusual, key=lambda each: each[0])]
    entered = [
        Line(
            (
                tr("第 {version} 版", version=each.version),
                view.calendar.moment(instant_of(each.recorded_at)) if not view.calendar.compressed else "",
                terms.ROLES.get(each.role, each.role),
                each.source,
                each.reason,
            )
        )
        for each in known.entries
    ]
    title = tr("录入{year}年放假安排", year=wanted)
    form = Form(
        _HERE,
        _ASKS,
        (Button(title),),
        title,
        "录入的日期与国家公布的放假安排合并使用；以后公示的名单按新的安排计算工作日，已公示的名单不变。",
        values={
            "resting": "\n".join(latest.resting) if latest else "",
            "working": "\n".join(latest.working) if latest else "",
            "source": latest.source if latest else "",
        },
        hidden={"year": str(wanted), "expected_version": str(latest.version if latest else 0)},
        folded=known.known,
    )
    chosen = Form(
        _HERE, (Ask("year", "年份", "number"),), (Button("查看", tone=""),), values={"year": str(wanted)}, get=True
    )
    told = tr(
        "目前知道 {first} 至 {last} 的工作日；此后的不作推算，公示期跨过该日的名单不能发布。",
        first=known.known_from,
        last=known.known_until,
    )
    state = "" if known.known else tr("{year}年的放假安排尚未录入。", year=wanted)
    caption = N_("周一至周五放假、周末上班的日期")
    table = None
    if known.known or lines:
        table = Table(caption, ("日期", "放假或上班"), lines, "没有例外日期。")
    panels = [
        Panel(form=chosen),
        Panel(tr("{year}年", year=wanted), state, table, notice=not known.known),
        Panel(form=desk.form(form)),
        Panel(
            "本省录入记录",
            table=Table(
                "新的在前", ("版本", "时间", "录入人身份", "依据文件", "原因"), entered, "本省没有为这一年录入过。"
            ),
        ),
        Panel("来源", said(known.source)),
    ]
    return await desk.html(tr("工作日与放假安排"), tr("全省管理"), navigation.PROVINCE_TABS, panels, told)
