"""A campaign to 100 000 people, with a verdict every second beside it: `python -m tests.bench.campaign`.

Notify is a process of its own, as a container runs it, over a PostgreSQL and a NATS of its own; identity and enrollment
answer from this one. Everybody wants campaigns as text messages, and the channel by which verdicts leave too carries
fewer than the campaign writes: thousands wait in it before each verdict. Printed are how long a verdict takes from its
fact to its carrier, how near the campaign comes to its rate, and what the process needs, over time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import asyncpg

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.notify.v1 import campaign_service_pb2 as pb
from residency.notify.v1.campaign_service_pb2_grpc import CampaignServiceStub
from services.kit.auth import act_as
from services.kit.delivery import headers
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.stack.processes import common_environment
from tests.bench.processor import milliseconds
from tests.support import bus, nats, postgres
from tests.support.around_notify import PROVINCE, SECRET, Around
from tests.support.servers import free_port
from tests.support.wait import until

PROMISED_SECONDS = 2.0
"""In so much time 99 of 100 verdicts leave."""
PROMISED_RATE = 0.05
"""So near its limit a campaign goes."""
WINDOW = 10
"""Seconds over which the rate is looked at."""
AT_ONCE = 10_000
CYCLE = new_id()
SUBJECT = "residency.enrollment.v1.application.reviewed"
_WISH = """
    INSERT INTO preference (person_id, kind, channel, wanted, changed_at)
    SELECT person, 'campaign', 'sms', true, now() FROM unnest($1::text[]) person
"""
_WRITTEN = "SELECT sent_at FROM message WHERE campaign_id = $1 ORDER BY sent_at"
_LEFT = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending')"
_VERDICTS = """
    SELECT m.key, d.delivered_at FROM message m JOIN delivery d ON d.message_id = m.message_id
    WHERE m.template = 'application_approved' AND d.channel = 'sms' AND d.state = 'delivered'
"""
_EACH_ONCE = """
    SELECT count(DISTINCT m.message_id) AS messages, count(DISTINCT m.person_id) AS people,
        count(*) FILTER (WHERE d.state = 'delivered') AS texts
    FROM message m LEFT JOIN delivery d ON d.message_id = m.message_id WHERE m.campaign_id = $1
