"""The database sessions of the unit of work: SQLAlchemy's pool, rid of those that died, are outdated or go unused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool, event, exc
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.database_logins import Logins

if TYPE_CHECKING:
    from sqlalchemy.pool import ConnectionPoolEntry


class WorkSessions:
    """An engine over sessions that `logins` opens.

    Args:
        logins: Opens a session, and knows which are of the present credentials.
        size: Most sessions.
        seconds: How long a caller waits for one.
    """

    def __init__(self, logins: Logins, size: int, seconds: float) -> None:
        self._logins = logins
        self._resting: dict[asyncpg.Connection[asyncpg.Record], float] = {}
        """Sessions that nobody has, and since when."""
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=logins.open,
            pool_size=size,
            max_overflow=0,
            pool_timeout=seconds,
            pool_use_lifo=True,  # so that those in excess go unused
            # An error text may reach a log: it never carries values.
            hide_parameters=True,
        )
        self._pool = cast("AsyncAdaptedQueuePool", self.engine.sync_engine.pool)
        event.listen(self._pool, "checkout", self._refuse_unfit)
        event.listen(self._pool, "checkin", self._let_rest)

    @property
    def lent(self) -> int:
        """Sessions in somebody's hands."""
        return self._pool.checkedout()

    def shed(self, seconds: float) -> None:
        """OPS-101: cut idle sessions that are outdated, or that nobody has needed for so long.

        At once, so that nobody is lent one meanwhile; the pool opens another in its place when it needs one. Not
        `dispose`, which makes another pool: what is lent meanwhile would come back to the former one and stay.
        """
        longest = time.monotonic() - seconds
        for connection, since in list(self._resting.items()):
            if since <= longest or not self._logins.is_current(connection):
                del self._resting[connection]
                connection.terminate()

    def _refuse_unfit(self, dbapi_connection: Any, _record: object, _proxy: object) -> None:
        """Drop connections that died in the pool, without asking the server about each, and outdated ones."""
        connection = dbapi_connection.driver_connection
        self._resting.pop(connection, None)
        if connection.is_closed() or not self._logins.is_current(connection):
            raise exc.DisconnectionError

    def _let_rest(self, dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
        """Close what was lent with the former credentials as soon as its work is done."""
        if dbapi_connection is None:
            return
        connection = dbapi_connection.driver_connection
        if self._logins.is_current(connection):
            self._resting[connection] = time.monotonic()
        else:
            record.invalidate()
