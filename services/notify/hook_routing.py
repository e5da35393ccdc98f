"""HOOK-02, HOOK-03: which webhooks hear of an event: facts are written down first, and routed when places are known."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from residency.enrollment.v1 import cycle_service_pb2
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.identity.v1 import staff_service_pb2
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.messaging import Delivery, Messaging
from services.kit.once import OnceConsumer
from services.kit.part import Part
from services.notify.consumers import BATCH
from services.notify.hook_events import events_of
from services.notify.store.hooks import Hooks, Unrouted

AT_ONCE = 100
"""Events routed in one round."""
PLACES_SECONDS = 60.0
"""How long organisations are taken to be the same, unless one is unknown."""
UNKNOWN_SECONDS = 1.0
"""How soon they are read again for one that is unknown."""
ROUTE_SECONDS = 0.5
"""How often what was written down is routed."""


class Places(Protocol):
    """Which province a place and a cycle belong to."""

    async def province_of(self, code: str) -> str:
        """The province of a base, or a province itself; empty for a place nobody knows. Raises UNAVAILABLE."""
        ...

    async def province_of_cycle(self, cycle_id: str) -> str:
        """The province of a cycle; empty for one nobody knows. Raises UNAVAILABLE."""
        ...


class AskedPlaces:
    """What identity and enrollment say, remembered: a cycle never changes province."""

    def __init__(self, identity: Channel, enrollment: Channel) -> None:
        self._staff = identity.stub(StaffServiceStub)
        self._cycles = enrollment.stub(CycleServiceStub)
        self._parents: dict[str, str] = {}
        self._read_at = -PLACES_SECONDS
        self._of_cycles: dict[str, str] = {}

    async def province_of(self, code: str) -> str:
        """As `Places.province_of`."""
        if time.monotonic() - self._read_at > (PLACES_SECONDS if code in self._parents else UNKNOWN_SECONDS):
            await self._read()
        while self._parents.get(code):
            code = self._parents[code]
        return code if code in self._parents else ""

    async def province_of_cycle(self, cycle_id: str) -> str:
        """As `Places.province_of_cycle`."""
        if cycle_id not in self._of_cycles:
            try:
                answer = await self._cycles.GetCycle(cycle_service_pb2.GetCycleRequest(cycle_id=cycle_id))
            except DomainError as error:
                if error.kind is Kind.NOT_FOUND:
                    return ""
                raise
            self._of_cycles[cycle_id] = answer.cycle.province_code
        return self._of_cycles[cycle_id]

    async def _read(self) -> None:
        answer = await self._staff.ListOrganisations(staff_service_pb2.ListOrganisationsRequest())
        self._parents = {each.code: each.parent_code for each in answer.organisations}
        self._read_at = time.monotonic()


class Facts:
    """Writes down, once, the facts that somebody has subscribed to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """`hear_all` for one."""
        await self.hear_all([delivery], uow)

    async def hear_all(self, deliveries: Sequence[Delivery], uow: UnitOfWork) -> None:
        """HOOK-03: write the events of these facts that anybody wants, within `uow`. Raises Poison."""
        events = [event for delivery in deliveries for event in events_of(delivery)]
        if not events:
            return
        hooks = Hooks(uow.session)
        wanted = await hooks.wanted()
        await hooks.write_events([each for each in events if each.event.type in wanted], self._clock.now())

    def consumers(self, messaging: Messaging, database: Database) -> list[Part]:
        """The consumers: of their own, so that nothing here ever keeps a message to people back."""
        return [
            OnceConsumer(
                *(messaging, stream, durable, self.hear), database=database, handle_many=self.hear_all, batch=BATCH
            )
            for stream, durable in (("ENROLLMENT", "webhooks-enrollment"), ("FACULTY", "webhooks-faculty"))
        ]


class HookRouter:
    """Finds the webhooks of what was written down."""

    def __init__(self, database: Database, clock: Clock, places: Places) -> None:
        self._database = database
        self._clock = clock
        self._places = places

    async def route(self) -> int:
        """HOOK-03: give each event its deliveries, one a webhook; how many events. Raises DomainError UNAVAILABLE."""
        async with self._database.unit_of_work() as uow:
            hooks = Hooks(uow.session)
            events = await hooks.unrouted(AT_ONCE)
            interested = {kind: await hooks.organisations(kind) for kind in {event.type for event in events}}
        owners = {event.event_id: await self._owners(event, interested[event.type]) for event in events}
        if events:
            async with self._database.unit_of_work() as uow:
                hooks = Hooks(uow.session)
                for event in events:
                    found = await hooks.subscribed(event, owners[event.event_id])
                    await hooks.deliver(event.event_id, found, self._clock.now())
        return len(events)

    async def route_all(self) -> None:
        """`route` until nothing is left. Raises DomainError UNAVAILABLE."""
        while await self.route() == AT_ONCE:
            pass

    async def _owners(self, event: Unrouted, interested: Sequence[str]) -> set[str]:
        """HOOK-02: whose event it is, of those `interested`; asked outside of any transaction."""
        owners = set(event.bases)
        if event.bases_only:
            return owners
        provinces = {await self._places.province_of(code) for code in event.bases}
        if not event.bases:
            provinces = {event.province or await self._places.province_of_cycle(event.cycle_id)}
        # A province's own event is told to everybody in it.
        whole = provinces if not event.bases else provinces & owners
        if whole - {""}:
            owners |= {code for code in interested if await self._places.province_of(code) in whole}
        return (owners | provinces) & set(interested)
