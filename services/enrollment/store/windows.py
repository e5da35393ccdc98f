"""A base's window in a round: its dates, its counts, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.enrollment.domain.milestones import NAMES
from services.enrollment.records import CycleRecord, GateRecord, Statement, StoredAnswer, WindowCounts, WindowRecord
from services.enrollment.store import rows
from services.enrollment.store.guarded import guarded
from services.kit.database import Database
from services.kit.domain import Fact

# From the frozen submissions, not from the live state: by the time this is asked, some may have applied elsewhere.
# A correction is no submission of its own: verdicts on it are verdicts on the one it corrects.
_OUTCOME = """
    WITH last AS (
        SELECT DISTINCT ON (s.application_id) s.application_id, s.number
        FROM submission s
        WHERE s.cycle_id = $1 AND s.round = $3 AND s.correction_of = 0
            AND s.application_id IN (SELECT application_id FROM submission
                                     WHERE cycle_id = $1 AND base_code = $2 AND round = $3)
        ORDER BY s.application_id, s.number DESC
    ), verdict AS (
        SELECT l.application_id,
            bool_or(d.kind IN ('approve', 'reject', 'provisional')) AS reviewed,
            bool_or(d.kind = 'approve') AS approved, bool_or(d.kind = 'provisional') AS selected
        FROM last l
        JOIN submission s ON s.application_id = l.application_id AND s.number = l.number AND s.base_code = $2
        JOIN application a ON a.id = l.application_id AND NOT (a.state = 'withdrawn' AND a.round = $3)
        LEFT JOIN decision d
            ON d.application_id = l.application_id AND d.submission_number >= l.number AND d.round = $3
        GROUP BY l.application_id
    )
    SELECT count(*) FILTER (WHERE reviewed IS NOT TRUE) AS unreviewed,
        count(*) FILTER (WHERE approved AND NOT selected) AS unselected
    FROM verdict
"""


# One read of the index of queues. What is committed later was not before the statement began.
_COUNTS = """
    SELECT statement_timestamp() AS read_at,
        count(*) FILTER (WHERE state = 'pending') AS pending,
        count(*) FILTER (WHERE state = 'pending' AND fix_until IS NOT NULL) AS late_pending,
        count(*) FILTER (WHERE state = 'approved') AS approved,
        count(*) FILTER (WHERE state = 'approved' AND not_selected) AS not_selected,
        count(*) FILTER (WHERE state = 'rejected') AS rejected,
        count(*) FILTER (WHERE state = 'rejected'
            AND (statement_timestamp() < $4 OR statement_timestamp() < fix_until)) AS fixable,
        max(fix_until) FILTER (WHERE state IN ('pending', 'rejected')) AS fix_until,
        count(*) FILTER (WHERE state = 'provisional') AS provisional,
        count(*) FILTER (WHERE state = 'provisional' AND publicity_ends_at IS NULL) AS unpublished,
        count(*) FILTER (WHERE state = 'admitted') AS admitted
    FROM application WHERE cycle_id = $1 AND base_code = $2 AND round = $3
"""
_SAME_CALENDAR = "SELECT FROM cycle_gate WHERE cycle_id = $1 AND edition = $2"


class WindowStore:
    """Reads and writes base windows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def window(self, cycle_id: str, base_code: str, number: int) -> WindowRecord:
        """What is written about a base's window; version 0 when nothing is."""
        row = await self._database.fetchrow(
            "SELECT * FROM base_window WHERE cycle_id = $1 AND base_code = $2 AND round = $3",
            cycle_id,
            base_code,
            number,
        )
        if row is None:
            return WindowRecord(base_code, number)
        return WindowRecord(
            base_code,
            number,
            row["version"],
            rows.milestones_of(row),
            row["closed_at"],
            row["unreviewed"] or 0,
            row["unselected"] or 0,
        )

    async def answered(self, actor: str, key: str) -> StoredAnswer | None:
        """What a command under this key was answered before."""
        row = await self._database.fetchrow(
            "SELECT body_hash, answer FROM idempotency WHERE actor = $1 AND key = $2", actor, key
        )
        return None if row is None else StoredAnswer(row["body_hash"], row["answer"])

    async def counts(self, cycle_id: str, base_code: str, number: int, deadline: datetime) -> WindowCounts:
        """How the applications to a base in a round stand; whoever was rejected may repair until `deadline`."""
        row = await self._database.fetchrow(_COUNTS, cycle_id, base_code, number, deadline)
        if row is None:
            raise RuntimeError("a count without a row")
        return WindowCounts(**dict(row))

    async def round_is_over(self, cycle: CycleRecord, sequence: int) -> bool:
        """CAL-11: whether phase `sequence` is over; once it is, everybody who decided in it has committed."""
        return bool(
            await self._database.fetchval("SELECT round_is_over($1, $2, $3)", cycle.lock_key, cycle.id, sequence)
        )

    async def outcome(self, cycle_id: str, base_code: str, number: int) -> tuple[int, int]:
        """How many last submissions of a round were never reviewed, and how many approved and never selected."""
        row = await self._database.fetchrow(_OUTCOME, cycle_id, base_code, number)
        return (0, 0) if row is None else (row["unreviewed"], row["unselected"])

    async def write(
        self,
        cycle: CycleRecord,
        window: WindowRecord,
        audit: Mapping[str, Any],
        *,
        gate: GateRecord | None = None,
        body_hash: bytes = b"",
        answer: bytes = b"",
        fact: Fact | None = None,
    ) -> bytes:
        """One guarded write of `window`, which carries its next version; under the gate when `gate` is given.

        CAL-07: then also only while the calendar is the one it was checked against: the gate's lock is held, so an
        amendment comes before, and is seen, or after, and finds the dates.

        Claims the actor's idempotency key when the audit row has one. Raises Changed and KeyReused like a command.
        """
        content: dict[str, Any] = {
            "cycle_id": cycle.id,
            "audit": audit,
            "window": {
                "cycle_id": cycle.id,
                "base_code": window.base_code,
                "round": window.round,
                "version": window.version,
                **{name: getattr(window.milestones, name) for name in NAMES},
                "closed_at": window.closed_at,
                "unreviewed": window.unreviewed if window.closed_at else None,
                "unselected": window.unselected if window.closed_at else None,
            },
        }
        if audit["idempotency_key"]:
            content |= {"actor": audit["actor"], "key": audit["idempotency_key"], "body_hash": body_hash}
        also = []
        if gate is not None:
            content |= {"sequence": gate.sequence, "lock_key": cycle.lock_key}
            also.append(Statement(_SAME_CALENDAR, (cycle.id, gate.edition), 1))
        if fact is not None:
            content["fact"] = rows.fact_row(fact)
        values = (rows.to_json(content), answer)
        return await guarded(self._database, "SELECT write_window($1, $2)", values, fact is not None, also, answer)
