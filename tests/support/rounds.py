"""Where the usual calendar stands in each phase: three rounds, of which the last is the reallocation."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.enrollment.domain.calendar import PhaseDates, build_calendar
from services.enrollment.domain.case import Moment
from services.enrollment.domain.phases import LISTED, P2, P3, P4, Phase, standing_round

ROUND: dict[Phase, int] = {P2: 1, P3: 2, P4: 3}
"""Review rounds by phase."""
_FIRST = date(2023, 7, 5)
CALENDAR = build_calendar(
    [
        PhaseDates(phase, phase.value, _FIRST + timedelta(days=10 * n), _FIRST + timedelta(days=10 * n + 9))
        for n, phase in enumerate(LISTED)
    ],
    "Asia/Shanghai",
)
"""Five phases of ten days each, from 5 July 2023 on."""


def standing(phase: Phase) -> int:
    """The round that the calendar stands in."""
    return standing_round(phase, ROUND.get(phase, 0))


def moment(phase: Phase, now: datetime, closes_at: datetime | None = None) -> Moment:
    """The calendar in `phase`, at `now`."""
    place = next(place for place, window in enumerate(CALENDAR.phases) if window.phase is phase)
    return Moment(phase, ROUND.get(phase, 0), now, closes_at, ahead=CALENDAR.phases[place + 1 :])


def opening(phase: Phase) -> datetime:
    """When a phase listed opens."""
    opens_at = next(window.opens_at for window in CALENDAR.phases if window.phase is phase)
    assert opens_at is not None
    return opens_at
