"""Drafts of next years: which there are, and the statements that make one real."""

from __future__ import annotations

from services.enrollment.records import Statement
from services.kit.database import Database


class DraftStore:
    """Reads which cycles a province has from a year on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def from_year(self, province_code: str, year: int) -> list[tuple[str, bool]]:
        """Ids of the province's cycles of `year` and later, and whether each is a draft."""
        found = await self._database.fetch(
            "SELECT id, draft FROM cycle WHERE province_code = $1 AND year >= $2 ORDER BY year, created_at",
            province_code,
            year,
        )
        return [(str(row["id"]), row["draft"]) for row in found]

    async def drafts(self, province_code: str) -> list[str]:
        """Ids of the drafts of a province, newest first; of all provinces when it is empty."""
        found = await self._database.fetch(
            """
            SELECT id FROM cycle WHERE draft AND ($1 = '' OR province_code = $1) ORDER BY created_at DESC, id DESC
            """,
            province_code,
        )
        return [str(row["id"]) for row in found]


def confirm(cycle_id: str) -> Statement:
    """The draft is one no more; changes nothing when it is none."""
    return Statement("UPDATE cycle SET draft = false WHERE id = $1::uuid AND draft", (cycle_id,), 1)
