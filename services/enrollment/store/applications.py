"""The command path of applications: one read, one guarded write. Raw asyncpg on purpose (performance notes, 1)."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.enrollment.domain.phases import ROUNDS
from services.enrollment.records import CycleRecord, GateRecord, Situation, StoredAnswer, Write
from services.enrollment.store import rows
from services.kit import telemetry
from services.kit.database import Database

_ROUND = "CASE g.phase " + " ".join(f"WHEN '{phase.value}' THEN {number}" for phase, number in ROUNDS.items()) + " END"
_GATE = "clock_timestamp() AS now, g.phase AS gate_phase, g.sequence AS gate_sequence, g.closes_at AS gate_closes_at"
_REST = """
    w.review_deadline, w.written_exam, w.interview, w.pre_admission,
    coalesce((SELECT s.planned - s.taken FROM seat s
              WHERE s.cycle_id = a.cycle_id AND s.base_code = a.base_code AND s.specialty_code = a.specialty_code),
             0) AS seats_left,
    i.body_hash, i.answer
"""
_JOINS = f"""
    LEFT JOIN base_window w ON w.cycle_id = g.cycle_id AND w.base_code = a.base_code AND w.round = {_ROUND}
    LEFT JOIN idempotency i ON i.actor = $2 AND i.key = $3
"""
_OWN = f"""
    SELECT {_GATE}, a.*, {_REST}, '' AS named_base,
        (SELECT jsonb_object_agg(d.section, jsonb_build_object('body', d.body, 'saved_at', d.saved_at))
         FROM dossier_section d WHERE d.application_id = a.id)::text AS sections
    FROM cycle_gate g
    LEFT JOIN application a ON a.cycle_id = g.cycle_id AND a.person_id = $2
    {_JOINS}
    WHERE g.cycle_id = $1
    ORDER BY a.live DESC LIMIT 1
"""  # noqa: S608 (constants of this module)
_ONE = f"""
    SELECT {_GATE}, a.*, {_REST}, NULL AS sections,
        CASE WHEN $4 IN (0, a.submission_number) THEN ''
             ELSE coalesce((SELECT n.base_code FROM submission n WHERE n.application_id = a.id AND n.number = $4), '')
        END AS named_base
    FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
    {_JOINS}
    WHERE a.id = $1
"""  # noqa: S608 (constants of this module)

_AUDIT = ("command", "role", "organisation", "rule", "phase", "calendar_version", "state_before", "detail")
_NO_SECTION = (None,) * 3
_NO_VERDICT = (None,) * 4
_NO_FACT = (None,) * 5
_WRITE = f"SELECT write_command({', '.join(f'${number}' for number in range(1, 51))})"

KEY_REUSED = "RE001"
CHANGED = frozenset({"RE002", "RE003", "RE004", "RE005"})
"""The gate moved, too late, changed meanwhile, seat full: what was read no longer holds."""


class Changed(Exception):
    """What the decision was made on no longer holds: read and decide again. Nothing was written."""


class KeyReused(Exception):
    """The idempotency key belongs to another command of the same actor."""


class ApplicationStore:
    """Reads and writes applications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_own(self, cycle_id: str, person_id: str, key: str = "") -> Situation | None:
        """The person's own application in a cycle with its draft; None when there is no such cycle."""
        row = await self._database.fetchrow(_OWN, cycle_id, person_id, key)
        return None if row is None else _situation(row)

    async def read(self, application_id: str, actor: str = "", key: str = "", number: int = 0) -> Situation | None:
        """One application as staff act on it; None when there is none.

        `number` is the submission that the command names: when it is an old one, its base comes in `named_base`.
        """
        row = await self._database.fetchrow(_ONE, application_id, actor, key, number)
        return None if row is None else _situation(row)

    async def write(self, cycle: CycleRecord, gate: GateRecord, write: Write, body_hash: bytes, answer: bytes) -> bytes:
        """The one guarded write; returns the answer stored under the key: this one, or that of an equal command before.

        Raises Changed when gate, clock, version or seat are no longer as read, KeyReused for another body under
        the key; DomainError UNAVAILABLE when the database is away (the outcome is then unknown: retry the key).
        """
        after, entry = write.application, write.audit
        saved, verdict, fact = write.section, write.verdict, write.fact
        # In the order and the groups of the function's parameters.
        values = (
            *(entry["actor"], entry["idempotency_key"], body_hash, answer),
            *(cycle.lock_key, cycle.id, gate.sequence, write.deadline),
            *(after.id, after.version, after.person_id, after.name, after.masked_document, after.state, after.round),
            *(after.draft.base_code, after.draft.specialty_code, after.draft.accepts_reallocation),
            *(after.submission_number, after.submitted.base_code, after.submitted.specialty_code),
            *(after.submitted.accepts_reallocation, after.submitted_at, after.remark, after.reason_code),
            *(after.not_selected, after.provisional_at, after.audit_hash),
            *(entry[name] for name in _AUDIT),
            *((saved.section, rows.to_json(saved.body), saved.saved_at) if saved else _NO_SECTION),
            None if write.dossier is None else rows.to_json(write.dossier),
            *((verdict.kind, verdict.reason_code, verdict.remark, verdict.qualified) if verdict else _NO_VERDICT),
            *((fact.event_id, fact.subject, fact.event_type, fact.body, telemetry.traceparent()) if fact else _NO_FACT),
            write.seat,
        )
        return await guarded(self._database, _WRITE, values, fact is not None)


async def guarded(database: Database, statement: str, values: Sequence[object], fact: bool) -> bytes:
    """Run a guarded write and tell its own SQLSTATEs apart: Changed, KeyReused."""
    try:
        stored = await database.fetchval(statement, *values)
    except asyncpg.PostgresError as error:
        if error.sqlstate in CHANGED:
            raise Changed(error.sqlstate) from error
        if error.sqlstate == KEY_REUSED:
            raise KeyReused from error
        raise
    if fact:
        database.facts_written()
    return bytes(stored)


def _situation(row: rows.Row) -> Situation:
    answered = None if row["answer"] is None else StoredAnswer(row["body_hash"], row["answer"])
    return Situation(
        rows.gate_of(row),
        rows.application_of(row),
        rows.milestones_of(row),
        row["seats_left"],
        rows.sections_of(row["sections"]),
        row["named_base"],
        answered,
    )
