"""SupportService: help for one person, and the upkeep of sealed data."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import support_service_pb2 as pb
from residency.enrollment.v1.support_service_pb2_grpc import SupportServiceServicer
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.support import EndUnlock, SupportHandlers, UnlockSections
from services.enrollment.handlers.upkeep import Upkeep
from services.enrollment.views import UnlockView
from services.kit.auth import caller


class Support(SupportServiceServicer):
    """Serves SupportService."""

    def __init__(self, handlers: SupportHandlers, upkeep: Upkeep) -> None:
        self._handlers = handlers
        self._upkeep = upkeep

    async def UnlockSections(self, request: pb.UnlockSectionsRequest, context: Any) -> pb.UnlockSectionsResponse:
        """Unlocks sections of one application for a while."""
        order = UnlockSections(
            request.cycle_id,
            request.person_id,
            tuple(sorted(convert.section_of(section) for section in request.sections)),
            request.minutes,
            request.reason,
            request.idempotency_key,
        )
        return pb.UnlockSectionsResponse(unlock=unlock_message(await self._handlers.unlock_sections(caller(), order)))

    async def EndUnlock(self, request: pb.EndUnlockRequest, context: Any) -> pb.EndUnlockResponse:
        """Ends an unlock before its time."""
        order = EndUnlock(request.unlock_id, request.reason, request.idempotency_key)
        return pb.EndUnlockResponse(unlock=unlock_message(await self._handlers.end_unlock(caller(), order)))

    async def ListUnlocks(self, request: pb.ListUnlocksRequest, context: Any) -> pb.ListUnlocksResponse:
        """The unlocks of a person's application in a cycle."""
        found = await self._handlers.list_unlocks(caller(), request.cycle_id, request.person_id)
        return pb.ListUnlocksResponse(unlocks=map(unlock_message, found))

    async def RewrapSealed(self, request: pb.RewrapSealedRequest, context: Any) -> pb.RewrapSealedResponse:
        """Seals values of old keys anew."""
        rewrapped, left = await self._upkeep.rewrap(request.limit)
        return pb.RewrapSealedResponse(rewrapped=rewrapped, left=left)


def unlock_message(view: UnlockView) -> pb.Unlock:
    """An unlock as a message."""
    message = pb.Unlock(
        unlock_id=view.unlock_id,
        application_id=view.application_id,
        sections=[convert.section_message(section) for section in view.sections],
        until=convert.timestamp(view.until),
        reason=view.reason,
        granted_by=view.granted_by,
        ended_at=convert.timestamp(view.ended_at),
    )
    # `from` is a keyword of Python.
    getattr(message, "from").CopyFrom(convert.timestamp(view.since))
    return message
