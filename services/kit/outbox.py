"""The relay: facts committed to the outbox reach JetStream, each at least once, none never.

It reads what is not yet marked, not what follows the last position: positions are given before the commit, so a fact
that commits late has a lower one than others already published. An unacknowledged publish is unknown: the row stays
unmarked and is published again under the same message id, and consumers keep an inbox beyond the server's window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from nats.js.errors import NoStreamResponseError
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind

from services.kit import metrics, telemetry
from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.database import Database
from services.kit.delivery import headers
from services.kit.domain import DomainError
from services.kit.ending import ended
from services.kit.lease import Lease
from services.kit.measure import Measure, Readings
from services.kit.restored import HERE, RestoreGuard

BATCH = 256
"""Most facts published side by side."""
POLL_SECONDS = 0.1
"""How often the outbox is looked at without a poke: the net under it."""
MEASURE_SECONDS = 5.0
"""How often what waits is counted."""

_READ = f"""
    SELECT position, event_id::text, subject, event_type, aggregate_id, epoch, version, body, traceparent, created_at,
        (SELECT {HERE}) AS here
    FROM outbox WHERE published_at IS NULL AND position <> ALL($2::bigint[]) ORDER BY position LIMIT $1
"""  # noqa: S608  (constants of ours)
# Counted up to a limit, so that a backlog does not make its own count a burden.
_BACKLOG = """
    SELECT count(*) AS waiting,
        coalesce(greatest(extract(epoch FROM clock_timestamp() - min(created_at)), 0), 0)::float8 AS oldest
    FROM (SELECT created_at FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT 10000) AS waits
"""
_MARK = "UPDATE outbox SET published_at = clock_timestamp() WHERE position = ANY($1::bigint[])"

_PUBLISHED = """
    SELECT position, event_id FROM outbox
    WHERE position > $1 AND position <= $1 + $2 AND published_at IS NOT NULL
