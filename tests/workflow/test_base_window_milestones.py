"""BaseWindow between its dates: reminders, escalation, late repairs, early endings, holds, outages."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import WorkflowHandle

from tests.support.temporal import Stage
from tests.support.windows import Desk
from workflows.base_window import contract
from workflows.base_window.contract import (
    Decision,
    DecisionKind,
    WindowEnded,
    WindowMemory,
    WindowMoved,
    WindowStart,
)
from workflows.base_window.workflow import BaseWindow

BASE = "SD-QILU"
DAY = timedelta(days=1)


def _told(stage: Stage) -> list[tuple[str, str]]:
    """Templates and to whom they went, in order."""
    return [
        (notice.template, notice.organisation_code or notice.person_id) for notice in stage.province.notices.values()
    ]


async def _goes_on(stage: Stage, memory: WindowMemory) -> WorkflowHandle[BaseWindow, WindowEnded]:
    """The window as a run that took over from an earlier one."""
    cycle_id = stage.province.cycle_id
    return await stage.client.start_workflow(
        BaseWindow.run,
        WindowStart(cycle_id, BASE, 1, memory),
        id=contract.workflow_id(cycle_id, BASE, 1),
        task_queue=contract.TASK_QUEUE,
    )


async def test_wait_28_staff_are_reminded_before_every_date_and_the_province_hears_what_is_overdue(
    first_choice: Stage,
) -> None:
    """WAIT-28: each once; whoever can still repair is reminded with the digest."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 4, opens + 8 * DAY
    province.desks[BASE] = Desk(
        interview=opens + 12 * DAY,
        pre_admission=opens + 16 * DAY,
        approved=3,
        not_selected=1,
        rejected=3,
        fixable=[(person, opens + 8 * DAY) for person in ("p1", "p2", "p3")],
    )
    async with first_choice.working():
        ended = await (await first_choice.start_window(BASE, 1)).result()
    people = [("fix_reminder", person) for person in ("p1", "p2", "p3")]
    assert _told(first_choice) == [
        ("milestone_reminder", BASE),
        ("window_digest", BASE),
        *people,
        ("milestone_overdue", "SD"),
        *[("milestone_reminder", BASE)] * 4,
        ("milestone_overdue", "SD"),
        ("window_not_reviewed", BASE),
    ]
    digest = next(each for each in province.notices.values() if each.template == "window_digest")
    assert dict(digest.parameters) == {
        "round_name": "first_choice",
        "count": "4",
        "deadline": province.review_deadlines[BASE].isoformat(),
        "forecast": "按本轮目前的审核进度，截止时预计仍有4份未审核。",
    }
    overdue = [dict(each.parameters) for each in province.notices.values() if each.template == "milestone_overdue"]
    assert overdue == [
        {"base": BASE, "milestone": "审核截止", "count": "4"},
        {"base": BASE, "milestone": "拟录取", "count": "6"},
    ]
    assert not ended.early


async def test_nothing_is_seen_at_night(first_choice: Stage) -> None:
    """WAIT-28: reminders come before the evening ends, news of the night is released in the morning."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.quiet, province.pending[BASE] = True, 1
    async with first_choice.working():
        await (await first_choice.start_window(BASE, 1)).result()
    reminder, digest, unreviewed = province.notices.values()
    for notice in (reminder, digest):
        minute = (province.sent_at[notice.key] - opens) % DAY
        assert timedelta(hours=8) <= minute <= timedelta(hours=21, minutes=30)
        assert not notice.HasField("release_at")
    assert unreviewed.release_at.ToDatetime() == (province.closes_at(2) + timedelta(hours=8)).replace(tzinfo=None)


async def test_wait_25_the_window_waits_for_whoever_was_rejected_late(first_choice: Stage) -> None:
    """WAIT-25: they are reminded once the deadline has passed, the base when their time has ended."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.review_deadlines[BASE] = deadline = opens + 8 * DAY
    province.desks[BASE] = desk = Desk(rejected=1, fixable=[("late", deadline + timedelta(hours=20))])
    desk.fix_until = deadline + timedelta(hours=20)
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(deadline + timedelta(hours=19))
        assert _told(first_choice) == [("fix_reminder", "late")]
        desk.late_pending, province.pending[BASE], desk.fixable = 1, 1, []
        await first_choice.until(deadline + timedelta(hours=21))
        assert _told(first_choice)[1:] == [("milestone_reminder", BASE)]
        desk.late_pending, province.pending[BASE] = 0, 0
        await window.result()
    assert len(province.notices) == 2


