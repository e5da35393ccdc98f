"""What is to be played, who is told how far it is, and what goes on beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.rehearsal import curves
from services.rehearsal.province import Province
from services.rehearsal.report_record import Fault
from services.rehearsal.timetable import Timetable


class Progress(Protocol):
    """Shows how far the rehearsal is."""

    def stage(self, text: str, total: float) -> None:
        """A new stage of `total` steps begins."""
        ...

    def step(self, steps: float = 1.0) -> None:
        """Some steps of the stage are done."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line of its own has happened."""
        ...


class Beside(Protocol):
    """Goes on beside the play, such as faults."""

    async def run(self, timetable: Timetable, faults: list[Fault]) -> None:
        """Begins with the first day and is waited for before anything is verified; `faults` are shown in the report."""
        ...


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be played."""

    province: Province
    applicants: int
    day_seconds: float
    seed: int
    bases: int | None = None
    """Only the first so many bases of the province; all when None."""
    title: str = ""
    """Title of the cycle; the province's own with a mark when empty."""
    tag: str = ""
    """First part of the applicants' logins; one per rehearsal when empty."""
    trespass: bool = True
    """Whether some act outside their window or rights."""
    whole_plan: bool = False
    """Play with the quotas of the whole province instead of a plan that is scaled down to the applicants."""
    leisurely_base: str = ""
    """A base whose staff work late in each phase, so that somebody at a screen may do it first."""
    curve: str = curves.DEFAULT
    """Name of the curve by which people come (`curves.CURVES`)."""
    cast: str = ""
    """Name of the people who play: the same again when it was played before; own ones of this play when empty."""
    faculty: int | None = None
    """How many teachers play a batch of faculty beside it; by the number of applicants when None."""
    resume: bool = False
    """Join an unfinished cycle with this title instead of creating one."""
