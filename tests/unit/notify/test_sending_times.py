"""MSG-08 and MSG-09: a cycle's policy laid over its calendar says when people are told; contracts carry it as it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from residency.enrollment.v1 import cycle_pb2
from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.sending import Decided, news_from, quiet_hours, time_policy
from services.enrollment.grpc_api.convert import time_policy_message
from services.kit.quiet import NEVER, not_before
from workflows.wire import quiet_of

BEIJING = ZoneInfo("Asia/Shanghai")
EXAM = MilestoneDate("exam", "P2", "全省笔试", date(2023, 7, 20), exam=True)
SCORES = MilestoneDate("scores", "P2", "成绩公布", date(2023, 7, 22))


def calendar(starts_at: datetime | None = None, day_seconds: float = 0.0) -> Calendar:
    return build_calendar(
        [
            PhaseDates(P1, "网上报名", date(2023, 7, 1), date(2023, 7, 14), "P1"),
            PhaseDates(P2, "第一志愿", date(2023, 7, 16), date(2023, 7, 30), "P2"),
        ],
        "Asia/Shanghai",
        starts_at=starts_at,
        day_seconds=day_seconds,
        milestones=[EXAM, SCORES],
    )


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 7, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("decided", "told", "told_after_the_hold"),
    [
        (at(18, 10), at(18, 10), at(18, 10, 30)),
        (at(18, 21, 10), at(18, 21, 10), at(19, 8)),
        (at(19, 23), at(20, 13), at(20, 13)),
        (at(22, 7, 45), at(22, 8), at(22, 8, 15)),
    ],
)
def test_msg_09_news_is_told_after_the_undo_period_and_never_in_a_quiet_time(
    decided: datetime, told: datetime, told_after_the_hold: datetime
) -> None:
    assert news_from(Policy(), calendar(), Decided(decided)) == told
    assert news_from(Policy(), calendar(), Decided(decided), held=True) == told_after_the_hold


def test_msg_09_a_policy_without_hold_or_quiet_hours_tells_at_once() -> None:
    policy = Policy(undo_minutes=0, quiet_hours={}, exam_quiet_until="")
    assert news_from(policy, calendar(), Decided(at(20, 3)), held=True) == at(20, 3)


def test_msg_09_news_waits_for_the_end_of_an_exam_of_the_base() -> None:
    own = Milestones(written_exam=at(25, 9))
    assert news_from(Policy(), calendar(), Decided(at(25, 10), own)) == at(25, 13)


@pytest.mark.parametrize(("until", "told"), [(at(19, 6), at(18, 23)), (at(19, 8), at(18, 23)), (at(19, 9), at(19, 8))])
def test_msg_09_news_of_what_would_be_over_by_then_is_told_before(until: datetime, told: datetime) -> None:
    assert news_from(Policy(), calendar(), Decided(at(18, 23)), until=until) == told


def test_msg_08_a_base_is_silent_on_the_mornings_of_its_own_exams_too() -> None:
    own = Milestones(written_exam=at(25, 9), interview=at(26, 14))
    everywhere, there = quiet_hours(Policy(), calendar()), quiet_hours(Policy(), calendar(), own)
    assert not_before(everywhere, at(25, 9)) == at(25, 9)
    assert [not_before(there, at(day, 9)) for day in (20, 25, 26, 27)] == [
        at(20, 13),
        at(25, 13),
        at(26, 13),
        at(27, 9),
    ]


def test_msg_08_a_rehearsals_nights_are_compressed_with_its_days() -> None:
    begins = at(1, 0)
    quiet = quiet_hours(Policy(), calendar(begins, day_seconds=24.0))
    assert not_before(quiet, begins + timedelta(seconds=24 * 3 + 22)) == begins + timedelta(seconds=24 * 4 + 8)


def test_msg_08_contracts_carry_the_policy_unchanged() -> None:
    policy = time_policy(Policy(), calendar(), Milestones(written_exam=at(25, 9)))
    message = time_policy_message(policy)
    assert quiet_of(message) == quiet_of(message.quiet) == policy.quiet
    assert tuple(message.reminder_hours) == (72.0, 24.0)
    assert tuple(message.verification_reminder_days) == (7.0, 3.0, 1.0)
    assert quiet_of(cycle_pb2.TimePolicy()) == NEVER
