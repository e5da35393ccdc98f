"""What an application's story is told from, beside its audit: its submissions, and when the gate moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.enrollment.domain.choice import Choice
from services.kit.database import Database

_SUBMISSIONS = """
    SELECT number, round, base_code, specialty_code, accepts_reallocation, submitted_at
    FROM submission WHERE application_id = $1 ORDER BY number
"""
_ENTERED = "SELECT coalesce(max(sequence), 0) FROM cycle_phase WHERE cycle_id = $1 AND entered_at <= $2"


@dataclass(frozen=True, slots=True)
class Submission:
    """A frozen submission without its dossier."""

    number: int
    round: int
    choice: Choice
    submitted_at: datetime


class StoryStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submissions(self, application_id: str) -> dict[int, Submission]:
        """All of an application's submissions by number."""
        found = await self._database.fetch(_SUBMISSIONS, application_id)
        return {
            row["number"]: Submission(
                row["number"],
                row["round"],
                Choice(row["base_code"], row["specialty_code"], row["accepts_reallocation"]),
                row["submitted_at"],
            )
            for row in found
        }

    async def entered(self, cycle_id: str, by: datetime) -> int:
        """Number of the last phase that the gate had entered by then; 0 for preparation."""
        return int(await self._database.fetchval(_ENTERED, cycle_id, by))
