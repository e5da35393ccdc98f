"""What others may know of RecruitmentCycle: its name, ids, messages and status. Ids and instants only, no people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

NAME = "RecruitmentCycle"
TASK_QUEUE = "residency-cycle"
"""Its own queue, so that a phase never waits behind the windows of hundreds of bases."""

RECHECK = "recheck"
STATUS = "status"
CHANGE = "change_calendar"
"""The update that tells a cycle that another version of its calendar holds."""

LONGEST_HISTORY = 1_000
"""Events after which a run goes on in a new one, carrying what it remembers."""

HOLD = "hold"
RESUME = "resume"


def workflow_id(cycle_id: str) -> str:
    """The one workflow of a cycle."""
    return f"cycle/{cycle_id}"


@dataclass(frozen=True, slots=True)
class CycleMemory:
    """What a run hands to the next when its history has grown long.

    `known_version` is the version of the calendar that it acted on last, `announced` the one that the bases were told
    of last. `reminded` holds what was reminded of (`registration/20230711T000000/72`), `unreported` the rounds whose
    windows it started and of which the province has had no report.
    """

    known_version: int = 0
    announced: int = 0
    reminded: list[str] = field(default_factory=list)
    unreported: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CycleStart:
    """Starts the year of `cycle_id`. `windows_opened` is the last round whose windows an earlier run started."""

    cycle_id: str
    windows_opened: int = 0
    memory: CycleMemory | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """Signal: the calendar is now at `calendar_version`; read it again."""

    calendar_version: int


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """Update: version `calendar_version` holds. `kind` is `amend`, `hold`, `resume`, `advance` or `end`.

    `urgent` when some wait ends sooner than before, or everything stops or goes on.
    """

    calendar_version: int
    kind: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """One phase: its number, its name in the contract (`first_choice`), its review round (0 for none) and its window.

    Instants are aware UTC; preparation has no opening, closed has no end.
    """

    sequence: int
    phase: str
    round: int
    opens_at: datetime | None
    closes_at: datetime | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """When nobody is disturbed; see `services.kit.quiet.QuietHours`, whose fields these are."""

    anchor: datetime
    day_seconds: float
    from_minute: int
    until_minute: int
    exam_until_minute: int = 0
    exam_days: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The calendar of a cycle as enrollment answered it at `read_at`, by the database's clock.

    `reminder_hours` are calendar hours before a date; `held_since` is set while everything stands still.
    """

    cycle_id: str
    sequence: int
    calendar_version: int
    phases: list[PhaseTimes]
    read_at: datetime
    held_since: datetime | None = None
    draft: bool = False
    day_seconds: float = 86_400.0
    reminder_hours: list[float] = field(default_factory=list)
    quiet: QuietTimes | None = None


@dataclass(frozen=True, slots=True)
class CycleQuestion:
    """Activity input: which cycle."""

    cycle_id: str


@dataclass(frozen=True, slots=True)
class PhaseOrder:
    """Activity input: enter the phase numbered `sequence`; its name is for whoever reads the history."""

    cycle_id: str
    sequence: int
    phase: str


@dataclass(frozen=True, slots=True)
class BaseCodes:
    """Activity output: the bases that take part, in order."""

    codes: list[str]


@dataclass(frozen=True, slots=True)
class ListsQuestion:
    """Activity input: which lists of the cycle wait, from the one behind `after` on."""

    cycle_id: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class ListIds:
    """Activity output: ids of lists that wait, in order; `more` when there are others behind them."""

    ids: list[str]
    more: bool = False


@dataclass(frozen=True, slots=True)
class DraftReminder:
    """Activity input: remind whoever has a draft, each once per `key`, that registration ends at `closes_at`.

    `hours` says how many calendar hours before the end that was planned.
    """

    cycle_id: str
    key: str
    hours: float
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """Activity input: tell the province how `round` ended, once its windows have closed; when `final` in any case."""

    cycle_id: str
    round: int
    final: bool


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """Activity output: how a round ended at all bases together, and how many windows are still open."""

    unreviewed: int
    unselected: int
    bases: int
    open: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """Activity input: tell the bases and the province, each once per version, what the calendar is now."""

    cycle_id: str
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Told:
    """Activity output: how many were told."""

    count: int


@dataclass(frozen=True, slots=True)
class CycleStatus:
    """Answer: the phase the gate stands in, and when the next one opens (unset at the end)."""

    cycle_id: str
    sequence: int
    phase: str
    next_opens_at: datetime | None
    windows_opened: int
    calendar_version: int = 0
    held_since: datetime | None = None
    waits_for: str = ""
    """What it waits for, as `workflows.primitives.visible` names it; empty when it does something."""


@dataclass(frozen=True, slots=True)
class CycleEnded:
    """Result: the number of the last phase entered."""

    cycle_id: str
    sequence: int
