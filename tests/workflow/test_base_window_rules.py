"""What falls due in a window and what it knows of its backlog: pure rules, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.quiet import QuietHours, is_quiet
from workflows.base_window.backlog import Backlog
from workflows.base_window.calendar import (
    Due,
    Errand,
    agenda,
    finished,
    forecast,
    next_due,
    owed,
    pause_after_refusal,
    release,
    sensible,
    word_for_wait,
)
from workflows.base_window.contract import Decision, DecisionKind, DecisionsMade, Milestone, WindowTimes

OPENS = datetime(2023, 7, 10, 16, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = WindowTimes(
    opens_at=OPENS,
    closes_at=OPENS + 21 * DAY,
    review_deadline=OPENS + 10 * DAY,
    pending=5,
    over=False,
    day_seconds=86_400.0,
    written_exam=OPENS + 12 * DAY,
    interview=OPENS + 14 * DAY,
    pre_admission=OPENS + 18 * DAY,
    phase="first_choice",
    to_select=3,
    decided=10,
    read_at=OPENS,
    reminder_hours=[72.0, 24.0],
)
QUIET = QuietHours(OPENS, 86_400.0, 21 * 60 + 30, 8 * 60, 13 * 60, frozenset({OPENS + 12 * DAY}))


def _told(window: WindowTimes = WINDOW, spread_by: str = "") -> list[tuple[float, str, str]]:
    return [((due.at - OPENS) / DAY, due.errand.value, due.milestone.value) for due in agenda(window, spread_by)]


def test_wait_20_before_each_date_it_reminds_and_after_it_looks_what_is_owed() -> None:
    """WAIT-20: the last one before verdicts end is the digest, and with it goes one to whoever may still repair."""
    assert _told() == [
        (7, "remind", "review_deadline"),
        (9, "remind", "written_exam"),
        (9, "digest", "review_deadline"),
        (9, "fix", "review_deadline"),
        (10, "overdue", "review_deadline"),
        (11, "remind", "interview"),
        (11, "remind", "written_exam"),
        (12, "overdue", "written_exam"),
        (13, "remind", "interview"),
        (14, "overdue", "interview"),
        (15, "remind", "pre_admission"),
        (17, "remind", "pre_admission"),
        (18, "overdue", "pre_admission"),
    ]


def test_wait_20_without_dates_of_its_own_a_base_is_reminded_of_the_end_of_the_round_alone() -> None:
    """WAIT-20: what is owed then is told after the close, and by the province's report."""
    bare = replace(WINDOW, review_deadline=WINDOW.closes_at, written_exam=None, interview=None, pre_admission=None)
    assert _told(bare) == [
        (18, "remind", "review_deadline"),
        (20, "digest", "review_deadline"),
        (20, "fix", "review_deadline"),
    ]


@given(spread_by=st.text(max_size=40))
@settings(max_examples=30, deadline=None)
def test_wait_20_reminders_come_up_to_two_hours_early_and_never_in_a_quiet_time(spread_by: str) -> None:
    """WAIT-20: spread by hash, so that the windows of a province do not all fire at one instant."""
    for due, plain in zip(agenda(WINDOW, spread_by), agenda(WINDOW, ""), strict=True):
        assert abs(due.at - plain.at) < timedelta(hours=2)
    for due in agenda(replace(WINDOW, quiet=QUIET), spread_by):
        if due.errand is not Errand.OVERDUE:
            assert not is_quiet(QUIET, due.at)
            assert due.at <= due.milestone_at - timedelta(hours=due.lead)


def test_wait_21_after_an_outage_the_last_of_several_reminders_is_sent_and_none_of_a_date_gone_by() -> None:
    """WAIT-21: what is overdue is still said."""
    dues = agenda(WINDOW, "")
    now = OPENS + timedelta(days=11, hours=1)
    assert [(due.errand, due.milestone, due.lead) for due in sensible(dues, OPENS, now)] == [
        (Errand.OVERDUE, Milestone.REVIEW_DEADLINE, 0),
        (Errand.REMIND, Milestone.INTERVIEW, 72),
        (Errand.REMIND, Milestone.WRITTEN_EXAM, 24),
    ]
    assert sensible(dues, now, now) == []
    assert next_due(dues, now) == OPENS + 12 * DAY
    assert next_due(dues, WINDOW.closes_at) is None


def _due(errand: Errand, milestone: Milestone, at: datetime = OPENS) -> Due:
    return Due(at, errand, milestone, at)


@pytest.mark.parametrize(
    ("errand", "milestone", "count"),
    [
        (Errand.DIGEST, Milestone.REVIEW_DEADLINE, 4),
        (Errand.FIX, Milestone.REVIEW_DEADLINE, 2),
        (Errand.OVERDUE, Milestone.REVIEW_DEADLINE, 4),
        (Errand.REMIND, Milestone.WRITTEN_EXAM, 7),
        (Errand.OVERDUE, Milestone.WRITTEN_EXAM, 4),
        (Errand.OVERDUE, Milestone.PRE_ADMISSION, 7),
        (Errand.REMIND, Milestone.LATE_REVIEW, 1),
    ],
)
def test_wait_22_each_errand_is_about_what_is_owed_by_then(errand: Errand, milestone: Milestone, count: int) -> None:
    """WAIT-22: what was repaired late is nobody's debt before the round ends."""
    window = replace(WINDOW, late_pending=1, fixable=2)
    assert owed(window, _due(errand, milestone)) == count


