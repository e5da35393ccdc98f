"""The recorded scenarios of a base's window; see `scenarios`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.support.temporal import Stage, a_stage
from tests.support.windows import Desk
from workflows.base_window import contract
from workflows.base_window.contract import Decision, DecisionKind, WindowMemory, WindowMoved, WindowStart
from workflows.base_window.workflow import BaseWindow

BASE = "SD-QILU"
DAY = timedelta(days=1)


async def milestones_all(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A base with all its dates, quiet nights, and people who may repair: every reminder, and what is overdue."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000021")
    province, opens = stage.province, stage.province.moments.first_choice_opens
    province.quiet, province.pending[BASE] = True, 6
    province.review_deadlines[BASE] = opens + 8 * DAY
    province.desks[BASE] = Desk(
        written_exam=opens + 10 * DAY + timedelta(hours=9),
        interview=opens + 12 * DAY + timedelta(hours=9),
        pre_admission=opens + 16 * DAY,
        approved=4,
        rejected=2,
        fixable=[(person, opens + 8 * DAY) for person in ("one", "two")],
    )
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await stage.until(opens + 9 * DAY)
        await stage.tell(window, *[Decision(one, 2, DecisionKind.APPROVED, opens + 9 * DAY) for one in "ab"])
        province.pending[BASE] = 2
        await window.result()
        return await window.fetch_history()


async def late_rejection(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Somebody is rejected on the last day, repairs in a fix window of their own, and is decided on after it."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000022")
    province, opens = stage.province, stage.province.moments.first_choice_opens
    province.review_deadlines[BASE] = deadline = opens + 8 * DAY
    desk, province.pending[BASE] = province.desks.setdefault(BASE, Desk()), 1
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        rejected = deadline - timedelta(hours=3)
        await stage.until(rejected)
        desk.rejected, desk.fix_until, province.pending[BASE] = 1, rejected + DAY, 0
        desk.fixable = [("late", desk.fix_until)]
        await stage.tell(window, Decision("a", 3, DecisionKind.REJECTED, rejected))
        await stage.until(rejected + timedelta(hours=20))
        desk.rejected, desk.fixable, desk.late_pending, province.pending[BASE] = 0, [], 1, 1
        await stage.tell(window, Decision("a", 4, DecisionKind.SUBMITTED, rejected + timedelta(hours=20)))
        await stage.until(deadline + 3 * DAY)
        desk.late_pending, province.pending[BASE], desk.fix_until, desk.provisional = 0, 0, None, 1
        await stage.tell(window, Decision("a", 5, DecisionKind.APPROVED, deadline + 3 * DAY))
        await window.result()
        return await window.fetch_history()


async def early_finish(environment: WorkflowEnvironment) -> WorkflowHistory:
    """All is decided and published by the fifth day: quiet, until a place is taken back and given to another."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000023")
    province, opens = stage.province, stage.province.moments.first_choice_opens
    province.review_deadlines[BASE] = opens + 15 * DAY
    desk = province.desks[BASE] = Desk(provisional=2)
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await stage.until(opens + 5 * DAY)
        await stage.tell(window, Decision("a", 5, DecisionKind.PUBLISHED, opens + 5 * DAY))
        await stage.until(opens + 7 * DAY)
        desk.approved, desk.provisional = 1, 1
        await stage.tell(window, Decision("a", 6, DecisionKind.UNDONE, opens + 7 * DAY))
        await stage.until(opens + 8 * DAY)
        desk.approved, desk.provisional = 0, 2
        await stage.tell(window, Decision("b", 5, DecisionKind.PROVISIONALLY_ADMITTED, opens + 8 * DAY))
        await window.result()
        return await window.fetch_history()


async def held_and_resumed(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Everything stands still from the tenth day on, for three days; then all lies three days later."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000024")
    province, opens = stage.province, stage.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 2, opens + 12 * DAY
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await stage.until(opens + 9 * DAY + timedelta(hours=12))
        await province.hold()
        await window.signal(BaseWindow.recheck, WindowMoved(1))
        await stage.until(opens + 12 * DAY + timedelta(hours=10))
        province.held_since = None
        province.moved[3], province.review_deadlines[BASE] = opens + 24 * DAY, opens + 15 * DAY
        await window.signal(BaseWindow.recheck, WindowMoved(1))
        await window.result()
        return await window.fetch_history()


async def not_published(environment: WorkflowEnvironment) -> WorkflowHistory:
    """Everybody is decided on, and two who were provisionally admitted are on no list when the round closes."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000025")
    stage.province.quiet = True
    stage.province.desks[BASE] = Desk(provisional=3, unpublished=2)
    async with stage.working():
        window = await stage.start_window(BASE, 1)
        await window.result()
        return await window.fetch_history()


async def outage(environment: WorkflowEnvironment) -> WorkflowHistory:
    """A run that goes on after ten days without workers: no reminder of the deadline gone by, but what is overdue."""
    stage = await _stage(environment, "20230000-0000-7000-8000-000000000026")
    province, opens = stage.province, stage.province.moments.first_choice_opens
    province.pending[BASE], province.review_deadlines[BASE] = 2, opens + 8 * DAY
    province.desks[BASE] = Desk(interview=opens + 12 * DAY)
    start = WindowStart(province.cycle_id, BASE, 1, WindowMemory(handled_until=opens + DAY))
    async with stage.working():
        await stage.until(opens + 11 * DAY + timedelta(hours=12))
        window = await stage.client.start_workflow(
            BaseWindow.run,
            start,
            id=contract.workflow_id(province.cycle_id, BASE, 1),
            task_queue=contract.TASK_QUEUE,
        )
        await window.result()
        return await window.fetch_history()


async def _stage(environment: WorkflowEnvironment, cycle_id: str) -> Stage:
    stage = await a_stage(environment, cycle_id=cycle_id, days_before=-10)
    stage.province.sequence = 2
    return stage


WINDOW_SCENARIOS: dict[str, Callable[[WorkflowEnvironment], Awaitable[WorkflowHistory]]] = {
    "base_window/milestones_all": milestones_all,
    "base_window/late_rejection": late_rejection,
    "base_window/early_finish": early_finish,
    "base_window/held_and_resumed": held_and_resumed,
    "base_window/not_published": not_published,
    "base_window/outage": outage,
}
