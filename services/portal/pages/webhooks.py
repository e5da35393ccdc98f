"""接口与推送 · 事件推送: what an organisation's system is told of, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import webhook_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal.calendar import stamp
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n.language import N_, Words, english, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.service_accounts import AREA, TABS
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import enum_label, instant_of, to_page

router = APIRouter(prefix="/webhooks")
HERE = "/webhooks"
STATES = Words(
    {"waiting": "待投递", "sending": "投递中", "delivered": "已送达", "failed": "未送达"},
)
REASONS = Words(
    {
        "NO_ANSWER": "没有应答",
        "UNREACHABLE": "无法连接",
        "ADDRESS_NOT_ALLOWED": "地址指向内网",
        "BUSY": "稍后再试",
        "DISABLED": "推送已停用",
        "ENDED": "推送已结束",
        "SEAL_BROKEN": "密钥无法读取",
    }
)
_TONES = {"delivered": "ok", "failed": "bad"}
_EVENT = "event_types."
_SHOWN = 60
"""So much of an address fits a table; its own page has all of it."""
Keeper = Annotated[Page, Depends(PageFor("base_administrator", "teaching_department", "province_administrator"))]


@router.get("")
async def listing(page: Keeper) -> Response:
    """The webhooks of one's organisation, and how to subscribe."""
    return await _list(page)


@router.post("")
async def create(page: Keeper) -> Response:
    """Subscribe and show the secret, this once; sent again with the same form it shows the same."""
    form = await read_form(page.request)
    request = pb.CreateWebhookRequest(
        name=form.get("name"), url=form.get("url"), event_types=_chosen(form), idempotency_key=form.key
    )
    try:
        answer = await page.clients.webhooks.CreateWebhook(request)
    except DomainError as error:
        return await _list(page, refused(error), form)
    return await _one(page, answer.webhook.webhook_id, secret=answer.secret)


@router.get("/{webhook_id}")
async def one(page: Keeper, webhook_id: str, state: str = "", after: str = "") -> Response:
    """One webhook with its deliveries."""
    return await _one(page, webhook_id, state=state, after=after)


@router.post("/{webhook_id}")
async def change(page: Keeper, webhook_id: str) -> Response:
    """Change it; one that was switched off begins again."""
    form = await read_form(page.request)
    request = pb.ChangeWebhookRequest(
        webhook_id=webhook_id, name=form.get("name"), url=form.get("url"), event_types=_chosen(form)
    )
    try:
        await page.clients.webhooks.ChangeWebhook(request)
    except DomainError as error:
        return await _one(page, webhook_id, refused(error), form)
    return page.redirect(f"{HERE}/{webhook_id}?done=saved")


@router.post("/{webhook_id}/secret")
async def rotate(page: Keeper, webhook_id: str) -> Response:
    """Make a new secret and show it, this once."""
    form = await read_form(page.request)
    request = pb.RotateWebhookSecretRequest(webhook_id=webhook_id, idempotency_key=form.key)
    try:
        answer = await page.clients.webhooks.RotateWebhookSecret(request)
    except DomainError as error:
        return await _one(page, webhook_id, refused(error), form)
    return await _one(page, webhook_id, secret=answer.secret)


@router.post("/{webhook_id}/ping")
async def ping(page: Keeper, webhook_id: str) -> Response:
    """Send a test event."""
    form = await read_form(page.request)
    try:
        await page.clients.webhooks.PingWebhook(pb.PingWebhookRequest(webhook_id=webhook_id, idempotency_key=form.key))
    except DomainError as error:
        return await _one(page, webhook_id, refused(error), form)
    return page.redirect(f"{HERE}/{webhook_id}?done=sent")


@router.post("/{webhook_id}/end")
async def end(page: Keeper, webhook_id: str) -> Response:
    """End it for good."""
    form = await read_form(page.request)
    try:
        await page.clients.webhooks.EndWebhook(pb.EndWebhookRequest(webhook_id=webhook_id))
    except DomainError as error:
        return await _one(page, webhook_id, refused(error), form)
    return page.redirect(f"{HERE}?done=ended")


