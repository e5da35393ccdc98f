"""People of faculty on a whole stack: real accounts, real tokens, every call through the door of its service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pydantic import SecretStr

from residency.faculty.v1 import (
    appointment_service_pb2 as appointments,
)
from residency.faculty.v1 import (
    assignment_service_pb2 as assignment,
)
from residency.faculty.v1 import (
    batch_service_pb2 as batches,
)
from residency.faculty.v1 import (
    faculty_service_pb2 as dossiers,
)
from residency.faculty.v1 import (
    rotation_service_pb2 as rotations,
)
from residency.faculty.v1 import (
    standing_service_pb2 as standing,
)
from residency.faculty.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from residency.faculty.v1.assignment_service_pb2_grpc import AssignmentServiceStub
from residency.faculty.v1.batch_service_pb2_grpc import BatchServiceStub
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from residency.faculty.v1.rotation_service_pb2_grpc import RotationServiceStub
from residency.faculty.v1.standing_service_pb2_grpc import StandingServiceStub
from residency.identity.v1 import account_pb2
from residency.notify.v1 import delivery_service_pb2 as delivery
from residency.notify.v1 import notify_service_pb2 as notices
from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.access import channel_to, machine_token
from services.drills.ground import Stack
from services.kit.auth import act_as
from services.kit.clock import SystemClock
from services.kit.ids import new_id
from services.kit.settings import Settings
from services.stack import demo, processes
from services.stack.accounts import Accounts, Newcomer
from services.stack.authenticator import Keyring
from tests.support.teaching_story import DOSSIER, PAPERS

BASE, DEPARTMENT = "SD-QILU", "SD-QILU-NK"
"""Where the demo's teaching office and the demo's director work."""

TEACHER = Newcomer(
    role="faculty",
    name="全栈师资",
    resident_id=demo.resident_id("37009819790411003"),
    mobile="14500980501",
    login="stack.teacher",
    password="a whole stack of them",
)
SECTIONS = {
    "basic": dossiers.DOSSIER_SECTION_BASIC,
    "contact": dossiers.DOSSIER_SECTION_CONTACT,
    "education": dossiers.DOSSIER_SECTION_EDUCATION,
    "work": dossiers.DOSSIER_SECTION_WORK,
}
KINDS = {
    "id_scan": dossiers.PAPER_KIND_ID_SCAN,
    "photo": dossiers.PAPER_KIND_PHOTO,
    "qualification_scan": dossiers.PAPER_KIND_QUALIFICATION_SCAN,
}


@dataclass
class Cast:
    """A teaching office, a director and a teacher, each with a token of their own."""

    settings: Settings
    teacher: account_pb2.SignedIn
    office: str = field(repr=False)
    director: str = field(repr=False)
    department: str = DEPARTMENT
    mobile: str = TEACHER.mobile
    """The teacher's."""

    def __post_init__(self) -> None:
        self._faculty, self._notify = channel_to("faculty", self.settings), channel_to("notify", self.settings)
        self._operator = channel_to("notify", self.settings, machine_token("operator", self.settings))
        self.batches = self._faculty.stub(BatchServiceStub)
        self.dossiers = self._faculty.stub(FacultyServiceStub)
        self.standing = self._faculty.stub(StandingServiceStub)
        self.appointments = self._faculty.stub(AppointmentServiceStub)
        self.rotations = self._faculty.stub(RotationServiceStub)
        self.assignment = self._faculty.stub(AssignmentServiceStub)
        self.notices = self._notify.stub(NotifyServiceStub)

    @property
    def teacher_id(self) -> str:
        """Who the teacher is."""
        return str(self.teacher.person.person_id)

    @property
    def teachers_token(self) -> str:
        """With which the teacher is signed in."""
        return str(self.teacher.tokens.access.value)

    async def opens_a_batch(self) -> batches.Batch:
        """The office opens one: since yesterday, for a month."""
        order = batches.CreateBatchRequest(name="全栈报名批次", idempotency_key=new_id())
        order.opens_at.FromDatetime(datetime.now(UTC) - timedelta(days=1))
        order.closes_at.FromDatetime(datetime.now(UTC) + timedelta(days=30))
        with act_as(self.office):
            opened: batches.Batch = (await self.batches.CreateBatch(order)).batch
        return opened

    async def fills_in(self) -> None:
        """The teacher uploads the pictures and saves the four sections."""
        with act_as(self.teachers_token):
            for kind, make in PAPERS.items():
                await self.dossiers.UploadPaper(
                    dossiers.UploadPaperRequest(kind=KINDS[kind], content=make(), idempotency_key=new_id())
                )
            for section, body in filled_in(self.mobile).items():
                save = dossiers.SaveDossierSectionRequest(section=SECTIONS[section], idempotency_key=new_id())
                save.body.update(body)
                await self.dossiers.SaveDossierSection(save)

    async def applies(self, batch_id: str) -> batches.Candidacy:
        """The teacher begins a candidacy and submits it."""
        with act_as(self.teachers_token):
            begun = await self.batches.BeginCandidacy(
                batches.BeginCandidacyRequest(
                    batch_id=batch_id, hospital_code=BASE, department_code=self.department, idempotency_key=new_id()
                )
            )
            submitted = await self.batches.SubmitCandidacy(
                batches.SubmitCandidacyRequest(
                    candidacy_id=begun.candidacy.candidacy_id,
                    version=begun.candidacy.version,
                    idempotency_key=new_id(),
                )
            )
        candidacy: batches.Candidacy = submitted.candidacy
        return candidacy

    async def is_vouched_for(self) -> None:
        """The office records what C4 asks for."""
        day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        said = ({"kind": "attestation", "rule": "damage"}, {"kind": "attestation", "rule": "accident"})
        with act_as(self.office):
            for values in (*said, {"kind": "assessment", "outcome": "passed"}):
                await self.standing.RecordEvidence(
                    standing.RecordEvidenceRequest(
                        person_id=self.teacher_id,
                        on_day=day,
                        source="院发〔2026〕1 号",
                        idempotency_key=new_id(),
                        kind=values["kind"],
                        rule=values.get("rule", ""),
                        outcome=values.get("outcome", ""),
                    )
                )

    async def is_recommended(self, candidacy_id: str) -> batches.CandidacyResult:
        """The office opens the candidacy and recommends it as it stands then."""
        with act_as(self.office):
            found = await self.batches.GetCandidacy(batches.GetCandidacyRequest(candidacy_id=candidacy_id))
            opened = await self.batches.OpenCandidacy(
                batches.OpenCandidacyRequest(
                    candidacy_id=candidacy_id, version=found.candidacy.version, idempotency_key=new_id()
                )
            )
            wish = batches.CandidacyWish(candidacy_id=candidacy_id, version=opened.candidacy.version)
            answer = await self.batches.RecommendCandidacies(
                batches.RecommendCandidaciesRequest(wishes=[wish], idempotency_key=new_id())
            )
        result: batches.CandidacyResult = answer.results[0]
        return result

    async def appointment(self) -> appointments.Appointment:
        """The teacher's own, as the teacher sees it."""
        with act_as(self.teachers_token):
            answer = await self.appointments.ListMyAppointments(appointments.ListMyAppointmentsRequest())
        mine: appointments.Appointment = answer.appointments[0]
        return mine

    async def inbox(self) -> set[str]:
        """Templates of what the teacher has been told."""
        with act_as(self.teachers_token):
            answer = await self.notices.ListMessages(notices.ListMessagesRequest(page_size=100))
        return {message.template for message in answer.messages}

    async def letters(self) -> dict[str, datetime]:
        """Templates of what was written to the teacher, each with the moment from which it is seen, as support sees."""
        asked = delivery.ListToldRequest(person_id=self.teacher_id, page_size=100)
        answer = await self._operator.stub(DeliveryServiceStub).ListTold(asked)
        return {told.template: told.release_at.ToDatetime(UTC) for told in answer.told}

    async def trainees(self) -> list[rotations.Trainee]:
        """Who was admitted to the base, is called by name and has no plan yet, as the office sees them."""
        with act_as(self.office):
            page = await self.rotations.ListTrainees(rotations.ListTraineesRequest(base_code=BASE, limit=200))
        there = [each for each in page.trainees if each.name and each.state == "in_training"]
        return [each for each in there if not each.plan_version]

    async def wards(self) -> dict[str, int]:
        """The base's departments as the office sees them, each with how many disciplines it trains in."""
        with act_as(self.office):
            known = await self.rotations.ListDisciplines(rotations.ListDisciplinesRequest(base_code=BASE))
        return {each.department_code: len(each.disciplines) for each in known.departments}

    async def plans(self, trainee: rotations.Trainee) -> date:
        """The office sends the trainee to the director's department for two months; the first day there."""
        start = max(date.fromisoformat(trainee.from_day), first_after(datetime.now(UTC).date(), 2))
        stay = rotations.Rotation(
            department_code=DEPARTMENT,
            from_day=start.isoformat(),
            until_day=(first_after(start, 2) - timedelta(days=1)).isoformat(),
        )
        with act_as(self.office):
            await self.rotations.EditPlan(
                rotations.EditPlanRequest(
                    trainee_id=trainee.trainee_id,
                    plan_version=trainee.plan_version,
                    rotations=[stay],
                    reason="安排入科",
                    idempotency_key=new_id(),
                )
            )
        return start

    async def assigns(self, trainee_id: str, month: str) -> assignment.Cell:
        """The director gives the month to the teacher, after a look at the grid."""
        with act_as(self.director):
            grid = await self.assignment.GetGrid(
                assignment.GetGridRequest(department_code=DEPARTMENT, from_month=month, until_month=month)
            )
            cell = next(row.cells[0] for row in grid.rows if row.trainee_id == trainee_id)
            assert self.teacher_id in {each.person_id for each in grid.teachers}
            edit = assignment.CellEdit(
                trainee_id=trainee_id,
                department_code=DEPARTMENT,
                month=month,
                version=cell.version,
                action="assign",
                teacher_id=self.teacher_id,
            )
            answer = await self.assignment.EditCells(
                assignment.EditCellsRequest(edits=[edit], idempotency_key=new_id())
            )
        changed: assignment.Cell = answer.cells[0]
        return changed

    async def months(self) -> dict[str, str]:
        """The teacher's own months: month to the trainee's name."""
        with act_as(self.teachers_token):
            mine = await self.assignment.ListMyMonths(assignment.ListMyMonthsRequest())
        return {each.month: mine.trainee_names[each.trainee_id] for each in mine.cells}

    async def leave(self) -> None:
        """Close the doors."""
        await self._faculty.close()
        await self._notify.close()
        await self._operator.close()


