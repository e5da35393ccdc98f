"""聘任: who is appointed, one appointment with its history, and what 教学部 or the province does about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import appointment_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.forms import Posted, Refusal
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, said, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import (
    AREA,
    OfficeOrProvince,
    appointment_state,
    may,
    refusals,
    review_state,
    span,
    tabs_of,
    titles_of,
    when,
)
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/teaching/appointments")
_CARRIED = ("appointment_id", "version")
_REASON = Ask("reason", "原因", "area", most=500)


def _act(rpc: str, *asks: Ask) -> Act:
    return Act(getattr(appointment_service_pb2, f"{rpc}Request"), "appointments", rpc, asks, carried=_CARRIED)


_LEVELS = tuple((key, name) for key, name in words.LEVELS.items() if key)
ACTS = {
    "sanction": (
        _act(
            "RecordSanction",
            Ask("reason_code", "情形", "select", options=words.SANCTION_REASONS),
            _REASON,
            Ask("source", "依据文件", most=500),
        ),
        N_("暂停带教"),
        N_("暂停后不再安排新的带教月份。"),
    ),
    "lift": (_act("LiftSanction", _REASON), N_("恢复带教"), N_("准入条件仍须符合。")),
    "transfer": (
        _act("TransferAppointment", Ask("effective_day", "最后一天", "date"), _REASON),
        N_("调离本院"),
        N_("之后的带教月份转为待补。"),
    ),
    "set_level": (
        _act("SetLevel", Ask("level", "师资等级", "select", "不选即取消等级。", _LEVELS, required=False), _REASON),
        N_("师资等级"),
        "",
    ),
}
_LABELS = {key: name for key, (_, name, _) in ACTS.items()} | {"dismiss": N_("解聘")}


@router.get("")
async def appointments(page: OfficeOrProvince) -> Response:
    """The list, by what the address asks for."""
    places, titles, query = await page.portal.organisations(), await titles_of(page), page.request.query_params
    own = page.visitor.require().organisation
    asks = (
        Ask("name", "姓名", required=False, most=32),
        Ask("department_code", "科室", "select", options=places.departments(own), required=False),
        Ask("title", "职称", "select", options=titles, required=False),
        Ask("level", "师资等级", "select", options=_LEVELS, required=False),
        Ask("state", "聘任状态", "select", options=tuple(words.APPOINTMENT_STATES.items()), required=False),
        Ask(
            "review",
            "年度维护",
            "select",
            options=tuple((key, name) for key, name in words.REVIEWS.items() if name),
            required=False,
        ),
    )
    asked = Posted({name: value for name, value in query.items() if name not in ("page_token", "done")})
    values = request_of(asks, asked) | {"page_token": query.get("page_token", "")[:200]}
    answer = await page.clients.appointments.ListAppointments(
        of_json(appointment_service_pb2.ListAppointmentsRequest, values)
    )
    labels = dict(titles)
    lines = [
        Line(
            (
                Cell(row["name"], href=f"/teaching/appointments/{row['appointment_id']}"),
                places.name(row["department_code"]),
                labels.get(row["title"], row["title"]),
                words.LEVELS.get(row["level"], row["level"]),
                span(row["from_day"], row["until_day"]),
                appointment_state(row),
                review_state(row),
            )
        )
        for row in map(to_page, answer.appointments)
    ]
    rest = [(name, value) for name, value in asked.values.items() if value]
    onward = f"/teaching/appointments?{urlencode([*rest, ('page_token', answer.next_page_token)])}"
    columns = N_(("姓名", "科室", "职称", "等级", "聘期", "状态", "年度维护"))
    table = Table(
        tr("共 {n} 人", n=answer.total),
        columns,
        lines,
        "没有符合条件的聘任。",
        next_href=onward if answer.next_page_token else "",
    )
    panels = [
        Panel(form=Form("/teaching/appointments", asks, (Button("检索", tone=""),), values=asked.values, get=True)),
        Panel("聘任的老师", table=table),
    ]
    return await Desk(page).html(tr("聘任"), AREA, tabs_of(page), panels)


@router.get("/{appointment_id}")
async def appointment(page: OfficeOrProvince, appointment_id: str) -> Response:
    """One appointment."""
    return await _page(page, None, None)


@router.post("/{appointment_id}/{deed}")
async def act(page: OfficeOrProvince, appointment_id: str, deed: str) -> Response:
    """Suspend, lift, transfer, set the level."""
    if deed not in ACTS:
        raise DomainError(Kind.NOT_FOUND, "PAGE_NOT_FOUND", "没有这个页面。")
    return await carry_out(page, ACTS[deed][0], _page, f"/teaching/appointments/{appointment_id}")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    appointment_id = page.request.path_params["appointment_id"]
    answer = await page.clients.appointments.GetAppointment(
        appointment_service_pb2.GetAppointmentRequest(appointment_id=appointment_id)
    )
    row, places = to_page(answer.appointment), await page.portal.organisations()
    titles = dict(await titles_of(page))
    desk = Desk(page, refusal, posted)
    links = []
    if page.visitor.role == "teaching_department":
        links = [
            (f"/teaching/people/{row['person_id']}", N_("依据与记录")),
            (f"/faculty/appointments/{appointment_id}/certificate", N_("聘书（PDF）")),
        ]
        if may(row, "dismiss"):
            links.append((f"/teaching/dismissals/{appointment_id}", N_("解聘")))
    panels = [Panel("聘任信息", pairs=pairs_of(row, places.names, titles), links=links)]
    hidden = {"appointment_id": appointment_id, "version": str(row["version"])}
    for key, (act, name, lead) in ACTS.items():
        if may(row, key):
            form = Form(
                f"/teaching/appointments/{appointment_id}/{key}",
                act.asks,
                (Button(name),),
                name,
                lead,
                values={"level": row["level"]},
                hidden=hidden,
                suffix=f"-{key}",
                folded=True,
            )
            panels.append(Panel(form=desk.form(form)))
    closed = refusals(row, _LABELS)
    if closed:
        panels.append(Panel("现在不能办理", pairs=closed))
    panels.append(Panel("经过", table=events_table([to_page(each) for each in answer.events])))
    return await desk.html(tr("聘任：{name}", name=row["name"]), AREA, tabs_of(page), panels)


def pairs_of(row: dict[str, Any], names: Any, titles: dict[str, str]) -> list[tuple[str, str]]:
    """An appointment for reading."""
    review, state = review_state(row), appointment_state(row)
    told = tr("{state}，{note}", state=state.text, note=state.note) if state.note else state.text
    reviewed = tr("{year} 年：{state}", year=row["review_year"], state=review.text) if review.text else tr("尚未开始")
    return [
        (N_("状态"), told),
        (N_("医院"), names([row["base_code"]])),
        (N_("科室"), names([row["department_code"], *row["extra_department_codes"]])),
        (N_("职称"), titles.get(row["title"], row["title"])),
        (N_("师资等级"), words.LEVELS.get(row["level"], row["level"])),
        (N_("聘期"), span(row["from_day"], row["until_day"])),
        (N_("年度维护"), reviewed),
    ]


def events_table(rows: list[dict[str, Any]], own: bool = False) -> Table:
    """What happened to it; with `own` for the teacher, who is not told by whom."""
    lines = [
        Line(
            (
                words.EVENTS.get(row["kind"], row["kind"]),
                when(row["at"]),
                row["effective_day"],
                row["reason"] if row["by"] else said(row["reason"]),
                *(() if own else ("" if row["by"] else tr("系统"),)),
            )
        )
        for row in rows
    ]
    columns = N_(("事项", "时间", "生效日", "原因", "办理人"))
    return Table("先发生的在前", columns[:-1] if own else columns, lines, "还没有记录。")
