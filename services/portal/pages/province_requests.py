"""What bases ask the province for, and what it does of its own accord about one base or one application."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import (
    place_service_pb2,
    plan_service_pb2,
    reallocation_service_pb2,
    selection_service_pb2,
)
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.cycles import Catalogue
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import N_, Words, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.pages.base_lists import objection_table
from services.portal.pages.base_places import quit_table, revocation_table
from services.portal.pages.base_plan import change_table
from services.portal.panels import Ask, Button, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/province/requests")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_REASON = Ask("reason", "原因", "area", most=500)
_ONE = Ask("application_id", "报名编号", hint="见导出表的报名编号，或报名信息的地址。", most=36)
_APPROVE, _UPHOLD, _GRANT = "approve", "uphold", "grant"
_DECIDE = {
    "changes": (
        Act(
            plan_service_pb2.DecidePlanChangeRequest,
            "plans",
            "DecidePlanChange",
            (
                Ask("planned", "批准的计划数", "number", "不填即按申请数。", required=False),
                Ask("answer", "答复", "area", "不予批准时必填，基地会看到。", required=False, most=500),
            ),
            carried=("change_id",),
        ),
        _GRANT,
    ),
    "revocations": (
        Act(
            place_service_pb2.DecideRevocationRequest,
            "places",
            "DecideRevocation",
            (Ask("remark", "意见", "area", "撤销时报名人会看到。", required=False),),
            carried=("application_id",),
        ),
        _APPROVE,
    ),
    "objections": (
        Act(
            selection_service_pb2.ResolveObjectionRequest,
            "selection",
            "ResolveObjection",
            (Ask("reason", "处理意见", "area", most=2000),),
            "resolved",
            carried=("objection_id",),
        ),
        _UPHOLD,
    ),
}
"""By path: what is decided, and the field that says yes or no."""
_WORDS = Words(
    {
        "changes": ("批准", "不予批准"),
        "revocations": ("同意撤销", "不予撤销"),
        "objections": ("异议成立", "异议不成立"),
    },
    context="do",
)
_DEEDS: Mapping[str, tuple[str, Act]] = {
    "deadline": (
        N_("延长基地的审核截止时间"),
        Act(
            plan_service_pb2.ExtendDeadlineRequest,
            "plans",
            "ExtendDeadline",
            (
                Ask("base_code", "培训基地", "select"),
                Ask("review_deadline", "新的审核截止时间", "moment", "须晚于现在的截止时间，且在本阶段之内。"),
                _REASON,
            ),
            "extended",
        ),
    ),
    "move": (
        N_("调剂一名报名人"),
        Act(
            reallocation_service_pb2.MoveApplicantRequest,
            "reallocation",
            "MoveApplicant",
            (_ONE, Ask("base_code", "调剂到基地", "select"), Ask("specialty_code", "调剂到专业", "select"), _REASON),
        ),
    ),
    "exception": (
        N_("凭文号特批录取一名报名人"),
        Act(
            place_service_pb2.GrantExceptionRequest,
            "places",
            "GrantException",
            (_ONE, Ask("number", "文号", most=64), _REASON),
        ),
    ),
    "annulment": (
        N_("年度结束后取消一名报名人的录取"),
        Act(place_service_pb2.AnnulRequest, "places", "Annul", (_ONE, Ask("reason", "原因", "area"))),
    ),
}


@router.get("")
async def requests(page: Province) -> Response:
    """Everything that waits for the province, and what it may do of its own accord."""
    return await _page(page, None, None)


@router.post("/{path}")
async def act(page: Province, path: str) -> Response:
    """Decide, or do."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        if path in _DECIDE:
            deed, yes = _DECIDE[path]
            await deed.perform(page, view, form, **{yes: form.get("then") == "yes"})
        elif path in _DEEDS:
            deed = _DEEDS[path][1]
            if path == "move":
                await _move(page, form)
            else:
                await deed.perform(page, view, form, **({"round": view.round} if path == "deadline" else {}))
        else:
            raise DomainError(Kind.NOT_FOUND, "DEED_UNKNOWN", "没有这一项办理。")
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"/province/requests?done={deed.done}")


async def _move(page: Page, form: Posted) -> None:
    request = reallocation_service_pb2.MoveApplicantRequest(
        application_id=form.get("application_id"),
        to=reallocation_service_pb2.WantedPlace(
            base_code=form.get("base_code"), specialty_code=form.get("specialty_code")
        ),
        reason=form.get("reason"),
        idempotency_key=form.key,
    )
    await page.clients.reallocation.MoveApplicant(request)


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    cycle_id, clients = view.cycle_id, page.clients
    changes, revocations, objections, quits, names = await asyncio.gather(
        clients.plans.ListPlanChanges(plan_service_pb2.ListPlanChangesRequest(cycle_id=cycle_id)),
        clients.places.ListRevocations(place_service_pb2.ListRevocationsRequest(cycle_id=cycle_id, open_only=True)),
        clients.selection.ListObjections(
            selection_service_pb2.ListObjectionsRequest(cycle_id=cycle_id, open_only=True, page_size=100)
        ),
        clients.places.ListQuits(place_service_pb2.ListQuitsRequest(cycle_id=cycle_id)),
        page.portal.cycles.catalogue(cycle_id),
    )
    told = [to_page(each) for each in changes.changes]
    asked = [to_page(each) for each in revocations.revocations]
    objected = [to_page(each) for each in objections.objections]
    panels = [
        Panel("计划调整申请", table=change_table(told, names, view, lambda row: _answer(desk, "changes", row))),
        Panel("撤销拟录取申请", table=_with(revocation_table(asked, names, view), desk, "revocations", asked)),
        Panel("异议", table=_with(objection_table(objected, names, view), desk, "objections", objected)),
        Panel("退培", table=quit_table([to_page(each) for each in quits.quits], names, view)),
        Panel("主动办理"),
        *(Panel(form=desk.form(_form(path, names))) for path in _DEEDS),
    ]
    return await desk.html(tr("基地申请与个案"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


def _with(table: Table, desk: Desk, path: str, rows: list[dict[str, Any]]) -> Table:
    """The table with a form that answers each row."""
    lines = [Line(line.cells, forms=_answer(desk, path, row)) for line, row in zip(table.lines, rows, strict=True)]
    return Table(table.caption, table.columns, lines, table.empty)


def _answer(desk: Desk, path: str, row: dict[str, Any]) -> tuple[Form, ...]:
    if path == "changes" and row["state"] != "open":
        return ()
    deed, _ = _DECIDE[path]
    yes, no = _WORDS[path]
    name = deed.carried[0]
    form = Form(
        f"/province/requests/{path}",
        deed.asks,
        (Button(yes, "yes"), Button(no, "no", "danger")),
        "处理",
        hidden={name: row[name]},
        suffix=f"-{row[name]}",
        folded=True,
    )
    return (desk.form(form),)


def _form(path: str, names: Catalogue) -> Form:
    title, deed = _DEEDS[path]
    options = {"base_code": tuple(names.bases.items()), "specialty_code": tuple(names.specialties.items())}
    asks = tuple(
        Ask(ask.name, ask.label, ask.kind, ask.hint, options.get(ask.name, ask.options), ask.required, most=ask.most)
        for ask in deed.asks
    )
    tone = "danger" if path == "annulment" else "main"
    return Form(f"/province/requests/{path}", asks, (Button(title, tone=tone),), title, suffix=f"-{path}", folded=True)
