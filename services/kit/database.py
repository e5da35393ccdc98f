"""A service's own PostgreSQL database: the unit of work (the only commit in the code) and a fast lane.

Two ways in, on purpose. `unit_of_work` is SQLAlchemy, for everything. The fast lane (`fetchrow` and its sisters) is
raw asyncpg, for hot single statements: it has no transaction around it and keeps no session state.

PostgreSQL may be killed and come back at any time: nothing here needs a restart of the process afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import structlog
from opentelemetry import propagate
from sqlalchemy import Table, event, exc, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.kit.database_errors import DOWN, translate_errors
from services.kit.domain import DomainError, Fact
from services.kit.lane import Lane
from services.kit.tables import MAX_BODY_BYTES, metadata

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

__all__ = ["Database", "UnitOfWork", "metadata", "translate_errors"]

ACQUIRE_SECONDS = 1.0
"""How long a caller waits for a connection before it is told to try later."""
CONNECT_SECONDS = 2.0
"""How long one attempt to reach the server may take."""
COMMAND_SECONDS = 6.0
"""Client-side end of any statement: later than the role's timeouts, for a server that is frozen."""
PROBE_SECONDS = 2.0
"""How often readiness is checked while all is well."""

REQUIRED_SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "default_transaction_isolation": "read committed",
}
"""What a commit and the cycle gate rely on; a process refuses to start otherwise."""

_OUTBOX: Table = metadata().tables["outbox"]
_log = structlog.get_logger("kit.database")


