"""Was somebody told: their messages, and every way each of them went. Who asked about whom is logged.

PUB-25: it is asked by post, with a fresh proof.
"""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.calendar import stamp
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import notices as words
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import enum_name, instant_of

router = APIRouter(prefix="/told")
Asker = Annotated[Page, Depends(PageFor("auditor", "support"))]
_ASKS = (
    Ask("person_id", "人员编号", hint="见“用户服务”或安全记录。", most=36),
    Ask("application_id", "报名编号", "text", "只看与这份报名有关的；不填即全部。", required=False, most=36),
)


@router.get("")
async def ask(page: Asker, person_id: str = "") -> Response:
    """Whom to ask about."""
    return await _page(page, None, None, (), {"person_id": person_id[:36]})


@router.post("")
async def told(page: Asker) -> Response:
    """Their messages; asked for by a form, because the asking is a deed that a second factor and the log go with."""
    form = await read_form(page.request)
    try:
        request = pb.ListToldRequest(
            person_id=_id(form),
            application_id=form.get("application_id"),
            page_size=20,
            page_token=form.get("page_token")[:200],
        )
        answer = await page.clients.deliveries.ListTold(request)
    except DomainError as error:
        return await _page(page, refused(error), form, (), {})
    asked = {ask.name: form.get(ask.name) for ask in _ASKS}
    panels = [_panel(each) for each in answer.told] or [Panel(table=Table("", (), (), "没有发给此人的消息。"))]
    panels.insert(0, Panel("消息及其去向", tr("本次查看已记入安全记录。")))
    if answer.next_page_token:
        hidden = asked | {"page_token": answer.next_page_token}
        panels.append(Panel(form=Form("/told", (), (Button("更早的消息", tone=""),), hidden=hidden, suffix="-next")))
    return await _page(page, None, None, panels, asked)


def _id(form: Posted) -> str:
    try:
        return str(uuid.UUID(form.get("person_id")))
    except ValueError as error:
        raise DomainError(Kind.INVALID, "PERSON_ID", "请填写人员编号。", field="person_id") from error


async def _page(
    page: Page, refusal: Refusal | None, posted: Posted | None, panels: list[Panel] | tuple[()], values: dict[str, str]
) -> Response:
    lead = tr("可查明某人是否收到通知：何时、以何种方式、内容是什么。须再次验证身份。")
    desk = Desk(page, refusal, posted)
    form = desk.form(Form("/told", _ASKS, (Button("查看"),), "", lead, values))
    return await desk.html(tr("通知送达查询"), "", (), [Panel(form=form), *panels])


def _panel(row: pb.Told) -> Panel:
    """One message: its text, when it was read, and its ways."""
    text = row.body or tr("（内容已按期限清除）")
    pairs = [
        (tr("写成"), stamp(instant_of(row.written_at), seconds=True) if row.HasField("written_at") else ""),
        (tr("已读"), stamp(instant_of(row.read_at), seconds=True) if row.HasField("read_at") else tr("未读")),
        (tr("模板"), f"{row.template} {row.edition[:12]}"),
        (tr("正文"), text),
    ]
    if row.HasField("dropped_at"):
        pairs.append((tr("撤下"), stamp(instant_of(row.dropped_at), seconds=True)))
    lines = [_way(each) for each in row.deliveries]
    return Panel(row.title, table=Table("去向", ("渠道", "状态", "发往", "时间", "回执"), lines), pairs=pairs)


def _way(row: delivery_pb2.Delivery) -> Line:
    state = enum_name(delivery_pb2.DeliveryState.DESCRIPTOR.values_by_number[row.state])
    ended = row.delivered_at if row.HasField("delivered_at") else row.finished_at
    at = stamp(instant_of(ended), seconds=True) if row.HasField("delivered_at") or row.HasField("finished_at") else ""
    tone = {"delivered": "ok", "failed": "bad"}.get(state, "plain")
    receipts = {"confirmed": tr("对方已确认"), "refused": tr("对方已拒收")}
    return Line(
        (
            words.CHANNELS.get(enum_name(delivery_pb2.Channel.DESCRIPTOR.values_by_number[row.channel]), ""),
            Cell(words.DELIVERY_STATES.get(state, state), tone=tone, note=row.reason),
            Cell(row.sent_to),
            Cell(at),
            Cell(receipts.get(row.receipt, "")),
        )
    )
