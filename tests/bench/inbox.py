"""How fast facts become messages, beside a JetStream consumer that inserts one row: `python -m tests.bench.inbox`.

A stream is filled with what enrollment tells of many applications; then each arm empties it in a process of its own,
from its first request to its last acknowledgement: ours as notify composes it, with inbox, locks, texts in the reader's
language, seals and traces (one in ten), alone or at work (relay and router beside it); a bare consumer with one
committed row a fact; and one with one transaction a fetched batch. What counts is the median of the ratios of
interleaved rounds. PostgreSQL and NATS are real, with everything that commits and acknowledgements rely on.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, product
from pathlib import Path

import asyncpg
import nats
import uvloop
from nats.js.api import AckPolicy, ConsumerConfig
from pydantic import SecretStr

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from services.kit import telemetry
from services.kit.bus import Messaging
from services.kit.clock import SystemClock
from services.kit.consumers import Consumer, Held
from services.kit.database import Database
from services.kit.delivery import headers
from services.kit.ids import new_id
from services.kit.outbox import Relay
from services.kit.part import Part
from services.notify.consumers import BATCH, Listener, hearing
from services.notify.domain.channels import PUSHED
from services.notify.handlers.writing import Writer
from services.notify.routing import Router
from services.notify.settings import NotifySettings
from services.notify.wishes import Wishes
from tests.bench.result import Options, Result, ratios_of
from tests.support import bus, postgres
from tests.support import nats as nats_support
from tests.support.vaults import VAULT

ARMS = ("ours", "ours at work", "bare", "batch")
SUBJECTS = "residency.enrollment.v1.>"
PROFILE = "BENCH_PROFILE"
"""Environment variable: a file that receives the profile of ours (cProfile), which slows it down."""
CREATE = "CREATE TABLE bare (event_id uuid PRIMARY KEY, body bytea NOT NULL, at timestamptz NOT NULL DEFAULT now())"
INSERT = "INSERT INTO bare (event_id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING"
TARGET = 0.5
_AT_ONCE = 200


@dataclass(frozen=True)
class Round:
    """Facts a second, and milliseconds of processor time for each."""

    rate: float
    processor: float


async def fill(messaging: Messaging, facts: int) -> None:
    """Put facts about half as many applications on the stream: submitted, and some time later reviewed."""
    await bus.wipe(messaging)
    versions = count(1)
    about = [
        enrollment.ApplicationFact(
            application_id=new_id(),
            person_id=new_id(),
            base_code="SD-QILU",
            base_name="山东大学齐鲁医院",
            specialty_name="内科",
            state=application_pb2.APPLICATION_STATE_PENDING,
        )
        for _ in range(facts // 2)
    ]
    bodies: list[enrollment.ApplicationSubmitted | enrollment.ApplicationReviewed] = [
        enrollment.ApplicationSubmitted(application=one) for one in about
    ]
    random.shuffle(about)
    for one in about:
        one.decided_at.GetCurrentTime()
        bodies.append(enrollment.ApplicationReviewed(application=one, approved=True, remark="请携带身份证原件报到。"))
    for start in range(0, len(bodies), _AT_ONCE):
        await asyncio.gather(*(publish(messaging, body, next(versions)) for body in bodies[start : start + _AT_ONCE]))


async def publish(
    messaging: Messaging, body: enrollment.ApplicationSubmitted | enrollment.ApplicationReviewed, version: int
) -> None:
    """As the relay publishes it."""
    content = headers(
        event_id=new_id(),
        event_type=body.DESCRIPTOR.full_name,
        source="residency/enrollment",
        aggregate_id=body.application.application_id,
        epoch=1,
        version=version,
        occurred_at=datetime.now(UTC),
    )
    content["traceparent"] = f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-0{version % 10 == 0:d}"
    noun = "submitted" if isinstance(body, enrollment.ApplicationSubmitted) else "reviewed"
    await messaging.publish(f"residency.enrollment.v1.application.{noun}", body.SerializeToString(), content)


class Nobody:
    """Is never asked: the facts are about people, and none is sent on."""

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        """Of nobody."""
        return {}

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Of nobody."""
        return {}


async def ours(settings: NotifySettings, facts: int, *, at_work: bool) -> float:
    """Seconds that the consumer of notify takes for the stream."""
    database = Database(settings.database_url.get_secret_value(), name="notify")
    messaging = Messaging(settings.nats_url, name="notify")
    writer = Writer(database, SystemClock(), VAULT)
    consumers = hearing(messaging, database, Listener(writer))
    consumer = next(part for part in consumers if isinstance(part, Consumer) and part.durable == "notify-enrollment")
    told, all_told = consumer.done, asyncio.Event()
    left = facts

    async def done(one: Held) -> None:
        nonlocal left
        await told(one)
        left -= 1
        if not left:
            all_told.set()

    consumer.done = done  # type: ignore[method-assign]  # counted from outside
    before: list[Part] = [database, messaging]
    if at_work:
        router = Router(database, SystemClock(), Wishes(), Nobody(), PUSHED, lambda: None)
        writer.on_written(router.poke)
        before += [Relay(database, messaging, "notify"), router]
    for part in before:
        await part.start()
    began = time.perf_counter()
    await consumer.start()
    await all_told.wait()
    await messaging.client.flush()
    spent = time.perf_counter() - began
    for part in (consumer, *reversed(before)):
        await part.stop()
    return spent