def test_wait_22_an_exam_after_the_deadline_does_not_say_again_what_the_deadline_said() -> None:
    """WAIT-22."""
    assert owed(WINDOW, _due(Errand.OVERDUE, Milestone.INTERVIEW, OPENS + 14 * DAY)) == 0


def test_wait_23_a_first_choice_with_nothing_left_to_do_or_to_come_has_finished() -> None:
    """WAIT-23: in a round with newcomers there is always something to come."""
    done = replace(WINDOW, pending=0, to_select=0)
    assert finished(done)
    assert agenda(done, "") == []
    for still in (
        replace(done, pending=1),
        replace(done, to_select=1),
        replace(done, unpublished=1),
        replace(done, fixable=1),
    ):
        assert not finished(still)
    for phase in ("second_choice", "reallocation", ""):
        assert not finished(replace(done, phase=phase))


@pytest.mark.parametrize(
    ("pending", "decided", "days", "left"), [(5, 10, 5, 0), (30, 10, 5, 20), (5, 0, 5, 5), (5, 9, 0, 5)]
)
def test_wait_24_the_forecast_goes_on_at_the_pace_since_the_opening(
    pending: int, decided: int, days: int, left: int
) -> None:
    """WAIT-24: the deadline lies ten days after the opening."""
    assert forecast(replace(WINDOW, pending=pending, decided=decided), OPENS + days * DAY) == left


def test_wait_25_rejected_late_somebody_has_longer_and_the_base_until_the_round_ends() -> None:
    """WAIT-25: who has a fix window is reminded after the deadline, the base when the last one has ended."""
    late = replace(
        WINDOW, fix_until=OPENS + timedelta(days=10, hours=20), written_exam=None, interview=None, pre_admission=None
    )
    assert [told for told in _told(late) if told[2] == "late_review"] == [
        (10, "fix", "late_review"),
        (pytest.approx(10 + 20 / 24), "remind", "late_review"),
        (18, "remind", "late_review"),
        (20, "remind", "late_review"),
    ]
    assert "late_review" not in {told[2] for told in _told()}


def test_wait_27_a_refused_close_waits_for_what_the_other_clock_lacks() -> None:
    """WAIT-27: at least a quarter of a second, at most five seconds."""
    for lacking, pause in ((0.3, 0.3), (0.0, 0.25), (90.0, 5.0)):
        read_at = WINDOW.closes_at - timedelta(seconds=lacking)
        assert pause_after_refusal(replace(WINDOW, read_at=read_at)) == timedelta(seconds=pause)


def test_news_of_the_night_is_seen_in_the_morning() -> None:
    night = OPENS + timedelta(hours=23)
    assert release(replace(WINDOW, quiet=QUIET), night) == OPENS + timedelta(days=1, hours=8)
    assert release(replace(WINDOW, quiet=QUIET), OPENS + timedelta(hours=12)) is None
    assert release(WINDOW, night) is None


def test_a_window_says_in_a_word_what_it_waits_for() -> None:
    dues = agenda(WINDOW, "")
    assert word_for_wait(WINDOW, dues, OPENS) == "review_deadline"
    assert word_for_wait(WINDOW, dues, OPENS + 17 * DAY) == "pre_admission"
    assert word_for_wait(WINDOW, dues, WINDOW.closes_at) == "close"
    assert word_for_wait(replace(WINDOW, held=True), dues, OPENS) == "resume"


FIRST = DecisionKind.SUBMITTED
NEXT = {
    None: [DecisionKind.SUBMITTED],
    DecisionKind.SUBMITTED: [
        *(DecisionKind.SUBMITTED, DecisionKind.APPROVED, DecisionKind.REJECTED, DecisionKind.WITHDRAWN)
    ],
    DecisionKind.REJECTED: [DecisionKind.SUBMITTED],
    DecisionKind.APPROVED: [DecisionKind.PROVISIONALLY_ADMITTED, DecisionKind.NOT_SELECTED],
    DecisionKind.NOT_SELECTED: [],
    DecisionKind.PROVISIONALLY_ADMITTED: [DecisionKind.PUBLISHED, DecisionKind.ADMITTED, DecisionKind.UNDONE],
    DecisionKind.PUBLISHED: [DecisionKind.ADMITTED],
    DecisionKind.ADMITTED: [],
    DecisionKind.UNDONE: [DecisionKind.PROVISIONALLY_ADMITTED, DecisionKind.NOT_SELECTED],
    DecisionKind.WITHDRAWN: [],
}
"""What may happen to an application after what (rules-enrollment B3)."""


