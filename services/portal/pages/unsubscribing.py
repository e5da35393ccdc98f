"""MSG-39: the link in an e-mail shows what it would take off; only a POST to the same address does it.

Whoever holds the token may, signed in or not, and a mail program does it without a page (RFC 8058). Nothing is changed
by looking: mailboxes open links to check them. The answer to a POST is never a redirect, which mail programs refuse.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import PlainTextResponse, Response

from residency.notify.v1 import preference_service_pb2 as pb
from services.portal.forms import read_form
from services.portal.i18n import notices as words
from services.portal.page import Page, page_of
from services.portal.wire import to_page

router = APIRouter(prefix="/unsubscribe")
Anyone = Annotated[Page, Depends(page_of)]
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@router.get("/{token}")
async def show(page: Anyone, token: str) -> Response:
    """What the token stands for, and the button."""
    request = pb.GetUnsubscriptionRequest(token=token)
    answer = await page.clients.preferences.GetUnsubscription(request)
    return await _page(page, answer.preference, done=False)


@router.post("/{token}")
async def take_off(page: Anyone, token: str) -> Response:
    """Take it off, for a person or for their mail program."""
    form = await read_form(page.request)
    answer = await page.clients.preferences.Unsubscribe(pb.UnsubscribeRequest(token=token))
    name, value = _ONE_CLICK
    if form.get(name) == value:
        return PlainTextResponse("OK")
    return await _page(page, answer.preference, done=True)


async def _page(page: Page, preference: pb.Preference, *, done: bool) -> Response:
    shown = to_page(preference)
    return await page.html(
        "unsubscribe.html",
        kind=words.KINDS.get(shown["kind"], shown["kind"]),
        hint=words.KIND_HINTS.get(shown["kind"], ""),
        channel=words.CHANNELS.get(shown["channel"], shown["channel"]),
        preference=shown,
        why=words.WHY_MANDATORY.get(shown["channel"], shown["why"]),
        done_now=done,
    )
