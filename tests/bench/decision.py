"""How fast a decision is, beside a gRPC handler that does one committed insert: `python -m tests.bench.decision`.

Both are served by one process on uvloop and called from this one with the same client, in turn, round after round;
what counts is the median of the rounds' ratios. Ours has authentication, validation, traces (one in ten) and metrics
on; the relay, which publishes afterwards, does not run. PostgreSQL is real, with everything that commits rely on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import uvloop
from joserfc.jwk import OKPKey

from residency.enrollment.v1 import application_service_pb2 as applications
from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from tests.bench.hosting import hosted
from tests.bench.processor import milliseconds
from tests.bench.province import Province, token
from tests.bench.result import Options, Result, ratios_of
from tests.support import postgres

ROOT = Path(__file__).parents[2]
CLIENTS = 64
ARMS = ("bare", "review", "grant", "hot seat", "submit")

_RETRIES = (ROOT / "protos/residency/enrollment/v1/enrollment_grpc_service_config.json").read_text()

Call = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Wanted:
    """What to run."""

    rounds: int
    calls: int
    clients: int
    arms: Sequence[str]


class Client:
    """Builds the calls of each arm over one channel to each server."""

    def __init__(self, province: Province, key: OKPKey, bare_port: int, our_port: int) -> None:
        self._province = province
        self._key = key
        options = [("grpc.service_config", _RETRIES)]
        self._channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options) for port in (bare_port, our_port)]
        self._bare = DecisionServiceStub(self._channels[0])  # type: ignore[no-untyped-call]  # generated
        self._decisions = DecisionServiceStub(self._channels[1])  # type: ignore[no-untyped-call]  # generated
        self._applications = ApplicationServiceStub(self._channels[1])  # type: ignore[no-untyped-call]  # generated
        self._metadata: dict[tuple[str, str, str], tuple[tuple[str, str], ...]] = {}
        self._keys = 0

    async def calls(self, arm: str, count: int) -> list[Call]:
        """`count` calls that no call before them was equal to; the rows they act on are written first."""
        if arm == "submit":
            return [self._submit(person) for person in self._province.people(count)]
        state = "approved" if arm in ("grant", "hot seat") else "pending"
        waiting = await self._province.applications(count, state, hot=arm == "hot seat")
        return [self._decide(arm, application_id, base) for application_id, base in waiting]

    async def close(self) -> None:
        """Close both channels."""
        for channel in self._channels:
            await channel.close()

    def _decide(self, arm: str, application_id: str, base: str) -> Call:
        values: dict[str, Any] = {
            "application_id": application_id,
            "submission_number": 1,
            "idempotency_key": self._fresh(),
        }
        who = self._as(f"staff-{base}", "base_administrator", base)
        if arm in ("grant", "hot seat"):
            grant = decisions.GrantProvisionalRequest(**values)
            return lambda: self._decisions.GrantProvisional(grant, metadata=who, timeout=5)
        review = decisions.ReviewApplicationRequest(verdict=decisions.VERDICT_APPROVE, **values)
        stub = self._bare if arm == "bare" else self._decisions
        return lambda: stub.ReviewApplication(review, metadata=who, timeout=5)

    def _submit(self, person: str) -> Call:
        who = self._as(person, "applicant", "")
        order = applications.SubmitApplicationRequest(cycle_id=self._province.cycle_id, idempotency_key=self._fresh())
        return lambda: self._applications.SubmitApplication(order, metadata=who, timeout=5)

    def _fresh(self) -> str:
        self._keys += 1
        return f"bench-{self._keys:010d}"

    def _as(self, person: str, role: str, base: str) -> tuple[tuple[str, str], ...]:
        known = self._metadata.get((person, role, base))
        if known is None:
            known = (("authorization", f"Bearer {token(self._key, person, role, base)}"),)
            self._metadata[person, role, base] = known
        return known


@dataclass(frozen=True)
class Burst:
    """What one arm did in one round: calls a second, median latency, and processor time a call (milliseconds)."""

    rate: float
    latency: float
    served: float
    stored: float


async def burst(calls: Sequence[Call], clients: int, server: int, database: int) -> Burst:
    """Make the calls with so many clients; raises when one fails."""
    spent = [milliseconds(server), milliseconds(database, children=True)]
    waiting = iter(calls)
    seconds: list[float] = []

    async def client() -> None:
        for call in waiting:
            began = time.perf_counter()
            await call()
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - began
    return Burst(
        len(calls) / took,
        statistics.median(seconds) * 1000,
        (milliseconds(server) - spent[0]) / len(calls),
        (milliseconds(database, children=True) - spent[1]) / len(calls),
    )


async def compare(options: Wanted, client: Client, server: int, database: int) -> dict[str, list[Burst]]:
    """Every arm in turn, `rounds` times after a round that warms up: what each did, round by round."""
    bursts: dict[str, list[Burst]] = {arm: [] for arm in options.arms}
    for number in range(options.rounds + 1):
        for arm in options.arms:
            calls = await client.calls(arm, options.calls)
            done = await burst(calls, options.clients, server, database)
            if number:
                bursts[arm].append(done)
    return bursts


def tell(options: Wanted, bursts: Mapping[str, Sequence[Burst]]) -> None:
    """Print what came of it."""
    print(f"{options.clients} clients, {options.calls} calls, {options.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    for arm, found in bursts.items():
        ratios = [ours.rate / bare.rate for ours, bare in zip(found, bursts["bare"], strict=True)]
        rate, latency, served, stored = (
            statistics.median(getattr(each, name) for each in found) for name in ("rate", "latency", "served", "stored")
        )
        print(
            f"{arm:9} {rate:6.0f}/s  p50 {latency:6.1f} ms  ratio {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f})  CPU ms a call: server {served:.2f}, PostgreSQL {stored:.2f}"
        )


async def run(options: Wanted, server: postgres.PostgresServer) -> dict[str, list[Burst]]:
    """Make a province, start the server process, compare."""
    url = server.database("enrollment")
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    province = await Province.found(url)
    try:
        async with hosted(url, key) as serving:
            client = Client(province, key, serving.bare_port, serving.our_port)
            found = await compare(options, client, serving.pid, postmaster)
            await client.close()
            return found
    finally:
        await province.close()


TARGETS = {
    "review": ("command", 0.5),
    "grant": ("command", 0.5),
    "submit": ("command", 0.5),
    "hot seat": ("hot-seat", 0.45),
}
STRETCH = 1.0
WORDS = {
    "review": "decision: review",
    "grant": "decision: a place granted",
    "hot seat": "decision: places of one hot seat",
    "submit": "submission",
}


async def measure(options: Options) -> list[Result]:
    """All arms beside the bare one."""
    server = postgres.create_server()
    try:
        wanted = Wanted(options.rounds, options.sized(1500, 300), CLIENTS, ARMS)
        bursts = await run(wanted, server)
    finally:
        postgres.remove_server(server)
    return [_result(arm, bursts[arm], bursts["bare"], wanted) for arm in ARMS[1:]]


def _result(arm: str, found: Sequence[Burst], beside: Sequence[Burst], wanted: Wanted) -> Result:
    row, target = TARGETS[arm]
    rates, bare = [each.rate for each in found], [each.rate for each in beside]
    by_cpu = statistics.median(
        (other.served + other.stored) / (one.served + one.stored) for one, other in zip(found, beside, strict=True)
    )
    served, stored, latency = (
        statistics.median(getattr(each, name) for each in found) for name in ("served", "stored", "latency")
    )
    return Result(
        *(row, WORDS[arm], "calls/s", rates, bare, ratios_of(rates, bare)),
        target=target,
        stretch=STRETCH,
        notes=[
            f"{wanted.clients} clients, {wanted.calls} calls a round; p50 {latency:.1f} ms; by processor time"
            f" of service and PostgreSQL {by_cpu:.2f}"
        ],
        costs={f"{arm.replace(' ', '_')}_service_cpu_ms": served, f"{arm.replace(' ', '_')}_database_cpu_ms": stored},
    )


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of bare and ours")
    parser.add_argument("--calls", type=int, default=1500, help="calls of one arm in one round")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--arms", nargs="*", default=ARMS[1:], choices=ARMS[1:])
    given = parser.parse_args()
    wanted = Wanted(given.rounds, given.calls, given.clients, ("bare", *given.arms))
    server = postgres.create_server()
    try:
        tell(wanted, uvloop.run(run(wanted, server)))
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
