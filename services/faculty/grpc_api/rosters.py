"""RosterService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import roster_service_pb2 as pb
from residency.faculty.v1 import roster_service_pb2_grpc
from services.faculty.domain import rosters as rules
from services.faculty.handlers.rosters import RosterHandlers
from services.faculty.store.rosters import KeptRow, Roster
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class RosterApi(roster_service_pb2_grpc.RosterServiceServicer):
    """Answers RosterService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, rosters: RosterHandlers) -> None:
        self._rosters = rosters

    async def CreateRoster(self, request: pb.CreateRosterRequest, context: Context) -> pb.CreateRosterResponse:
        """Reads and checks a list."""
        found = await self._rosters.create(caller(), request.file, request.file_name, request.idempotency_key)
        return pb.CreateRosterResponse(roster=_roster(found))

    async def CommitRoster(self, request: pb.CommitRosterRequest, context: Context) -> pb.CommitRosterResponse:
        """Carries it out."""
        found = await self._rosters.commit(
            caller(), request.roster_id, request.version, request.skip_faulty, request.idempotency_key
        )
        return pb.CommitRosterResponse(roster=_roster(found))

    async def DiscardRoster(self, request: pb.DiscardRosterRequest, context: Context) -> pb.DiscardRosterResponse:
        """Throws it away."""
        found = await self._rosters.discard(caller(), request.roster_id, request.version, request.idempotency_key)
        return pb.DiscardRosterResponse(roster=_roster(found))

    async def GetRoster(self, request: pb.GetRosterRequest, context: Context) -> pb.GetRosterResponse:
        """One list with its rows."""
        found = await self._rosters.get(
            caller(), request.roster_id, request.faulty_only, request.limit, request.page_token
        )
        rows = [_row(each) for each in found.rows]
        return pb.GetRosterResponse(roster=_roster(found.roster), rows=rows, next_page_token=found.next_token)

    async def ListRosters(self, request: pb.ListRostersRequest, context: Context) -> pb.ListRostersResponse:
        """Lists of lists."""
        found = await self._rosters.page(caller(), request.limit, request.page_token)
        rosters = [_roster(each) for each in found.rosters]
        return pb.ListRostersResponse(rosters=rosters, next_page_token=found.next_token)

    async def GetRosterTemplate(
        self, request: pb.GetRosterTemplateRequest, context: Context
    ) -> pb.GetRosterTemplateResponse:
        """The empty list."""
        file, name, kind = self._rosters.template(request.format)
        return pb.GetRosterTemplateResponse(file=file, file_name=name, media_type=kind)


def servicer(rosters: RosterHandlers) -> Servicer:
    """What the server needs to serve RosterService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["RosterService"],
        roster_service_pb2_grpc.add_RosterServiceServicer_to_server,
        RosterApi(rosters),
    )


def _roster(row: Roster) -> pb.Roster:
    uploaded = Timestamp()
    uploaded.FromDatetime(row.uploaded_at)
    return pb.Roster(
        roster_id=row.roster_id,
        department_code=row.department_code,
        state=row.state,
        rows=row.rows,
        faulty=row.faulty,
        additions=row.additions,
        dismissals=row.dismissals,
        file_name=row.file_name,
        sha256=row.sha256,
        uploaded_by=row.uploaded_by,
        uploaded_at=uploaded,
        version=row.version,
    )


def _row(row: KeptRow) -> pb.RosterRow:
    body = row.body
    return pb.RosterRow(
        row=row.number,
        action=row.action,
        name=body.get(rules.NAME, ""),
        masked_document=rules.mask(body.get(rules.DOCUMENT, ""), 4, 2),
        masked_licence=rules.mask(body.get(rules.LICENCE, "")),
        masked_mobile=rules.mask(body.get(rules.MOBILE, "")),
        masked_email=rules.mask_email(body.get(rules.EMAIL, "")),
        teaching_since=body.get(rules.SINCE, ""),
        match=row.match,
        outcome=row.outcome,
        faults=[
            pb.RosterFault(column=each.column, code=each.code, message=each.message, rule=each.rule)
            for each in row.faults
        ],
    )
