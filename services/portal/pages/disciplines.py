"""科室学科: which disciplines of the standards a department trains in, and how many trainees at a time."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import rotation_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import listed, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.pages.rotations import AREA, Office, tabs_of
from services.portal.panels import Ask, Button, Form, Line, Panel, Table

router = APIRouter(prefix="/rotations/disciplines")
_CHOICES = 4


@router.get("")
async def disciplines(page: Office) -> Response:
    """Every department."""
    return await _page(page, None, None)


@router.post("")
async def set_discipline(page: Office) -> Response:
    """Say what one trains in."""
    form = await read_form(page.request)
    chosen = [form.get(f"discipline_{number}") for number in range(1, _CHOICES + 1)]
    request = rotation_service_pb2.SetDisciplineRequest(
        department_code=form.get("department_code"),
        disciplines=[code for code in chosen if code],
        places=form.number("places"),
        idempotency_key=form.key,
    )
    try:
        await page.clients.rotations.SetDiscipline(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/rotations/disciplines?done=saved")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    answer = await page.clients.rotations.ListDisciplines(rotation_service_pb2.ListDisciplinesRequest())
    names = {each.code: known_name(each.name) for each in answer.disciplines}
    desk, lines = Desk(page, refusal, posted), []
    for row in answer.departments:
        asks = (
            *(
                Ask(
                    f"discipline_{number}",
                    tr("学科 {number}", number=number),
                    "select",
                    options=tuple(names.items()),
                    required=False,
                )
                for number in range(1, _CHOICES + 1)
            ),
            Ask("places", "同时轮转人数", "number", "0 为不限。"),
        )
        values = {f"discipline_{number}": code for number, code in enumerate(row.disciplines, 1)}
        form = Form(
            "/rotations/disciplines",
            asks,
            (Button("保存"),),
            "设置",
            values={**values, "places": str(row.places)},
            hidden={"department_code": row.department_code},
            suffix=f"-{row.department_code}",
            folded=True,
        )
        trained = listed(names.get(code, code) for code in row.disciplines) or tr("未设置")
        cells = (row.name or row.department_code, trained, str(row.places) if row.places else tr("不限人数"))
        lines.append(Line(cells, forms=(desk.form(form),)))
    table = Table("按科室", ("科室", "轮转学科", "同时轮转人数"), lines, "本基地还没有登记科室。")
    lead = tr("按专业规范生成计划时，学员会分到承担该学科的科室。")
    return await desk.html(tr("科室学科"), AREA, tabs_of(page), [Panel(table=table)], lead)
