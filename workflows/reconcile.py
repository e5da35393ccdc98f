"""The net under the signal bridge: open cycles and open offers have workflows, also after Temporal was rebuilt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol

import structlog
from temporalio.common import WorkflowIDReusePolicy

from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.enrollment.v1 import place_service_pb2 as places
from services.kit.domain import DomainError
from workflows.connection import TemporalConnection
from workflows.seat_offer.contract import SeatOfferStart
from workflows.signal_bridge import offer_seat, start_cycle

EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 1.0


class CycleList(Protocol):
    """The part of enrollment's CycleService used here."""

    def ListCycles(self, request: wire.ListCyclesRequest, /) -> Awaitable[wire.ListCyclesResponse]:
        """Lists cycles."""
        ...


class OfferList(Protocol):
    """The part of enrollment's PlaceService used here."""

    def ListOffers(self, request: places.ListOffersRequest, /) -> Awaitable[places.ListOffersResponse]:
        """Lists offers."""
        ...


class Reconcile:
    """A part that compares open cycles and offers with running workflows at the start and every hour."""

    name = "reconcile"

    def __init__(self, connection: TemporalConnection, enrollment: CycleList, offers: OfferList) -> None:
        self._connection = connection
        self._enrollment = enrollment
        self._offers = offers
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin comparing."""
        self._task = asyncio.create_task(self._keep_comparing())

    async def stop(self) -> None:
        """Stop comparing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def not_ready(self) -> str:
        """Never in the way: a comparison that cannot be made now is made later."""
        return ""

    async def compare(self) -> int:
        """Start what is missing; the number of open cycles. Raises DomainError UNAVAILABLE when a side is away.

        A workflow that failed or was terminated by hand is started again; one that ended well stays ended.
        """
        open_cycles = (await self._enrollment.ListCycles(wire.ListCyclesRequest(open_only=True))).cycles
        for cycle in open_cycles:
            await start_cycle(self._connection, cycle.cycle_id, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)
            await self._resume_offers(cycle.cycle_id)
        return len(open_cycles)

    async def _resume_offers(self, cycle_id: str) -> None:
        """An open offer holds its seat until somebody ends it: its workflow goes on with the offer that stands."""
        request = places.ListOffersRequest(cycle_id=cycle_id, open_only=True)
        for offer in (await self._offers.ListOffers(request)).offers:
            seat = SeatOfferStart(cycle_id, offer.base_code, offer.specialty_code, offer.seat_offer_id)
            await offer_seat(self._connection, seat, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)

    async def _keep_comparing(self) -> None:
        log = structlog.get_logger("reconcile")
        while True:
            try:
                log.info("open cycles have workflows", count=await self.compare())
            except DomainError as error:
                log.warning("cannot compare yet", error=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(EVERY_SECONDS)
