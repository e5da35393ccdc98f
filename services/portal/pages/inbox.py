"""One's own messages: all or one kind, read or not."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import delivery_pb2, notify_service_pb2
from services.portal.calendar import CycleCalendar
from services.portal.forms import Posted, read_form
from services.portal.i18n import notices as words
from services.portal.i18n.language import Words
from services.portal.page import Page, PageFor
from services.portal.wire import enum_label, to_page

router = APIRouter(prefix="/messages")
SignedIn = Annotated[Page, Depends(PageFor())]
_NEVER = {"applicant": {"work"}, "faculty": {"work"}}
"""By role: kinds of which nothing ever comes."""
_ABOUT = Words(
    {
        "applicant": ("/application", "查看我的报名"),
        "base_reviewer": ("/base/applications/{application_id}", "查看报名信息"),
        "base_administrator": ("/base/applications/{application_id}", "查看报名信息"),
        "province_administrator": ("/applications/{application_id}/story", "查看办理经过"),
    }
)
"""By role: where the application that a message is about is looked at."""


@router.get("")
async def inbox(page: SignedIn, unread: str = "", kind: str = "", page_token: str = "") -> Response:
    """The messages, newest first; `kind` and `unread` leave others out."""
    kinds = {key: name for key, name in words.KINDS.items() if key not in _NEVER.get(page.visitor.role, ())}
    kind = kind if kind in kinds else ""
    request = notify_service_pb2.ListMessagesRequest(
        page_token=page_token[:200], unread_only=unread == "yes", kind=_kind(kind)
    )
    answer = await page.clients.notify.ListMessages(request)
    view = await page.portal.cycles.find(page.wanted_cycle)
    address, text = _ABOUT.get(page.visitor.role, ("", ""))
    return await page.html(
        "messages.html",
        messages=[to_page(message) for message in answer.messages],
        kinds=kinds,
        kind=kind,
        unread_only=unread == "yes",
        about=address,
        about_text=text,
        calendar=view.calendar if view is not None else CycleCalendar.usual(),
        next_href=_address(kind, unread, page_token=answer.next_page_token) if answer.next_page_token else "",
    )


@router.post("/read")
async def mark_all_read(page: SignedIn) -> Response:
    """Mark everything as read, or everything of the kind that is shown."""
    form = await read_form(page.request)
    request = notify_service_pb2.MarkAllReadRequest(kind=_kind(form.get("kind")))
    await page.clients.notify.MarkAllRead(request)
    return page.redirect(_back(form, "all_read"))


@router.post("/{message_id}/read")
async def mark_read(page: SignedIn, message_id: str) -> Response:
    """Mark one message as read."""
    form = await read_form(page.request)
    await page.clients.notify.MarkRead(notify_service_pb2.MarkReadRequest(message_id=message_id))
    return page.redirect(_back(form, "read"))


def _kind(name: str) -> Any:
    return enum_label(delivery_pb2.NoticeKind.DESCRIPTOR, name)


def _back(form: Posted, done: str) -> str:
    kind = form.get("kind")
    return _address(kind if kind in words.KINDS else "", form.get("unread"), done=done)


def _address(kind: str, unread: str, **more: str) -> str:
    filters = {"kind": kind, "unread": "yes" if unread == "yes" else ""}
    return "/messages?" + urlencode({name: value for name, value in (filters | more).items() if value})
