"""One's own messages."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import notify_service_pb2
from services.portal.calendar import CycleCalendar
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter(prefix="/messages")
SignedIn = Annotated[Page, Depends(PageFor())]


@router.get("")
async def inbox(page: SignedIn, unread: str = "", page_token: str = "") -> Response:
    """The messages, newest first."""
    request = notify_service_pb2.ListMessagesRequest(page_token=page_token[:200], unread_only=unread == "yes")
    answer = await page.clients.notify.ListMessages(request)
    view = await page.portal.cycles.find(page.wanted_cycle)
    more = {"unread": unread, "page_token": answer.next_page_token}
    return await page.html(
        "messages.html",
        messages=[to_page(message) for message in answer.messages],
        unread_only=unread == "yes",
        calendar=view.calendar if view is not None else CycleCalendar.usual(),
        next_href="/messages?" + urlencode(more) if answer.next_page_token else "",
    )


@router.post("/{message_id}/read")
async def mark_read(page: SignedIn, message_id: str) -> Response:
    """Mark one message as read."""
    await page.clients.notify.MarkRead(notify_service_pb2.MarkReadRequest(message_id=message_id))
    return page.redirect("/messages?done=read")
