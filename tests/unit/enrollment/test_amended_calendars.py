"""What becomes of a calendar that runs, as a table: an instant, a wish, the phases after it, and why it matters.

Holds AMD-07, AMD-08, AMD-09, AMD-10, AMD-12, AMD-13, AMD-14, AMD-15, AMD-16, AMD-17, AMD-19 (its clock) and AMD-23.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.domain import mattering
from services.enrollment.domain.amendable import Amended, Change, Running, Wish, listed
from services.enrollment.domain.amending import amended
from services.enrollment.domain.calendar import build_calendar
from services.enrollment.domain.policy import Policy
from services.kit.domain import DomainError
from tests.unit.enrollment.amendable_year import (
    ADVANCE,
    DATES,
    END,
    EXAM,
    HOLD,
    IN_GAP,
    IN_P0,
    IN_P1,
    IN_P2,
    IN_P3,
    LATER,
    RESUME,
    ROUND,
    ZONE,
    day,
    gone,
    more,
    phase,
    running,
    wish,
)


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
