"""ApplicationService: what applicants do."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import application_service_pb2 as pb
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceServicer
from services.enrollment.domain import dossier
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.applications import (
    ApplicationHandlers,
    SaveChoice,
    SaveSection,
    StartApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.enrollment.handlers.capabilities import CapabilityHandlers
from services.enrollment.handlers.carrying import CarryHandlers, CarryOver
from services.enrollment.handlers.reading import HistoryHandlers
from services.enrollment.views import ApplicationView
from services.kit.auth import caller


class Applications(ApplicationServiceServicer):
    """Serves ApplicationService."""

    def __init__(
        self,
        handlers: ApplicationHandlers,
        history: HistoryHandlers,
        capabilities: CapabilityHandlers,
        carrying: CarryHandlers,
    ) -> None:
        self._handlers = handlers
        self._history = history
        self._capabilities = capabilities
        self._carrying = carrying

    async def GetMyApplication(self, request: pb.GetMyApplicationRequest, context: Any) -> pb.GetMyApplicationResponse:
        """Reads one's own application with what one may do now."""
        view, may = await self._handlers.get_my_application(caller(), request.cycle_id)
        return pb.GetMyApplicationResponse(
            application=application_message(view), capabilities=convert.capability_messages(may)
        )

    async def StartApplication(self, request: pb.StartApplicationRequest, context: Any) -> pb.StartApplicationResponse:
        """Opens a draft."""
        order = StartApplication(request.cycle_id, request.idempotency_key)
        view = await self._handlers.start_application(caller(), order)
        return pb.StartApplicationResponse(application=application_message(view))

    async def SaveSection(self, request: pb.SaveSectionRequest, context: Any) -> pb.SaveSectionResponse:
        """Saves one section of the draft."""
        order = SaveSection(
            request.cycle_id,
            convert.section_of(request.section),
            convert.body_of(request.body),
            request.expected_version,
            request.idempotency_key,
        )
        view = await self._handlers.save_section(caller(), order)
        return pb.SaveSectionResponse(application=application_message(view))

    async def SaveChoice(self, request: pb.SaveChoiceRequest, context: Any) -> pb.SaveChoiceResponse:
        """Saves the choice in the draft."""
        choice = convert.choice_of(request.choice)
        order = SaveChoice(request.cycle_id, choice, request.expected_version, request.idempotency_key)
        view = await self._handlers.save_choice(caller(), order)
        return pb.SaveChoiceResponse(application=application_message(view))

    async def SubmitApplication(
        self, request: pb.SubmitApplicationRequest, context: Any
    ) -> pb.SubmitApplicationResponse:
        """Freezes the draft into a numbered submission."""
        order = SubmitApplication(request.cycle_id, request.expected_version, request.idempotency_key)
        view = await self._handlers.submit_application(caller(), order)
        return pb.SubmitApplicationResponse(application=application_message(view))

    async def WithdrawApplication(
        self, request: pb.WithdrawApplicationRequest, context: Any
    ) -> pb.WithdrawApplicationResponse:
        """Gives the application up."""
        order = WithdrawApplication(request.cycle_id, request.idempotency_key)
        view = await self._handlers.withdraw_application(caller(), order)
        return pb.WithdrawApplicationResponse(application=application_message(view))

    async def ListHistory(self, request: pb.ListHistoryRequest, context: Any) -> pb.ListHistoryResponse:
        """Tells the life of an application from its audit."""
        entries = await self._history.list_history(caller(), request.application_id)
        return pb.ListHistoryResponse(
            entries=[
                application_pb2.HistoryEntry(
                    number=entry.number,
                    at=convert.timestamp(entry.at),
                    command=entry.command,
                    role=entry.role,
                    organisation_code=entry.organisation_code,
                    phase=convert.phase_message(entry.phase),
                    state=convert.state_message(entry.state),
                    rule=entry.rule,
                    remark=entry.remark,
                    acted=entry.acted,
                )
                for entry in entries
            ]
        )

    async def GetCapabilities(self, request: pb.GetCapabilitiesRequest, context: Any) -> pb.GetCapabilitiesResponse:
        """Tells of every action and field whether it is open."""
        view = await self._capabilities.get_capabilities(caller(), request.cycle_id, request.application_id)
        return pb.GetCapabilitiesResponse(
            actions=convert.capability_messages(view.actions),
            fields=[
                pb.FieldCapability(field=each.field, capability=convert.capability_message(each.action, each.decision))
                for each in view.fields
            ],
        )

    async def ListSelectable(self, request: pb.ListSelectableRequest, context: Any) -> pb.ListSelectableResponse:
        """Lists planned places with what speaks against choosing them."""
        found = await self._capabilities.list_selectable(caller(), request.cycle_id, request.base_code)
        return pb.ListSelectableResponse(
            places=[
                pb.Selectable(
                    base_code=place.base_code,
                    specialty_code=place.specialty_code,
                    planned=place.planned,
                    allowed=not place.problems,
                    problems=[
                        application_pb2.FieldProblem(
                            key=f"{problem.section}.{problem.key}", rule=problem.rule, message=problem.message
                        )
                        for problem in place.problems
                    ],
                )
                for place in found
            ]
        )

    async def CarryOver(self, request: pb.CarryOverRequest, context: Any) -> pb.CarryOverResponse:
        """Copies one's dossier of an earlier cycle into the draft."""
        order = CarryOver(request.cycle_id, request.from_cycle_id, request.idempotency_key)
        view = await self._carrying.carry_over(caller(), order)
        return pb.CarryOverResponse(
            application=application_message(view.application),
            carried=[convert.section_message(section) for section in view.carried],
            papers=view.papers,
        )

    async def GetDossierDefinition(
        self, request: pb.GetDossierDefinitionRequest, context: Any
    ) -> pb.GetDossierDefinitionResponse:
        """Reads what the four sections ask for."""
        return DEFINITION


