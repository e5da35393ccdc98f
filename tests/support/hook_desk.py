"""A desk of webhooks: everything about them over one database, before a real HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2 as enrollment
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from services.kit.messaging import Delivery
from services.notify.adapters.doors import Doors
from services.notify.adapters.post import Poster
from services.notify.domain.hook_delivering import WayState
from services.notify.handlers.hooks import Handed, HookHandlers, Order
from services.notify.handlers.writing import Writer
from services.notify.hook_dispatching import HookDispatcher
from services.notify.hook_routing import Facts, HookRouter
from services.notify.store.hook_deliveries import Way
from tests.support.hooks import Receiver, receiver
from tests.support.vaults import VAULT
from tests.support.wait import eventually

BASE, NEIGHBOUR, FOREIGN, PROVINCE = "SD-QILU", "SD-SLYY", "BJ-XIEHE", "37"
LI = Caller(new_id(), "base_administrator", BASE, session="s")
ZHAO = Caller(new_id(), "base_administrator", NEIGHBOUR, session="s")
WANG = Caller(new_id(), "base_administrator", FOREIGN, session="s")
TEACHING = Caller(new_id(), "teaching_department", BASE, session="s")
SHANDONG = Caller(new_id(), "province_administrator", PROVINCE, session="s")
APPROVED, LONG = "application.approved", timedelta(days=1)


@dataclass
class Clock:
    """Stands still until told."""

    at: datetime = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Map:
    """Two provinces with their bases, and a cycle in the first."""

    async def province_of(self, code: str) -> str:
        known = {BASE: PROVINCE, NEIGHBOUR: PROVINCE, PROVINCE: PROVINCE, FOREIGN: "11", "11": "11"}
        return known.get(code, "")

    async def province_of_cycle(self, cycle_id: str) -> str:
        return {"cycle": PROVINCE}.get(cycle_id, "")


@dataclass
class Desk:
    """Everything about webhooks over one database."""

    database: Database
    clock: Clock
    hooks: HookHandlers
    dispatcher: HookDispatcher
    receiver: Receiver
    facts: Facts = field(init=False)
    router: HookRouter = field(init=False)

    def __post_init__(self) -> None:
        self.facts = Facts(self.clock)
        self.router = HookRouter(self.database, self.clock, Map())

    async def subscribe(self, who: Caller = LI, *types: str, url: str = "") -> Handed:
        order = Order("医院信息系统", url or self.receiver.url, types or (APPROVED,))
        return await self.hooks.create(who, order, new_id())

    async def hear(self, *facts: Any, deliveries: Sequence[Delivery] = ()) -> list[Delivery]:
        """As the consumer hears them; the same deliveries may be given again."""
        heard = [*deliveries, *(self.delivery(fact) for fact in facts)]
        async with self.database.unit_of_work() as uow:
            await self.facts.hear_all(heard, uow)
        await self.router.route_all()
        self.dispatcher.poke()
        return heard

    def delivery(self, fact: Any) -> Delivery:
        body = fact.SerializeToString()
        return Delivery(new_id(), "s", fact.DESCRIPTOR.full_name, "a", 1, 1, body, "", 1, self.clock.now())

    async def ways(self, hook: Handed, who: Caller = LI) -> Sequence[Way]:
        return (await self.hooks.list_deliveries(who, hook.hook.webhook_id, None, 0, ""))[0]

    async def state(self, hook: Handed, state: WayState, attempts: int = 0) -> Way:
        """Waits until the newest delivery stands so, after at least so many attempts."""

        async def stands() -> Way | None:
            found = await self.ways(hook)
            return found[0] if found and found[0].state is state and found[0].attempts >= attempts else None

        way = await eventually(stands, f"{state} after {attempts}")
        assert way is not None
        return way

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.database.fetch(sql)]


def approved(base: str = BASE, **more: Any) -> enrollment.ApplicationReviewed:
    about = enrollment.ApplicationFact(
        application_id=new_id(), cycle_id="cycle", person_id=new_id(), base_code=base, base_name="名称", version=3
    )
    return enrollment.ApplicationReviewed(application=about, approved=True, remark="欢迎", **more)


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


@asynccontextmanager
async def hook_desk(database_url: Callable[[str], str]) -> AsyncIterator[Desk]:
    """One, opened and closed here; its clock stands still until told."""
    database = Database(database_url("notify"), name="notify", pool_size=8)
    await database.start()
    clock = Clock()
    hooks = HookHandlers(database, clock, VAULT, local=True)
    poster = Poster(timedelta(seconds=1), Doors(local=True))
    dispatcher = HookDispatcher(database, clock, VAULT, poster, Writer(database, clock, VAULT))
    hooks.on_waiting(dispatcher.poke)
    await dispatcher.start()
    async with receiver() as system:
        yield Desk(database, clock, hooks, dispatcher, system)
        await dispatcher.stop()
    await database.stop()
