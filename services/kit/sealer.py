"""The sealer: every minute one process joins the rows of its audit into a signed root and copies it outside.

Rows are found by their time, from a little before the newest row sealed, and all of them are looked through after a
start and every hour: clocks of processes differ. What a seal covers is written down row by row (`audit_leaf`), so that
a verifier can name the row that is not as it was.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from services.kit import audit_chain, metrics
from services.kit.audit_chain import CopiedSeal, Leaf, Seal
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import DomainError, Fact
from services.kit.ending import ended
from services.kit.seal_copy import CopyBroken, SealCopy

BATCH = 2000
"""Most rows under one seal."""
OVERLAP = timedelta(minutes=10)
"""How much later than its `at` says a row may be committed before only the hourly look finds it."""
EVERYTHING_EVERY = 60
"""Every so many rounds all rows are looked through."""
_SWEEP = 10_000
_LOCK = 7_205_759_404

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_NEW = text(
    "SELECT a.aggregate_id, a.n, a.at, a.hash FROM audit a LEFT JOIN audit_leaf l USING (aggregate_id, n)"
    " WHERE l.number IS NULL AND a.at >= :since ORDER BY a.aggregate_id, a.n LIMIT :most"
)
_PART = (
    "SELECT a.aggregate_id, a.n, a.at, a.hash, l.number IS NULL AS new"
    " FROM (SELECT aggregate_id, n, at, hash FROM audit {after} ORDER BY aggregate_id, n LIMIT :most) a"
    " LEFT JOIN audit_leaf l USING (aggregate_id, n) ORDER BY a.aggregate_id, a.n"
)
_FIRST_PART = text(_PART.format(after=""))
_NEXT_PART = text(_PART.format(after="WHERE (aggregate_id, n) > (:aggregate_id, :n)"))
_SEALS = "SELECT number, sealed_at, leaves, root, prev_hash, key, signature FROM audit_seal"
_LAST = text(f"{_SEALS} ORDER BY number DESC LIMIT 1")
_AFTER = text(f"{_SEALS} WHERE number > :number ORDER BY number LIMIT 20")
_ROWS_OF = text("SELECT aggregate_id::text, n FROM audit_leaf WHERE number = :number ORDER BY place")
_ADD_SEAL = text(
    "INSERT INTO audit_seal (number, sealed_at, leaves, root, prev_hash, key, signature)"
    " VALUES (:number, :sealed_at, :leaves, :root, :prev, :key, :signature)"
)
_ADD_LEAVES = text(
    "INSERT INTO audit_leaf SELECT (jsonb_populate_recordset(NULL::audit_leaf, CAST(:leaves AS jsonb))).*"
)
_log = structlog.get_logger("kit.sealer")


class Sealer:
    """AUD-02: a part that seals the audit of one service; of several replicas one does it at a time.

    Args:
        service: Whose audit.
        database: The service's database, with the tables of `seal_tables`; started before this part.
        key: Signs (`vault.audit_key`).
        clock: Tells when.
        seconds: Pause between two rounds.
        copy: The copy outside the database; None where seals leave as facts only.
        fact: Makes the fact that tells a seal to others; published with the transaction that writes it.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        key: Ed25519PrivateKey,
        clock: Clock,
        *,
        seconds: float,
        copy: SealCopy | None,
        fact: Callable[[Seal], Fact],
    ) -> None:
        self.name = f"sealer {service}"
        self._service = service
        self._database = database
        self._key = key
        self._clock = clock
        self._seconds = seconds
        self._copy = copy
        self._fact = fact
        self._newest: datetime | None = None
        self._rounds = 0
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to seal; tells the verifier which key signs."""
        if self._copy is not None:
            await asyncio.to_thread(self._copy.trust, audit_chain.public_key(self._key))
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Seal no more; what is not sealed yet is, after the next start."""
        if self._loop is not None:
            await ended(self._loop)
            self._loop = None

    def not_ready(self) -> str:
        """Empty while the loop runs; a seal that is late does not make the service unready."""
        return "not running" if self._loop is None or self._loop.done() else ""

    async def seal(self) -> int:
        """Seal every row that is not sealed yet and bring the copy up to date; how many rows were sealed.

        0 also when another replica is at it. Raises DomainError UNAVAILABLE, CopyBroken, OSError.
        """
        sealed = 0
        if self._newest is None or self._rounds % EVERYTHING_EVERY == 0:
            sealed += await self._seal_everything()
        while count := await self._seal_new():
            sealed += count
        self._rounds += 1
        await self._bring_copy_up_to_date()
        metrics.AUDIT_SEALED.labels(self._service).set(self._clock.now().timestamp())
        return sealed

    async def _run(self) -> None:
        while True:
            try:
                await self.seal()
            except (DomainError, OSError, CopyBroken) as error:
                _log.warning("sealing waits", service=self._service, error=f"{type(error).__name__}: {error}")
            except Exception:  # noqa: BLE001 (supervision: a loop that ended would leave all later rows unsealed)
                _log.exception("sealer starts over", service=self._service)
            await asyncio.sleep(self._seconds)

    async def _seal_new(self) -> int:
        """One seal over rows since the newest sealed one; how many."""
        async with self._database.unit_of_work() as uow:
            if self._newest is None or not await uow.session.scalar(_TRY_LOCK, {"lock": _LOCK}):
                return 0
            since = min(self._newest, self._clock.now()) - OVERLAP
            found = await uow.session.execute(_NEW, {"since": since, "most": BATCH})
            return await self._write(uow, list(found.mappings()))

    async def _seal_everything(self) -> int:
        """Look through all rows, part by part, and seal those that are not."""
        sealed, place = 0, None
        while True:
            async with self._database.unit_of_work() as uow:
                if not await uow.session.scalar(_TRY_LOCK, {"lock": _LOCK}):
                    return sealed
                statement = _NEXT_PART if place else _FIRST_PART
                found = await uow.session.execute(statement, {"most": _SWEEP} | (place or {}))
                rows = list(found.mappings())
                new = [row for row in rows if row["new"]]
                for begin in range(0, len(new), BATCH):
                    sealed += await self._write(uow, new[begin : begin + BATCH])
            newest = max((row["at"] for row in rows), default=self._newest)
            self._newest = max(filter(None, (newest, self._newest)), default=None)
            if len(rows) < _SWEEP:
                self._newest = self._newest or self._clock.now()
                return sealed
            place = {"aggregate_id": rows[-1]["aggregate_id"], "n": rows[-1]["n"]}

    async def _write(self, uow: UnitOfWork, rows: Sequence[Any]) -> int:
        """Write one seal over `rows`, under the lock."""
        if not rows:
            return 0
        leaves = [Leaf(str(row["aggregate_id"]), row["n"], bytes(row["hash"])) for row in rows]
        last = (await uow.session.execute(_LAST)).one_or_none()
        before = _seal_of(self._service, last) if last else None
        one = audit_chain.seal(self._key, self._service, before, self._clock.now(), leaves)
        await uow.session.execute(_ADD_SEAL, {name: getattr(one, name) for name in _WRITTEN})
        written = [
            {"aggregate_id": leaf.aggregate_id, "n": leaf.n, "number": one.number, "place": place}
            | {"hash": f"\\x{leaf.hash.hex()}"}
            for place, leaf in enumerate(leaves)
        ]
        await uow.session.execute(_ADD_LEAVES, {"leaves": json.dumps(written)})
        uow.add_fact(self._fact(one))
        newest = max(row["at"] for row in rows)
        self._newest = max(newest, self._newest) if self._newest else newest
        _log.info("audit sealed", service=self._service, sequence=one.number, count=len(rows))
        return len(rows)

    async def _bring_copy_up_to_date(self) -> None:
        if self._copy is None:
            return
        while True:
            known = await asyncio.to_thread(self._copy.last_number)
            copied: list[CopiedSeal] = []
            async with self._database.unit_of_work() as uow:
                for row in (await uow.session.execute(_AFTER, {"number": known})).all():
                    names = await uow.session.execute(_ROWS_OF, {"number": row.number})
                    copied.append(CopiedSeal(_seal_of(self._service, row), tuple((each[0], each[1]) for each in names)))
                if not copied:
                    last = (await uow.session.execute(_LAST)).one_or_none()
            if not copied:
                newest = last.number if last else 0
                metrics.AUDIT_SEAL.labels(self._service).set(newest)
                metrics.AUDIT_MISSING.labels(self._service).set(max(known - newest, 0))
                if known > newest:
                    _log.error("seals are missing", service=self._service, error="the outside copy knows more")
                return
            await asyncio.to_thread(self._copy.append, copied)


_WRITTEN = ("number", "sealed_at", "leaves", "root", "prev", "key", "signature")


def _seal_of(service: str, row: Any) -> Seal:
    return Seal(
        service=service,
        number=row.number,
        sealed_at=row.sealed_at,
        leaves=row.leaves,
        root=bytes(row.root),
        prev=bytes(row.prev_hash),
        key=row.key,
        signature=bytes(row.signature),
    )
