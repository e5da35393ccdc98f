"""Every rule of amendments as a table: a calendar of Shandong 2023, an instant, a wish, and what becomes of it.

Holds AMD-02, AMD-03, AMD-04, AMD-05, AMD-06, AMD-07, AMD-08, AMD-09, AMD-10, AMD-11, AMD-12, AMD-13, AMD-14, AMD-15, AMD-16,
AMD-17, AMD-19 (its clock) and AMD-23.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain import mattering
from services.enrollment.domain.amendable import Amended, Change, Running, Wish, listed
from services.enrollment.domain.amending import amended
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.phases import P1, P2, P3, P4, P5
from services.enrollment.domain.policy import Policy
from services.kit.domain import DomainError

DATES = (
    PhaseDates(P1, "报名", date(2023, 7, 1), date(2023, 7, 10), "registration"),
    PhaseDates(P2, "一志愿", date(2023, 7, 11), date(2023, 7, 31), "first_choice", "复核"),
    PhaseDates(P3, "二志愿", date(2023, 8, 3), date(2023, 8, 10), "second_choice"),
    PhaseDates(P4, "调剂", date(2023, 8, 11), date(2023, 8, 15), "reallocation"),
    PhaseDates(P5, "核实", date(2023, 8, 16), date(2023, 8, 31), "confirmation"),
)
EXAM = MilestoneDate("exam", "first_choice", "笔试", date(2023, 7, 20), exam=True)
SCORES = MilestoneDate("scores", "second_choice", "公布成绩", date(2023, 8, 5))
KEYS = {entry.key: number for number, entry in enumerate(DATES, 1)}
ZONE = "Asia/Shanghai"


def day(month: int, number: int, hour: int = 12) -> datetime:
    """An hour of a day of 2023 in Shandong."""
    return datetime(2023, month, number, hour, tzinfo=UTC) - timedelta(hours=8)


def running(now: datetime, sequence: int, **more: Any) -> Running:
    """The year as it runs at `now`, its gate at phase `sequence`."""
    policy = Policy(**more.pop("policy", {}))
    calendar = build_calendar(DATES, ZONE, milestones=(EXAM, SCORES))
    return Running(calendar, ZONE, sequence, now, policy, **more)


IN_P0 = running(day(5, 1), 0)
IN_P1 = running(day(7, 5), 1)
IN_P2 = running(day(7, 25), 2)
IN_GAP = running(day(8, 1), 2)
IN_P3 = running(day(8, 4), 3)
IN_P5 = running(day(8, 20), 5)

Changed = Callable[[dict[str, PhaseDates]], dict[str, PhaseDates]]


def phase(key: str, /, **changes: Any) -> Changed:
    """One phase with other values."""
    return lambda dates: {**dates, key: replace(dates[key], **changes)}


def gone(*keys: str) -> Changed:
    """Without these."""
    return lambda dates: {key: entry for key, entry in dates.items() if key not in keys}


def more(entry: PhaseDates, **shifts: tuple[date, date]) -> Changed:
    """One more phase, others at other dates."""

    def change(dates: dict[str, PhaseDates]) -> dict[str, PhaseDates]:
        moved = {
            key: replace(known, first_day=shifts[key][0], last_day=shifts[key][1]) if key in shifts else known
            for key, known in dates.items()
        }
        return dict(sorted({**moved, "new": entry}.items(), key=lambda each: each[1].first_day))

    return change


def wish(*changes: Changed, milestones: tuple[MilestoneDate, ...] = (EXAM, SCORES)) -> Wish:
    """The whole calendar with changes."""
    dates = {entry.key: entry for entry in DATES}
    for change in changes:
        dates = change(dates)
    kept = tuple(each for each in milestones if each.phase_key in dates)
    return Wish(Change.AMEND, 1, tuple(dates.values()), kept)


ROUND = PhaseDates(P3, "三志愿", date(2023, 8, 11), date(2023, 8, 14))
LATER = {
    "reallocation": (date(2023, 8, 15), date(2023, 8, 19)),
    "confirmation": (date(2023, 8, 20), date(2023, 8, 31)),
}
RESUME, HOLD, ADVANCE, END = (Wish(kind, 1) for kind in (Change.RESUME, Change.HOLD, Change.ADVANCE, Change.END))


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


@dataclass(frozen=True)
class Accepted:
    """A wish that may be: the phases that change, with first and last day after, and why it matters to whom."""

    what: str
    running: Running
    wish: Wish
    phases: dict[str, tuple[str, str] | None]
    reasons: str
    urgent: bool
    people: int = 2

    def __str__(self) -> str:
        return self.what


ACCEPTED = (
    Accepted(
        "extend the present phase",
        IN_P2,
        wish(phase("first_choice", last_day=date(2023, 8, 2))),
        {"first_choice": ("2023-07-11", "2023-08-02")},
        "AMD-12",
        False,
    ),
    Accepted(
        "shorten the present phase",
        IN_P2,
        wish(phase("first_choice", last_day=date(2023, 7, 27))),
        {"first_choice": ("2023-07-11", "2023-07-27")},
        "AMD-12 AMD-14",
        True,
    ),
    Accepted(
        "insert a round",
        IN_P1,
        wish(more(ROUND, **LATER)),
        {
            "second_choice.2": ("2023-08-11", "2023-08-14"),
            "reallocation": ("2023-08-15", "2023-08-19"),
            "confirmation": ("2023-08-20", "2023-08-31"),
        },
        "AMD-14",
        True,
    ),
    Accepted(
        "drop the reallocation long before",
        IN_P1,
        wish(gone("reallocation")),
        {"reallocation": None},
        "AMD-14",
        True,
    ),
    Accepted(
        "a near phase begins later",
        IN_GAP,
        wish(phase("second_choice", first_day=date(2023, 8, 4))),
        {"second_choice": ("2023-08-04", "2023-08-10")},
        "AMD-13 AMD-14",
        True,
    ),
    Accepted(
        "the last phase lasts longer, from afar",
        IN_P1,
        wish(phase("confirmation", last_day=date(2023, 9, 3))),
        {"confirmation": ("2023-08-16", "2023-09-03")},
        "",
        False,
        1,
    ),
    Accepted(
        "a phase gets another name",
        IN_P2,
        wish(phase("reallocation", name="省内调剂")),
        {"reallocation": ("2023-08-11", "2023-08-15")},
        "",
        False,
        1,
    ),
    Accepted(
        "shorten in preparation, from afar",
        IN_P0,
        wish(phase("registration", last_day=date(2023, 7, 8))),
        {"registration": ("2023-07-01", "2023-07-08")},
        "",
        True,
        1,
    ),
    Accepted(
        "a near opening in preparation",
        running(day(6, 25), 0),
        wish(phase("registration", first_day=date(2023, 7, 2))),
        {"registration": ("2023-07-02", "2023-07-10")},
        "AMD-13 AMD-14",
        True,
    ),
    Accepted(
        "a draft is changed by one",
        replace(running(day(6, 29), 0), draft=True),
        wish(phase("registration", first_day=date(2023, 6, 30))),
        {"registration": ("2023-06-30", "2023-07-10")},
        "",
        True,
        1,
    ),
    Accepted(
        "one person suffices where the policy says so",
        running(day(7, 25), 2, policy={"calendar_approvals": 1}),
        wish(phase("first_choice", last_day=date(2023, 7, 27))),
        {"first_choice": ("2023-07-11", "2023-07-27")},
        "AMD-12 AMD-14",
        True,
        1,
    ),
    Accepted("hold", IN_P2, HOLD, {}, "AMD-15", True),
    Accepted(
        "resume after two and a half days",
        running(day(7, 28, 9), 2, held_since=day(7, 25, 21)),
        RESUME,
        {
            "first_choice": ("2023-07-11", "2023-08-03"),
            "second_choice": ("2023-08-06", "2023-08-13"),
            "reallocation": ("2023-08-14", "2023-08-18"),
            "confirmation": ("2023-08-19", "2023-09-03"),
        },
        "",
        True,
        1,
    ),
    Accepted(
        "resume what was held in a gap",
        running(day(8, 1, 13), 2, held_since=day(8, 1, 9)),
        RESUME,
        {
            "second_choice": ("2023-08-04", "2023-08-11"),
            "reallocation": ("2023-08-12", "2023-08-16"),
            "confirmation": ("2023-08-17", "2023-09-01"),
        },
        "",
        True,
        1,
    ),
    Accepted(
        "advance",
        IN_P2,
        ADVANCE,
        {"first_choice": ("2023-07-11", "2023-07-25"), "second_choice": ("2023-07-26", "2023-08-10")},
        "AMD-12 AMD-13 AMD-14 AMD-15",
        True,
    ),
    Accepted(
        "advance out of a gap, by two though the policy asks for one",
        running(day(8, 1), 2, policy={"calendar_approvals": 1}),
        ADVANCE,
        {"second_choice": ("2023-08-02", "2023-08-10")},
        "AMD-13 AMD-14 AMD-15",
        True,
    ),
    Accepted(
        "advance by one where no notice is asked for",
        running(day(7, 25), 2, policy={"calendar_approvals": 1, "calendar_notice_hours": 0}),
        ADVANCE,
        {"first_choice": ("2023-07-11", "2023-07-25"), "second_choice": ("2023-07-26", "2023-08-10")},
        "AMD-12 AMD-13 AMD-14 AMD-15",
        True,
        1,
    ),
    Accepted(
        "end",
        IN_P3,
        END,
        {"second_choice": ("2023-08-03", "2023-08-04"), "reallocation": None, "confirmation": None},
        "AMD-12 AMD-13 AMD-14 AMD-15",
        True,
    ),
)


@pytest.mark.parametrize("row", ACCEPTED, ids=str)
def test_amd_a_wish_becomes_a_calendar(row: Accepted) -> None:
    after = amended(row.wish, row.running)
    was = {entry.key: entry for _, entry in listed(row.running.calendar)}
    becomes = {entry.key: entry for _, entry in listed(after.calendar)}
    days = {
        key: (str(becomes[key].first_day), str(becomes[key].last_day)) if key in becomes else None
        for key in {**was, **becomes}
        if was.get(key) != becomes.get(key)
    }
    # The gap after a phase that ends today is gone with its name.
    assert days == row.phases
    assert " ".join(mattering.reasons(row.running, after)) == row.reasons
    assert mattering.is_urgent(row.running, after) is row.urgent
    assert mattering.people(row.running, after) == row.people
    sequence = row.running.sequence
    assert after.calendar.phases[sequence].key == row.running.present.key
    assert [window.sequence for window in after.calendar.phases] == list(range(len(after.calendar.phases)))


def test_amd_08_dates_move_with_what_was_held_and_what_had_come_stays() -> None:
    held = running(day(7, 21, 13), 2, held_since=day(7, 20, 12))
    after = amended(RESUME, held)
    assert after.shift_days == 2
    # The exam's day had begun and not ended: it moves as well.
    assert {each.key: str(each.day) for each in after.calendar.milestones} == {
        "exam": "2023-07-22",
        "scores": "2023-08-07",
    }
    past = amended(RESUME, running(day(7, 25), 2, held_since=day(7, 21, 0)))
    assert {each.key: each.day for each in past.calendar.milestones}["exam"] == date(2023, 7, 20)


@pytest.mark.parametrize("seconds", [1.0, 3600.0])
def test_amd_a_compressed_calendar_stays_on_its_own_days(seconds: float) -> None:
    """Instants of what stays are those of before, of what moves those of the rehearsal's days."""
    starts = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
    calendar = build_calendar(DATES, ZONE, starts_at=starts, day_seconds=seconds)
    now = calendar.instant_of(date(2023, 7, 25)) + calendar.day / 2
    after = amended(
        wish(phase("first_choice", last_day=date(2023, 8, 1)), milestones=()), Running(calendar, ZONE, 2, now, Policy())
    ).calendar
    assert [window for window in after.phases if window.key != "first_choice"] == [
        window for window in calendar.phases if window.key != "first_choice"
    ]
    assert after.phases[2].closes_at == starts + 32 * timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("what", "now", "wanted", "until"),
    [
        ("the day ends", day(7, 25), ADVANCE, day(7, 26, 0)),
        ("the notice begins to bind", day(7, 25, 23), wish(phase("first_choice", last_day=date(2023, 7, 27))), None),
    ],
)
def test_amd_19_a_decision_holds_until_a_rule_may_say_otherwise(
    what: str, now: datetime, wanted: Wish, until: datetime | None
) -> None:
    at = running(now, 2)
    assert mattering.holds_until(at, amended(wanted, at)) == (until or day(7, 26, 0))


def test_amd_19_a_resumption_holds_for_as_many_days_as_it_moves() -> None:
    held = running(day(7, 28, 9), 2, held_since=day(7, 25, 21))
    assert mattering.holds_until(held, amended(RESUME, held)) == day(7, 28, 21)


def test_amd_17_only_somebody_else_agrees() -> None:
    with pytest.raises(DomainError, match="OWN_AMENDMENT"):
        mattering.check_second_person("a", "a", agree=True)
    mattering.check_second_person("a", "a", agree=False)
    mattering.check_second_person("a", "b", agree=True)


def test_amd_23_what_is_removed_from_afar_is_urgent_for_who_waits() -> None:
    after = Amended(Change.AMEND, replace(IN_P1.calendar, milestones=(EXAM,)))
    assert mattering.is_urgent(IN_P1, after)
