"""FacultyService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict

from residency.faculty.v1 import faculty_service_pb2, faculty_service_pb2_grpc
from services.faculty.domain import dossier
from services.faculty.domain.dossier import Section
from services.faculty.handlers import Faculty, SectionStatus
from services.kit.auth import caller
from services.kit.forms import FormSection
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = faculty_service_pb2


class FacultyApi(faculty_service_pb2_grpc.FacultyServiceServicer):
    """Answers FacultyService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, faculty: Faculty) -> None:
        self._faculty = faculty

    async def GetDossier(self, request: pb.GetDossierRequest, context: Context) -> pb.GetDossierResponse:
        """Reads one's own dossier."""
        statuses = await self._faculty.get_dossier(caller())
        return pb.GetDossierResponse(sections=[_status(status) for status in statuses])

    async def SaveDossierSection(
        self, request: pb.SaveDossierSectionRequest, context: Context
    ) -> pb.SaveDossierSectionResponse:
        """Saves one section of one's own dossier."""
        section = Section[pb.DossierSection.Name(request.section).removeprefix("DOSSIER_SECTION_")]
        status = await self._faculty.save_section(
            caller(), section, MessageToDict(request.body), request.idempotency_key
        )
        return pb.SaveDossierSectionResponse(section=_status(status))

    async def GetDossierDefinition(
        self, request: pb.GetDossierDefinitionRequest, context: Context
    ) -> pb.GetDossierDefinitionResponse:
        """Says what each section asks for."""
        return pb.GetDossierDefinitionResponse(sections=[_definition(d) for d in dossier.DEFINITIONS])

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Context) -> pb.RewrapSealedResponse:
        """Seals values of old keys anew."""
        rewrapped, left = await self._faculty.rewrap(request.limit)
        return pb.RewrapSealedResponse(rewrapped=rewrapped, left=left)


def servicer(faculty: Faculty) -> Servicer:
    """What the server needs to serve FacultyService."""
    descriptor = pb.DESCRIPTOR.services_by_name["FacultyService"]
    return Servicer(descriptor, faculty_service_pb2_grpc.add_FacultyServiceServicer_to_server, FacultyApi(faculty))


def _status(status: SectionStatus) -> pb.SectionStatus:
    message = pb.SectionStatus(section=f"DOSSIER_SECTION_{status.section.name}", complete=status.complete)
    ParseDict(dict(status.body), message.body)
    if status.saved_at is not None:
        message.saved_at.FromDatetime(status.saved_at)
    return message


def _definition(definition: FormSection) -> pb.SectionDefinition:
    return pb.SectionDefinition(
        section=f"DOSSIER_SECTION_{definition.section.upper()}",
        label=definition.label,
        fields=[
            pb.FieldDefinition(
                key=field.key,
                label=field.label,
                type=f"FIELD_TYPE_{field.type.name}",
                required=field.required,
                required_when=field.required_when,
                options=[pb.FieldOption(code=option.code, label=option.label) for option in field.options],
                max_length=field.max_length,
            )
            for field in definition.fields
        ],
    )