async def test_wait_23_a_window_that_has_finished_is_quiet_until_something_comes_after_all(first_choice: Stage) -> None:
    """WAIT-23: its books are closed when the round is."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.review_deadlines[BASE] = opens + 15 * DAY
    desk = province.desks[BASE] = Desk(provisional=2)
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(opens + 2 * DAY)
        status = await window.query(BaseWindow.status)
        assert (status.finished, status.waits_for) == (True, "close")
        desk.approved, desk.provisional = 1, 1
        await first_choice.tell(window, Decision("a", 9, DecisionKind.UNDONE, opens + 2 * DAY))
        await first_choice.until(opens + 2 * DAY + timedelta(minutes=1))
        status = await window.query(BaseWindow.status)
        assert (status.finished, status.waits_for) == (False, "review_deadline")
        desk.approved, desk.provisional = 0, 2
        ended = await window.result()
        waits = (await window.fetch_history()).events
    assert (ended.closed, ended.early) == (True, True)
    assert not province.notices
    assert len(waits) < 70


async def test_wait_29_a_base_that_published_nobody_hears_it_at_the_close(first_choice: Stage) -> None:
    """WAIT-29."""
    province = first_choice.province
    province.desks[BASE] = Desk(provisional=3, unpublished=2)
    async with first_choice.working():
        ended = await (await first_choice.start_window(BASE, 1)).result()
    assert (ended.unpublished, ended.early) == (2, False)
    (notice,) = province.notices.values()
    assert (notice.template, dict(notice.parameters)) == (
        "window_not_published",
        {"round_name": "first_choice", "count": "2"},
    )


async def test_wait_27_while_the_cycle_is_held_nothing_is_due_and_then_everything_lies_later(
    first_choice: Stage,
) -> None:
    """WAIT-27: over the end of the round as it had been."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 1, opens + 19 * DAY
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(opens + 15 * DAY)
        await province.hold()
        await window.signal(BaseWindow.recheck, WindowMoved(1))
        await first_choice.until(opens + 23 * DAY)
        assert (await window.query(BaseWindow.status)).waits_for == "resume"
        assert not province.notices
        province.held_since = None
        province.moved[3] = opens + 29 * DAY
        province.review_deadlines[BASE] = opens + 27 * DAY
        await window.signal(BaseWindow.recheck, WindowMoved(1))
        await first_choice.until(opens + 27 * DAY)
        assert _told(first_choice) == [("milestone_reminder", BASE), ("window_digest", BASE)]
        assert province.closed_windows == []
        await window.result()
        history = await window.fetch_history()
    assert province.closed_windows == [(BASE, 1)]
    assert len(history.events) < 250


async def test_wait_21_after_an_outage_no_reminder_comes_of_what_has_passed(first_choice: Stage) -> None:
    """WAIT-21: and what is overdue is said, late as it is."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 2, opens + 8 * DAY
    province.desks[BASE] = Desk(interview=opens + 12 * DAY)
    async with first_choice.working():
        await first_choice.until(opens + 11 * DAY + timedelta(hours=12))
        window = await _goes_on(first_choice, WindowMemory(handled_until=opens + DAY))
        await first_choice.until(opens + 11 * DAY + timedelta(hours=13))
        assert _told(first_choice) == [("milestone_overdue", "SD"), ("milestone_reminder", BASE)]
        await window.terminate()


async def test_a_window_begun_anew_tells_nobody_twice(first_choice: Stage) -> None:
    """WAIT-28: a store of Temporal that was wiped leaves no trace in the inboxes."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 2, opens + 8 * DAY
    async with first_choice.working():
        window = await first_choice.start_window(BASE, 1)
        await first_choice.until(opens + 9 * DAY)
        await window.terminate()
        before = dict(province.sent_at)
        assert len(before) == 3
        again = await first_choice.start_window(BASE, 1)
        await again.result()
    assert {key: at for key, at in province.sent_at.items() if key in before} == before
    assert _told(first_choice)[3:] == [("window_not_reviewed", BASE)]


async def test_a_round_that_the_cycle_has_not_ends_at_once(first_choice: Stage) -> None:
    async with first_choice.working():
        ended = await (await first_choice.start_window(BASE, 9)).result()
    assert not ended.closed


async def test_a_run_hands_over_no_more_than_until_when_it_acted(first_choice: Stage) -> None:
    """WAIT-26: a run that began before windows reminded of every date is not repeated."""
    province, opens = first_choice.province, first_choice.province.moments.first_choice_opens
    province.pending[BASE] = 2
    old = WindowMemory(heard=[Decision("a", 2, DecisionKind.APPROVED)], digest_done=True)
    async with first_choice.working():
        await first_choice.until(opens + 20 * DAY + timedelta(hours=1))
        window = await _goes_on(first_choice, old)
        await window.result()
    assert [template for template, _ in _told(first_choice)] == ["window_not_reviewed"]
