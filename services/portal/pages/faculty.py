"""A teacher's own dossier: four tabs saved separately, with pictures, a draft that saves itself, and a printed form."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from residency.faculty.v1 import faculty_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal import files, navigation
from services.portal.calendar import stamp
from services.portal.dossier import FormSection, labels_of, struct_of
from services.portal.forms import Posted, Refusal, fresh_key, in_order, read_form, refused, to_correct
from services.portal.i18n.language import reason_text, tr
from services.portal.i18n.problems import problem_text
from services.portal.page import Page, PageFor
from services.portal.shape import PAPER, Shape
from services.portal.uploads import read_upload
from services.portal.wire import enum_label, enum_name, to_page

router = APIRouter(prefix="/faculty")
Faculty = Annotated[Page, Depends(PageFor("faculty"))]
Reader = Annotated[Page, Depends(PageFor("faculty", "teaching_department", "province_administrator"))]
_WARNINGS = frozenset(faculty_service_pb2.PaperWarning.keys())


@router.get("")
async def dossier(page: Faculty) -> Response:
    """The first tab."""
    first = next(iter(await page.portal.faculty_dossiers.sections()))
    return await _tab(page, first, None, None, new_id())


@router.get("/dossier.pdf")
async def printed(page: Faculty) -> Response:
    """The dossier as PDF."""
    answer = await page.clients.faculty.GetDossierForm(faculty_service_pb2.GetDossierFormRequest())
    return files.printed(answer.pdf, answer.file_name)


@router.post("/papers/{kind}")
async def upload(page: Faculty, kind: str) -> Response:
    """Add the picture chosen for `kind`; the tab comes back with everything that was typed beside it."""
    section, label = await _home_of(page, kind)
    sent = await read_upload(page.request, kind)
    if not sent.content:
        refusal = to_correct({kind: tr("请先选择图片，再点“上传”。")})
        return await _tab(page, section.key, sent.form, refusal, new_id())
    request = faculty_service_pb2.UploadPaperRequest(
        kind=label,
        content=sent.content,
        accept_warnings=sent.form.checked("accept_warnings"),
        idempotency_key=sent.form.key,
    )
    try:
        await page.clients.faculty.UploadPaper(request)
    except DomainError as error:
        return await _picture_refused(page, section, sent.form, kind, error)
    return await _tab(page, section.key, sent.form, None, new_id(), done="uploaded")


@router.post("/papers/{kind}/{paper_id}/removal")
async def remove(page: Faculty, kind: str, paper_id: str) -> Response:
    """Take a picture out of the dossier."""
    section, _ = await _home_of(page, kind)
    sent = await read_upload(page.request, kind)
    request = faculty_service_pb2.RemovePaperRequest(paper_id=paper_id, idempotency_key=sent.form.key)
    try:
        await page.clients.faculty.RemovePaper(request)
    except DomainError as error:
        return await _picture_refused(page, section, sent.form, kind, error)
    return await _tab(page, section.key, sent.form, None, new_id(), done="picture_removed")


@router.get("/papers/{paper_id}")
async def picture(page: Reader, paper_id: str, size: str = "full", candidacy: str = "") -> Response:
    """The picture itself, after the service has said that the visitor may see it."""
    request = faculty_service_pb2.GetPaperRequest(
        paper_id=paper_id,
        candidacy_id=candidacy[:36],
        size=faculty_service_pb2.PAPER_SIZE_PREVIEW if size == "preview" else faculty_service_pb2.PAPER_SIZE_FULL,
    )
    return files.jpeg((await page.clients.faculty.GetPaper(request)).content)


@router.post("/drafts/{key}")
async def keep_draft(page: Faculty, key: str) -> Response:
    """WEB-03: keep what was typed and not saved; called by the page itself while somebody types."""
    section = _section(await page.portal.faculty_dossiers.sections(), key)
    form = await read_form(page.request)
    request = faculty_service_pb2.SaveDossierDraftRequest(
        section=f"DOSSIER_SECTION_{key.upper()}", body=struct_of(section.body(form)), idempotency_key=new_id()
    )
    await page.clients.faculty.SaveDossierDraft(request)
    return Response(status_code=204)


@router.get("/{key}")
async def tab(page: Faculty, key: str) -> Response:
    """One tab."""
    return await _tab(page, key, None, None, new_id())


@router.post("/{key}")
async def save_tab(page: Faculty, key: str) -> Response:
    """Save one tab."""
    sections = await page.portal.faculty_dossiers.sections()
    section = _section(sections, key)
    form = await read_form(page.request)
    request = faculty_service_pb2.SaveDossierSectionRequest(
        section=f"DOSSIER_SECTION_{key.upper()}",
        body=struct_of(section.body(form)),
        idempotency_key=form.key,
    )
    try:
        await page.clients.faculty.SaveDossierSection(request)
    except DomainError as error:
        refusal = in_order(refused(error, labels_of(sections)), [field.key for field in section.fields])
        return await _tab(page, key, form, refusal, fresh_key(error, form))
    return page.redirect(f"/faculty/{key}?done=saved")


async def _tab(
    page: Page, name: str, form: Posted | None, refusal: Refusal | None, key: str, done: str = ""
) -> Response:
    answer, sections, shapes = await asyncio.gather(
        page.clients.faculty.GetDossier(faculty_service_pb2.GetDossierRequest()),
        page.portal.faculty_dossiers.sections(),
        page.portal.faculty_shapes(),
    )
    section, statuses = _section(sections, name), statuses_of(answer)
    status = statuses.get(section.key, faculty_service_pb2.SectionStatus())
    shape = shapes.get(section.key, Shape())
    papers = shape.papers(section)
    kept, rules = await _papers(page) if papers else ({}, {})
    drafted = status.HasField("drafted_at")
    body = section.typed(MessageToDict(status.draft if drafted else status.body))
    told, labels = to_page(status), labels_of(sections)
    return await page.html(
        "faculty.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        done=done or page.request.query_params.get("done", ""),
        section=section,
        groups=shape.groups(section),
        papers=papers,
        kept=kept,
        rules=rules,
        warned=bool(form and form.get("warned")),
        parts=navigation.FACULTY_TABS,
        tabs=[
            {"key": each.key, "label": each.label, "complete": statuses[each.key].complete}
            for each in sections.values()
            if each.key in statuses
        ],
        values={field.key: form.get(field.key) for field in section.fields} if form is not None else body,
        missing=[problem_text(each["message"], labels.get(each["key"], "")) for each in told["problems"]]
        if refusal is None
        else [],
        drafted_at=stamp(told["drafted_at"]) if drafted and form is None else "",
        saved_at=stamp(told["saved_at"]) if told["saved_at"] else "",
        complete=all(status.complete for status in statuses.values()),
        key=key,
    )


def statuses_of(answer: faculty_service_pb2.GetDossierResponse) -> dict[str, faculty_service_pb2.SectionStatus]:
    """The sections of a dossier by key."""
    values_by_number = faculty_service_pb2.DossierSection.DESCRIPTOR.values_by_number
    return {enum_name(values_by_number[status.section]): status for status in answer.sections}


async def _papers(page: Page) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """By kind: the pictures of the dossier, and what may be sent."""
    answer = await page.clients.faculty.ListPapers(faculty_service_pb2.ListPapersRequest())
    kept: dict[str, list[dict[str, Any]]] = {}
    for paper in map(to_page, answer.papers):
        kept.setdefault(paper["kind"], []).append(paper)
    return kept, {told["kind"]: told for told in map(to_page, answer.rules)}


async def _picture_refused(page: Page, section: FormSection, form: Posted, kind: str, error: DomainError) -> Response:
    """The refusal at the field of the picture, wherever the service saw the fault."""
    refusal = refused(error)
    warned = f"PAPER_WARNING_{error.reason}" in _WARNINGS
    told = to_correct({kind: reason_text(error.reason, error.message)}, refusal.status, refusal.reason)
    posted = Posted(form.values | {"warned": "yes" if warned else ""})
    return await _tab(page, section.key, posted, told, fresh_key(error, form))


async def _home_of(page: Page, kind: str) -> tuple[FormSection, str]:
    """The section that asks for pictures of `kind`, and the kind's label; raises NOT_FOUND for an unknown one."""
    label = enum_label(faculty_service_pb2.PaperKind.DESCRIPTOR, kind)
    for section in (await page.portal.faculty_dossiers.sections()).values():
        if label is not None and any(field.key == kind and field.kind == PAPER for field in section.fields):
            return section, label
    raise DomainError(Kind.NOT_FOUND, "PAPER_KIND_UNKNOWN", "没有这一种图片。")


def _section(sections: dict[str, FormSection], key: str) -> FormSection:
    if key not in sections:
        raise DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
    return sections[key]
