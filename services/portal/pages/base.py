"""A base's review queue."""

from __future__ import annotations

import asyncio
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2, cycle_pb2, cycle_service_pb2, decision_service_pb2
from services.kit.domain import DomainError
from services.portal.cycles import CycleView
from services.portal.page import Page, PageFor
from services.portal.wire import enum_label, to_page

router = APIRouter()
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator"))]
_STATES = ("pending", "approved", "rejected", "provisional", "admitted")
_PAGE_SIZE = 50
_log = structlog.get_logger("portal")


@router.get("/base")
async def queue(page: Staff, state: str = "", specialty_code: str = "", page_token: str = "") -> Response:
    """The submissions to one's own base in the current round; filters and place in the URL."""
    view = await page.cycle()
    label = enum_label(application_pb2.ApplicationState.DESCRIPTOR, state) if state in _STATES else None
    request = decision_service_pb2.ListQueueRequest(
        cycle_id=view.cycle_id,
        states=[label] if label is not None else [],
        specialty_code=specialty_code[:4],
        page_size=_PAGE_SIZE,
        page_token=page_token[:200],
    )
    base = page.visitor.require().organisation
    answer, names, window = await asyncio.gather(
        page.clients.decisions.ListQueue(request),
        page.portal.cycles.catalogue(view.cycle_id),
        window_of(page, view, base),
    )
    own = names.planned.get(base, {})
    return await page.html(
        "queue.html",
        base_name=names.bases.get(base, base),
        rows=[to_page(row) for row in answer.rows],
        names=names.specialties,
        specialties=[(code, names.specialties.get(code, code)) for code in own],
        states=_STATES,
        state=state if label is not None else "",
        specialty_code=specialty_code,
        window=to_page(window) if window is not None else None,
        next_href=_next(state, specialty_code, answer.next_page_token),
    )


async def window_of(page: Page, view: CycleView, base_code: str, number: int = 0) -> cycle_pb2.Window | None:
    """A base's window in a round (the present one by default); None, and a log line, when it cannot be read."""
    request = cycle_service_pb2.GetWindowRequest(
        cycle_id=view.cycle_id, base_code=base_code, round=number or view.round
    )
    try:
        answer = await page.clients.cycles.GetWindow(request)
    except DomainError as error:
        _log.warning("window left out", reason=error.reason, base_code=base_code)
        return None
    window: cycle_pb2.Window = answer.window
    return window


def _next(state: str, specialty_code: str, token: str) -> str:
    if not token:
        return ""
    wanted = {"state": state, "specialty_code": specialty_code, "page_token": token}
    return "/base?" + urlencode({name: value for name, value in wanted.items() if value})
