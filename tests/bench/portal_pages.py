"""How long pages take with fifty people at work: `python -m tests.bench.portal pages`.

Before a real enrollment over PostgreSQL with some thousands of applications, in a process of its own; identity and
notify are stand-ins (a page asks them for a name, kept for half a minute, and for a number). Each person has a
connection and a session, opens pages in turn, and rests between them as long as `--rest` says, more or less: with a
second of rest, fifty people ask for some forty pages a second. Timed from the request to the last byte.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field

from joserfc.jwk import KeySet, OKPKey

from tests.bench.hosting import hosted
from tests.bench.portal_processes import Served, behind, portal, pressure
from tests.bench.processor import milliseconds
from tests.bench.province import Province, token
from tests.bench.result import Options, Result
from tests.support import nats, postgres

APPLICANT_PAGES = ("/", "/board", "/application", "/application/choice", "/application/sections/basic")
STAFF_SHARE = 5
"""Every fifth person is of a base's staff."""
LIMIT_MS = 50.0


@dataclass
class Person:
    """Somebody with a browser."""

    cookie: str
    pages: list[str]
    port: int
    seconds: dict[str, list[float]]
    sizes: dict[str, int] = field(default_factory=dict)

    async def open(self, page: str) -> str:
        """Ask for one page; its text's packed size is kept."""
        began = time.perf_counter()
        head = (
            f"GET {page} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncookie: {self.cookie}\r\naccept-encoding: gzip\r\n"
        )
        self._writer.write(f"{head}sec-fetch-site: same-origin\r\nsec-fetch-mode: navigate\r\n\r\n".encode())
        answered = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answered.lower())
        assert answered.startswith(b"HTTP/1.1 200"), (page, answered)
        assert length is not None
        body = await self._reader.readexactly(int(length.group(1)))
        name = re.sub(r"[0-9a-f-]{36}", "…", page)
        self.seconds[name].append(time.perf_counter() - began)
        self.sizes[name] = len(body)
        return name

    async def work(self, until: float, rest: float) -> None:
        """Open pages until then."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.sleep(random.random() * rest)
        while time.monotonic() < until:
            await self.open(random.choice(self.pages))
            await asyncio.sleep(random.uniform(0.5, 1.5) * rest)
        self._writer.close()


@dataclass(frozen=True)
class Visited:
    """What came of it: seconds by page, packed bytes by page, milliseconds that portal and enrollment spent."""

    times: dict[str, list[float]]
    sizes: dict[str, int]
    portal_ms: float
    enrollment_ms: float
    people: int
    seconds: float

    @property
    def every(self) -> list[float]:
        """Milliseconds of every page."""
        return [each * 1000 for found in self.times.values() for each in found]


async def measure(options: Options) -> list[Result]:
    """Fifty people who open pages."""
    found = await visit(50, options.sized(15.0, 3.0), 1.0, options.sized(4_000, 2_000))
    count = len(found.every)
    p95 = statistics.quantiles(found.every, n=100)[94]
    return [
        Result(
            *("", "pages of the portal with fifty people at work", "ms, p95", [p95]),
            target=LIMIT_MS,
            better="lower",
            notes=[f"{count / found.seconds:.0f} pages a second, p50 {statistics.median(found.every):.1f} ms"],
            costs={
                "page_portal_cpu_ms": found.portal_ms / count,
                "page_enrollment_cpu_ms": found.enrollment_ms / count,
            },
        )
    ]


async def visit(people: int, seconds: float, rest: float, applications: int) -> Visited:
    """Fill a province and let people work."""
    database, broker = await asyncio.to_thread(postgres.create_server), await asyncio.to_thread(nats.create_server)
    url = database.database("enrollment")
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
    keys = json.dumps(KeySet([key]).as_dict(private=False))
    province = await Province.found(url)
    submitted = await province.submit(people)
    await province.fill(applications)
    await province.counted()
    try:
        async with hosted(url, key) as enrollment, behind(broker.url, keys) as others:
            addresses = {f"RESIDENCY_{name}_ADDRESS": others.address for name in ("IDENTITY", "FACULTY", "NOTIFY")}
            told = {**addresses, "RESIDENCY_ENROLLMENT_ADDRESS": f"127.0.0.1:{enrollment.our_port}"}
            async with portal({**told, "RESIDENCY_NATS_URL": broker.url}) as served:
                await _work(served, key, submitted, people, 3.0, rest)  # warms everything
                spent = milliseconds(served.process.pid), milliseconds(enrollment.pid)
                times, sizes = await _work(served, key, submitted, people, seconds, rest)
                now = milliseconds(served.process.pid), milliseconds(enrollment.pid)
                return Visited(times, sizes, now[0] - spent[0], now[1] - spent[1], people, seconds)
    finally:
        await province.close()
        await asyncio.to_thread(nats.remove_server, broker)
        await asyncio.to_thread(postgres.remove_server, database)


async def _work(
    served: Served, key: OKPKey, submitted: list[tuple[str, str, str]], count: int, seconds: float, rest: float
) -> tuple[dict[str, list[float]], dict[str, int]]:
    times: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = {}
    crowd: list[Person] = []
    for number in range(count):
        person, application, base = submitted[number % len(submitted)]
        if number % STAFF_SHARE == 0:
            signed = token(key, f"staff-{number}", "base_reviewer", base)
            pages = ["/base", "/base?state=pending", f"/base/applications/{application}"]
        else:
            signed = token(key, person, "applicant", "")
            pages = list(APPLICANT_PAGES)
        crowd.append(Person(f"residency_session={signed}", pages, served.port, times, sizes))
    until = time.monotonic() + seconds
    await asyncio.gather(*(person.work(until, rest) for person in crowd))
    return times, sizes


def tell(visited: Visited) -> None:
    """Print it."""
    every = visited.every
    for name, found in [*sorted(visited.times.items()), ("all pages", [each / 1000 for each in every])]:
        parts = statistics.quantiles([each * 1000 for each in found], n=100)
        size = f"{visited.sizes[name] / 1024:5.1f} KiB packed" if name in visited.sizes else ""
        print(f"{name:32} {len(found):5}  p50 {parts[49]:5.1f} ms  p95 {parts[94]:5.1f}  p99 {parts[98]:5.1f}  {size}")
    print(
        f"{visited.people} people, {len(every) / visited.seconds:.0f} pages a second; p95 to stay under {LIMIT_MS:g}"
        f" ms; CPU ms a page: portal {visited.portal_ms / len(every):.1f},"
        f" enrollment {visited.enrollment_ms / len(every):.1f}; waiting for a core {pressure():.0f} %"
    )
