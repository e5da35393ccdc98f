"""Exports: made masked, or in the clear for a reason; who took what, and what the columns mean."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import export_service_pb2
from services.kit.domain import DomainError
from services.portal import files, navigation
from services.portal.calendar import stamp
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import N_, english, language, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages import printed_all
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/exports")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator", "province_administrator"))]
Reader = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator", "province_administrator", "auditor"))]
_FORMATS = N_((("xlsx", "XLSX（含字段说明）"), ("csv", "CSV")))


@router.get("")
async def exports(page: Reader) -> Response:
    """What can be exported, and what was."""
    return await _page(page, None, None)


@router.post("")
async def make(page: Staff) -> Response:
    """Make an export; the file is taken from the list below."""
    form = await read_form(page.request)
    view = await page.cycle()
    try:
        order = request_of(_asks((), (), clear=True), form, view)
        clear = order.pop("clear", False)
        values = {"order": order | {"cycle_id": view.cycle_id, "language": language()}, "idempotency_key": form.key}
        if clear:
            request = of_json(export_service_pb2.CreateUnmaskedExportRequest, values)
            answer = await page.clients.exports.CreateUnmaskedExport(request)
        else:
            answer = await page.clients.exports.CreateExport(of_json(export_service_pb2.CreateExportRequest, values))
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect(f"/exports?done=exported&made={answer.export.export_id}")


@router.post("/forms")
async def forms(page: Staff) -> Response:
    """Every current form, packed while it is taken."""
    form = await read_form(page.request)
    try:
        return await printed_all.archive(page, form)
    except DomainError as error:
        return await _page(page, refused(error), form)


@router.get("/dictionary")
async def dictionary(page: Reader, table: str = "") -> Response:
    """What the columns mean."""
    request = export_service_pb2.GetDictionaryRequest(table=table[:32])
    answer = await page.clients.exports.GetDictionary(request)
    panels = []
    other = () if english() else (N_("英文"),)  # what is exported in English has English headings alone
    for each in map(to_page, answer.tables):
        lines = [
            Line(
                (
                    _label(column),
                    *((column["label_en"],) if other else ()),
                    column["key"],
                    terms.COLUMN_TYPES.get(column["type"], column["type"]),
                    _meaning(column),
                    tr("是") if column["personal"] else "",
                )
            )
            for column in each["columns"]
        ]
        columns = (N_("字段"), *other, *N_(("代码", "类型", "含义", "个人信息")))
        title = tr("{table}（{code}）", table=_label(each), code=each["table"])
        panels.append(Panel(title, table=Table(tr("{n} 个字段", n=len(lines)), columns, lines)))
    return await Desk(page).html(tr("导出字段说明"), "", (), [Panel(links=(("/exports", "返回导出"),)), *panels])


@router.get("/{export_id}/file")
async def file(page: Staff, export_id: str) -> Response:
    """The file of an export that one made oneself."""
    return await files.export(page.clients, export_id)


def _label(each: dict[str, Any]) -> str:
    """A table or column as it is called in the language of the request."""
    return str(each["label_en"] if english() and each["label_en"] else each["label"])


def _meaning(column: dict[str, Any]) -> str:
    """What a column says; of a field of the dossier, which the service tells in Chinese alone, where it is asked."""
    section, _, field = column["key"].partition(".")
    if english() and field and section in terms.SECTIONS:
        return tr("{section}中填报的“{field}”", section=terms.SECTIONS[section], field=_label(column))
    return said(column["meaning"])


def _asks(tables: Any, specialties: Any, *, clear: bool) -> tuple[Ask, ...]:
    asks = [
        Ask("table", "内容", "select", options=tables),
        Ask("format", "格式", "select", "表头与本页语言一致。", _FORMATS),
        Ask("specialty_code", "专业", "select", "不选即全部专业。", specialties, required=False),
        Ask(
            "reason",
            "用途",
            "area",
            "超过 1000 行或导出完整个人信息时，须写明用途（至少 10 个字）。",
            required=False,
            most=500,
        ),
    ]
    if clear:
        asks.append(Ask("clear", "导出完整的姓名、证件号码和联系方式（须再次验证身份，并记录在案）", "tick"))
    return tuple(asks)


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    role = page.visitor.role
    desk = Desk(page, refusal, posted)
    known, names = await asyncio.gather(
        page.clients.exports.GetDictionary(export_service_pb2.GetDictionaryRequest()),
        page.portal.cycles.catalogue(view.cycle_id),
    )
    labels = {table["table"]: _label(table) for table in map(to_page, known.tables)}
    panels = []
    made = page.request.query_params.get("made", "")
    if made and made.replace("-", "").isalnum():
        panels.append(Panel(links=((f"/exports/{made}/file", "下载刚生成的文件"),), lead="文件在一天内可由本人下载。"))
    if role != "auditor":
        asks = _asks(tuple(labels.items()), tuple(names.specialties.items()), clear=role != "base_reviewer")
        told = tr("默认隐去姓名、号码和联系方式的一部分。每次导出都记录导出人、时间、内容和用途。")
        panels.append(Panel(form=desk.form(Form("/exports", asks, (Button("生成文件"),), "导出", told))))
    panels.append(Panel(links=(("/exports/dictionary", "字段说明"),)))
    if role != "auditor":
        panels.append(printed_all.panel(page, desk, names))
    if role != "base_reviewer":
        request = export_service_pb2.ListExportsRequest(
            cycle_id=view.cycle_id, page_token=page.request.query_params.get("page_token", "")[:200]
        )
        answer = await page.clients.exports.ListExports(request)
        own = page.visitor.require().person_id
        lines = [_line(to_page(each), labels, view.now, own) for each in answer.exports]
        columns = N_(("内容", "行数", "个人信息", "用途", "导出人", "时间", "校验值"))
        onward = f"/exports?page_token={answer.next_page_token}" if answer.next_page_token else ""
        panels.append(Panel("导出记录", table=Table("新的在前", columns, lines, "还没有导出过。", next_href=onward)))
    area, tabs = (tr("全省管理"), navigation.PROVINCE_TABS) if role == "province_administrator" else ("", ())
    if role.startswith("base_"):
        area, tabs = tr("基地办理"), navigation.BASE_TABS
    return await desk.html(tr("导出"), area, tabs, panels)


def _line(row: dict[str, Any], labels: dict[str, str], now: Any, own: str) -> Line:
    name = labels.get(row["table"], tr("报名表") if row["table"] == "forms" else row["table"])
    fresh = row["parts"] and row["person_id"] == own and row["expires_at"] and row["expires_at"] > now
    return Line(
        (
            Cell(name, href=f"/exports/{row['export_id']}/file" if fresh else "", note=row["format"].upper()),
            Cell(str(row["rows"]), number=True),
            Cell(tr("完整"), tone="warn") if row["unmasked"] else Cell(tr("已隐去"), tone="plain"),
            row["reason"],
            terms.ROLES.get(row["role"], row["role"]),
            stamp(row["made_at"]) if row["made_at"] else "",
            Cell(row["sha256"][:12]),
        )
    )
