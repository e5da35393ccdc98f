"""师资信息统计: reports, tables to take away, and what their columns mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import report_service_pb2
from services.kit.domain import DomainError
from services.portal import files
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, english, listed, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.teaching import AREA, OfficeOrProvince, tabs_of, titles_of, when
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/teaching/reports")
Reader = Annotated[Page, Depends(PageFor("teaching_department", "province_administrator"))]
_EXPORT = (
    Ask("table", "内容", "select", options=words.TABLES),
    Ask("format", "格式", "select", options=(("xlsx", "XLSX（含字段说明）"), ("csv", "CSV"))),
    Ask("reason", "用途", "area", "须写明用途；导出完整个人信息或超过 1000 行时至少 10 个字。", most=500),
    Ask("unmasked", "导出完整的姓名和号码（记录在案）", "tick", required=False),
)
_NUMBERS = N_(
    {
        "count": "人数",
        "teachers": "老师",
        "cells": "带教月",
        "filled": "已分配",
        "unfilled": "未分配",
        "share": "覆盖率（%）",
        "least": "最少",
        "most": "最多",
        "mean": "平均",
        "trainees": "学员",
        "orphaned": "待补",
    }
)
_LABELS: Mapping[str, Mapping[str, str]] = {
    "level": words.LEVELS,
    "training": words.TRAINING_STATES,
    "state": words.APPOINTMENT_STATES,
    "review": words.REVIEWS,
}
"""By report: what its rows are called; of departments and titles others know it."""
_CODES = re.compile(r"(\w+)=([^；]+)；?")


@router.get("")
async def reports(page: Reader) -> Response:
    """One report, chosen in the address."""
    return await _page(page, None, None)


@router.post("/exports")
async def export(page: OfficeOrProvince) -> Response:
    """Make a table and hand it out."""
    form = await read_form(page.request)
    try:
        values = request_of(_EXPORT, form) | {"idempotency_key": form.key}
        request = of_json(report_service_pb2.CreateFacultyExportRequest, values)
        answer = await page.clients.faculty_reports.CreateFacultyExport(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return files.attachment(answer.file, answer.file_name, answer.media_type)


@router.get("/dictionary")
async def dictionary(page: Reader) -> Response:
    """What the columns of the tables mean."""
    request = report_service_pb2.ListFacultyDictionaryRequest()
    answer = await page.clients.faculty_reports.ListFacultyDictionary(request)
    rows = [to_page(each) for each in answer.columns]
    panels = []
    for table, name in words.TABLES:
        lines = [
            Line((*_names(row), row["key"], _meaning(row["meaning"]), tr("是") if row["personal"] else ""))
            for row in rows
            if row["table"] == table
        ]
        columns = N_(("字段", "另一种语言", "代码", "含义", "个人信息"))
        panels.append(Panel(name, table=Table(tr("{n} 个字段", n=len(lines)), columns, lines)))
    return await Desk(page).html(tr("导出字段说明"), AREA, tabs_of(page), panels)


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    query = page.request.query_params
    wanted = query.get("report", "level")
    report = wanted if wanted in dict(words.REPORTS) else "level"
    month = query.get("month", "")[:7]
    request = report_service_pb2.GetFacultyReportRequest(report=report, month=month)
    answer = await page.clients.faculty_reports.GetFacultyReport(request)
    desk = Desk(page, refusal, posted)
    asks = (
        Ask("report", "统计", "select", options=words.REPORTS),
        Ask("month", "月份", hint="负荷和覆盖按月统计，如 2026-09；不填即本月。", required=False, most=7),
    )
    chosen = Form(
        "/teaching/reports", asks, (Button("查看", tone=""),), values={"report": report, "month": month}, get=True
    )
    export = Form("/teaching/reports/exports", _EXPORT, (Button("生成文件"),), "导出", suffix="-export", folded=True)
    panels = [
        Panel(form=chosen),
        Panel(
            dict(words.REPORTS)[report],
            tr("统计时间：{moment}", moment=when(to_page(answer)["read_at"])),
            _table(answer, dict(await titles_of(page)) if report == "title" else _LABELS.get(report)),
        ),
        Panel(form=desk.form(export), links=(("/teaching/reports/dictionary", "字段说明"),)),
    ]
    return await desk.html(tr("统计与导出"), AREA, tabs_of(page), panels)


def _names(row: dict[str, Any]) -> tuple[str, str]:
    """What a column is called, first in the language of the request, then in the other."""
    return (row["label_en"], row["label"]) if english() else (row["label"], row["label_en"])


def _meaning(text: str) -> str:
    """What a column says: a sentence, and codes with their meanings after it."""
    told = listed((f"{said(code)}={said(label)}" for code, label in _CODES.findall(text)), "；")
    return " ".join(filter(None, (said(_CODES.sub("", text).strip()), told)))


def _table(answer: report_service_pb2.GetFacultyReportResponse, labels: Mapping[str, str] | None) -> Table:
    """The report; without `labels` its rows are departments, which are called what they are called."""
    rows: list[dict[str, Any]] = []
    for each in answer.rows:
        told = each.label or each.key
        label = told if labels is None else labels.get(each.key) or said(told)
        rows.append({"label": label, **each.numbers})
    names = [name for name in _NUMBERS if any(name in row for row in rows)]
    names += sorted({name for row in rows for name in row} - {"label", *names})
    lines = [Line((row["label"], *(Cell(_shown(row.get(name)), number=True) for name in names))) for row in rows]
    columns = (N_("项目"), *(_NUMBERS.get(name, name) for name in names))
    return Table(tr("{n} 项", n=len(lines)), columns, lines, "没有数据。")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
