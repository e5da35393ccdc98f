"""A service's own PostgreSQL database: the unit of work (the only commit in the code) and a fast lane.

Two ways in, on purpose. `unit_of_work` is SQLAlchemy, for everything. The fast lane (`fetchrow` and its sisters) is
raw asyncpg, for hot single statements: it has no transaction around it and keeps no session state.

PostgreSQL may be killed and come back at any time, and the credentials may become others: nothing here needs a restart
of the process afterwards.
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
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.kit.database_errors import DOWN, translate_errors
from services.kit.database_logins import CONNECT_SECONDS, Logins
from services.kit.domain import DomainError, Fact
from services.kit.ending import ended
from services.kit.lane import Lane
from services.kit.metrics import DATABASE_CONNECTIONS
from services.kit.tables import MAX_BODY_BYTES, metadata
from services.kit.work_sessions import WorkSessions

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

__all__ = ["Database", "UnitOfWork", "metadata", "translate_errors"]

ACQUIRE_SECONDS = 1.0
"""How long a caller waits for a connection before it is told to try later."""
SPARE_SECONDS = 10.0
"""How long asyncpg's pool keeps a session that the lane does not hold: one of old credentials must not stay."""
IDLE_SECONDS = 30.0
"""How long a session may go unused: PostgreSQL holds megabytes for each, and a start or a busy hour opens many."""
PROBE_SECONDS = 2.0
"""How often readiness is checked while all is well, and whether other credentials were given."""

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
        url: `postgresql://user:password@host:port/database`, or what gives it as of now: when that changes, and the
            server takes it, sessions move over to it.
        name: For logs and readiness.
        pool_size: Connections of the unit of work; the fast lane has as many again, opened as needed.
    """

    engine: AsyncEngine
    pool: asyncpg.Pool
    lane: Lane

    def __init__(self, url: str | Callable[[], str], *, name: str, pool_size: int = 16) -> None:
        self.name = f"database {name}"
        self._logins = Logins(url, self.name)
        self._pool_size = pool_size
        self._refused = ""
        self._reason = "not started"
        self._suspect = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._after_commit: list[Callable[[], None]] = []
        self._after_restore: list[Callable[[], None]] = []

    def on_facts(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each commit that wrote a fact (the relay's poke)."""
        self._after_commit.append(callback)

    def facts_written(self) -> None:
        """Tell that a fast-lane statement has written to the outbox; not needed after `unit_of_work`."""
        for callback in self._after_commit:
            callback()

    def on_restored(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when the database may be another than it was: what was remembered of it is void."""
        self._after_restore.append(callback)

    def restored(self) -> None:
        """Tell that it was restored from a backup, or goes on after that (`services.kit.restored`)."""
        for callback in self._after_restore:
            callback()

    async def renew_sessions(self) -> None:
        """Have every session of this process replaced: idle ones now, those in use when their work is done."""
        self._logins.outdate()
        await self._renew()

    async def start(self) -> None:
        """Wait until the server answers, check its settings and open the pools.

        Raises RuntimeError when a setting that commits rely on is off. Waits, for ever if need be, while the
        server is down: it may be restarting.
        """
        attempt = 0
        while True:
            try:
                given = self._logins.given
                await self._check_settings(given)
                self._logins.take(given)
                self.pool = await self._open_pool()
                self.lane = Lane(self.pool, self._pool_size, ACQUIRE_SECONDS)
                break
            except (*DOWN, TimeoutError) as error:
                self._reason = "database is not reachable"
                _log.warning("waiting for the database", database=self.name, error=type(error).__name__)
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 (jitter)
                attempt = min(attempt + 1, 6)
        self._sessions = WorkSessions(self._logins, self._pool_size, ACQUIRE_SECONDS)
        self.engine = self._sessions.engine
        self._reason = ""
        self._show_connections()
        self._watcher = asyncio.create_task(self._watch(), name=f"{self.name} watcher")

    async def stop(self) -> None:
        """Close all connections, cutting those still in use after two seconds."""
        if self._watcher is None:
            return
        await ended(self._watcher)
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
            connect=self._logins.open,
            min_size=0,  # one that it keeps for ever would outlive its credentials
            max_size=self._pool_size,
            reset=_keep,
            max_inactive_connection_lifetime=SPARE_SECONDS,
        )

    def _show_connections(self) -> None:
        """Each scrape counts for itself."""
        lane, sessions = self.lane, self._sessions
        for which, state, count in (
            ("fast", "size", lambda: self._pool_size),
            ("fast", "lent", lambda: lane.lent),
            ("fast", "waiting", lambda: lane.waiting),
            ("work", "size", lambda: self._pool_size),
            ("work", "lent", lambda: sessions.lent),
        ):
            DATABASE_CONNECTIONS.labels(which, state).set_function(count)

    async def _check_settings(self, url: str) -> None:
        connection = await self._logins.open_at(url)
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
                await self._probe()
                self._reason = ""
                await self._follow()
                await self.lane.shed(IDLE_SECONDS)
                self._sessions.shed(IDLE_SECONDS)
                await _wait(self._suspect, PROBE_SECONDS)
            except Exception as error:  # noqa: BLE001 (supervision: a watcher that ended would keep its last word)
                if not self._reason:
                    _log.warning("database lost", database=self.name, error=type(error).__name__)
                self._reason = "database is not reachable"
                await asyncio.sleep(0.2)
            self._suspect.clear()

    async def _probe(self) -> None:
        try:
            async with asyncio.timeout(PROBE_SECONDS), self.lane.lend() as connection:
                await connection.fetchval("SELECT 1")
        except TimeoutError:
            if self.lane.lent < self._pool_size:
                raise
            # All of them at work is no outage: a process out of reach for that would leave its work to the others.
            own = await self._logins.open()
            await own.close(timeout=CONNECT_SECONDS)

    async def _follow(self) -> None:
        """Move over to other credentials once they were given and the server takes them; until then the old ones stay.

        A session in use is closed when its work is done, an idle one at once.
        """
        given = self._logins.given
        if given == self._logins.url:
            return
        try:
            await self._check_settings(given)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with them, or with how they are written)
            if given != self._refused:
                self._refused = given
                _log.error("changed credentials are refused", database=self.name, error=type(error).__name__)
            return
        self._logins.take(given)
        await self._renew()
        _log.info("sessions use the changed credentials", database=self.name)

    async def _renew(self) -> None:
        await self.pool.expire_connections()
        await self.lane.renew()
        self._sessions.shed(IDLE_SECONDS)


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
