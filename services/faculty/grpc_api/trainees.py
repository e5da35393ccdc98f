"""Trainees, plans, standards and departments as messages of RotationService."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from residency.faculty.v1 import rotation_service_pb2 as pb
from services.faculty.domain.plan_rows import RowFault
from services.faculty.domain.rotations import Stretch
from services.faculty.domain.standards import Gap, Standard
from services.faculty.domain.trainees import Trainee
from services.faculty.handlers.disciplines import Department
from services.faculty.handlers.plans import REFUSALS, Planned
from services.faculty.store.plans import PlanRecord
from services.faculty.store.views import PlacedMonth


def trainee_message(one: Trainee) -> pb.Trainee:
    """A trainee."""
    return pb.Trainee(
        trainee_id=one.trainee_id,
        person_id=one.person_id,
        name=one.name,
        base_code=one.base_code,
        specialty_code=one.specialty_code,
        specialty_name=one.specialty_name,
        cohort=one.cohort,
        kind=one.kind,
        from_day=_day(one.from_day),
        until_day=_day(one.until_day),
        state=one.state.value,
        plan_version=one.plan_version,
        version=one.version,
    )


def standard_message(standard: Standard, edition: int) -> pb.Standard:
    """What a specialty requires."""
    items = [
        pb.StandardItem(discipline=each.discipline, name=each.name, months=each.months, elective=each.elective)
        for each in standard.items
    ]
    return pb.Standard(
        specialty_code=standard.specialty_code,
        name=standard.name,
        months=standard.months,
        items=items,
        edition=edition,
    )


def department_message(one: Department) -> pb.DepartmentDiscipline:
    """A department and what it trains in."""
    return pb.DepartmentDiscipline(
        department_code=one.organisation.code,
        name=one.organisation.name,
        disciplines=sorted(one.ward.disciplines),
        places=one.ward.places,
    )


def planned_message(one: Planned) -> pb.PlannedTrainee:
    """A plan as it would be or is, or why there is none."""
    return pb.PlannedTrainee(
        trainee_id=one.trainee.trainee_id,
        name=one.trainee.name,
        rotations=_rotations(one.stretches),
        gaps=gap_messages(one.gaps),
        refusal=REFUSALS[one.refusal] if one.refusal else "",
    )


def plan_message(plan: PlanRecord, *, whole: bool = True) -> pb.Plan:
    """A version of a plan, with its stays unless only its story is asked for."""
    message = pb.Plan(
        trainee_id=plan.trainee_id,
        plan_version=plan.plan_version,
        rotations=_rotations(plan.stretches) if whole else [],
        origin=plan.origin,
        reason=plan.reason,
        made_by=plan.made_by,
    )
    if plan.made_at is not None:
        message.made_at.FromDatetime(plan.made_at)
    return message


def gap_messages(gaps: Iterable[Gap]) -> list[pb.StandardGap]:
    """Where a plan departs from its standard."""
    return [pb.StandardGap(discipline=each.discipline, name=each.name, months=each.months) for each in gaps]


def month_messages(months: Iterable[PlacedMonth]) -> list[pb.PlanMonth]:
    """Months with their teachers."""
    return [
        pb.PlanMonth(
            month=f"{each.month:%Y-%m}",
            department_code=each.department_code,
            teacher_id=each.teacher_id,
            teacher_name=each.teacher_name,
            partial=each.partial,
        )
        for each in months
    ]


def fault_message(fault: RowFault) -> pb.PlanFault:
    """What is wrong with one row."""
    return pb.PlanFault(row=fault.row, column=fault.column, code=fault.code, message=fault.message, rule=fault.rule)


def _rotations(stretches: Iterable[Stretch]) -> list[pb.Rotation]:
    return [
        pb.Rotation(department_code=each.department_code, from_day=_day(each.from_day), until_day=_day(each.until_day))
        for each in stretches
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
