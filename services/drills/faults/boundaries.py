"""The boundaries of one year as tables and facts tell them: when each was due, when and how often it was entered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from residency.enrollment.v1 import events_pb2
from services.drills.faults.ground import Ground

_PHASES = """
    SELECT sequence, phase, round, opens_at, closes_at, entered_at FROM cycle_phase WHERE cycle_id = $1
    ORDER BY sequence
"""
_NOW = "SELECT clock_timestamp()"
_GATE = "SELECT sequence FROM cycle_gate WHERE cycle_id = $1"
_FACTS = "SELECT body FROM outbox WHERE event_type = $1 AND created_at >= $2"
_OUTSIDE = """
    SELECT au.command, au.at, p.entered_at, p.closes_at FROM audit au
    JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
    LEFT JOIN cycle_phase p ON p.cycle_id = a.cycle_id AND p.sequence = au.gate_sequence
    LEFT JOIN cycle_phase following ON following.cycle_id = a.cycle_id AND following.sequence = au.gate_sequence + 1
    WHERE p.sequence IS NULL OR au.at < p.entered_at OR au.at >= p.closes_at + interval '100 milliseconds'
        OR au.at >= following.entered_at
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase; instants are aware UTC, None where it has no beginning or end, or was not entered."""

    sequence: int
    name: str
    round: int
    opens_at: datetime | None
    closes_at: datetime | None
    entered_at: datetime | None


class Boundaries:
    """Those of one cycle."""

    def __init__(self, ground: Ground, cycle_id: str, since: datetime) -> None:
        """Facts are looked for from `since` on."""
        self._ground = ground
        self._cycle_id = UUID(cycle_id)
        self._since = since

    async def phases(self) -> list[Phase]:
        """All phases in order."""
        async with self._ground.database("enrollment") as database:
            return [Phase(*row) for row in await database.fetch(_PHASES, self._cycle_id)]

    async def gate(self) -> int:
        """The number of the phase in which the gate stands."""
        async with self._ground.database("enrollment") as database:
            return int(await database.fetchval(_GATE, self._cycle_id))

    async def now(self) -> datetime:
        """The clock by which enrollment decides."""
        async with self._ground.database("enrollment") as database:
            found: datetime = await database.fetchval(_NOW)
            return found

    async def due(self) -> int:
        """The number of the phase whose beginning was last."""
        now = await self.now()
        return max([phase.sequence for phase in await self.phases() if phase.opens_at and phase.opens_at <= now] or [0])

    async def over(self, sequence: int) -> bool:
        """Whether the time of a phase is over, wherever the gate stands."""
        now = await self.now()
        return any(
            phase.sequence == sequence and phase.closes_at is not None and phase.closes_at <= now
            for phase in await self.phases()
        )

    async def caught_up(self) -> bool:
        """Whether the gate stands where it is due."""
        return await self.gate() >= await self.due()

    async def late(self) -> dict[int, float]:
        """Seconds after its time at which each phase was entered, by number."""
        return {
            phase.sequence: (phase.entered_at - phase.opens_at).total_seconds()
            for phase in await self.phases()
            if phase.entered_at is not None and phase.opens_at is not None
        }

    async def entered(self) -> Counter[int]:
        """How often the world was told that a phase was entered, by number."""
        return Counter(
            fact.sequence
            for body in await self._bodies(events_pb2.PhaseEntered.DESCRIPTOR.full_name)
            if (fact := events_pb2.PhaseEntered.FromString(body)).cycle_id == str(self._cycle_id)
        )

    async def closed_windows(self) -> Counter[tuple[str, int]]:
        """How often the world was told that a base's window was closed, by base and round."""
        return Counter(
            (fact.base_code, fact.round)
            for body in await self._bodies(events_pb2.WindowClosed.DESCRIPTOR.full_name)
            if (fact := events_pb2.WindowClosed.FromString(body)).cycle_id == str(self._cycle_id)
        )

    async def judge(self) -> None:
        """Write down whether the boundaries came in order, each once, and nothing was decided outside its window."""
        report = self._ground.report
        entered = [phase for phase in await self.phases() if phase.entered_at is not None]
        instants = [phase.entered_at for phase in entered if phase.entered_at is not None]
        order = ", ".join(str(phase.sequence) for phase in entered)
        report.found("boundaries came in order", order, holds=instants == sorted(instants) and len(entered) > 1)
        odd = {number: count for number, count in (await self.entered()).items() if count != 1}
        report.found("boundaries told of more than once", odd or 0, holds=not odd)
        twice = [
            f"{base} in round {number}" for (base, number), count in (await self.closed_windows()).items() if count > 1
        ]
        report.found("windows closed more than once", twice or 0, holds=not twice)
        async with self._ground.database("enrollment") as database:
            outside = await database.fetch(_OUTSIDE, self._cycle_id)
        report.found("commands accepted outside their window", len(outside), holds=not outside)

    async def _bodies(self, event_type: str) -> list[bytes]:
        async with self._ground.database("enrollment") as database:
            return [row["body"] for row in await database.fetch(_FACTS, event_type, self._since)]
