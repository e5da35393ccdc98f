"""The life of one application, command by command, and how it stood at a moment."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import story_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.cycles import CycleView
from services.portal.i18n import terms
from services.portal.i18n.language import N_, Words, tr
from services.portal.page import Page, PageFor
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, typed_moment
from services.portal.wire import stamp_of, to_page

router = APIRouter()
Reader = Annotated[
    Page,
    Depends(PageFor("applicant", "base_reviewer", "base_administrator", "province_administrator", "auditor")),
]


_HOLDERS = Words({"": "无", "applicant": "报名人", "province": "省级"})
"""For whom an application waits; else for the base with this code."""


@router.get("/applications/{application_id}/story")
async def story(page: Reader, application_id: str, as_of: str = "") -> Response:
    """Every command up to a moment; without one up to now."""
    view = await page.cycle()
    moment = _moment(view, as_of)
    request = story_service_pb2.GetStoryRequest(application_id=application_id, as_of=stamp_of(moment))
    answer, names = await asyncio.gather(
        page.clients.stories.GetStory(request), page.portal.cycles.catalogue(view.cycle_id)
    )
    told = to_page(answer)
    standing = told["standing"] or {}
    choice, number = standing.get("choice") or {}, standing.get("submission_number")
    pairs = [
        (N_("状态"), terms.STATES.get(standing.get("state", ""), "")),
        (N_("提交"), tr("第 {number} 次", number=number) if number else tr("尚未提交")),
        (N_("志愿基地"), names.bases.get(choice.get("base_code", ""), "")),
        (N_("志愿专业"), names.specialties.get(choice.get("specialty_code", ""), "")),
        (N_("等待"), _in_hand(standing.get("in_hand_of", ""), names.bases)),
        (N_("是否占用名额"), tr("是" if standing.get("holds_place") else "否")),
    ]
    wanted = Form(
        f"/applications/{application_id}/story",
        (Ask("as_of", "截至时间", "moment", required=False),),
        (Button("查看", tone=""),),
        values={"as_of": as_of or typed_moment(view, told["as_of"])},
        get=True,
    )
    columns = N_(("时间", "事项", "办理人", "状态", "提交", "规则", "日程版本", "说明"))
    return await page.html(
        "panels.html",
        title=tr("报名的完整经过"),
        area="",
        tabs=(),
        lead=tr("按时间列出每一次办理，内容来自不可更改的审计记录。"),
        panels=[
            Panel("当时的状况", pairs=pairs),
            Panel(form=wanted),
            Panel(
                "办理记录",
                table=Table(tr("共 {n} 条", n=len(told["rows"])), columns, [_line(view, row) for row in told["rows"]]),
            ),
        ],
    )


def _line(view: CycleView, row: dict[str, Any]) -> Line:
    who = terms.ROLES.get(row["role"], row["role"])
    if row["acted"]:
        who = tr("{role}（代办）", role=who)
    return Line(
        (
            view.calendar.moment(row["at"]) if row["at"] else "",
            terms.COMMANDS.get(row["command"], row["command"]),
            who,
            Cell(
                terms.STATES.get(row["state_after"], row["state_after"]),
                tone=terms.STATE_TONES.get(row["state_after"], "plain"),
            ),
            str(row["submission_number"] or ""),
            Cell(row["rule"], note=row["hash"]),
            str(row["calendar_version"]),
            row["remark"] or terms.REJECT_REASONS.get(row["reason_code"], row["reason_code"]),
        )
    )


def _moment(view: CycleView, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return view.calendar.instant(datetime.fromisoformat(text).replace(tzinfo=None))
    except (ValueError, OverflowError) as error:
        raise DomainError(Kind.INVALID, "MOMENT_FORMAT", "请填写日期和时间，如 2023-07-31T23:59。") from error


def _in_hand(holder: str, bases: dict[str, str]) -> str:
    return _HOLDERS.get(holder) or bases.get(holder, holder)
