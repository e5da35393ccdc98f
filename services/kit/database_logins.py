"""OPS-12: sessions of PostgreSQL are opened with the credentials that count now; those opened before are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import asyncpg

CONNECT_SECONDS = 2.0
"""How long one attempt to reach the server may take."""
COMMAND_SECONDS = 6.0
"""Client-side end of any statement: later than the role's timeouts, for a server that is frozen."""


class Logins:
    """Opens the sessions of one process.

    Args:
        url: `postgresql://user:password@host:port/database`, or what gives it as of now.
        name: Of the process, shown by the server.
    """

    def __init__(self, url: str | Callable[[], str], name: str) -> None:
        self._source: Callable[[], str] = url if callable(url) else lambda: url
        self._name = name
        self._current: WeakSet[asyncpg.Connection[asyncpg.Record]] = WeakSet()
        self.url = ""
        """Used for new sessions; empty until `take` was called."""

    @property
    def given(self) -> str:
        """The URL as it is given now."""
        return self._source()

    def take(self, url: str) -> None:
        """Open sessions at `url` from now on; none that is open now is current any more, if it was another."""
        if url != self.url:
            self.url = url
            self.outdate()

    def outdate(self) -> None:
        """None that is open now is current any more."""
        self._current = WeakSet()

    async def open(self, *_address: Any, **options: Any) -> asyncpg.Connection[asyncpg.Record]:
        """A session; asyncpg's pool and SQLAlchemy's engine both call it.

        Where the server refuses the credentials in use, those that are given now are tried, in case they are others.
        Raises what `asyncpg.connect` does.
        """
        url = self.url
        try:
            return await self.open_at(url, **options)
        except asyncpg.InvalidAuthorizationSpecificationError:
            if self.given == url:
                raise
        return await self.open_at(self.given, **options)

    async def open_at(self, url: str, **options: Any) -> asyncpg.Connection[asyncpg.Record]:
        """A session at `url`."""
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            url,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings={"application_name": self._name},
            **options,
        )
        if url == self.url:
            self._current.add(connection)
        return connection

    def is_current(self, connection: asyncpg.Connection[asyncpg.Record]) -> bool:
        """Whether a session was opened with the credentials in use now."""
        return connection in self._current
