"""日程: the province's calendar page: what holds, changes with their effect shown first, a second person's answer."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import amendment_service_pb2 as pb
from residency.enrollment.v1 import calendar_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import navigation
from services.portal.cycles import CycleView
from services.portal.forms import Posted, Refusal, read_form, refused
from services.portal.i18n import dates
from services.portal.i18n.language import listed, tr
from services.portal.page import Page, PageFor
from services.portal.pages import calendar_wishes as wishes
from services.portal.pages.acting import Desk
from services.portal.pages.calendar import version_row
from services.portal.pages.calendar_impacts import (
    amendments_table,
    calendar_table,
    impact_panels,
    kind_of,
    state_of,
)
from services.portal.panels import Ask, Button, Form, Line, Panel, Table
from services.portal.wire import of_json

router = APIRouter(prefix="/province/calendar")
Province = Annotated[Page, Depends(PageFor("province_administrator"))]
_HERE = "/province/calendar"
_WHY = Ask("reason", "变更原因", "area", "公开显示，请勿填写个人信息。", most=500)
_SURE = Ask("sure", "我已核对影响，确认提交", "tick")


@router.get("")
async def present(page: Province) -> Response:
    """The calendar, what waits for a second person, what may be done, versions and what was asked for."""
    return await _present(page, None, None)


@router.get("/edit")
async def edit(page: Province) -> Response:
    """Other dates and names, a round more, days of the province."""
    view = await page.cycle()
    return await _edit(page, view, wishes.shown_values(view), None)


@router.post("/preview")
async def preview(page: Province) -> Response:
    """Say what a change would do, before anybody proposes it."""
    form = await read_form(page.request)
    view = await page.cycle()
    kind = form.get("kind")
    editing = kind == "amend"
    wish = wishes.wish_of(form, view) if editing else {"kind": kind, "based_on": form.number("based_on")}
    try:
        impact = await _impact(page, view, wish)
    except DomainError as error:
        if editing:
            return await _edit(page, view, form.values, wishes.refused_wish(error, view))
        return await _present(page, refused(error), form)
    return await _preview(page, view, wish, impact, None, None)


@router.post("/propose")
async def propose(page: Province) -> Response:
    """Ask for the change whose effect was shown."""
    form = await read_form(page.request)
    view = await page.cycle()
    wish = _carried(form)
    try:
        if not form.checked("sure"):
            raise DomainError(Kind.INVALID, "NOT_CONFIRMED", "请核对影响并勾选确认。", field="sure")
        values = {"cycle_id": view.cycle_id, "wish": wish, "reason": form.get("reason"), "idempotency_key": form.key}
        answer = await page.clients.amendments.ProposeAmendment(of_json(pb.ProposeAmendmentRequest, values))
    except DomainError as error:
        refusal = refused(error)
        try:
            impact = await _impact(page, view, wish)
        except DomainError:
            return await _present(page, refusal, form)
        return await _preview(page, view, wish, impact, refusal, form)
    page.portal.heard({"cycle"})
    waits = state_of(answer.amendment.state) == "open"
    return page.redirect(f"{_HERE}?done={'amendment_open' if waits else 'amended'}")


@router.post("/decide")
async def decide(page: Province) -> Response:
    """Agree to what somebody else asked for, refuse it, or withdraw what one asked for oneself."""
    form = await read_form(page.request)
    view = await page.cycle()
    then = form.get("then")
    try:
        if then == "agree" and not form.checked("sure"):
            raise DomainError(Kind.INVALID, "NOT_CONFIRMED", "请核对影响并勾选确认。", field="sure")
        request = pb.DecideAmendmentRequest(
            cycle_id=view.cycle_id,
            amendment_id=form.get("amendment_id"),
            agree=then == "agree",
            answer=form.get("answer"),
            idempotency_key=form.key,
        )
        await page.clients.amendments.DecideAmendment(request)
    except DomainError as error:
        return await _present(page, refused(error), form)
    page.portal.heard({"cycle"})
    done = {"agree": "amended", "withdraw": "amendment_withdrawn"}.get(then, "amendment_refused")
    return page.redirect(f"{_HERE}?done={done}")


def _carried(form: Posted) -> dict[str, Any]:
    """The wish as the preview carried it; whether it is one is for the contract to say."""
    try:
        wish = json.loads(form.get("wish"))
    except ValueError as error:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容不完整，请重新预览。") from error
    return wish if isinstance(wish, dict) else {}


async def _impact(page: Page, view: CycleView, wish: dict[str, Any]) -> pb.Impact:
    request = of_json(pb.PreviewAmendmentRequest, {"cycle_id": view.cycle_id, "wish": wish})
    impact: pb.Impact = (await page.clients.amendments.PreviewAmendment(request)).impact
    return impact


async def _edit(page: Page, view: CycleView, values: dict[str, str], refusal: Refusal | None) -> Response:
    return await page.html(
        "province_calendar.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        tabs=navigation.PROVINCE_TABS,
        phases=wishes.phase_rows(view),
        milestones=view.cycle.milestones,
        insertable=wishes.insertable(view),
        values=values,
        based_on=values.get("based_on") or view.cycle.calendar_version,
        new=wishes.NEW,
    )


async def _preview(
    page: Page, view: CycleView, wish: dict[str, Any], impact: pb.Impact, refusal: Refusal | None, posted: Posted | None
) -> Response:
    names = await page.portal.cycles.catalogue(view.cycle_id)
    kind = str(wish.get("kind", ""))
    title = dates.AMENDMENTS.get(kind, "") or tr("变更日程")
    form = Form(
        f"{_HERE}/propose",
        (_WHY, _SURE),
        (Button(tr("提交：{change}", change=title), tone="main" if kind in ("amend", "resume") else "danger"),),
        "提交变更",
        dates.MEANINGS.get(kind, ""),
        hidden={"wish": json.dumps(wish, ensure_ascii=False)},
    )
    desk = Desk(page, refusal, posted)
    back = f"{_HERE}/edit" if kind == "amend" else _HERE
    panels = [
        *impact_panels(impact, view, names.bases),
        Panel(form=desk.form(form)),
        Panel(links=((back, "返回修改" if kind == "amend" else "返回"),)),
    ]
    return await desk.html(
        tr("{change}：影响预览", change=title),
        tr("全省管理"),
        navigation.PROVINCE_TABS,
        panels,
        tr("以下是预览，尚未作任何改动。"),
    )


async def _present(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    view = await page.cycle()
    desk = Desk(page, refusal, posted)
    request = pb.ListAmendmentsRequest(cycle_id=view.cycle_id)
    answer, versions, names = await asyncio.gather(
        page.clients.amendments.ListAmendments(request),
        _versions(page, view),
        page.portal.cycles.catalogue(view.cycle_id),
    )
    amendments = list(answer.amendments)
    waiting = [each for each in amendments if state_of(each.state) == "open"]
    panels = [panel for each in waiting for panel in _open(desk, page, view, each, names.bases)]
    lead = [tr("现行第 {version} 版。", version=view.cycle.calendar_version)]
    if view.cycle.HasField("held_since"):
        lead.append(tr(dates.HELD))
    address = f"/calendar/{view.cycle_id}"
    panels += [
        Panel(
            "现行日程",
            table=calendar_table(view.cycle.phases, view.cycle.milestones),
            links=((f"{_HERE}/edit", "修改日程"), (address, "公开日程页"), ("/province/holidays", "工作日与放假安排")),
        ),
        *_deeds(desk, view, waiting=bool(waiting)),
        Panel("历次版本", table=_version_table(versions, view)),
        Panel("提出过的变更", table=amendments_table(amendments, view)),
    ]
    return await desk.html(tr("日程"), tr("全省管理"), navigation.PROVINCE_TABS, panels, listed(lead, ""))


async def _versions(page: Page, view: CycleView) -> list[calendar_service_pb2.CalendarVersion]:
    return [] if view.cycle.draft else await page.portal.calendars.versions(view.cycle_id)


def _version_table(versions: list[calendar_service_pb2.CalendarVersion], view: CycleView) -> Table:
    lines = []
    for row in (version_row(each, view) for each in versions):
        number = tr("第 {version} 版：{kind}", version=row["number"], kind=row["kind"])
        lines.append(Line((number, row["at"], row["role"], row["reason"], listed(row["changes"], "；"))))
    return Table("新的在前", ("版本", "时间", "修改人身份", "原因", "变化"), lines, "尚未公布。")


def _open(desk: Desk, page: Page, view: CycleView, amendment: pb.Amendment, bases: dict[str, str]) -> list[Panel]:
    """What waits: its effect as foreseen, and the answer that this visitor may give."""
    own = amendment.proposed_by == page.visitor.require().actor
    kind = kind_of(amendment.kind)
    hidden = {"amendment_id": amendment.amendment_id}
    told = tr("{change}。原因：{reason}", change=dates.AMENDMENTS.get(kind, kind), reason=amendment.reason)
    panels = [Panel("待第二人复核", told, notice=True), *impact_panels(amendment.impact, view, bases)]
    if own:
        form = Form(
            f"{_HERE}/decide", (), (Button("撤回变更", "withdraw", ""),), "由您提出，须由另一人复核", hidden=hidden
        )
        return [*panels, Panel(form=desk.form(form))]
    asks = (_SURE, Ask("answer", "答复", "area", "退回时必填。", required=False, most=500))
    buttons = (Button("同意并生效", "agree"), Button("退回", "refuse", "danger"))
    return [*panels, Panel(form=desk.form(Form(f"{_HERE}/decide", asks, buttons, "复核", hidden=hidden)))]


def _deeds(desk: Desk, view: CycleView, *, waiting: bool) -> list[Panel]:
    """What else may be done with the calendar as a whole; nothing while a change waits for its second person."""
    if waiting or view.cycle.draft:
        return []
    held = view.cycle.HasField("held_since")
    panels = []
    for kind in ("resume",) if held else ("hold", "advance", "end"):
        form = Form(
            f"{_HERE}/preview",
            (),
            (Button(tr("预览：{change}", change=dates.AMENDMENTS[kind]), tone="main" if held else ""),),
            dates.AMENDMENTS[kind],
            dates.MEANINGS[kind],
            hidden={"kind": kind, "based_on": str(view.cycle.calendar_version)},
            suffix=f"-{kind}",
            folded=not held,
        )
        panels.append(Panel(form=desk.form(form)))
    return panels
