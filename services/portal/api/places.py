"""What happens to a place after it was given: batches, undo, change, loss, revocation, offers, proposals of grants."""

from __future__ import annotations

from fastapi import APIRouter

from residency.enrollment.v1 import decision_service_pb2, place_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["places"])
_ONE = "/applications/{application_id}"
_CYCLE = "/cycles/{cycle_id}"

add_rows(
    router,
    decision_service_pb2,
    "DecisionService",
    "decisions",
    (
        Row("POST", "/decisions/batch", "DecideMany", "Approve, reject or record as not selected many, row by row."),
        Row("POST", "/places/batch", "PlaceMany", "Grant or admit many, row by row; seats are taken in this order."),
        Row("GET", "/reasons", "GetReasons", "Read the coded reasons; open to anyone."),
    ),
)
add_rows(
    router,
    place_service_pb2,
    "PlaceService",
    "places",
    (
        Row("POST", f"{_ONE}/undo", "Undo", "Take back a grant or an admission within the short hold after it."),
        Row("POST", f"{_ONE}/specialty", "ChangeSpecialty", "Move a consenting applicant to another specialty."),
        Row("POST", f"{_ONE}/no-show", "ReportNoShow", "Report who did not come."),
        Row("POST", f"{_ONE}/quit", "RecordQuit", "退培: record who quits."),
        Row("POST", f"{_ONE}/deferral", "Defer", "延期: keep the place for a later year."),
        Row("GET", f"{_CYCLE}/quits", "ListQuits", "List who quit, newest first."),
        Row("POST", f"{_ONE}/revocation", "ProposeRevocation", "Ask the province to take a place back."),
        Row("POST", f"{_ONE}/revocation/decision", "DecideRevocation", "Take the place back, or let it be kept."),
        Row("GET", f"{_CYCLE}/revocations", "ListRevocations", "List proposals to take a place back."),
        Row("POST", f"{_ONE}/annulment", "Annul", "Take a place back after the cycle has closed."),
        Row("POST", f"{_ONE}/exception", "GrantException", "Give a place by a numbered exception."),
        Row("POST", f"{_ONE}/confirmation", "ConfirmPlace", "Confirm one's own provisional place."),
        Row("POST", f"{_ONE}/grant-proposals", "ProposeGrant", "Propose a grant to the main base.", 201),
        Row("POST", f"{_ONE}/grant-proposals/{{number}}/answer", "ConfirmGrant", "Grant or decline a proposal."),
        Row("GET", f"{_CYCLE}/grant-proposals", "ListGrantProposals", "List proposals made or to be answered."),
        Row("POST", f"{_ONE}/offer", "AnswerOffer", "Take or decline the place offered to oneself."),
        Row("GET", f"{_CYCLE}/offers", "ListOffers", "List offers, newest first."),
    ),
)