async def bare(settings: NotifySettings, facts: int, *, batch: bool) -> float:
    """Seconds that a consumer takes which inserts one row a fact, each for itself or a fetched batch together."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    await connection.execute(CREATE)
    client = await nats.connect(settings.nats_url)
    subscription = await client.jetstream().pull_subscribe(
        SUBJECTS,
        new_id(),
        "ENROLLMENT",
        config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=10, max_ack_pending=256),
    )
    began = time.perf_counter()
    while facts:
        messages = await subscription.fetch(BATCH, timeout=5)
        rows = [((message.headers or {})["ce-id"], message.data) for message in messages]
        if batch:
            await connection.executemany(INSERT, rows)
        for message, row in zip(messages, rows, strict=True):
            if not batch:
                await connection.execute(INSERT, *row)
            await message.ack()
        facts -= len(messages)
    await client.flush()
    spent = time.perf_counter() - began
    await client.close()
    await connection.close()
    return spent


def work(arm: str, settings: NotifySettings, facts: int) -> Awaitable[float]:
    """One arm's run."""
    if arm.startswith("ours"):
        return ours(settings, facts, at_work=arm != "ours")
    return bare(settings, facts, batch=arm == "batch")


def consume(arm: str, url: str, nats_url: str, facts: int) -> None:
    """Run one arm in this process and print seconds and processor seconds. Imported code is frozen."""
    settings = NotifySettings(
        database_url=SecretStr(url), nats_url=nats_url, trace_file=Path(tempfile.mkstemp()[1]), trace_share=0.1
    )
    telemetry.configure("bench", settings)
    gc.freeze()
    measured: list[float] = []

    async def measure() -> None:
        spent = time.process_time()
        measured.extend([await work(arm, settings, facts), time.process_time() - spent])

    _run(measure, os.environ.get(PROFILE, "") if arm == "ours" else "")
    telemetry.shutdown()
    assert settings.trace_file is not None
    settings.trace_file.unlink(missing_ok=True)
    print(*measured, flush=True)


def _run(measure: Callable[[], Awaitable[None]], profile_to: str) -> None:
    async def to_the_end() -> None:
        await measure()

    if not profile_to:
        uvloop.run(to_the_end())
        return
    import cProfile  # noqa: PLC0415  (only when asked for)

    profile = cProfile.Profile()
    profile.enable()
    uvloop.run(to_the_end())
    profile.disable()
    profile.dump_stats(profile_to)


async def compare(facts: int, pairs: int, arms: Sequence[str]) -> dict[str, list[Round]]:
    """Run the arms in turn and print each round."""
    database, broker = postgres.create_server(), nats_support.create_server()
    rounds: dict[str, list[Round]] = {arm: [] for arm in arms}
    messaging = Messaging(broker.url)
    try:
        await messaging.start()
        for number in range(pairs):
            await fill(messaging, facts)
            for arm in arms if number % 2 else reversed(arms):
                url = database.database("notify")
                await messaging.js.delete_consumer("ENROLLMENT", "notify-enrollment")
                await messaging.repair()
                command = [sys.executable, "-m", "tests.bench.inbox", "--arm", arm, url, broker.url, str(facts)]
                told = await asyncio.to_thread(subprocess.run, command, stdout=subprocess.PIPE, check=True, text=True)
                seconds, spent = map(float, told.stdout.split()[-2:])
                rounds[arm].append(Round(facts / seconds, 1000 * spent / facts))
                print(
                    f"{number + 1}  {arm:16} {facts / seconds:7.0f} facts/s  {1e6 * spent / facts:6.0f} µs of CPU each"
                )
                database.drop(url)
    finally:
        await messaging.stop()
        nats_support.remove_server(broker)
        postgres.remove_server(database)
    return rounds


async def measure(options: Options) -> list[Result]:
    """Notify as it is composed beside a consumer that inserts one row a fact."""
    rounds = await compare(options.sized(4_000, 1_000), options.rounds, ("ours", "bare"))
    ours, bare = ([each.rate for each in rounds[arm]] for arm in ("ours", "bare"))
    return [
        Result(
            *("", "facts become messages, beside one inserted row each", "facts/s", ours, bare, ratios_of(ours, bare)),
            target=TARGET,
            notes=["notify's inbox, locks, texts in the reader's language, seals and traces; the bare one does none"],
            costs={"message_cpu_ms": statistics.median(each.processor for each in rounds["ours"])},
        )
    ]


def tell(facts: int, pairs: int, rounds: Mapping[str, Sequence[Round]]) -> None:
    """Print the medians."""
    print(f"{facts} facts, {pairs} rounds, load {os.getloadavg()[0]:.1f}")
    for arm, beside in product(ARMS[:2], ARMS[2:]):
        pairs_of = zip(rounds.get(arm, ()), rounds.get(beside, ()), strict=False)
        ratios = [one.rate / other.rate for one, other in pairs_of]
        if ratios:
            print(f"{arm} / {beside}: {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=4_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--arm", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.arm:
        arm, url, nats_url, facts = asked.arm
        consume(arm, url, nats_url, int(facts))
    else:
        tell(asked.facts, asked.pairs, uvloop.run(compare(asked.facts, asked.pairs, asked.arms.split(","))))


if __name__ == "__main__":
    main()