@st.composite
def _lives(draw: st.DrawFn, *, again: bool) -> list[Decision]:
    """What happened at a base: the lives of some applications, each deed a second later; `again`: some submit anew."""
    deeds: list[Decision] = []
    last: dict[str, DecisionKind] = {}
    for number, one in enumerate(draw(st.lists(st.sampled_from("abcde"), max_size=24))):
        choices = [kind for kind in NEXT[last.get(one)] if again or one not in last or kind is not FIRST]
        if choices:
            last[one] = draw(st.sampled_from(choices))
            deeds.append(Decision(one, number + 1, last[one], OPENS + timedelta(seconds=number)))
    return deeds


def _counts(deeds: list[Decision]) -> tuple[int, int]:
    """How many wait and how many have a verdict once `deeds` have happened: by counting, as enrollment does."""
    last = {deed.application_id: deed.kind for deed in deeds}
    waiting = sum(kind is FIRST for kind in last.values())
    return waiting, sum(kind not in (FIRST, DecisionKind.WITHDRAWN) for kind in last.values())


def _counted(deeds: list[Decision]) -> WindowTimes:
    waiting, decided = _counts(deeds)
    read_at = deeds[-1].at if deeds else OPENS - DAY
    return replace(WINDOW, pending=waiting, decided=decided, read_at=read_at)


def _knows(backlog: Backlog) -> tuple[int, int]:
    return backlog.waiting, backlog.verdicts


@given(st.data(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_wait_04_whatever_way_news_comes_the_window_knows_what_happened(data: st.DataObject, again: bool) -> None:
    """WAIT-04 WAIT-26: told twice, out of order, of an old version, or of before the count, it changes nothing.

    Between two counts the window knows what it would have known of news in order; and, unless somebody submitted
    again, as much as a count would say.
    """
    deeds = data.draw(_lives(again=again))
    counted = data.draw(st.integers(0, len(deeds)))
    backlog, orderly = Backlog(), Backlog()
    backlog.hear(data.draw(st.permutations(deeds[: data.draw(st.integers(0, len(deeds)))])))
    for each in (backlog, orderly):
        each.counted(_counted(deeds[:counted]))
    orderly.hear(deeds)
    repeats = data.draw(st.lists(st.sampled_from(deeds), max_size=8)) if deeds else []
    told = data.draw(st.permutations([*deeds, *repeats]))
    for first, last in pairwise([0, *accumulate(data.draw(st.lists(st.integers(1, 9), max_size=9))), len(told)]):
        backlog.hear(told[first:last])
    backlog.hear(told)
    assert _knows(backlog) == _knows(orderly)
    assert again or _knows(backlog) == _counts(deeds)
    backlog.counted(_counted(deeds))
    backlog.hear(data.draw(st.permutations(deeds)))
    assert (*_knows(backlog), backlog.heard) == (*_counts(deeds), 0)


def _after(counted: WindowTimes, *kinds: DecisionKind) -> tuple[int, int]:
    backlog = Backlog()
    backlog.counted(counted)
    backlog.hear([Decision("a", number + 2, kind, OPENS + (number + 1) * DAY) for number, kind in enumerate(kinds)])
    return _knows(backlog)


@pytest.mark.parametrize(
    ("phase", "kinds", "waiting", "verdicts"),
    [
        ("second_choice", [DecisionKind.PROVISIONALLY_ADMITTED], 5, 10),
        ("second_choice", [DecisionKind.UNDONE], 5, 10),
        ("second_choice", [DecisionKind.PROVISIONALLY_ADMITTED, DecisionKind.UNDONE], 5, 10),
        ("reallocation", [DecisionKind.PROVISIONALLY_ADMITTED], 4, 11),
        ("reallocation", [DecisionKind.UNDONE], 6, 9),
        ("reallocation", [DecisionKind.PROVISIONALLY_ADMITTED, DecisionKind.UNDONE], 5, 10),
    ],
)
def test_wait_26_in_the_reallocation_a_place_is_given_to_who_waits_and_who_loses_it_waits_again(
    phase: str, kinds: list[DecisionKind], waiting: int, verdicts: int
) -> None:
    """WAIT-26: elsewhere both are approved before and after (B3 20)."""
    assert _after(replace(WINDOW, phase=phase), *kinds) == (waiting, verdicts)


def test_what_gives_the_base_something_to_do_again_is_noticed() -> None:
    backlog = Backlog()
    backlog.counted(WINDOW)
    backlog.hear([Decision("a", 2, DecisionKind.ADMITTED, OPENS + DAY)])
    assert not backlog.owes_again
    backlog.hear([Decision("b", 2, DecisionKind.UNDONE, OPENS + DAY)])
    assert backlog.owes_again


def test_a_batch_is_told_the_same_column_by_column() -> None:
    news = [
        Decision("a", 2, DecisionKind.APPROVED, OPENS + timedelta(microseconds=123_457)),
        Decision("b", 3, DecisionKind.SUBMITTED),
    ]
    assert DecisionsMade.of(news).told() == DecisionsMade(news).told() == news
