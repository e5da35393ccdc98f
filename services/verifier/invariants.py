"""What must always hold (architecture.md), checked on the databases themselves after a cycle has been played.

The verifier reads only. While the play runs it takes samples of what must hold at every instant; afterwards it waits
until every fact has arrived and every notice has left (or a good minute has passed) and checks the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2 as identity
from services.verifier import notices, queries
from services.verifier.broker import Broker
from services.verifier.finding import Finding, tell
from services.verifier.stores import Stores

CLOCK_GRACE = timedelta(milliseconds=100)
"""Between the look at the clock that lets a command pass and the instant written into its audit row."""
DUE = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        identity.AccountRegistered,
        identity.AccountReleased,
        identity.SecurityNoticed,
        enrollment.ApplicationSubmitted,
        enrollment.ApplicationReviewed,
        enrollment.ApplicationNotSelected,
        enrollment.ApplicationProvisionallyAdmitted,
        enrollment.ApplicationAdmitted,
        enrollment.ApplicationWithdrawn,
    )
)
"""Facts of which one person has to hear, once."""
SETTLE_SECONDS = 75.0
"""How long facts and notices may be on their way after the close before a missing one breaks I5 or I8: longer than
notify waits until it takes back what a killed process was about to send."""
PUNCTUAL = timedelta(seconds=2.5)
"""A phase is punctual when it was entered at most this long after its boundary."""

_ADVICE_SECONDS = 5.0
"""How long the verifier waits for what is only advice."""


@dataclass(slots=True)
class _Samples:
    """What the samples taken during the play have seen."""

    taken: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)


class Verifier:
    """Reads the stores of a deployment; use as an async context manager. It needs no running service."""

    def __init__(
        self, databases: Mapping[str, str], broker: Broker | None = None, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        """`databases` maps service to URL; without a `broker` the consumers without an inbox are not checked."""
        self._databases = databases
        self._broker = broker
        self._settle_seconds = settle_seconds
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._samples = _Samples()

    @classmethod
    def of(cls, stores: Stores) -> Self:
        """The verifier of a deployment."""
        return cls(stores.databases, Broker(stores.nats))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await connection.close(timeout=2)

    async def begin(self) -> None:
        """Remember what lies about already, before anything is played."""
        if self._broker is not None:
            await self._broker.remember_dead_letters()

    async def watch(self, cycle_id: str, every: float) -> None:
        """Sample what must hold at every instant until cancelled; a database that is away is tried again."""
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                for name, query in (("I1", queries.SEATS_OVERSOLD), ("I2", queries.PEOPLE_TWICE)):
                    rows = await self._rows("enrollment", query, UUID(cycle_id))
                    self._samples.violations.setdefault(name, []).extend(tell(row) for row in rows)
                self._samples.taken += 1
            await asyncio.sleep(every)

    async def verify(self, cycle_id: str) -> list[Finding]:
        """Check everything once the cycle has closed."""
        cycle = UUID(cycle_id)
        handled = await self._settled(cycle)
        return [
            await self._seats(cycle),
            await self._people(cycle),
            await self._windows_of_time(cycle),
            await self._audit(cycle),
            *handled,
            await self._nobody_waits(cycle),
        ]

    async def audit_keys(self, cycle_id: str) -> dict[str, int]:
        """How often each idempotency key stands in the audit of the cycle's applications."""
        return {row["key"]: row["rows"] for row in await self._rows("enrollment", queries.AUDIT_KEYS, UUID(cycle_id))}

    async def restored(self) -> tuple[datetime, datetime] | None:
        """OPS-45: from when to when enrollment's commands were lost with a restored database; None when never."""
        rows = await self._rows("enrollment", queries.RESTORED)
        return (rows[0]["point"], rows[0]["since"]) if rows else None

    async def board(self, cycle_id: str) -> list[Mapping[str, Any]]:
        """What the public board must show, place by place."""
        return [dict(row) for row in await self._rows("enrollment", queries.BOARD, UUID(cycle_id))]

    async def lateness(self, cycle_id: str) -> dict[str, float]:
        """Seconds by which the gate entered each phase after its boundary, from the database."""
        rows = await self._rows("enrollment", queries.PHASES, UUID(cycle_id))
        return {
            row["key"]: (row["entered_at"] - row["opens_at"]).total_seconds()
            for row in rows
            if row["entered_at"] is not None and row["opens_at"] is not None
        }

    async def _rows(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = self._connections.get(service)
        if connection is None or connection.is_closed():
            connection = await asyncpg.connect(
                self._databases[service], timeout=5, server_settings={"default_transaction_read_only": "on"}
            )
            self._connections[service] = connection
        return list(await connection.fetch(query, *values, timeout=10))

    async def _seats(self, cycle: UUID) -> Finding:
        broken = [tell(row) for row in await self._rows("enrollment", queries.SEATS_OVERSOLD, cycle)]
        broken += [f"holder without a seat: {row['id']}" for row in await self._holders(cycle)]
        broken += [f"during the play: {text}" for text in self._samples.violations.get("I1", [])]
        seats = await self._rows("enrollment", queries.BOARD, cycle)
        return Finding.of("I1", "places given never exceed the plan", len(seats) * (1 + self._samples.taken), broken)

    async def _holders(self, cycle: UUID) -> list[asyncpg.Record]:
        return await self._rows("enrollment", queries.HOLDERS_WITHOUT_SEAT, cycle)

    async def _people(self, cycle: UUID) -> Finding:
        broken = [tell(row) for row in await self._rows("enrollment", queries.PEOPLE_TWICE, cycle)]
        broken += [f"during the play: {text}" for text in self._samples.violations.get("I2", [])]
        states = await self._rows("enrollment", queries.STATES, cycle)
        return Finding.of("I2", "one live application and one place a person", sum(row[1] for row in states), broken)

    async def _windows_of_time(self, cycle: UUID) -> Finding:
        rows = await self._rows("enrollment", queries.AUDIT_OUTSIDE_WINDOW, cycle, CLOCK_GRACE)
        rows += await self._rows("enrollment", queries.COMMANDS_IN_WRONG_PHASE, cycle)
        rows += await self._rows("enrollment", queries.DECISIONS_UNLIKE_AUDIT, cycle)
        (count,) = (await self._rows("enrollment", queries.AUDIT_ROWS, cycle))[0]
        return Finding.of("I3", "no decision or edit outside its window", count, [tell(row) for row in rows])

    async def _audit(self, cycle: UUID) -> Finding:
        rows = await self._rows("enrollment", queries.AUDIT_GAPS, cycle)
        (count,) = (await self._rows("enrollment", queries.AUDIT_ROWS, cycle))[0]
        title = "every accepted command is in the audit exactly once"
        return Finding.of("I4", title, count, [tell(row) for row in rows])

    async def _settled(self, cycle: UUID) -> list[Finding]:
        """I5, I8 and the windows' ends, as soon as they hold, or as they are after a while."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            findings: list[Finding] = []
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                findings = [await self._facts(), await self._closed_windows(cycle), await self._notices(cycle)]
                waited_enough = loop.time() - began >= _ADVICE_SECONDS
                if all(finding.holds or (finding.advisory and waited_enough) for finding in findings):
                    return findings
            if loop.time() - began >= self._settle_seconds:
                return findings or [Finding("I5", "every fact reaches each consumer", 0, 1, ("unreadable",))]
            await asyncio.sleep(0.5)

    async def _facts(self) -> Finding:
        broken: list[str] = []
        facts: dict[str, dict[UUID, str]] = {}
        for service in self._databases:
            (waiting,) = (await self._rows(service, queries.UNPUBLISHED))[0]
            if waiting:
                broken.append(f"{waiting} facts of {service} are not published")
            facts[service] = {row["event_id"]: row["event_type"] for row in await self._rows(service, queries.FACTS)}
        for source in ("identity", "enrollment"):
            consumer = f"notify-{source}"
            handled = {row["event_id"] for row in await self._rows("notify", queries.HANDLED, consumer)}
            missing = facts[source].keys() - handled
            if missing:
                broken.append(f"{consumer} has not handled {len(missing)} facts, such as {next(iter(missing))}")
        broken += await self._messages({**facts["identity"], **facts["enrollment"]})
        if self._broker is not None:
            broken += await self._broker.left_over()
        return Finding.of("I5", "every fact reaches each consumer once", sum(map(len, facts.values())), broken)

    async def _messages(self, facts: Mapping[UUID, str]) -> list[str]:
        """Every fact that concerns one person became exactly one message."""
        written = {row["event_id"]: row["messages"] for row in await self._rows("notify", queries.MESSAGES)}
        due = {str(event_id): kind for event_id, kind in facts.items() if kind in DUE}
        odd = [event_id for event_id in due if written.get(event_id, 0) != 1]
        return [f"{due[event_id]} {event_id} became {written.get(event_id, 0)} messages" for event_id in odd]

    async def _notices(self, cycle: UUID) -> Finding:
        """OPS-08: what was due is joined with what became of it."""
        found = await notices.check(self._rows, cycle)
        title = "every notice due was delivered, or given up with a reason"
        return replace(Finding.of("I8", title, found.due, found.broken), counts=found.counts)

    async def _closed_windows(self, cycle: UUID) -> Finding:
        windows = await self._rows("enrollment", queries.WINDOWS, cycle)
        broken = [f"round {row['round']} of {row['code']}" for row in windows if not row["closed"]]
        # A workflow that first hears of a round when it is over (after an outage) leaves it alone.
        finding = Finding.of("windows", "every base's window was closed by its workflow", len(windows), broken)
        return replace(finding, advisory=True)

    async def _nobody_waits(self, cycle: UUID) -> Finding:
        rows = await self._rows("enrollment", queries.WAITING_WHEN_CLOSED, cycle)
        states = await self._rows("enrollment", queries.STATES, cycle)
        broken = [tell(row) for row in rows]
        return Finding.of("I7", "nobody waits when the cycle has closed", sum(row[1] for row in states), broken)
