"""Notify's engine with carriers of our own: they stand where a gateway or mail server would, and remember what came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.kit.database import Database
from services.kit.ids import new_id
from services.notify.adapters.port import ChannelAdapter, Outgoing
from services.notify.addresses import AddressBook
from services.notify.composing import Composer
from services.notify.dispatching import Dispatcher, Limits
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.domain.overtaking import Told
from services.notify.domain.recipients import Recipient
from services.notify.domain.samples import sample_values
from services.notify.domain.shapes import Value
from services.notify.domain.templates import TEMPLATES
from services.notify.handlers.writing import NOTHING, Draft, Writer
from services.notify.routing import Router
from services.notify.store.deliveries import Deliveries
from services.notify.store.editions import Editions
from services.notify.wishes import Wishes
from tests.support.vaults import VAULT
from tests.support.wait import eventually

NOON = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)
QUICK = Limits(2000.0, dict.fromkeys(Channel, 1000.0), most_attempts=6)
ACCEPTED = Outcome(Verdict.ACCEPTED)


class Clock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class Carrier:
    """Takes messages of one channel, and answers as it is told: `says` is asked with each, in their order."""

    kind = "recording"

    def __init__(self, channel: Channel, *, idempotent: bool = True) -> None:
        self.name = f"{channel} carrier"
        self.channel = channel
        self.idempotent = idempotent
        self.came: list[Outgoing] = []
        self.most_together = 0
        self.says: Callable[[Outgoing], Outcome] = lambda _: ACCEPTED
        self.gate: asyncio.Event | None = None
        """While it is closed nobody is answered."""
        self._together = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def not_ready(self) -> str:
        return ""

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.came.append(outgoing)
        self._together += 1
        self.most_together = max(self.most_together, self._together)
        try:
            if self.gate is not None:
                await self.gate.wait()
            return self.says(outgoing)
        finally:
            self._together -= 1

    def counted(self) -> Counter[str]:
        """How often each message came."""
        return Counter(each.message_id for each in self.came)


class People:
    """Who is reached where, as identity would say it."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.works: dict[str, tuple[str, ...]] = {}
        self.away: Exception | None = None
        self.asked = 0
        """How often somebody wanted to know who works where."""

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        if self.away:
            raise self.away
        return {each: self.numbers[each] for each in person_ids if each in self.numbers}

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        self.asked += 1
        if self.away:
            raise self.away
        return {each: self.works[each] for each in organisation_codes if each in self.works}

    def person(self) -> str:
        """Somebody new, with a number."""
        person_id = new_id()
        self.numbers[person_id] = f"+86138{len(self.numbers):08d}"
        return person_id


