"""BaseWindow on the time-skipping server: signals, reminders, the close."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import WorkflowHandle

from tests.support.temporal import Stage
from workflows.base_window.contract import Decision, DecisionKind, WindowEnded, WindowMoved
from workflows.base_window.workflow import BaseWindow

BASE = "SD-QILU"


async def _waiting_and_verdicts(window: WorkflowHandle[BaseWindow, WindowEnded]) -> tuple[int, int]:
    status = await window.query(BaseWindow.status)
    return status.waiting, status.verdicts


async def test_a_window_whose_books_are_closed_does_nothing(first_choice: Stage) -> None:
    """WAIT-07."""
    first_choice.province.sequence = 3
    first_choice.province.closed_windows.append((BASE, 1))
    async with first_choice.working():
        ended = await (await first_choice.start_window(BASE, 1)).result()
    assert not ended.closed
    assert first_choice.province.notices == {}


async def test_a_window_begun_after_its_round_closes_the_books_and_reproaches_nobody(first_choice: Stage) -> None:
    """WAIT-07."""
    province = first_choice.province
    province.pending[BASE] = 2
    async with first_choice.working():
        await first_choice.until(province.opens_at(3) + timedelta(hours=1))
        province.sequence = 3
        ended = await (await first_choice.start_window(BASE, 1)).result()
    assert (ended.closed, ended.unreviewed) == (True, 2)
    assert province.closed_windows == [(BASE, 1)]
    assert province.notices == {}


async def test_repeats_and_old_versions_change_nothing(first_choice: Stage) -> None:
    """WAIT-04."""
    first_choice.province.pending[BASE] = 10
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(first_choice.province.moments.first_choice_opens + timedelta(hours=1))
        approved = Decision("a", 3, DecisionKind.APPROVED)
        await first_choice.tell(window, approved, approved)
        await first_choice.tell(window, approved)
        assert await _waiting_and_verdicts(window) == (9, 1)
        # Version 2, the submission that was approved, arrives after its verdict.
        await first_choice.tell(window, Decision("a", 2, DecisionKind.SUBMITTED))
        assert await _waiting_and_verdicts(window) == (9, 1)
        await first_choice.tell(
            window, Decision("a", 4, DecisionKind.PROVISIONALLY_ADMITTED), Decision("b", 5, DecisionKind.SUBMITTED)
        )
        assert await _waiting_and_verdicts(window) == (10, 1)
        await window.result()


async def test_a_base_that_left_applications_unreviewed_is_told_after_the_close(first_choice: Stage) -> None:
    """WAIT-05: the last reminder before the close is the digest."""
    first_choice.province.pending[BASE] = 2
    async with first_choice.working():
        ended = await (await first_choice.start_window(BASE, 1)).result()
    assert ended.unreviewed == 2
    assert [notice.template for notice in first_choice.province.notices.values()] == [
        "milestone_reminder",
        "window_digest",
        "window_not_reviewed",
    ]


async def test_nobody_is_told_when_nothing_waits(first_choice: Stage) -> None:
    """WAIT-06."""
    async with first_choice.working():
        await (await first_choice.start_window(BASE, 1)).result()
    assert not first_choice.province.notices


async def test_a_round_that_was_extended_closes_at_its_new_end(first_choice: Stage) -> None:
    province = first_choice.province
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(province.moments.one_day_before_first_choice_ends)
        province.moved[3] = province.opens_at(3) + timedelta(days=2)
        await first_choice.until(province.moved[3] - timedelta(hours=1))
        assert province.closed_windows == []
        await window.result()
    assert province.closed_windows == [(BASE, 1)]


async def test_a_review_deadline_set_during_the_round_moves_the_reminder(first_choice: Stage) -> None:
    province = first_choice.province
    province.pending[BASE] = 1
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(province.moments.first_choice_opens + timedelta(days=1))
        province.review_deadlines[BASE] = province.moments.first_choice_opens + timedelta(days=5)
        await window.signal(BaseWindow.recheck, WindowMoved(1))
        await first_choice.until(province.review_deadlines[BASE] - timedelta(hours=23))
        assert [notice.template for notice in province.notices.values()] == ["milestone_reminder", "window_digest"]
        await window.terminate()


async def test_the_close_is_tried_again_when_the_database_is_behind(first_choice: Stage) -> None:
    first_choice.province.behind = timedelta(milliseconds=300)
    async with first_choice.working():
        assert (await (await first_choice.start_window(BASE, 1)).result()).closed
