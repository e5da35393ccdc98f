"""A faculty member's own dossier: four tabs, saved separately."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from residency.faculty.v1 import faculty_service_pb2
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.portal.calendar import CycleCalendar
from services.portal.dossier import FormSection, struct_of
from services.portal.forms import Posted, Refusal, fresh_key, read_form, refused
from services.portal.page import Page, PageFor
from services.portal.wire import enum_name, instant_of

router = APIRouter(prefix="/faculty")
Faculty = Annotated[Page, Depends(PageFor("faculty"))]


@router.get("")
async def dossier(page: Faculty) -> Response:
    """The first tab."""
    first = next(iter(await page.portal.faculty_dossiers.sections()))
    return await _tab(page, first, None, None, new_id())


@router.get("/{key}")
async def tab(page: Faculty, key: str) -> Response:
    """One tab."""
    return await _tab(page, key, None, None, new_id())


@router.post("/{key}")
async def save_tab(page: Faculty, key: str) -> Response:
    """Save one tab."""
    section = _section(await page.portal.faculty_dossiers.sections(), key)
    form = await read_form(page.request)
    request = faculty_service_pb2.SaveDossierSectionRequest(
        section=f"DOSSIER_SECTION_{key.upper()}",
        body=struct_of(section.body(form)),
        idempotency_key=form.key,
    )
    try:
        await page.clients.faculty.SaveDossierSection(request)
    except DomainError as error:
        return await _tab(page, key, form, refused(error), fresh_key(error, form))
    return page.redirect(f"/faculty/{key}?done=saved")


async def _tab(page: Page, name: str, form: Posted | None, refusal: Refusal | None, key: str) -> Response:
    answer, sections = await asyncio.gather(
        page.clients.faculty.GetDossier(faculty_service_pb2.GetDossierRequest()),
        page.portal.faculty_dossiers.sections(),
    )
    section = _section(sections, name)
    values_by_number = faculty_service_pb2.DossierSection.DESCRIPTOR.values_by_number
    saved = {enum_name(values_by_number[status.section]): status for status in answer.sections}
    status = saved.get(section.key, faculty_service_pb2.SectionStatus())
    body = section.typed(MessageToDict(status.body))
    complete = {known: each.complete for known, each in saved.items()}
    return await page.html(
        "faculty.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        section=section,
        tabs=[
            {"key": each.key, "label": each.label, "complete": complete.get(each.key, False)}
            for each in sections.values()
        ],
        values={field.key: form.get(field.key) for field in section.fields} if form is not None else body,
        saved_at=instant_of(status.saved_at) if status.HasField("saved_at") else None,
        calendar=CycleCalendar.usual(),
        key=key,
    )


def _section(sections: dict[str, FormSection], key: str) -> FormSection:
    if key not in sections:
        raise DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
    return sections[key]
