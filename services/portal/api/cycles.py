"""Cycles, their catalogue and board (open to anyone), and a base's window in a round."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from residency.enrollment.v1 import application_service_pb2, board_service_pb2, cycle_pb2, cycle_service_pb2
from services.portal.api.common import (
    PREFIX,
    Body,
    Id,
    IdempotencyKey,
    Services,
    Shared,
    SignedIn,
    answers,
    json_answer,
)
from services.portal.api.table import Row, add_rows

router = APIRouter(prefix=PREFIX, tags=["cycles"])

Round = Annotated[int, Path(alias="round", ge=1, le=9)]


class NewMilestones(Body):
    """A base's own dates; null leaves one out. They are ordered and lie inside the round."""

    review_deadline: AwareDatetime | None = Field(default=None)
    written_exam: AwareDatetime | None = Field(default=None)
    interview: AwareDatetime | None = Field(default=None)
    pre_admission: AwareDatetime | None = Field(default=None)


@router.get("/cycles", **answers(cycle_service_pb2.ListCyclesResponse))
async def list_cycles(services: Services, open_only: bool = False) -> Response:
    """List cycles, newest first."""
    return json_answer(await services.cycles.ListCycles(cycle_service_pb2.ListCyclesRequest(open_only=open_only)))


@router.get("/cycles/{cycle_id}", **answers(cycle_service_pb2.GetCycleResponse))
async def get_cycle(cycle_id: Id, services: Services) -> Response:
    """Read one cycle with its calendar and gate."""
    return json_answer(await services.cycles.GetCycle(cycle_service_pb2.GetCycleRequest(cycle_id=cycle_id)))


@router.get("/cycles/{cycle_id}/catalogue", **answers(cycle_service_pb2.GetCatalogueResponse))
async def get_catalogue(cycle_id: Id, services: Services) -> Response:
    """Read bases, specialties and plan."""
    return json_answer(await services.cycles.GetCatalogue(cycle_service_pb2.GetCatalogueRequest(cycle_id=cycle_id)))


@router.get("/cycles/{cycle_id}/board", **answers(board_service_pb2.GetBoardResponse))
async def get_board(cycle_id: Id, portal: Shared, base_code: str = "", as_of: AwareDatetime | None = None) -> Response:
    """Read the counts of all bases or of one: now, at most a quarter of a second old, or as they were at a moment."""
    if as_of is not None:
        return json_answer(await portal.boards.past(cycle_id, base_code, as_of))
    return Response(await portal.boards.json(cycle_id, base_code), media_type="application/json")


@router.get("/dossier-definition", **answers(application_service_pb2.GetDossierDefinitionResponse))
async def get_dossier_definition(services: Services) -> Response:
    """Read what the four sections of a dossier ask for."""
    request = application_service_pb2.GetDossierDefinitionRequest()
    return json_answer(await services.applications.GetDossierDefinition(request))


@router.get(
    "/cycles/{cycle_id}/windows/{base_code}/{round}",
    dependencies=[SignedIn],
    **answers(cycle_service_pb2.GetWindowResponse),
)
async def get_window(cycle_id: Id, base_code: str, number: Round, services: Services) -> Response:
    """Read one base's window in a round: dates and counts."""
    request = cycle_service_pb2.GetWindowRequest(cycle_id=cycle_id, base_code=base_code, round=number)
    return json_answer(await services.cycles.GetWindow(request))


@router.put(
    "/cycles/{cycle_id}/windows/{base_code}/{round}/milestones",
    dependencies=[SignedIn],
    **answers(cycle_service_pb2.SetMilestonesResponse),
)
async def set_milestones(
    cycle_id: Id,
    base_code: str,
    number: Round,
    body: NewMilestones,
    key: IdempotencyKey,
    services: Services,
) -> Response:
    """Set a base's own dates inside a round."""
    request = cycle_service_pb2.SetMilestonesRequest(
        cycle_id=cycle_id,
        base_code=base_code,
        round=number,
        milestones=milestones_of(
            {name: instant for name in NewMilestones.model_fields if (instant := getattr(body, name)) is not None}
        ),
        idempotency_key=key,
    )
    return json_answer(await services.cycles.SetMilestones(request))


_table = APIRouter(tags=["cycles"])
add_rows(
    _table,
    cycle_service_pb2,
    "CycleService",
    "cycles",
    (
        Row("POST", "/cycles", "CreateCycle", "Set up a cycle of one's own province, in preparation.", 201),
        Row("GET", "/draft-cycles", "ListDraftCycles", "Drafts of next years, which nobody else sees."),
        Row("POST", "/draft-cycles/{cycle_id}/confirm", "ConfirmCycle", "Make a draft a cycle like any other."),
    ),
)
router.routes.extend(_table.routes)


def milestones_of(instants: dict[str, datetime]) -> cycle_pb2.Milestones:
    """The message for the dates that are given (aware)."""
    milestones = cycle_pb2.Milestones()
    for name, instant in instants.items():
        getattr(milestones, name).FromDatetime(instant)
    return milestones