def filled_in(mobile: str = TEACHER.mobile) -> dict[str, dict[str, str]]:
    """A whole dossier; its mobile number is the one that the account has verified."""
    return DOSSIER | {"contact": {"mobile": mobile}}


def first_after(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def doors_of(stack: Stack, machine: str = "operator") -> Settings:
    """Where the services of a stack are reached, with the secret of one of its machines."""
    running = stack.state()
    doors = {f"{name}_address": processes.address(running, name) for name in processes.GRPC_SERVICES}
    return Settings(machine_secret=SecretStr(running.secret(f"machine.{machine}"))).model_copy(update=doors)


@asynccontextmanager
async def cast_of(stack: Stack) -> AsyncIterator[Cast]:
    """The demo's teaching office and director sign in with both factors; a teacher registers in three steps."""
    running, settings = stack.state(), doors_of(stack)
    identity = channel_to("identity", settings, machine_token("operator", settings))
    accounts = Accounts(identity, SystemClock())
    kept, password = Keyring(demo.factors_file(stack.data)), demo.password(running)
    tokens = []
    for login in ("qilu.teaching", "qilu.director"):
        signed_in = await accounts.sign_in(login, password, kept[login])
        kept.save()
        tokens.append(str(signed_in.tokens.access.value))
    cast = Cast(settings, await accounts.register(TEACHER), *tokens)
    try:
        yield cast
    finally:
        await cast.leave()
        await identity.close()
