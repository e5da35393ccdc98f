"""自动分配: a proposal is worked out, looked at cell by cell with its reasons, and taken over or thrown away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import assignment_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.rotations import AREA, Planner, tabs_of
from services.portal.pages.teaching import span
from services.portal.panels import Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/rotations/proposals")
_CARRIED = ("proposal_id", "version")
_COMMIT = Act(assignment_service_pb2.CommitProposalRequest, "assignment", "CommitProposal", carried=_CARRIED)
_DISCARD = Act(assignment_service_pb2.DiscardProposalRequest, "assignment", "DiscardProposal", carried=_CARRIED)


@router.post("")
async def propose(page: Planner) -> Response:
    """Begin to work one out."""
    form = await read_form(page.request)
    codes = [] if form.checked("everything") else [form.get("department_code")]
    values = {
        "department_codes": [code for code in codes if code],
        "from_month": form.get("from_month"),
        "until_month": form.get("until_month"),
        "idempotency_key": form.key,
    }
    request = of_json(assignment_service_pb2.ProposeAssignmentRequest, values)
    answer = await page.clients.assignment.ProposeAssignment(request)
    return page.redirect(f"/rotations/proposals/{answer.proposal.proposal_id}")


@router.get("/{proposal_id}")
async def proposal(page: Planner, proposal_id: str) -> Response:
    """How far it is, and what it proposes."""
    return await _page(page, None, None)


@router.post("/{proposal_id}/{deed}")
async def act(page: Planner, proposal_id: str, deed: str) -> Response:
    """Take it over, or throw it away."""
    chosen = _COMMIT if deed == "commit" else _DISCARD
    try:
        return await carry_out(page, chosen, _page, f"/rotations/proposals/{proposal_id}")
    except DomainError as error:
        return await _page(page, refused(error), None)


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    proposal_id = page.request.path_params["proposal_id"]
    request = assignment_service_pb2.GetProposalRequest(
        proposal_id=proposal_id, limit=200, page_token=page.request.query_params.get("page_token", "")[:200]
    )
    answer = await page.clients.assignment.GetProposal(request)
    row, places = to_page(answer.proposal), await page.portal.organisations()
    desk, base = Desk(page, refusal, posted), f"/rotations/proposals/{proposal_id}"
    pairs = [
        (N_("状态"), words.PROPOSAL_STATES.get(row["state"], row["state"])),
        (N_("月份"), span(row["from_month"], row["until_month"])),
        (N_("科室"), places.names(row["department_codes"]) or tr("全院")),
        (N_("新分配"), tr("{n} 格", n=row["filled"])),
        (N_("改动"), tr("{n} 格（只改自动分配的）", n=row["changed"])),
        (N_("未能分配"), tr("{n} 格", n=row["unfilled"])),
    ]
    working = row["state"] == "working"
    panels = [Panel("方案", pairs=pairs)]
    if working:
        panels = [
            Panel(lead=tr("正在计算，已完成 {percent}%。本页会自动更新。", percent=row["percent"]), notice=True),
            *panels,
        ]
    if row["state"] == "ready":
        hidden = {"proposal_id": proposal_id, "version": str(row["version"])}
        told = N_("采用后立即生效；如果在此期间数据有变动，会请您重新计算。")
        commit = Form(f"{base}/commit", (), (Button("采用方案"),), "采用方案", told, hidden=hidden)
        away = Form(f"{base}/discard", (), (Button("放弃方案", tone=""),), "放弃", hidden=hidden, suffix="-away")
        panels += [Panel(form=desk.form(commit)), Panel(form=desk.form(away))]
    if row["state"] == "committed":
        query = {"from_month": row["from_month"], "until_month": row["until_month"]}
        if len(row["department_codes"]) == 1:
            query["department_code"] = row["department_codes"][0]
        panels.append(Panel(links=((f"/rotations?{urlencode(query)}", "查看分配结果"),)))
    if not working:
        panels += [
            Panel("每格的安排与理由", table=_cells(answer, base, places.name)),
            Panel("负荷分布", table=_spreads([to_page(each) for each in answer.spreads], places.name)),
        ]
    return await desk.html(
        tr("自动分配方案"),
        AREA,
        tabs_of(page),
        panels,
        template="assignment_proposal.html",
        poll=page.request.url.path if working else "",
        percent=row["percent"],
    )


def _cells(answer: assignment_service_pb2.GetProposalResponse, base: str, name: Any) -> Table:
    lines = [
        Line(
            (
                row["trainee_name"] or tr("学员"),
                name(row["department_code"]),
                row["month"],
                row["teacher_name"] or Cell(tr("未能分配"), tone="warn"),
                tr("改动") if row["before_id"] and row["before_id"] != row["teacher_id"] else "",
                words.ASSIGNMENT_REASONS.get(row["reason_code"]) or row["reason"],
            )
        )
        for row in map(to_page, answer.cells)
    ]
    onward = f"{base}?page_token={answer.next_page_token}" if answer.next_page_token else ""
    columns = N_(("学员", "科室", "月份", "带教老师", "变化", "理由"))
    return Table("变动和未能分配的格", columns, lines, "没有需要变动的格。", next_href=onward)


def _spreads(rows: list[dict[str, Any]], name: Any) -> Table:
    lines = [
        Line(
            (
                name(row["department_code"]),
                row["month"],
                Cell(str(row["least"]), number=True),
                Cell(str(row["most"]), number=True),
                Cell(str(row["teachers"]), number=True),
                Cell(str(row["cells"]), number=True),
            )
        )
        for row in rows[:400]
    ]
    return Table("每科每月", ("科室", "月份", "最少", "最多", "老师数", "带教数"), lines, "没有数据。")
