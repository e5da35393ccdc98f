"""公示名单: what bases have published, for everybody; names and numbers come masked from the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import selection_service_pb2
from services.portal.cycles import CycleView
from services.portal.i18n.language import tr
from services.portal.page import Page, page_of
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/lists")
Anyone = Annotated[Page, Depends(page_of)]


@router.get("")
async def lists(page: Anyone, base_code: str = "") -> Response:
    """Every list of the cycle, newest first."""
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    asked = Ask("base_code", "培训基地", "select", options=tuple(names.bases.items()), required=False)
    chosen = Form("/lists", (asked,), (Button("筛选", tone=""),), values={"base_code": base_code}, get=True)
    table = await list_table(page, view, base_code)
    return await page.html(
        "panels.html",
        title=tr("拟录取名单公示"),
        area="",
        tabs=(),
        lead=tr("对公示名单有异议的，请在公示期内向公示的培训基地或省级主管部门书面提出。"),
        panels=[Panel(form=chosen), Panel(table=table)],
    )


async def list_table(page: Page, view: CycleView, base_code: str) -> Table:
    """The published lists of a cycle, of all bases or of one."""
    request = selection_service_pb2.ListPublishedListsRequest(cycle_id=view.cycle_id, base_code=base_code[:32])
    answer = await page.clients.selection.ListPublishedLists(request)
    lines = []
    for found in map(to_page, answer.lists):
        title = tr("{base}：第 {number} 批拟录取名单", base=found["base_name"], number=found["number"])
        ends = view.calendar.deadline(found["ends_at"]) if found["ends_at"] else ""
        state = Cell(tr("公示结束"), tone="plain") if found["over"] else Cell(tr("公示中"), tone="brand")
        lines.append(
            Line(
                (
                    Cell(title, href=f"/lists/{found['list_id']}"),
                    Cell(str(found["entries"]), number=True),
                    view.calendar.moment(found["published_at"]) if found["published_at"] else "",
                    ends,
                    state,
                )
            )
        )
    return Table("新公示的在前", ("名单", "人数", "公示开始", "公示截止", "状态"), lines, "还没有公示的名单。")


@router.get("/{list_id}")
async def one(page: Anyone, list_id: str) -> Response:
    """One list with its period and its hash."""
    request = selection_service_pb2.GetPublishedListRequest(list_id=list_id)
    answer = await page.clients.selection.GetPublishedList(request)
    return await page.html(
        "published.html", list=to_page(answer.list), entries=[to_page(each) for each in answer.entries]
    )
