"""A base's plan: places, what it asks the province for, and exceptions it was granted."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import plan_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.cycles import Catalogue, CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.pages.base_places import place_name
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/base/plan")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
Administrator = Annotated[Page, Depends(PageFor("base_administrator"))]
_PROPOSE = Act(
    plan_service_pb2.ProposePlanChangeRequest,
    "plans",
    "ProposePlanChange",
    (
        Ask("specialty_code", "专业", "select"),
        Ask("wanted", "申请的计划数（总数）", "number"),
        Ask("reason", "原因", "area", most=500),
    ),
    "proposed",
)


@router.get("")
async def plan(page: Staff) -> Response:
    """The plan as it stands."""
    return await _page(page, None, None)


@router.post("")
async def propose(page: Administrator) -> Response:
    """Ask the province for another number of places."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        await _PROPOSE.perform(page, view, form, base_code=page.visitor.require().organisation)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/base/plan?done=proposed")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    service, cycle_id = page.clients.plans, view.cycle_id
    rows, changes, exceptions, history, names = await asyncio.gather(
        service.ListPlan(plan_service_pb2.ListPlanRequest(cycle_id=cycle_id)),
        service.ListPlanChanges(plan_service_pb2.ListPlanChangesRequest(cycle_id=cycle_id)),
        service.ListSeatExceptions(plan_service_pb2.ListSeatExceptionsRequest(cycle_id=cycle_id)),
        service.ListPlanHistory(plan_service_pb2.ListPlanHistoryRequest(cycle_id=cycle_id)),
        page.portal.cycles.catalogue(cycle_id),
    )
    panels = [Panel("计划", table=plan_table([to_page(row) for row in rows.rows], names))]
    if page.visitor.role == "base_administrator":
        own = names.planned.get(page.visitor.require().organisation, {})
        options = [(code, names.specialties.get(code, code)) for code in own]
        asks = (Ask("specialty_code", "专业", "select", options=options), *_PROPOSE.asks[1:])
        form = Form("/base/plan", asks, (Button("提交申请"),), "申请调整计划数", "由省级审批；审批前计划数不变。")
        panels.append(Panel(form=desk.form(form)))
    panels += [
        Panel("调整申请", table=change_table([to_page(each) for each in changes.changes], names, view)),
        Panel("追加名额", table=exception_table([to_page(each) for each in exceptions.exceptions], names, view)),
        Panel("变动记录", table=history_table([to_page(row) for row in history.rows], names, view)),
    ]
    return await desk.html(tr("招收计划"), tr("基地办理"), navigation.BASE_TABS, panels)


def plan_table(rows: list[dict[str, Any]], names: Catalogue, next_href: str = "") -> Table:
    """Places by base and specialty."""
    lines = [
        Line(
            (
                place_name(row, names),
                Cell(str(row["planned"]), number=True),
                Cell(str(row["taken"]), number=True),
                Cell(
                    terms.PROGRAMMES.get(row["programme"], row["programme"]),
                    tone={"open": "ok", "paused": "warn", "closed": "bad"}.get(row["programme"], "plain"),
                ),
            )
        )
        for row in rows
    ]
    columns = N_(("基地和专业", "计划数", "已占名额", "招生状态"))
    return Table("已占名额包括拟录取、录取和待答复的递补", columns, lines, "还没有招收计划。", next_href=next_href)


def history_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView) -> Table:
    """What was planned before and since, with the reasons."""
    lines = [
        Line(
            (
                place_name(row, names),
                f"{row['planned_before']} → {row['planned']}",
                terms.PLAN_DEEDS.get(row["kind"], row["kind"]),
                row["reason"],
                view.calendar.moment(row["at"]) if row["at"] else "",
            )
        )
        for row in rows
    ]
    return Table("新的在前", ("基地和专业", "计划数", "变动依据", "原因", "时间"), lines, "计划数没有变动过。")


def change_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView, forms: Any = None) -> Table:
    """Wanted changes; `forms(row)` gives the forms that answer one."""
    lines = [
        Line(
            (
                place_name(row, names),
                f"{row['planned']} → {row['wanted']}",
                row["reason"],
                view.calendar.moment(row["proposed_at"]) if row["proposed_at"] else "",
                Cell(terms.CHANGES.get(row["state"], row["state"]), tone="warn" if row["state"] == "open" else "plain"),
                _answer(row),
            ),
            forms=forms(row) if forms is not None else (),
        )
        for row in rows
    ]
    return Table("新提出的在前", ("基地和专业", "计划数", "原因", "提出时间", "状态", "答复"), lines, "没有调整申请。")


def _answer(row: dict[str, Any]) -> str:
    if row["state"] != "granted":
        return str(row["answer"])
    return tr("批准 {planned}。{answer}", planned=row["granted"], answer=row["answer"])


def exception_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView) -> Table:
    """Places added under a numbered document."""
    lines = [
        Line(
            (
                Cell(row["number"]),
                place_name(row, names),
                Cell(f"+{row['seats']}", number=True),
                row["reason"],
                view.calendar.moment(row["granted_at"]) if row["granted_at"] else "",
            )
        )
        for row in rows
    ]
    return Table("新批准的在前", ("文号", "基地和专业", "名额数", "原因", "批准时间"), lines, "没有追加名额。")
