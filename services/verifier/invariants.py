"""The verifier of a rehearsal: samples while it is played, and one whole look once everything has arrived.

It reads only. After the close it waits as long as the backlog of facts and notices shrinks, for with many applicants
that takes minutes, and gives up only when nothing has moved for a good minute.
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

from services.verifier import check, notice_queries, queries
from services.verifier.broker import Broker
from services.verifier.finding import Finding, tell
from services.verifier.snapshot import UNREADABLE, Reader
from services.verifier.stores import Stores

SETTLE_SECONDS = 75.0
"""How long nothing may move after the close before what is missing breaks I5 or I8: longer than notify waits until it
takes back what a killed process was about to send."""
PUNCTUAL = timedelta(seconds=2.5)
"""A phase is punctual when it was entered at most this long after its boundary."""

_ADVICE_SECONDS = 5.0
"""How long the verifier waits for what is only advice."""
_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class _Samples:
    """What the samples taken during the play have seen."""

    taken: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)


class Verifier:
    """Reads the stores of a deployment; use as an async context manager. It needs no running service."""

    def __init__(self, stores: Stores, settle_seconds: float = SETTLE_SECONDS) -> None:
        """`settle_seconds`: how long to wait without progress for what is on its way."""
        self._stores = stores
        self._settle_seconds = settle_seconds
        self._reader = Reader(stores.databases)
        self._samples = _Samples()
        self._old_letters: Mapping[str, frozenset[str]] = {}

    @classmethod
    def of(cls, stores: Stores) -> Self:
        """The verifier of a deployment."""
        return cls(stores)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reader.close()

    async def begin(self) -> None:
        """Remember what lies about already, before anything is played: it is somebody else's story."""
        if self._stores.nats is not None:
            self._old_letters = (await Broker(self._stores.nats).account()).given_up

    async def watch(self, cycle_id: str, every: float) -> None:
        """Sample what must hold at every instant until cancelled; a database that is away is tried again."""
        while True:
            with suppress(*UNREADABLE):
                for name, query in (("I1", queries.SEATS_OVERSOLD), ("I2", queries.PEOPLE_TWICE)):
                    rows = await self._reader.rows("enrollment", query, UUID(cycle_id))
                    self._samples.violations.setdefault(name, []).extend(tell(row) for row in rows)
                self._samples.taken += 1
            await asyncio.sleep(every)

    async def verify(self, cycle_id: str) -> list[Finding]:
        """OPS-90: check everything once the cycle has closed and what followed from it has arrived."""
        await self._settle()
        findings = {finding.name: finding for finding in await self._settled(cycle_id)}
        for name in ("I1", "I2"):
            sampled = [f"during the play: {text}" for text in self._samples.violations.get(name, [])]
            findings[name] = findings[name].and_also(findings[name].checked * self._samples.taken, sampled)
        return list(findings.values())

    async def audit_keys(self, cycle_id: str) -> dict[str, int]:
        """How often each idempotency key stands in the audit of the cycle's applications."""
        rows = await self._reader.rows("enrollment", queries.AUDIT_KEYS, UUID(cycle_id))
        return {row["key"]: row["rows"] for row in rows}

    async def restored(self) -> tuple[datetime, datetime] | None:
        """OPS-45: from when to when enrollment's commands were lost with a restored database; None when never."""
        rows = await self._reader.rows("enrollment", queries.RESTORED)
        return (rows[0]["point"], rows[0]["since"]) if rows else None

    async def board(self, cycle_id: str) -> list[Mapping[str, Any]]:
        """What the public board must show, place by place."""
        return [dict(row) for row in await self._reader.rows("enrollment", queries.BOARD, UUID(cycle_id))]

    async def lateness(self, cycle_id: str) -> dict[str, float]:
        """Seconds by which the gate entered each phase after its boundary, from the database."""
        rows = await self._reader.rows("enrollment", queries.PHASES, UUID(cycle_id))
        return {
            row["key"]: (row["entered_at"] - row["opens_at"]).total_seconds()
            for row in rows
            if row["entered_at"] is not None and row["opens_at"] is not None
        }

    async def _backlog(self) -> int:
        """How many facts and notices are on their way; 0 when all has arrived. Raises one of `UNREADABLE`."""
        left = 0
        for service in self._stores.databases:
            left += (await self._reader.rows(service, notice_queries.UNPUBLISHED))[0]["facts"]
        if self._stores.nats is not None:
            account = await Broker(self._stores.nats).account(self._old_letters)
            if account.trouble:
                raise OSError(account.trouble)
            left += sum(account.pending.values())
        (row,) = await self._reader.rows("notify", notice_queries.BACKLOG)
        return int(left + row["unrouted"] + row["unsent"])

    async def _settle(self) -> None:
        """Wait while the backlog shrinks."""
        if not self._settle_seconds:
            return
        patience = Patience(self._settle_seconds)
        while True:
            backlog = None
            with suppress(*UNREADABLE):
                backlog = await self._backlog()
            if backlog == 0 or patience.is_over(backlog):
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _settled(self, cycle_id: str) -> list[Finding]:
        """All findings as soon as they hold, or as they are when nothing has moved for long."""
        patience = Patience(self._settle_seconds)
        began = asyncio.get_running_loop().time()
        while True:
            verdict = await check.verify(self._stores, cycle_id, known_letters=self._old_letters)
            findings = [finding.at_the_end() for finding in verdict.findings]
            with suppress(*UNREADABLE):
                findings.append(await self._closed_windows(UUID(cycle_id)))
            waited_enough = asyncio.get_running_loop().time() - began >= min(_ADVICE_SECONDS, self._settle_seconds)
            if all(finding.holds or (finding.advisory and waited_enough) for finding in findings):
                return findings
            if patience.is_over(sum(finding.broken for finding in findings if not finding.advisory)):
                return findings
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _closed_windows(self, cycle: UUID) -> Finding:
        windows = await self._reader.rows("enrollment", queries.WINDOWS, cycle)
        broken = [f"round {row['round']} of {row['code']}" for row in windows if not row["closed"]]
        # A workflow that first hears of a round when it is over (after an outage) leaves it alone.
        finding = Finding.of("windows", "every base's window was closed by its workflow", len(windows), broken)
        return replace(finding, advisory=True)


class Patience:
    """Waits for a number to shrink: is over when it has not been lower than ever for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lowest: int | None = None
        self._since = asyncio.get_running_loop().time()

    def is_over(self, left: int | None) -> bool:
        """Whether it is over, now that so much is left; None when nobody knows how much."""
        now = asyncio.get_running_loop().time()
        if left is not None and (self._lowest is None or left < self._lowest):
            self._lowest, self._since = left, now
        return now - self._since >= self._seconds