@router.post("/{webhook_id}/redelivery")
async def redeliver(page: Keeper, webhook_id: str) -> Response:
    """Send an event again."""
    form = await read_form(page.request)
    try:
        request = pb.RedeliverWebhookEventRequest(delivery_id=form.get("delivery_id"))
        await page.clients.webhooks.RedeliverWebhookEvent(request)
    except DomainError as error:
        return await _one(page, webhook_id, refused(error), form)
    return page.redirect(f"{HERE}/{webhook_id}?done=sent")


def _chosen(form: Posted) -> list[str]:
    return [name.removeprefix(_EVENT) for name in form.values if name.startswith(_EVENT) and form.checked(name)]


def _at_first(refusal: Refusal | None, types: Sequence[pb.EventType]) -> Refusal | None:
    return refusal.said_at("event_types", _EVENT + types[0].name) if refusal is not None and types else refusal


async def _list(page: Page, refusal: Refusal | None = None, posted: Posted | None = None) -> Response:
    types = (await page.clients.webhooks.ListEventTypes(pb.ListEventTypesRequest())).event_types
    desk = Desk(page, _at_first(refusal, types), posted)
    hooks = (await page.clients.webhooks.ListWebhooks(pb.ListWebhooksRequest())).webhooks
    lines = [
        Line(
            (
                Cell(hook.name, href=f"{HERE}/{hook.webhook_id}"),
                hook.url if len(hook.url) <= _SHOWN else f"{hook.url[:_SHOWN]}…",
                Cell(str(len(hook.event_types)), number=True),
                stamp(instant_of(hook.delivered_at)) if hook.HasField("delivered_at") else tr("从未"),
                _state(hook),
            )
        )
        for hook in hooks
    ]
    columns = N_(("名称", "地址", "事件种类", "最近送达", "状态"))
    table = Table("本单位系统的接收地址", columns, lines, "还没有事件推送。")
    form = Form(HERE, _asks(types), (Button("开通"),), "开通事件推送", suffix="-new")
    panels = [Panel("事件推送", table=table), Panel(form=desk.form(form))]
    lead = tr(
        "业务有进展时，平台向贵单位系统的地址发送带签名的通知。通知中只有编号，没有姓名等个人信息；详情由系统通过接口读取。"
    )
    return await desk.html(tr(AREA), tr(AREA), TABS, panels, lead)


async def _one(
    page: Page,
    webhook_id: str,
    refusal: Refusal | None = None,
    posted: Posted | None = None,
    *,
    secret: str = "",
    state: str = "",
    after: str = "",
) -> Response:
    here = f"{HERE}/{webhook_id}"
    hooks = (await page.clients.webhooks.ListWebhooks(pb.ListWebhooksRequest())).webhooks
    hook = next((each for each in hooks if each.webhook_id == webhook_id), None)
    if hook is None:
        raise DomainError(Kind.NOT_FOUND, "WEBHOOK_UNKNOWN", tr("没有找到该推送，请从列表重新进入。"))
    types = (await page.clients.webhooks.ListEventTypes(pb.ListEventTypesRequest())).event_types
    desk = Desk(page, _at_first(refusal, types), posted)
    wanted = enum_label(pb.WebhookDeliveryState.DESCRIPTOR, state) if state else None
    answer = await page.clients.webhooks.ListWebhookDeliveries(
        pb.ListWebhookDeliveriesRequest(webhook_id=webhook_id, state=wanted, page_token=after[:100])
    )
    panels = []
    if secret:
        told = N_("请现在保存到贵单位的系统中，用它核对签名。密钥只显示这一次，请勿转给他人。")
        panels.append(Panel("签名密钥", told, pairs=((N_("密钥"), secret),), notice=True))
    panels.append(Panel("推送信息", pairs=_pairs(hook), links=((HERE, "返回列表"),)))
    meanings = {each.name: each.meaning_en if english() else each.meaning for each in types}
    more = urlencode({"state": state, "after": answer.next_page_token})
    table = Table(
        "最近三十天的投递，新的在前",
        N_(("事件", "发生时间", "状态", "次数", "应答", "下次")),
        [_line(here, each, meanings, active=hook.state == pb.WEBHOOK_STATE_ACTIVE) for each in answer.deliveries],
        "还没有投递。",
        next_href=f"{here}?{more}" if answer.next_page_token else "",
    )
    options = tuple((key, STATES[key]) for key in STATES)
    ask = Ask("state", "状态", "select", options=options, required=False)
    filters = Form(here, (ask,), (Button("筛选"),), values={"state": state}, get=True)
    panels += [Panel("投递记录", form=filters), Panel(table=table)]
    panels += [Panel(form=desk.form(form)) for form in _forms(here, hook, types)]
    return await desk.html(tr(AREA), tr(AREA), TABS, panels)


