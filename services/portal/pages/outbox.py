"""发件箱: what a trial installation kept in place of sending it: text messages, e-mails, what WeChat would show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.kit.domain import DomainError, Kind
from services.portal import mails
from services.portal.i18n import notices as words
from services.portal.page import Page, PageFor
from services.portal.wire import enum_label, to_page

router = APIRouter(prefix="/outbox")
SignedIn = Annotated[Page, Depends(PageFor())]
_PAGE, _PAGES = 100, 20


@router.get("")
async def outbox(page: SignedIn, channel: str = "", page_token: str = "") -> Response:
    """Everything of one's own, newest first."""
    request = pb.ListKeptRequest(channel=_channel(channel), page_token=page_token[:200])
    answer = await page.clients.deliveries.ListKept(request)
    return await page.html(
        "outbox.html",
        kept=[to_page(each) for each in answer.kept],
        channels={name: words.CHANNELS[name] for name in ("sms", "email", "wechat")},
        channel=channel,
        states=words.DELIVERY_STATES,
        next_token=answer.next_page_token,
    )


@router.get("/{delivery_id}")
async def one(page: SignedIn, delivery_id: str) -> Response:
    """One e-mail in its frame, with the text beside it that a mail program without HTML shows."""
    kept = await _find(page, delivery_id)
    return mails.framing(await page.html("outbox_mail.html", kept=to_page(kept), states=words.DELIVERY_STATES))


@router.get("/{delivery_id}/mail")
async def mail(page: SignedIn, delivery_id: str) -> Response:
    """The e-mail itself."""
    return mails.shown((await _find(page, delivery_id)).text.html)


async def _find(page: Page, delivery_id: str) -> pb.Kept:
    token = ""
    for _ in range(_PAGES):
        request = pb.ListKeptRequest(channel=delivery_pb2.CHANNEL_EMAIL, page_size=_PAGE, page_token=token)
        answer = await page.clients.deliveries.ListKept(request)
        found: pb.Kept | None = next((each for each in answer.kept if each.delivery.delivery_id == delivery_id), None)
        if found is not None:
            return found
        token = answer.next_page_token
        if not token:
            break
    raise DomainError(Kind.NOT_FOUND, "MAIL_NOT_FOUND", "没有这封邮件。")


def _channel(name: str) -> Any:
    return enum_label(delivery_pb2.Channel.DESCRIPTOR, name)
