"""Ranking, cut-off, suggested grants and the waiting list of one specialty of one's own base."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import selection_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages.base import batch_form
from services.portal.pages.scores import chooser
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/base/ranking")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
Administrator = Annotated[Page, Depends(PageFor("base_administrator"))]
_TONES = {"placed": "ok", "suggested": "brand", "waiting": "warn"}


@router.get("")
async def ranking(page: Staff, specialty_code: str = "") -> Response:
    """The ranking of one specialty in the round under way."""
    return await _page(page, specialty_code, None, None)


@router.post("/cut-off")
async def cut_off(page: Administrator) -> Response:
    """Set what the base asks for."""
    form = await read_form(page.request)
    view = await page.cycle()
    minimums = {
        name.removeprefix("minimum."): value.strip()
        for name, value in form.values.items()
        if name.startswith("minimum.") and value.strip()
    }
    request = selection_service_pb2.SetCutOffRequest(
        cycle_id=view.cycle_id,
        specialty_code=form.get("specialty_code"),
        cut_off=selection_service_pb2.CutOff(total=form.get("total"), minimums=minimums),
        idempotency_key=form.key,
    )
    return await _done(page, form, page.clients.selection.SetCutOff(request), "cut_off")


@router.post("/waiting-list")
async def waiting_list(page: Administrator) -> Response:
    """Fix the waiting list from the ranking, with the order decided on among equals."""
    form = await read_form(page.request)
    view = await page.cycle()
    order = [line.split()[-1] for line in form.values.get("tie_order", "").splitlines() if line.strip()]
    request = selection_service_pb2.SetWaitingListRequest(
        cycle_id=view.cycle_id,
        specialty_code=form.get("specialty_code"),
        tie_order=order,
        idempotency_key=form.key,
    )
    return await _done(page, form, page.clients.selection.SetWaitingList(request), "waiting")


async def _done(page: Page, form: Posted, call: Awaitable[Any], done: str) -> Response:
    specialty = form.get("specialty_code")
    try:
        await call
    except DomainError as error:
        return await _page(page, specialty, refused(error), form)
    return page.redirect(f"/base/ranking?specialty_code={specialty}&done={done}")


async def _page(page: Page, specialty: str, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    base = page.visitor.require().organisation
    panels = [Panel(form=chooser("/base/ranking", names, base, specialty))]
    if specialty in names.planned.get(base, {}):
        request = selection_service_pb2.GetRankingRequest(cycle_id=view.cycle_id, specialty_code=specialty)
        found = to_page(await page.clients.selection.GetRanking(request))
        grants = batch_form(page, view, [], ("grant", "not_selected"))
        panels += _panels(found, specialty, grants if page.visitor.role == "base_administrator" else None)
        if page.visitor.role == "base_administrator":
            panels += _forms(found, specialty, refusal, posted)
    return await page.html(
        "panels.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        title=tr("排名与递补"),
        area=tr("基地办理"),
        tabs=navigation.BASE_TABS,
        lead="" if specialty else tr("请选择专业。"),
        panels=panels,
    )


def _panels(found: dict[str, Any], specialty: str, grants: Form | None) -> list[Panel]:
    keys = [part["key"] for part in found["scheme"]]
    asked = found["cut_off"] or {"total": "", "minimums": {}}
    minimums = [f"{terms.SCORE_PARTS.get(part, part)} {marks}" for part, marks in asked["minimums"].items()]
    rules = [terms.TIE_RULES.get(rule, terms.SCORE_PARTS.get(rule, rule)) for rule in found["tie_rules"]]
    total = [tr("总成绩 {marks}", marks=asked["total"])] if asked["total"] else []
    version = found["waiting_list_version"]
    pairs = [
        (N_("计划数"), f"{found['planned']}"),
        (N_("剩余名额"), f"{found['free']}"),
        (N_("分数线"), listed((*total, *minimums), "；") or tr("未设")),
        (N_("同分时依次比较"), listed(rules)),
        (N_("递补名单"), tr("第 {version} 版", version=version) if version else tr("尚未确定")),
    ]
    columns = (
        *N_(("名次", "姓名", "证件编号")),
        *(terms.SCORE_PARTS.get(key, key) for key in keys),
        *N_(("总成绩", "建议", "递补顺位")),
    )
    lead = ""
    if found["tied_at_limit"]:
        lead = tr("最后一个名额有 {n} 人完全同分，未列入建议，请由基地决定先后。", n=found["tied_at_limit"])
    table = Table(
        "按名次排列；成绩未录全的在后",
        columns,
        [_line(row, keys) for row in found["rows"]],
        "本专业还没有审核通过的报名。",
        form=grants,
    )
    return [
        Panel("概况", pairs=pairs, links=((f"/base/scores?specialty_code={specialty}", "录入成绩"),)),
        Panel("人员排名", lead, table, notice=bool(lead)),
    ]


def _line(row: dict[str, Any], keys: list[str]) -> Line:
    standing = row["standing"]
    open_to_grant = row["state"] in {"approved", "pending"}
    return Line(
        (
            str(row["rank"] or "–"),
            Cell(row["name"], href=f"/base/applications/{row['application_id']}"),
            row["masked_document"],
            *(Cell(row["parts"].get(key, ""), number=True) for key in keys),
            Cell(row["total"], number=True, note=_tie(row)),
            Cell(terms.STANDINGS.get(standing, standing), tone=_TONES.get(standing, "plain")),
            str(row["waiting_rank"] or ""),
        ),
        pick=(row["application_id"], f"{row['submission_number']}|{row['name']}") if open_to_grant else None,
        picked=standing == "suggested",
    )


def _tie(row: dict[str, Any]) -> str:
    if row["tied"]:
        return tr("（同分）")
    rule = row["broken_by"]
    return tr("（按{rule}）", rule=terms.TIE_RULES.get(rule, terms.SCORE_PARTS.get(rule, rule))) if rule else ""


def _forms(found: dict[str, Any], specialty: str, refusal: Refusal | None, posted: Posted | None) -> list[Panel]:
    keys = [part["key"] for part in found["scheme"]]
    asked = found["cut_off"] or {"total": "", "minimums": {}}
    hidden = {"specialty_code": specialty}
    asks = (
        Ask("total", "总成绩不低于", "decimal", "百分制，不填为不设。", required=False),
        *(
            Ask(f"minimum.{key}", tr("{part}不低于", part=terms.SCORE_PARTS.get(key, key)), "decimal", required=False)
            for key in keys
        ),
    )
    values = {"total": asked["total"]} | {f"minimum.{key}": marks for key, marks in asked["minimums"].items()}
    line = Form("/base/ranking/cut-off", asks, (Button("保存分数线"),), "分数线", values=values, hidden=hidden)
    tied = [row for row in found["rows"] if row["tied"]]
    order = Ask(
        "tie_order",
        "同分人员的先后",
        "area",
        "每行一人，排在前面的先递补；可调整行的先后。",
        required=False,
        most=40_000,
    )
    ties = "\n".join(f"{row['name']} {row['application_id']}" for row in tied)
    waiting = Form(
        "/base/ranking/waiting-list",
        (order,) if tied else (),
        (Button("确定递补名单"),),
        "递补名单",
        "名单取自当前排名中分数线以上、未获名额的人员；名额空出时按顺位递补。",
        values={"tie_order": ties},
        hidden=hidden,
    )
    if posted is not None and refusal is not None:
        if "tie_order" in posted.values or "total" not in posted.values:
            waiting = waiting.refused(refusal, posted)
        else:
            line = line.refused(refusal, posted)
    return [Panel(form=line), Panel(form=waiting)]
