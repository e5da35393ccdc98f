"""Fingerprints of whole databases: whether anything at all was written."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_HASH = "SELECT '{0}' AS name, md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) AS hash FROM {0} t"

Fingerprint = dict[str, str]


class State:
    """Connections of its own to the databases of the services."""

    def __init__(self, connections: Mapping[str, asyncpg.Connection]) -> None:
        self._connections = connections
        self._queries: dict[str, str] = {}

    @classmethod
    async def connect(cls, urls: Mapping[str, str]) -> State:
        """Connect to the database of each service by URL."""
        return cls({service: await asyncpg.connect(url) for service, url in urls.items()})

    async def close(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            await connection.close()

    async def execute(self, service: str, statement: str, *arguments: object) -> None:
        """Put something into a database by hand."""
        await self._connections[service].execute(statement, *arguments)

    async def value(self, service: str, query: str, *arguments: object) -> str:
        """One value as text."""
        return str(await self._connections[service].fetchval(query, *arguments))

    async def fingerprint(self, service: str) -> Fingerprint:
        """By table, the hash of all its rows, the outbox's included."""
        connection = self._connections[service]
        if service not in self._queries:
            tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
            self._queries[service] = " UNION ALL ".join(_HASH.format(table) for table in tables)
        return {row["name"]: row["hash"] for row in await connection.fetch(self._queries[service])}


def changed(before: Fingerprint, after: Fingerprint) -> set[str]:
    """Tables whose rows are not what they were."""
    return {table for table, hash in after.items() if before.get(table) != hash}
