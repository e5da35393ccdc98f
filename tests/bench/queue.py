"""A page of a base's queue among 100 000 applications, over gRPC: `python -m tests.bench.queue`.

Served as `tests.bench.decision` serves it; for each filter, the median and the 99th percentile of the round trip, and
the processor time that a page costs the server and PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import grpc
import uvloop
from joserfc.jwk import OKPKey

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import decision_service_pb2 as pb
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from tests.bench.hosting import hosted
from tests.bench.processor import milliseconds
from tests.bench.province import BASES, Province, token
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


async def run(count: int, pages: int, clients: int, server: postgres.PostgresServer) -> None:
    """Fill a province, read, print."""
    url = server.database("enrollment")
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    province = await Province.found(url)
    for _ in range(count // 2_000):
        await province.fill(2_000)
    await province.counted()
    try:
        async with hosted(url, key) as serving:
            reader = Reader(province.cycle_id, key, serving.our_port)
            await reader.read("all", iter(range(BASES * 2)), [], [])
            print(f"{count} applications, {clients} at once, load {os.getloadavg()[0]:.1f}")
            for name in FILTERS:
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
                p50, p99 = (statistics.quantiles(seconds, n=100)[at] * 1000 for at in (49, 98))
                print(
                    f"{name:26} {statistics.mean(rows):4.0f} rows  p50 {p50:5.1f} ms  p99 {p99:5.1f} ms"
                    f"  CPU ms a page: server {served:.2f}, PostgreSQL {stored:.2f}"
                )
            await reader.close()
    finally:
        await province.close()


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=400, help="pairs of pages for each filter")
    parser.add_argument("--clients", type=int, default=1)
    given = parser.parse_args()
    server = postgres.create_server()
    try:
        uvloop.run(run(given.applications, given.pages, given.clients, server))
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
