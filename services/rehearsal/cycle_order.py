"""A province file as the order for its cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from residency.enrollment.v1 import cycle_pb2, cycle_service_pb2
from services.rehearsal.plans import Seats
from services.rehearsal.province import BaseEntry, Province


def cycle_request(
    province: Province,
    bases: Sequence[BaseEntry],
    plan: Sequence[Seats],
    key: str,
    *,
    title: str = "",
    starts_at: datetime | None = None,
    day_seconds: float = 0.0,
) -> cycle_service_pb2.CreateCycleRequest:
    """The order for a cycle of these bases and places; without `starts_at` the dates of the file hold as they stand.

    `key` makes a retry harmless. Bases name a main base only when that is among them.
    """
    codes = {base.code for base in bases}
    return cycle_service_pb2.CreateCycleRequest(
        idempotency_key=key,
        province_code=province.code,
        year=province.year,
        title=title or province.title,
        time_zone=province.timezone,
        phases=[
            cycle_service_pb2.PhaseDates(
                phase=f"PHASE_{phase.phase.upper()}",
                name=phase.name,
                first_day=phase.first_day.isoformat(),
                last_day=phase.last_day.isoformat(),
                key=phase.key,
                gap_name=phase.gap_name,
            )
            for phase in province.phases
        ],
        milestones=[
            cycle_pb2.CycleMilestone(
                key=each.key, phase_key=each.phase, name=each.name, day=each.day.isoformat(), exam=each.exam
            )
            for each in province.milestones
        ],
        bases=[
            cycle_pb2.Base(
                code=base.code,
                name=base.name,
                main_code=base.main_code if base.main_code in codes else "",
                credit_code=base.credit_code,
            )
            for base in bases
        ],
        specialties=[cycle_pb2.Specialty(code=entry.code, name=entry.name) for entry in province.specialties],
        plan=[
            cycle_pb2.PlannedSeats(
                base_code=seats.base_code, specialty_code=seats.specialty_code, planned=seats.planned
            )
            for seats in plan
        ],
        starts_at=starts_at,
        day_seconds=day_seconds,
        policy=ParseDict(dict(province.policy), Struct()),
    )


def known_places(province: Province) -> list[Seats]:
    """The places that the file states, and no others: what is not known is not made up."""
    return [Seats(base.code, code, places) for base in province.bases for code, places in sorted(base.plan.items())]
