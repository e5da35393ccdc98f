"""FacultyService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict

from residency.faculty.v1 import faculty_service_pb2, faculty_service_pb2_grpc
from services.faculty.domain import dossier
from services.faculty.domain.dossier import Section
from services.faculty.grpc_api.papers import PapersApi
from services.faculty.handlers.dossier import Faculty, SectionStatus
from services.faculty.handlers.papers import PaperHandlers
from services.faculty.handlers.printing import Printing
from services.faculty.handlers.upkeep import Upkeep
from services.kit.auth import caller
from services.kit.forms import Field, FormSection
from services.kit.grpc_server import Servicer
from services.kit.picture_rules import MESSAGE_BYTES

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

pb = faculty_service_pb2


class FacultyApi(PapersApi):
    """Answers FacultyService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, faculty: Faculty, papers: PaperHandlers, printing: Printing, upkeep: Upkeep) -> None:
        super().__init__(papers)
        self._faculty = faculty
        self._printing = printing
        self._upkeep = upkeep

    async def GetDossier(self, request: pb.GetDossierRequest, context: Context) -> pb.GetDossierResponse:
        """Reads one's own dossier."""
        statuses = await self._faculty.get_dossier(caller())
        return pb.GetDossierResponse(sections=[_status(status) for status in statuses])

    async def SaveDossierSection(
        self, request: pb.SaveDossierSectionRequest, context: Context
    ) -> pb.SaveDossierSectionResponse:
        """Saves one section of one's own dossier."""
        status = await self._faculty.save_section(
            caller(), _section(request.section), MessageToDict(request.body), request.idempotency_key
        )
        return pb.SaveDossierSectionResponse(section=_status(status))

    async def SaveDossierDraft(
        self, request: pb.SaveDossierDraftRequest, context: Context
    ) -> pb.SaveDossierDraftResponse:
        """Keeps what was typed into one section and not saved yet."""
        at = await self._faculty.save_draft(
            caller(), _section(request.section), MessageToDict(request.body), request.idempotency_key
        )
        answer = pb.SaveDossierDraftResponse()
        if at is not None:
            answer.drafted_at.FromDatetime(at)
        return answer

    async def GetDossierForm(self, request: pb.GetDossierFormRequest, context: Context) -> pb.GetDossierFormResponse:
        """Prints one's own dossier."""
        pdf = await self._printing.dossier_form(caller())
        return pb.GetDossierFormResponse(pdf=pdf, file_name="师资信息表.pdf")

    async def GetDossierDefinition(
        self, request: pb.GetDossierDefinitionRequest, context: Context
    ) -> pb.GetDossierDefinitionResponse:
        """Says what each section asks for."""
        return pb.GetDossierDefinitionResponse(sections=[_definition(d) for d in dossier.DEFINITIONS])

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Context) -> pb.RewrapSealedResponse:
        """Seals values of old keys anew."""
        rewrapped, left = await self._upkeep.rewrap(request.limit)
        return pb.RewrapSealedResponse(rewrapped=rewrapped, left=left)


def servicer(faculty: Faculty, papers: PaperHandlers, printing: Printing, upkeep: Upkeep) -> Servicer:
    """What the server needs to serve FacultyService."""
    descriptor = pb.DESCRIPTOR.services_by_name["FacultyService"]
    api = FacultyApi(faculty, papers, printing, upkeep)
    return Servicer(descriptor, faculty_service_pb2_grpc.add_FacultyServiceServicer_to_server, api, MESSAGE_BYTES)


def _section(value: pb.DossierSection) -> Section:
    return Section[pb.DossierSection.Name(value).removeprefix("DOSSIER_SECTION_")]


def _status(status: SectionStatus) -> pb.SectionStatus:
    message = pb.SectionStatus(
        section=f"DOSSIER_SECTION_{status.section.name}",
        complete=status.complete,
        problems=[
            pb.DossierProblem(key=each.key, rule=each.rule, message=each.message, missing=each.missing)
            for each in status.problems
        ],
    )
    ParseDict(dict(status.body), message.body)
    if status.saved_at is not None:
        message.saved_at.FromDatetime(status.saved_at)
    if status.draft is not None:
        ParseDict(dict(status.draft.body), message.draft)
        message.drafted_at.FromDatetime(status.draft.drafted_at)
    return message


def _definition(definition: FormSection) -> pb.SectionDefinition:
    return pb.SectionDefinition(
        section=f"DOSSIER_SECTION_{definition.section.upper()}",
        label=definition.label,
        label_en=definition.label_en,
        fields=map(_field, definition.fields),
        groups=[
            pb.FieldGroup(key=group.key, label=group.label, label_en=group.label_en) for group in definition.groups
        ],
    )


def _field(field: Field) -> pb.FieldDefinition:
    return pb.FieldDefinition(
        key=field.key,
        label=field.label,
        type=f"FIELD_TYPE_{field.type.name}",
        required=field.required and not field.applies_when,
        options=[pb.FieldOption(code=option.code, label=option.label) for option in field.options],
        max_length=field.max_length,
        label_en=field.label_en,
        applies_when=[
            pb.FieldCondition(key=condition.key, values=condition.values) for condition in field.applies_when
        ],
        mandatory=field.required,
        group=field.group,
    )
