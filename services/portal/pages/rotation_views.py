"""轮转计划按科室, 按人员, 按日期查看, and 轮转专业规范浏览."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import rotation_service_pb2
from services.kit.sheets import write_csv
from services.portal import files
from services.portal.forms import Posted
from services.portal.i18n.language import N_, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.pages.rotations import (
    AREA,
    Viewer,
    asked_of,
    cohort_of,
    department_of,
    filters,
    month_after,
    span_of,
    specialties_of,
    tabs_of,
    today,
    version_of,
)
from services.portal.pages.teaching import span
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/rotations")


@router.get("/department")
async def by_department(page: Viewer) -> Response:
    """Trainee × month in one department."""
    code, departments = await department_of(page)
    first, last = span_of(page)
    asks, asked = filters(departments, await specialties_of(page)), asked_of(page)
    answer = await _department(page, code, asks)
    months = _months(first, last)
    lines = [_row(to_page(each), months) for each in answer.rows]
    table = Table(tr("{n} 名学员", n=len(lines)), (N_("学员"), *months), lines, "这段时间没有学员轮转到本科室。")
    panels = [
        _filter("/rotations/department", asks, asked | {"department_code": code}, first, last),
        Panel(table=table),
    ]
    return await Desk(page).html(tr("轮转计划按科室查看"), AREA, tabs_of(page), panels)


@router.get("/department.csv")
async def department_table(page: Viewer) -> Response:
    """The same as a table to take away (C6)."""
    code, departments = await department_of(page)
    answer = await _department(page, code, filters(departments, []))
    months = _months(*span_of(page))
    rows = []
    for row in map(to_page, answer.rows):
        trainee, there = row["trainee"], {each["month"]: each for each in row["months"]}
        cells = [(there[month]["teacher_name"] or tr("未分配")) if month in there else "" for month in months]
        rows.append([trainee["name"], str(trainee["cohort"] or ""), known_name(trainee["specialty_name"]), *cells])
    content = write_csv((tr("学员"), tr("招收届别"), tr("培训专业"), *months), rows)
    return files.attachment(content, f"rotations-{code}.csv", "text/csv; charset=utf-8")


async def _department(page: Page, code: str, asks: tuple[Ask, ...]) -> rotation_service_pb2.GetDepartmentViewResponse:
    first, last = span_of(page)
    values = request_of(asks, Posted(asked_of(page)))
    values |= {"department_code": code, "from_month": first, "until_month": last}
    request = of_json(rotation_service_pb2.GetDepartmentViewRequest, values)
    answer: rotation_service_pb2.GetDepartmentViewResponse = await page.clients.rotations.GetDepartmentView(request)
    return answer


@router.get("/person")
async def by_person(page: Viewer) -> Response:
    """One trainee × months × departments; first whom."""
    query = page.request.query_params
    name, trainee_id = query.get("name", "")[:32], query.get("trainee_id", "")[:36]
    asks = (Ask("name", "姓名", required=False, most=32), Ask("cohort", "招收届别", "number", required=False))
    panels = [Panel(form=Form("/rotations/person", asks, (Button("查找", tone=""),), values=asked_of(page), get=True))]
    if trainee_id:
        panels += await plan_panels(page, trainee_id)
    else:
        values = request_of(asks, Posted(asked_of(page))) | {"limit": 50}
        answer = await page.clients.rotations.ListTrainees(of_json(rotation_service_pb2.ListTraineesRequest, values))
        lines = [
            Line(
                (
                    Cell(row["name"] or tr("学员"), href=f"/rotations/person?trainee_id={row['trainee_id']}"),
                    str(row["cohort"]),
                    known_name(row["specialty_name"]) or row["specialty_code"],
                    span(row["from_day"], row["until_day"]),
                )
            )
            for row in map(to_page, answer.trainees)
        ]
        columns = N_(("学员", "招收届别", "培训专业", "培训时间"))
        told = N_("共 {n} 人，只列出前 50 人，请缩小范围") if answer.total > 50 else N_("共 {n} 人")
        panels.append(
            Panel(
                table=Table(tr(told, n=answer.total), columns, lines, tr("没有找到{name}。", name=name or tr("学员")))
            )
        )
    return await Desk(page).html(tr("轮转计划按人员查看"), AREA, tabs_of(page), panels)


@router.get("/day")
async def by_day(page: Viewer) -> Response:
    """Who is where on a day."""
    query = page.request.query_params
    day = query.get("on_day", "")[:10] or today().isoformat()
    department = query.get("department_code", "")[:32]
    code, departments = await department_of(page)
    wanted = department if len(departments) > 1 else code
    request = rotation_service_pb2.GetDayViewRequest(on_day=day, department_code=wanted)
    answer = await page.clients.rotations.GetDayView(request)
    places = await page.portal.organisations()
    choose = (Ask("department_code", "科室", "select", options=departments, required=False),)
    asks = (Ask("on_day", "日期", "date"), *(choose if len(departments) > 1 else ()))
    lines = [
        Line(
            (
                row["trainee"]["name"] or tr("学员"),
                known_name(row["trainee"]["specialty_name"]),
                places.name(row["department_code"]),
                row["teacher_name"] or Cell(tr("未分配"), tone="warn"),
            )
        )
        for row in map(to_page, answer.rows)
    ]
    form = Form("/rotations/day", asks, (Button("查看", tone=""),), values={**asked_of(page), "on_day": day}, get=True)
    columns = N_(("学员", "培训专业", "科室", "带教老师"))
    panels = [
        Panel(form=form),
        Panel(table=Table(tr("{day}：{n} 人", day=day, n=len(lines)), columns, lines, "这一天没有学员轮转。")),
    ]
    return await Desk(page).html(tr("轮转计划按日期查看"), AREA, tabs_of(page), panels)


async def plan_panels(page: Page, trainee_id: str) -> list[Panel]:
    """One trainee's plan, month by month, and where it departs from the standard. An empty id is oneself."""
    request = rotation_service_pb2.GetPlanRequest(trainee_id=trainee_id)
    answer = await page.clients.rotations.GetPlan(request)
    trainee, places = to_page(answer.trainee), await page.portal.organisations()
    pairs = [
        (N_("学员"), trainee["name"]),
        (N_("培训基地"), places.name(trainee["base_code"])),
        (N_("培训专业"), known_name(trainee["specialty_name"])),
        (N_("招收届别"), str(trainee["cohort"] or "")),
        (N_("培训时间"), span(trainee["from_day"], trainee["until_day"]) if trainee["from_day"] else ""),
        (N_("计划版本"), version_of(answer.plan.plan_version) or tr("还没有轮转计划")),
    ]
    lines = [
        Line(
            (
                row["month"],
                places.name(row["department_code"]),
                row["teacher_name"] or Cell(tr("未分配"), tone="plain"),
                tr("不满整月") if row["partial"] else "",
            )
        )
        for row in map(to_page, answer.months)
    ]
    gaps = [
        Line(
            (
                known_name(gap.name or gap.discipline),
                tr("少 {n} 个月" if gap.months > 0 else "多 {n} 个月", n=abs(gap.months)),
            )
        )
        for gap in answer.gaps
    ]
    return [
        Panel("学员", pairs=pairs),
        Panel("每月安排", table=Table("按月份", ("月份", "科室", "带教老师", "备注"), lines, "还没有轮转计划。")),
        Panel("与专业规范的差异", table=Table("按规范的次序", ("学科", "差异"), gaps, "与专业规范一致。")),
    ]