class UnitOfWork:
    """One transaction: a session, and the facts that are published if it commits (`has_facts` when there are any)."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._facts: list[dict[str, object]] = []
        self.has_facts = False

    def add_fact(self, fact: Fact) -> None:
        """Write `fact` to the outbox with this transaction, carrying the current trace.

        Rows are written together just before the commit, in the order of the calls, so that their positions rise
        within an aggregate whose row this transaction has locked. Raises ValueError for a body over 64 KB.
        """
        if len(fact.body) > MAX_BODY_BYTES:
            raise ValueError(f"{fact.event_type}: a fact's body is at most {MAX_BODY_BYTES} bytes")
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        self.has_facts = True
        self._facts.append(
            {
                "event_id": UUID(fact.event_id),
                "subject": fact.subject,
                "event_type": fact.event_type,
                "aggregate_id": fact.aggregate_id,
                "version": fact.version,
                "body": fact.body,
                "traceparent": carrier.get("traceparent", ""),
            }
        )

    async def write_facts(self) -> None:
        """Insert the facts added since the last call; `unit_of_work` calls it before the commit."""
        if self._facts:
            await self.session.execute(insert(_OUTBOX), self._facts)
            self._facts = []


class Database:
    """A part that owns the connections of one process to one database.

    Args:
        url: `postgresql://user:password@host:port/database`.
        name: For logs and readiness.
        pool_size: Connections of the unit of work; the fast lane has as many again, opened as needed.
    """

    engine: AsyncEngine
    pool: asyncpg.Pool
    lane: Lane

    def __init__(self, url: str, *, name: str, pool_size: int = 16) -> None:
        self.name = f"database {name}"
        self._url = url
        self._pool_size = pool_size
        self._reason = "not started"
        self._suspect = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._after_commit: list[Callable[[], None]] = []

    def on_facts(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each commit that wrote a fact (the relay's poke)."""
        self._after_commit.append(callback)

    def facts_written(self) -> None:
        """Tell that a fast-lane statement has written to the outbox; not needed after `unit_of_work`."""
        for callback in self._after_commit:
            callback()

    async def start(self) -> None:
        """Wait until the server answers, check its settings and open the pools.

        Raises RuntimeError when a setting that commits rely on is off. Waits, for ever if need be, while the
        server is down: it may be restarting.
        """
        attempt = 0
        while True:
            try:
                await self._check_settings()
                self.pool = await self._open_pool()
                self.lane = Lane(self.pool, self._pool_size, ACQUIRE_SECONDS)
                break
            except (*DOWN, TimeoutError) as error:
                self._reason = "database is not reachable"
                _log.warning("waiting for the database", database=self.name, error=type(error).__name__)
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 (jitter)
                attempt = min(attempt + 1, 6)
        self.engine = self._create_engine()
        self._reason = ""
        self._watcher = asyncio.create_task(self._watch(), name=f"{self.name} watcher")

    async def stop(self) -> None:
        """Close all connections, cutting those still in use after two seconds."""
        if self._watcher is None:
            return
        self._watcher.cancel()
        await asyncio.wait({self._watcher})
        self._watcher = None
        self._reason = "stopped"
        try:
            async with asyncio.timeout(2):
                await self.lane.close()
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()
        await self.engine.dispose()

    def not_ready(self) -> str:
        """Empty, or why the database cannot be used now; at most two seconds old."""
        return self._reason

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """One transaction, committed at the end of the block and rolled back when it raises.

        Raises DomainError UNAVAILABLE when the server is away, busy or gave up waiting; the transaction may then
        have been committed all the same if it was the commit that failed, so commands carry idempotency keys.
        """
        with self.translate():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                unit = UnitOfWork(session)
                yield unit
                await unit.write_facts()
                await _finish(session.commit())
        if unit.has_facts:
            self.facts_written()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PoolConnectionProxy]:
        """A connection of the fast lane in one transaction, for a guarded write of several statements.

        Committed at the end of the block, rolled back when it raises; no network call belongs inside. Call
        `facts_written` afterwards when it wrote to the outbox.
        """
        with self.translate():
            async with self.lane.lend() as connection, connection.transaction():
                yield connection

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """First row of one statement on the fast lane; a writing statement commits by itself."""
        with self.translate():
            async with self.lane.lend() as connection:
                return await connection.fetchrow(sql, *args)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows of one statement on the fast lane."""
        with self.translate():
            async with self.lane.lend() as connection:
                return list(await connection.fetch(sql, *args))

    async def fetchval(self, sql: str, *args: object) -> Any:
        """First value of the first row on the fast lane, None when there is none."""
        row = await self.fetchrow(sql, *args)
        return None if row is None else row[0]

    async def execute(self, sql: str, *args: object) -> str:
        """Run one statement on the fast lane and return the server's command tag, such as `UPDATE 3`."""
        with self.translate():
            async with self.lane.lend() as connection:
                return str(await connection.execute(sql, *args))

    @contextmanager
    def translate(self) -> Iterator[None]:
        """`translate_errors`, and readiness is looked at anew when the server seems gone."""
        try:
            with translate_errors():
                yield
        except DomainError as error:
            if error.reason == "DATABASE_UNAVAILABLE":
                self._suspect.set()
            raise

    async def _open_pool(self) -> asyncpg.Pool:
        return await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._pool_size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            reset=_keep,
            server_settings={"application_name": self.name},
        )

    def _create_engine(self) -> AsyncEngine:
        engine = create_async_engine(
            self._url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=self._pool_size,
            max_overflow=0,
            pool_timeout=ACQUIRE_SECONDS,
            # An error text may reach a log: it never carries values.
            hide_parameters=True,
            connect_args={
                "timeout": CONNECT_SECONDS,
                "command_timeout": COMMAND_SECONDS,
                "server_settings": {"application_name": self.name},
            },
        )
        event.listen(engine.sync_engine.pool, "checkout", _refuse_closed)
        return engine

    async def _check_settings(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS)
        try:
            for setting, wanted in REQUIRED_SETTINGS.items():
                found = await connection.fetchval("SELECT current_setting($1)", setting)
                if found != wanted:
                    raise RuntimeError(f"{self.name}: PostgreSQL has {setting} = {found}, needs {wanted}")
            if await connection.fetchval("SELECT current_setting('transaction_timeout')") in ("0", "0ms"):
                raise RuntimeError(f"{self.name}: the role needs a transaction_timeout")
        finally:
            await connection.close(timeout=CONNECT_SECONDS)

    async def _watch(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PROBE_SECONDS), self.lane.lend() as connection:
                    await connection.fetchval("SELECT 1")
                self._reason = ""
                await _wait(self._suspect, PROBE_SECONDS)
            except (*DOWN, TimeoutError, asyncpg.InterfaceError) as error:
                if not self._reason:
                    _log.warning("database lost", database=self.name, error=type(error).__name__)
                self._reason = "database is not reachable"
                await asyncio.sleep(0.2)
            self._suspect.clear()


async def _finish(work: Any) -> None:
    """Await `work` to its end even when the waiting task is cancelled: a commit cut in two leaks a connection."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _keep(_connection: Sequence[object] | object) -> None:
    """No session state is ever set, so nothing is reset between two users (asyncpg itself still rolls back)."""


async def _wait(happened: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await happened.wait()
    except TimeoutError:
        return


def _refuse_closed(dbapi_connection: Any, _record: object, _proxy: object) -> None:
    """Drop connections that died in the pool, without asking the server about each."""
    if dbapi_connection.driver_connection.is_closed():
        raise exc.DisconnectionError
