"""核查与惩戒: applications that wait for the province, lost places to decide on, and who is barred."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import screening_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.calendar import stamp
from services.portal.cycles import Catalogue, CycleView
from services.portal.either import codes_by_word
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import account, terms
from services.portal.i18n.language import listed, reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk
from services.portal.pages.base_places import place_name
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/province/screening")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_REASON = Ask("reason", "原因", "area", most=500)
_NUMBER = Ask("number", "文号", most=100)
_YEARS = Ask("years", "年数", "number", "不填即按年度规则。", required=False)
_HOLD = Act(screening_service_pb2.ResolveHoldRequest, "screening", "ResolveHold", (_REASON,), carried=("hold_id",))
_CASE = Act(
    screening_service_pb2.DecidePenaltyCaseRequest,
    "screening",
    "DecidePenaltyCase",
    (
        _REASON,
        Ask("number", "文号", hint="限制报名时必填。", required=False, most=100),
        _YEARS,
    ),
    carried=("case_id",),
)
_LIFT = Act(screening_service_pb2.LiftPenaltyRequest, "screening", "LiftPenalty", (_REASON,), carried=("penalty_id",))
_ENTRY = (
    Ask("document_type", "证件类型", "select", options=tuple(account.DOCUMENT_TYPES.items())),
    Ask("document_number", "证件号码", hint="只保存加密的核对值。", most=40),
    Ask("name", "姓名", most=100),
    Ask("cause", "情形", "select", options=tuple(terms.CAUSES.items())),
    Ask("since", "起算日", "date"),
    _YEARS,
    _REASON,
    _NUMBER,
)
_ADD = Act(screening_service_pb2.AddPenaltyRequest, "screening", "AddPenalty", _ENTRY, nested="entry")
_COLUMNS = ("document_type", "document_number", "name", "cause", "since", "years", "reason", "number")
_SHEET = Ask(
    "entries",
    "名单",
    "area",
    "每行依次为：证件类型、证件号码、姓名、情形、起算日（YYYY-MM-DD）、年数、原因、文号，以制表符或逗号分隔。",
    rows=8,
    most=100_000,
)


@router.get("")
async def screening(page: Province) -> Response:
    """What waits, and who is barred."""
    return await _page(page, None, None, [])


@router.post("/holds")
async def hold(page: Province) -> Response:
    """Release a held application, or refuse it."""
    return await _act(page, _HOLD, "release")


@router.post("/cases")
async def case(page: Province) -> Response:
    """Turn a lost place into a penalty, or let it rest."""
    return await _act(page, _CASE, "penalise")


@router.post("/lift")
async def lift(page: Province) -> Response:
    """End a penalty before its time."""
    return await _act(page, _LIFT, "")


@router.post("/penalties")
async def add(page: Province) -> Response:
    """Bar somebody until a day."""
    return await _act(page, _ADD, "")


@router.post("/import")
async def bring_in(page: Province) -> Response:
    """Bar many, row by row."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        values = {"cycle_id": view.cycle_id, "entries": _entries(form.values.get("entries", ""))}
        request = of_json(screening_service_pb2.ImportPenaltiesRequest, values | {"idempotency_key": form.key})
        answer = await page.clients.screening.ImportPenalties(request)
    except DomainError as error:
        return await _page(page, refused(error), form, [])
    return await _page(page, None, None, [to_page(result) for result in answer.results])


async def _act(page: Page, deed: Act, yes: str) -> Response:
    form = await read_form(page.request)
    view = await page.cycle()
    more = {yes: form.get("then") == "yes"} if yes else {}
    try:
        await deed.perform(page, view, form, **more)
    except DomainError as error:
        return await _page(page, refused(error), form, [])
    return page.redirect(f"/province/screening?done={deed.done}")


