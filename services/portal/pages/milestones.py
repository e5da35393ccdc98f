"""A base's own dates inside a round."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.cycles import CycleView
from services.portal.forms import Refusal, fresh_key, read_form, refused
from services.portal.i18n import terms
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.pages.base import read_window
from services.portal.wire import instant_of

router = APIRouter(prefix="/base/milestones")
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_FORMAT = "%Y-%m-%dT%H:%M"


@router.get("")
async def milestones_form(page: Staff) -> Response:
    """The dates of the present round, or the first one while registration runs."""
    view = await page.cycle()
    window = await _window(page, view)
    return await _form(page, view, window, _typed(view, window), None, new_id())


@router.post("")
async def set_milestones(page: Staff) -> Response:
    """Set the dates. They are entered in calendar time and sent as instants."""
    form = await read_form(page.request)
    view = await page.cycle()
    base = page.visitor.require().organisation
    window = await _window(page, view)
    values = {name: form.get(name) for name in terms.MILESTONES}
    milestones, wrong = _read(view, window, values)
    if wrong:
        refusal = Refusal(tr("有 {n} 处需要更正", n=len(wrong)), wrong)
        return await _form(page, view, window, values, refusal, form.key)
    request = cycle_service_pb2.SetMilestonesRequest(
        cycle_id=view.cycle_id,
        base_code=base,
        round=form.number("round"),
        milestones=milestones,
        idempotency_key=form.key,
    )
    try:
        await page.clients.cycles.SetMilestones(request)
    except DomainError as error:
        return await _form(page, view, window, values, refused(error), fresh_key(error, form))
    return page.redirect("/base/milestones?done=saved")


async def _form(
    page: Page,
    view: CycleView,
    window: cycle_pb2.Window,
    values: dict[str, str],
    refusal: Refusal | None,
    key: str,
) -> Response:
    who = page.visitor.require()
    names = await page.portal.cycles.catalogue(view.cycle_id)
    why = ""
    if who.role != "base_administrator":
        why = tr("基地日程由基地管理员设定。")
    elif window.over:
        why = tr("本轮已结束，日程不能再修改。")
    shown = [
        (label, view.calendar.deadline(instant_of(getattr(window.milestones, name))))
        if window.milestones.HasField(name)
        else (label, "")
        for name, label in terms.MILESTONES.items()
    ]
    return await page.html(
        "milestones.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        base_name=names.bases.get(who.organisation, who.organisation),
        phase_name=view.round_name(window.round),
        opens_at=instant_of(window.opens_at),
        closes_at=instant_of(window.closes_at),
        round=window.round,
        values=values,
        may=not why,
        why=why,
        shown=shown,
        key=key,
    )


async def _window(page: Page, view: CycleView) -> cycle_pb2.Window:
    return await read_window(page, view, page.visitor.require().organisation)


def _typed(view: CycleView, window: cycle_pb2.Window) -> dict[str, str]:
    return {
        name: view.calendar.local(instant_of(getattr(window.milestones, name))).strftime(_FORMAT)
        if window.milestones.HasField(name)
        else ""
        for name in terms.MILESTONES
    }


def _read(
    view: CycleView, window: cycle_pb2.Window, values: dict[str, str]
) -> tuple[cycle_pb2.Milestones, dict[str, str]]:
    """The dates that were typed, and sentences for those that are none. An unchanged one keeps its exact instant."""
    milestones, wrong, before = cycle_pb2.Milestones(), {}, _typed(view, window)
    for name, text in values.items():
        if not text:
            continue
        if text == before[name]:
            getattr(milestones, name).CopyFrom(getattr(window.milestones, name))
            continue
        try:
            local = datetime.fromisoformat(text)
            getattr(milestones, name).FromDatetime(view.calendar.instant(local.replace(tzinfo=None)))
        except (ValueError, OverflowError):
            wrong[name] = tr("{date}须为日期和时间，如 2023-07-20T17:00。", date=terms.MILESTONES[name])
    return milestones, wrong
