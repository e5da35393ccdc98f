"""年度: set up from a province file, or from the present year's bases and plan with new dates."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.cycle_file import PHASES, request_from_file
from services.portal.cycles import phase_name
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.calendar_impacts import calendar_table
from services.portal.panels import Ask, Button, Cell, FileAsk, Form, Line, Panel, Table
from services.portal.uploads import read_upload
from services.portal.wire import of_json, to_json

router = APIRouter(prefix="/province/cycles")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]


@router.get("")
async def cycles(page: Province) -> Response:
    """The years there are, and how to set up another."""
    return await _page(page, None, None)


@router.post("/file")
async def from_file(page: Province) -> Response:
    """Set up a year from a file, or from its text pasted."""
    sent = await read_upload(page.request, "cycle")
    values = dict(sent.form.values)
    if sent.content:
        values["document"] = sent.content.decode("utf-8", "replace")
    form = Posted(values)
    page.request.state.posted = form  # so that the proof carries the file's text along
    return await _create(page, form, lambda: request_from_file(form.values.get("document", "")))


@router.post("/form")
async def from_form(page: Province) -> Response:
    """Set up a year with new dates, and the bases, specialties and plan of the year on this page."""
    form = (await read_upload(page.request, "cycle")).form
    view = await page.cycle()
    answer = await page.clients.cycles.GetCatalogue(cycle_service_pb2.GetCatalogueRequest(cycle_id=view.cycle_id))
    catalogue = to_json(answer)
    catalogue["plan"] = [seats for seats in catalogue["plan"] if seats["planned"]]

    def values() -> dict[str, Any]:
        year = form.number("year")
        if not year:
            raise DomainError(Kind.INVALID, "YEAR_MISSING", "请填写年度。", field="year")
        phases = [
            {
                "phase": name,
                "name": terms.PHASE_NAMES[name],
                "first_day": form.get(f"first_{name}"),
                "last_day": form.get(f"last_{name}"),
            }
            for name, always in PHASES.items()
            if always or form.get(f"first_{name}") or form.get(f"last_{name}")
        ]
        return {
            "year": year,
            "title": form.get("title"),
            "time_zone": view.cycle.time_zone,
            "phases": phases,
            **catalogue,
        }

    return await _create(page, form, values)


@router.post("/confirm")
async def confirm(page: Province) -> Response:
    """Make a draft a year like any other."""
    form = await read_form(page.request)
    request = cycle_service_pb2.ConfirmCycleRequest(cycle_id=form.get("cycle_id"), idempotency_key=form.key)
    try:
        if not form.checked("sure"):
            raise DomainError(Kind.INVALID, "NOT_CONFIRMED", "请核对日程并勾选确认。", field="sure")
        await page.clients.cycles.ConfirmCycle(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    page.portal.heard({"cycle"})
    return page.redirect("/province/cycles?done=created")


async def _create(page: Page, form: Posted, values: Any) -> Response:
    try:
        whole = values() | {"idempotency_key": form.key}
        whole["province_code"] = whole.get("province_code") or page.visitor.require().organisation
        await page.clients.cycles.CreateCycle(of_json(cycle_service_pb2.CreateCycleRequest, whole))
    except DomainError as error:
        return await _page(page, refused(error), form)
    page.portal.cycles.stale()
    return page.redirect("/province/cycles?done=created")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    desk = Desk(page, refusal, posted)
    answer, drafts = await asyncio.gather(
        page.clients.cycles.ListCycles(cycle_service_pb2.ListCyclesRequest()),
        page.clients.cycles.ListDraftCycles(cycle_service_pb2.ListDraftCyclesRequest()),
    )
    lines = []
    for cycle in answer.cycles:
        dates = [phase for phase in cycle.phases if phase.first_day]
        span = tr("{first} 至 {last}", first=dates[0].first_day, last=dates[-1].last_day) if dates else ""
        home = Cell(cycle.title, href=f"/?cycle={cycle.cycle_id}")
        lines.append(
            Line((home, str(cycle.year), Cell(phase_name(cycle_pb2.CyclePhase(phase=cycle.phase)), tone="brand"), span))
        )
    file = Form(
        "/province/cycles/file",
        (Ask("document", "文件内容", "area", "YAML；与命令行使用的省级文件格式相同。", rows=10, most=250_000),),
        (Button("按文件建立"),),
        "按文件建立",
        "选择文件上传，或把内容粘贴在下面。建立后处于准备阶段，到报名开始日自动开放。",
        file=FileAsk("cycle", "选择文件", ".yaml,.yml,text/plain"),
        folded=True,
    )
    dates_asked = [
        Ask(f"{edge}_{name}", listed((terms.PHASE_NAMES[name], tr(word)), "："), "date", required=always)
        for name, always in PHASES.items()
        for edge, word in N_((("first", "开始日"), ("last", "截止日")))
    ]
    form = Form(
        "/province/cycles/form",
        (Ask("year", "年份", "number"), Ask("title", "标题", most=200), *dates_asked),
        (Button("按表单建立"),),
        "按表单建立",
        "基地、专业和计划数取自当前年度，建立后可再调整。没有的轮次留空；志愿多于两轮的年度请按文件建立。",
        folded=True,
    )
    panels = [
        Panel("年度", table=Table("新的在前", ("标题", "年份", "阶段", "日程"), lines, "还没有年度。")),
        *(panel for cycle in drafts.cycles for panel in _draft(desk, cycle)),
        Panel(form=desk.form(file)),
        Panel(form=desk.form(form)),
    ]
    return await desk.html(tr("年度"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


def _draft(desk: Desk, cycle: cycle_pb2.Cycle) -> list[Panel]:
    """A year that was prepared and nobody else sees yet: its calendar, and how it is made real."""
    told = tr("由上一年度自动拟定，日期顺延一年，尚未公开。请核对；日期需要调整的，确认后在“日程”中修改。")
    form = Form(
        "/province/cycles/confirm",
        (Ask("sure", "我已核对，确认建立这一年度", "tick"),),
        (Button("确认年度"),),
        hidden={"cycle_id": cycle.cycle_id},
        suffix=f"-{cycle.year}",
    )
    return [
        Panel(
            tr("待确认：{title}", title=cycle.title), told, calendar_table(cycle.phases, cycle.milestones), notice=True
        ),
        Panel(form=desk.form(form)),
    ]
