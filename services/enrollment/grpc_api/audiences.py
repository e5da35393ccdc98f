"""AudienceService: whom a province may tell something."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import audience_service_pb2 as pb
from residency.enrollment.v1.audience_service_pb2_grpc import AudienceServiceServicer
from services.enrollment.handlers.audiences import AudienceHandlers
from services.enrollment.store.audiences import Audience, Query

AUDIENCES = {
    pb.AUDIENCE_EVERYBODY: Audience.EVERYBODY,
    pb.AUDIENCE_DRAFTS: Audience.DRAFTS,
    pb.AUDIENCE_SUBMITTED: Audience.SUBMITTED,
    pb.AUDIENCE_UNPLACED: Audience.UNPLACED,
    pb.AUDIENCE_PLACED: Audience.PLACED,
    pb.AUDIENCE_BASES: Audience.BASES,
}


class Audiences(AudienceServiceServicer):
    """Serves AudienceService."""

    def __init__(self, handlers: AudienceHandlers) -> None:
        self._handlers = handlers

    async def ListAudience(self, request: pb.ListAudienceRequest, context: Any) -> pb.ListAudienceResponse:
        """Who belongs to an audience at this moment, page by page, or how many."""
        query = Query(
            request.cycle_id, AUDIENCES[request.audience], request.base_code.strip(), request.specialty_code.strip()
        )
        if request.count_only:
            page = await self._handlers.count_audience(query)
        else:
            page = await self._handlers.list_audience(query, request.page_size, request.page_token)
        return pb.ListAudienceResponse(
            members=[
                pb.AudienceMember(
                    person_id=member.person_id,
                    application_id=member.application_id,
                    organisation_code=member.organisation_code,
                )
                for member in page.members
            ],
            next_page_token=page.next_token,
            count=page.count,
            province_code=page.province_code,
        )
