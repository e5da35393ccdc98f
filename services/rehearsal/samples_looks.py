"""Where a rehearsal looks while it plays: the databases, JetStream's consumers, the processes and their `/metrics`.

Only cheap questions are asked: what waits is counted by partial indexes and up to a bound, and of large tables only
what one scan of an index tells.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
from nats.aio.client import Client
from nats.js import JetStreamContext

from services.kit.nats_login import NatsLogin
from services.rehearsal.samples import Look, Sampler, Values, quietly
from services.rehearsal.site import Site
from services.stack import state

BOUND = 50_000
"""What waits is counted up to here."""
OURS = "rehearsal"
"""Under this name the rehearsal's own processes are told."""
_NURSERY = "nursery"
_KNOWN = ("draft", "pending", "approved", "rejected", "provisional", "admitted", "withdrawn")
"""States of which there are none at first, which is something to see."""
_DEAD_LETTERS = "DEADLETTERS"
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 5.0

_OUTBOX = "SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT $1) AS waiting"
_DUE = """
SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'queued' AND not_before <= now() LIMIT $1) AS waiting
"""
_SENDING = "SELECT count(*) FROM (SELECT FROM delivery WHERE state = 'sending' LIMIT $1) AS leaving"
_STATES = "SELECT state, count(*) FROM application WHERE cycle_id = $1 GROUP BY state"
_SEATS = "SELECT sum(planned) AS planned, sum(taken) AS taken FROM seat WHERE cycle_id = $1"


class Watch(Sampler):
    """All looks at the stack of `site`, every second or every quarter of a day; `follow` says which cycle is played."""

    def __init__(self, site: Site, day_seconds: float) -> None:
        every = max(1.0, day_seconds / 4)
        self._season = Season(site.databases["enrollment"], every)
        looks: list[Look] = [
            Queues(site.databases, every),
            self._season,
            Consumers(site.nats, every),
            Processors(site.data, every),
            Memory(site.data, max(5.0, every)),
            Loops(site.metrics_urls, max(5.0, every)),
        ]
        super().__init__(looks)

    def follow(self, cycle_id: str) -> None:
        """Look at the applications and seats of this cycle from now on."""
        self._season.cycle = UUID(cycle_id)


class _Reading:
    """A connection a database, opened when it is needed; whatever fails closes it."""

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._databases = databases
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}

    async def rows(self, service: str, query: str, *values: object) -> list[asyncpg.Record]:
        connection = self._connections.get(service)
        if connection is None or connection.is_closed():
            connection = self._connections[service] = await asyncpg.connect(
                self._databases[service],
                timeout=_PATIENCE,
                server_settings={"default_transaction_read_only": "on", "application_name": "rehearsal samples"},
            )
        return list(await connection.fetch(query, *values, timeout=_PATIENCE))

    async def close(self) -> None:
        for connection in self._connections.values():
            await quietly(lambda one=connection: one.close(timeout=1))  # type: ignore[misc]


class Queues:
    """What waits to leave: facts in each outbox, messages that are due."""

    name = "queues"

    def __init__(self, databases: Mapping[str, str], every: float) -> None:
        self.every = every
        self._services = sorted(databases)
        self._reading = _Reading(databases)

    async def look(self) -> Values:
        """One count a service."""
        seen: dict[str, float] = {}
        for service in self._services:
            seen[f"outbox {service}"] = (await self._reading.rows(service, _OUTBOX, BOUND))[0][0]
        seen["deliveries due"] = (await self._reading.rows("notify", _DUE, BOUND))[0][0]
        seen["deliveries leaving"] = (await self._reading.rows("notify", _SENDING, BOUND))[0][0]
        return seen

    async def close(self) -> None:
        """Close the connections."""
        await self._reading.close()


class Season:
    """The cycle: applications by state, seats planned and taken."""

    name = "season"

    def __init__(self, database: str, every: float) -> None:
        self.every = every
        self.cycle: UUID | None = None
        self._reading = _Reading({"enrollment": database})

    async def look(self) -> Values:
        """States as `state pending`, seats as `seats taken`; nothing while there is no cycle."""
        if self.cycle is None:
            return {}
        states = await self._reading.rows("enrollment", _STATES, self.cycle)
        [seats] = await self._reading.rows("enrollment", _SEATS, self.cycle)
        seen: dict[str, float] = dict.fromkeys((f"state {name}" for name in _KNOWN), 0.0)
        seen |= {f"state {row['state']}": row["count"] for row in states}
        return seen | {f"seats {name}": float(seats[name] or 0) for name in ("planned", "taken")}

    async def close(self) -> None:
        """Close the connection."""
        await self._reading.close()


