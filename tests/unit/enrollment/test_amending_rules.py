"""What may not be wished for of a calendar that runs, as a table: an instant, a wish, and the rule against it.

Holds AMD-02, AMD-03, AMD-04, AMD-05, AMD-06, AMD-08, AMD-09, AMD-10 and AMD-11.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.enrollment.domain.amendable import Change, Running, Wish
from services.enrollment.domain.amending import amended
from services.enrollment.domain.calendar import PhaseDates
from services.enrollment.domain.phases import P3
from services.kit.domain import DomainError
from tests.unit.enrollment.amendable_year import (
    ADVANCE,
    END,
    EXAM,
    HOLD,
    IN_GAP,
    IN_P0,
    IN_P1,
    IN_P2,
    IN_P5,
    RESUME,
    SCORES,
    day,
    gone,
    more,
    phase,
    running,
    wish,
)


@dataclass(frozen=True)
class Refused:
    """A wish that may not be, and the rule that says so."""

    what: str
    running: Running
    wish: Wish
    reason: str
    rule: str

    def __str__(self) -> str:
        return f"{self.rule} {self.what}"


REFUSED = (
    Refused("a passed phase is renamed", IN_P2, wish(phase("registration", name="网报")), "PHASE_CLOSED", "AMD-02"),
    Refused(
        "a passed phase is opened again",
        IN_P2,
        wish(
            phase("registration", last_day=date(2023, 7, 26)),
            phase("first_choice", first_day=date(2023, 7, 27)),
            milestones=(SCORES,),
        ),
        *("PHASE_CLOSED", "AMD-02"),
    ),
    Refused("a passed phase is left out", IN_P2, wish(gone("registration")), "PHASE_CLOSED", "AMD-02"),
    Refused(
        "a phase over by the clock goes on in its gap",
        IN_GAP,
        wish(phase("first_choice", last_day=date(2023, 8, 2))),
        *("PHASE_CLOSED", "AMD-02"),
    ),
    Refused(
        "the present phase begins on another day",
        IN_P2,
        wish(phase("first_choice", first_day=date(2023, 7, 12))),
        *("PHASE_OPENED", "AMD-03"),
    ),
    Refused(
        "the present phase goes", IN_P2, wish(gone("first_choice"), milestones=(SCORES,)), "PHASE_OPENED", "AMD-03"
    ),
    Refused(
        "a phase becomes another kind",
        IN_P1,
        wish(phase("reallocation", phase=P3)),
        *("PHASE_KIND", "AMD-03"),
    ),
    Refused(
        "a phase takes a key of the system",
        IN_P1,
        wish(phase("confirmation", key="closed")),
        *("CALENDAR_KEY", "AMD-03"),
    ),
    Refused(
        "the present phase ended yesterday",
        IN_P2,
        wish(phase("first_choice", last_day=date(2023, 7, 24))),
        *("IN_THE_PAST", "AMD-04"),
    ),
    Refused(
        "a round is inserted into what has passed",
        running(day(8, 2), 2),
        wish(more(PhaseDates(P3, "补", date(2023, 8, 1), date(2023, 8, 2)))),
        *("IN_THE_PAST", "AMD-04"),
    ),
    Refused(
        "the present phase ends today",
        IN_P2,
        wish(phase("first_choice", last_day=date(2023, 7, 25))),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "the next phase begins tomorrow",
        IN_GAP,
        wish(phase("second_choice", first_day=date(2023, 8, 2))),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "a phase that opens within the notice goes",
        running(day(8, 2), 2),
        wish(gone("second_choice")),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "the last phase ends today",
        IN_P5,
        wish(phase("confirmation", last_day=date(2023, 8, 20))),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "five days' notice are two too few",
        running(day(7, 25), 2, policy={"calendar_notice_hours": 120}),
        wish(phase("first_choice", last_day=date(2023, 7, 28))),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "an exam comes forward to tomorrow",
        running(day(7, 15), 2),
        wish(milestones=(replace(EXAM, day=date(2023, 7, 16)), SCORES)),
        *("NOTICE_TOO_SHORT", "AMD-05"),
    ),
    Refused(
        "a passed exam moves",
        IN_P2,
        wish(milestones=(replace(EXAM, day=date(2023, 7, 28)), SCORES)),
        *("MILESTONE_PASSED", "AMD-06"),
    ),
    Refused("a passed exam goes", IN_P2, wish(milestones=(SCORES,)), "MILESTONE_PASSED", "AMD-06"),
    Refused(
        "a new milestone has passed",
        IN_P2,
        wish(milestones=(EXAM, SCORES, replace(EXAM, key="talk", day=date(2023, 7, 24)))),
        *("MILESTONE_PASSED", "AMD-06"),
    ),
    Refused("nothing is held", IN_P2, RESUME, "NOT_HELD", "AMD-08"),
    Refused("the last phase is followed by none", IN_P5, ADVANCE, "NO_NEXT_PHASE", "AMD-09"),
    Refused("the next phase is being entered", running(day(8, 3), 2), ADVANCE, "GATE_MOVING", "AMD-09"),
    Refused("the next phase is being entered", running(day(8, 3), 2), END, "GATE_MOVING", "AMD-10"),
    Refused("an exam would be lost", running(day(7, 15), 2), ADVANCE, "CALENDAR_MILESTONE", "CAL-13"),
    Refused("nothing has begun", IN_P0, END, "NOTHING_BEGUN", "AMD-10"),
    Refused("all stays", IN_P2, wish(), "NOTHING_CHANGES", "AMD-11"),
    Refused("it ends today anyway", running(day(8, 31), 5), END, "NOTHING_CHANGES", "AMD-11"),
    Refused("all is over", running(day(9, 2), 6), HOLD, "CYCLE_OVER", "AMD-11"),
    Refused("held twice", running(day(7, 25), 2, held_since=day(7, 24)), HOLD, "CYCLE_HELD", "AMD-11"),
    Refused("amended while held", running(day(7, 25), 2, held_since=day(7, 24)), wish(), "CYCLE_HELD", "AMD-11"),
    Refused("a draft is held", replace(IN_P0, draft=True), HOLD, "CYCLE_DRAFT", "AMD-11"),
    Refused("dates to hold", IN_P2, replace(wish(), kind=Change.HOLD), "DATES_NOT_WANTED", "AMD-11"),
    Refused(
        "phases overlap", IN_P1, wish(phase("first_choice", last_day=date(2023, 8, 3))), "CALENDAR_OVERLAP", "CAL-04"
    ),
    Refused(
        "a phase ends before it begins",
        IN_P1,
        wish(phase("reallocation", last_day=date(2023, 8, 9))),
        *("CALENDAR_DATES", "CAL-03"),
    ),
    Refused("nothing is left", IN_P0, Wish(Change.AMEND, 1), "CALENDAR_EMPTY", "CAL-02"),
)


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_amd_a_wish_is_refused_by_its_rule(row: Refused) -> None:
    with pytest.raises(DomainError) as refusal:
        amended(row.wish, row.running)
    assert (refusal.value.reason, refusal.value.rule) == (row.reason, row.rule)