@dataclass
class Engine:
    """Everything between a written message and a carrier, on one database."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    people: People = field(default_factory=People)
    carriers: dict[Channel, Carrier] = field(default_factory=dict)
    limits: Limits = QUICK
    _number: int = 0

    def __post_init__(self) -> None:
        self.writer = Writer(self.database, self.clock, VAULT)
        self.book = AddressBook(self.database, VAULT, self.people, self.clock)
        self.editions = Editions(self.database)
        self.deliveries = Deliveries(self.database)
        for channel, idempotent in ((Channel.SMS, True), (Channel.EMAIL, False)):
            self.carriers.setdefault(channel, Carrier(channel, idempotent=idempotent))

    def router(self, only: Mapping[Channel, Collection[str]] | None = None) -> Router:
        return Router(self.database, self.clock, Wishes(), self.people, self.carriers, lambda: None, only)

    def dispatcher(self, adapters: Mapping[Channel, ChannelAdapter] | None = None) -> Dispatcher:
        composer = Composer(self.book, self.editions, VAULT)
        return Dispatcher(self.database, self.clock, adapters or self.carriers, composer, self.limits, self.book)

    def draft(
        self,
        person_id: str = "",
        template: str = "application_approved",
        *,
        organisation: str = "",
        application_id: str = "",
        release: timedelta = timedelta(0),
        decided: timedelta | None = None,
        campaign_id: str = "",
        **values: Value,
    ) -> Draft:
        """A message with sample values, not yet written."""
        self._number += 1
        decided_at = None if decided is None else NOON + decided
        return Draft(
            key=f"test/{self._number}",
            recipient=Recipient(person_id=person_id, organisation_code=organisation),
            template=template,
            values={**sample_values(TEMPLATES[template]), **values},
            told=Told(application_id, decided_at) if application_id else NOTHING,
            release_at=self.clock.at + release,
            campaign_id=campaign_id,
        )

    async def write(self, *args: str, **more: Any) -> str:
        """Write a message with sample values; its id."""
        draft = self.draft(*args, **more)
        async with self.database.unit_of_work() as uow:
            assert await self.writer.write_many(uow, [draft]) == [True]
        return str(await self.database.fetchval("SELECT message_id FROM message WHERE key = $1", draft.key))

    async def told(self, *args: str, **more: Any) -> str:
        """Write a message and route it; its id."""
        message_id = await self.write(*args, **more)
        await self.router().route()
        return message_id

    async def told_many(self, count: int) -> None:
        """Write and route a message to each of so many people."""
        drafts = [self.draft(self.people.person()) for _ in range(count)]
        async with self.database.unit_of_work() as uow:
            await self.writer.write_many(uow, drafts)
        await self.router().route()

    async def proved(self, person_id: str, channel: Channel = Channel.EMAIL) -> str:
        """Somebody's proved address."""
        address_id, value = new_id(), f"{person_id[-12:]}@example.cn"
        await self.database.execute(
            "INSERT INTO address (address_id, person_id, channel, value, sealed_with, lookup, masked, key, secret,"
            " created_at, expires_at, verified_at)"
            " VALUES ($1::uuid, $2, $3, $4, $5, $6, 'x***', $1::uuid::text, '', $7, $7, $7)",
            *(address_id, person_id, channel.value, VAULT.seal_text(value, address_id), VAULT.current_key),
            *(self.book.lookup(channel, value), NOON),
        )
        return value

    async def campaign(self) -> str:
        """A campaign that runs; its id."""
        campaign_id = new_id()
        await self.database.execute(
            "INSERT INTO campaign (campaign_id, key, asked, province_code, cycle_id, audience, base_code,"
            " specialty_code, template, parameters, state, rate, created_by, created_at)"
            " VALUES ($1::uuid, $1::uuid::text, '', '37', 'c', 'everybody', '', '', 'campaign_text', '{}', 'running',"
            " 10, 'p', $2)",
            *(campaign_id, NOON),
        )
        return campaign_id

    async def wants(self, person_id: str, kind: str, channel: str, wanted: bool = True) -> None:
        """Somebody says whether they want a kind by a channel."""
        await self.database.execute(
            "INSERT INTO preference VALUES ($1, $2, $3, $4, $5)", person_id, kind, channel, wanted, NOON
        )

    async def rows(self, message_id: str = "") -> list[asyncpg.Record]:
        """Deliveries, of one message or of all, oldest first."""
        return await self.database.fetch(
            "SELECT * FROM delivery WHERE $1::uuid IS NULL OR message_id = $1 ORDER BY delivery_id",
            UUID(message_id) if message_id else None,
        )

    async def states(self, message_id: str = "") -> dict[str, tuple[str, str]]:
        """State and reason by channel."""
        return {row["channel"]: (row["state"], row["reason"]) for row in await self.rows(message_id)}

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[Dispatcher]:
        """A dispatcher at work."""
        dispatcher = self.dispatcher()
        await dispatcher.start()
        try:
            yield dispatcher
        finally:
            await dispatcher.stop()

    async def settled(self, *, queued: int = 0) -> None:
        """Wait until nothing is on its way and so many are left queued."""

        async def done() -> bool:
            rows = await self.database.fetch(
                "SELECT state, count(*) AS n FROM delivery WHERE state IN ('queued', 'sending') GROUP BY state"
            )
            return {row["state"]: row["n"] for row in rows} == ({"queued": queued} if queued else {})

        await eventually(done, "all deliveries are settled")


@asynccontextmanager
async def engine(url: str) -> AsyncIterator[Engine]:
    """An engine on a fresh database, without anything at work."""
    database = Database(url, name="notify", pool_size=6)
    await database.start()
    made = Engine(database)
    await made.editions.start()
    try:
        yield made
    finally:
        await database.stop()
