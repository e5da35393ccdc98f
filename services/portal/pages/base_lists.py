"""公示: what a base has to publish, what it has published, and the objections that came in."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import selection_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.cycles import Catalogue, CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.pages.base_places import place_name
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/base/lists")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
Administrator = Annotated[Page, Depends(PageFor("base_administrator"))]
_PUBLISH = Act(
    selection_service_pb2.PublishListRequest,
    "selection",
    "PublishList",
    (
        Ask("specialty_code", "专业", "select", "不选即全部专业。", required=False),
        Ask("supplement_to", "补充第几批名单", "number", "更正或补充已公示的名单时填写。", required=False),
    ),
    "published",
)


@router.get("")
async def lists(page: Staff) -> Response:
    """What waits to be published, what is published, what was objected."""
    return await _page(page, None, None)


@router.post("")
async def publish(page: Administrator) -> Response:
    """Publish every provisional admission that no list names yet."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        await _PUBLISH.perform(page, view, form)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/base/lists?done=published")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    who = page.visitor.require()
    desk = Desk(page, refusal, posted)
    service = page.clients.selection
    waiting, published, names, objections = await asyncio.gather(
        service.ListUnpublished(selection_service_pb2.ListUnpublishedRequest(cycle_id=view.cycle_id)),
        service.ListPublishedLists(
            selection_service_pb2.ListPublishedListsRequest(cycle_id=view.cycle_id, base_code=who.organisation)
        ),
        page.portal.cycles.catalogue(view.cycle_id),
        _objections(page, view),
    )
    rows = [to_page(row) for row in waiting.rows]
    table = Table(
        tr("共 {n} 人", n=len(rows)),
        ("姓名", "证件编号", "专业", "轮次", "拟录取时间"),
        [_unpublished(row, names, view) for row in rows],
        "没有待公示的拟录取人员。",
    )
    ends = to_page(waiting)["would_end_at"]
    lead = (
        tr("现在公示，将于 {until} 截止。", until=view.calendar.deadline(ends))
        if ends
        else reason_text("WORKING_DAYS_UNKNOWN", waiting.problem)
    )
    panels = [Panel("待公示", lead, table, notice=bool(waiting.problem))]
    if rows and who.role == "base_administrator":
        options = [
            (code, names.specialties.get(code, code)) for code in sorted({row["specialty_code"] for row in rows})
        ]
        asks = (Ask("specialty_code", "专业", "select", "不选即全部专业。", options, required=False), _PUBLISH.asks[1])
        told = tr("名单一经公示不能更改；姓名和证件编号只公示部分。")
        panels.append(Panel(form=desk.form(Form("/base/lists", asks, (Button("公示名单"),), "公示名单", told))))
    panels.append(Panel("已公示", table=_published([to_page(each) for each in published.lists], view)))
    if objections is not None:
        panels.append(
            Panel(
                "异议", "异议在报名信息页登记，由省级处理；处理前不能录取。", objection_table(objections, names, view)
            )
        )
    return await desk.html(tr("公示与异议"), tr("基地办理"), navigation.BASE_TABS, panels)


async def _objections(page: Page, view: CycleView) -> list[dict[str, Any]] | None:
    """Objections of one's own base; None for those who may not read them."""
    if page.visitor.role != "base_administrator":
        return None
    request = selection_service_pb2.ListObjectionsRequest(cycle_id=view.cycle_id, page_size=100)
    return [to_page(each) for each in (await page.clients.selection.ListObjections(request)).objections]


def objection_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView) -> Table:
    """Objections with where they stand."""
    lines = [
        Line(
            (
                Cell(row["name"] or tr("报名信息")),
                place_name(row, names),
                row["grounds"],
                view.calendar.moment(row["filed_at"]) if row["filed_at"] else "",
                Cell(
                    terms.OBJECTIONS.get(row["state"], row["state"]), tone="warn" if row["state"] == "open" else "plain"
                ),
                row["resolution"],
            )
        )
        for row in rows
    ]
    return Table("新登记的在前", ("姓名", "志愿", "内容", "登记时间", "状态", "处理意见"), lines, "没有异议。")


def _unpublished(row: dict[str, Any], names: Catalogue, view: CycleView) -> Line:
    return Line(
        (
            Cell(row["name"], href=f"/base/applications/{row['application_id']}"),
            row["masked_document"],
            names.specialties.get(row["specialty_code"], row["specialty_code"]),
            view.round_name(row["round"]),
            view.calendar.moment(row["provisional_at"]) if row["provisional_at"] else "",
        )
    )


def _published(lists: list[dict[str, Any]], view: CycleView) -> Table:
    lines = [
        Line(
            (
                Cell(tr("第 {number} 批", number=each["number"]), href=f"/lists/{each['list_id']}"),
                Cell(str(each["entries"]), number=True),
                view.calendar.moment(each["published_at"]) if each["published_at"] else "",
                view.calendar.deadline(each["ends_at"]) if each["ends_at"] else "",
                Cell(tr("公示结束"), tone="plain") if each["over"] else Cell(tr("公示中"), tone="brand"),
            )
        )
        for each in lists
    ]
    return Table("新公示的在前", ("名单", "人数", "公示开始", "公示截止", "状态"), lines, "还没有公示过名单。")
