"""Many applications at once: one command a row, and what became of each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import decision_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.forms import Posted, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.pages.base import queue_page
from services.portal.panels import Cell, Line, Panel, Table, picked
from services.portal.wire import of_json, to_page

router = APIRouter()
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_PLACES = frozenset({"grant", "admit"})


@router.post("/base/batch")
async def batch(page: Staff) -> Response:
    """Deal with the ticked rows. A tick carries the submission that was seen, and the name, for the results."""
    form = await read_form(page.request)
    names: dict[str, str] = {}
    try:
        rows = _rows(form, names)
        answer = await _call(page, form, rows)
    except DomainError as error:
        return await queue_page(page, refused(error), form)
    return await _results(page, form.get("kind"), [to_page(result) for result in answer.results], names)


def _rows(form: Posted, names: dict[str, str]) -> list[dict[str, Any]]:
    kind = form.get("kind")
    if kind not in terms.BATCHES:
        raise DomainError(Kind.INVALID, "KIND_MISSING", "请选择办理事项。", field="kind")
    missing = not form.get("reason_code") or not form.get("remark")
    if kind == "reject" and missing:
        raise DomainError(Kind.INVALID, "REASON_MISSING", "审核不通过须选择原因并填写备注。", field="reason_code")
    rows = []
    for application_id, seen in picked(form).items():
        number, _, name = seen.partition("|")
        names[application_id] = name
        row: dict[str, Any] = {
            "application_id": application_id,
            "submission_number": int(number) if number.isdigit() else 0,
            "remark": form.get("remark"),
        }
        if kind == "reject":
            row["reason_code"] = form.get("reason_code")
        if kind == "grant":
            row["qualified"] = form.checked("qualified")
        rows.append(row)
    return rows


async def _call(page: Page, form: Posted, rows: list[dict[str, Any]]) -> Any:
    values: dict[str, Any] = {"kind": form.get("kind"), "rows": rows, "idempotency_key": form.key}
    if form.get("kind") in _PLACES:
        return await page.clients.decisions.PlaceMany(of_json(decision_service_pb2.PlaceManyRequest, values))
    values["confirm_late"] = form.checked("confirm_late")
    return await page.clients.decisions.DecideMany(of_json(decision_service_pb2.DecideManyRequest, values))


async def _results(page: Page, kind: str, results: list[dict[str, Any]], names: dict[str, str]) -> Response:
    done = sum(1 for result in results if not result["reason"])
    lines = []
    for result in results:
        row = result["row"] or {}
        name = row.get("name") or names.get(result["application_id"]) or tr("报名信息")
        outcome = Cell(tr("已办理"), tone="ok") if not result["reason"] else Cell(tr("未办理"), tone="bad")
        state = row.get("state", "")
        told = reason_text(result["reason"], result["message"]) or terms.STATES.get(state, state)
        lines.append(Line((Cell(name, href=f"/base/applications/{result['application_id']}"), outcome, told)))
    left = len(results) - done
    lead = tr("已办理 {n} 人。", n=done)
    if left:
        lead = tr("已办理 {done} 人，{left} 人未能办理，原因如下。", done=done, left=left)
    return await page.html(
        "panels.html",
        title=tr("{deed}：办理结果", deed=terms.BATCHES[kind]),
        area=tr("基地办理"),
        tabs=navigation.BASE_TABS,
        lead=lead,
        panels=[
            Panel(table=Table("每人的结果", ("姓名", "结果", "情况说明"), lines)),
            Panel(links=(("/base", "返回审核列表"), ("/base/ranking", "返回排名"))),
        ],
    )