"""


@dataclass
class Seen:
    """What was seen while it ran."""

    published: dict[str, datetime] = field(default_factory=dict)
    """When each verdict was, by the id of its fact."""
    memory: list[float] = field(default_factory=list)
    """Megabytes that notify had to itself (PSS), a second apart."""
    backlog: list[int] = field(default_factory=list)
    """Deliveries that waited, ten seconds apart."""


class Notify:
    """The process, until it is stopped."""

    def __init__(self, url: str, nats_url: str, around: Around, rate: int, channel: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._metrics_port, grpc_port = free_port(), free_port()
        self._log = Path(self._folder.name) / "log"
        self._told = {
            **common_environment(),
            "RESIDENCY_DATA_DIR": self._folder.name,
            "RESIDENCY_DATABASE_URL": url,
            "RESIDENCY_NATS_URL": nats_url,
            "RESIDENCY_IDENTITY_ADDRESS": around.address,
            "RESIDENCY_ENROLLMENT_ADDRESS": around.address,
            "RESIDENCY_MACHINE_SECRET": SECRET,
            "RESIDENCY_GRPC_PORT": str(grpc_port),
            "RESIDENCY_METRICS_PORT": str(self._metrics_port),
            "RESIDENCY_SMS_ADAPTER": "kept",
            "RESIDENCY_EMAIL_ADAPTER": "off",
            "RESIDENCY_WECHAT_ADAPTER": "off",
            "RESIDENCY_CAMPAIGN_PER_SECOND": str(rate),
            "RESIDENCY_SEND_PER_SECOND": str(2 * channel),
            "RESIDENCY_CHANNEL_PER_SECOND": f'{{"sms": {channel}}}',
        }
        self.address = f"127.0.0.1:{grpc_port}"
        self.pid = 0

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "services.cli.run", "notify"]
            self._running = subprocess.Popen(command, env=self._told, stdout=log, stderr=log)
        self.pid = self._running.pid
        until(self._is_ready, "notify is ready")

    def stop(self) -> None:
        """End it."""
        self._running.terminate()
        self._running.wait(20)
        self._folder.cleanup()

    def _is_ready(self) -> bool:
        assert self._running.poll() is None, self._log.read_text()
        with suppress(URLError, ConnectionError):
            urlopen(f"http://127.0.0.1:{self._metrics_port}/readyz", timeout=2)
            return True
        return False


async def begin(address: str, around: Around, rate: int) -> str:
    """Draft and approve the campaign; its id."""
    channel = Channel(address)
    stub = channel.stub(CampaignServiceStub)
    now = datetime.now(UTC)
    order = pb.CreateCampaignRequest(
        cycle_id=CYCLE,
        audience="everybody",
        template="campaign_round_open",
        parameters={
            "round_name": "第二轮",
            "opens_at": now.isoformat(),
            "closes_at": (now + timedelta(days=10)).isoformat(),
        },
        rate=rate,
        idempotency_key="bench-campaign",
    )
    with act_as(around.token("li", "province_administrator", PROVINCE)):
        drafted = (await stub.CreateCampaign(order)).campaign
    with act_as(around.token("wang", "province_administrator", PROVINCE)):
        await stub.ApproveCampaign(pb.ApproveCampaignRequest(campaign_id=drafted.campaign_id, version=drafted.version))
    await channel.close()
    return str(drafted.campaign_id)


async def publish(messaging: Messaging, person_id: str, seen: Seen) -> None:
    """A verdict about somebody, as the relay publishes it."""
    about = enrollment.ApplicationFact(
        application_id=new_id(), person_id=person_id, base_code="SD-QILU", base_name="齐鲁医院", specialty_name="内科"
    )
    now, event_id = datetime.now(UTC), new_id()
    about.decided_at.FromDatetime(now)
    fact = enrollment.ApplicationReviewed(application=about, approved=True)
    content = headers(
        event_id=event_id,
        event_type=fact.DESCRIPTOR.full_name,
        source="residency/enrollment",
        aggregate_id=about.application_id,
        epoch=1,
        version=1,
        occurred_at=now,
    )
    seen.published[event_id] = now
    await messaging.publish(SUBJECT, fact.SerializeToString(), content)


async def watch(
    connection: asyncpg.Connection, messaging: Messaging, around: Around, pid: int, campaign_id: str
) -> Seen:
    """A verdict every second until the campaign is finished and everything of it has left."""
    seen, left = Seen(), 1
    state = "SELECT state FROM campaign WHERE campaign_id = $1"
    began = time.monotonic()
    for second in range(100_000):
        await asyncio.sleep(max(0.0, began + second - time.monotonic()))
        await publish(messaging, around.people[second * 7919 % len(around.people)], seen)
        seen.memory.append(pss(pid))
        if second % WINDOW == 0:
            left = await connection.fetchval(_LEFT)
            seen.backlog.append(left)
            if left == 0 and await connection.fetchval(state, campaign_id) == "finished":
                break
    for _ in range(100):
        if len(await connection.fetch(_VERDICTS)) == len(seen.published):
            break
        await asyncio.sleep(0.1)
    return seen


def pss(pid: int) -> float:
    """Megabytes of memory that a process has to itself, its share of what it shares counted."""
    line = next(each for each in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if each.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def rates(sent: Sequence[datetime]) -> tuple[float, float, float]:
    """Messages a second over all, and of the slowest and fastest whole window."""
    span = (sent[-1] - sent[0]).total_seconds()
    counts = [0] * int(span // WINDOW)
    for each in sent:
        number = int((each - sent[0]).total_seconds() // WINDOW)
        if number < len(counts):
            counts[number] += 1
    # Pieces are written at their beginning: the last one belongs to the time behind the span.
    last = sum(1 for each in sent if each == sent[-1])
    whole = (len(sent) - last) / span
    return whole, min(counts, default=0) / WINDOW, max(counts, default=0) / WINDOW


async def run(people: int, rate: int, channel: int, server: postgres.PostgresServer, broker: nats.NatsServer) -> bool:
    """Send, watch, print; whether everything promised was kept."""
    url = server.database("notify")
    messaging = Messaging(broker.url, name="bench")
    await messaging.start()
    await bus.wipe(messaging)
    around = Around([new_id() for _ in range(people)])
    await around.start()
    notify = Notify(url, broker.url, around, rate, channel)
    connection = await asyncpg.connect(url)
    for start in range(0, people, AT_ONCE):
        await connection.execute(_WISH, around.people[start : start + AT_ONCE])
    try:
        await asyncio.to_thread(notify.start)
        try:
            spent = milliseconds(notify.pid)
            campaign_id = await begin(notify.address, around, rate)
            seen = await watch(connection, messaging, around, notify.pid, campaign_id)
            spent = milliseconds(notify.pid) - spent
            found = {row["key"].split("/")[1]: row["delivered_at"] for row in await connection.fetch(_VERDICTS)}
            once = await connection.fetchrow(_EACH_ONCE, campaign_id)
            sent = [row["sent_at"] for row in await connection.fetch(_WRITTEN, campaign_id)]
        finally:
            await asyncio.to_thread(notify.stop)
    finally:
        await connection.close()
        await around.stop()
        await messaging.stop()
    assert once is not None
    return report(people, rate, seen, found, (once["messages"], once["people"], once["texts"]), sent, spent)


def report(
    people: int,
    rate: int,
    seen: Seen,
    found: dict[str, datetime],
    once: tuple[int, int, int],
    sent: Sequence[datetime],
    spent: float,
) -> bool:
    """Print what was measured beside what is promised; whether all of it was kept."""
    waits = sorted((found[each] - at).total_seconds() for each, at in seen.published.items() if each in found)
    in_time = sum(1 for wait in waits if wait <= PROMISED_SECONDS) / len(seen.published)
    whole, slowest, fastest = rates(sent)
    few = max(1, len(seen.memory) // 10)
    early, late = (statistics.median(seen.memory[at:][:few]) for at in (few, -few))
    print(f"{people} people at {rate} a second, load {os.getloadavg()[0]:.1f}")
    print(
        f"verdicts: {len(seen.published)}, {in_time:.2%} left within {PROMISED_SECONDS} s; p50"
        f" {statistics.median(waits):.3f} s  p99 {waits[int(len(waits) * 0.99)]:.3f} s  slowest {waits[-1]:.3f} s"
    )
    print(
        f"campaign: {whole:.1f} a second over all ({whole / rate:.1%} of its limit); of {WINDOW} s, the slowest"
        f" {slowest:.1f}, the fastest {fastest:.1f}; {once[0]} messages to {once[1]} people,"
        f" {once[2]} texts delivered"
    )
    print(f"waiting deliveries every {WINDOW} s: {' '.join(map(str, seen.backlog))}")
    print(
        f"memory: {early:.1f} MB after a tenth, {late:.1f} MB at the end, at most {max(seen.memory):.1f} MB;"
        f" CPU {spent / (people + len(waits)):.2f} ms a message"
    )
    kept = {
        "99 % of verdicts within two seconds": in_time >= 0.99,
        "the rate within a twentieth": abs(whole / rate - 1) <= PROMISED_RATE,
        "memory flat": late <= early * 1.1,
        "everybody once": once == (people, people, people),
    }
    for promise, holds in kept.items():
        print(f"{'kept  ' if holds else 'BROKEN'} {promise}")
    return all(kept.values())


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=200, help="messages a second of the campaign")
    parser.add_argument("--channel", type=int, default=160, help="text messages a second: fewer, so that many wait")
    given = parser.parse_args()
    server, broker = postgres.create_server(), nats.create_server()
    try:
        sys.exit(0 if asyncio.run(run(given.people, given.rate, given.channel, server, broker)) else 1)
    finally:
        nats.remove_server(broker)
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
