"""One moment of each database: a read-only transaction at REPEATABLE READ, opened when it is first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import asyncpg

Rows = Callable[..., Awaitable[Sequence[asyncpg.Record]]]
"""`rows(service, query, *values)`: what a query finds in the database of a service."""

UNREADABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)
"""What is raised when a database cannot be read."""
CONNECT_SECONDS = 5.0
LONGEST_QUERY_SECONDS = 600.0
"""A query that takes longer is given up: the snapshot would keep the database from tidying up after itself."""
MOST_KEPT = 300
"""Answers of so many rows are kept: within a snapshot the same question has the same answer."""
SETTINGS = {
    "default_transaction_read_only": "on",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": str(int(LONGEST_QUERY_SECONDS * 1000)),
    "application_name": "residency verify",
    # An aggregate over a season's audit sorts in memory, and beside the decisions of a busy day on one core.
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
}
"""Of the session; those of a service's role are meant for requests that somebody waits for."""


class Snapshot:
    """Reads `databases` (service → URL), each as of the moment it was first asked; use as an async context manager.

    `seconds` says how long the queries of each database have taken together.
    """

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._databases = databases
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._busy = {service: asyncio.Lock() for service in databases}
        self._known: dict[tuple[str, str, str], Sequence[asyncpg.Record]] = {}
        self.seconds: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            with suppress(*UNREADABLE):
                await connection.close(timeout=2)

    async def open(self) -> None:
        """Begin now in every database, as far as it can be read."""
        for service in self._databases:
            with suppress(*UNREADABLE):
                await self.connection(service)

    async def rows(self, service: str, query: str, *values: Any) -> Sequence[asyncpg.Record]:
        """What the query finds. Raises one of `UNREADABLE`."""
        async with self._busy[service]:
            asked = service, query, repr(values)
            if asked in self._known:
                return self._known[asked]
            began = asyncio.get_running_loop().time()
            try:
                connection = await self.connection(service)
                found = await connection.fetch(query, *values, timeout=LONGEST_QUERY_SECONDS)
                if len(found) <= MOST_KEPT:
                    self._known[asked] = found
                return found
            finally:
                spent = asyncio.get_running_loop().time() - began
                self.seconds[service] = self.seconds.get(service, 0.0) + spent

    async def connection(self, service: str) -> asyncpg.Connection[asyncpg.Record]:
        """The session of a database, inside its transaction. Raises one of `UNREADABLE`."""
        if service not in self._connections:
            url = self._databases[service]
            connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=SETTINGS)
            self._connections[service] = connection
            await connection.transaction(isolation="repeatable_read", readonly=True).start()
            # The moment is that of the first query, not that of the beginning.
            await connection.fetchval("SELECT 1 FROM database_epoch")
        return self._connections[service]


class Reader:
    """Reads each database as it is now, on a session of its own that comes back by itself."""

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._databases = databases
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._busy = {service: asyncio.Lock() for service in databases}

    async def rows(self, service: str, query: str, *values: Any) -> Sequence[asyncpg.Record]:
        """What the query finds. Raises one of `UNREADABLE`."""
        async with self._busy[service]:
            connection = self._connections.get(service)
            if connection is None or connection.is_closed():
                url = self._databases[service]
                connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=SETTINGS)
                self._connections[service] = connection
            return await connection.fetch(query, *values, timeout=LONGEST_QUERY_SECONDS)

    async def close(self) -> None:
        """End every session."""
        for connection in self._connections.values():
            with suppress(*UNREADABLE):
                await connection.close(timeout=2)
