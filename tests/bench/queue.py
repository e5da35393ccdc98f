"""A page of a base's queue among 100 000 applications, over gRPC: `python -m tests.bench.queue`.

Served as `tests.bench.decision` serves it; for each filter, the median and the 99th percentile of the round trip, and
the processor time that a page costs the server and PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import grpc
import uvloop
from joserfc.jwk import OKPKey

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import decision_service_pb2 as pb
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from services.enrollment.domain.queue import cells
from services.enrollment.store.queries import QUEUE
from tests.bench.hosting import hosted
from tests.bench.processor import milliseconds
from tests.bench.province import BASES, ROUND, Province, token
from tests.bench.result import Options, Result
from tests.support import postgres

FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "pending": {"states": [application_pb2.APPLICATION_STATE_PENDING]},
    "one specialty": {"specialty_code": "0003"},
    "consenting": {"accepts_reallocation": True},
    "pending, consenting": {
        "states": [application_pb2.APPLICATION_STATE_PENDING],
        "accepts_reallocation": True,
    },
    "not selected, approved": {"states": [application_pb2.APPLICATION_STATE_APPROVED], "not_selected": True},
}


class Reader:
    """Staff of each base in turn, reading pages."""

    def __init__(self, cycle_id: str, key: OKPKey, port: int) -> None:
        self._cycle_id = cycle_id
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        self._stub = DecisionServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated
        self._staff = [
            (("authorization", f"Bearer {token(key, f'staff-{n}', 'base_reviewer', f'B{n:02d}')}"),)
            for n in range(BASES)
        ]

    async def read(self, name: str, pages: Iterator[int], seconds: list[float], rows: list[int]) -> None:
        """Read pages until `pages` ends: the first one of a base, then the one after it."""
        for number in pages:
            who = self._staff[number % BASES]
            token_of_next = ""
            for _ in range(2):
                request = pb.ListQueueRequest(cycle_id=self._cycle_id, page_token=token_of_next, **FILTERS[name])
                began = time.perf_counter()
                page = await self._stub.ListQueue(request, metadata=who, timeout=5)
                seconds.append(time.perf_counter() - began)
                rows.append(len(page.rows))
                token_of_next = page.next_page_token

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


@dataclass(frozen=True)
class Read:
    """Pages of one filter: milliseconds and rows of each, processor time of each at the server and PostgreSQL."""

    times: list[float]
    rows: list[int]
    served: float
    stored: float

    @property
    def p50(self) -> float:
        """Median, ms."""
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        """The 99th percentile, ms."""
        return statistics.quantiles(self.times, n=100)[98]


async def run(
    count: int, pages: int, clients: int, server: postgres.PostgresServer, filters: Sequence[str] = tuple(FILTERS)
) -> tuple[dict[str, Read], list[float]]:
    """Fill a province and read: pages by filter, and milliseconds of the page's statement in the database alone."""
    url = server.database("enrollment")
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    province = await Province.found(url)
    for _ in range(count // 2_000):
        await province.fill(2_000)
    await province.counted()
    found: dict[str, Read] = {}
    try:
        stored_alone = await _in_the_database(url, province.cycle_id, pages)
        async with hosted(url, key) as serving:
            reader = Reader(province.cycle_id, key, serving.our_port)
            await reader.read("all", iter(range(BASES * 2)), [], [])
            for name in filters:
                seconds: list[float] = []
                rows: list[int] = []
                spent = [milliseconds(serving.pid), milliseconds(postmaster, children=True)]
                turns = iter(range(pages))
                await asyncio.gather(*(reader.read(name, turns, seconds, rows) for _ in range(clients)))
                served, stored = (
                    (now - before) / len(seconds)
                    for now, before in zip(
                        (milliseconds(serving.pid), milliseconds(postmaster, children=True)), spent, strict=True
                    )
                )
                found[name] = Read([each * 1000 for each in seconds], rows, served, stored)
            await reader.close()
    finally:
        await province.close()
    return found, stored_alone


async def _in_the_database(url: str, cycle_id: str, pages: int) -> list[float]:
    """Milliseconds of the statement that reads a page, as PostgreSQL itself counts them (planning left out: the
    service's statements are prepared), for each base in turn.
    """
    wanted = cells(ROUND, ROUNDS, frozenset())
    connection = await asyncpg.connect(url)
    places = [[cell.round for cell in wanted], [cell.state.value for cell in wanted]]
    values = [datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000", "", PAGE + 1]
    times: list[float] = []
    for number in range(pages):
        told = await connection.fetchval(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {QUEUE}", cycle_id, f"B{number % BASES:02d}", *places, *values
        )
        plan = json.loads(told)[0]
        assert plan["Plan"]["Actual Rows"] == PAGE + 1
        times.append(plan["Execution Time"])
    await connection.close()
    return times


PAGE, ROUNDS = 50, (1, 2, 3)


async def measure(options: Options) -> list[Result]:
    """The first pages of everybody's queue among 100 000 applications."""
    count = options.sized(100_000, 10_000)
    server = postgres.create_server()
    try:
        found, stored = await run(count, options.sized(300, 60), 1, server, ("all", "pending"))
    finally:
        postgres.remove_server(server)
    p99 = statistics.quantiles(stored, n=100)[98]
    page = found["all"]
    return [
        Result(
            *("queue", f"queue page, {PAGE} of {count}: in the database", "ms, p99", [p99]),
            target=1.0,
            better="lower",
            notes=[
                f"{len(stored)} pages, p50 {statistics.median(stored):.2f} ms; execution as EXPLAIN ANALYZE tells it"
            ],
        ),
        Result(
            *("queue", f"queue page, {PAGE} of {count}: at the service", "ms, p99", [page.p99]),
            target=20.0,
            better="lower",
            notes=[
                *(
                    f"{name}: {len(each.times)} pages, p50 {each.p50:.1f} ms, p99 {each.p99:.1f} ms"
                    for name, each in found.items()
                ),
            ],
            costs={"queue_page_service_cpu_ms": page.served, "queue_page_database_cpu_ms": page.stored},
        ),
    ]


def tell(found: Mapping[str, Read], stored: Sequence[float]) -> None:
    """Print it."""
    for name, each in found.items():
        print(
            f"{name:26} {statistics.mean(each.rows):4.0f} rows  p50 {each.p50:5.1f} ms  p99 {each.p99:5.1f} ms"
            f"  CPU ms a page: server {each.served:.2f}, PostgreSQL {each.stored:.2f}"
        )
    p50, p99 = (statistics.quantiles(stored, n=100)[at] for at in (49, 98))
    print(f"in the database alone      p50 {p50:5.2f} ms  p99 {p99:5.2f} ms")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=400, help="pairs of pages for each filter")
    parser.add_argument("--clients", type=int, default=1)
    given = parser.parse_args()
    server = postgres.create_server()
    try:
        print(f"{given.applications} applications, {given.clients} at once, load {os.getloadavg()[0]:.1f}")
        tell(*uvloop.run(run(given.applications, given.pages, given.clients, server)))
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
