"""Who is concerned by a date of a cycle, and how a round ended at all bases: read page by page, by ids only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kit.database import Database

_DRAFTS = """
    SELECT id, person_id FROM application
    WHERE cycle_id = $1 AND state = 'draft' AND submission_number = 0 AND id > $2 ORDER BY id LIMIT $3
"""
_FIXABLE = """
    SELECT id, person_id, specialty_code, fix_until FROM application
    WHERE cycle_id = $1 AND state = 'rejected' AND base_code = $4 AND round = $5 AND id > $2 ORDER BY id LIMIT $3
"""
_FIRST = "00000000-0000-0000-0000-000000000000"
_REPORT = """
    SELECT COALESCE(sum(w.unreviewed), 0) AS unreviewed, COALESCE(sum(w.unselected), 0) AS unselected,
        count(*) FILTER (WHERE w.unreviewed > 0 OR w.unselected > 0) AS bases,
        count(*) FILTER (WHERE w.closed_at IS NULL) AS open,
        count(w.closed_at) AS closed
    FROM base b
    LEFT JOIN base_window w ON w.cycle_id = b.cycle_id AND w.base_code = b.code AND w.round = $2
    WHERE b.cycle_id = $1
"""


@dataclass(frozen=True, slots=True)
class ConcernedRow:
    """One application whose owner is concerned."""

    application_id: str
    person_id: str
    specialty_code: str = ""
    fix_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundReport:
    """How a round ended at all bases together; `bases` owe something, `open` have not closed their window."""

    unreviewed: int
    unselected: int
    bases: int
    open: int
    closed: int


class ConcernedStore:
    """Reads applications by what stands between them and a date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def drafts(self, cycle_id: str, after: str, limit: int) -> list[ConcernedRow]:
        """Drafts that were never submitted, from the application behind `after` (empty: the first)."""
        found = await self._database.fetch(_DRAFTS, cycle_id, after or _FIRST, limit)
        return [ConcernedRow(str(row["id"]), row["person_id"]) for row in found]

    async def fixable(
        self, cycle_id: str, base_code: str, round_number: int, after: str, limit: int
    ) -> list[ConcernedRow]:
        """Those whom a base rejected in a round, and who have not submitted again."""
        found = await self._database.fetch(_FIXABLE, cycle_id, after or _FIRST, limit, base_code, round_number)
        return [
            ConcernedRow(str(row["id"]), row["person_id"], row["specialty_code"], row["fix_until"]) for row in found
        ]

    async def report(self, cycle_id: str, round_number: int) -> RoundReport:
        """The sum of what the windows of a round wrote down at their close."""
        row = await self._database.fetchrow(_REPORT, cycle_id, round_number)
        if row is None:
            return RoundReport(0, 0, 0, 0, 0)
        return RoundReport(row["unreviewed"], row["unselected"], row["bases"], row["open"], row["closed"])
