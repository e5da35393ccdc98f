"""调剂: the assistant's proposal with a reason for everybody, edited by hand, then carried out once."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import reallocation_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.cycles import Catalogue, CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, reason_text, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.base_places import place_name
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/province/reallocation")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_AT_A_TIME = 50
_ROUNDS = 40
"""How often carrying out is taken up again within one request; the page offers to go on after that."""


@router.get("")
async def proposals(page: Province) -> Response:
    """The proposals of the cycle."""
    return await _list(page, None, None)


@router.post("")
async def propose(page: Province) -> Response:
    """Have the assistant propose."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = reallocation_service_pb2.ProposeReallocationRequest(cycle_id=view.cycle_id, idempotency_key=form.key)
    try:
        answer = await page.clients.reallocation.ProposeReallocation(request)
    except DomainError as error:
        return await _list(page, refused(error), form)
    return page.redirect(f"/province/reallocation/{answer.reallocation.proposal_id}")


@router.get("/{proposal_id}")
async def one(page: Province, proposal_id: str) -> Response:
    """One proposal, fifty people at a time."""
    return await _one(page, proposal_id, None, None)


@router.post("/{proposal_id}/rows")
async def edit(page: Province, proposal_id: str) -> Response:
    """Give one person another place, or none."""
    form = await read_form(page.request)
    to = None
    if form.get("then") != "none":
        to = reallocation_service_pb2.WantedPlace(
            base_code=form.get("base_code"), specialty_code=form.get("specialty_code")
        )
    request = reallocation_service_pb2.EditReallocationRequest(
        proposal_id=proposal_id,
        application_id=form.get("application_id"),
        to=to,
        reason=form.get("reason"),
        idempotency_key=form.key,
    )
    try:
        await page.clients.reallocation.EditReallocation(request)
    except DomainError as error:
        return await _one(page, proposal_id, refused(error), form)
    return page.redirect(f"/province/reallocation/{proposal_id}?done=saved")


@router.post("/{proposal_id}/commit")
async def commit(page: Province, proposal_id: str) -> Response:
    """Move everybody as proposed; large proposals are taken up again until they are through."""
    form = await read_form(page.request)
    request = reallocation_service_pb2.CommitReallocationRequest(
        proposal_id=proposal_id, expected_version=form.number("version"), idempotency_key=form.key
    )
    try:
        for _ in range(_ROUNDS):
            answer = await page.clients.reallocation.CommitReallocation(request)
            if answer.reallocation.state != reallocation_service_pb2.REALLOCATION_STATE_COMMITTING:
                break
    except DomainError as error:
        return await _one(page, proposal_id, refused(error), form)
    return page.redirect(f"/province/reallocation/{proposal_id}?done=committed")


