"""OPS-40: a database that is older than what the world has heard from it publishes nothing and changes nothing.

Restored from a backup, it gives versions anew that its lost future had given already, and places that people were told
of are free again. So before a service's facts are published its database is compared with what JetStream holds of them:
a fact there that is not in the outbox means that the database was restored. It is also looked at whether the database
lives where it did, for NATS may be lost with it. Then it stands still (read-only, for all replicas) until an operator
has read `residency restored` and said yes: that begins another epoch (OPS-42), in which every fact is newer than any
before. NATS being away stops nothing: the question is asked when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog
from nats.js.errors import NotFoundError

from services.kit import metrics
from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.database import Database
from services.kit.delivery import Delivery, Poison, read
from services.kit.domain import DomainError
from services.kit.ending import ended

NEWEST = 256
"""So many of the newest facts in the stream are compared: as many as a relay publishes side by side."""
LOOK_SECONDS = 1.0
"""How often a process looks whether its database stands still, or another took its place. What is accepted within that
time is told in the next epoch."""
FIRST_SECONDS = 3.0
"""So long a start waits for the first comparison; commands come in afterwards in any case."""

PLACE = """(
    SELECT c.system_identifier || '/' || d.oid || '/' || 'outbox'::regclass::oid
    FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()
)"""
"""SQL: where the database lives. A dump that is restored lives elsewhere, in the same server too."""
TIMELINE = "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int"
"""SQL: the server's timeline: another one after a restore to a point in time, and after a failover."""

HERE = f"({PLACE} || '/' || {TIMELINE} || '/' || pg_postmaster_start_time())"
"""SQL: the place, the timeline and the life of the server: while it stays the same nothing was restored."""

_STANDING = f"""
    SELECT number, place, timeline, since, stopped_at, why, {PLACE} AS place_now, {TIMELINE} AS timeline_now,
        {HERE} AS here,
        EXISTS (SELECT FROM outbox WHERE published_at IS NOT NULL) AS has_published,
        current_setting('default_transaction_read_only') = 'on' AS read_only
    FROM database_epoch
"""  # noqa: S608  (constants of ours)
_SETTLE = """
    UPDATE database_epoch SET place = $1, timeline = $2,
        since = CASE WHEN place IS NULL THEN clock_timestamp() ELSE since END
"""
# Locks the row in any case: two who change the database's setting at once would get an error each. Who comes after the
# release finds another epoch.
_STOP = """
    UPDATE database_epoch SET stopped_at = coalesce(stopped_at, clock_timestamp()),
        why = CASE WHEN stopped_at IS NULL THEN $1 ELSE why END
    WHERE number = $2 RETURNING true
"""
_KNOWN = "SELECT event_id FROM outbox WHERE event_id = ANY($1::uuid[])"
# Of the database and not of a role: logins may change while it stands still, and act as the owner, not for themselves.
_SET_READ_ONLY = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {what}', current_database()); END $$"
_CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
"""
_RESTAMP = "UPDATE outbox SET epoch = $1 WHERE published_at IS NULL"
_HEARD = "UPDATE outbox SET published_at = clock_timestamp() WHERE published_at IS NULL AND event_id = ANY($1::uuid[])"
_RELEASE = f"""
    UPDATE database_epoch SET number = $1, place = {PLACE}, timeline = {TIMELINE}, since = clock_timestamp(),
        stopped_at = NULL, why = ''
"""  # noqa: S608

_log = structlog.get_logger("kit.restored")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the row of `database_epoch` says, and where the database lives now. `since`, `stopped_at` are aware UTC."""

    number: int
    place: str | None
    timeline: int | None
    since: datetime
    stopped_at: datetime | None
    why: str
    place_now: str
    timeline_now: int
    here: str
    has_published: bool
    read_only: bool


