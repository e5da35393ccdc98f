"""How the people of published lists stand, as counts: what the wait of a list is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrollment.records import GateRecord
from services.enrollment.store import rows
from services.kit.database import Database

_PROGRESS = """
    SELECT l.cycle_id, l.base_code, l.number, l.ends_at, l.entries, c.*,
        (SELECT count(*) FROM application a WHERE a.cycle_id = l.cycle_id AND a.base_code = l.base_code
            AND a.state = 'provisional') AS base_provisional,
        g.phase AS gate_phase, g.sequence AS gate_sequence, g.closes_at AS gate_closes_at, g.edition AS gate_edition,
        g.round AS gate_round, g.held_since AS gate_held_since, clock_timestamp() AS now
    FROM published_list l JOIN cycle_gate g ON g.cycle_id = l.cycle_id, LATERAL (
        SELECT count(*) FILTER (WHERE m.state = 'provisional' AND NOT m.objected) AS admissible,
            count(*) FILTER (WHERE m.state = 'provisional' AND m.objected) AS objected,
            count(*) FILTER (WHERE m.state = 'admitted') AS admitted,
            max(m.admitted_at) FILTER (WHERE m.state = 'admitted') AS last_admitted_at
        FROM list_member m WHERE m.list_id = l.id
    ) c
    WHERE l.id = $1
"""
_OPEN = """
    SELECT l.id, l.cycle_id, l.base_code,
        count(*) FILTER (WHERE m.state = 'provisional') AS provisional,
        max(m.admitted_at) FILTER (WHERE m.state = 'admitted') AS last_admitted_at
    FROM published_list l JOIN list_member m ON m.list_id = l.id
    WHERE ($1::uuid IS NULL OR l.cycle_id = $1) AND m.state IN ('provisional', 'admitted')
    GROUP BY l.id ORDER BY l.published_at, l.id
"""


@dataclass(frozen=True, slots=True)
class ListCounts:
    """One list, its people counted, and the gate of its cycle at that moment."""

    cycle_id: str
    base_code: str
    number: int
    ends_at: datetime
    entries: int
    admissible: int
    objected: int
    admitted: int
    last_admitted_at: datetime | None
    base_provisional: int
    gate: GateRecord


@dataclass(frozen=True, slots=True)
class ListedPlaces:
    """A list on which somebody holds a place: how many still are provisional, and when the last one was admitted."""

    list_id: str
    cycle_id: str
    base_code: str
    provisional: int
    last_admitted_at: datetime | None


class ListProgressStore:
    """Counts the people of lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, list_id: str) -> ListCounts | None:
        """How the people of a list stand now; None when there is no such list."""
        row = await self._database.fetchrow(_PROGRESS, list_id)
        if row is None:
            return None
        return ListCounts(
            *(str(row["cycle_id"]), row["base_code"], row["number"], row["ends_at"], row["entries"]),
            *(row["admissible"], row["objected"], row["admitted"], row["last_admitted_at"]),
            *(row["base_provisional"], rows.gate_of(row)),
        )

    async def with_places(self, cycle_id: str = "") -> list[ListedPlaces]:
        """Lists of a cycle (of all, when none is named) that name somebody who holds a place, oldest first."""
        return [
            ListedPlaces(
                *(str(row["id"]), str(row["cycle_id"]), row["base_code"]),
                *(row["provisional"], row["last_admitted_at"]),
            )
            for row in await self._database.fetch(_OPEN, cycle_id or None)
        ]