def _entries(text: str) -> list[dict[str, Any]]:
    types, causes = codes_by_word(account.DOCUMENT_TYPES), codes_by_word(terms.CAUSES)
    entries = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = [cell.strip() for cell in re.split(r"\t|,|，", line)]
        if len(cells) != len(_COLUMNS):
            told = tr("第 {line} 行须有 {columns} 列。", line=number, columns=len(_COLUMNS))
            raise DomainError(Kind.INVALID, "SHEET_ROW", told, field="entries")
        row = Posted(dict(zip(_COLUMNS, cells, strict=True)))
        entry = request_of(_ENTRY, row)
        entry["document_type"] = types.get(entry.get("document_type", ""), entry.get("document_type", ""))
        entry["cause"] = causes.get(entry.get("cause", ""), entry.get("cause", ""))
        entries.append(entry)
    if not entries:
        raise DomainError(Kind.INVALID, "SHEET_EMPTY", "请填写至少一行。", field="entries")
    return entries


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None, results: list[dict[str, Any]]) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    service, cycle_id = page.clients.screening, view.cycle_id
    holds, cases, penalties, names = await asyncio.gather(
        service.ListHolds(screening_service_pb2.ListHoldsRequest(cycle_id=cycle_id)),
        service.ListPenaltyCases(screening_service_pb2.ListPenaltyCasesRequest(cycle_id=cycle_id)),
        service.ListPenalties(screening_service_pb2.ListPenaltiesRequest(cycle_id=cycle_id)),
        page.portal.cycles.catalogue(cycle_id),
    )
    one = Form(
        "/province/screening/penalties", _ENTRY, (Button("限制报名"),), "限制一人报名", suffix="-one", folded=True
    )
    many = Form("/province/screening/import", (_SHEET,), (Button("导入"),), "批量导入", suffix="-many", folded=True)
    panels = []
    if results:
        lines = [
            Line(
                (
                    tr("第 {line} 行", line=number),
                    _word(result["done"]),
                    reason_text(result["reason"], result["message"]),
                )
            )
            for number, result in enumerate(results, 1)
        ]
        panels.append(Panel("导入结果", table=Table("每行的结果", ("行", "结果", "情况说明"), lines)))
    panels += [
        Panel("疑似重复报名", "核查完毕前，基地不能办理这些报名。", _holds(desk, holds, names, view)),
        Panel("失去名额的情形", "按年度规则提请决定是否限制报名。", _cases(desk, cases, names)),
        Panel("限制报名名单", table=_penalties(desk, penalties)),
        Panel(form=desk.form(one)),
        Panel(form=desk.form(many)),
    ]
    return await desk.html(tr("核查与惩戒"), tr("全省管理"), navigation.PROVINCE_TABS, panels)


def _word(done: bool) -> Cell:
    return Cell(tr("已写入"), tone="ok") if done else Cell(tr("未写入"), tone="bad")


def _form(path: str, deed: Act, row: dict[str, Any], buttons: tuple[Button, ...]) -> Form:
    name = deed.carried[0]
    return Form(
        f"/province/screening/{path}",
        deed.asks,
        buttons,
        "处理",
        hidden={name: row[name]},
        suffix=f"-{row[name]}",
        folded=True,
    )


def _likeness(other: dict[str, Any]) -> str:
    kinds = listed(terms.ALIKE.get(kind, kind) for kind in other["kinds"])
    return tr("{who}（{why}）", who=f"{other['masked_name']} {other['masked_document']}", why=kinds)


def _holds(desk: Desk, answer: screening_service_pb2.ListHoldsResponse, names: Catalogue, view: CycleView) -> Table:
    buttons = (Button("放行", "yes"), Button("不予放行", "no", "danger"))
    lines = []
    for row in map(to_page, answer.holds):
        alike = listed(map(_likeness, row["alike"]), "；")
        cells = (
            Cell(row["masked_name"], href=f"/applications/{row['application_id']}/story", note=row["masked_document"]),
            place_name(row, names),
            alike,
            view.calendar.moment(row["since"]) if row["since"] else "",
        )
        lines.append(Line(cells, forms=(desk.form(_form("holds", _HOLD, row, buttons)),)))
    return Table("先到的在前", ("姓名", "志愿", "相似的报名", "时间"), lines, "没有待核查的报名。")


def _cases(desk: Desk, answer: screening_service_pb2.ListPenaltyCasesResponse, names: Catalogue) -> Table:
    buttons = (Button("限制报名", "yes", "danger"), Button("不予限制", "no", ""))
    lines = [
        Line(
            (
                Cell(row["masked_name"], note=row["masked_document"]),
                names.bases.get(row["base_code"], row["base_code"]),
                terms.CAUSES.get(row["cause"], row["cause"]),
                stamp(row["since"]) if row["since"] else "",
            ),
            forms=(desk.form(_form("cases", _CASE, row, buttons)),),
        )
        for row in map(to_page, answer.cases)
    ]
    return Table("先发生的在前", ("姓名", "培训基地", "情形", "时间"), lines, "没有待决定的情形。")


def _penalties(desk: Desk, answer: screening_service_pb2.ListPenaltiesResponse) -> Table:
    lines = [
        Line(
            (
                Cell(row["masked_name"], note=row["masked_document"]),
                terms.CAUSES.get(row["cause"], row["cause"]),
                stamp(row["until"]) if row["until"] else "",
                row["number"],
                row["reason"],
                Cell(tr("限制中"), tone="warn")
                if row["in_force"]
                else Cell(tr("已解除"), tone="plain", note=row["lift_reason"]),
            ),
            forms=(desk.form(_form("lift", _LIFT, row, (Button("提前解除"),))),) if row["in_force"] else (),
        )
        for row in map(to_page, answer.penalties)
    ]
    return Table("新的在前", ("姓名", "情形", "截止", "文号", "原因", "状态"), lines, "名单是空的。")
