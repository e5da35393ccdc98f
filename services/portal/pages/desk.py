"""Where hats without a page of their own begin: who one is here, until when, and what one may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.portal.i18n import account as words
from services.portal.i18n.language import tr
from services.portal.navigation import ENTRIES
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter()
Staff = Annotated[Page, Depends(PageFor(*words.DESKS))]


@router.get("/desk")
async def desk(page: Staff) -> Response:
    """The hat, its organisation, its end, and the ways on."""
    me = await page.portal.me(page.visitor)
    ways = [(href, text) for href, text in ENTRIES.get(page.visitor.role, ()) if href != "/desk"]
    return await page.html(
        "desk.html", me=to_page(me), about=words.DESKS[page.visitor.role], ways=[*ways, ("/account", tr("我的账号"))]
    )
