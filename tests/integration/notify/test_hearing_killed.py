"""MSG-05 while the process that hears is killed: facts thrice and out of order, one message a key all the same."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from google.protobuf.message import Message

from residency.enrollment.v1 import events_pb2 as enrollment
from services.kit import streams
from services.kit.clock import SystemClock
from services.kit.consumers import Consumer, Held
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.notify.consumers import Listener, hearing
from services.notify.handlers.writing import Writer
from tests.support import bus
from tests.support.deliveries import publish
from tests.support.vaults import VAULT
from tests.support.wait import eventually

KILLS = 20
PEOPLE = 20
POINTS = ("heard", "written", "committed", "acknowledged")
"""Where the process dies: before it writes, before it commits, before it says so, and half-way through saying so."""
ACK_WAIT_SECONDS = 0.5
"""What died had in hand comes again after this long, so that the test need not wait ten seconds."""


class DyingListener(Listener):
    """Dies before or after it wrote."""

    point = ""

    async def hear_all(self, deliveries: Sequence[Delivery], uow: UnitOfWork) -> None:
        if self.point == "heard":
            die()
        await super().hear_all(deliveries, uow)
        if self.point == "written":
            await uow.write_facts()
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def consumer_of(messaging: Messaging, database: Database, listener: Listener) -> Consumer:
    found = [part for part in hearing(messaging, database, listener) if isinstance(part, Consumer)]
    return next(part for part in found if part.durable == "notify-enrollment")


def hear_until_killed(database_url: str, nats_url: str, streams_file: Path, point: str, acknowledgements: int) -> None:
    """The body of a real process: notify's consumer, which dies where it is told."""

    async def main() -> None:
        database, messaging = Database(database_url, name="notify"), Messaging(nats_url, streams_file=streams_file)
        listener = DyingListener(Writer(database, SystemClock(), VAULT))
        listener.point = point
        consumer = consumer_of(messaging, database, listener)
        done, left = consumer.done, 0 if point == "committed" else acknowledgements

        async def dying(one: Held) -> None:
            nonlocal left
            if point in ("committed", "acknowledged") and not left:
                die()
            await done(one)
            await messaging.client.flush()
            left -= 1

        consumer.done = dying  # type: ignore[method-assign]  # it dies between two of them
        for part in (database, messaging, consumer):
            await part.start()
        await asyncio.Event().wait()

    asyncio.run(main())


@pytest.fixture
async def impatient(nats_url: str, tmp_path: Path) -> AsyncIterator[tuple[Messaging, Path]]:
    """The streams of production, delivering again after a moment."""
    content = yaml.safe_load(streams.streams_file().read_text(encoding="utf-8"))
    content["consumer_defaults"]["ack_wait"] = ACK_WAIT_SECONDS
    file = tmp_path / "streams.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    messaging = Messaging(nats_url, streams_file=file)
    await messaging.start()
    await bus.wipe(messaging)
    yield messaging, file
    await messaging.stop()


def facts_about(person_id: str) -> list[Message]:
    """Submitted; rejected, then approved in the same night; granted by mistake: told are two of the five."""
    noon = datetime.now(UTC)

    def about(minutes: int, told: int) -> enrollment.ApplicationFact:
        fact = enrollment.ApplicationFact(application_id=f"of {person_id}", person_id=person_id, base_name="齐鲁医院")
        fact.decided_at.FromDatetime(noon + timedelta(minutes=minutes))
        fact.release_at.FromDatetime(noon + timedelta(minutes=told))
        return fact

    lost = enrollment.ApplicationPlaceLost(application=about(4, 4), cause="undone")
    lost.undone_since.FromDatetime(noon + timedelta(minutes=3))
    return [
        enrollment.ApplicationSubmitted(application=about(0, 0)),
        enrollment.ApplicationReviewed(application=about(1, 480), approved=False),
        enrollment.ApplicationReviewed(application=about(2, 480), approved=True),
        enrollment.ApplicationProvisionallyAdmitted(application=about(3, 480)),
        lost,
    ]


async def test_msg_05_a_process_killed_twenty_times_while_it_hears_writes_one_message_a_key(
    database_url: Callable[[str], str], nats_url: str, impatient: tuple[Messaging, Path]
) -> None:
    messaging, streams_file = impatient
    url, chance = database_url("notify"), random.Random(20)
    people = [new_id() for _ in range(PEOPLE)]
    facts = {new_id(): body for person_id in people for body in facts_about(person_id)}
    copies = list(facts) * 3
    chance.shuffle(copies)
    points = list(POINTS) * (KILLS // len(POINTS))
    chance.shuffle(points)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.integration.notify.test_hearing_killed"])
    for number, point in enumerate(points):
        for event_id in copies[number::KILLS]:
            subject = f"residency.enrollment.v1.application.{facts[event_id].DESCRIPTOR.name.lower()}"
            await publish(messaging, subject, facts[event_id], event_id)
        told = (url, nats_url, streams_file, point, chance.randrange(1, 5))
        child = processes.Process(target=hear_until_killed, args=told, daemon=True)
        child.start()
        await asyncio.to_thread(child.join, 20)
        assert child.exitcode == -signal.SIGKILL, f"it died at {point}, number {number}"

    database = Database(url, name="notify")
    consumer = consumer_of(messaging, database, Listener(Writer(database, SystemClock(), VAULT)))
    await database.start()
    await consumer.start()

    async def settled() -> bool:
        info = await messaging.js.consumer_info("ENROLLMENT", "notify-enrollment")
        return (info.num_pending, info.num_ack_pending) == (0, 0)

    await eventually(settled, "everything is acknowledged")
    assert (await messaging.js.stream_info("ENROLLMENT")).state.messages == 3 * len(facts)
    rows = await database.fetch("SELECT key, person_id, template, dropped_at FROM message")
    assert Counter(row["key"].split("/")[1] for row in rows) == Counter(dict.fromkeys(facts, 1))
    told_of = Counter((row["person_id"], row["template"]) for row in rows if row["dropped_at"] is None)
    kept = ("application_submitted", "application_approved")
    assert told_of == Counter({(person_id, template): 1 for person_id in people for template in kept})
    announced = await database.fetchval("SELECT count(*) FROM outbox")
    assert announced == PEOPLE, "what is seen at once is announced once, what is held is not"
    await consumer.stop()
    await database.stop()
