"""What a province orders: policy, plan, exceptions, programmes, penalties, holds, reallocation."""

from __future__ import annotations

from fastapi import APIRouter

from residency.enrollment.v1 import plan_service_pb2, reallocation_service_pb2, screening_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["province"])
_CYCLE = "/cycles/{cycle_id}"
_ONE = "/reallocations/{proposal_id}"

add_rows(
    router,
    plan_service_pb2,
    "PlanService",
    "plans",
    (
        Row("GET", f"{_CYCLE}/policy", "GetPolicy", "Read the policy, with the name and meaning of every key."),
        Row("PUT", f"{_CYCLE}/policy", "SetPolicy", "Change keys of the policy."),
        Row("GET", f"{_CYCLE}/plan", "ListPlan", "List places: planned, taken, programme."),
        Row("GET", f"{_CYCLE}/plan/history", "ListPlanHistory", "List what was planned before, newest first."),
        Row("PUT", f"{_CYCLE}/plan", "SetPlan", "Set planned places, row by row."),
        Row("POST", f"{_CYCLE}/plan-changes", "ProposePlanChange", "Ask for another number of places.", 201),
        Row("GET", f"{_CYCLE}/plan-changes", "ListPlanChanges", "List what bases asked for, newest first."),
        Row(
            "POST",
            f"{_CYCLE}/plan-changes/{{change_id}}/decision",
            "DecidePlanChange",
            "Grant or refuse a plan change.",
        ),
        Row("POST", f"{_CYCLE}/exceptions", "GrantSeatException", "Add places under a numbered document.", 201),
        Row("GET", f"{_CYCLE}/exceptions", "ListSeatExceptions", "List exceptions, newest first."),
        Row(
            "PUT",
            f"{_CYCLE}/programmes/{{base_code}}/{{specialty_code}}",
            "SetProgramme",
            "Open, pause or close a specialty at a base.",
        ),
        Row("GET", f"{_CYCLE}/reversion", "PreviewReversion", "Tell which unfilled places would go where."),
        Row("POST", f"{_CYCLE}/reversion", "RevertUnfilled", "Move unfilled places by the declared rules."),
        Row(
            "PUT",
            f"{_CYCLE}/windows/{{base_code}}/{{round}}/review-deadline",
            "ExtendDeadline",
            "Move a base's review deadline to a later instant.",
        ),
    ),
)
add_rows(
    router,
    screening_service_pb2,
    "ScreeningService",
    "screening",
    (
        Row("POST", f"{_CYCLE}/penalties", "AddPenalty", "Bar somebody until a day.", 201),
        Row("POST", f"{_CYCLE}/penalties/import", "ImportPenalties", "Bar many, row by row."),
        Row("POST", f"{_CYCLE}/penalties/{{penalty_id}}/lift", "LiftPenalty", "End a penalty before its time."),
        Row("GET", f"{_CYCLE}/penalties", "ListPenalties", "List penalties, newest first, masked."),
        Row("GET", f"{_CYCLE}/penalty-cases", "ListPenaltyCases", "List lost places that wait for a decision."),
        Row(
            "POST",
            f"{_CYCLE}/penalty-cases/{{case_id}}/decision",
            "DecidePenaltyCase",
            "Turn a case into a penalty, or let it rest.",
        ),
        Row("GET", f"{_CYCLE}/holds", "ListHolds", "List applications that wait for the province, masked."),
        Row("POST", "/holds/{hold_id}/resolution", "ResolveHold", "Release or refuse a held application."),
    ),
)
add_rows(
    router,
    reallocation_service_pb2,
    "ReallocationService",
    "reallocation",
    (
        Row("GET", f"{_CYCLE}/application/wishes", "GetWishes", "Read where one would rather be moved."),
        Row("PUT", f"{_CYCLE}/application/wishes", "SaveWishes", "Save where one would rather be moved, best first."),
        Row("POST", f"{_CYCLE}/reallocations", "ProposeReallocation", "Propose a stable assignment.", 201),
        Row("GET", f"{_CYCLE}/reallocations", "ListReallocations", "List proposals, newest first."),
        Row("GET", _ONE, "GetReallocation", "Read a proposal with a page of its rows, masked."),
        Row("PUT", f"{_ONE}/rows/{{application_id}}", "EditReallocation", "Give one person another place or none."),
        Row("POST", f"{_ONE}/commit", "CommitReallocation", "Move everybody as proposed, once."),
        Row("POST", "/applications/{application_id}/move", "MoveApplicant", "Move one consenting person."),
    ),
)
