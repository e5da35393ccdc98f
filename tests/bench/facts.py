"""How fast facts get from an outbox into an inbox, beside bare messages: `python -m tests.bench.facts`.

Ours is the relay of enrollment, which reads committed rows, publishes and marks them, and a consumer with an inbox in
another service's database, whose effect is nothing; both in one process. The bare one publishes as many bodies of the
same size with an acknowledgement each, as many side by side, and pulls and acknowledges them, without any database.
NATS writes through to the disk for both. One fact in ten is part of a trace.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from services.kit.bus import Messaging
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery
from services.kit.ids import new_id
from services.kit.once import OnceConsumer
from services.kit.outbox import BATCH, Relay
from tests.bench.result import Options, Result, ratios_of
from tests.support import bus, postgres
from tests.support import nats as nats_support

SUBJECT = "residency.enrollment.v1.application.submitted"
TYPE = "residency.enrollment.v1.ApplicationSubmitted"
BODY = random.Random(1).randbytes(220)
"""As long as what enrollment tells of a submission, about."""
FETCH = 128
"""Most messages in hand at a time, as notify has them; the bare one too."""
FILL = """
    INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, traceparent)
    SELECT gen_random_uuid(), $1, $2, gen_random_uuid()::text, 1, $3,
        '00-' || md5(n::text) || '-' || left(md5((-n)::text), 16) || CASE WHEN n % 10 = 0 THEN '-01' ELSE '-00' END
    FROM generate_series(1, $4::int) n
"""
TARGET, STRETCH = 0.5, 0.6
PROFILE = "BENCH_PROFILE"
"""Environment variable: a file that receives the profile of ours (cProfile), which slows it down."""


@dataclass(frozen=True)
class Round:
    """Facts a second, and milliseconds of processor time of the process for each."""

    rate: float
    processor: float


async def ours(urls: Sequence[str], facts: int) -> float:
    """Seconds from the first look at the outbox to the last effect in the inbox."""
    url, inbox_url, nats_url = urls
    outbox, inbox = Database(url, name="enrollment"), Database(inbox_url, name="notify")
    messaging = Messaging(nats_url, name="facts")
    all_there, left = asyncio.Event(), facts

    async def many(news: Sequence[Delivery], _: UnitOfWork) -> None:
        nonlocal left
        left -= len(news)
        if left <= 0:
            all_there.set()

    async def single(delivery: Delivery, unit: UnitOfWork) -> None:
        await many([delivery], unit)

    relay = Relay(outbox, messaging, "enrollment")
    consumer = OnceConsumer(
        *(messaging, "ENROLLMENT", "notify-enrollment", single), database=inbox, handle_many=many, batch=FETCH
    )
    for part in (outbox, inbox, messaging):
        await part.start()
    await outbox.execute(FILL, SUBJECT, TYPE, BODY, facts)
    await consumer.start()
    began = time.perf_counter()
    await relay.start()
    await all_there.wait()
    spent = time.perf_counter() - began
    for ending in (consumer, relay, messaging, inbox, outbox):
        await ending.stop()
    return spent


async def bare(nats_url: str, facts: int) -> float:
    """Seconds from the first publish to the last acknowledgement."""
    client = await nats.connect(nats_url)
    js = client.jetstream()
    subscription = await js.pull_subscribe(
        SUBJECT, new_id(), "ENROLLMENT", config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=BATCH)
    )

    async def publish() -> None:
        for start in range(0, facts, BATCH):
            count = min(BATCH, facts - start)
            await asyncio.gather(*(js.publish(SUBJECT, BODY, headers={"Nats-Msg-Id": new_id()}) for _ in range(count)))

    async def pull() -> None:
        left = facts
        while left:
            messages: list[Msg] = await subscription.fetch(FETCH, timeout=10)
            for message in messages:
                await message.ack()
            left -= len(messages)
        await client.flush()

    began = time.perf_counter()
    await asyncio.gather(publish(), pull())
    spent = time.perf_counter() - began
    await client.close()
    return spent


def carry(arm: str, facts: int, urls: Sequence[str]) -> None:
    """Run one arm in this process; prints seconds, and processor seconds. Imported code is frozen."""
    gc.freeze()
    profile = cProfile.Profile() if arm == "ours" and PROFILE in os.environ else None
    if profile is not None:
        profile.enable()
    spent = time.process_time()
    seconds = uvloop.run(ours(urls, facts) if arm == "ours" else bare(urls[-1], facts))
    print(seconds, time.process_time() - spent, flush=True)
    if profile is not None:
        profile.disable()
        profile.dump_stats(os.environ[PROFILE])


async def compare(facts: int, pairs: int) -> dict[str, list[Round]]:
    """Both arms in turn, each in a fresh process, over fresh databases and an empty stream."""
    database, broker = postgres.create_server(), nats_support.create_server()
    messaging = Messaging(broker.url)
    found: dict[str, list[Round]] = {"ours": [], "bare": []}
    try:
        await messaging.start()
        for number in range(pairs):
            for arm in ("ours", "bare") if number % 2 else ("bare", "ours"):
                urls = [database.database("enrollment"), database.database("notify")]
                await bus.wipe(messaging)
                command = [sys.executable, "-m", "tests.bench.facts", "--arm", arm, str(facts), *urls, broker.url]
                told = await asyncio.to_thread(subprocess.run, command, stdout=subprocess.PIPE, check=True, text=True)
                seconds, spent = map(float, told.stdout.split()[-2:])
                found[arm].append(Round(facts / seconds, 1000 * spent / facts))
                for url in urls:
                    database.drop(url)
    finally:
        await messaging.stop()
        nats_support.remove_server(broker)
        postgres.remove_server(database)
    return found


async def measure(options: Options) -> list[Result]:
    """Facts beside bare messages."""
    facts = options.sized(10_000, 2_000)
    found = await compare(facts, options.rounds)
    one, other = ([each.rate for each in found[arm]] for arm in ("ours", "bare"))
    return [
        Result(
            *("facts", "fact from outbox to inbox", "facts/s", one, other, ratios_of(one, other)),
            target=TARGET,
            stretch=STRETCH,
            notes=[f"{facts} facts of {len(BODY)} bytes; relay and consumer share a process, as do the bare ones"],
            costs={"fact_cpu_ms": statistics.median(each.processor for each in found["ours"])},
        )
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--arm", nargs=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.arm:
        arm, facts, *urls = asked.arm
        carry(arm, int(facts), urls)
        return
    found = uvloop.run(compare(asked.facts, asked.pairs))
    print(f"{asked.facts} facts, {asked.pairs} pairs, load {os.getloadavg()[0]:.1f}")
    for arm, rounds in found.items():
        rate, spent = (statistics.median(getattr(each, name) for each in rounds) for name in ("rate", "processor"))
        print(f"{arm:5} {rate:7.0f} facts/s  {1000 * spent:5.0f} µs of CPU each")
    ratios = [one.rate / other.rate for one, other in zip(found["ours"], found["bare"], strict=True)]
    print(f"ratio {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
