"""名额变动: offers down the waiting list, proposals to the main base, revocations, and who quit."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import place_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.cycles import Catalogue, CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/base/places")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
Administrator = Annotated[Page, Depends(PageFor("base_administrator"))]
_ANSWER = Act(
    place_service_pb2.ConfirmGrantRequest,
    "places",
    "ConfirmGrant",
    (Ask("remark", "意见", "area", "协同基地会看到。", required=False),),
    carried=("application_id",),
)


@router.get("")
async def places(page: Staff) -> Response:
    """Everything that changes who holds a place."""
    return await _page(page, None, None)


@router.post("/proposals")
async def answer(page: Administrator) -> Response:
    """Grant or decline what a collaborative base proposed."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        await _ANSWER.perform(page, view, form, number=form.number("number"), approve=form.get("then") == "approve")
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/base/places?done=decided")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    service = page.clients.places
    names = await page.portal.cycles.catalogue(view.cycle_id)
    offers = await service.ListOffers(place_service_pb2.ListOffersRequest(cycle_id=view.cycle_id))
    panels = [
        Panel(
            "递补",
            "名额空出后，系统按递补名单自动逐人通知；逾期未答复的递补给下一位。",
            offer_table(offers, names, view),
        )
    ]
    if page.visitor.role == "base_administrator":
        proposals, revocations, quits = await asyncio.gather(
            service.ListGrantProposals(place_service_pb2.ListGrantProposalsRequest(cycle_id=view.cycle_id)),
            service.ListRevocations(place_service_pb2.ListRevocationsRequest(cycle_id=view.cycle_id)),
            service.ListQuits(place_service_pb2.ListQuitsRequest(cycle_id=view.cycle_id)),
        )
        own = page.visitor.require().organisation
        panels += [
            Panel(
                "协同基地拟录取",
                table=_proposals(desk, [to_page(each) for each in proposals.proposals], names, view, own),
            ),
            Panel(
                "撤销拟录取申请",
                table=revocation_table([to_page(each) for each in revocations.revocations], names, view),
            ),
            Panel("退培", table=quit_table([to_page(each) for each in quits.quits], names, view)),
        ]
    return await desk.html(tr("名额变动"), tr("基地办理"), navigation.BASE_TABS, panels)


def offer_table(answer: place_service_pb2.ListOffersResponse, names: Catalogue, view: CycleView) -> Table:
    """Offers with what became of them."""
    lines = [
        Line(
            (
                Cell(row["name"] or tr("报名信息")),
                row["masked_document"],
                place_name(row, names),
                tr("第 {rank} 位", rank=row["waiting_rank"]) if row["waiting_rank"] else "",
                view.calendar.deadline(row["until"]) if row["until"] else "",
                Cell(
                    terms.OFFERS.get(row["outcome"], row["outcome"]),
                    tone="brand" if row["outcome"] == "open" else "plain",
                ),
            )
        )
        for row in map(to_page, answer.offers)
    ]
    return Table("新发出的在前", ("姓名", "证件编号", "名额", "顺位", "答复截止", "状态"), lines, "还没有递补。")


def revocation_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView) -> Table:
    """Proposals to take a place back, with their answers."""
    lines = [
        Line(
            (
                Cell(row["name"] or tr("报名信息")),
                place_name(row, names),
                row["reason"],
                view.calendar.moment(row["proposed_at"]) if row["proposed_at"] else "",
                _decided(row["decided_at"], row["approved"], tr("已撤销"), tr("不予撤销")),
            )
        )
        for row in rows
    ]
    return Table("先提出的在前", ("姓名", "名额", "原因", "提出时间", "结果"), lines, "没有撤销申请。")


def quit_table(rows: list[dict[str, Any]], names: Catalogue, view: CycleView) -> Table:
    """Who quit, and why."""
    lines = [
        Line(
            (
                Cell(row["name"] or tr("报名信息"), note=row["masked_document"]),
                place_name(row, names),
                terms.QUIT_REASONS.get(row["reason_code"], row["reason_code"]),
                row["measures"],
                row["destination"],
                row["base_opinion"],
                view.calendar.moment(row["recorded_at"]) if row["recorded_at"] else "",
            )
        )
        for row in rows
    ]
    columns = N_(("姓名", "名额", "主要原因", "措施", "去向", "基地意见", "登记时间"))
    return Table("新登记的在前", columns, lines, "没有退培。")


def place_name(row: dict[str, Any], names: Catalogue) -> str:
    """Base and specialty in words."""
    base, specialty = row["base_code"], row["specialty_code"]
    return listed((names.bases.get(base, base), names.specialties.get(specialty, specialty)), "，")


def _proposals(desk: Desk, rows: list[dict[str, Any]], names: Catalogue, view: CycleView, own: str) -> Table:
    lines = []
    for row in rows:
        hidden = {"application_id": row["application_id"], "number": str(row["number"])}
        form = Form(
            "/base/places/proposals",
            _ANSWER.asks,
            (Button("同意拟录取", "approve"), Button("不同意", "decline", "danger")),
            tr("答复 {name}", name=row["name"]),
            hidden=hidden,
            suffix=f"-{row['application_id']}-{row['number']}",
            folded=True,
        )
        to_answer = row["answered_at"] is None and row["base_code"] != own
        lines.append(
            Line(
                (
                    Cell(row["name"], note=row["masked_document"]),
                    place_name(row, names),
                    row["remark"],
                    view.calendar.moment(row["proposed_at"]) if row["proposed_at"] else "",
                    _decided(row["answered_at"], row["confirmed"], tr("已同意"), tr("不同意")),
                ),
                forms=(desk.form(form),) if to_answer else (),
            )
        )
    return Table("先提出的在前", ("姓名", "名额", "备注", "提出时间", "结果"), lines, "没有协同基地的拟录取申请。")


def _decided(at: Any, yes: bool, granted: str, refused_word: str) -> Cell:
    if at is None:
        return Cell(tr("待处理"), tone="warn")
    return Cell(granted, tone="ok") if yes else Cell(refused_word, tone="plain")
