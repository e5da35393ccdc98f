"""What a province decides for its cycle: all data, none of it in handlers (rules-enrollment B7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

SCORE_WEIGHTS = {"written": 0.4, "skills": 0.4, "interview": 0.2}
"""Parts of a score and their weights unless the province sets others; each part is out of 100."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations are of the calendar (a rehearsal compresses them with it): days, hours, minutes as named."""

    publicity_working_days: int = 0
    """Working days for which a published list stands before 录取 (B7 25); 0: no list is needed."""
    reregistration: bool = True
    """Whoever withdrew may start again in a later round (transition 17)."""
    give_up_provisional: bool = False
    """An applicant may give up a provisional admission (transition 15; B7 29: otherwise via the base)."""
    p4_requires_consent: bool = False
    """The strict reading of B7 16: in P4 only those who accept reallocation edit their application."""
    confirmation_required: bool = False
    """A provisional place must be taken by the applicant before 录取 (B7 28)."""
    undo_minutes: float = 30.0
    """How long a grant or an admission can be taken back by who gave it (B7 24)."""
    late_rejection_hours: float = 24.0
    """A rejection this near to the base's deadline asks for confirmation and opens a fix window (B7 7)."""
    fix_window_hours: float = 24.0
    """Length of that fix window; it ends no later than the phase."""
    review_days: float = 3.0
    """Days within which a base should review a submission: what the queue counts down to; the deadline if sooner."""
    offer_hours: float = 24.0
    """How long a freed place is offered to one person on the waiting list."""
    backfill_after_rounds: bool = False
    """In P5 freed places are offered down the waiting lists, beyond the province's exceptions (B5)."""
    main_base_confirms: bool = False
    """A collaborative base only proposes a provisional admission; its main base confirms."""
    penalty_years: int = 3
    """Years for which whoever gives up, quits or does not come without cause is barred."""
    penalise: tuple[str, ...] = ("no_show", "quit")
    """Endings that are put before the province as penalties."""
    score_weights: Mapping[str, float] = field(default_factory=lambda: dict(SCORE_WEIGHTS))
    """Parts of a score and their weights, which add up to 1."""
    score_scales: Mapping[str, float] = field(default_factory=dict)
    """Full marks of a part where they are not 100 (a written exam out of 150)."""
    tie_rules: tuple[str, ...] = ("written", "skills", "interview", "submitted_at")
    """What decides between equal totals, in order: the higher part score, then the earlier submission."""
    publish_scores: bool = False
    """A published list shows rank and total beside the masked name."""
    eligibility: tuple[Mapping[str, Any], ...] = ()
    """Who may choose what (ELG rules as data); empty: everybody everything that has a plan."""
    required_papers: tuple[str, ...] = ()
    """Kinds of papers (`dossier.PAPER_KINDS`) without which nobody submits whose dossier they belong to (DOS-08)."""
    language_years: int = 5
    """A language certificate older than this is to be looked at again (CARRY-03); 0: none is too old."""
    reversion: tuple[Mapping[str, Any], ...] = ()
    """Where unfilled places go: donors and receivers, without circles."""
    calendar_approvals: int = 2
    """How many people of the province a change of the calendar that matters takes: 1 or 2."""
    calendar_notice_hours: float = 24.0
    """Nothing in the calendar is brought forward to sooner than this from now."""
    calendar_near_days: float = 7.0
    """A change of a phase that opens within this many days matters."""
    reminder_hours: tuple[float, ...] = (72.0, 24.0)
    """Hours before each date of a base, and before registration ends, at which those concerned are reminded."""
    verification_reminder_days: tuple[float, ...] = (7.0, 3.0, 1.0)
    """Days before the end of verification at which a base is reminded of places not yet confirmed (B6)."""
    quiet_hours: Mapping[str, str] = field(default_factory=lambda: {"from": "21:30", "until": "08:00"})
    """Times of the province's day between which nothing is sent to a person; empty: never quiet."""
    exam_quiet_until: str = "13:00"
    """On the day of an exam nothing is sent before this time; empty: no exception."""
    reallocation_fallbacks: tuple[str, ...] = ("last_choice", "same_specialty", "same_base")
    """Where the reallocation assistant looks for who has no wish left, in order (`policy_rules.FALLBACKS`)."""

    def hold(self, day: timedelta) -> timedelta:
        """Real time of the undo hold in a calendar whose day lasts `day`."""
        return day * (self.undo_minutes / 1440)

    def hours(self, hours: float, day: timedelta) -> timedelta:
        """Real time of so many calendar hours."""
        return day * (hours / 24)