def application_message(view: ApplicationView) -> application_pb2.Application:
    """An application as its owner sees it."""
    return application_pb2.Application(
        application_id=view.application_id,
        cycle_id=view.cycle_id,
        state=convert.state_message(view.state),
        round=view.round,
        version=view.version,
        choice=convert.choice_message(view.choice),
        submission_number=view.submission_number,
        submitted_at=convert.timestamp(view.submitted_at),
        sections=[convert.status_message(section) for section in view.sections],
        remark=view.remark,
        reason_code=view.reason_code,
        not_selected=view.not_selected,
        overdue=view.overdue,
        name=view.name,
        masked_document=view.masked_document,
    )


def _field_message(field: dossier.Field) -> pb.FieldDefinition:
    number = field.type is dossier.FieldType.NUMBER
    switches = [condition.key for condition in field.applies_when if condition.values == ("yes",)]
    return pb.FieldDefinition(
        key=field.key,
        label=field.label,
        type=f"FIELD_TYPE_{field.type.name}",
        required=field.required and not field.applies_when,
        required_when=switches[-1] if field.required and switches else field.required_when,
        options=[
            pb.FieldOption(code=option.code, label=option.label, label_en=option.label_en) for option in field.options
        ],
        max_length=field.max_length,
        label_en=field.label_en,
        applies_when=[
            pb.FieldCondition(key=condition.key, values=condition.values) for condition in field.applies_when
        ],
        mandatory=field.required,
        least=field.bounds[0] if number else 0,
        greatest=field.bounds[1] if number else 0,
        group=field.group,
    )


DEFINITION = pb.GetDossierDefinitionResponse(
    sections=[
        pb.SectionDefinition(
            section=convert.section_message(dossier.Section(definition.section)),
            label=definition.label,
            fields=[_field_message(field) for field in definition.fields],
            label_en=definition.label_en,
            groups=[
                pb.FieldGroup(key=group.key, label=group.label, label_en=group.label_en) for group in definition.groups
            ],
        )
        for definition in dossier.DEFINITIONS
    ]
)
"""The dossier's definition as a message; it changes only with the code."""
