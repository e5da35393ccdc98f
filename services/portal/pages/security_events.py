"""The audit of identity, for auditors: newest first, a hundred at a time."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import support_service_pb2
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter(prefix="/security-events")
Auditor = Annotated[Page, Depends(PageFor("auditor"))]


@router.get("")
async def events(page: Auditor, person_id: str = "", act: str = "", before: str = "") -> Response:
    """Filter by person or act; both are ids and names of acts, never personal data."""
    position = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    request = support_service_pb2.ListSecurityEventsRequest(person_id=person_id[:64], act=act[:64], before=position)
    answer = await page.clients.support.ListSecurityEvents(request)
    more = {"person_id": person_id, "act": act, "before": str(answer.events[-1].position) if answer.events else ""}
    return await page.html(
        "security_events.html",
        events=[to_page(event) for event in answer.events],
        person_id=person_id,
        act=act,
        next_href="/security-events?" + urlencode(more) if len(answer.events) >= 100 else "",
    )
