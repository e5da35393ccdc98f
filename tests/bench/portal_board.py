"""A read of the board beside a bare FastAPI route that answers the same bytes: `python -m tests.bench.portal board`.

In turn, in one run: who goes first alternates. The board changes once a second meanwhile, so reads find it fresh, stale
or being read again as they would.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from statistics import median
from typing import cast

from services.stack.processes import common_environment
from tests.bench.portal_processes import Behind, behind_and_portal, pressure
from tests.bench.processor import milliseconds
from tests.bench.result import Options, Result, ratios_of
from tests.support.portal_catalogue import CYCLE

BASE = "SD-QILU"
PATH = f"/api/v1/cycles/{CYCLE}/board?base_code={BASE}"
TARGET, STRETCH = 0.75, 1.5


class Reader(asyncio.Protocol):
    """One connection that reads the same path again and again until told to stop."""

    def __init__(self, path: str) -> None:
        self._request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
        self._left = -1
        self._head = b""
        self.reads = 0
        self.going = True
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take the answer; ask again."""
        if self._left < 0:
            self._head += data
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(b"HTTP/1.1 200"), head
            self._left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(body)
            self._head = b""
        else:
            self._left -= len(data)
        if self._left == 0:
            self._left = -1
            self.reads += 1
            if self.going:
                self._transport.write(self._request)
            else:
                self._transport.close()
                self.ended.set_result(None)


@dataclass(frozen=True)
class Pair:
    """Reads a second and milliseconds of processor time for each, of the board and of the bare route."""

    rate: float
    cost: float
    bare_rate: float
    bare_cost: float


async def measure(options: Options) -> list[Result]:
    """One read of the board beside the bare route."""
    pairs = await compare(options.rounds, options.sized(3.0, 1.0), 32)
    rates, bare = [each.rate for each in pairs], [each.bare_rate for each in pairs]
    by_cpu = median(each.bare_cost / each.cost for each in pairs)
    return [
        Result(
            *("board", "live board, one read", "reads/s", rates, bare, ratios_of(rates, bare)),
            target=TARGET,
            stretch=STRETCH,
            notes=[f"32 connections; by processor time {by_cpu:.2f}; a change each second"],
            costs={"board_read_cpu_ms": median(each.cost for each in pairs)},
        )
    ]


async def compare(pairs: int, seconds: float, clients: int) -> list[Pair]:
    """Alternate, and print each pair."""
    async with behind_and_portal() as (behind, served):
        await behind.change()
        with await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{served.port}{PATH}") as answer:
            body = answer.read()
        bare = subprocess.Popen(  # noqa: ASYNC220  (starting takes a moment, and nothing is measured yet)
            [sys.executable, "-m", "tests.bench.portal_bare"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=common_environment(),
        )
        assert bare.stdin is not None
        assert bare.stdout is not None
        bare.stdin.write(body)
        bare.stdin.close()
        bare_port = int(await asyncio.to_thread(bare.stdout.readline))
        changing = asyncio.create_task(_keep_changing(behind))
        ours, theirs = (served.port, PATH, served.process.pid), (bare_port, "/bare", bare.pid)
        all_pairs: list[Pair] = []
        print(f"{len(body)} bytes, {clients} connections, {pairs} pairs of {seconds:g} s; a change each second")
        for number in range(pairs + 1):
            turn = [ours, theirs] if number % 2 else [theirs, ours]
            found = {each[0]: await _read(*each, seconds, clients) for each in turn}
            if number == 0:
                continue  # warms both
            pair = Pair(*found[served.port], *found[bare_port])
            all_pairs.append(pair)
            print(
                f"board {pair.rate:6.0f}/s {pair.cost * 1000:4.0f} us CPU"
                f"   bare {pair.bare_rate:6.0f}/s {pair.bare_cost * 1000:4.0f} us CPU"
                f"   ratio {pair.rate / pair.bare_rate:.2f}   by CPU {pair.bare_cost / pair.cost:.2f}"
                f"   waiting for a core {pressure():.0f} %"
            )
        changing.cancel()
        bare.terminate()
        await asyncio.to_thread(bare.wait, 20)
        return all_pairs


def tell(pairs: list[Pair]) -> None:
    """Print the medians."""
    rates = [each.rate / each.bare_rate for each in pairs]
    costs = [each.bare_cost / each.cost for each in pairs]
    print(
        f"ratio median {median(rates):.2f} ({min(rates):.2f}-{max(rates):.2f}),"
        f" by CPU {median(costs):.2f} ({min(costs):.2f}-{max(costs):.2f}); to reach {TARGET}, better {STRETCH}"
    )


async def _read(port: int, path: str, pid: int, seconds: float, clients: int) -> tuple[float, float]:
    """Reads a second, and milliseconds of the server's processor time for each."""
    loop = asyncio.get_running_loop()
    spent, began = milliseconds(pid), time.perf_counter()
    readers = [(await loop.create_connection(lambda: Reader(path), "127.0.0.1", port))[1] for _ in range(clients)]
    await asyncio.sleep(seconds)
    for reader in readers:
        reader.going = False
    await asyncio.gather(*(reader.ended for reader in readers))
    reads = sum(reader.reads for reader in readers)
    return reads / (time.perf_counter() - began), (milliseconds(pid) - spent) / reads


async def _keep_changing(behind: Behind) -> None:
    while True:
        await asyncio.sleep(1.0)
        await behind.change()
