"""Pictures of a faculty dossier, its printed form, and the draft of a section."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from residency.faculty.v1 import faculty_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal import files as served
from services.portal.api.common import (
    PREFIX,
    Body,
    Id,
    IdempotencyKey,
    Services,
    SignedIn,
    answers,
    files,
    json_answer,
)
from services.portal.api.table import Row, add_rows
from services.portal.dossier import struct_of
from services.portal.wire import enum_label

router = APIRouter(tags=["faculty"])
_KIND = Literal["id_scan", "photo", "qualification_scan"]
_PICTURE = {"content": {"image/*": {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}}, "required": True}


class Draft(Body):
    """What stands in the fields of a section."""

    body: dict[str, Any]


@router.post(
    PREFIX + "/faculty/papers/{kind}",
    dependencies=[SignedIn],
    openapi_extra={"requestBody": _PICTURE},
    **answers(faculty_service_pb2.UploadPaperResponse, 201),
)
async def upload_faculty_paper(
    kind: _KIND,
    request: Request,
    key: IdempotencyKey,
    services: Services,
    accept_warnings: Annotated[bool, Query(description="Send it although a warning was told.")] = False,
) -> Response:
    """Add a picture to one's own dossier; the body is the file itself, at most 10 MB."""
    asked = faculty_service_pb2.UploadPaperRequest(
        kind=enum_label(faculty_service_pb2.PaperKind.DESCRIPTOR, kind),
        content=await request.body(),
        accept_warnings=accept_warnings,
        idempotency_key=key,
    )
    return json_answer(await services.faculty.UploadPaper(asked), 201)


@router.get(
    PREFIX + "/faculty/papers/{paper_id}",
    dependencies=[SignedIn],
    **files("image/jpeg", faculty_service_pb2.GetPaperResponse),
)
async def get_faculty_paper(
    paper_id: Id, services: Services, candidacy_id: str = "", size: Literal["full", "preview"] = "full"
) -> Response:
    """Show one picture; staff see what a candidacy to them showed."""
    asked = faculty_service_pb2.GetPaperRequest(
        paper_id=paper_id,
        candidacy_id=candidacy_id[:36],
        size=enum_label(faculty_service_pb2.PaperSize.DESCRIPTOR, size),
    )
    return served.jpeg((await services.faculty.GetPaper(asked)).content)


@router.get(
    PREFIX + "/faculty/dossier/form",
    dependencies=[SignedIn],
    **files("application/pdf", faculty_service_pb2.GetDossierFormResponse),
)
async def get_faculty_form(services: Services) -> Response:
    """Print one's own dossier."""
    answer = await services.faculty.GetDossierForm(faculty_service_pb2.GetDossierFormRequest())
    return served.printed(answer.pdf, answer.file_name)


@router.put(
    PREFIX + "/faculty/dossier/drafts/{section}",
    dependencies=[SignedIn],
    **answers(faculty_service_pb2.SaveDossierDraftResponse),
)
async def save_faculty_draft(section: str, body: Draft, key: IdempotencyKey, services: Services) -> Response:
    """Keep what was typed into a section and not saved; nothing is checked."""
    label = enum_label(faculty_service_pb2.DossierSection.DESCRIPTOR, section)
    if label is None:
        raise DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
    asked = faculty_service_pb2.SaveDossierDraftRequest(section=label, body=struct_of(body.body), idempotency_key=key)
    return json_answer(await services.faculty.SaveDossierDraft(asked))


add_rows(
    router,
    faculty_service_pb2,
    "FacultyService",
    "faculty",
    (
        Row("GET", "/faculty/papers", "ListPapers", "List the pictures, and what may be sent."),
        Row("DELETE", "/faculty/papers/{paper_id}", "RemovePaper", "Take a picture out of the dossier."),
    ),
)
