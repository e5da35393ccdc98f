"""师资规则: what a base or a province configures for its faculty."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import appointment_service_pb2
from services.kit.domain import DomainError
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import tr
from services.portal.page import Page
from services.portal.pages.acting import Desk
from services.portal.pages.teaching import AREA, OfficeOrProvince, tabs_of
from services.portal.panels import Ask, Button, Form, Panel, request_of
from services.portal.wire import of_json, to_page

router = APIRouter(prefix="/teaching/policy")
_ASKS = (
    Ask("term_months", "聘期（月）", "number"),
    Ask("grace_days", "聘期届满后的宽限（天）", "number"),
    Ask("cap", "每位老师每月最多带教人数", "number"),
    Ask("review_opens", "年度维护开始（月-日）", hint="如 03-27", most=5),
    Ask("review_due", "年度维护截止（月-日）", hint="如 04-27", most=5),
    Ask("rating_days", "月末后可评价的天数", "number"),
    Ask("least_ratings", "少于多少份评价不显示", "number"),
    Ask("title_months", "中级职称须满（月）", "number", "不得少于 36 个月。"),
)
_ACKNOWLEDGE = Ask("needs_acknowledgement", "推荐须经省级确认后生效", "tick", required=False)
_REASON = Ask("reason", "变更原因", "area", most=500)


@router.get("")
async def policy(page: OfficeOrProvince) -> Response:
    """The policy as it holds."""
    return await _page(page, None, None)


@router.post("")
async def set_policy(page: OfficeOrProvince) -> Response:
    """Configure it anew."""
    form = await read_form(page.request)
    try:
        values = request_of((*_asks(page), _REASON), form)
        reason = values.pop("reason", "")
        request = {"policy": values | {"edition": form.number("edition")}, "reason": reason}
        message = of_json(appointment_service_pb2.SetFacultyPolicyRequest, request | {"idempotency_key": form.key})
        await page.clients.appointments.SetFacultyPolicy(message)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/teaching/policy?done=decided")


def _asks(page: Page) -> tuple[Ask, ...]:
    return (*_ASKS, _ACKNOWLEDGE) if page.visitor.role == "province_administrator" else _ASKS


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    answer = await page.clients.appointments.GetFacultyPolicy(appointment_service_pb2.GetFacultyPolicyRequest())
    row = to_page(answer.policy)
    desk = Desk(page, refusal, posted)
    values = {ask.name: str(row[ask.name]).lower() if ask.kind == "tick" else str(row[ask.name]) for ask in _asks(page)}
    told = tr("现行第 {edition} 版。", edition=row["edition"]) if row["edition"] else tr("现行为默认值。")
    if row["organisation_code"] and row["organisation_code"] != page.visitor.require().organisation:
        told = tr("现行为上级规则（第 {edition} 版）。", edition=row["edition"])
    own = row["organisation_code"] == page.visitor.require().organisation
    form = Form(
        "/teaching/policy",
        (*_asks(page), _REASON),
        (Button("保存"),),
        "师资规则",
        told,
        values=values,
        hidden={"edition": str(row["edition"] if own else 0)},
    )
    return await desk.html(tr("师资规则"), AREA, tabs_of(page), [Panel("现行规则", form=desk.form(form))])
