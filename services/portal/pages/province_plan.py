"""The province's plan: places, programmes, exceptions, and unfilled places that go elsewhere."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import plan_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.cycles import Catalogue
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.pages.base_places import place_name
from services.portal.pages.base_plan import exception_table, history_table, plan_table
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/province/plan")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_BASE = Ask("base_code", "培训基地", "select")
_SPECIALTY = Ask("specialty_code", "专业", "select")
_WHY = Ask("reason", "原因", "area", most=500)
_ACTS = {
    "programme": Act(
        plan_service_pb2.SetProgrammeRequest,
        "plans",
        "SetProgramme",
        (_BASE, _SPECIALTY, Ask("programme", "招生状态", "select", options=tuple(terms.PROGRAMMES.items())), _WHY),
        "plan",
    ),
    "exception": Act(
        plan_service_pb2.GrantSeatExceptionRequest,
        "plans",
        "GrantSeatException",
        (_BASE, _SPECIALTY, Ask("seats", "追加名额", "number"), Ask("number", "文号", most=100), _WHY),
        "plan",
    ),
    "reversion": Act(
        plan_service_pb2.RevertUnfilledRequest, "plans", "RevertUnfilled", carried=("digest",), done="plan"
    ),
}
_TITLES = N_(
    {
        "programme": ("暂停、关闭或恢复招生", "已提交的报名不受影响。"),
        "exception": ("追加名额", "须有文号；同一文号在一个年度内只能使用一次。"),
    }
)
_SHEET = Ask("rows", "计划数", "area", "每行：基地代码、专业代码、计划数，可从电子表格粘贴。", rows=8, most=100_000)
_CELLS = re.compile(r"[\t,，\s]+")
_MOST_SHOWN = 300


@router.get("")
async def plan(page: Province) -> Response:
    """The plan of one base, or of all while they are few."""
    return await _page(page, None, None, [])


@router.post("/rows")
async def set_plan(page: Province) -> Response:
    """Set planned places, row by row."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        values = {"cycle_id": view.cycle_id, "rows": _rows(form.values.get("rows", "")), "reason": form.get("reason")}
        request = of_json(plan_service_pb2.SetPlanRequest, values | {"idempotency_key": form.key})
        answer = await page.clients.plans.SetPlan(request)
    except DomainError as error:
        return await _page(page, refused(error), form, [])
    return await _page(page, None, None, [to_page(result) for result in answer.results])


@router.post("/{path}")
async def act(page: Province, path: str) -> Response:
    """Set a programme, grant an exception, move unfilled places."""
    form = await read_form(page.request)
    view = await page.cycle()
    if path not in _ACTS:
        raise DomainError(Kind.NOT_FOUND, "DEED_UNKNOWN", "没有这一项办理。")
    try:
        await _ACTS[path].perform(page, view, form)
    except DomainError as error:
        return await _page(page, refused(error), form, [])
    return page.redirect(f"/province/plan?done={_ACTS[path].done}")