async def _list(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    request = reallocation_service_pb2.ListReallocationsRequest(cycle_id=view.cycle_id)
    answer = await page.clients.reallocation.ListReallocations(request)
    lines = []
    for row in map(to_page, answer.reallocations):
        at = view.calendar.moment(row["proposed_at"]) if row["proposed_at"] else tr("方案")
        numbers = [str(row[name]) for name in ("people", "seats", "placed", "unplaced", "moved")]
        lines.append(
            Line(
                (
                    Cell(at, href=f"/province/reallocation/{row['proposal_id']}"),
                    *(Cell(number, number=True) for number in numbers),
                    Cell(terms.REALLOCATIONS.get(row["state"], row["state"]), tone="plain"),
                )
            )
        )
    lead = N_("按接受调剂人员的意向和基地的排名，为空余名额提出一个稳定的方案。提出方案不改动任何报名，可多次提出。")
    form = Form("/province/reallocation", (), (Button("提出调剂方案"),), "调剂助手", lead)
    columns = N_(("提出时间", "人数", "名额数", "已安排", "未安排", "已调剂", "状态"))
    table = Table("新的在前", columns, lines, "还没有提出过方案。")
    panels = [Panel(form=desk.form(form)), Panel("历次方案", table=table)]
    return await desk.html(tr("调剂"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


async def _one(page: Page, proposal_id: str, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    query = page.request.query_params
    after = query.get("after", "")
    unplaced = query.get("unplaced", "") == "yes"
    request = reallocation_service_pb2.GetReallocationRequest(
        proposal_id=proposal_id,
        page_size=_AT_A_TIME,
        after_rank=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0,
        unplaced_only=unplaced,
    )
    answer, names = await asyncio.gather(
        page.clients.reallocation.GetReallocation(request), page.portal.cycles.catalogue(view.cycle_id)
    )
    head = to_page(answer.reallocation)
    here = f"/province/reallocation/{proposal_id}"
    onward = f"{here}?after={answer.next_after_rank}{'&unplaced=yes' if unplaced else ''}"
    editable = head["state"] == "proposed"
    lines = [_line(desk, here, row, names, editable) for row in map(to_page, answer.rows)]
    columns = N_(("顺序", "姓名", "原志愿", "调剂到", "理由", "结果"))
    next_href = onward if answer.next_after_rank else ""
    table = Table("按安排的先后", columns, lines, "没有人员。", next_href=next_href)
    shown = (
        (here, N_("全部人员")),
        (f"{here}?unplaced=yes", N_("只看未安排的")),
        ("/province/reallocation", N_("返回方案列表")),
    )
    panels = [Panel("概况", pairs=_pairs(head, view)), Panel("参与人员", links=shown, table=table)]
    if head["state"] in {"proposed", "committing"}:
        told = tr("将 {n} 人一次调剂到位；其间有变化的人员会跳过，并写明原因。执行后不能整体撤回。", n=head["placed"])
        go_on = tr("继续执行（还有 {n} 人）", n=head["left"])
        button = Button(tr("执行调剂（{n} 人）", n=head["placed"]) if editable else go_on)
        hidden = {"version": str(head["version"])}
        panels.append(Panel(form=desk.form(Form(f"{here}/commit", (), (button,), "执行", told, hidden=hidden))))
    return await desk.html(tr("调剂方案"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


def _pairs(head: dict[str, Any], view: CycleView) -> list[tuple[str, str]]:
    pairs = [
        (N_("状态"), terms.REALLOCATIONS.get(head["state"], head["state"])),
        (N_("提出时间"), view.calendar.moment(head["proposed_at"]) if head["proposed_at"] else ""),
        (N_("参与调剂"), tr("{people} 人，{seats} 个空余名额", people=head["people"], seats=head["seats"])),
        (N_("方案安排"), tr("{placed} 人；未安排 {unplaced} 人", placed=head["placed"], unplaced=head["unplaced"])),
        (N_("方案校验值"), head["digest"][:16]),
    ]
    if head["state"] != "proposed":
        told = tr(
            "已调剂 {moved} 人，跳过 {skipped} 人，剩余 {left} 人",
            moved=head["moved"],
            skipped=head["skipped"],
            left=head["left"],
        )
        pairs.append((N_("执行结果"), told))
    return pairs


def _line(desk: Desk, here: str, row: dict[str, Any], names: Catalogue, editable: bool) -> Line:
    asks = (
        Ask("base_code", "调剂到基地", "select", options=tuple(names.bases.items()), required=False),
        Ask("specialty_code", "调剂到专业", "select", options=tuple(names.specialties.items()), required=False),
        Ask("reason", "原因", most=500),
    )
    form = Form(
        f"{here}/rows",
        asks,
        (Button("改为所选名额"), Button("不安排", "none", "")),
        tr("调整 {name}", name=row["masked_name"]),
        hidden={"application_id": row["application_id"]},
        values=row["to"] or {},
        suffix=f"-{row['application_id']}",
        folded=True,
    )
    outcome = terms.OUTCOMES.get(row["outcome"], row["outcome"])
    return Line(
        (
            str(row["rank"]),
            Cell(row["masked_name"], href=f"/applications/{row['application_id']}/story", note=row["masked_document"]),
            place_name(row["from"], names) if row["from"] else "",
            place_name(row["to"], names) if row["to"] else Cell(tr("未安排"), tone="plain"),
            _why(row),
            Cell(outcome, note=_skipped(row["outcome_reason"])),
        ),
        forms=(desk.form(form),) if editable else (),
    )


def _why(row: dict[str, Any]) -> str:
    """Why somebody gets this place, or none."""
    why = said(row["explanation"])
    return tr("{why}（第 {wish} 意向）", why=why, wish=row["wish"]) if row["wish"] else why


def _skipped(reason: str) -> str:
    """Why somebody was not moved, from the reason that was written down."""
    return reason_text(reason, "") or terms.REFUSALS.get(reason, reason)
