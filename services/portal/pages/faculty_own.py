"""A teacher's own standing: the eligibility clock, appointments with their certificate, months, ratings."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import (
    appointment_service_pb2,
    assignment_service_pb2,
    rating_service_pb2,
    report_service_pb2,
    standing_service_pb2,
)
from services.portal import files, navigation
from services.portal.forms import read_form
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, said, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.faculty import Faculty
from services.portal.pages.teaching import appointment_state, review_state, span, titles_of
from services.portal.pages.teaching_appointments import events_table, pairs_of
from services.portal.pages.teaching_candidacy import findings_table
from services.portal.pages.teaching_people import evidence_table, ratings_table
from services.portal.panels import Button, Cell, Form, Line, Panel, Table
from services.portal.wire import to_page

router = APIRouter(prefix="/faculty")
AREA = N_("师资")
Holder = Annotated[Page, Depends(PageFor("faculty", "teaching_department"))]


@router.get("/eligibility")
async def eligibility(page: Faculty) -> Response:
    """准入条件: which rules hold, and from which day all do."""
    service = page.clients.standing
    answer, evidence = await asyncio.gather(
        service.GetEligibility(standing_service_pb2.GetEligibilityRequest()),
        service.ListEvidence(standing_service_pb2.ListEvidenceRequest()),
    )
    row = to_page(answer)
    because = said(row["because"])
    lead = because or tr("还不能确定从哪一天起符合。")
    if row["qualifies_on"]:
        lead = tr("您将于 {day} 符合准入条件。{because}", day=row["qualifies_on"], because=because)
    passes = bool(row["evaluation"] and row["evaluation"]["passes"])
    if passes:
        lead = tr("您现在符合准入条件。{because}", because=because)
    wanted = not row["reminder"]
    button = Button("到期时提醒我" if wanted else "取消提醒", "yes" if wanted else "no", "main" if wanted else "")
    panels = [Panel(lead=lead, notice=True), Panel("逐条核验", table=findings_table(row["evaluation"]))]
    if not passes or row["reminder"]:
        panels.append(Panel("到期提醒", form=Form("/faculty/eligibility", (), (button,))))
    panels.append(Panel("依据", table=evidence_table([to_page(each) for each in evidence.evidence])))
    return await Desk(page).html(tr("准入条件"), AREA, navigation.FACULTY_TABS, panels)


@router.post("/eligibility")
async def remind(page: Faculty) -> Response:
    """Ask to be told, or not any more."""
    form = await read_form(page.request)
    request = standing_service_pb2.SetEligibilityReminderRequest(
        wanted=form.get("then") == "yes", idempotency_key=form.key
    )
    await page.clients.standing.SetEligibilityReminder(request)
    return page.redirect("/faculty/eligibility?done=saved")


@router.get("/appointments")
async def appointments(page: Faculty) -> Response:
    """One's own appointments."""
    request = appointment_service_pb2.ListMyAppointmentsRequest()
    answer = await page.clients.appointments.ListMyAppointments(request)
    places, titles = await page.portal.organisations(), dict(await titles_of(page))
    lines = [
        Line(
            (
                Cell(places.name(row["base_code"]), href=f"/faculty/appointments/{row['appointment_id']}"),
                places.name(row["department_code"]),
                titles.get(row["title"], row["title"]),
                words.LEVELS.get(row["level"], row["level"]),
                span(row["from_day"], row["until_day"]),
                appointment_state(row),
                review_state(row),
            )
        )
        for row in map(to_page, answer.appointments)
    ]
    columns = N_(("医院", "科室", "职称", "等级", "聘期", "状态", "年度维护"))
    panels = [Panel(table=Table("新的在前", columns, lines, "还没有聘任。"))]
    return await Desk(page).html(tr("我的聘任"), AREA, navigation.FACULTY_TABS, panels)


@router.get("/appointments/{appointment_id}")
async def appointment(page: Faculty, appointment_id: str) -> Response:
    """One of them, with its history."""
    request = appointment_service_pb2.GetAppointmentRequest(appointment_id=appointment_id)
    answer = await page.clients.appointments.GetAppointment(request)
    row, places = to_page(answer.appointment), await page.portal.organisations()
    links = ((f"/faculty/appointments/{appointment_id}/certificate", N_("聘书（PDF）")),)
    panels = [
        Panel(pairs=pairs_of(row, places.names, dict(await titles_of(page))), links=links),
        Panel("经过", table=events_table([to_page(each) for each in answer.events], own=True)),
    ]
    return await Desk(page).html(tr("我的聘任"), AREA, navigation.FACULTY_TABS, panels)


@router.get("/appointments/{appointment_id}/certificate")
async def certificate(page: Holder, appointment_id: str) -> Response:
    """聘书 as PDF."""
    request = report_service_pb2.GetCertificateRequest(appointment_id=appointment_id)
    answer = await page.clients.faculty_reports.GetCertificate(request)
    return files.printed(answer.pdf, answer.file_name)


@router.get("/months")
async def months(page: Faculty) -> Response:
    """One's own months and trainees, and what trainees said, counted together."""
    cells, rated = await asyncio.gather(
        page.clients.assignment.ListMyMonths(assignment_service_pb2.ListMyMonthsRequest()),
        page.clients.ratings.GetRatings(rating_service_pb2.GetRatingsRequest()),
    )
    places = await page.portal.organisations()
    lines = [_month(to_page(each), dict(cells.trainee_names), places.name) for each in cells.cells]
    panels = [
        Panel(table=Table("按月份", ("月份", "学员", "科室", "状态"), lines, "还没有安排带教。")),
        Panel(
            "带教质量评价", "学员匿名评价，人数不足时不显示。", ratings_table([to_page(each) for each in rated.years])
        ),
    ]
    return await Desk(page).html(tr("我的带教"), AREA, navigation.FACULTY_TABS, panels)


def _month(row: dict[str, Any], names: dict[str, str], place: Any) -> Line:
    state = words.CELL_STATES[row["state"]] if row["state"] in ("current", "past") else ""
    note = tr("不满整月") if row["partial"] else ""
    name = names.get(row["trainee_id"]) or tr("学员")
    return Line((row["month"], name, place(row["department_code"]), Cell(state, note=note)))
