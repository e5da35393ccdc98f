"""Appointments, their yearly review, dismissals, and lists of secretaries."""

from __future__ import annotations

from fastapi import APIRouter

from residency.faculty.v1 import appointment_service_pb2, roster_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["faculty"])

add_rows(
    router,
    appointment_service_pb2,
    "AppointmentService",
    "appointments",
    (
        Row("GET", "/faculty/appointments", "ListAppointments", "List those of one's department, base or province."),
        Row("GET", "/faculty/appointments/mine", "ListMyAppointments", "List one's own."),
        Row("GET", "/faculty/appointments/{appointment_id}", "GetAppointment", "Read one with its history."),
        Row("POST", "/faculty/reviews", "ConfirmReviews", "年度维护: confirm several."),
        Row("PUT", "/faculty/appointments/{appointment_id}/review", "CorrectReview", "Confirm one with corrections."),
        Row(
            "POST",
            "/faculty/appointments/{appointment_id}/dismissal-cases",
            "ProposeDismissal",
            "Propose a dismissal.",
            201,
        ),
        Row("GET", "/faculty/dismissal-cases", "ListDismissalCases", "List proposed dismissals."),
        Row(
            "GET",
            "/faculty/appointments/{appointment_id}/dismissal",
            "PreviewDismissal",
            "What a dismissal would leave behind.",
        ),
        Row(
            "POST",
            "/faculty/appointments/{appointment_id}/dismissal",
            "CommitDismissal",
            "解聘, with substitutes or not at all.",
        ),
        Row("POST", "/faculty/dismissal-cases/{case_id}/refusal", "RefuseDismissal", "Do not dismiss."),
        Row("POST", "/faculty/appointments/{appointment_id}/sanctions", "RecordSanction", "Suspend.", 201),
        Row("POST", "/faculty/appointments/{appointment_id}/lifting", "LiftSanction", "Lift a suspension."),
        Row(
            "POST",
            "/faculty/appointments/{appointment_id}/transfer",
            "TransferAppointment",
            "The person leaves the hospital.",
        ),
        Row("PUT", "/faculty/appointments/{appointment_id}/level", "SetLevel", "Set or take away the level."),
        Row("GET", "/faculty/policy", "GetFacultyPolicy", "What a base has configured."),
        Row("PUT", "/faculty/policy", "SetFacultyPolicy", "Configure it."),
    ),
)

add_rows(
    router,
    roster_service_pb2,
    "RosterService",
    "rosters",
    (
        Row("POST", "/faculty/rosters", "CreateRoster", "Read a list and check every row.", 201),
        Row("GET", "/faculty/rosters", "ListRosters", "List the lists."),
        Row("GET", "/faculty/rosters/template", "GetRosterTemplate", "The empty list."),
        Row("GET", "/faculty/rosters/{roster_id}", "GetRoster", "Read one with its rows."),
        Row("POST", "/faculty/rosters/{roster_id}/commitment", "CommitRoster", "Carry it out."),
        Row("POST", "/faculty/rosters/{roster_id}/discard", "DiscardRoster", "Throw it away."),
    ),
)
