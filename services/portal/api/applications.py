"""An applicant's own application in a cycle, and the history of an application."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2, application_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.api.common import (
    PREFIX,
    Id,
    IdempotencyKey,
    IfMatch,
    Nothing,
    OnVersion,
    Services,
    SignedIn,
    answers,
    json_answer,
)
from services.portal.api.contract import matched
from services.portal.api.table import Row, add_rows
from services.portal.dossier import struct_of
from services.portal.wire import enum_label

router = APIRouter(prefix=PREFIX, tags=["applications"], dependencies=[SignedIn])
_OWN = "/cycles/{cycle_id}/application"


class NewSection(OnVersion):
    """The fields of one section; `GET /dossier-definition` says which there are."""

    body: dict[str, Any]


class NewChoice(OnVersion):
    """Base, specialty and consent to be moved."""

    base_code: str = Field(default="", max_length=32)
    specialty_code: str = Field(default="", max_length=4)
    accepts_reallocation: bool = False


@router.get(_OWN, **answers(application_service_pb2.GetMyApplicationResponse))
async def get_my_application(cycle_id: Id, services: Services) -> Response:
    """Read one's own application and what one may do now; its state is `none` when there is none."""
    request = application_service_pb2.GetMyApplicationRequest(cycle_id=cycle_id)
    return json_answer(await services.applications.GetMyApplication(request))


@router.post(_OWN, **answers(application_service_pb2.StartApplicationResponse, 201))
async def start_application(
    cycle_id: Id, key: IdempotencyKey, services: Services, body: Nothing | None = None
) -> Response:
    """Open a draft."""
    request = application_service_pb2.StartApplicationRequest(cycle_id=cycle_id, idempotency_key=key)
    return json_answer(await services.applications.StartApplication(request), 201)


@router.put(_OWN + "/sections/{section}", **answers(application_service_pb2.SaveSectionResponse))
async def save_section(
    cycle_id: Id, section: str, body: NewSection, key: IdempotencyKey, match: IfMatch, services: Services
) -> Response:
    """Save one section of the draft: basic, education, certificates or work."""
    label = enum_label(application_pb2.Section.DESCRIPTOR, section)
    if label is None:
        raise DomainError(Kind.NOT_FOUND, "SECTION_NOT_FOUND", "没有这一部分。")
    request = application_service_pb2.SaveSectionRequest(
        cycle_id=cycle_id,
        section=label,
        body=struct_of(body.body),
        expected_version=matched(match, body.expected_version),
        idempotency_key=key,
    )
    return json_answer(await services.applications.SaveSection(request))


@router.put(_OWN + "/choice", **answers(application_service_pb2.SaveChoiceResponse))
async def save_choice(
    cycle_id: Id, body: NewChoice, key: IdempotencyKey, match: IfMatch, services: Services
) -> Response:
    """Save the choice in the draft."""
    choice = application_pb2.Choice(
        base_code=body.base_code,
        specialty_code=body.specialty_code,
        accepts_reallocation=body.accepts_reallocation,
    )
    request = application_service_pb2.SaveChoiceRequest(
        cycle_id=cycle_id,
        choice=choice,
        expected_version=matched(match, body.expected_version),
        idempotency_key=key,
    )
    return json_answer(await services.applications.SaveChoice(request))


@router.post(_OWN + "/submissions", **answers(application_service_pb2.SubmitApplicationResponse, 201))
async def submit_application(
    cycle_id: Id, key: IdempotencyKey, match: IfMatch, services: Services, body: OnVersion | None = None
) -> Response:
    """Freeze the draft into a numbered submission."""
    request = application_service_pb2.SubmitApplicationRequest(
        cycle_id=cycle_id, expected_version=matched(match, body.expected_version if body else 0), idempotency_key=key
    )
    return json_answer(await services.applications.SubmitApplication(request), 201)


@router.post(_OWN + "/withdrawal", **answers(application_service_pb2.WithdrawApplicationResponse))
async def withdraw_application(
    cycle_id: Id, key: IdempotencyKey, services: Services, body: Nothing | None = None
) -> Response:
    """Give the application up before approval."""
    request = application_service_pb2.WithdrawApplicationRequest(cycle_id=cycle_id, idempotency_key=key)
    return json_answer(await services.applications.WithdrawApplication(request))


@router.get("/applications/{application_id}/history", **answers(application_service_pb2.ListHistoryResponse))
async def list_history(application_id: Id, services: Services) -> Response:
    """Read an application's life from its audit, oldest first."""
    request = application_service_pb2.ListHistoryRequest(application_id=application_id)
    return json_answer(await services.applications.ListHistory(request))


_table = APIRouter(tags=["applications"])
add_rows(
    _table,
    application_service_pb2,
    "ApplicationService",
    "applications",
    (
        Row("GET", "/capabilities", "GetCapabilities", "Tell for every action and field whether it is open, and why."),
        Row("GET", "/cycles/{cycle_id}/selectable", "ListSelectable", "List which places one may choose, and why not."),
        Row(
            "POST", "/cycles/{cycle_id}/application/carry-over", "CarryOver", "Copy last year's dossier into the draft."
        ),
    ),
)
router.routes.extend(_table.routes)
