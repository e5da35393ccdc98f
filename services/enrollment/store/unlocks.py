"""Unlocks: sections that somebody may edit for a while."""

from __future__ import annotations

from typing import Any

from services.enrollment.domain.dossier import Section
from services.enrollment.records import CycleRecord, GateRecord, UnlockRecord, UnlockWrite, Write
from services.enrollment.store import rows
from services.enrollment.store.guarded import guarded
from services.kit.database import Database

_OF_PERSON = """
    SELECT u.* FROM section_unlock u JOIN application a ON a.id = u.application_id
    WHERE a.cycle_id = $1 AND a.person_id = $2 ORDER BY u.since DESC, u.id DESC
"""


class UnlockStore:
    """Reads unlocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unlock(self, unlock_id: str) -> UnlockRecord | None:
        """One unlock; None when there is none."""
        row = await self._database.fetchrow("SELECT * FROM section_unlock WHERE id = $1", unlock_id)
        return None if row is None else _unlock_of(row)

    async def of_application(self, application_id: str) -> list[UnlockRecord]:
        """The unlocks of one application, over or not."""
        found = await self._database.fetch("SELECT * FROM section_unlock WHERE application_id = $1", application_id)
        return [_unlock_of(row) for row in found]

    async def of_person(self, cycle_id: str, person_id: str) -> list[UnlockRecord]:
        """The unlocks of a person in a cycle, newest first."""
        return [_unlock_of(row) for row in await self._database.fetch(_OF_PERSON, cycle_id, person_id)]


async def write_unlock(
    database: Database,
    cycle: CycleRecord,
    gate: GateRecord,
    write: Write,
    unlocking: UnlockWrite,
    body_hash: bytes,
    answer: bytes,
    sealed_with: str,
) -> bytes:
    """The one guarded write of an unlock as it becomes; returns the answer stored under the key.

    Raises as `ApplicationStore.write`.
    """
    after, unlock = write.application, unlocking.unlock
    content: dict[str, Any] = {
        "sealed_with": sealed_with,
        "lock_key": cycle.lock_key,
        "cycle_id": cycle.id,
        "unlocked_until": unlocking.unlocked_until,
        "audit": {
            **write.audit,
            "aggregate_id": after.id,
            "n": after.version,
            "gate_sequence": gate.sequence,
            "state_after": after.state,
            "submission_number": after.submission_number,
            "prev_hash": after.audit_hash,
        },
        "unlock": {
            "id": unlock.id,
            "application_id": unlock.application_id,
            "sections": unlock.sections,
            "since": unlock.since,
            "until": unlock.until,
            "reason": unlock.reason,
            "granted_by": unlock.granted_by,
            "ended_at": unlock.ended_at,
        },
    }
    if write.fact is not None:
        content["fact"] = rows.fact_row(write.fact)
    values = (rows.to_json(content), body_hash, answer)
    return await guarded(database, "SELECT write_unlock($1, $2, $3)", values, write.fact is not None)


def _unlock_of(row: rows.Row) -> UnlockRecord:
    return UnlockRecord(
        str(row["id"]),
        str(row["application_id"]),
        tuple(Section(name) for name in row["sections"]),
        row["since"],
        row["until"],
        row["reason"],
        row["granted_by"],
        row["ended_at"],
    )
