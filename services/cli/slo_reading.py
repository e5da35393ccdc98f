"""OPS-76: what was promised beside what a season's databases and traces say was kept (docs/operations/slo.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PUNCTUAL_SECONDS = 2.5
FACT_SECONDS = 5.0
NOTICE_SECONDS = 300.0
DECISION_MILLISECONDS = 500.0
HEARS = "notify-enrollment"
"""The consumer whose inbox must hold every fact of enrollment."""
_COMMANDS = ("DecisionService/", "ApplicationService/S", "ApplicationService/Withdraw")

_SEASON = """
    SELECT c.id, c.title, min(p.opens_at) AS began,
        coalesce(max(p.entered_at) FILTER (WHERE p.phase = 'closed'), clock_timestamp()) AS ended
    FROM cycle c JOIN cycle_phase p ON p.cycle_id = c.id
    WHERE NOT c.draft AND ($1 = '' OR c.id::text LIKE $1 || '%')
    GROUP BY c.id ORDER BY c.created_at DESC LIMIT 1
"""
_PHASES = """
    SELECT count(*) AS total, count(*) FILTER (WHERE entered_at - opens_at <= make_interval(secs => $2)) AS good
    FROM cycle_phase WHERE cycle_id = $1 AND opens_at <= clock_timestamp() AND (entered_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM cycle_gate WHERE cycle_id = $1 AND held_since IS NOT NULL))
"""
_FACTS = """
    SELECT count(*) AS total,
        count(*) FILTER (
            WHERE coalesce(published_at, clock_timestamp()) - created_at <= make_interval(secs => $3)
        ) AS good
    FROM outbox WHERE created_at BETWEEN $1 AND $2
"""
_FACT_IDS = "SELECT event_id FROM outbox WHERE created_at BETWEEN $1 AND $2 AND published_at IS NOT NULL"
_HEARD = "SELECT count(*) FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])"
_NOTICES = """
    SELECT count(*) AS total,
        count(*) FILTER (
            WHERE state <> 'failed' AND coalesce(delivered_at, clock_timestamp()) - due_at <= make_interval(secs => $3)
        ) AS good
    FROM delivery
    WHERE due_at BETWEEN $1 AND $2 AND priority = ANY($4::smallint[])
        AND state IN ('queued', 'sending', 'delivered', 'failed')
"""
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Reached:
    """One objective: of `total` events `good` were as promised; `share` (0 to 1) was promised to be."""

    name: str
    promise: str
    share: float
    good: int
    total: int

    @property
    def kept(self) -> bool:
        """Whether the promise was kept; it was where nothing happened."""
        return self.total == 0 or self.good / self.total >= self.share

    @property
    def allowed(self) -> int:
        """How many events may be otherwise."""
        return int(self.total * (1 - self.share) + 1e-9)

    @property
    def left(self) -> int:
        """How many more may; below zero when it was too many."""
        return self.allowed - (self.total - self.good)


@dataclass(frozen=True, slots=True)
class SeasonObjectives:
    """A season, from its first phase to its end or now (aware UTC), and its objectives."""

    cycle_id: str
    title: str
    began: datetime
    ended: datetime
    reached: tuple[Reached, ...]


async def read(enrollment: Any, notify: Any, cycle: str, urgent: Iterable[int]) -> SeasonObjectives | None:
    """The objectives that the databases tell, of the newest season or the one whose id begins so; None for no such.

    Args:
        enrollment: A connection to its database.
        notify: The same.
        cycle: How the id of the cycle begins; empty for the newest.
        urgent: The priorities of notices that are promised.
    """
    season = await enrollment.fetchrow(_SEASON, cycle)
    if season is None:
        return None
    time = (season["began"], season["ended"])
    phases = await enrollment.fetchrow(_PHASES, season["id"], PUNCTUAL_SECONDS)
    facts = await enrollment.fetchrow(_FACTS, *time, FACT_SECONDS)
    notices = await notify.fetchrow(_NOTICES, *time, NOTICE_SECONDS, list(urgent))
    published = [row["event_id"] for row in await enrollment.fetch(_FACT_IDS, *time)]
    heard = 0
    for begin in range(0, len(published), _AT_ONCE):
        heard += await notify.fetchval(_HEARD, HEARS, published[begin : begin + _AT_ONCE])
    return SeasonObjectives(
        str(season["id"]),
        season["title"],
        *time,
        (
            _of("phases", f"begin within {PUNCTUAL_SECONDS} s of their time", 1.0, phases),
            _of("facts", f"are told within {FACT_SECONDS:.0f} s", 0.99, facts),
            Reached("effects", "follow from every fact that was told", 1.0, heard, len(published)),
            _of("notices", f"leave within {NOTICE_SECONDS / 60:.0f} min when urgent", 0.99, notices),
        ),
    )


def decisions(spans: Iterable[tuple[str, str, bool, float]], share: float = 0.99) -> Reached:
    """The objective that traces tell, from (process, name, failed, milliseconds) of spans.

    Only commands that were accepted count: a refusal is quick, and no trace tells whose fault a failure was.
    """
    times = [
        milliseconds
        for process, name, failed, milliseconds in spans
        if process.partition(".")[0] == "enrollment" and name.startswith(_COMMANDS) and not failed
    ]
    good = sum(each <= DECISION_MILLISECONDS for each in times)
    return Reached("decisions", f"are answered within {DECISION_MILLISECONDS / 1000} s", share, good, len(times))


def _of(name: str, promise: str, share: float, row: Any) -> Reached:
    return Reached(name, promise, share, row["good"], row["total"])
