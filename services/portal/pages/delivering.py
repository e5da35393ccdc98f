"""How the channels do, and what was given up: who runs the system sees to it that it leaves after all.

PUB-24: what is ticked or filtered for is sent again, never all there is.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.calendar import stamp
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import notices as words
from services.portal.i18n.language import N_, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table, picked
from services.portal.wire import enum_label, enum_name, instant_of

router = APIRouter(prefix="/deliveries")
Runner = Annotated[Page, Depends(PageFor("system_administrator"))]
_CHANNEL = Ask("channel", "渠道", "select", options=tuple(words.CHANNELS.items()), required=False)
_REASON = Ask("reason", "原因代码", required=False, most=64)


@router.get("")
async def deliveries(page: Runner) -> Response:
    """Every channel, and what was given up."""
    return await _page(page, None, None)


@router.post("")
async def redrive(page: Runner) -> Response:
    """Queue again what is ticked, or everything that the filters of the list leave."""
    form = await read_form(page.request)
    channel, reason = form.get("channel"), form.get("reason")
    try:
        every = form.get("then") == "every"
        request = pb.RedriveDeliveriesRequest(
            delivery_ids=() if every else list(picked(form)), channel=_channel(channel), reason=reason[:64]
        )
        if every and not (channel or reason):
            raise DomainError(Kind.INVALID, "CHANNEL_MISSING", "请先按渠道或原因筛选。", field="channel")
        answer = await page.clients.deliveries.RedriveDeliveries(request)
    except DomainError as error:
        return await _page(page, refused(error), form)
    told = {"queued": answer.queued, "expired": answer.expired}
    return page.redirect(f"/deliveries?{urlencode({'done': 'redriven', **_filters(channel, reason), **told})}")


async def _page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    query = page.request.query_params if posted is None else posted.values
    channel, reason = query.get("channel", ""), query.get("reason", "")[:64]
    channel = channel if channel in words.CHANNELS else ""
    request = pb.ListFailedRequest(
        channel=_channel(channel), reason=reason, page_token=page.request.query_params.get("page_token", "")[:200]
    )
    status, failed = await asyncio.gather(
        page.clients.deliveries.GetDeliveryStatus(pb.GetDeliveryStatusRequest()),
        page.clients.deliveries.ListFailed(request),
    )
    kept = _filters(channel, reason)
    onward = urlencode({**kept, "page_token": failed.next_page_token})
    buttons = (Button("重新发送勾选的"), *((Button("重新发送筛选出的全部", "every", ""),) if kept else ()))
    lines = [_given_up(each) for each in failed.deliveries]
    form = Form("/deliveries", (), buttons, "再次发送通知", "重新计算次数后再次发送；已过时的不再发送。", hidden=kept)
    desk = Desk(page, refusal, posted)
    columns = N_(("模板", "渠道", "发往", "原因代码", "次数", "应发送", "放弃时间"))
    table = Table(
        "先放弃的在前",
        columns,
        lines,
        "没有发送失败的通知。",
        form,
        f"/deliveries?{onward}" if failed.next_page_token else "",
    )
    choose = Form("/deliveries", (_CHANNEL, _REASON), (Button("筛选", tone=""),), values=kept, get=True)
    lead = tr("{n} 条消息还没有分到渠道。", n=status.unrouted) if status.unrouted else ""
    panels = [
        *((Panel(lead=_redriven(page), notice=True),) if "queued" in page.request.query_params else ()),
        Panel("各渠道", lead, _channels(status.channels)),
        Panel("发送失败的通知", form=choose),
        Panel(table=table),
    ]
    return await desk.html(tr("通知发送情况"), "", (), panels)


def _redriven(page: Page) -> str:
    counts = [page.request.query_params.get(name, "") for name in ("queued", "expired")]
    queued, expired = (int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0 for text in counts)
    return tr("已重新排队 {queued} 条，{expired} 条已过时、不再发送。", queued=queued, expired=expired)


def _filters(channel: str, reason: str) -> dict[str, str]:
    return {name: value for name, value in (("channel", channel), ("reason", reason)) if value}


def _channel(name: str) -> Any:
    return enum_label(delivery_pb2.Channel.DESCRIPTOR, name if name in words.CHANNELS else "")


def _name(channel: int) -> str:
    name: str = words.CHANNELS.get(enum_name(delivery_pb2.Channel.DESCRIPTOR.values_by_number[channel]), "")
    return name


def _channels(rows: Any) -> Table:
    lines = []
    for row in rows:
        state = Cell(tr("畅通"), tone="ok") if row.adapter else Cell(tr("未启用"), tone="plain")
        state = Cell(tr("不通"), tone="bad", note=row.down) if row.down else state
        failed = "  ".join(f"{code} {count}" for code, count in sorted(row.failed_last_day.items()))
        lines.append(
            Line(
                (
                    Cell(_name(row.channel), note=row.adapter),
                    state,
                    Cell(str(row.queued), number=True),
                    Cell(str(row.held), number=True),
                    Cell(str(row.sending), number=True),
                    Cell(tr("{n} 秒", n=round(row.oldest_seconds)) if row.oldest_seconds else "", number=True),
                    Cell(str(row.delivered_last_minute), number=True),
                    Cell(failed),
                    Cell(str(row.doubtful) if row.doubtful else "", number=True),
                )
            )
        )
    columns = N_(("渠道", "状态", "待发送", "等待时间", "发送中", "最久等待", "近一分钟发送", "近一天失败", "可能重复"))
    return Table("每个渠道的情况", columns, lines)


def _given_up(row: delivery_pb2.Delivery) -> Line:
    return Line(
        (
            Cell(row.template),
            _name(row.channel),
            Cell(row.sent_to),
            Cell(row.reason),
            Cell(str(row.attempts), number=True),
            Cell(stamp(instant_of(row.due_at)) if row.HasField("due_at") else ""),
            Cell(stamp(instant_of(row.finished_at)) if row.HasField("finished_at") else ""),
        ),
        pick=(row.delivery_id, "yes"),
    )
