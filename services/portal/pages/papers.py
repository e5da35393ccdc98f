"""Pictures of a dossier: sent with the form they belong to, so that nothing typed is lost, and shown to who may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import paper_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal import files
from services.portal.dossier import FormSection
from services.portal.forms import Posted, fresh_key, refused, to_correct
from services.portal.i18n.language import reason_text, tr
from services.portal.page import Page, PageFor
from services.portal.pages.sections import section_page
from services.portal.pages.steps import Mine, mine
from services.portal.shape import PAPER
from services.portal.uploads import read_upload
from services.portal.wire import enum_label

router = APIRouter()
Applicant = Annotated[Page, Depends(PageFor("applicant"))]
Reader = Annotated[Page, Depends(PageFor("applicant", "base_reviewer", "base_administrator", "province_administrator"))]
_WARNINGS = frozenset(paper_service_pb2.PaperWarning.keys())


@router.post("/application/papers/{kind}")
async def upload(page: Applicant, kind: str) -> Response:
    """Add the picture chosen for `kind`; the section comes back with everything that was typed beside it."""
    own = await mine(page)
    section, label = _home_of(own, kind)
    sent = await read_upload(page.request, kind)
    if not sent.content:
        refusal = to_correct({kind: tr("请先选择图片，再点“上传”。")})
        return await section_page(page, own, section, sent.form, refusal, new_id())
    request = paper_service_pb2.UploadPaperRequest(
        cycle_id=own.view.cycle_id,
        kind=label,
        content=sent.content,
        accept_warnings=sent.form.checked("accept_warnings"),
        idempotency_key=sent.form.key,
    )
    try:
        await page.clients.papers.UploadPaper(request)
    except DomainError as error:
        return await _refused(page, section, sent.form, kind, error)
    return await section_page(page, await mine(page), section, sent.form, None, new_id(), done="uploaded")


@router.post("/application/papers/{kind}/{paper_id}/removal")
async def remove(page: Applicant, kind: str, paper_id: str) -> Response:
    """Take a picture out of the draft."""
    own = await mine(page)
    section, _ = _home_of(own, kind)
    sent = await read_upload(page.request, kind)
    request = paper_service_pb2.RemovePaperRequest(
        cycle_id=own.view.cycle_id, paper_id=paper_id, idempotency_key=sent.form.key
    )
    try:
        await page.clients.papers.RemovePaper(request)
    except DomainError as error:
        return await _refused(page, section, sent.form, kind, error)
    return await section_page(page, await mine(page), section, sent.form, None, new_id(), done="picture_removed")


@router.get("/applications/{application_id}/papers/{paper_id}")
async def picture(page: Reader, application_id: str, paper_id: str, size: str = "full") -> Response:
    """The picture itself, after the service has said that the visitor may see it."""
    request = paper_service_pb2.GetPaperRequest(
        application_id=application_id,
        paper_id=paper_id,
        size=paper_service_pb2.PAPER_SIZE_PREVIEW if size == "preview" else paper_service_pb2.PAPER_SIZE_FULL,
    )
    return files.jpeg((await page.clients.papers.GetPaper(request)).content)


async def _refused(page: Page, section: FormSection, form: Posted, kind: str, error: DomainError) -> Response:
    """The refusal at the field of the picture, wherever the service saw the fault."""
    refusal = refused(error)
    warned = f"PAPER_WARNING_{error.reason}" in _WARNINGS
    told = to_correct({kind: reason_text(error.reason, error.message)}, refusal.status, refusal.reason)
    posted = Posted(form.values | {"warned": "yes" if warned else ""})
    return await section_page(page, await mine(page), section, posted, told, fresh_key(error, form))


def _home_of(own: Mine, kind: str) -> tuple[FormSection, str]:
    """The section that asks for pictures of `kind`, and the kind's label; raises NOT_FOUND for an unknown one."""
    label = enum_label(paper_service_pb2.PaperKind.DESCRIPTOR, kind)
    for section in own.sections.values():
        if label is not None and any(field.key == kind and field.kind == PAPER for field in section.fields):
            return section, label
    raise DomainError(Kind.NOT_FOUND, "PAPER_KIND_UNKNOWN", "没有这一种图片。")