class Consumers:
    """Facts that each durable consumer has still to handle."""

    name = "consumers"

    def __init__(self, login: NatsLogin, every: float) -> None:
        self.every = every
        self._login = login
        self._connection: Client | None = None
        self._streams: Sequence[str] = ()

    async def look(self) -> Values:
        """By the consumer's name."""
        jetstream = await self._jetstream()
        seen: dict[str, float] = {}
        for stream in self._streams:
            for info in await jetstream.consumers_info(stream):
                if info.config.durable_name:
                    seen[info.config.durable_name] = (info.num_pending or 0) + (info.num_ack_pending or 0)
        return seen

    async def _jetstream(self) -> JetStreamContext:
        if self._connection is None or self._connection.is_closed:
            self._connection = await self._login.call()
        jetstream = self._connection.jetstream(timeout=_PATIENCE)
        if not self._streams:
            found = [info.config.name or "" for info in await jetstream.streams_info()]
            self._streams = [name for name in found if name and name != _DEAD_LETTERS]
        return jetstream

    async def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            await quietly(self._connection.close)


class Processors:
    """Processor seconds that each process of the stack has used since the first look, its own children included."""

    name = "processors"

    def __init__(self, data: Path, every: float) -> None:
        self.every = every
        self._data = data
        self._last: dict[int, float] = {}
        self._sums: dict[str, float] = {}

    async def look(self) -> Values:
        """Sums that only grow: a process that died and came back goes on from there."""
        first = not self._last
        for name, pids in trees(self._data):
            # The nursery's children are told by their own names, also once they have ended.
            used = sum(processor_seconds(pid, ended=name != _NURSERY) for pid in pids)
            # What a process had used before the first look is not the play's; that of one born since is.
            before = self._last.get(pids[0], used if first else 0.0)
            self._sums[name] = self._sums.get(name, 0.0) + max(0.0, used - before)
            # A child's time is its parent's once that has taken notice of its end: for a moment there seems to be less.
            self._last[pids[0]] = max(before, used)
        return dict(self._sums)

    async def close(self) -> None:
        """Nothing is held."""


class Memory:
    """Megabytes (10^6) of each process: its proportional share where the kernel tells it, else what is resident."""

    name = "memory"

    def __init__(self, data: Path, every: float) -> None:
        self.every = every
        self._data = data

    async def look(self) -> Values:
        """In a thread: the kernel walks through all pages of a process."""
        return await asyncio.to_thread(self._walk)

    def _walk(self) -> Values:
        seen: dict[str, float] = {}
        for name, pids in trees(self._data):
            seen[name] = seen.get(name, 0.0) + sum(map(memory_bytes, pids)) / 1e6
        return seen

    async def close(self) -> None:
        """Nothing is held."""


class Loops:
    """How late the event loop of each process answers, in seconds, from its `/metrics`."""

    name = "loops"

    def __init__(self, urls: Callable[[], Sequence[str]], every: float) -> None:
        self.every = every
        self._urls = urls
        self._client = httpx.AsyncClient(timeout=_PATIENCE, trust_env=False)

    async def look(self) -> Values:
        """By the process's own name; one that does not answer is left out."""
        seen: dict[str, float] = {}
        for url in self._urls():
            try:
                text = (await self._client.get(url)).text
            except httpx.HTTPError:
                continue
            name, late = lag_in(text)
            if name:
                seen[name] = max(late, seen.get(name, 0.0))
        return seen

    async def close(self) -> None:
        """Hang up."""
        await quietly(self._client.aclose)


def lag_in(text: str) -> tuple[str, float]:
    """Name of a process and how late its loop was, from the text of its metrics; an empty name when they do not say."""
    name, late = "", 0.0
    for line in text.splitlines():
        if line.startswith("residency_loop_lag_seconds "):
            late = float(line.rpartition(" ")[2])
        elif line.startswith("residency_build_info{"):
            name = line.partition('process="')[2].partition('"')[0]
    return name, late


def trees(data: Path) -> Iterator[tuple[str, list[int]]]:
    """Every process of the stack on `data`, itself and then its children; our own as `rehearsal`.

    A child that has a name of its own is told under that only: the nursery bears all others.
    """
    named = [*((name, pid) for name, pid in state.load(data).pids.items() if pid), (OURS, os.getpid())]
    others = {pid for _, pid in named}
    for name, pid in named:
        yield name.partition(".")[0], list(_tree(pid, others - {pid}))


def _tree(pid: int, others: Set[int]) -> Iterator[int]:
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in map(int, children):
        if child not in others:
            yield from _tree(child, others)


def processor_seconds(pid: int, *, ended: bool = True) -> float:
    """User and system time of a process and, with `ended`, of its children that ended; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name in parentheses may hold anything; utime, stime, cutime and cstime are the 12th to 15th after it.
    return sum(map(int, text.rpartition(")")[2].split()[11 : 15 if ended else 13])) / _TICKS


def memory_bytes(pid: int) -> float:
    """The proportional share of memory of a process, or its resident size where that may not be read; 0 when gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024.0
    except OSError:
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * float(os.sysconf("SC_PAGE_SIZE"))
    except OSError:
        return 0.0
