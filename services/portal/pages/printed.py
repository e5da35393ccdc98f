"""报名表: the printed form for whom it concerns, and the public check of its code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import form_service_pb2
from services.kit.domain import DomainError
from services.portal import files
from services.portal.forms import refused
from services.portal.i18n.language import language
from services.portal.page import Page, PageFor, page_of
from services.portal.wire import to_page

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]
Applicant = Annotated[Page, Depends(PageFor("applicant"))]
Staff = Annotated[Page, Depends(PageFor("base_reviewer", "base_administrator", "province_administrator"))]
_NUMBER = 2**32


@router.get("/application/form")
async def own_form(page: Applicant, number: int = 0, then: str = "") -> Response:
    """One's own form: of the current submission, or of the one with this number."""
    view = await page.cycle()
    request = form_service_pb2.GetFormRequest(
        cycle_id=view.cycle_id, number=max(0, number) % _NUMBER, language=language()
    )
    return files.document((await page.clients.printed.GetForm(request)).form, shown=then != "download")


@router.get("/base/applications/{application_id}/form")
async def form_of(page: Staff, application_id: str, number: int = 0, then: str = "") -> Response:
    """The form of an application within reach."""
    request = form_service_pb2.GetFormRequest(
        application_id=application_id, number=max(0, number) % _NUMBER, language=language()
    )
    return files.document((await page.clients.printed.GetForm(request)).form, shown=then != "download")


@router.get("/form")
async def ask(page: Anyone, code: str = "") -> Response:
    """Where the code of a form is typed in."""
    if code.strip():
        return await check(page, code.strip())
    return await page.html("form_check.html", code="", found=None)


@router.get("/form/{code}")
async def check(page: Anyone, code: str) -> Response:
    """Whether a form still counts; open to anyone, and without a word about a person."""
    try:
        answer = await page.clients.printed.CheckForm(form_service_pb2.CheckFormRequest(code=code[:100]))
    except DomainError as error:
        refusal = refused(error)
        return await page.html("form_check.html", status=refusal.status, refusal=refusal, code=code[:100], found=None)
    return await page.html("form_check.html", code=code[:100], found=to_page(answer))
