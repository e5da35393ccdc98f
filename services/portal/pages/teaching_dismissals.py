"""解聘: what was proposed, what a dismissal would leave behind, and the decision: with substitutes or not at all."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import appointment_service_pb2
from services.portal.forms import Posted, Refusal
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, listed, said, tr
from services.portal.page import Page
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import AREA, Office, tabs_of, titles_of, when
from services.portal.pages.teaching_appointments import pairs_of
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/teaching/dismissals")
_COMMIT = Act(
    appointment_service_pb2.CommitDismissalRequest,
    "appointments",
    "CommitDismissal",
    (
        Ask("reason_code", "情形", "select", options=words.DISMISSAL_REASONS),
        Ask("reason", "原因", "area", most=500),
        Ask("with_substitutes", "同时采用下面的替补老师", "tick", required=False),
    ),
    carried=("appointment_id", "version", "case_id", "fingerprint", "effective_day"),
)
_REFUSE = Act(
    appointment_service_pb2.RefuseDismissalRequest,
    "appointments",
    "RefuseDismissal",
    (Ask("reason", "原因", "area", most=500),),
    carried=("case_id", "version"),
)


@router.get("")
async def cases(page: Office) -> Response:
    """Proposed dismissals."""
    return await _list(page, None, None)


@router.post("/refusal")
async def refuse(page: Office) -> Response:
    """Do not dismiss."""
    return await carry_out(page, _REFUSE, _list, "/teaching/dismissals")


@router.get("/{appointment_id}")
async def dismissal(page: Office, appointment_id: str) -> Response:
    """What it would leave behind."""
    return await _one(page, None, None)


@router.post("/{appointment_id}")
async def commit(page: Office, appointment_id: str) -> Response:
    """Dismiss."""
    return await carry_out(page, _COMMIT, _one, f"/teaching/appointments/{appointment_id}")


async def _list(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    token = page.request.query_params.get("page_token", "")[:200]
    request = appointment_service_pb2.ListDismissalCasesRequest(page_token=token)
    answer = await page.clients.appointments.ListDismissalCases(request)
    places, desk = await page.portal.organisations(), Desk(page, refusal, posted)
    lines = [_case(desk, to_page(each), places.name) for each in answer.cases]
    columns = N_(("姓名", "科室", "情形", "原因", "提出", "最后一天", "状态"))
    onward = f"/teaching/dismissals?page_token={answer.next_page_token}" if answer.next_page_token else ""
    table = Table("新提出的在前", columns, lines, "没有提出的解聘。", next_href=onward)
    lead = tr("科室提出的解聘由教学部决定；也可以从聘任页面直接解聘。")
    return await desk.html(tr("解聘"), AREA, tabs_of(page), [Panel(table=table)], lead)


def _case(desk: Desk, row: dict[str, Any], name: Any) -> Line:
    about = row["appointment"]
    text, tone = words.CASE_STATES.get(row["state"], (row["state"], "plain"))
    hidden = {"case_id": row["case_id"], "version": str(row["version"])}
    form = Form(
        "/teaching/dismissals/refusal",
        _REFUSE.asks,
        (Button("不予解聘"),),
        "不予解聘",
        hidden=hidden,
        suffix=f"-{row['case_id']}",
        folded=True,
    )
    is_open = row["state"] == "open"
    href = f"/teaching/dismissals/{about['appointment_id']}?case={row['case_id']}&day={row['effective_day']}"
    cells = (
        Cell(about["name"], href=href if is_open else f"/teaching/appointments/{about['appointment_id']}"),
        name(about["department_code"]),
        tr(dict(words.DISMISSAL_REASONS).get(row["reason_code"], row["reason_code"])),
        said(row["reason"]) if row["source"] == "roster" else row["reason"],
        listed((words.CASE_SOURCES.get(row["source"], row["source"]), when(row["proposed_at"])), "，"),
        row["effective_day"],
        Cell(text, tone=tone),
    )
    return Line(cells, forms=(desk.form(form),) if is_open else ())


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    appointment_id, query = page.request.path_params["appointment_id"], page.request.query_params
    service = page.clients.appointments
    day = (posted.get("effective_day") if posted else query.get("day", ""))[:10]
    case_id = (posted.get("case_id") if posted else query.get("case", ""))[:36]
    answer = await service.GetAppointment(appointment_service_pb2.GetAppointmentRequest(appointment_id=appointment_id))
    preview = await service.PreviewDismissal(
        appointment_service_pb2.PreviewDismissalRequest(appointment_id=appointment_id, effective_day=day)
    )
    row, places = to_page(answer.appointment), await page.portal.organisations()
    titles = dict(await titles_of(page))
    desk = Desk(page, refusal, posted)
    months = [to_page(each) for each in preview.months]
    lead = tr("最后一天：{day}。", day=preview.effective_day)
    if preview.needs_substitutes:
        told = N_("最后一天：{day}。正在进行的带教月份会提前结束，须同时有替补老师。")
        lead = tr(told, day=preview.effective_day)
    ask_day = Ask("day", "最后一天", "date", "换一天看看影响；不填即本月底。", required=False)
    hidden = {
        "appointment_id": appointment_id,
        "version": str(row["version"]),
        "case_id": case_id,
        "fingerprint": preview.fingerprint,
        "effective_day": preview.effective_day,
    }
    form = Form(
        f"/teaching/dismissals/{appointment_id}",
        _COMMIT.asks,
        (Button(tr("解聘 {name}", name=row["name"]), tone="danger"),),
        "决定解聘",
        "替补和解聘一起生效，或都不生效。",
        values={"with_substitutes": "yes"},
        hidden=hidden,
    )
    # The page was asked for anew: its fingerprint stands for what is shown now, not for what was posted.
    shown = form if refusal is None else form.refused(refusal, posted)
    panels = [
        Panel("聘任信息", pairs=pairs_of(row, places.names, titles)),
        Panel(
            form=Form(
                f"/teaching/dismissals/{appointment_id}",
                (ask_day,),
                (Button("看影响", tone=""),),
                values={"day": preview.effective_day},
                hidden={"case": case_id} if case_id else {},
                get=True,
            )
        ),
        Panel("影响", lead, _months(months, places.name)),
        Panel("决定", form=shown),
    ]
    return await desk.html(tr("解聘：{name}", name=row["name"]), AREA, tabs_of(page), panels)


def _months(rows: list[dict[str, Any]], name: Any) -> Table:
    lines = [
        Line(
            (
                row["trainee_name"],
                name(row["department_code"]),
                row["month"],
                row["substitute_name"] or Cell(tr("没有替补"), tone="warn", note=said(row["cause"])),
                Cell(str(row["load_after"]) if row["substitute_id"] else "", number=True),
            )
        )
        for row in rows
    ]
    columns = N_(("学员", "科室", "月份", "替补老师", "替补当月带教数"))
    return Table(tr("{n} 个月份将没有带教老师", n=len(lines)), columns, lines, "没有受影响的月份。")
