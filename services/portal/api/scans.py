"""Scan to sign in: one device asks with a ticket, a signed-in one answers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.identity.v1 import scan_service_pb2
from services.portal.api.common import PREFIX, Body, Id, Nothing, Services, SignedIn, answers, json_answer

router = APIRouter(prefix=f"{PREFIX}/scan-tickets", tags=["scan-tickets"])


class Answer(Body):
    """What the person picked on the phone."""

    number: int = Field(default=0, ge=0, le=99)
    confirm: bool


class Claim(Body):
    """What binds the ticket to the browser that asked."""

    browser_secret: str = Field(min_length=20, max_length=100)


@router.post("", **answers(scan_service_pb2.CreateScanTicketResponse, 201))
async def create_scan_ticket(services: Services, body: Nothing | None = None) -> Response:
    """Ask for a ticket; it lives two minutes and works once."""
    return json_answer(await services.scans.CreateScanTicket(scan_service_pb2.CreateScanTicketRequest()), 201)


@router.get("/{ticket_id}", dependencies=[SignedIn], **answers(scan_service_pb2.GetScanTicketResponse))
async def get_scan_ticket(ticket_id: Id, services: Services) -> Response:
    """Read who wants to sign in, and the three numbers to choose from."""
    return json_answer(await services.scans.GetScanTicket(scan_service_pb2.GetScanTicketRequest(ticket_id=ticket_id)))


@router.post("/{ticket_id}/answer", dependencies=[SignedIn], **answers(scan_service_pb2.AnswerScanTicketResponse))
async def answer_scan_ticket(ticket_id: Id, body: Answer, services: Services) -> Response:
    """Confirm with the number that the other device shows, or refuse; a wrong number ends the ticket."""
    request = scan_service_pb2.AnswerScanTicketRequest(ticket_id=ticket_id, number=body.number, confirm=body.confirm)
    return json_answer(await services.scans.AnswerScanTicket(request))


@router.post("/{ticket_id}/claim", **answers(scan_service_pb2.ClaimScanTicketResponse))
async def claim_scan_ticket(ticket_id: Id, body: Claim, services: Services) -> Response:
    """Ask how the ticket stands; once it is confirmed the answer carries the session."""
    request = scan_service_pb2.ClaimScanTicketRequest(ticket_id=ticket_id, browser_secret=body.browser_secret)
    return json_answer(await services.scans.ClaimScanTicket(request))
