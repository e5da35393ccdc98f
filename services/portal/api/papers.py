"""Portraits and scans of a dossier, the printed form of a submission, and the check of its code."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from residency.enrollment.v1 import form_service_pb2, paper_service_pb2
from services.portal import files as served
from services.portal.api.common import (
    PREFIX,
    Id,
    IdempotencyKey,
    Services,
    SignedIn,
    answers,
    files,
    json_answer,
)
from services.portal.api.table import Row, add_rows
from services.portal.wire import enum_label

router = APIRouter(tags=["papers and forms"])
_KIND = Literal["portrait", "qualification_scan", "practice_scan", "education_scan"]
_PICTURE = {"content": {"image/*": {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}}, "required": True}
Number = Annotated[int, Query(ge=0, le=2**32 - 1, description="Which submission; 0 for the current one.")]
Language = Annotated[Literal["zh", "en"], Query()]


@router.post(
    PREFIX + "/cycles/{cycle_id}/application/papers/{kind}",
    dependencies=[SignedIn],
    openapi_extra={"requestBody": _PICTURE},
    **answers(paper_service_pb2.UploadPaperResponse, 201),
)
async def upload_paper(
    cycle_id: Id,
    kind: _KIND,
    request: Request,
    key: IdempotencyKey,
    services: Services,
    accept_warnings: Annotated[bool, Query(description="Send it although a warning was told.")] = False,
) -> Response:
    """Add a picture to one's own draft; the body is the file itself, at most 10 MB."""
    asked = paper_service_pb2.UploadPaperRequest(
        cycle_id=cycle_id,
        kind=enum_label(paper_service_pb2.PaperKind.DESCRIPTOR, kind),
        content=await request.body(),
        accept_warnings=accept_warnings,
        idempotency_key=key,
    )
    return json_answer(await services.papers.UploadPaper(asked), 201)


@router.get(
    PREFIX + "/applications/{application_id}/papers/{paper_id}",
    dependencies=[SignedIn],
    **files("image/jpeg", paper_service_pb2.GetPaperResponse),
)
async def get_paper(
    application_id: Id, paper_id: Id, services: Services, size: Literal["full", "preview"] = "full"
) -> Response:
    """Show one picture; staff see what a submission to them showed."""
    asked = paper_service_pb2.GetPaperRequest(
        application_id=application_id,
        paper_id=paper_id,
        size=enum_label(paper_service_pb2.PaperSize.DESCRIPTOR, size),
    )
    return served.jpeg((await services.papers.GetPaper(asked)).content)


@router.get(
    PREFIX + "/applications/{application_id}/form",
    dependencies=[SignedIn],
    **files("application/pdf", form_service_pb2.GetFormResponse),
)
async def get_form(application_id: Id, services: Services, number: Number = 0, language: Language = "zh") -> Response:
    """Print the form of a submission."""
    asked = form_service_pb2.GetFormRequest(application_id=application_id, number=number, language=language)
    return served.document((await services.printed.GetForm(asked)).form, shown=True)


add_rows(
    router,
    paper_service_pb2,
    "PaperService",
    "papers",
    (
        Row("GET", "/applications/{application_id}/papers", "ListPapers", "List the pictures, and what may be sent."),
        Row(
            "DELETE",
            "/cycles/{cycle_id}/application/papers/{paper_id}",
            "RemovePaper",
            "Take a picture out of the draft.",
        ),
    ),
)
add_rows(
    router,
    form_service_pb2,
    "FormService",
    "printed",
    (
        Row("GET", "/forms/{code}", "CheckForm", "Say whether a printed form still counts; open to anyone."),
        Row("POST", "/cycles/{cycle_id}/prints", "PrintForms", "Open a print of all current submissions.", 201),
        Row("GET", "/prints/{print_id}/forms", "GetPrintedForms", "Read the next forms of a print, PDF in base64."),
    ),
)
