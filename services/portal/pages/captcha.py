"""Captchas on forms: made with the form, drawn and spoken at addresses of their own, changed without a loss."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import registration_service_pb2
from services.portal.forms import Posted
from services.portal.page import Page, page_of

router = APIRouter(prefix="/captcha")
Anyone = Annotated[Page, Depends(page_of)]
CHANGE = "captcha"
"""`then` of the button that asks for another one."""


@router.get("/new")
async def another(page: Anyone) -> Response:
    """The part of a form with a fresh captcha, for the script that changes it in place."""
    return await page.html("captcha.html", captcha_id=await fresh(page))


@router.get("/{captcha_id}/{medium}")
async def draw(page: Anyone, captcha_id: str, medium: Literal["picture", "sound"]) -> Response:
    """One captcha as a picture or as sound."""
    request = registration_service_pb2.GetCaptchaPictureRequest(captcha_id=captcha_id, audio=medium == "sound")
    answer = await page.clients.registrations.GetCaptchaPicture(request)
    return Response(answer.content, media_type=answer.media_type)


async def fresh(page: Page) -> str:
    """A new captcha."""
    answer = await page.clients.registrations.CreateCaptcha(registration_service_pb2.CreateCaptchaRequest())
    return str(answer.captcha_id)


def answered(form: Posted) -> dict[str, Any]:
    """The fields of a request that carries a captcha's answer."""
    return {"captcha_id": form.get("captcha_id"), "captcha_answer": form.get("captcha_answer")}
