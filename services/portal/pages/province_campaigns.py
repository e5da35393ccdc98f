"""通知: what the province tells many: drafts with their dry run, a second person's word, progress, pause and end."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from google.protobuf.message import Message
from starlette.responses import Response

from residency.notify.v1 import campaign_service_pb2 as pb
from residency.notify.v1 import delivery_service_pb2 as deliveries
from services.kit.domain import DomainError, Kind
from services.portal import mails, navigation
from services.portal.calendar import stamp
from services.portal.cycles import Catalogue
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import notices as words
from services.portal.i18n.language import N_, listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages.acting import Desk
from services.portal.pages.campaign_drafts import channel_texts, shown_values, templates_of, title_of
from services.portal.panels import Ask, Button, Cell, Form, Line, Panel, Table
from services.portal.wire import enum_name, instant_of

router = APIRouter(prefix="/province/campaigns")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_HERE = "/province/campaigns"
_STATES = pb.CampaignState.DESCRIPTOR.values_by_number
_SURE = Ask("sure", "我已核对对象、人数和文字，同意发送", "tick")
_REASON = Ask("reason", "原因", "area", "记录在案。", required=False, most=200)
_LIVE = frozenset({"running"})


@router.get("")
async def campaigns(page: Province, page_token: str = "") -> Response:
    """Every campaign, newest first."""
    view = await page.cycle()
    answer, templates, names = await asyncio.gather(
        page.clients.campaigns.ListCampaigns(pb.ListCampaignsRequest(page_token=page_token[:200])),
        templates_of(page),
        page.portal.cycles.catalogue(view.cycle_id),
    )
    lines = [_line(each, templates, names) for each in answer.campaigns]
    onward = f"{_HERE}?page_token={answer.next_page_token}" if answer.next_page_token else ""
    columns = N_(("通知", "发送对象", "状态", "已写入", "起草时间"))
    panels = [
        Panel(links=((f"{_HERE}/new", "起草通知"),)),
        Panel(table=Table("新的在前", columns, lines, "还没有面向多人的通知。", next_href=onward)),
    ]
    lead = tr("面向多人的通知由一人起草、另一人批准，按限定的速度发送，不影响审核、录取等结果的通知。")
    return await Desk(page).html(tr("通知"), tr("全省管理"), navigation.PROVINCE_TABS, panels, lead)


@router.get("/{campaign_id}")
async def one(page: Province, campaign_id: str, preview: str = "") -> Response:
    """One campaign; a draft with its dry run."""
    return await _page(page, campaign_id, None, None, preview=preview == "yes")


@router.get("/{campaign_id}/progress")
async def progress(page: Province, campaign_id: str, state: str = "") -> Response:
    """How far it is, for a page that asks again and again; on to the whole page once it stands elsewhere."""
    answer = await page.clients.campaigns.GetCampaign(pb.GetCampaignRequest(campaign_id=campaign_id))
    if _state(answer.campaign) != state:
        return page.redirect(f"{_HERE}/{campaign_id}")
    return await page.html("campaign_progress.html", progress=_progress(answer.campaign))


@router.get("/{campaign_id}/mail")
async def mail(page: Province, campaign_id: str) -> Response:
    """The e-mail as it would look."""
    answer = await page.clients.campaigns.PreviewCampaign(pb.PreviewCampaignRequest(campaign_id=campaign_id))
    html = next((each.html for each in answer.texts if each.html), "")
    if not html:
        raise DomainError(Kind.NOT_FOUND, "MAIL_NOT_FOUND", "这项通知不以邮件发送。")
    return mails.shown(html)


@router.post("/{campaign_id}/approve")
async def approve(page: Province, campaign_id: str) -> Response:
    """The second person's word, about the version that was looked at."""
    form = await read_form(page.request)
    request = pb.ApproveCampaignRequest(campaign_id=campaign_id, version=form.number("version"))
    try:
        if not form.checked("sure"):
            raise DomainError(Kind.INVALID, "NOT_CONFIRMED", "请核对后勾选同意。", field="sure")
        await page.clients.campaigns.ApproveCampaign(request)
    except DomainError as error:
        return await _page(page, campaign_id, refused(error), form)
    return page.redirect(f"{_HERE}/{campaign_id}?done=campaign_approved")


@router.post("/{campaign_id}/pause")
async def pause(page: Province, campaign_id: str) -> Response:
    """Write to nobody more for now."""
    return await _deed(page, campaign_id, pb.PauseCampaignRequest, "PauseCampaign", "campaign_paused")


