"""Registration batches of faculty and the candidacies in them."""

from __future__ import annotations

from fastapi import APIRouter

from residency.faculty.v1 import batch_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["faculty"])

add_rows(
    router,
    batch_service_pb2,
    "BatchService",
    "batches",
    (
        Row("POST", "/faculty/batches", "CreateBatch", "Open a batch for one's own base or province.", 201),
        Row("GET", "/faculty/batches", "ListBatches", "List the batches that concern the caller."),
        Row("GET", "/faculty/batches/{batch_id}", "GetBatch", "Read one batch."),
        Row("PUT", "/faculty/batches/{batch_id}", "AmendBatch", "Change name and dates."),
        Row("POST", "/faculty/batches/{batch_id}/publication", "PublishBatch", "Publish its results."),
        Row("POST", "/faculty/batches/{batch_id}/candidacies", "BeginCandidacy", "我要报名: begin a candidacy.", 201),
        Row("GET", "/faculty/candidacies", "ListCandidacies", "List those to decide on, by twelve filters."),
        Row("GET", "/faculty/candidacies/mine", "ListMyCandidacies", "List one's own."),
        Row("GET", "/faculty/candidacies/{candidacy_id}", "GetCandidacy", "Read one with its decisions."),
        Row("PUT", "/faculty/candidacies/{candidacy_id}", "EditCandidacy", "Change its departments."),
        Row("POST", "/faculty/candidacies/{candidacy_id}/submission", "SubmitCandidacy", "Submit it."),
        Row(
            "POST", "/faculty/candidacies/{candidacy_id}/recall", "RecallCandidacy", "Take it back until it was opened."
        ),
        Row("POST", "/faculty/candidacies/{candidacy_id}/discard", "DiscardCandidacy", "Give it up."),
        Row("POST", "/faculty/candidacies/{candidacy_id}/appeal", "AppealCandidacy", "Appeal against 不推荐, once."),
        Row("POST", "/faculty/candidacies/{candidacy_id}/appeal/resolution", "ResolveAppeal", "Answer the appeal."),
        Row("POST", "/faculty/candidacies/{candidacy_id}/opening", "OpenCandidacy", "Open it for review."),
        Row("POST", "/faculty/candidacies/returns", "ReturnCandidacies", "退回 several."),
        Row("POST", "/faculty/candidacies/recommendations", "RecommendCandidacies", "推荐(聘任) several."),
        Row("POST", "/faculty/candidacies/refusals", "RefuseCandidacies", "不推荐 several."),
        Row(
            "POST",
            "/faculty/candidacies/{candidacy_id}/revocation",
            "RevokeRecommendation",
            "Take a recommendation back.",
        ),
        Row("POST", "/faculty/candidacies/{candidacy_id}/reversal", "ReverseRefusal", "Take 不推荐 back."),
        Row(
            "POST",
            "/faculty/candidacies/{candidacy_id}/acknowledgement",
            "AcknowledgeRecommendation",
            "Acknowledge an appointment for the province (省级确认).",
        ),
    ),
)
