"""报名批次: when faculty may apply, and when results are published."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import batch_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.calendar import CycleCalendar
from services.portal.forms import Posted, Refusal
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, listed, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import AREA, OfficeOrProvince, tabs_of, when
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/teaching/batches")
_DATES = (
    Ask("name", "报名批次名称", hint="如：2026 住院医师", most=100),
    Ask("opens_at", "报名开始", "moment"),
    Ask("apply_until", "提交截止", "moment", "不填即到批次结束。", required=False),
    Ask("closes_at", "批次结束", "moment", "到时未决定的报名过期。"),
    Ask("reference_date", "核验日", "date", "准入条件按这一天核验；不填即批次的最后一天。", required=False),
)
_CREATE = Act(
    batch_service_pb2.CreateBatchRequest,
    "batches",
    "CreateBatch",
    (*_DATES, Ask("needs_acknowledgement", "推荐须经省级确认后生效", "tick", required=False)),
)
_CARRIED = ("batch_id", "version")
_AMEND = Act(
    batch_service_pb2.AmendBatchRequest,
    "batches",
    "AmendBatch",
    (*_DATES, Ask("reason", "变更原因", "area", most=500)),
    carried=_CARRIED,
)
_PUBLISH = Act(batch_service_pb2.PublishBatchRequest, "batches", "PublishBatch", carried=_CARRIED)


@router.get("")
async def batches(page: OfficeOrProvince) -> Response:
    """Every batch."""
    return await _list(page, None, None)


@router.post("")
async def create(page: OfficeOrProvince) -> Response:
    """Open a batch."""
    return await carry_out(page, _CREATE, _list, "/teaching/batches")


@router.get("/{batch_id}")
async def batch(page: OfficeOrProvince, batch_id: str) -> Response:
    """One batch."""
    return await _one(page, None, None)


@router.post("/{batch_id}/{deed}")
async def change(page: OfficeOrProvince, batch_id: str, deed: str) -> Response:
    """Amend it, or publish its results."""
    act = {"amend": _AMEND, "publish": _PUBLISH}.get(deed)
    if act is None:
        raise DomainError(Kind.NOT_FOUND, "PAGE_NOT_FOUND", "没有这个页面。")
    return await carry_out(page, act, _one, f"/teaching/batches/{batch_id}")


async def _list(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    token = page.request.query_params.get("page_token", "")[:200]
    request = batch_service_pb2.ListBatchesRequest(page_token=token)
    answer = await page.clients.batches.ListBatches(request)
    places = await page.portal.organisations()
    lines = [
        Line(
            (
                Cell(row["name"], href=f"/teaching/batches/{row['batch_id']}"),
                places.name(row["organisation_code"]),
                state_cell(row),
                when(row["opens_at"]),
                when(row["apply_until"]),
                when(row["closes_at"]),
                tr("已公布") if row["published_at"] else "",
            )
        )
        for row in map(to_page, answer.batches)
    ]
    columns = N_(("批次", "单位", "状态", "报名开始", "提交截止", "批次结束", "结果"))
    onward = f"/teaching/batches?page_token={answer.next_page_token}" if answer.next_page_token else ""
    desk = Desk(page, refusal, posted)
    form = Form("/teaching/batches", _CREATE.asks, (Button("新建批次"),), "新建批次", folded=True)
    panels = [
        Panel("全部批次", table=Table("新的在前", columns, lines, "还没有批次。", next_href=onward)),
        Panel(form=desk.form(form)),
    ]
    return await desk.html(tr("报名批次"), AREA, tabs_of(page), panels)


def state_cell(row: dict[str, Any]) -> Cell:
    """Where a batch stands."""
    tone = {"open": "brand", "reviewing": "warn"}.get(row["state"], "plain")
    return Cell(words.BATCH_STATES.get(row["state"], row["state"]), tone=tone)


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    batch_id = page.request.path_params["batch_id"]
    answer = await page.clients.batches.GetBatch(batch_service_pb2.GetBatchRequest(batch_id=batch_id))
    row, places = to_page(answer.batch), await page.portal.organisations()
    desk = Desk(page, refusal, posted)
    counts = listed(
        (f"{words.CANDIDACY_STATES.get(state, state)} {count}" for state, count in sorted(answer.counts.items())),
        "，",
    )
    pairs = [
        (N_("状态"), words.BATCH_STATES.get(row["state"], row["state"])),
        (N_("单位"), places.name(row["organisation_code"])),
        (N_("报名开始"), when(row["opens_at"])),
        (N_("提交截止"), when(row["apply_until"])),
        (N_("批次结束"), when(row["closes_at"])),
        (N_("核验日"), row["reference_date"]),
        (N_("省级确认"), tr("需要") if row["needs_acknowledgement"] else tr("不需要")),
        (N_("结果公布"), when(row["published_at"]) or tr("尚未公布")),
        (N_("报名人数"), counts or tr("还没有人报名")),
    ]
    base = f"/teaching/batches/{batch_id}"
    panels = [Panel("批次", pairs=pairs, links=((f"/teaching?batch_id={batch_id}", "查看报名"),))]
    own = row["organisation_code"] == page.visitor.require().organisation
    hidden = {"batch_id": batch_id, "version": str(row["version"])}
    if own and row["state"] != "closed":
        values = {ask.name: _typed(row, ask) for ask in _DATES}
        form = Form(f"{base}/amend", _AMEND.asks, (Button("保存变更"),), "变更批次", values=values, hidden=hidden)
        panels.append(Panel(form=desk.form(form)))
    if own and row["published_at"] is None:
        lead = N_("公布后推荐不能再撤销，只能解聘。")
        form = Form(f"{base}/publish", (), (Button("公布结果"),), "公布结果", lead, hidden=hidden, suffix="-publish")
        panels.append(Panel(form=desk.form(form)))
    return await desk.html(row["name"], AREA, tabs_of(page), panels)


def _typed(row: dict[str, Any], ask: Ask) -> str:
    value = row[ask.name]
    if ask.kind == "moment":
        return CycleCalendar.usual().local(value).strftime("%Y-%m-%dT%H:%M") if value else ""
    return str(value)
