"""Everything that is looked at to say whether an action is open: the moment, the application, who asks, the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.enrollment.domain.application import State, effective_state
from services.enrollment.domain.calendar import PhaseWindow
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Marks
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import Phase, standing_round
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.unlock import UNLOCKABLE, Unlocked


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the cycle stands: the gate, the database's clock, and what the calendar plans after it (aware UTC)."""

    phase: Phase
    round: int
    """Review round of the phase; 0 when none."""
    now: datetime
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    """When the phase was planned to open."""
    ahead: tuple[PhaseWindow, ...] = ()
    """The phases after it, in order."""
    day: timedelta = timedelta(days=1)
    held: bool = False
    """The cycle is held: `closes_at` is since when, and nobody knows when it goes on."""

    @property
    def standing(self) -> int:
        """CAL-14: the round that what is submitted now belongs to; more than any once the last has ended."""
        return standing_round(self.phase, self.round)


@dataclass(frozen=True, slots=True)
class Standing:
    """An application as stored, and what its base has left; the default is no application at all."""

    state: State = State.NONE
    round: int = 0
    submission_number: int = 0
    base_code: str = ""
    accepts_reallocation: bool = False
    not_selected: bool = False
    provisional_at: datetime | None = None
    seats_left: int = 1
    unlocked: Mapping[Section, Unlocked] = field(default_factory=dict)
    """Sections that may be edited though the tables lock them."""
    marks: Marks = field(default_factory=Marks)
    main_base: str = ""
    """The base that confirms what this application's collaborative base grants; empty where it decides alone."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a role, the organisation in which it holds, and for applicants whether identity has verified them."""

    role: str
    organisation: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check looks at."""

    moment: Moment
    milestones: Milestones
    standing: Standing
    actor: Actor
    policy: Policy
    section: Section | None = None
    """The section to be edited; None when no one in particular."""

    @property
    def unlocked_until(self) -> datetime | None:
        """UNL-01: until when the section (or any, when none is named) is unlocked; None when it is not.

        An unlock ends by itself, by the database's clock.
        """
        ends = [
            entry.until
            for section, entry in self.standing.unlocked.items()
            if self.section in (None, section) and self.moment.now < entry.until
        ]
        return max(ends, default=None) if self.state in UNLOCKABLE else None

    @property
    def state(self) -> State:
        """APP-02: the state as of the phase."""
        return effective_state(self.standing.state, self.standing.round, self.moment.standing)

    @property
    def deadline(self) -> datetime | None:
        """When verdicts of this base end: its own review deadline, by default the end of the phase.

        CAP-FIX: rejected at the last moment, somebody repairs in a window of their own (inside the phase), and what
        they submit in it is reviewed until the phase ends (B7 7).
        """
        fix_until = self.standing.marks.fix_until
        bounds = [at for at in (self.milestones.review_deadline, self.moment.closes_at) if at is not None]
        deadline = min(bounds, default=None)
        if fix_until is None or deadline is None or (self.moment.now >= fix_until and self.state is State.REJECTED):
            return deadline
        if self.state is State.REJECTED:
            return max(deadline, fix_until)
        return self.moment.closes_at if self.state is State.PENDING else deadline
