"""BaseWindow: one base in one review round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from temporalio import workflow

from workflows.primitives.calls import COMMAND, QUICK_READ
from workflows.primitives.deadline import until

with workflow.unsafe.imports_passed_through():
    from workflows.base_window import calendar, contract
    from workflows.base_window.activities import WindowActivities
    from workflows.base_window.backlog import Backlog
    from workflows.base_window.contract import NoticeTemplate


@workflow.defn(name=contract.NAME)
class BaseWindow:
    """Hears what a base's staff decided, reminds them once of what waits, and closes the round's books."""

    @workflow.init
    def __init__(self, start: contract.WindowStart) -> None:
        memory = start.memory or contract.WindowMemory()
        self._start = start
        self._backlog = Backlog(memory.heard)
        self._digest_done = memory.digest_done
        self._window: contract.WindowTimes | None = None
        self._dates_moved = False

    @workflow.run
    async def run(self, start: contract.WindowStart) -> contract.WindowEnded:
        """WAIT-07: run the window until its books are closed; at once and without a deed when they were before.

        A window that begins after its round (an outage) closes the books and reproaches nobody.
        """
        window = await self._read_window()
        if window.closed:
            await workflow.wait_condition(workflow.all_handlers_finished)
            return contract.WindowEnded(False, 0, 0)
        in_time = not window.over
        if in_time:
            window = await self._remind_before_verdicts_end(window)
            await self._wait_until(lambda known: known.closes_at, window)
        count = await workflow.execute_activity_method(WindowActivities.close_window, self._question(), **COMMAND)
        if count.unreviewed and in_time:
            await self._tell_staff(NoticeTemplate.WINDOW_NOT_REVIEWED, count.unreviewed)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return contract.WindowEnded(True, count.unreviewed, count.unselected)

    @workflow.signal(name=contract.DECISIONS_MADE)
    def decisions_made(self, news: contract.DecisionsMade) -> None:
        """The human-review signal: verdicts, admissions, submissions and withdrawals at this base."""
        self._backlog.hear(news.decisions)

    @workflow.signal(name=contract.RECHECK)
    def recheck(self, _: contract.WindowMoved) -> None:
        """A date moved: whatever is being waited for is asked for again."""
        self._dates_moved = True

    @workflow.query(name=contract.STATUS)
    def status(self) -> contract.WindowStatus:
        """Backlog and pace, as far as heard."""
        window, verdicts, pace = self._window, self._backlog.verdicts, 0.0
        if window is not None:
            days = calendar.calendar_days_since(window.opens_at, workflow.now(), window.day_seconds)
            pace = verdicts / days if days else 0.0
        return contract.WindowStatus(
            opens_at=window.opens_at if window else None,
            closes_at=window.closes_at if window else None,
            waiting=self._backlog.waiting,
            heard=len(self._backlog.heard),
            verdicts=verdicts,
            verdicts_a_day=pace,
            digest_done=self._digest_done,
        )

    async def _read_window(self) -> contract.WindowTimes:
        self._dates_moved = False
        question = self._question()
        self._window = await workflow.execute_activity_method(WindowActivities.get_window, question, **QUICK_READ)
        self._backlog.counted(self._window.pending)
        return self._window

    async def _remind_before_verdicts_end(self, window: contract.WindowTimes) -> contract.WindowTimes:
        if self._digest_done:
            return window
        spread_by = contract.workflow_id(self._start.cycle_id, self._start.base_code, self._start.round)
        window = await self._wait_until(lambda known: calendar.digest_moment(known, spread_by), window)
        if calendar.digest_is_due(window, workflow.now()):
            await self._tell_staff(NoticeTemplate.REVIEW_DIGEST, window.pending)
        self._digest_done = True
        return window

    async def _wait_until(
        self, moment: Callable[[contract.WindowTimes], datetime], window: contract.WindowTimes
    ) -> contract.WindowTimes:
        return await until(moment, window, ask=self._look_again, woken=self._woken)

    def _woken(self) -> bool:
        return self._dates_moved or workflow.info().is_continue_as_new_suggested()

    async def _look_again(self) -> contract.WindowTimes:
        self._make_history_short()
        return await self._read_window()

    async def _tell_staff(self, template: NoticeTemplate, count: int) -> None:
        start = self._start
        notice = contract.BaseNotice(start.cycle_id, start.base_code, start.round, template, count)
        await workflow.execute_activity_method(WindowActivities.send_notice, notice, **COMMAND)

    def _question(self) -> contract.WindowQuestion:
        return contract.WindowQuestion(self._start.cycle_id, self._start.base_code, self._start.round)

    def _make_history_short(self) -> None:
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
            memory = contract.WindowMemory(self._backlog.heard, self._digest_done)
            workflow.continue_as_new(replace(self._start, memory=memory))
