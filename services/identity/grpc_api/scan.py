"""ScanService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import scan_service_pb2 as pb
from residency.identity.v1 import scan_service_pb2_grpc
from services.identity.domain.scan import TicketState
from services.identity.handlers.scans import ScanHandlers
from services.identity.wire import instant
from services.identity.wire_session import signed_in_message
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.kit.vault import Vault

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]

_TOLD_AS = {TicketState.CONFIRMED: TicketState.SCANNED}
"""States the desktop knows by another name."""


class ScanApi(scan_service_pb2_grpc.ScanServiceServicer):
    """Answers ScanService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, scans: ScanHandlers, vault: Vault) -> None:
        self._scans = scans
        self._vault = vault

    async def CreateScanTicket(
        self, request: pb.CreateScanTicketRequest, context: Context
    ) -> pb.CreateScanTicketResponse:
        """Gives the desktop a ticket."""
        shown = await self._scans.create()
        return pb.CreateScanTicketResponse(
            ticket_id=shown.ticket.ticket_id,
            browser_secret=shown.browser_secret,
            number=shown.ticket.number,
            expires_at=instant(shown.ticket.expires_at),
        )

    async def GetScanTicket(self, request: pb.GetScanTicketRequest, context: Context) -> pb.GetScanTicketResponse:
        """Tells the phone who asks."""
        ticket = await self._scans.open(caller(), request.ticket_id)
        return pb.GetScanTicketResponse(
            browser=ticket.browser,
            address=ticket.address,
            asked_at=instant(ticket.asked_at),
            expires_at=instant(ticket.expires_at),
            numbers=ticket.numbers,
        )

    async def AnswerScanTicket(
        self, request: pb.AnswerScanTicketRequest, context: Context
    ) -> pb.AnswerScanTicketResponse:
        """Takes the phone's answer."""
        await self._scans.answer(caller(), request.ticket_id, number=request.number, confirm=request.confirm)
        return pb.AnswerScanTicketResponse()

    async def ClaimScanTicket(self, request: pb.ClaimScanTicketRequest, context: Context) -> pb.ClaimScanTicketResponse:
        """Tells the desktop how its ticket stands; gives it its session."""
        state, opened = await self._scans.claim(request.ticket_id, request.browser_secret)
        told = _TOLD_AS.get(state, state)
        return pb.ClaimScanTicketResponse(
            state=f"TICKET_STATE_{told.name}",
            signed_in=signed_in_message(opened, self._vault) if opened else None,
        )


def servicer(scans: ScanHandlers, vault: Vault) -> Servicer:
    """What the server needs to serve ScanService."""
    descriptor = pb.DESCRIPTOR.services_by_name["ScanService"]
    return Servicer(descriptor, scan_service_pb2_grpc.add_ScanServiceServicer_to_server, ScanApi(scans, vault))
