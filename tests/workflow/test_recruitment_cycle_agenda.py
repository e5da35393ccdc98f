"""What a cycle does next, and when: pure arithmetic over a timetable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.kit.quiet import is_quiet
from workflows.recruitment_cycle.agenda import (
    Appointment,
    Deed,
    Standing,
    is_sooner,
    is_trifle,
    next_appointment,
    quiet_hours,
    report_is_final,
    rounds_to_report,
)
from workflows.recruitment_cycle.contract import PhaseTimes, QuietTimes, Timetable

OPENS = datetime(2023, 6, 30, 16, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = (("registration", 0, 0, 10), ("first_choice", 1, 10, 31), ("confirmation", 0, 33, 62))
YEAR = Timetable(
    "cycle",
    1,
    1,
    [
        PhaseTimes(0, "preparation", 0, None, OPENS, "preparation"),
        *(
            PhaseTimes(number, phase, review, OPENS + first * DAY, OPENS + last * DAY, phase)
            for number, (phase, review, first, last) in enumerate(DAYS, start=1)
        ),
        PhaseTimes(4, "closed", 0, OPENS + 62 * DAY, None, "closed"),
    ],
    OPENS,
    reminder_hours=[72.0, 24.0],
    quiet=QuietTimes(OPENS, 86_400.0, 21 * 60 + 30, 8 * 60),
)
CLOSES = OPENS + 10 * DAY


def _standing(now: datetime, **changes: object) -> Standing:
    usual = Standing(now, now, False, (), (), None, "cycle")
    return replace(usual, **changes)  # type: ignore[arg-type]


def _next(now: datetime, year: Timetable = YEAR, **changes: object) -> Appointment:
    found = next_appointment(year, _standing(now, **changes))
    assert found is not None
    return found


def test_wait_10_the_earliest_comes_first_and_the_end_is_the_end() -> None:
    """WAIT-10: reminders, then the next phase; nothing once the year is closed and all is told."""
    first = _next(OPENS)
    second = _next(first.at, reminded=(first.name,))
    third = _next(second.at, reminded=(first.name, second.name))
    assert [one.deed for one in (first, second, third)] == [Deed.DRAFT_REMINDER, Deed.DRAFT_REMINDER, Deed.NEXT_PHASE]
    assert (first.lead, second.lead, third.at) == (72.0, 24.0, CLOSES)
    closed = replace(YEAR, sequence=4)
    assert next_appointment(closed, _standing(OPENS + 63 * DAY)) is None
    assert _next(OPENS + 63 * DAY, closed, unreported=(1,)).deed is Deed.PHASE_REPORT


def test_wait_11_held_or_a_draft_it_only_asks_anew() -> None:
    """WAIT-11: once a calendar day from the last answer; what holds is announced all the same."""
    noon = OPENS + 12 * HOUR
    for still in (replace(YEAR, held_since=noon), replace(YEAR, draft=True), replace(YEAR, draft=True, sequence=0)):
        asked = _next(noon, still, unreported=(1,))
        assert (asked.deed, asked.at) == (Deed.RESUMPTION, noon + DAY)
        assert _next(noon, still, to_announce=True) == Appointment(noon, Deed.ANNOUNCEMENT, asked.phase)
    night = OPENS + 23 * HOUR
    assert _next(night, to_announce=True).at == OPENS + DAY + 8 * HOUR


def test_wait_12_a_reminder_is_sent_while_it_makes_sense() -> None:
    """WAIT-12: the first until halfway to the second, the second until the end; a date that moved is told anew."""
    late = _next(CLOSES - 60 * HOUR)
    assert (late.deed, late.lead, late.at) == (Deed.DRAFT_REMINDER, 72.0, CLOSES - 60 * HOUR)
    too_late = _next(CLOSES - 40 * HOUR)
    assert (too_late.deed, too_late.lead) == (Deed.DRAFT_REMINDER, 24.0)
    last = _next(CLOSES - 12 * HOUR)
    assert (last.lead, last.at) == (24.0, CLOSES - 12 * HOUR)
    assert _next(CLOSES - HOUR).deed is Deed.NEXT_PHASE, "at night nobody is told, and in the morning it is over"
    both = (_next(OPENS).name, too_late.name)
    moved = replace(
        YEAR, phases=[replace(one, closes_at=CLOSES + DAY) if one == YEAR.phases[1] else one for one in YEAR.phases]
    )
    assert _next(OPENS, reminded=both).deed is Deed.NEXT_PHASE
    assert _next(CLOSES - 24 * HOUR, replace(moved, reminder_hours=[24.0]), reminded=both).deed is Deed.DRAFT_REMINDER


def test_wait_13_a_reminder_comes_earlier_never_in_a_quiet_time() -> None:
    """WAIT-13: by up to two hours, which differ from cycle to cycle."""
    found = {_next(OPENS, spread_by=f"cycle {number}").at for number in range(200)}
    evening = OPENS + 6 * DAY + 21.5 * HOUR
    assert all(evening - 2 * HOUR < at <= evening for at in found)
    assert not [at for at in found if is_quiet(quiet_hours(YEAR), at)]
    assert len(found) > 50


def test_wait_14_a_round_is_reported_in_the_morning_and_again_until_it_is_final() -> None:
    """WAIT-14."""
    ended = OPENS + 31 * DAY
    report = _next(ended, replace(YEAR, sequence=2), unreported=(1,))
    assert (report.deed, report.at) == (Deed.PHASE_REPORT, ended + 8 * HOUR)
    again = _next(ended + 8 * HOUR, replace(YEAR, sequence=2), unreported=(1,), report_again=ended + 9 * HOUR)
    assert again.at == ended + 9 * HOUR
    assert not report_is_final(YEAR, YEAR.phases[2], ended + 23 * HOUR)
    assert report_is_final(YEAR, YEAR.phases[2], ended + 24 * HOUR)


def test_wait_15_a_year_begun_anew_reports_what_ended_just_before() -> None:
    """WAIT-15."""
    ended = OPENS + 31 * DAY
    assert rounds_to_report(replace(YEAR, sequence=2), ended + DAY) == [1]
    assert rounds_to_report(replace(YEAR, sequence=3), ended + 3 * DAY) == []
    assert rounds_to_report(replace(YEAR, sequence=2), ended - HOUR) == []


def test_wait_16_and_17_what_is_sooner_and_what_is_a_trifle() -> None:
    """WAIT-16: nearer, gone, held or resumed. WAIT-17: a change that moves nothing."""
    first = YEAR.phases[2]
    assert first.closes_at is not None

    def ending(at: datetime) -> Timetable:
        return replace(YEAR, phases=[replace(one, closes_at=at) if one is first else one for one in YEAR.phases])

    assert is_sooner(YEAR, ending(first.closes_at - DAY))
    assert is_sooner(YEAR, replace(YEAR, phases=[one for one in YEAR.phases if one is not first]))
    assert is_sooner(YEAR, replace(YEAR, held_since=OPENS))
    assert is_sooner(replace(YEAR, held_since=OPENS), YEAR)
    assert not is_sooner(YEAR, ending(first.closes_at + DAY))
    assert is_trifle(YEAR, replace(YEAR, calendar_version=2))
    assert not is_trifle(YEAR, ending(first.closes_at + DAY))
