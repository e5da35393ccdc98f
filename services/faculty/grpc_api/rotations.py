"""RotationService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

import grpc
from google.protobuf.message import Message

from residency.faculty.v1 import rotation_service_pb2 as pb
from residency.faculty.v1 import rotation_service_pb2_grpc as stubs
from services.faculty.domain.rotations import Stretch, day_in
from services.faculty.grpc_api import trainees as messages
from services.faculty.handlers.disciplines import Disciplines, SetDiscipline
from services.faculty.handlers.plan_imports import ImportPlans, PlanImports
from services.faculty.handlers.plans import EditPlan, Generate, Plans
from services.faculty.handlers.trainees import Asked, SetTrainee, Trainees
from services.faculty.handlers.views import DepartmentAsked, Views
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

Ask = TypeVar("Ask", bound=Message)


class RotationApi(stubs.RotationServiceServicer):
    """Answers RotationService; failures are DomainErrors that the server turns into statuses."""

    def __init__(
        self, trainees: Trainees, disciplines: Disciplines, plans: Plans, imports: PlanImports, views: Views
    ) -> None:
        self._trainees = trainees
        self._disciplines = disciplines
        self._plans = plans
        self._imports = imports
        self._views = views

    async def ListTrainees(self, request: pb.ListTraineesRequest, context: Context) -> pb.ListTraineesResponse:
        """Lists trainees in reach."""
        asked = Asked(
            *(request.cohort, request.specialty_code, request.kind, request.name.strip(), request.base_code),
            *(request.limit, request.page_token),
        )
        page = await self._trainees.page(caller(), asked)
        return pb.ListTraineesResponse(
            trainees=[messages.trainee_message(each) for each in page.trainees],
            total=page.total,
            next_page_token=page.next_token,
        )

    async def SetTrainee(self, request: pb.SetTraineeRequest, context: Context) -> pb.SetTraineeResponse:
        """Sets kind and days of training."""
        order = SetTrainee(
            *(request.trainee_id, request.version, request.kind),
            day_in(request.from_day, "from_day", "ROT-06"),
            day_in(request.until_day, "until_day", "ROT-06"),
            *(request.idempotency_key, _body(request)),
        )
        one = await self._trainees.set_trainee(caller(), order)
        return pb.SetTraineeResponse(trainee=messages.trainee_message(one))

    async def ListStandards(self, request: pb.ListStandardsRequest, context: Context) -> pb.ListStandardsResponse:
        """轮转专业规范."""
        edition = self._disciplines.catalogue().edition
        found = self._disciplines.standards(request.specialty_code)
        return pb.ListStandardsResponse(standards=[messages.standard_message(each, edition) for each in found])

    async def ListDisciplines(self, request: pb.ListDisciplinesRequest, context: Context) -> pb.ListDisciplinesResponse:
        """Which department trains in what."""
        departments = await self._disciplines.list_departments(caller(), request.base_code)
        known = self._disciplines.catalogue().disciplines
        return pb.ListDisciplinesResponse(
            departments=[messages.department_message(each) for each in departments],
            disciplines=[pb.Discipline(code=code, name=name) for code, name in known.items()],
        )

    async def SetDiscipline(self, request: pb.SetDisciplineRequest, context: Context) -> pb.SetDisciplineResponse:
        """Says what a department trains in."""
        order = SetDiscipline(
            *(request.department_code, tuple(request.disciplines), request.places),
            *(request.idempotency_key, _body(request)),
        )
        one = await self._disciplines.set_discipline(caller(), order)
        return pb.SetDisciplineResponse(department=messages.department_message(one))

    async def PreviewPlans(self, request: pb.PreviewPlansRequest, context: Context) -> pb.PreviewPlansResponse:
        """What plans from the standards would be."""
        preview = await self._plans.preview(caller(), _generate(request.trainee_ids, request.from_day))
        plans = [messages.planned_message(each) for each in preview.plans]
        return pb.PreviewPlansResponse(plans=plans, fingerprint=preview.fingerprint)

    async def GeneratePlans(self, request: pb.GeneratePlansRequest, context: Context) -> pb.GeneratePlansResponse:
        """Makes them."""
        order = _generate(
            *(request.trainee_ids, request.from_day, request.fingerprint, request.idempotency_key, _body(request))
        )
        plans = await self._plans.generate(caller(), order)
        return pb.GeneratePlansResponse(plans=[messages.planned_message(each) for each in plans])

    async def EditPlan(self, request: pb.EditPlanRequest, context: Context) -> pb.EditPlanResponse:
        """Replaces the future of one plan."""
        order = EditPlan(
            *(request.trainee_id, request.plan_version, _stretches(request.rotations), request.reason),
            *(request.idempotency_key, _body(request)),
        )
        return pb.EditPlanResponse(plan=messages.plan_message(await self._plans.edit(caller(), order)))

    async def ImportPlans(self, request: pb.ImportPlansRequest, context: Context) -> pb.ImportPlansResponse:
        """Checks a file of plans, and takes it over."""
        order = ImportPlans(request.file, request.commit, request.reason, request.idempotency_key, _body(request))
        imported = await self._imports.import_plans(caller(), order)
        return pb.ImportPlansResponse(
            rows=imported.rows,
            trainees=imported.trainees,
            faults=[messages.fault_message(each) for each in imported.faults],
            committed=imported.committed,
        )

    async def GetPlan(self, request: pb.GetPlanRequest, context: Context) -> pb.GetPlanResponse:
        """Reads a plan."""
        shown = await self._plans.get(caller(), request.trainee_id, request.plan_version)
        return pb.GetPlanResponse(
            trainee=messages.trainee_message(shown.trainee),
            plan=messages.plan_message(shown.plan),
            gaps=messages.gap_messages(shown.gaps),
            months=messages.month_messages(shown.months),
        )

    async def ListPlanVersions(
        self, request: pb.ListPlanVersionsRequest, context: Context
    ) -> pb.ListPlanVersionsResponse:
        """Lists versions."""
        found = await self._plans.versions(caller(), request.trainee_id)
        return pb.ListPlanVersionsResponse(plans=[messages.plan_message(each, whole=False) for each in found])

    async def GetDepartmentView(
        self, request: pb.GetDepartmentViewRequest, context: Context
    ) -> pb.GetDepartmentViewResponse:
        """按科室查看."""
        asked = DepartmentAsked(
            *(request.department_code, request.from_month, request.until_month, request.cohort),
            *(request.specialty_code, request.kind, request.name.strip()),
        )
        rows = await self._views.department(caller(), asked)
        return pb.GetDepartmentViewResponse(
            rows=[
                pb.ViewRow(trainee=messages.trainee_message(row.trainee), months=messages.month_messages(row.months))
                for row in rows
            ]
        )

    async def GetDayView(self, request: pb.GetDayViewRequest, context: Context) -> pb.GetDayViewResponse:
        """按日期查看."""
        on_day = day_in(request.on_day, "on_day", "ROT-18")
        rows = await self._views.day(caller(), on_day, request.department_code)
        return pb.GetDayViewResponse(
            rows=[
                pb.DayRow(
                    trainee=messages.trainee_message(row.trainee),
                    department_code=row.at.department_code,
                    teacher_id=row.at.teacher_id,
                    teacher_name=row.at.teacher_name,
                )
                for row in rows
            ]
        )


def servicer(api: RotationApi) -> Servicer:
    """What the server needs to serve RotationService."""
    descriptor = pb.DESCRIPTOR.services_by_name["RotationService"]
    return Servicer(descriptor, stubs.add_RotationServiceServicer_to_server, api)


def _generate(
    trainee_ids: Iterable[str], from_day: str, fingerprint: str = "", key: str = "", body: bytes = b""
) -> Generate:
    first = day_in(from_day, "from_day", "ROT-10") if from_day else None
    return Generate(tuple(trainee_ids), first, fingerprint, key, body)


def _stretches(rotations: Iterable[pb.Rotation]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            day_in(each.from_day, f"rotations[{n}].from_day", "ROT-13"),
            day_in(each.until_day, f"rotations[{n}].until_day", "ROT-13"),
            each.department_code,
        )
        for n, each in enumerate(rotations)
    )


def _body(request: Ask) -> bytes:
    """The content that an idempotency key stands for: everything but the key."""
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("idempotency_key")
    return content.SerializeToString(deterministic=True)
