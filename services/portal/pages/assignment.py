"""分配带教老师: the grid of a department, edited by hand with selects; and months whose teacher is gone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import assignment_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.forms import Posted, Refusal, fresh_key, read_form, refused
from services.portal.i18n import faculty as words
from services.portal.i18n.language import N_, tr
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.pages.rotations import (
    AREA,
    Director,
    Viewer,
    asked_of,
    cohort_of,
    department_of,
    filters,
    load_of,
    span_of,
    specialties_of,
    tabs_of,
)
from services.portal.pages.teaching import span
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/rotations")
_CLEAR, _LOCK, _UNLOCK = "clear", "lock", "unlock"


@router.get("")
async def grid(page: Viewer) -> Response:
    """科室 × 带教老师 × month."""
    return await _grid(page, None, None, new_id())


@router.post("/cells")
async def edit(page: Director) -> Response:
    """Carry out what was changed in the grid: all of it or nothing."""
    form = await read_form(page.request)
    try:
        edits = _edits(form)
        request = {"edits": edits, "reason": form.get("reason"), "idempotency_key": form.key}
        await page.clients.assignment.EditCells(of_json(assignment_service_pb2.EditCellsRequest, request))
    except DomainError as error:
        return await _grid(page, refused(error), form, fresh_key(error, form))
    back = {name: form.get(name) for name in ("from_month", "until_month") if form.get(name)}
    return page.redirect(f"/rotations?{urlencode({**back, 'done': 'decided'})}")


@router.get("/orphans")
async def orphans(page: Viewer) -> Response:
    """Months whose teacher is no longer there."""
    request = assignment_service_pb2.ListOrphansRequest(
        page_token=page.request.query_params.get("page_token", "")[:200]
    )
    answer = await page.clients.assignment.ListOrphans(request)
    places = await page.portal.organisations()
    lines = []
    for row in map(to_page, answer.cells):
        cell = row["cell"]
        query = {"from_month": cell["month"], "until_month": cell["month"], "department_code": cell["department_code"]}
        lines.append(
            Line(
                (
                    Cell(cell["month"], href=f"/rotations?{urlencode(query)}"),
                    row["trainee_name"],
                    places.name(cell["department_code"]),
                    row["left_name"],
                    words.CAUSES.get(row["cause"], row["cause"]),
                )
            )
        )
    onward = f"/rotations/orphans?page_token={answer.next_page_token}" if answer.next_page_token else ""
    columns = N_(("月份", "学员", "科室", "原带教老师", "原因"))
    table = Table(tr("共 {n} 个月份，最近的在前", n=answer.total), columns, lines, "没有待补的月份。", next_href=onward)
    lead = tr("这些月份必须补上带教老师：在分配页面手动选择，或用自动分配。")
    return await Desk(page).html(tr("待补月份"), AREA, tabs_of(page), [Panel(table=table)], lead)


def _edits(form: Posted) -> list[dict[str, Any]]:
    """A cell's select carries what it was, so that only what was changed becomes an edit.

    Names: `cell.<trainee>.<department>.<month>`, and `was.` with version and teacher of the same.
    """
    edits = []
    for name, value in form.values.items():
        if not name.startswith("cell."):
            continue
        trainee, department, month = name.removeprefix("cell.").split("|")
        version, _, before = form.get(f"was.{trainee}|{department}|{month}").partition("|")
        if value == before:
            continue
        edit: dict[str, Any] = {"trainee_id": trainee, "department_code": department, "month": month}
        edit["version"] = int(version) if version.isdigit() else 0
        action = value if value in (_LOCK, _UNLOCK) else "assign" if value else _CLEAR
        edits.append(edit | {"action": action, "teacher_id": value if action == "assign" else ""})
    if not edits:
        raise DomainError(Kind.INVALID, "NOTHING_CHANGED", "没有改动。", field="reason")
    return edits


async def _grid(page: Page, refusal: Refusal | None, posted: Posted | None, key: str) -> Response:
    code, departments = await department_of(page)
    if posted is not None:
        code = posted.get("department_code") or code
    first, last = span_of(page)
    if posted is not None and posted.get("from_month"):
        first, last = posted.get("from_month"), posted.get("until_month") or last
    plan = N_((("planned", "已有安排"), ("unplanned", "尚未安排")))
    specialties = await specialties_of(page)
    asks = (*filters(departments, specialties), Ask("plan", "计划", "select", options=plan, required=False))
    asked = asked_of(page)
    values = request_of(asks, Posted(asked)) | {"department_code": code, "from_month": first, "until_month": last}
    answer = await page.clients.assignment.GetGrid(of_json(assignment_service_pb2.GetGridRequest, values))
    months = list(answer.months)
    shown = {**asked, "from_month": first, "until_month": last, "department_code": code}
    teachers = [to_page(each) for each in answer.teachers]
    return await page.html(
        "assignment.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        area=AREA,
        tabs=tabs_of(page),
        chosen=Form("/rotations", asks, (Button("查看", tone=""),), values=shown, suffix="-filter", get=True),
        department=(await page.portal.organisations()).name(code),
        department_code=code,
        months=months,
        rows=[_row(to_page(each), months, teachers, posted, dict(specialties)) for each in answer.rows],
        loads=[(row["name"], row["cap"], [load_of(row, place) for place in range(len(months))]) for row in teachers],
        director=page.visitor.role == "department_director",
        reason=posted.get("reason") if posted else "",
        first=first,
        last=last,
        key=key,
    )


def _row(
    row: dict[str, Any],
    months: list[str],
    teachers: list[dict[str, Any]],
    posted: Posted | None,
    specialties: dict[str, str],
) -> dict[str, Any]:
    there = {cell["month"]: cell for cell in row["cells"]}
    return {
        "name": row["name"] or tr("学员"),
        "note": " ".join(filter(None, (cohort_of(row), specialties.get(row["specialty_code"], "")))),
        "trainee_id": row["trainee_id"],
        "span": span(row["plan_from"], row["plan_until"]) if row["plan_from"] else "",
        "cells": [_cell(there.get(month), place, teachers, posted) for place, month in enumerate(months)],
    }


def _cell(
    cell: dict[str, Any] | None, place: int, teachers: list[dict[str, Any]], posted: Posted | None
) -> dict[str, Any] | None:
    if cell is None:
        return None
    actions, mine = set(cell["actions"]), cell["teacher_id"]
    options = []
    if actions & {"assign", "change"}:
        options = [
            (
                each["person_id"],
                tr("{name}（{load}/{cap}）", name=each["name"], load=load_of(each, place), cap=each["cap"]),
            )
            for each in teachers
            if each["person_id"] == mine
            or (each["available"][place : place + 1] == [True] and load_of(each, place) < each["cap"])
        ]
    name = f"{cell['trainee_id']}|{cell['department_code']}|{cell['month']}"
    extra = [(_LOCK, tr("锁定")), (_UNLOCK, tr("解除锁定"))]
    return {
        "name": name,
        "month": cell["month"],
        "was": f"{cell['version']}|{mine}",
        "value": posted.values.get(f"cell.{name}", mine) if posted else mine,
        "teacher": cell["teacher_name"],
        "state": words.CELL_STATES.get(cell["state"], cell["state"]),
        "kind": cell["state"],
        "may_clear": "clear" in actions,
        "options": options,
        "extra": [pair for pair in extra if pair[0] in actions],
        "partial": cell["partial"],
    }
