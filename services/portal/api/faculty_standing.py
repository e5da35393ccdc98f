"""What is known of teachers, entry rules, and ratings by trainees."""

from __future__ import annotations

from fastapi import APIRouter

from residency.faculty.v1 import rating_service_pb2, standing_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["faculty"])

add_rows(
    router,
    standing_service_pb2,
    "StandingService",
    "standing",
    (
        Row("GET", "/faculty/entry-rules", "GetEntryRules", "The entry rules as data; open to anyone."),
        Row(
            "GET",
            "/faculty/eligibility",
            "GetEligibility",
            "The eligibility clock: one's own, or with `person_id` somebody's of the base.",
        ),
        Row("PUT", "/faculty/eligibility/reminder", "SetEligibilityReminder", "Ask to be told on the day."),
        Row("POST", "/faculty/people/{person_id}/incidents", "RecordIncident", "Record an incident.", 201),
        Row("GET", "/faculty/people/{person_id}/incidents", "ListIncidents", "List the incidents of a person."),
        Row("POST", "/faculty/incidents/{incident_id}/withdrawal", "WithdrawIncident", "Say that it counts no more."),
        Row(
            "POST",
            "/faculty/people/{person_id}/evidence",
            "RecordEvidence",
            "Record an attestation, assessment, yearly result or training.",
            201,
        ),
        Row("GET", "/faculty/evidence", "ListEvidence", "List evidence: one's own, or with `person_id` somebody's."),
    ),
)

add_rows(
    router,
    rating_service_pb2,
    "RatingService",
    "ratings",
    (
        Row("GET", "/training/ratings", "ListMyRatings", "List the months one trained."),
        Row("POST", "/training/ratings", "RateTeacher", "Rate the teacher of a month.", 201),
        Row("GET", "/training/rating-form", "GetRatingForm", "The items of a rating; open to anyone."),
        Row("GET", "/faculty/ratings", "GetRatings", "What a teacher was rated, together."),
        Row("GET", "/faculty/people/{person_id}/remarks", "ListRemarks", "The remarks of a teacher's ratings."),
    ),
)
