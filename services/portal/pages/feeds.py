"""订阅日历: feeds of one's own, opened and closed; the address of a new one is shown once.

I18N-08: a feed speaks the language of the address it is asked at.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import calendar_service_pb2 as pb
from services.kit.domain import DomainError
from services.portal.edge.languages import mirrored_path
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import N_, english, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Button, Form, Line, Panel, Table
from services.portal.wire import instant_of

router = APIRouter(prefix="/feeds")
Subscriber = Annotated[Page, Depends(PageFor("applicant", "base_reviewer", "base_administrator"))]


@router.get("")
async def feeds(page: Subscriber) -> Response:
    """One's open feeds, and how to open another."""
    return await _page(page, None, None)


@router.post("")
async def open_feed(page: Subscriber) -> Response:
    """Open one and show its address, this once; sent again with the same form it shows the same."""
    form = await read_form(page.request)
    view = await page.cycle()
    request = pb.OpenFeedRequest(cycle_id=view.cycle_id, idempotency_key=form.key)
    try:
        answer = await page.clients.calendars.OpenFeed(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return await _page(page, None, None, _address(page, answer.token))


@router.post("/closing")
async def close_feed(page: Subscriber) -> Response:
    """Close one."""
    form = await read_form(page.request)
    request = pb.CloseFeedRequest(feed_id=form.get("feed_id"), idempotency_key=form.key)
    try:
        await page.clients.calendars.CloseFeed(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    return page.redirect("/feeds?done=feed_closed")


def _address(page: Page, token: str) -> str:
    """Where the calendar behind `token` is read, in the language of this page; empty without one."""
    path = f"/feed/{token}.ics"
    return str(page.request.base_url).rstrip("/") + (mirrored_path(path) if english() else path) if token else ""


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None, address: str = "") -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    answer = await page.clients.calendars.ListFeeds(pb.ListFeedsRequest(cycle_id=view.cycle_id))
    applicant = page.visitor.role == "applicant"
    panels = []
    if address:
        told = N_("请现在复制到手机或电脑的日历中（“添加订阅日历”）。地址只显示这一次，请勿转给他人。")
        panels.append(Panel("订阅地址", told, pairs=(("地址", address),), notice=True))
    lines = [
        Line(
            (
                tr("我的报名") if not feed.base_code else tr("本基地"),
                view.calendar.moment(instant_of(feed.opened_at)),
            ),
            forms=(Form("/feeds/closing", (), (Button("取消订阅", tone=""),), hidden={"feed_id": feed.feed_id}),),
        )
        for feed in answer.feeds
    ]
    panels += [
        Panel("已开通的订阅", table=Table("取消后，原地址随即失效", ("内容", "开通时间"), lines, "还没有开通订阅。")),
        Panel(form=desk.form(Form("/feeds", (), (Button("开通新的订阅"),), "开通订阅"))),
        Panel(links=((f"/calendar/{view.cycle_id}", "全省公开日程"),)),
    ]
    lead = tr(
        "日历包含全省日程，以及您当前提交的志愿所在基地的日程；改报其他基地后自动更换。其中没有您的姓名等个人信息。"
        if applicant
        else "日历包含全省日程和本基地的日程，随调整自动更新。"
    )
    return await desk.html(tr("订阅日历"), "", (), panels, lead)
