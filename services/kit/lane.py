"""Lends connections from one caller to the next without giving them back to the pool in between.

asyncpg's pool starts two tasks and a timer for each loan, which costs as much as a small statement. Here a connection
whose work went well goes straight to who waits longest; one whose work failed goes back to the pool, which looks
after it (cancelled statements, open transactions, dead sockets).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

from services.kit.metrics import DATABASE_WAIT_SECONDS

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy


class Lane:
    """Up to `size` connections of `pool`; a caller waits for one at most `seconds`."""

    def __init__(self, pool: asyncpg.Pool, size: int, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._size = self._unused = size
        self._idle: list[tuple[PoolConnectionProxy, float]] = []
        """With when each came back, longest ago first; the last is lent first."""
        self._current: set[PoolConnectionProxy] = set()
        self._renewals = 0
        self._waiting: deque[asyncio.Future[PoolConnectionProxy | None]] = deque()
        self._closed = False

    @property
    def lent(self) -> int:
        """Connections in somebody's hands."""
        return self._size - self._unused - len(self._idle)

    @property
    def waiting(self) -> int:
        """Callers that wait for one."""
        return len(self._waiting)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[PoolConnectionProxy]:
        """A connection for one statement that leaves no session state; raises TimeoutError when none comes free."""
        connection = await self._take()
        try:
            yield connection
        except asyncpg.InternalClientError:
            connection.terminate()  # half dead: the pool would lend it again
            await self._discard(connection)
            raise
        except BaseException:
            await self._discard(connection)
            raise
        if not self._closed and connection not in self._current:
            # The pool takes one that was being opened while it expired all others for a new one, and would lend it on.
            connection.terminate()
        if self._closed or connection not in self._current or not _usable(connection):
            await self._discard(connection)
        else:
            self._hand_on(connection)

    async def close(self) -> None:
        """Give the idle connections back to the pool; those lent follow when they are done."""
        self._closed = True
        await self._give_back()

    async def renew(self) -> None:
        """Have the sessions replaced that the pool has expired: idle ones now, those lent when they are done."""
        self._renewals += 1
        await self._give_back()

    async def shed(self, seconds: float) -> None:
        """Give back to the pool what nobody has needed for so long, but for one connection."""
        longest = asyncio.get_running_loop().time() - seconds
        while len(self._idle) > 1 and self._idle[0][1] <= longest:
            connection, _ = self._idle.pop(0)
            await self._discard(connection)

    async def _give_back(self) -> None:
        self._current.clear()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(self._discard(connection) for connection, _ in idle))

    async def _take(self) -> PoolConnectionProxy:
        while self._idle:
            connection, _ = self._idle.pop()
            if connection in self._current and _usable(connection):
                return connection
            await self._discard(connection)
        if self._unused == 0:
            handed = await self._wait()
            if handed is not None:
                return handed
        else:
            self._unused -= 1
        try:
            renewals = self._renewals
            connection = await self._pool.acquire(timeout=self._seconds)
        except BaseException:
            self._hand_on(None)
            raise
        if renewals == self._renewals:  # else it may be an old one: good for this once
            self._current.add(connection)
        return connection

    async def _wait(self) -> PoolConnectionProxy | None:
        """The next connection that comes free; None for the right to take one from the pool."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[PoolConnectionProxy | None] = loop.create_future()
        timer = loop.call_later(self._seconds, _give_up, waiter)
        self._waiting.append(waiter)
        began = loop.time()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._hand_on(waiter.result())  # it came in the moment in which nobody wanted it any more
            raise
        finally:
            timer.cancel()
            DATABASE_WAIT_SECONDS.observe(loop.time() - began)

    async def _discard(self, connection: PoolConnectionProxy) -> None:
        self._current.discard(connection)
        try:
            # One that does not close in time is cut by asyncpg: no fault of whoever held it, and the next one's turn.
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                await self._pool.release(connection)
        finally:
            self._hand_on(None)

    def _hand_on(self, connection: PoolConnectionProxy | None) -> None:
        """Give a connection, or the right to one, to who waits longest; keep it when nobody does."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is None:
            self._unused += 1
        else:
            self._idle.append((connection, asyncio.get_running_loop().time()))


def _usable(connection: PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # closed so thoroughly that the pool has taken it back
        return False


def _give_up(waiter: asyncio.Future[PoolConnectionProxy | None]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())