def standard_panels(answer: rotation_service_pb2.ListStandardsResponse) -> list[Panel]:
    """Every standard as a table."""
    panels = []
    for row in map(to_page, answer.standards):
        lines = [
            Line(
                (
                    known_name(item["name"]),
                    Cell(str(item["months"]), number=True),
                    tr("可调整" if item["elective"] else "必轮"),
                )
            )
            for item in row["items"]
        ]
        table = Table(tr("共 {n} 个月", n=row["months"]), ("轮转学科", "月数", "要求"), lines)
        panels.append(
            Panel(tr("{name}（{code}）", name=known_name(row["name"]), code=row["specialty_code"]), table=table)
        )
    return panels or [Panel(lead="没有这个专业的规范。")]


@router.get("/standards")
async def standards(page: Viewer) -> Response:
    """轮转专业规范浏览."""
    wanted = page.request.query_params.get("specialty_code", "")[:32]
    options = await specialties_of(page)
    code = wanted or (options[0][0] if options else "")
    one = rotation_service_pb2.ListStandardsRequest(specialty_code=code)
    shown = await page.clients.rotations.ListStandards(one)
    asks = (Ask("specialty_code", "培训专业", "select", options=options),)
    form = Form("/rotations/standards", asks, (Button("查看", tone=""),), values={"specialty_code": code}, get=True)
    return await Desk(page).html(tr("轮转专业规范"), AREA, tabs_of(page), [Panel(form=form), *standard_panels(shown)])


def _filter(path: str, asks: tuple[Ask, ...], asked: dict[str, str], first: str, last: str) -> Panel:
    values = asked | {"from_month": first, "until_month": last}
    return Panel(form=Form(path, asks, (Button("查看", tone=""),), values=values, get=True))


def _months(first: str, last: str) -> list[str]:
    found = [first]
    while found[-1] < last and len(found) < 36:
        found.append(month_after(found[-1], 1))
    return found


def _row(row: dict[str, Any], months: list[str]) -> Line:
    there = {each["month"]: each for each in row["months"]}
    trainee = row["trainee"]
    note = " ".join(filter(None, (cohort_of(trainee), known_name(trainee["specialty_name"]))))
    head = Cell(trainee["name"] or tr("学员"), href=f"/rotations/person?trainee_id={trainee['trainee_id']}", note=note)
    return Line((head, *(_month(there.get(month)) for month in months)))


def _month(row: dict[str, Any] | None) -> Cell | str:
    if row is None:
        return ""
    note = tr("不满整月") if row["partial"] else ""
    return Cell(row["teacher_name"], note=note) if row["teacher_name"] else Cell(tr("未分配"), tone="warn", note=note)
