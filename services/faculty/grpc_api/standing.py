"""StandingService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import standing_service_pb2 as pb
from residency.faculty.v1 import standing_service_pb2_grpc
from services.faculty.domain.candidacy_checks import REFUSALS, RETURNS
from services.faculty.domain.entry_rules import EDITION, ENTRY_RULES, TITLES, Rank
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.domain.standing import parse_day
from services.faculty.grpc_api.evaluations import evaluation_message
from services.faculty.handlers.eligibility import EligibilityHandlers
from services.faculty.handlers.standing import Evidence, Incident, NewEvidence, NewIncident, StandingHandlers
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

_REASONS_EN = {
    "title_years": "Too few years of intermediate title",
    "damage": "Medical damage event",
    "accident": "Teaching accident",
    "evaluation": "Trainee evaluation",
    "assessment": "Hospital assessment",
    "certificate": "Physician certificate",
    "material": "Incomplete or false material",
    "department_limit": "Department limit",
    "department": "Wrong department",
    "employer": "Not employed here",
    "other": "Other",
}


class StandingApi(standing_service_pb2_grpc.StandingServiceServicer):
    """Answers StandingService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, standing: StandingHandlers, eligibility: EligibilityHandlers) -> None:
        self._standing = standing
        self._eligibility = eligibility

    async def GetEntryRules(self, request: pb.GetEntryRulesRequest, context: Context) -> pb.GetEntryRulesResponse:
        """The table of C4 as it stands without anything configured."""
        policy = FacultyPolicy()
        rules = [
            pb.EntryRule(
                key=each.key,
                sentence=each.sentence(policy),
                months=each.months_of(policy),
                not_met=each.not_met,
                unknown=each.unknown,
            )
            for each in ENTRY_RULES
        ]
        titles = [
            pb.CodedText(code=code, label=title.label, label_en=title.label_en)
            for code, title in TITLES.items()
            if title.rank is not Rank.BELOW
        ]
        reasons = [
            pb.CodedText(code=code, label=label, label_en=_REASONS_EN.get(code, ""))
            for code, label in {**RETURNS, **REFUSALS}.items()
        ]
        return pb.GetEntryRulesResponse(rules=rules, titles=titles, reasons=reasons, edition=EDITION)

    async def GetEligibility(self, request: pb.GetEligibilityRequest, context: Context) -> pb.GetEligibilityResponse:
        """The eligibility clock."""
        reference = parse_day(request.reference_date, "reference_date") if request.reference_date else None
        found = await self._eligibility.get(caller(), request.person_id, reference)
        return pb.GetEligibilityResponse(
            evaluation=evaluation_message(found.clock.evaluation),
            qualifies_on=_text(found.clock.qualifies_on),
            because=found.clock.because,
            reminder=found.reminder,
        )

    async def SetEligibilityReminder(
        self, request: pb.SetEligibilityReminderRequest, context: Context
    ) -> pb.SetEligibilityReminderResponse:
        """Asks to be told."""
        due = await self._eligibility.set_reminder(caller(), request.wanted, request.idempotency_key)
        return pb.SetEligibilityReminderResponse(due_on=_text(due))

    async def RecordIncident(self, request: pb.RecordIncidentRequest, context: Context) -> pb.RecordIncidentResponse:
        """Writes an incident down."""
        new = NewIncident(
            person_id=request.person_id,
            kind=request.kind,
            degree=request.degree,
            occurred_on=parse_day(request.occurred_on, "occurred_on"),
            source=request.source,
            detail=request.detail,
        )
        found = await self._standing.record_incident(caller(), new, request.idempotency_key)
        return pb.RecordIncidentResponse(incident=_incident(found))

    async def WithdrawIncident(
        self, request: pb.WithdrawIncidentRequest, context: Context
    ) -> pb.WithdrawIncidentResponse:
        """It counts no more."""
        found = await self._standing.withdraw_incident(
            caller(), request.incident_id, request.reason, request.idempotency_key
        )
        return pb.WithdrawIncidentResponse(incident=_incident(found))

    async def ListIncidents(self, request: pb.ListIncidentsRequest, context: Context) -> pb.ListIncidentsResponse:
        """Those of a person."""
        found = await self._standing.list_incidents(caller(), request.person_id)
        return pb.ListIncidentsResponse(incidents=[_incident(each) for each in found])

    async def RecordEvidence(self, request: pb.RecordEvidenceRequest, context: Context) -> pb.RecordEvidenceResponse:
        """Writes evidence down."""
        new = NewEvidence(
            person_id=request.person_id,
            kind=request.kind,
            rule=request.rule,
            outcome=request.outcome,
            on_day=parse_day(request.on_day, "on_day"),
            until_day=parse_day(request.until_day, "until_day") if request.until_day else None,
            year=request.year,
            source=request.source,
        )
        found = await self._standing.record_evidence(caller(), new, request.idempotency_key)
        return pb.RecordEvidenceResponse(evidence=_evidence(found))

    async def ListEvidence(self, request: pb.ListEvidenceRequest, context: Context) -> pb.ListEvidenceResponse:
        """That about a person."""
        found = await self._standing.list_evidence(caller(), request.person_id)
        return pb.ListEvidenceResponse(evidence=[_evidence(each) for each in found])

    async def RemindEligible(self, request: pb.RemindEligibleRequest, context: Context) -> pb.RemindEligibleResponse:
        """Tells whose day has come."""
        done = await self._eligibility.remind(caller(), parse_day(request.on_day, "on_day"))
        return pb.RemindEligibleResponse(reminded=done.reminded, left=done.left)


def servicer(standing: StandingHandlers, eligibility: EligibilityHandlers) -> Servicer:
    """What the server needs to serve StandingService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["StandingService"],
        standing_service_pb2_grpc.add_StandingServiceServicer_to_server,
        StandingApi(standing, eligibility),
    )


def _incident(one: Incident) -> pb.Incident:
    return pb.Incident(
        incident_id=one.incident_id,
        person_id=one.person_id,
        name=one.name,
        kind=one.kind,
        degree=one.degree,
        occurred_on=one.occurred_on.isoformat(),
        source=one.source,
        recorded_by=one.recorded_by,
        recorded_at=_instant(one.recorded_at),
        withdrawn_reason=one.withdrawn_reason,
    )


def _evidence(one: Evidence) -> pb.Evidence:
    return pb.Evidence(
        evidence_id=one.evidence_id,
        kind=one.kind,
        rule=one.rule,
        outcome=one.outcome,
        on_day=one.on_day.isoformat(),
        until_day=_text(one.until_day),
        year=one.year,
        source=one.source,
        recorded_by=one.recorded_by,
        recorded_at=_instant(one.recorded_at),
    )


def _instant(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
