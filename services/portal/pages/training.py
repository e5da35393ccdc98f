"""我的培训: an admitted resident's own plan, and the ratings of their teachers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import rating_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.dossier import label_of
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import N_, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.rotation_views import plan_panels
from services.portal.pages.teaching import when
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/training")
Trainee = Annotated[Page, Depends(PageFor("applicant"))]
_SCALE = N_((("5", "5 很好"), ("4", "4 好"), ("3", "3 一般"), ("2", "2 较差"), ("1", "1 很差")))


@router.get("")
async def training(page: Trainee) -> Response:
    """The plan, and the months to rate."""
    return await _page(page, None, None)


@router.post("")
async def rate(page: Trainee) -> Response:
    """Rate one month's teacher."""
    form = await read_form(page.request)
    scores = {name.removeprefix("score."): int(value) for name, value in _scores(form)}
    values = {
        "month": form.get("month"),
        "department_code": form.get("department_code"),
        "teacher_id": form.get("teacher_id"),
        "scores": scores,
        "remark": form.get("remark"),
        "idempotency_key": form.key,
    }
    try:
        await page.clients.ratings.RateTeacher(of_json(rating_service_pb2.RateTeacherRequest, values))
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/training?done=saved")


def _scores(form: Posted) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.values.items() if name.startswith("score.") and value.isdigit()]


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    service = page.clients.ratings
    months = await service.ListMyRatings(rating_service_pb2.ListMyRatingsRequest())
    items = (await service.GetRatingForm(rating_service_pb2.GetRatingFormRequest())).items
    places, desk = await page.portal.organisations(), Desk(page, refusal, posted)
    asks = (
        *(Ask(f"score.{item.key}", label_of(item), "select", options=_SCALE) for item in items),
        Ask("remark", "其他意见", "area", "教学部会看到，老师看不到。", required=False, most=500),
    )
    lines = [_line(desk, to_page(each), asks, places.name) for each in months.months]
    table = Table("新的在前", ("月份", "科室", "带教老师", "评价"), lines, "还没有可以评价的月份。")
    try:
        plan = await plan_panels(page, "")
    except DomainError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        plan = [Panel(lead="录取并报到后，这里会有您的轮转计划和带教老师。", notice=True)]
    panels = [*plan, Panel("评价带教老师", "评价对老师匿名，只显示多人汇总的结果。", table)]
    return await desk.html(tr("我的培训"), N_("我的培训"), (), panels)


def _line(desk: Desk, row: dict[str, Any], asks: tuple[Ask, ...], name: Any) -> Line:
    hidden = {key: row[key] for key in ("month", "department_code", "teacher_id")}
    cells = (row["month"], name(row["department_code"]), row["teacher_name"])
    if row["rated_at"]:
        return Line((*cells, Cell(tr("已评价"), tone="ok")))
    told = tr("{moment} 前可评价", moment=when(row["until"])) if row["until"] else ""
    form = Form(
        "/training",
        asks,
        (Button("提交评价"),),
        "评价",
        hidden=hidden,
        suffix=f"-{row['month']}-{row['teacher_id']}",
        folded=True,
    )
    return Line((*cells, told), forms=(desk.form(form),) if row["until"] else ())