def _rows(text: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = _CELLS.split(line.strip())
        if len(cells) != 3 or not cells[2].isdigit():
            told = tr("第 {line} 行须为“基地代码 专业代码 计划数”。", line=number)
            raise DomainError(Kind.INVALID, "SHEET_ROW", told, field="rows")
        rows.append({"base_code": cells[0], "specialty_code": cells[1], "planned": int(cells[2])})
    if not rows:
        raise DomainError(Kind.INVALID, "SHEET_EMPTY", "请填写至少一行。", field="rows")
    return rows


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None, results: list[dict[str, Any]]) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    base = page.request.query_params.get("base_code", "")[:32]
    service, cycle_id = page.clients.plans, view.cycle_id
    rows, exceptions, preview, history, names = await asyncio.gather(
        service.ListPlan(plan_service_pb2.ListPlanRequest(cycle_id=cycle_id, base_code=base)),
        service.ListSeatExceptions(plan_service_pb2.ListSeatExceptionsRequest(cycle_id=cycle_id)),
        service.PreviewReversion(plan_service_pb2.PreviewReversionRequest(cycle_id=cycle_id)),
        service.ListPlanHistory(plan_service_pb2.ListPlanHistoryRequest(cycle_id=cycle_id, base_code=base)),
        page.portal.cycles.catalogue(cycle_id),
    )
    told = [to_page(row) for row in rows.rows[:_MOST_SHOWN]]
    chosen = Ask("base_code", "培训基地", "select", options=tuple(names.bases.items()), required=False)
    lead = tr("只列出前 {most} 行，请选择基地。", most=_MOST_SHOWN) if len(rows.rows) > _MOST_SHOWN else ""
    panels = []
    if results:
        panels.append(Panel("保存结果", table=_results(results, names)))
    panels += [
        Panel(form=Form("/province/plan", (chosen,), (Button("筛选", tone=""),), values={"base_code": base}, get=True)),
        Panel("计划", lead, plan_table(told, names)),
        Panel(form=desk.form(_sheet(told))),
        Panel(form=desk.form(_form("programme", names))),
        Panel(form=desk.form(_form("exception", names))),
        Panel("追加名额", table=exception_table([to_page(each) for each in exceptions.exceptions], names, view)),
        *_reversion(desk, to_page(preview), names),
        Panel("变动记录", table=history_table([to_page(row) for row in history.rows], names, view)),
    ]
    return await desk.html(tr("招收计划"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


def _sheet(rows: list[dict[str, Any]]) -> Form:
    lines = "\n".join(f"{row['base_code']}\t{row['specialty_code']}\t{row['planned']}" for row in rows)
    lead = tr("逐行保存：不能低于已占名额；一行不能保存，不影响其他行。")
    asks = (_SHEET, Ask("reason", "原因", "area", most=500))
    button = (Button("保存计划数"),)
    return Form("/province/plan/rows", asks, button, "调整计划数", lead, {"rows": lines}, suffix="-rows", folded=True)


def _form(path: str, names: Catalogue) -> Form:
    title, lead = _TITLES[path]
    options = {"base_code": tuple(names.bases.items()), "specialty_code": tuple(names.specialties.items())}
    asks = tuple(
        Ask(ask.name, ask.label, ask.kind, ask.hint, options.get(ask.name, ask.options), ask.required, most=ask.most)
        for ask in _ACTS[path].asks
    )
    return Form(f"/province/plan/{path}", asks, (Button("保存"),), title, lead, suffix=f"-{path}", folded=True)


def _results(results: list[dict[str, Any]], names: Catalogue) -> Table:
    lines = [
        Line(
            (
                place_name(row, names),
                Cell(tr("已保存"), tone="ok") if row["done"] else Cell(tr("未保存"), tone="bad"),
                Cell(str(row["planned"]), number=True),
                reason_text(row["reason"], row["message"]),
            )
        )
        for row in results
    ]
    return Table("每行的结果", ("基地和专业", "结果", "计划数", "情况说明"), lines)


def _reversion(desk: Desk, preview: dict[str, Any], names: Catalogue) -> list[Panel]:
    lines = [
        Line(
            (
                place_name({"base_code": row["from_base_code"], "specialty_code": row["from_specialty_code"]}, names),
                place_name({"base_code": row["to_base_code"], "specialty_code": row["to_specialty_code"]}, names),
                Cell(str(row["seats"]), number=True),
                tr("第 {row} 条规则", row=row["row"]),
            )
        )
        for row in preview["reversions"]
    ]
    table = Table("按执行的先后", ("转出", "转入", "名额数", "所依规则"), lines, "按现行规则，没有可回流的名额。")
    panels = [Panel("未完成计划回流：预览", "按年度规则中的回流规则计算，确认前不作任何改动。", table)]
    if lines:
        form = Form("/province/plan/reversion", (), (Button("按预览执行回流"),), hidden={"digest": preview["digest"]})
        panels.append(Panel(form=desk.form(form)))
    return panels
