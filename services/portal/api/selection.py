"""How a base selects: scores, ranking, waiting lists, published lists (open to anyone), objections."""

from __future__ import annotations

from fastapi import APIRouter

from residency.enrollment.v1 import selection_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["selection"])
_RANKED = "/cycles/{cycle_id}/specialties/{specialty_code}"

add_rows(
    router,
    selection_service_pb2,
    "SelectionService",
    "selection",
    (
        Row("POST", "/cycles/{cycle_id}/scores", "EnterScores", "Enter or correct scores, row by row."),
        Row("GET", "/applications/{application_id}/scores", "ListScores", "List every version of a score."),
        Row("GET", f"{_RANKED}/ranking", "GetRanking", "Rank the candidates of one's own base for a specialty."),
        Row("PUT", f"{_RANKED}/cut-off", "SetCutOff", "Set the scores that one's own base asks for."),
        Row("PUT", f"{_RANKED}/waiting-list", "SetWaitingList", "Fix the waiting list from the ranking."),
        Row("POST", "/cycles/{cycle_id}/lists", "PublishList", "公示: publish provisional admissions.", 201),
        Row("GET", "/cycles/{cycle_id}/lists/unpublished", "ListUnpublished", "List those that no list names yet."),
        Row("GET", "/cycles/{cycle_id}/lists", "ListPublishedLists", "List what has been published; open to anyone."),
        Row("GET", "/lists/{list_id}", "GetPublishedList", "Read a published list, masked; open to anyone."),
        Row("POST", "/applications/{application_id}/objections", "FileObjection", "File an objection.", 201),
        Row("POST", "/objections/{objection_id}/resolution", "ResolveObjection", "Uphold or dismiss an objection."),
        Row("GET", "/cycles/{cycle_id}/objections", "ListObjections", "List objections, newest first."),
    ),
)
