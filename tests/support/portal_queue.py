"""What the staff of a base decide, as the portal sees it: cases with their submissions, and the decision service."""

from __future__ import annotations

import uuid
from typing import Any

from residency.enrollment.v1 import (
    application_pb2,
    decision_service_pb2,
    decision_service_pb2_grpc,
)
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from tests.support.portal_catalogue import CYCLE

State = application_pb2.ApplicationState


class Case:
    """One application with its submissions."""

    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.application = application_pb2.Application(
            application_id=str(uuid.uuid4()),
            cycle_id=CYCLE,
            state=State.APPLICATION_STATE_DRAFT,
            version=1,
            name="李测试",
            masked_document="3701************18",
            sections=[
                application_pb2.SectionStatus(section=application_pb2.Section.Name(number)) for number in (1, 2, 3, 4)
            ],
        )
        self.frozen = application_pb2.Application()
        self.history: list[application_pb2.HistoryEntry] = []

    def note(self, command: str, role: str, remark: str = "") -> None:
        """Write a line of history."""
        entry = application_pb2.HistoryEntry(
            number=len(self.history) + 1, command=command, role=role, state=self.application.state, remark=remark
        )
        entry.at.GetCurrentTime()
        self.history.append(entry)
        self.application.version += 1

    def row(self) -> decision_service_pb2.QueueRow:
        """As a row of the queue."""
        own = self.application
        return decision_service_pb2.QueueRow(
            application_id=own.application_id,
            submission_number=own.submission_number,
            name=own.name,
            masked_document=own.masked_document,
            specialty_code=self.frozen.choice.specialty_code,
            state=own.state,
            submitted_at=own.submitted_at,
            accepts_reallocation=self.frozen.choice.accepts_reallocation,
            not_selected=own.not_selected,
            version=own.version,
        )


class Decisions(decision_service_pb2_grpc.DecisionServiceServicer):
    """The decision service over the cases of whoever inherits it."""

    def __init__(self) -> None:
        self.phase = "REGISTRATION"
        self.cases: dict[str, Case] = {}
        self.batches: list[Any] = []
        self.refuse_review: DomainError | None = None

    def case(self, application_id: str) -> Case:
        """The case with this id; raises NOT_FOUND."""
        found = [each for each in self.cases.values() if each.application.application_id == application_id]
        if not found:
            raise DomainError(Kind.NOT_FOUND, "APPLICATION_NOT_FOUND", "没有这份报名。")
        return found[0]

    def capability(self, action: str, allowed: bool) -> application_pb2.Capability:
        """Whether an action is open now."""
        raise NotImplementedError

    async def ListQueue(self, request: Any, context: Any) -> Any:
        cases = [case for case in self.cases.values() if case.frozen.choice.base_code == caller().organisation]
        rows = [case.row() for case in cases if not request.states or case.application.state in request.states]
        start = int(request.page_token or 0)
        size = request.page_size or 50
        more = str(start + size) if start + size < len(rows) else ""
        return decision_service_pb2.ListQueueResponse(rows=rows[start : start + size], next_page_token=more)

    async def GetSubmission(self, request: Any, context: Any) -> Any:
        case = self.case(request.application_id)
        return decision_service_pb2.GetSubmissionResponse(
            row=case.row(),
            sections=case.frozen.sections,
            choice=case.frozen.choice,
            capabilities=self._staff_capabilities(case),
        )

    async def GetReasons(self, request: Any, context: Any) -> Any:
        reasons = [decision_service_pb2.Reason(code="DOCUMENT_INCOMPLETE", label="材料不全")]
        return decision_service_pb2.GetReasonsResponse(version=1, rejections=reasons, quits=reasons)

    async def ReviewApplication(self, request: Any, context: Any) -> Any:
        case = self._decided(request, "approve")
        if self.refuse_review is not None:
            raise self.refuse_review
        approved = request.verdict == decision_service_pb2.VERDICT_APPROVE
        case.application.state = State.APPLICATION_STATE_APPROVED if approved else State.APPLICATION_STATE_REJECTED
        case.application.remark, case.application.reason_code = request.remark, request.reason_code
        case.note("approve_application" if approved else "reject_application", "base_reviewer", request.remark)
        return decision_service_pb2.ReviewApplicationResponse(row=case.row())

    async def DecideMany(self, request: Any, context: Any) -> Any:
        self.batches.append(request)
        return decision_service_pb2.DecideManyResponse(results=[self._one_of_many(row) for row in request.rows])

    async def PlaceMany(self, request: Any, context: Any) -> Any:
        self.batches.append(request)
        return decision_service_pb2.PlaceManyResponse(results=[self._one_of_many(row) for row in request.rows])

    def _one_of_many(self, row: Any) -> decision_service_pb2.BatchResult:
        """Every row is done, save one on a submission that is not the current one."""
        case = self.case(row.application_id)
        if row.submission_number != case.application.submission_number:
            return decision_service_pb2.BatchResult(
                application_id=row.application_id, reason="SUPERSEDED", message="该报名信息已被申请人更新。"
            )
        return decision_service_pb2.BatchResult(application_id=row.application_id, row=case.row())

    async def RecordNotSelected(self, request: Any, context: Any) -> Any:
        case = self._decided(request, "record_not_selected")
        case.application.not_selected = True
        case.note("record_not_selected", "base_administrator")
        return decision_service_pb2.RecordNotSelectedResponse(row=case.row())

    async def GrantProvisional(self, request: Any, context: Any) -> Any:
        case = self._decided(request, "grant_provisional")
        if case.frozen.choice.specialty_code == "0400":
            raise DomainError(Kind.NOT_NOW, "SEAT_FULL", "该专业的计划数已满。", rule="SEAT-01")
        case.application.state = State.APPLICATION_STATE_PROVISIONAL
        case.note("grant_provisional", "base_administrator", request.remark)
        return decision_service_pb2.GrantProvisionalResponse(row=case.row())

    async def Admit(self, request: Any, context: Any) -> Any:
        case = self.case(request.application_id)
        case.application.state = State.APPLICATION_STATE_ADMITTED
        case.note("admit_application", "base_administrator")
        return decision_service_pb2.AdmitResponse(row=case.row())

    def _decided(self, request: Any, action: str) -> Case:
        case = self.case(request.application_id)
        if request.submission_number != case.application.submission_number:
            raise DomainError(
                Kind.CONFLICT,
                "SUPERSEDED",
                "该报名信息已被申请人更新,请查看最新提交。",
                field="submission_number",
                rule="APP-06",
            )
        return case

    def _staff_capabilities(self, case: Case) -> list[application_pb2.Capability]:
        state = State.Name(case.application.state).removeprefix("APPLICATION_STATE_").lower()
        review = self.phase in {"FIRST_CHOICE", "SECOND_CHOICE"}
        return [
            self.capability("approve", review and state == "pending"),
            self.capability("reject", review and state == "pending"),
            self.capability("grant_provisional", review and state == "approved"),
            self.capability("record_not_selected", review and state == "approved"),
            self.capability("admit", self.phase == "CONFIRMATION" and state == "provisional"),
        ]
