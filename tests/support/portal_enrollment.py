"""Enrollment as the portal sees it: the generated servicers over a few dictionaries, obeying the contract.

It decides just enough (one phase at a time, versions, required fields, superseded submissions) for pages and routes to
meet every kind of answer. The real rules are tested where they live.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.json_format import MessageToDict

from residency.enrollment.v1 import (
    application_pb2,
    application_service_pb2,
    application_service_pb2_grpc,
    board_service_pb2,
    board_service_pb2_grpc,
    cycle_pb2,
    cycle_service_pb2,
    cycle_service_pb2_grpc,
)
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from tests.support.portal_catalogue import BASES, CALENDAR, CYCLE, NAMES, QILU, definition
from tests.support.portal_queue import Case, Decisions

State = application_pb2.ApplicationState
_EDITS = ("edit_profile", "edit_specialty", "edit_base", "edit_reallocation", "submit", "withdraw")
_OPENS = {"rejected": ("SECOND_CHOICE",), "default": ("REGISTRATION", "SECOND_CHOICE", "REALLOCATION")}


class Enrollment(
    cycle_service_pb2_grpc.CycleServiceServicer,
    application_service_pb2_grpc.ApplicationServiceServicer,
    Decisions,
    board_service_pb2_grpc.BoardServiceServicer,
):
    """All four services; `phase` is set by tests."""

    def __init__(self) -> None:
        super().__init__()
        self.day_seconds = 86400.0
        self.starts_at = datetime.now(UTC) - timedelta(days=8, hours=11)
        self.no_cycle = False
        self.down = False
        self.keys: list[str] = []
        self.milestones = cycle_pb2.Milestones()
        self.created: list[Any] = []
        self.more: tuple[str, ...] = ()
        """Actions that are open to applicants beside the usual ones."""

    def cycle(self) -> cycle_pb2.Cycle:
        """The cycle as it stands."""
        if self.down:
            raise DomainError(Kind.UNAVAILABLE, "DATABASE_DOWN", "服务暂时不可用，请稍后再试。")
        phase = cycle_pb2.Phase.Value(f"PHASE_{self.phase}")
        cycle = cycle_pb2.Cycle(
            cycle_id=CYCLE,
            province_code="37",
            year=2023,
            title="2023年度山东省住院医师规范化培训招录",
            time_zone="Asia/Shanghai",
            day_seconds=self.day_seconds,
            phase=f"PHASE_{self.phase}",
            sequence=phase - 1,
        )
        cycle.read_at.GetCurrentTime()
        first = datetime.fromisoformat("2023-07-01")
        preparation = cycle.phases.add(phase=cycle_pb2.PHASE_PREPARATION, name="准备")
        preparation.closes_at.FromDatetime(self.starts_at)
        for name, label, first_day, last_day, number in CALENDAR:
            value = cycle_pb2.Phase.Value(f"PHASE_{name}")
            each = cycle.phases.add(
                phase=value, sequence=value - 1, name=label, first_day=first_day, last_day=last_day, round=number
            )
            opens = (datetime.fromisoformat(first_day) - first).days
            closes = (datetime.fromisoformat(last_day) - first).days + 1
            each.opens_at.FromDatetime(self.starts_at + timedelta(seconds=opens * self.day_seconds))
            each.closes_at.FromDatetime(self.starts_at + timedelta(seconds=closes * self.day_seconds))
            if value <= phase:
                each.entered_at.FromDatetime(each.opens_at.ToDatetime() + timedelta(seconds=1.2))
        cycle.phases.add(phase=cycle_pb2.PHASE_CLOSED, sequence=6, name="结束")
        return cycle

    async def ListCycles(self, request: Any, context: Any) -> Any:
        cycle = self.cycle()
        return cycle_service_pb2.ListCyclesResponse(cycles=[] if self.no_cycle else [cycle])

    async def ListDraftCycles(self, request: Any, context: Any) -> Any:
        return cycle_service_pb2.ListDraftCyclesResponse()

    async def CreateCycle(self, request: Any, context: Any) -> Any:
        self.created.append(request)
        return cycle_service_pb2.CreateCycleResponse(cycle=self.cycle())

    async def GetCycle(self, request: Any, context: Any) -> Any:
        if request.cycle_id != CYCLE:
            raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有这个招录周期。")
        return cycle_service_pb2.GetCycleResponse(cycle=self.cycle())

    async def GetCatalogue(self, request: Any, context: Any) -> Any:
        plan = [
            cycle_pb2.PlannedSeats(base_code=row.base_code, specialty_code=row.specialty_code, planned=row.planned)
            for row in self._rows()
        ]
        return cycle_service_pb2.GetCatalogueResponse(
            bases=[cycle_pb2.Base(code=code, name=name) for code, name in BASES.items()],
            specialties=[cycle_pb2.Specialty(code=code, name=name) for code, name in NAMES.items()],
            plan=plan,
        )

    async def GetWindow(self, request: Any, context: Any) -> Any:
        return cycle_service_pb2.GetWindowResponse(window=self._window(request))

    async def SetMilestones(self, request: Any, context: Any) -> Any:
        if request.milestones.HasField("interview") and not request.milestones.HasField("review_deadline"):
            raise DomainError(
                Kind.INVALID,
                "MILESTONE_ORDER",
                "面试时间不能早于阶段开始。",
                field="milestones.interview",
                rule="CAL-07",
            )
        self.milestones = request.milestones
        return cycle_service_pb2.SetMilestonesResponse(window=self._window(request))

    async def GetBoard(self, request: Any, context: Any) -> Any:
        answer = board_service_pb2.GetBoardResponse(
            rows=[row for row in self._rows() if request.base_code in ("", row.base_code)]
        )
        answer.as_of.GetCurrentTime()
        return answer

    async def GetDossierDefinition(self, request: Any, context: Any) -> Any:
        return definition()

    async def GetMyApplication(self, request: Any, context: Any) -> Any:
        case = self.cases.get(caller().person_id)
        application = case.application if case else application_pb2.Application(state=State.APPLICATION_STATE_NONE)
        return application_service_pb2.GetMyApplicationResponse(
            application=application, capabilities=self._applicant_capabilities(application)
        )

    async def GetCapabilities(self, request: Any, context: Any) -> Any:
        case = self.cases.get(caller().person_id)
        application = case.application if case else application_pb2.Application(state=State.APPLICATION_STATE_NONE)
        actions = self._applicant_capabilities(application)
        fields = [
            ("identity.name", "edit_identity"),
            ("basic.mobile", "edit_profile"),
            ("choice.base_code", "edit_base"),
        ]
        return application_service_pb2.GetCapabilitiesResponse(
            actions=actions,
            fields=[
                application_service_pb2.FieldCapability(
                    field=field, capability=self.capability(action, action != "edit_identity")
                )
                for field, action in fields
            ],
        )

    async def ListSelectable(self, request: Any, context: Any) -> Any:
        rows = [row for row in self._rows() if request.base_code in ("", row.base_code)]
        problem = application_pb2.FieldProblem(key="specialty_code", rule="ELG-01", message="须为儿科专业毕业。")
        return application_service_pb2.ListSelectableResponse(
            places=[
                application_service_pb2.Selectable(
                    base_code=row.base_code,
                    specialty_code=row.specialty_code,
                    planned=row.planned,
                    allowed=row.specialty_code != "0200",
                    problems=[problem] if row.specialty_code == "0200" else [],
                )
                for row in rows
            ]
        )

    async def CarryOver(self, request: Any, context: Any) -> Any:
        case = self._mine(request)
        case.application.sections[3].body.update({"has_employer": False})
        case.application.sections[3].saved_at.GetCurrentTime()
        return application_service_pb2.CarryOverResponse(application=case.application, papers=["portrait"])

    async def StartApplication(self, request: Any, context: Any) -> Any:
        self._open("start")
        case = self.cases.setdefault(caller().person_id, Case(caller().person_id))
        case.note("start_application", "applicant")
        return application_service_pb2.StartApplicationResponse(application=case.application)

    async def SaveSection(self, request: Any, context: Any) -> Any:
        case = self._mine(request)
        fields = definition().sections[request.section - 1].fields
        body = MessageToDict(request.body)
        if "mobile" in body and not str(body["mobile"]).isdigit():
            raise DomainError(
                Kind.INVALID,
                "SECTION_MALFORMED",
                "手机号码须为 11 位手机号码。",
                field="basic.mobile",
                rule="DOS-04",
                details={"basic.mobile": "DOS-04 手机号码须为 11 位手机号码。"},
            )
        status = case.application.sections[request.section - 1]
        status.body.CopyFrom(request.body)
        status.complete = all(field.key in body for field in fields if field.required)
        status.saved_at.GetCurrentTime()
        case.note("save_section", "applicant")
        return application_service_pb2.SaveSectionResponse(application=case.application)

    async def SaveChoice(self, request: Any, context: Any) -> Any:
        case = self._mine(request)
        if request.choice.base_code not in ("", *BASES):
            raise DomainError(
                Kind.INVALID, "UNKNOWN_BASE", "没有这个培训基地。", field="choice.base_code", rule="APP-04"
            )
        case.application.choice.CopyFrom(request.choice)
        case.note("save_choice", "applicant")
        return application_service_pb2.SaveChoiceResponse(application=case.application)

    async def SubmitApplication(self, request: Any, context: Any) -> Any:
        case = self._mine(request)
        if request.idempotency_key in self.keys:
            return application_service_pb2.SubmitApplicationResponse(application=case.application)
        missing = [section for section in case.application.sections if not section.complete]
        if missing:
            raise DomainError(
                Kind.INVALID,
                "DOSSIER_INCOMPLETE",
                "还有内容没有填写。",
                field="basic.sex",
                rule="DOS-03",
                details={"basic.sex": "DOS-03 请填写性别。", "education.school": "DOS-03 请填写在读/毕业院校。"},
            )
        self.keys.append(request.idempotency_key)
        case.application.state = State.APPLICATION_STATE_PENDING
        case.application.submission_number += 1
        case.application.submitted_at.GetCurrentTime()
        case.note("submit_application", "applicant")
        case.frozen.CopyFrom(case.application)
        return application_service_pb2.SubmitApplicationResponse(application=case.application)

    async def WithdrawApplication(self, request: Any, context: Any) -> Any:
        case = self._mine(request)
        case.application.state = State.APPLICATION_STATE_WITHDRAWN
        case.note("withdraw_application", "applicant")
        return application_service_pb2.WithdrawApplicationResponse(application=case.application)

    async def ListHistory(self, request: Any, context: Any) -> Any:
        return application_service_pb2.ListHistoryResponse(entries=self.case(request.application_id).history)

    def _mine(self, request: Any) -> Case:
        self._open("submit")
        case = self.cases.get(caller().person_id)
        if case is None:
            raise DomainError(Kind.NOT_FOUND, "APPLICATION_NOT_FOUND", "没有这份报名。")
        expected = getattr(request, "expected_version", 0)
        if expected and expected != case.application.version:
            raise DomainError(
                Kind.CONFLICT,
                "STALE_VERSION",
                "报名信息已在别处更新,请刷新后重试。",
                field="expected_version",
                rule="APP-07",
            )
        return case

    def _open(self, action: str) -> None:
        if self.down:
            raise DomainError(Kind.UNAVAILABLE, "DATABASE_DOWN", "服务暂时不可用，请稍后再试。")
        if self.phase not in _OPENS["default"]:
            until = self.starts_at + timedelta(days=31)
            raise DomainError(Kind.NOT_NOW, "NOT_IN_PHASE", "当前阶段不能办理此项。", rule="CAP-B4-DRAFT", until=until)

    def _applicant_capabilities(self, application: application_pb2.Application) -> list[application_pb2.Capability]:
        none = application.state == State.APPLICATION_STATE_NONE
        open_now = self.phase in _OPENS["default"]
        usual = [self.capability(action, open_now and none == (action == "start")) for action in ("start", *_EDITS)]
        return [*usual, *(self.capability(action, allowed=True) for action in self.more)]

    def capability(self, action: str, allowed: bool) -> application_pb2.Capability:
        told = application_pb2.Capability(action=action, allowed=allowed, rule="CAP-TEST")
        if allowed:
            told.until.FromDatetime(self.starts_at + timedelta(seconds=10 * self.day_seconds))
        else:
            told.reason, told.changed_by = "NOT_IN_PHASE", "PHASE_SECOND_CHOICE"
            told.until.FromDatetime(self.starts_at + timedelta(seconds=31 * self.day_seconds))
        return told

    def _window(self, request: Any) -> cycle_pb2.Window:
        states = [case.application.state for case in self.cases.values()]
        window = cycle_pb2.Window(
            cycle_id=CYCLE,
            base_code=request.base_code,
            round=request.round,
            milestones=self.milestones,
            pending=states.count(State.APPLICATION_STATE_PENDING),
            approved=states.count(State.APPLICATION_STATE_APPROVED),
        )
        window.opens_at.FromDatetime(self.starts_at + timedelta(seconds=10 * self.day_seconds))
        window.closes_at.FromDatetime(self.starts_at + timedelta(seconds=31 * self.day_seconds))
        return window

    def _rows(self) -> list[board_service_pb2.BoardRow]:
        rows = []
        for number, base in enumerate(BASES):
            for code, (planned, applied, provisional) in QILU.items():
                rows.append(
                    board_service_pb2.BoardRow(
                        base_code=base,
                        specialty_code=code,
                        planned=planned + 3 * number,
                        applied=applied,
                        provisional=provisional,
                        admitted=0,
                    )
                )
        return rows