class RestoreGuard:
    """Says whether the facts of `service` may be published, and lets its database stand still when it was restored.

    Args:
        database: The service's; started before.
        messaging: The connection; `start` may come before it stands.
        service: Whose database it is; its stream has the same name in capitals.
    """

    def __init__(self, database: Database, messaging: Messaging, service: str) -> None:
        self._database = database
        self._messaging = messaging
        self._service = service
        self._stopped = ""
        self._sure_of = ""
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for the first time, for three seconds at most, and every second from then on."""
        self._sure_of = ""
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                await self.look()
        except (DomainError, *NATS_ERRORS) as error:
            _log.warning("not compared with what was heard yet", service=self._service, error=type(error).__name__)
        self._watcher = asyncio.create_task(self._watch(), name=f"restore guard {self._service}")

    async def stop(self) -> None:
        """Look no more."""
        if self._watcher is not None:
            await ended(self._watcher)
            self._watcher = None

    def stopped(self) -> str:
        """Why the database stands still and what to run; empty while it does not."""
        return self._stopped

    async def may_publish(self, here: str) -> bool:
        """Whether facts that were read `HERE` may leave.

        Raises DomainError UNAVAILABLE or one of NATS_ERRORS while that cannot be said.
        """
        if self._stopped or here != self._sure_of:
            await self.look()
        return not self._stopped and here == self._sure_of

    async def look(self) -> None:
        """Compare, and let the database stand still when it was restored. Raises as `may_publish`."""
        standing = await standing_of(self._database)
        metrics.EPOCH.labels(self._service).set(standing.number)
        metrics.READ_ONLY.labels(self._service).set(1 if standing.stopped_at else 0)
        why = standing.why if standing.stopped_at else _moved(standing)
        if not why:
            if self._stopped:
                # Who released it may have had another login, and could not end our sessions, which are read-only.
                await self._database.renew_sessions()
                self._stopped = ""
                self._database.restored()
            if standing.here == self._sure_of:
                return
            # Where no process ever ran, nothing can have been heard from.
            why = "" if standing.place is None else await self._compare(standing)
        if why:
            self._sure_of = ""
            await self._stand_still(standing, why)
            return
        if (standing.place, standing.timeline) != (standing.place_now, standing.timeline_now):
            await self._database.execute(_SETTLE, standing.place_now, standing.timeline_now)
        self._sure_of = standing.here

    async def _compare(self, standing: Standing) -> str:
        """Why the database is older than its stream; empty when it is not."""
        newest = [
            fact
            for fact in await newest_facts(self._messaging, self._service)
            if fact.epoch >= standing.number and fact.occurred_at >= standing.since
        ]
        known = await known_among(self._database, [fact.event_id for fact in newest])
        unknown = [fact for fact in newest if fact.event_id not in known]
        if unknown:
            last = max(fact.occurred_at for fact in unknown)
            return f"JetStream has {len(unknown)} facts of it that it does not know, the last of {last:%F %T}Z"
        changed = standing.timeline not in (None, standing.timeline_now)
        if changed and standing.has_published and not newest:
            return "it went on from a backup or another server, and JetStream holds nothing to compare it with"
        return ""

    async def _stand_still(self, standing: Standing, why: str) -> None:
        if standing.stopped_at is None or not standing.read_only:
            _log.error("database restored", service=self._service, why=why)
            await stand_still(self._database, why, standing.number)
        if not self._stopped:
            # Others may have had another login, whose sessions the first to notice could not end.
            await _cut(self._database)
            self._database.restored()
        self._stopped = f"database restored ({why}): run `residency restored {self._service}`; commands are refused"

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except (DomainError, *NATS_ERRORS):
                continue
            except Exception:  # noqa: BLE001 (supervision: a watch that ended would never see the release)
                _log.exception("the database is compared again", service=self._service)


def _moved(standing: Standing) -> str:
    """OPS-41: why it is not where it was; a database that never had a place has been nowhere else."""
    if standing.place in (None, standing.place_now):
        return ""
    return "it was copied or restored into another place than it lived in"


async def standing_of(database: Database) -> Standing:
    """How it stands with the database. Raises DomainError UNAVAILABLE."""
    row = await database.fetchrow(_STANDING)
    if row is None:
        raise RuntimeError("database_epoch has lost its row")
    return Standing(**dict(row))


async def known_among(database: Database, event_ids: Sequence[str]) -> set[str]:
    """Those of `event_ids` that the outbox has. Raises DomainError UNAVAILABLE."""
    rows = await database.fetch(_KNOWN, [UUID(each) for each in event_ids])
    return {str(row["event_id"]) for row in rows}


async def newest_facts(messaging: Messaging, service: str) -> list[Delivery]:
    """The newest facts in the stream of `service`; none when it was wiped. Raises one of NATS_ERRORS."""
    if not messaging.client.is_connected:
        raise ConnectionError("NATS is not reachable")
    stream = service.upper()
    try:
        state = (await messaging.js.stream_info(stream)).state
    except NotFoundError:
        return []
    wanted = range(max(state.first_seq, state.last_seq - NEWEST + 1), state.last_seq + 1) if state.messages else ()

    async def one(sequence: int) -> Delivery | None:
        with suppress(NotFoundError, Poison):  # taken away, or not a fact
            message = await messaging.js.get_msg(stream, sequence)
            return read(message.subject or "", message.headers, message.data or b"", 1)
        return None

    found = await asyncio.gather(*map(one, wanted))
    return [fact for fact in found if fact is not None]


async def stand_still(database: Database, why: str, epoch: int) -> None:
    """OPS-40: make the database read-only, for whoever connects from now on; nothing when `epoch` has ended meanwhile.

    Reading goes on; a command is refused as RESTORED_READ_ONLY. Raises DomainError UNAVAILABLE.
    """
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION READ WRITE")
        if await connection.fetchval(_STOP, why, epoch):
            await connection.execute(_SET_READ_ONLY.format(what="SET default_transaction_read_only = on"))


async def _cut(database: Database) -> None:
    """End the other sessions of our login: one that is open keeps the setting it began with."""
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL ROLE NONE")
        await connection.execute(_CUT)


async def release(connection: asyncpg.Connection[asyncpg.Record], epoch: int, heard: Sequence[UUID] = ()) -> None:
    """OPS-42: let the database go on in `epoch`, which no fact that anybody heard may have reached.

    What was not published yet is told in the new epoch, but for `heard`: those facts are in the stream already.

    Args:
        connection: Of the service's own role, on its database, in no transaction.
        epoch: The new epoch.
        heard: Ids of facts that JetStream holds.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION READ WRITE")
        await connection.execute(_HEARD, list(heard))
        await connection.execute(_RESTAMP, epoch)
        # A default and no function: no insert pays for it.
        await connection.execute(f"ALTER TABLE outbox ALTER COLUMN epoch SET DEFAULT {int(epoch)}")
        await connection.execute(_RELEASE, epoch)
        await connection.execute(_SET_READ_ONLY.format(what="RESET default_transaction_read_only"))
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE NONE")
        await connection.execute(_CUT)
