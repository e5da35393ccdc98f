"""What NextCycle asks and orders."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Protocol
from zoneinfo import ZoneInfo

from temporalio import activity

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from workflows.next_cycle.contract import Prepared, PrepareOrder
from workflows.wire import translated_failures


class Cycles(Protocol):
    """The part of enrollment's CycleService used here."""

    def ListCycles(self, request: wire.ListCyclesRequest, /) -> Awaitable[wire.ListCyclesResponse]:
        """Lists cycles."""
        ...

    def PrepareNextCycle(self, request: wire.PrepareNextCycleRequest, /) -> Awaitable[wire.PrepareNextCycleResponse]:
        """Prepares a draft."""
        ...


class Notices(Protocol):
    """The part of notify's NotifyService used here."""

    def SendNotice(self, request: notify.SendNoticeRequest, /) -> Awaitable[notify.SendNoticeResponse]:
        """Sends a notice once per key."""
        ...


class NextCycleActivities:
    """The activity of NextCycle, over enrollment's CycleService and notify's NotifyService."""

    def __init__(self, enrollment: Cycles, notices: Notices) -> None:
        self._enrollment = enrollment
        self._notices = notices

    @activity.defn
    async def prepare_next_cycles(self, order: PrepareOrder) -> Prepared:
        """WAIT-09: a draft for every province whose newest cycle is of this year; its staff are told once.

        Harmless to repeat: enrollment answers the draft that is there, and leaves a province alone that has a newer
        cycle of its own.
        """
        year, drafts = order.asked_at.astimezone(ZoneInfo(order.time_zone)).year, 0
        with translated_failures():
            answer = await self._enrollment.ListCycles(wire.ListCyclesRequest())
            for cycle in newest(answer.cycles):
                activity.heartbeat()
                if cycle.year != year:
                    continue
                request = wire.PrepareNextCycleRequest(cycle_id=cycle.cycle_id, year=year + 1)
                draft = await self._enrollment.PrepareNextCycle(request)
                if draft.cycle_id:
                    drafts += 1
                    await self._tell(cycle.province_code, draft)
        return Prepared(year + 1, drafts)

    async def _tell(self, province_code: str, draft: wire.PrepareNextCycleResponse) -> None:
        await self._notices.SendNotice(
            notify.SendNoticeRequest(
                key=f"next_cycle/{draft.cycle_id}",
                template="next_cycle_prepared",
                organisation_code=province_code,
                parameters={"title": draft.title},
            )
        )


def newest(cycles: Iterable[cycle_pb2.Cycle]) -> list[cycle_pb2.Cycle]:
    """The cycle of each province with the greatest year, the latest made first where there are two of a year."""
    found: dict[str, cycle_pb2.Cycle] = {}
    for cycle in cycles:
        known = found.get(cycle.province_code)
        if known is None or cycle.year > known.year:
            found[cycle.province_code] = cycle
    return list(found.values())