@router.post("/{campaign_id}/resume")
async def resume(page: Province, campaign_id: str) -> Response:
    """Go on."""
    return await _deed(page, campaign_id, pb.ResumeCampaignRequest, "ResumeCampaign", "campaign_resumed")


@router.post("/{campaign_id}/stop")
async def stop(page: Province, campaign_id: str) -> Response:
    """End it for good."""
    return await _deed(page, campaign_id, pb.StopCampaignRequest, "StopCampaign", "campaign_stopped")


async def _deed(page: Page, campaign_id: str, request: type[Message], rpc: str, done: str) -> Response:
    form = await read_form(page.request)
    values = {"campaign_id": campaign_id, "reason": form.get("reason")[:200]}
    fields = request.DESCRIPTOR.fields_by_name
    call = getattr(page.clients.campaigns, rpc)
    try:
        await call(request(**{name: value for name, value in values.items() if name in fields}))
    except DomainError as error:
        return await _page(page, campaign_id, refused(error), form)
    return page.redirect(f"{_HERE}/{campaign_id}?done={done}")


async def _page(
    page: Page, campaign_id: str, refusal: Refusal | None, posted: Posted | None, *, preview: bool = False
) -> Response:
    desk = Desk(page, refusal, posted)
    found, templates = await asyncio.gather(
        page.clients.campaigns.GetCampaign(pb.GetCampaignRequest(campaign_id=campaign_id)), templates_of(page)
    )
    campaign = found.campaign
    names = await page.portal.cycles.catalogue(campaign.cycle_id)
    state = _state(campaign)
    dry = await _dry_run(page, campaign_id) if state == "draft" or preview else None
    here = f"{_HERE}/{campaign_id}"
    response = await desk.html(
        title_of(campaign, templates),
        tr("全省管理"),
        navigation.PROVINCE_TABS,
        _forms(desk, page, campaign, dry),
        template="campaign.html",
        tag=words.CAMPAIGNS.get(state, (state, "")),
        state=state,
        pairs=_pairs(page, campaign, names, templates),
        progress=_progress(campaign),
        poll=f"{here}/progress?state={state}" if state in _LIVE else "",
        dry=_dry_shown(dry, names) if dry is not None else None,
        texts=channel_texts(dry.texts) if dry is not None else [],
        mail_href=f"{here}/mail",
        preview_href="" if dry is not None or state == "draft" else f"{here}?preview=yes",
        steps=_steps(page, found.steps),
    )
    return mails.framing(response)


async def _dry_run(page: Page, campaign_id: str) -> pb.PreviewCampaignResponse | None:
    """What it would do now; None while that cannot be told: nobody approves unseen, but the rest is shown."""
    try:
        answer: pb.PreviewCampaignResponse
        answer = await page.clients.campaigns.PreviewCampaign(pb.PreviewCampaignRequest(campaign_id=campaign_id))
    except DomainError as error:
        if error.kind is not Kind.UNAVAILABLE:
            raise
        return None
    return answer


def _state(campaign: pb.Campaign) -> str:
    return enum_name(_STATES[campaign.state]) if campaign.state else ""


def _line(campaign: pb.Campaign, templates: list[deliveries.TemplateInfo], names: Catalogue) -> Line:
    text, tone = words.CAMPAIGNS.get(_state(campaign), ("", "plain"))
    return Line(
        (
            Cell(title_of(campaign, templates), href=f"{_HERE}/{campaign.campaign_id}"),
            _audience(campaign, names),
            Cell(text, tone=tone),
            Cell(
                f"{campaign.written} / {campaign.counted}" if campaign.counted else str(campaign.written), number=True
            ),
            stamp(instant_of(campaign.created_at)),
        )
    )


def _audience(campaign: pb.Campaign, names: Catalogue) -> str:
    base = names.bases.get(campaign.base_code, campaign.base_code)
    specialty = names.specialties.get(campaign.specialty_code, campaign.specialty_code)
    who = words.AUDIENCES.get(campaign.audience, campaign.audience)
    return listed((part for part in (who, base, specialty) if part), "，")


def _person(page: Page, person_id: str) -> str:
    """Colleagues go by no name here: their ids are the audit's, and who they are is asked there."""
    if person_id in {"", "system"}:
        return tr("系统")
    return tr("本人") if person_id == page.visitor.require().actor else tr("另一人")


def _signed(page: Page, person_id: str, moment: str) -> str:
    return listed((_person(page, person_id), moment), "，")


def _when(message: Message, name: str) -> str:
    return stamp(instant_of(getattr(message, name))) if message.HasField(name) else ""


