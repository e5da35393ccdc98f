"""The cycle's timetable as its actors follow it: they sleep until a moment, then until the gate is really there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kit.clock import Clock, SystemClock

_LOOK_EVERY = 0.25
"""Seconds between two looks at the gate once a phase is due (its timer is late by a second or so)."""


@dataclass(slots=True)
class PhaseWindow:
    """One phase of the running cycle; instants are aware UTC.

    `name` is its kind, and from the second of a kind on its kind and number (`second_choice.2`).
    `title` is its printed name, `first_day` its first calendar day (`YYYY-MM-DD`, empty for preparation and closed).
    """

    name: str
    sequence: int
    round: int
    opens_at: datetime | None
    closes_at: datetime | None
    entered_at: datetime | None
    title: str = ""
    first_day: str = ""

    @property
    def kind(self) -> str:
        """By which rules it runs, such as `second_choice`."""
        return self.name.partition(".")[0]


def read_phases(cycle: Mapping[str, Any]) -> list[PhaseWindow]:
    """The phases of a cycle as REST tells them."""
    kinds = [phase["phase"] for phase in cycle["phases"]]
    numbers = [kinds[: place + 1].count(kind) for place, kind in enumerate(kinds)]
    return [
        PhaseWindow(
            name=phase["phase"] if number == 1 else f"{phase['phase']}.{number}",
            sequence=phase["sequence"],
            round=phase["round"],
            opens_at=_instant(phase["opens_at"]),
            closes_at=_instant(phase["closes_at"]),
            entered_at=_instant(phase["entered_at"]),
            title=phase.get("name", ""),
            first_day=phase.get("first_day", ""),
        )
        for phase, number in zip(cycle["phases"], numbers, strict=True)
    ]


class Timetable:
    """Knows when each phase opens, and learns when it was entered.

    `read_cycle` reads the cycle (None when it could not be read). One task looks at the gate for everybody.
    """

    def __init__(
        self,
        cycle: Mapping[str, Any],
        read_cycle: Callable[[], Awaitable[Mapping[str, Any] | None]],
        clock: Clock | None = None,
    ) -> None:
        self.cycle_id = str(cycle["cycle_id"])
        self._read_cycle = read_cycle
        self._clock = clock or SystemClock()
        self._phases = {phase.name: phase for phase in read_phases(cycle)}
        self._entered = {name: asyncio.Event() for name in self._phases}
        self.sequence = 0
        self._learn(cycle)

    @property
    def phases(self) -> list[PhaseWindow]:
        """All phases in order."""
        return sorted(self._phases.values(), key=lambda phase: phase.sequence)

    def __getitem__(self, name: str) -> PhaseWindow:
        return self._phases[name]

    def _learn(self, cycle: Mapping[str, Any]) -> None:
        self.sequence = int(cycle["sequence"])
        for phase in read_phases(cycle):
            self._phases[phase.name] = phase
            if phase.sequence <= self.sequence:
                self._entered[phase.name].set()

    async def follow(self) -> None:
        """Look at the gate whenever a phase is due, until the cycle has closed."""
        for phase in self.phases[1:]:
            while not self._entered[phase.name].is_set():
                due = self._phases[phase.name].opens_at
                ahead = (due - self._clock.now()).total_seconds() if due else 0.0
                await asyncio.sleep(max(ahead, _LOOK_EVERY))
                cycle = await self._read_cycle()
                if cycle is not None:
                    self._learn(cycle)

    async def entered(self, name: str) -> PhaseWindow:
        """Wait until the gate has entered the phase."""
        await self._entered[name].wait()
        return self._phases[name]

    def is_open(self, name: str) -> bool:
        """Whether the gate stands in the phase and its time is not over."""
        phase = self._phases[name]
        over = phase.closes_at is not None and self._clock.now() >= phase.closes_at
        return phase.sequence == self.sequence and not over

    def ahead(self, name: str, share: float) -> float:
        """Seconds until `share` (0 to 1) of what the late entry left of an entered phase has passed; 0 when it has."""
        phase = self._phases[name]
        begins = phase.entered_at or phase.opens_at or self._clock.now()
        if phase.closes_at is None:
            return 0.0
        moment = begins + (phase.closes_at - begins) * share
        return max(0.0, (moment - self._clock.now()).total_seconds())

    async def reach(self, name: str, share: float) -> bool:
        """Wait until `share` (0 to 1) of what the phase's late entry left of it has passed; False when it is over."""
        phase = await self.entered(name)
        if phase.closes_at is None:
            return True
        await asyncio.sleep(self.ahead(name, share))
        return self.is_open(name)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
