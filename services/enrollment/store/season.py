"""How the seasons stand, counted: for those who watch, not for those who decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import P6, REVIEWING, Phase, standing_round
from services.kit.database import Database

_SEASONS = """
    SELECT DISTINCT ON (c.province_code, c.year) c.id, c.province_code, c.year, g.phase, g.sequence, g.round,
        g.held_since, clock_timestamp() AS now
    FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id
    LEFT JOIN cycle_phase p ON p.cycle_id = c.id AND p.sequence = g.sequence
    WHERE NOT c.draft AND (g.phase <> 'closed' OR p.entered_at > clock_timestamp() - interval '1 day')
    ORDER BY c.province_code, c.year, c.created_at DESC
"""
_PHASES = """
    SELECT sequence, phase, round, opens_at, closes_at, entered_at FROM cycle_phase WHERE cycle_id = $1
    ORDER BY sequence
"""
# In the order of the index of queues, from which alone it is answered.
_COUNTS = """
    SELECT base_code, round, state, count(*) AS n, min(submitted_at) AS oldest
    FROM application WHERE cycle_id = $1 GROUP BY base_code, round, state
"""
_SEATS = "SELECT coalesce(sum(planned), 0)::bigint AS planned FROM seat WHERE cycle_id = $1"
_UNCLOSED = """
    SELECT count(*) FROM cycle_phase p JOIN base b ON b.cycle_id = p.cycle_id
    LEFT JOIN base_window w ON w.cycle_id = b.cycle_id AND w.base_code = b.code AND w.round = p.round
    WHERE p.cycle_id = $1 AND p.sequence < $2 AND p.phase = ANY($3) AND w.closed_at IS NULL
"""
_OVERDUE = """
    SELECT
        (SELECT count(*) FROM objection o JOIN published_list l ON l.id = o.list_id
            WHERE o.cycle_id = $1 AND o.state = 'open' AND l.ends_at <= clock_timestamp()) AS objections,
        (SELECT count(*) FROM place_offer
            WHERE cycle_id = $1 AND outcome = 'open' AND until <= clock_timestamp()) AS offers
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A phase of a season: when it opens (None: by nobody's calendar) and when it was entered."""

    sequence: int
    phase: Phase
    round: int
    opens_at: datetime | None
    entered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many applications to one base are in a state and round, and when the oldest of them was submitted."""

    base_code: str
    round: int
    state: State
    n: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Season:
    """A cycle that is open, or closed for less than a day; `now` is the database's clock."""

    cycle_id: str
    province_code: str
    year: int
    phase: Phase
    sequence: int
    round: int
    held_since: datetime | None
    now: datetime
    passages: Sequence[Passage] = ()
    counts: Sequence[Count] = field(default=(), repr=False)
    planned: int = 0
    unclosed: int = 0
    objections: int = 0
    offers: int = 0

    @property
    def standing(self) -> int:
        """CAL-14: the round that what is submitted now belongs to."""
        return standing_round(self.phase, self.round)

    @property
    def is_over(self) -> bool:
        """Whether its last phase has ended."""
        return self.phase is P6


class SeasonStore:
    """Reads the seasons."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seasons(self) -> list[Season]:
        """Every season with its counts, the newest of a province and year. Raises DomainError UNAVAILABLE."""
        return [await self._season(dict(row)) for row in await self._database.fetch(_SEASONS)]

    async def _season(self, head: dict[str, object]) -> Season:
        cycle_id = head.pop("id")
        passages = await self._database.fetch(_PHASES, cycle_id)
        counts = await self._database.fetch(_COUNTS, cycle_id)
        reviewing = [phase.value for phase in REVIEWING]
        overdue = await self._database.fetchrow(_OVERDUE, cycle_id)
        return Season(
            **{**head, "phase": Phase(str(head["phase"]))},  # type: ignore[arg-type]  # the row's own columns
            cycle_id=str(cycle_id),
            passages=[
                Passage(each["sequence"], Phase(each["phase"]), each["round"], each["opens_at"], each["entered_at"])
                for each in passages
            ],
            counts=[
                Count(each["base_code"], each["round"], State(each["state"]), each["n"], each["oldest"])
                for each in counts
            ],
            planned=await self._database.fetchval(_SEATS, cycle_id),
            unclosed=await self._database.fetchval(_UNCLOSED, cycle_id, head["sequence"], reviewing),
            **(dict(overdue) if overdue is not None else {}),
        )
