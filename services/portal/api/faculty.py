"""A faculty member's own dossier, and what it asks for (open to anyone)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from residency.faculty.v1 import faculty_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.api.common import PREFIX, Body, IdempotencyKey, Services, SignedIn, answers, json_answer
from services.portal.dossier import struct_of
from services.portal.wire import enum_label

router = APIRouter(prefix=f"{PREFIX}/faculty", tags=["faculty"])


class NewFacultySection(Body):
    """The fields of one section."""

    body: dict[str, Any]


@router.get("/dossier-definition", **answers(faculty_service_pb2.GetDossierDefinitionResponse))
async def get_faculty_dossier_definition(services: Services) -> Response:
    """Read what the four sections of a faculty dossier ask for."""
    request = faculty_service_pb2.GetDossierDefinitionRequest()
    return json_answer(await services.faculty.GetDossierDefinition(request))


@router.get("/dossier", dependencies=[SignedIn], **answers(faculty_service_pb2.GetDossierResponse))
async def get_dossier(services: Services) -> Response:
    """Read one's own dossier."""
    return json_answer(await services.faculty.GetDossier(faculty_service_pb2.GetDossierRequest()))


@router.put(
    "/dossier/sections/{section}",
    dependencies=[SignedIn],
    **answers(faculty_service_pb2.SaveDossierSectionResponse),
)
async def save_dossier_section(
    section: str, body: NewFacultySection, key: IdempotencyKey, services: Services
) -> Response:
    """Save one section: basic, contact, education or work."""
    label = enum_label(faculty_service_pb2.DossierSection.DESCRIPTOR, section)
    if label is None:
        raise DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
    request = faculty_service_pb2.SaveDossierSectionRequest(
        section=label, body=struct_of(body.body), idempotency_key=key
    )
    return json_answer(await services.faculty.SaveDossierSection(request))
