"""起草通知: a template, whom it goes to, its values, when and how fast; nothing is sent before somebody else agrees."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import campaign_service_pb2 as pb
from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as deliveries
from services.kit.domain import DomainError
from services.portal import navigation
from services.portal.calendar import stamp
from services.portal.cycles import Catalogue
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import notices as words
from services.portal.i18n.language import english, language, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.panels import Ask, Button, Form, Panel, request_of
from services.portal.wire import instant_of, of_json

router = APIRouter(prefix="/province/campaigns")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_HERE = "/province/campaigns"
_KINDS = {"number": "number", "instant": "moment", "when": "moment"}
"""How a parameter is asked for, by its type; text otherwise."""
_LONG = frozenset({"text", "reason"})
_OPTIONAL = frozenset({"remark", "when"})
_MOST_TEXT = 1000


@router.get("/new")
async def new(page: Province, template: str = "") -> Response:
    """Which template, then what it asks for."""
    return await _page(page, template, None, None)


@router.post("/new")
async def draft(page: Province) -> Response:
    """Draft it, and go on to the dry run."""
    form = await read_form(page.request)
    view = await page.cycle()
    name = form.get("template")
    info = _chosen(await templates_of(page), name)
    asks = _asks_of(info) if info is not None else ()
    empty = {
        ask.name: tr("请填写{label}。", label=tr(ask.label)) for ask in asks if ask.required and not form.get(ask.name)
    }
    if empty:
        return await _page(page, name, Refusal(tr("有 {n} 处需要更正", n=len(empty)), empty), form)
    try:
        given = request_of(asks, form, view)
        common = request_of(_common(info, Catalogue()), form, view)
        values = common | {
            "cycle_id": view.cycle_id,
            "template": name,
            # Browsers end a line in two characters; a text has one.
            "parameters": {ask.name: str(given.get(ask.name, "")).replace("\r\n", "\n") for ask in asks},
            "idempotency_key": form.key,
        }
        answer = await page.clients.campaigns.CreateCampaign(of_json(pb.CreateCampaignRequest, values))
    except DomainError as error:
        return await _page(page, name, refused(error), form)
    return page.redirect(f"{_HERE}/{answer.campaign.campaign_id}?done=campaign_drafted")


async def templates_of(page: Page) -> list[deliveries.TemplateInfo]:
    """Every template."""
    return list((await page.clients.deliveries.ListTemplates(deliveries.ListTemplatesRequest())).templates)


def title_of(campaign: pb.Campaign, templates: Iterable[deliveries.TemplateInfo]) -> str:
    """What a campaign is called on pages: the title of its template with its own values."""
    info = next((each for each in templates if each.template == campaign.template), None)
    if info is None:
        return campaign.template
    title = tr(info.title)
    for name, text in shown_values(campaign.parameters, info.parameters):
        title = title.replace(f"{{{name}}}", text)
    return title


def shown_values(values: Mapping[str, str], types: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and value of parameters as people read them."""
    found = []
    for name, value in values.items():
        if types.get(name) in {"instant", "when"} and value:
            request = of_json(pb.CreateCampaignRequest, {"starts_at": value})
            value = stamp(instant_of(request.starts_at))
        found.append((name, value))
    return found


def _told_to_many(info: deliveries.TemplateInfo) -> bool:
    """Whether a province may tell it of its own accord; a changed calendar tells itself."""
    return info.kind == delivery_pb2.NOTICE_KIND_CAMPAIGN


def _chosen(templates: Iterable[deliveries.TemplateInfo], name: str) -> deliveries.TemplateInfo | None:
    return next((each for each in templates if each.template == name and _told_to_many(each)), None)


def _asks_of(info: deliveries.TemplateInfo) -> tuple[Ask, ...]:
    known = [name for name in words.PARAMETERS if name in info.parameters]
    others = sorted(name for name in info.parameters if name not in words.PARAMETERS)
    return tuple(_ask_of(name, info.parameters[name]) for name in (*known, *others))


def _ask_of(name: str, kept: str) -> Ask:
    label, hint = words.PARAMETERS.get(name, (name, ""))
    kind = "area" if name in _LONG else _KINDS.get(kept, "text")
    return Ask(name, label, kind, hint, required=kept not in _OPTIONAL, most=_MOST_TEXT)


def _common(info: deliveries.TemplateInfo | None, names: Catalogue) -> tuple[Ask, ...]:
    # What goes to organisations has a text for their systems, and the others have none.
    to_bases = info is not None and delivery_pb2.CHANNEL_WEBHOOK in info.channels
    audiences = tuple(pair for pair in words.AUDIENCES.items() if (pair[0] == "bases") == to_bases)
    return (
        Ask("audience", "发送对象", "select", options=audiences),
        Ask("base_code", "培训基地", "select", "不选即不限。", tuple(names.bases.items()), required=False),
        Ask("specialty_code", "专业", "select", "不选即不限。", tuple(names.specialties.items()), required=False),
        Ask("starts_at", "开始发送时间", "moment", "不填即批准后立即开始。", required=False),
        Ask("rate", "发送速度", "number", "每秒最多多少条；不填即按平台设定。", required=False),
    )


async def _page(page: Page, template: str, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    templates, names = await asyncio.gather(templates_of(page), page.portal.cycles.catalogue(view.cycle_id))
    info = _chosen(templates, template)
    options = tuple((each.template, _plain(tr(each.title))) for each in templates if _told_to_many(each))
    choose = Form(
        f"{_HERE}/new",
        (Ask("template", "通知模板", "select", options=options),),
        (Button("选择", tone="main" if info is None else ""),),
        values={"template": template},
        get=True,
    )
    panels = [Panel(links=((_HERE, "返回通知"),)), Panel(form=choose)]
    texts: list[dict[str, Any]] = []
    if info is not None:
        asked = deliveries.PreviewTemplateRequest(template=template, language=language())
        texts = channel_texts((await page.clients.deliveries.PreviewTemplate(asked)).texts)
        form = Form(
            f"{_HERE}/new",
            (*_asks_of(info), *_common(info, names)),
            (Button("起草并试算"),),
            "起草",
            "起草后先试算人数、查看样本和文字；须由另一人批准才会发送。",
            hidden={"template": template},
            suffix="-draft",
        )
        panels.append(Panel(form=desk.form(form)))
    return await desk.html(
        tr("起草通知"),
        tr("全省管理"),
        navigation.PROVINCE_TABS,
        panels,
        template="campaign_draft.html",
        texts=texts,
        mail_href="",
    )


def channel_texts(texts: Iterable[deliveries.ChannelText]) -> list[dict[str, Any]]:
    """Texts by channel, as the part of the page that shows them takes them."""
    by_channel = {each.channel: each for each in texts}
    named = [(name, getattr(delivery_pb2, f"CHANNEL_{name.upper()}")) for name in words.CHANNELS]
    return [
        {
            "name": words.CHANNELS[name],
            "title": by_channel[number].title,
            "body": by_channel[number].body,
            "html": bool(by_channel[number].html),
        }
        for name, number in named
        if number in by_channel
    ]


def _plain(title: str) -> str:
    """A title with gaps where values will stand."""
    left, right = "[]" if english() else "〔〕"
    for name, (label, _) in words.PARAMETERS.items():
        title = title.replace(f"{{{name}}}", f"{left}{label}{right}")
    return title
