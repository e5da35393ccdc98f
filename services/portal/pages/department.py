"""本科室师资: the yearly review, proposed dismissals and absences of one department."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import appointment_service_pb2, assignment_service_pb2
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, reason_text, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Act, Desk, carry_out
from services.portal.pages.teaching import appointment_state, may, review_state, span, titles_of, when
from services.portal.pages.teaching_appointments import events_table, pairs_of
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, picked
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/department")
Staff = Annotated[Page, Depends(PageFor("department_secretary", "department_director"))]
Secretary = Annotated[Page, Depends(PageFor("department_secretary"))]
AREA = N_("本科室师资")
_CARRIED = ("appointment_id", "version")
_PROPOSE = Act(
    appointment_service_pb2.ProposeDismissalRequest,
    "appointments",
    "ProposeDismissal",
    (
        Ask("reason_code", "情形", "select", options=words.DISMISSAL_REASONS),
        Ask("reason", "原因", "area", "教学部会看到。", most=500),
        Ask("effective_day", "最后一天", "date", "不填即本月底。", required=False),
    ),
    carried=_CARRIED,
)
_LEAVE = Act(
    assignment_service_pb2.RecordLeaveRequest,
    "assignment",
    "RecordLeave",
    (
        Ask("person_id", "老师", "select"),
        Ask("kind", "类别", "select", options=words.LEAVE_KINDS),
        Ask("from_day", "第一天", "date"),
        Ask("until_day", "最后一天", "date"),
    ),
)
_END = Act(
    assignment_service_pb2.EndLeaveRequest,
    "assignment",
    "EndLeave",
    (Ask("until_day", "新的最后一天", "date", "不填即整段取消。", required=False),),
    carried=("leave_id",),
)


@router.get("")
async def review(page: Staff) -> Response:
    """年度维护: everybody of the department, with what is due."""
    return await _review(page, None, None)


@router.post("/reviews")
async def confirm(page: Secretary) -> Response:
    """Confirm the ticked ones as they are."""
    form = await read_form(page.request)
    try:
        wishes = [
            {"appointment_id": key, "version": int(seen.partition("|")[0] or 0)} for key, seen in picked(form).items()
        ]
        request = {"wishes": wishes, "idempotency_key": form.key}
        answer = await page.clients.appointments.ConfirmReviews(
            of_json(appointment_service_pb2.ConfirmReviewsRequest, request)
        )
    except DomainError as error:
        return await _review(page, refused(error), form)
    results = [to_page(each) for each in answer.results]
    if all(each["done"] for each in results):
        return page.redirect("/department?done=decided")
    names = {key: seen.partition("|")[2] for key, seen in picked(form).items()}
    lines = [
        Line(
            (
                names.get(each["appointment_id"]) or tr("老师"),
                Cell(tr("已确认"), tone="ok") if each["done"] else Cell(tr("未确认"), tone="bad"),
                reason_text(each["code"], each["message"]),
            )
        )
        for each in results
    ]
    panels = [
        Panel(table=Table("每人的结果", ("姓名", "结果", "说明"), lines)),
        Panel(links=(("/department", "返回"),)),
    ]
    return await Desk(page).html(tr("年度维护：办理结果"), AREA, navigation.DEPARTMENT_TABS, panels)


@router.get("/people/{appointment_id}")
async def one(page: Staff, appointment_id: str) -> Response:
    """One of the department."""
    return await _one(page, None, None)


@router.post("/people/{appointment_id}/review")
async def correct(page: Secretary, appointment_id: str) -> Response:
    """Confirm one with corrections."""
    form = await read_form(page.request)
    try:
        values = {
            "appointment_id": appointment_id,
            "version": form.number("version"),
            "title": form.get("title"),
            "extra_department_codes": [
                code for name, code in form.values.items() if name.startswith("extra.") and code
            ],
            "idempotency_key": form.key,
        }
        await page.clients.appointments.CorrectReview(of_json(appointment_service_pb2.CorrectReviewRequest, values))
    except DomainError as error:
        return await _one(page, refused(error), form)
    return page.redirect(f"/department/people/{appointment_id}?done=decided")


@router.post("/people/{appointment_id}/dismissal")
async def propose(page: Staff, appointment_id: str) -> Response:
    """Propose a dismissal."""
    return await carry_out(page, _PROPOSE, _one, f"/department/people/{appointment_id}")


@router.get("/cases")
async def cases(page: Staff) -> Response:
    """Dismissals that were proposed."""
    request = appointment_service_pb2.ListDismissalCasesRequest(
        page_token=page.request.query_params.get("page_token", "")[:200]
    )
    answer = await page.clients.appointments.ListDismissalCases(request)
    lines = []
    for row in map(to_page, answer.cases):
        text, tone = words.CASE_STATES.get(row["state"], (row["state"], "plain"))
        about = row["appointment"]
        lines.append(
            Line(
                (
                    Cell(about["name"], href=f"/department/people/{about['appointment_id']}"),
                    tr(dict(words.DISMISSAL_REASONS).get(row["reason_code"], row["reason_code"])),
                    said(row["reason"]) if row["source"] == "roster" else row["reason"],
                    when(row["proposed_at"]),
                    row["effective_day"],
                    Cell(text, tone=tone),
                )
            )
        )
    onward = f"/department/cases?page_token={answer.next_page_token}" if answer.next_page_token else ""
    columns = N_(("姓名", "情形", "原因", "提出时间", "最后一天", "状态"))
    table = Table("新提出的在前", columns, lines, "没有提出过解聘。", next_href=onward)
    return await Desk(page).html(tr("解聘"), AREA, navigation.DEPARTMENT_TABS, [Panel(table=table)])


@router.get("/leave")
async def leave(page: Staff) -> Response:
    """Who is away."""
    return await _leave(page, None, None)


@router.post("/leave")
async def record_leave(page: Staff) -> Response:
    """Say that somebody is away."""
    return await carry_out(page, _LEAVE, _leave, "/department/leave")


@router.post("/leave/end")
async def end_leave(page: Staff) -> Response:
    """End it sooner, or say that it never was."""
    return await carry_out(page, _END, _leave, "/department/leave")


async def _members(page: Page) -> list[dict[str, Any]]:
    """Everybody of the department, all pages."""
    rows: list[dict[str, Any]] = []
    token = ""
    while True:
        request = appointment_service_pb2.ListAppointmentsRequest(limit=200, page_token=token)
        answer = await page.clients.appointments.ListAppointments(request)
        rows += [to_page(each) for each in answer.appointments]
        token = answer.next_page_token
        if not token:
            return rows


async def _review(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    rows, titles = await _members(page), dict(await titles_of(page))
    owed = [row for row in rows if row["review"] in ("due", "overdue")]
    desk = Desk(page, refusal, posted)
    secretary = page.visitor.role == "department_secretary"
    lines = [
        Line(
            (
                Cell(row["name"], href=f"/department/people/{row['appointment_id']}"),
                titles.get(row["title"], row["title"]),
                words.LEVELS.get(row["level"], row["level"]),
                span(row["from_day"], row["until_day"]),
                appointment_state(row),
                review_state(row),
            ),
            pick=(row["appointment_id"], f"{row['version']}|{row['name']}") if row in owed and secretary else None,
        )
        for row in sorted(rows, key=lambda each: (each not in owed, each["name"]))
    ]
    lead = tr("请核对本科室带教老师的信息；有变化的点开姓名更正，离开的提出解聘。")
    if owed:
        day = min(row["review_due"] for row in owed)
        lead = tr("还有 {n} 人待维护，截止 {day}。{lead}", n=len(owed), day=day, lead=lead)
    form = Form("/department/reviews", (), (Button("确认勾选的人员无误"),), "年度维护") if owed and secretary else None
    columns = N_(("姓名", "职称", "等级", "聘期", "状态", "年度维护"))
    table = Table(
        tr("共 {n} 人", n=len(rows)), columns, lines, "本科室还没有聘任的老师。", desk.form(form) if form else None
    )
    return await desk.html(tr("年度维护"), AREA, navigation.DEPARTMENT_TABS, [Panel("本科室的老师", table=table)], lead)


async def _one(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    appointment_id = page.request.path_params["appointment_id"]
    request = appointment_service_pb2.GetAppointmentRequest(appointment_id=appointment_id)
    answer = await page.clients.appointments.GetAppointment(request)
    row, places = to_page(answer.appointment), await page.portal.organisations()
    titles = await titles_of(page)
    desk = Desk(page, refusal, posted)
    base = f"/department/people/{appointment_id}"
    hidden = {"appointment_id": appointment_id, "version": str(row["version"])}
    panels = [Panel("聘任信息", pairs=pairs_of(row, places.names, dict(titles)))]
    if may(row, "confirm"):
        others = tuple(pair for pair in places.departments(row["base_code"]) if pair[0] != row["department_code"])
        extra = [*row["extra_department_codes"], "", ""][:5]
        asks = (
            Ask("title", "职称", "select", options=titles, required=False),
            *(
                Ask(
                    f"extra.{number}",
                    tr("其他带教科室 {number}", number=number),
                    "select",
                    options=others,
                    required=False,
                )
                for number in range(1, len(extra) + 1)
            ),
        )
        values = {"title": row["title"], **{f"extra.{number}": code for number, code in enumerate(extra, 1)}}
        form = Form(f"{base}/review", asks, (Button("确认并保存"),), "更正并确认", values=values, hidden=hidden)
        panels.append(Panel(form=desk.form(form)))
    if may(row, "propose_dismissal"):
        form = Form(
            f"{base}/dismissal",
            _PROPOSE.asks,
            (Button("提出解聘", tone="danger"),),
            "提出解聘",
            "由教学部决定。",
            hidden=hidden,
            suffix="-dismissal",
            folded=True,
        )
        panels.append(Panel(form=desk.form(form)))
    panels.append(Panel("经过", table=events_table([to_page(each) for each in answer.events])))
    return await desk.html(row["name"], AREA, navigation.DEPARTMENT_TABS, panels)


async def _leave(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    request = assignment_service_pb2.ListLeaveRequest(page_token=page.request.query_params.get("page_token", "")[:200])
    answer = await page.clients.assignment.ListLeave(request)
    members = [row for row in await _members(page) if row["state"] in ("active", "suspended")]
    desk = Desk(page, refusal, posted)
    kinds = dict(words.LEAVE_KINDS)
    lines = []
    for row in map(to_page, answer.leave):
        form = Form(
            "/department/leave/end",
            _END.asks,
            (Button("保存"),),
            "提前结束或取消",
            hidden={"leave_id": row["leave_id"]},
            suffix=f"-{row['leave_id']}",
            folded=True,
        )
        cells = (row["name"], tr(kinds.get(row["kind"], row["kind"])), row["from_day"], row["until_day"])
        lines.append(Line(cells, forms=(desk.form(form),)))
    people = tuple((row["person_id"], row["name"]) for row in members)
    asks = (Ask("person_id", "老师", "select", options=people), *_LEAVE.asks[1:])
    told = N_("请假期间不会安排带教；已安排的月份转为待补。")
    form = Form("/department/leave", asks, (Button("登记"),), "登记请假", told)
    onward = f"/department/leave?page_token={answer.next_page_token}" if answer.next_page_token else ""
    table = Table("新的在前", ("姓名", "类别", "第一天", "最后一天"), lines, "没有请假记录。", next_href=onward)
    return await desk.html(
        tr("请假"),
        AREA,
        navigation.DEPARTMENT_TABS,
        [Panel("登记", form=desk.form(form)), Panel("请假记录", table=table)],
    )
