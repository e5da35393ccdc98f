"""Deeds on a cycle that are no single application's: its policy, plan, lists, penalties. One guarded write each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.enrollment.records import CalendarWrite, CycleRecord, GateRecord, Statement, StoredAnswer
from services.enrollment.store import rows
from services.enrollment.store.cycles import FLIP_TRIES
from services.enrollment.store.guarded import guarded
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import DomainError, Fact

_ANSWERED = "SELECT body_hash, answer FROM idempotency WHERE actor = $1 AND key = $2"


class DeedStore:
    """Claims the actor's key, appends to the cycle's audit chain and writes rows of any table, all or nothing."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self.sealing = sealing

    async def answered(self, actor: str, key: str) -> StoredAnswer | None:
        """What a command under this key was answered before, still sealed."""
        row = await self._database.fetchrow(_ANSWERED, actor, key)
        return None if row is None else StoredAnswer(row["body_hash"], row["answer"])

    async def write(
        self,
        cycle: CycleRecord,
        audit: Mapping[str, Any],
        body_hash: bytes,
        answer: bytes,
        *,
        gate: GateRecord | None = None,
        deadline: datetime | None = None,
        fact: Fact | None = None,
        also: Sequence[Statement] = (),
        new_edition: bool = False,
        calendar: CalendarWrite | None = None,
    ) -> bytes:
        """The one guarded write; returns the answer stored under the key: this one, or that of an equal deed before.

        With `gate` the deed holds only in that phase and before `deadline`. `new_edition` tells every process to read
        policy, plan and programmes again. With `calendar` it holds only for gate and edition as they were read, and is
        written while nobody else writes. Raises Changed and KeyReused like a command, DomainError UNAVAILABLE
        `LOCK_TIMEOUT` when somebody holds the gate for longer than all tries.
        """
        sealed = self.sealing.seal_answer(audit["actor"], audit["idempotency_key"], answer)
        content: dict[str, Any] = {"audit": audit, "sealed_with": self.sealing.key, "new_edition": new_edition}
        if gate is not None:
            content |= {"sequence": gate.sequence, "lock_key": cycle.lock_key, "deadline": deadline}
        if fact is not None:
            content["fact"] = rows.fact_row(fact)
        function = "write_on_cycle"
        if calendar is not None:
            content["calendar"] = asdict(calendar)
            function = "amend_calendar"
        values = (rows.to_json(content), body_hash, sealed)
        tries = 1 if calendar is None else FLIP_TRIES
        stored = await self._write(tries, f"SELECT {function}($1, $2, $3)", values, fact is not None, also, sealed)
        if stored == sealed:
            return answer
        return self.sealing.open_answer(audit["actor"], audit["idempotency_key"], stored)

    async def _write(
        self,
        tries: int,
        statement: str,
        values: tuple[object, ...],
        fact: bool,
        also: Sequence[Statement],
        sealed: bytes,
    ) -> bytes:
        """The write; one that does not get the gate's lock in time lets the others pass and asks again, as a flip."""
        for left in reversed(range(tries)):
            try:
                return await guarded(self._database, statement, values, fact, also, sealed)
            except DomainError as error:
                if error.reason != "LOCK_TIMEOUT" or not left:
                    raise
        raise ValueError("a write is tried at least once")
