"""MSG-17 on real databases: facts heard in batches leave what the same facts leave when each is heard by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message as Proto

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.kit.messaging import Delivery
from services.notify.consumers import HEARD, Listener
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from tests.support.deliveries import delivery_of
from tests.support.vaults import VAULT

NOON = datetime(2023, 7, 20, 4, 0, tzinfo=UTC)
CASES = 6
FACTS = 60
APPLICATIONS = 4


class Clock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class World:
    """Notify on a database of its own."""

    listener: Listener
    inbox: Inbox
    database: Database
    clock: Clock

    async def hear(self, deliveries: Sequence[Delivery]) -> None:
        async with self.database.unit_of_work() as uow:
            await self.listener.hear_all(deliveries, uow)

    async def left(self, people: Sequence[str]) -> dict[str, Any]:
        """What can be told apart afterwards: rows, facts, and what each reader sees at several times."""
        rows = await self.database.fetch(
            "SELECT key, template, title, body <> '' AS kept, parameters <> '' AS filled, application_id, sent_at,"
            " release_at, decided_at, undone_since, dropped_at, priority, expires_at FROM message ORDER BY key"
        )
        facts = await self.database.fetch("SELECT body FROM outbox")
        seen: list[list[tuple[str, str, datetime]]] = []
        for minutes in (0, 60, 500, 2000):
            self.clock.at = NOON + timedelta(minutes=minutes)
            for person_id in people:
                page = await self.inbox.list_messages(Caller(person_id, "applicant"), 100)
                seen.append(sorted((one.template, one.body, one.sent_at) for one in page.messages))
        told = sorted(events_pb2.MessageWritten.FromString(row["body"]).person_id for row in facts)
        return {"rows": [tuple(row) for row in rows], "told": told, "seen": seen}


@pytest.fixture
async def worlds(database_url: Callable[[str], str]) -> AsyncIterator[list[World]]:
    made = []
    for _ in range(2):
        database = Database(database_url("notify"), name="notify", pool_size=4)
        await database.start()
        clock = Clock()
        made.append(World(Listener(Writer(database, clock, VAULT)), Inbox(database, clock, VAULT), database, clock))
    yield made
    for world in made:
        await world.database.stop()


def some_facts(chance: random.Random, people: Sequence[str]) -> list[Delivery]:
    """Facts about a few applications of a few people, as they might come: out of order, some of them twice."""
    facts = [one_fact(chance, people) for _ in range(FACTS)]
    facts += chance.choices(facts, k=FACTS // 4)
    chance.shuffle(facts)
    return facts


def one_fact(chance: random.Random, people: Sequence[str]) -> Delivery:
    who = chance.randrange(len(people))
    minutes = chance.randrange(120)
    about = enrollment.ApplicationFact(
        application_id=f"app-{people[who]}", person_id=people[who], base_name="齐鲁医院", specialty_name="内科"
    )
    about.decided_at.FromDatetime(NOON + timedelta(minutes=minutes))
    if chance.random() < 0.7:
        about.release_at.FromDatetime(NOON + timedelta(minutes=minutes + chance.choice([0, 30, 480])))
    lost = enrollment.ApplicationPlaceLost(application=about, cause="undone")
    undone = enrollment.ApplicationAdmissionUndone(application=about)
    for taken_back in (lost, undone):
        if chance.random() < 0.8:
            taken_back.undone_since.FromDatetime(NOON + timedelta(minutes=chance.randrange(minutes + 1)))
    published = enrollment.ApplicationPublished(application=about)
    published.ends_at.FromDatetime(NOON + timedelta(days=5))
    bodies: list[Proto] = [
        *(lost, undone, published),
        enrollment.ApplicationReviewed(application=about, approved=chance.random() < 0.5, remark="资料不全"),
        enrollment.ApplicationProvisionallyAdmitted(application=about),
        enrollment.ApplicationAdmitted(application=about),
        enrollment.ApplicationSubmitted(application=about),
        enrollment.ApplicationNotSelected(application=about),
        enrollment.ApplicationWithdrawn(application=about),
        enrollment.ApplicationHeld(application=about),
        identity.AccountReleased(person_id=people[who]),
        enrollment.CycleCreated(cycle_id="c"),
    ]
    if chance.random() < 0.05:
        bodies = [identity.PersonErased(person_id=people[who])]
    return replace(delivery_of(chance.choice(bodies)), occurred_at=NOON + timedelta(minutes=minutes))


async def test_msg_17_a_batch_has_the_effects_of_its_facts_one_after_the_other(worlds: list[World]) -> None:
    at_once, singly = worlds
    for seed in range(CASES):
        chance = random.Random(seed)
        people = [new_id() for _ in range(APPLICATIONS)]
        facts = some_facts(chance, people)
        moment = NOON
        while facts:
            size = chance.randrange(1, 24)
            batch, facts = facts[:size], facts[size:]
            for world in worlds:
                world.clock.at = moment
            await at_once.hear(batch)
            for one in batch:
                await singly.hear([one])
            moment += timedelta(minutes=chance.randrange(40))
        assert await at_once.left(people) == await singly.left(people), seed
    dropped = await at_once.database.fetchval("SELECT count(*) FROM message WHERE dropped_at IS NOT NULL")
    assert dropped > CASES, "little was overtaken: the facts prove nothing"


async def test_msg_17_batches_about_the_same_applications_wait_for_each_other_and_never_for_ever(
    database_url: Callable[[str], str],
) -> None:
    """Two replicas with the same facts in opposite order: without one order of locks one of them would be cut off."""
    chance = random.Random(3)
    people = [new_id() for _ in range(30)]
    facts = [fact for fact in (one_fact(chance, people) for _ in range(120)) if fact.event_type in HEARD]
    database = Database(database_url("notify"), name="notify", pool_size=8)
    await database.start()
    clock = Clock()
    world = World(Listener(Writer(database, clock, VAULT)), Inbox(database, clock, VAULT), database, clock)
    await asyncio.gather(*(world.hear(order) for order in (facts, facts[::-1]) * 3))
    assert await database.fetchval("SELECT count(*) FROM message") == len(facts)
    await database.stop()