def _pairs(
    page: Page, campaign: pb.Campaign, names: Catalogue, templates: list[deliveries.TemplateInfo]
) -> list[tuple[str, str]]:
    info = next((each for each in templates if each.template == campaign.template), deliveries.TemplateInfo())
    told = dict(shown_values(campaign.parameters, info.parameters))
    order = [*(name for name in words.PARAMETERS if name in told), *(n for n in told if n not in words.PARAMETERS)]
    pairs = [(tr("发送对象"), _audience(campaign, names))]
    pairs += [(words.PARAMETERS.get(name, (name, ""))[0], told[name] or "—") for name in order]
    pairs.append((tr("速度"), tr("每秒最多 {n} 条", n=campaign.rate) if campaign.rate else tr("按平台设定")))
    pairs.append((tr("开始发送"), _when(campaign, "starts_at") or tr("批准后立即")))
    pairs.append((words.STEPS["created"], _signed(page, campaign.created_by, _when(campaign, "created_at"))))
    if campaign.HasField("approved_at"):
        pairs.append((words.STEPS["approved"], _signed(page, campaign.approved_by, _when(campaign, "approved_at"))))
    return pairs


def _progress(campaign: pb.Campaign) -> dict[str, Any]:
    done = campaign.written + campaign.skipped
    ends: datetime | None = instant_of(campaign.expected_at) if campaign.HasField("expected_at") else None
    return {
        "written": campaign.written,
        "skipped": campaign.skipped,
        "done": done,
        "whole": max(campaign.counted, done),
        "counted": campaign.counted,
        "ends": stamp(ends, seconds=True) if ends is not None else "",
        "finished": _when(campaign, "finished_at"),
        "deliveries": listed(
            (
                f"{words.DELIVERY_STATES.get(name, name)} {campaign.deliveries[name]}"
                for name in (*words.DELIVERY_STATES, *sorted(set(campaign.deliveries) - set(words.DELIVERY_STATES)))
                if name in campaign.deliveries
            ),
            "，",
        ),
    }


def _dry_shown(dry: pb.PreviewCampaignResponse, names: Catalogue) -> dict[str, Any]:
    minutes, seconds = divmod(dry.seconds, 60)
    return {
        "count": dry.count,
        "sample": [names.bases.get(each, each) for each in dry.sample],
        "takes": tr("约 {minutes} 分 {seconds} 秒", minutes=minutes, seconds=seconds)
        if minutes
        else tr("约 {n} 秒", n=seconds),
    }


def _steps(page: Page, steps: Any) -> Table:
    lines = [
        Line((words.STEPS.get(each.what, each.what), _person(page, each.by), _when(each, "at"), each.reason))
        for each in steps
    ]
    return Table("先办的在前", ("事项", "办理人", "时间", "原因"), lines)


def _forms(desk: Desk, page: Page, campaign: pb.Campaign, dry: pb.PreviewCampaignResponse | None) -> list[Panel]:
    here, state = f"{_HERE}/{campaign.campaign_id}", _state(campaign)
    own = campaign.created_by == page.visitor.require().actor
    forms = []
    if state == "draft" and own:
        forms.append(Panel(lead="由您起草，须由另一名省级管理员批准。", notice=True))
    elif state == "draft" and dry is None:
        forms.append(Panel(lead="暂时不能试算，请稍后刷新本页；试算之后才能批准。", notice=True))
    elif state == "draft":
        version = {"version": str(campaign.version)}
        forms.append(Panel(form=Form(f"{here}/approve", (_SURE,), (Button("批准发送"),), "批准", hidden=version)))
    if state == "running":
        told = N_("暂停后不再写入新的消息；已写入的照常发出。")
        pausing = Form(
            f"{here}/pause", (_REASON,), (Button("暂停发送", tone=""),), "暂停发送", told, suffix="-pause", folded=True
        )
        forms.append(Panel(form=pausing))
    if state == "paused":
        forms.append(Panel(form=Form(f"{here}/resume", (), (Button("恢复发送"),), "恢复", "从暂停处继续。")))
    if state in {"draft", "running", "paused"}:
        dropped, ended = N_(("放弃草稿", "")), N_(("终止", "不能恢复；尚未发出的也不再发出。"))
        title, told = dropped if state == "draft" else ended
        stopping = Form(
            f"{here}/stop", (_REASON,), (Button(title, tone="danger"),), title, told, suffix="-stop", folded=True
        )
        forms.append(Panel(form=stopping))
    return [
        Panel(each.title, each.lead, notice=each.notice, form=desk.form(each.form) if each.form else None)
        for each in forms
    ]
