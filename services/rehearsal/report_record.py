"""What a rehearsal records beside its ledger: looks at the stack, phases, places by base, faults, the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from services.rehearsal import report_environment
from services.rehearsal.report_acts import Course
from services.rehearsal.samples_looks import Watch
from services.rehearsal.site import Site
from services.rehearsal.timetable import PhaseWindow, Timetable

_LARGEST = 20
_PLACES = ("planned", "applied", "provisional", "admitted")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was injected: what, when (aware), what became of it, and when the play was whole again."""

    name: str
    at: datetime
    outcome: str = ""
    recovered_seconds: float | None = None
    """From the fault to its end; None when it never ended or nobody knows."""


@dataclass(slots=True)
class Recorder:
    """Watches the stack of `site` while it is entered; `record` has all that the report shows beside the ledger."""

    site: Site
    script: object
    """What was asked for: plain attributes become settings of the report."""
    day_seconds: float
    tag: str = ""
    """What names this rehearsal among others."""
    faults: list[Fault] = field(default_factory=list)
    """Whoever injects faults writes them down here."""
    timetable: Timetable | None = None
    _watch: Watch = field(init=False)
    _began: datetime = field(init=False)
    _load: float = 0.0

    def __post_init__(self) -> None:
        self._watch = Watch(self.site, self.day_seconds)

    async def __aenter__(self) -> Self:
        self._began, self._load = datetime.now(UTC), report_environment.load()
        await self._watch.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """The play is over: look no more. What follows (the verifier's own reading) is not what it cost."""
        await self._watch.stop()

    def follow(self, timetable: Timetable) -> None:
        """This is the cycle that is played."""
        self.timetable = timetable
        self._watch.follow(timetable.cycle_id)

    def record(self, course: Course, board: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """All of it as JSON; times are in seconds since the first day of the cycle. `board` has a row a place."""
        phases = self.timetable.phases if self.timetable else []
        origin = next((phase.opens_at for phase in phases if phase.opens_at is not None), self._began)
        return {
            "tag": self.tag,
            "began_at": self._began.isoformat(),
            "first_day_at": origin.isoformat(),
            "timetable": [_phase(phase, origin) for phase in phases],
            "course": course.as_json(origin),
            "samples": self._watch.as_json(origin),
            "places": places(board),
            "faults": [
                {
                    "fault": fault.name,
                    "at": round((fault.at - origin).total_seconds(), 1),
                    "outcome": fault.outcome,
                    "recovered_seconds": fault.recovered_seconds,
                }
                for fault in self.faults
            ],
            "environment": report_environment.environment(self.script)
            | {"load_before": self._load, "load_after": report_environment.load()},
        }


def places(board: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Places in all, and of the bases that plan most."""
    bases: dict[str, dict[str, int]] = {}
    for row in board:
        counted = bases.setdefault(row["base_code"], dict.fromkeys(_PLACES, 0))
        for name in _PLACES:
            counted[name] += int(row[name])
    largest = sorted(bases, key=lambda code: (-bases[code]["planned"], code))[:_LARGEST]
    return {
        "bases": len(bases),
        "all": {name: sum(counted[name] for counted in bases.values()) for name in _PLACES},
        "largest": [{"base": code, **bases[code]} for code in largest],
    }


def _phase(phase: PhaseWindow, origin: datetime) -> dict[str, Any]:
    moments = {"opens": phase.opens_at, "closes": phase.closes_at, "entered": phase.entered_at}
    return {"phase": phase.name, "title": phase.title, "first_day": phase.first_day, "round": phase.round} | {
        name: None if moment is None else round((moment - origin).total_seconds(), 2)
        for name, moment in moments.items()
    }
