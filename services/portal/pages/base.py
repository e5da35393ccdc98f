"""A base's review queue: filters in the URL, sorted by the time left, dealt with one by one or together."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2, cycle_pb2, cycle_service_pb2, decision_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal import calendar, navigation
from services.portal.cycles import CycleView
from services.portal.forms import Posted, Refusal
from services.portal.i18n import terms
from services.portal.i18n.language import tr
from services.portal.page import Page, PageFor
from services.portal.panels import PICK, Ask, Button, Form
from services.portal.wire import enum_label, to_page

router = APIRouter()
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_STATES = ("pending", "approved", "rejected", "provisional", "admitted")
_YES_NO = {"yes": True, "no": False}
_FILTERS = ("state", "specialty_code", "consent", "held", "not_selected", "late")
_PAGE_SIZE = 50
_log = structlog.get_logger("portal")


@router.get("/base")
async def queue(page: Staff) -> Response:
    """The submissions to one's own base in the current round; filters and place in the URL."""
    return await queue_page(page, None, None)


async def queue_page(page: Page, refusal: Refusal | None, posted: Posted | None) -> Response:
    """The queue; with what was ticked and typed when a batch was refused as a whole."""
    query = page.request.query_params
    chosen = {name: query.get(name, "")[:16] for name in _FILTERS}
    view = await page.cycle()
    label = enum_label(application_pb2.ApplicationState.DESCRIPTOR, chosen["state"])
    request = decision_service_pb2.ListQueueRequest(
        cycle_id=view.cycle_id,
        states=[label] if label is not None and chosen["state"] in _STATES else [],
        specialty_code=chosen["specialty_code"][:4],
        accepts_reallocation=_YES_NO.get(chosen["consent"]),
        held=_YES_NO.get(chosen["held"]),
        not_selected=_YES_NO.get(chosen["not_selected"]),
        late_only=chosen["late"] == "yes",
        page_size=_PAGE_SIZE,
        page_token=query.get("page_token", "")[:200],
    )
    base = page.visitor.require().organisation
    answer, names, window, reasons = await asyncio.gather(
        page.clients.decisions.ListQueue(request),
        page.portal.cycles.catalogue(view.cycle_id),
        window_of(page, view, base),
        page.portal.reasons(),
    )
    batch = batch_form(page, view, reasons.rejections).refused(refusal, posted)
    picked = {name.removeprefix(PICK) for name in posted.values if name.startswith(PICK)} if posted else set()
    return await page.html(
        "queue.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        tabs=navigation.BASE_TABS,
        base_name=names.bases.get(base, base),
        rows=[_row(row, view, picked) for row in answer.rows],
        names=names.specialties,
        specialties=[(code, names.specialties.get(code, code)) for code in names.planned.get(base, {})],
        states=_STATES,
        chosen=chosen,
        window=to_page(window) if window is not None else None,
        batch=batch,
        next_href=_next(chosen, answer.next_page_token),
    )


def batch_form(page: Page, view: CycleView, rejections: list[tuple[str, str]], kinds: tuple[str, ...] = ()) -> Form:
    """What may be done with the rows that are ticked; `kinds` limits it."""
    grants = page.visitor.role == "base_administrator"
    options = [
        (code, name)
        for code, name in terms.BATCHES.items()
        if (not kinds or code in kinds) and (grants or code in {"approve", "reject"})
    ]
    asks = [
        Ask("kind", "办理事项", "select", options=options),
        Ask("reason_code", "不通过的原因", "select", "仅审核不通过时选择。", rejections, required=False),
        Ask("remark", "备注", "area", "报名人会看到；审核不通过时必填。", required=False),
    ]
    if kinds and "reject" not in kinds:
        del asks[1]
    else:
        asks.append(Ask("confirm_late", "临近审核截止仍审核不通过（报名人可在补正时限内修改）", "tick", required=False))
    if view.cycle.phase == cycle_pb2.PHASE_REALLOCATION and grants:
        asks.append(Ask("qualified", "已逐一核对所勾选人员的报名资格（调剂录取必填）", "tick"))
    lead = tr("逐人办理、逐人给出结果：一人不能办理，不影响其他人。")
    return Form("/base/batch", tuple(asks), (Button("办理勾选的人员"),), lead=lead, key=new_id())


async def window_of(page: Page, view: CycleView, base_code: str, number: int = 0) -> cycle_pb2.Window | None:
    """As `read_window`; None, and a log line, when it cannot be read."""
    try:
        return await read_window(page, view, base_code, number)
    except DomainError as error:
        _log.warning("window left out", reason=error.reason, base_code=base_code)
        return None


async def read_window(page: Page, view: CycleView, base_code: str, number: int = 0) -> cycle_pb2.Window:
    """A base's window in a round (the present one by default).

    Raises NOT_FOUND `WINDOW_NOT_FOUND` for a base that takes no part in this year, UNAVAILABLE.
    """
    request = cycle_service_pb2.GetWindowRequest(
        cycle_id=view.cycle_id, base_code=base_code, round=number or view.round
    )
    window: cycle_pb2.Window = (await page.clients.cycles.GetWindow(request)).window
    return window


def _row(row: decision_service_pb2.QueueRow, view: CycleView, picked: set[str]) -> dict[str, Any]:
    told = to_page(row)
    due = told["due_at"]
    left = calendar.remaining(due, view.now) if due is not None else ""
    return told | {"left": left, "picked": row.application_id in picked}


def _next(chosen: dict[str, str], token: str) -> str:
    if not token:
        return ""
    wanted = chosen | {"page_token": token}
    return "/base?" + urlencode({name: value for name, value in wanted.items() if value})
