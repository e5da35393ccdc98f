"""What the staff of a base read and decide."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.enrollment.v1 import decision_service_pb2
from services.portal.api.common import (
    PREFIX,
    Body,
    Id,
    IdempotencyKey,
    Nothing,
    Services,
    SignedIn,
    answers,
    json_answer,
)
from services.portal.api.table import Row, add_rows

router = APIRouter(prefix=PREFIX, tags=["decisions"], dependencies=[SignedIn])
_ONE = "/applications/{application_id}"

VERDICTS = {"approve": decision_service_pb2.VERDICT_APPROVE, "reject": decision_service_pb2.VERDICT_REJECT}
SubmissionNumber = Annotated[int, Field(ge=1, le=2**32 - 1)]


class Review(Body):
    """A verdict on the submission that was read; reason and remark are required with a rejection."""

    submission_number: SubmissionNumber
    verdict: Literal["approve", "reject"]
    reason_code: str = Field(default="", max_length=64)
    remark: str = Field(default="", max_length=1000)
    confirm_late: bool = False
    """Near the base's deadline: the caller knows that a rejection opens a fix window."""


class Provisional(Body):
    """拟录取; in reallocation `qualified` says that the qualification was checked."""

    submission_number: SubmissionNumber
    qualified: bool = False
    remark: str = Field(default="", max_length=1000)


class OnSubmission(Body):
    """The submission that was read."""

    submission_number: SubmissionNumber


@router.get(_ONE + "/submission", **answers(decision_service_pb2.GetSubmissionResponse))
async def get_submission(application_id: Id, services: Services) -> Response:
    """Open the current submission of an application, with what one may do now."""
    request = decision_service_pb2.GetSubmissionRequest(application_id=application_id)
    return json_answer(await services.decisions.GetSubmission(request))


@router.post(_ONE + "/reviews", **answers(decision_service_pb2.ReviewApplicationResponse, 201))
async def review_application(application_id: Id, body: Review, key: IdempotencyKey, services: Services) -> Response:
    """Give the verdict on a submission."""
    request = decision_service_pb2.ReviewApplicationRequest(
        application_id=application_id,
        submission_number=body.submission_number,
        verdict=VERDICTS[body.verdict],
        reason_code=body.reason_code,
        remark=body.remark,
        confirm_late=body.confirm_late,
        idempotency_key=key,
    )
    return json_answer(await services.decisions.ReviewApplication(request), 201)


@router.post(_ONE + "/provisional", **answers(decision_service_pb2.GrantProvisionalResponse))
async def grant_provisional(application_id: Id, body: Provisional, key: IdempotencyKey, services: Services) -> Response:
    """拟录取 / 调剂录取: give a place."""
    request = decision_service_pb2.GrantProvisionalRequest(
        application_id=application_id,
        submission_number=body.submission_number,
        qualified=body.qualified,
        remark=body.remark,
        idempotency_key=key,
    )
    return json_answer(await services.decisions.GrantProvisional(request))


@router.post(_ONE + "/not-selected", **answers(decision_service_pb2.RecordNotSelectedResponse))
async def record_not_selected(
    application_id: Id, body: OnSubmission, key: IdempotencyKey, services: Services
) -> Response:
    """Record that an approved applicant was not selected in this round."""
    request = decision_service_pb2.RecordNotSelectedRequest(
        application_id=application_id, submission_number=body.submission_number, idempotency_key=key
    )
    return json_answer(await services.decisions.RecordNotSelected(request))


@router.post(_ONE + "/admission", **answers(decision_service_pb2.AdmitResponse))
async def admit(application_id: Id, key: IdempotencyKey, services: Services, body: Nothing | None = None) -> Response:
    """录取: the final admission."""
    request = decision_service_pb2.AdmitRequest(application_id=application_id, idempotency_key=key)
    return json_answer(await services.decisions.Admit(request))


_table = APIRouter(tags=["decisions"])
add_rows(
    _table,
    decision_service_pb2,
    "DecisionService",
    "decisions",
    (
        Row(
            "GET",
            "/cycles/{cycle_id}/queue",
            "ListQueue",
            "List the submissions to one's own base in the current round, least time left first.",
            names={"state": "states"},
        ),
    ),
)
router.routes.extend(_table.routes)