"""
_AGAIN = "UPDATE outbox SET published_at = NULL WHERE position = ANY($1::bigint[])"

_log = structlog.get_logger("kit.outbox")
_tracer = trace.get_tracer("residency.messaging")


class Relay:
    """A part that publishes the facts of one service; of several replicas one is at work at a time.

    Args:
        database: The service's database; started before this part.
        messaging: The connection; started before this part.
        service: Name of the service, for the lease and for the events' source.
    """

    def __init__(self, database: Database, messaging: Messaging, service: str) -> None:
        self.name = f"relay {service}"
        self._database = database
        self._messaging = messaging
        self._service = service
        self._lease = Lease(database, service)
        self._guard = RestoreGuard(database, messaging, service)
        self._poked = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._measure = Measure(f"backlog {service}", self._backlog, MEASURE_SECONDS)
        database.on_facts(self.poke)

    async def start(self) -> None:
        """Begin to publish, once it is sure that the database was not restored from a backup (OPS-40)."""
        await self._guard.start()
        self._loop = asyncio.create_task(self._run(), name=self.name)
        await self._measure.start()

    async def stop(self) -> None:
        """Publish no more and let another replica begin at once."""
        await self._measure.stop()
        if self._loop is None:
            await self._guard.stop()
            return
        await ended(self._loop)
        self._loop = None
        await self._lease.release()
        await self._guard.stop()

    def poke(self) -> None:
        """Say that facts were committed; publishing begins within milliseconds."""
        self._poked.set()

    def not_ready(self) -> str:
        """Empty while the loop runs; a broker that is away does not make the service unready."""
        return "not running" if self._loop is None or self._loop.done() else ""

    def degraded(self) -> str:
        """OPS-40: that the database was restored and stands still; empty otherwise. Reading goes on all the same."""
        return self._guard.stopped()

    async def _run(self) -> None:
        pause = POLL_SECONDS
        while True:
            # Cleared before looking, so that a poke during the round is not lost, and never left set while we wait.
            self._poked.clear()
            try:
                # While the broker is away, facts would only pile up in the client.
                if self._messaging.client.is_connected:
                    await self._round()
                pause = POLL_SECONDS
            except (DomainError, *NATS_ERRORS) as error:
                _log.warning("relay waits", service=self._service, error=f"{type(error).__name__}: {error}")
                pause = min(pause * 2, 2.0)
            except Exception:  # noqa: BLE001 (supervision: a loop that ended would keep every later fact back)
                _log.exception("relay starts over", service=self._service)
                pause = min(pause * 2, 2.0)
            await self._wait(pause)

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._poked.wait()

    async def _round(self) -> None:
        """Publish what waits, batch after batch. Raises DomainError or one of NATS_ERRORS.

        While a batch is on its way, the one before it is marked and the next is read: neither the database nor the
        broker waits for the other. A batch leaves when all before it are acknowledged, so an aggregate's facts keep
        their order.
        """
        published: list[int] = []
        failures: list[BaseException] = []
        rows = await self._read([]) if await self._may_work() else []
        while rows and not failures and await self._may_work() and await self._guard.may_publish(rows[0]["here"]):
            deeds: list[Awaitable[Any]] = [self._turn(published, rows), *(self._publish(row) for row in rows)]
            turned, *results = await asyncio.gather(*deeds, return_exceptions=True)
            published = [row["position"] for row, result in zip(rows, results, strict=True) if result is None]
            failures = [result for result in results if result is not None]
            if isinstance(turned, BaseException):
                failures.append(turned)
            else:
                rows = turned
        await self._mark(published)
        if any(isinstance(failure, NoStreamResponseError) for failure in failures):
            await self._messaging.repair()
        if failures:
            # A driver may cancel its caller from inside when a connection is cut; nobody meant to end the relay.
            raise next((each for each in failures if isinstance(each, Exception)), OSError("a call was cut"))

    async def _may_work(self) -> bool:
        return not self._guard.stopped() and await self._lease.hold()

    async def _turn(self, published: Sequence[int], leaving: Sequence[asyncpg.Record]) -> Sequence[asyncpg.Record]:
        """Mark what was published and read what follows on `leaving`: nothing when there was less than a batch."""
        await self._mark(published)
        return await self._read([row["position"] for row in leaving]) if len(leaving) == BATCH else []

    async def _read(self, leaving: Sequence[int]) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(_READ, BATCH, leaving)

    async def _mark(self, published: Sequence[int]) -> None:
        if published:
            await self._database.execute(_MARK, published)
            metrics.OUTBOX_PUBLISHED.labels(self._service).inc(len(published))

    async def _backlog(self) -> Readings:
        """What waits, also while another replica relays and while the broker is away."""
        row = await self._database.fetchrow(_BACKLOG)
        if row is None:
            raise RuntimeError("a count without a row")
        service = (self._service,)
        return {
            metrics.OUTBOX_OLDEST_SECONDS: {service: row["oldest"]},
            metrics.OUTBOX_WAITING: {service: row["waiting"]},
        }

    async def _publish(self, row: asyncpg.Record) -> None:
        content = headers(
            event_id=row["event_id"],
            event_type=row["event_type"],
            source=f"residency/{self._service}",
            aggregate_id=row["aggregate_id"],
            epoch=row["epoch"],
            version=row["version"],
            occurred_at=row["created_at"],
        )
        if not telemetry.is_recorded(row["traceparent"]):
            # Its own span would be recorded by nobody either: the consumer goes on where the command was.
            content |= {"traceparent": row["traceparent"]} if row["traceparent"] else {}
            await self._messaging.publish(row["subject"], row["body"], content)
            return
        with _tracer.start_as_current_span(
            f"publish {row['event_type']}",
            context=propagate.extract({"traceparent": row["traceparent"]}),
            kind=SpanKind.PRODUCER,
            attributes={"messaging.system": "nats", "messaging.destination.name": row["subject"]},
        ):
            propagate.inject(content)
            await self._messaging.publish(row["subject"], row["body"], content)


async def republish(
    connection: asyncpg.Connection[asyncpg.Record], held: Collection[str] = (), *, step: int = 10_000
) -> int:
    """OPS-44: mark every fact as unpublished that is not `held` by JetStream, so that the relay fills what was lost.

    Consumers that had handled them are protected by their inboxes and by the versions in the facts.

    Args:
        connection: Of the service's own role.
        held: Ids of the facts that its stream holds.
        step: How many positions are marked in one transaction.

    Returns:
        How many were marked.
    """
    last = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
    count = 0
    for position in range(0, last, step):
        rows = await connection.fetch(_PUBLISHED, position, step)
        lost = [row["position"] for row in rows if str(row["event_id"]) not in held]
        if lost:
            count += int((await connection.execute(_AGAIN, lost)).split()[-1])
    return count
