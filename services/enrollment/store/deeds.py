"""Deeds on a cycle that are no single application's: its policy, plan, lists, penalties. One guarded write each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.enrollment.records import CycleRecord, GateRecord, Statement, StoredAnswer
from services.enrollment.store import rows
from services.enrollment.store.guarded import guarded
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.domain import Fact

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
    ) -> bytes:
        """The one guarded write; returns the answer stored under the key: this one, or that of an equal deed before.

        With `gate` the deed holds only in that phase and before `deadline`. `new_edition` tells every process to read
        policy, plan and programmes again. Raises Changed and KeyReused like a command.
        """
        sealed = self.sealing.seal_answer(audit["actor"], audit["idempotency_key"], answer)
        content: dict[str, Any] = {"audit": audit, "sealed_with": self.sealing.key, "new_edition": new_edition}
        if gate is not None:
            content |= {"sequence": gate.sequence, "lock_key": cycle.lock_key, "deadline": deadline}
        if fact is not None:
            content["fact"] = rows.fact_row(fact)
        stored = await guarded(
            self._database,
            "SELECT write_on_cycle($1, $2, $3)",
            (rows.to_json(content), body_hash, sealed),
            fact is not None,
            also,
            sealed,
        )
        if stored == sealed:
            return answer
        return self.sealing.open_answer(audit["actor"], audit["idempotency_key"], stored)