def _forms(here: str, hook: pb.Webhook, types: Sequence[pb.EventType]) -> list[Form]:
    values = {"name": hook.name, "url": hook.url} | {f"{_EVENT}{name}": "yes" for name in hook.event_types}
    active = hook.state == pb.WEBHOOK_STATE_ACTIVE
    change = Button("保存" if active else "保存并重新启用")
    rotate = N_("新密钥立即启用，旧密钥在一天内同时有效。")
    end = N_("结束后不再发送，也不能恢复。")
    found = [
        Form(here, _asks(types), (change,), "修改", values=values, suffix="-change", folded=active),
        Form(f"{here}/secret", (), (Button("更换密钥"),), "更换签名密钥", rotate, suffix="-secret", folded=True),
        Form(f"{here}/end", (), (Button("结束推送", tone="danger"),), "结束推送", end, suffix="-end", folded=True),
    ]
    if active:
        found.insert(0, Form(f"{here}/ping", (), (Button("发送测试事件", tone=""),), suffix="-ping"))
    return found


def _asks(types: Sequence[pb.EventType]) -> tuple[Ask, ...]:
    return (
        Ask("name", "名称", hint="例如使用它的系统的名称。", most=60),
        Ask("url", "推送地址", hint="以 https:// 开头，能从互联网访问。", most=500),
        *(Ask(f"{_EVENT}{each.name}", _meaning(each), "tick") for each in types),
    )


def _meaning(each: pb.EventType) -> str:
    return f"{each.meaning_en} ({each.name})" if english() else f"{each.meaning}（{each.name}）"


def _pairs(hook: pb.Webhook) -> Sequence[tuple[str, str]]:
    found = [(N_("名称"), hook.name), (N_("推送地址"), hook.url), (N_("状态"), _state(hook).text)]
    if hook.HasField("failing_since"):
        found.append((N_("持续失败自"), stamp(instant_of(hook.failing_since))))
    if hook.HasField("previous_secret_until"):
        found.append((N_("旧密钥有效至"), stamp(instant_of(hook.previous_secret_until))))
    return found


def _state(hook: pb.Webhook) -> Cell:
    if hook.state == pb.WEBHOOK_STATE_DISABLED:
        return Cell(tr("已停用"), tone="bad")
    return Cell(tr("投递失败中"), tone="warn") if hook.HasField("failing_since") else Cell(tr("正常"), tone="ok")


def _line(here: str, way: pb.WebhookDelivery, meanings: Mapping[str, str], *, active: bool) -> Line:
    shown = to_page(way)
    answer = str(way.status_code) if way.status_code else ""
    reason = REASONS.get(way.reason, "")
    again = Form(f"{here}/redelivery", (), (Button("再次发送", tone=""),), hidden={"delivery_id": way.delivery_id})
    finished = shown["state"] in ("delivered", "failed")
    return Line(
        (
            Cell(meanings.get(way.event_type) or tr("测试事件"), note=way.event_type),
            stamp(instant_of(way.occurred_at), seconds=True),
            Cell(STATES[shown["state"]], tone=_TONES.get(shown["state"], "plain")),
            Cell(str(way.attempts), number=True),
            Cell(answer or "—", note=reason),
            stamp(instant_of(way.next_at)) if way.HasField("next_at") else "—",
        ),
        forms=(again,) if active and finished else (),
    )
