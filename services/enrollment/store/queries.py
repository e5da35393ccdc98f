"""What is read beside the command path: the queue, one submission, an application's life, the board, the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.enrollment.domain.audit import AuditRow
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.queue import EVERYBODY, Cell, Narrowed
from services.enrollment.records import ApplicationRecord
from services.enrollment.store import rows
from services.enrollment.store.board import BOARD_AT, BOARD_CLOCK
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

# One short index scan for each pair of round and stored state, merged: the index gives each in order already.
_QUEUE = """
    SELECT a.* FROM unnest($3::int[], $4::text[]) AS cell (round, state)
    CROSS JOIN LATERAL (
        SELECT * FROM application a
        WHERE a.cycle_id = $1 AND a.base_code = $2 AND a.round = cell.round AND a.state = cell.state
            AND (a.submitted_at, a.id) > ($5, $6)
            AND ($7 = '' OR a.specialty_code = $7) {narrowed}
        ORDER BY a.submitted_at, a.id LIMIT $8
    ) a
    ORDER BY a.submitted_at, a.id LIMIT $8
"""
QUEUE = _QUEUE.format(narrowed="")
# What is late was submitted before $12, or its base's deadline has passed ($13) and no fix window of its own is open.
NARROWED_QUEUE = _QUEUE.format(
    narrowed="""
            AND ($9::boolean IS NULL OR a.accepts_reallocation = $9)
            AND ($10::boolean IS NULL OR a.not_selected = $10)
            AND ($11::boolean IS NULL OR (a.held <> '') = $11)
            AND ($12::timestamptz IS NULL OR a.submitted_at <= $12 OR ($13 AND a.fix_until IS NULL))"""
)
# Applied counts people who are live and whose current submission names the place, whatever became of it.
_BOARD = """
    SELECT s.base_code, s.specialty_code, s.planned, coalesce(c.applied, 0) AS applied,
        coalesce(c.provisional, 0) AS provisional, coalesce(c.admitted, 0) AS admitted, clock_timestamp() AS now
    FROM seat s LEFT JOIN (
        SELECT base_code, specialty_code, count(*) AS applied,
            count(*) FILTER (WHERE state = 'provisional') AS provisional,
            count(*) FILTER (WHERE state = 'admitted') AS admitted
        FROM application
        WHERE cycle_id = $1 AND live AND state <> 'draft'
        GROUP BY base_code, specialty_code
    ) c USING (base_code, specialty_code)
    WHERE s.cycle_id = $1
    ORDER BY s.base_code, s.specialty_code
"""

_FREE = """
    SELECT base_code, specialty_code, planned - taken AS free FROM seat
    WHERE cycle_id = $1 AND $2 IN ('', base_code) AND $3 IN ('', specialty_code)
"""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Counts of one base and specialty."""

    base_code: str
    specialty_code: str
    planned: int
    applied: int
    provisional: int
    admitted: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """A submission as it was frozen."""

    number: int
    choice: Choice
    dossier: dict[Section, dict[str, Any]]
    """Empty when the person's data were erased."""
    submitted_at: datetime
    correction_of: int = 0
    """Number of the submission that this one corrects; 0 when it is the applicant's own."""


class QueryStore:
    """Reads only."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def queue(
        self,
        cycle_id: str,
        base_code: str,
        cells: Sequence[Cell],
        specialty_code: str,
        after: tuple[datetime, str],
        limit: int,
        narrowed: Narrowed = EVERYBODY,
    ) -> list[ApplicationRecord]:
        """Up to `limit` applications to a base in the cells given, oldest submission first, later than `after`."""
        places = ([cell.round for cell in cells], [cell.state.value for cell in cells])
        values = (cycle_id, base_code, *places, *after, specialty_code, limit)
        if narrowed == EVERYBODY:
            found = await self._database.fetch(QUEUE, *values)
        else:
            found = await self._database.fetch(
                *(NARROWED_QUEUE, *values, narrowed.accepts_reallocation, narrowed.not_selected, narrowed.held),
                *(narrowed.submitted_before, narrowed.deadline_passed),
            )
        return [record for record in map(rows.application_of, found) if record is not None]

    async def review_deadline(self, cycle_id: str, base_code: str, number: int) -> datetime | None:
        """A base's own review deadline in a round; None when it set none."""
        query = "SELECT review_deadline FROM base_window WHERE cycle_id = $1 AND base_code = $2 AND round = $3"
        found: datetime | None = await self._database.fetchval(query, cycle_id, base_code, number)
        return found

    async def submission(self, application_id: str, number: int) -> Frozen | None:
        """One frozen submission. Raises SealBroken when its dossier is not what was submitted."""
        row = await self._database.fetchrow(
            "SELECT * FROM submission WHERE application_id = $1 AND number = $2", application_id, number
        )
        if row is None:
            return None
        choice = Choice(row["base_code"], row["specialty_code"], row["accepts_reallocation"])
        dossier = (
            self._sealing.open_dossier(application_id, number, row["dossier"], row["fingerprint"])
            if row["dossier"] is not None
            else {}
        )
        return Frozen(row["number"], choice, dossier, row["submitted_at"], row["correction_of"])

    async def free_places(
        self, cycle_id: str, base_code: str = "", specialty_code: str = ""
    ) -> dict[tuple[str, str], int]:
        """Planned places that nobody has, by base and specialty: of all, of one base, of one specialty of it."""
        found = await self._database.fetch(_FREE, cycle_id, base_code, specialty_code)
        return {(row["base_code"], row["specialty_code"]): row["free"] for row in found}

    async def board(self, cycle_id: str) -> tuple[list[BoardRow], datetime | None]:
        """Every planned base and specialty with its counts, by base and specialty, and the database's clock."""
        found = await self._database.fetch(_BOARD, cycle_id)
        return [_board_row(row) for row in found], found[0]["now"] if found else None

    async def board_clock(self, cycle_id: str) -> datetime | None:
        """The database's clock; None when there is no such cycle."""
        now: datetime | None = await self._database.fetchval(BOARD_CLOCK, cycle_id)
        return now

    async def board_at(self, cycle_id: str, instant: datetime) -> list[BoardRow]:
        """EXP-08: the board as it was at `instant`; empty before the cycle was made."""
        return [_board_row(row) for row in await self._database.fetch(BOARD_AT, cycle_id, instant)]

    async def audit(self, aggregate_id: str) -> list[AuditRow]:
        """The audit of an application or a cycle, oldest first."""
        found = await self._database.fetch("SELECT * FROM audit WHERE aggregate_id = $1 ORDER BY n", aggregate_id)
        return [AuditRow(**{**dict(row), "aggregate_id": str(row["aggregate_id"])}) for row in found]


def _board_row(row: rows.Row) -> BoardRow:
    names = ("base_code", "specialty_code", "planned", "applied", "provisional", "admitted")
    return BoardRow(*(row[name] for name in names))
