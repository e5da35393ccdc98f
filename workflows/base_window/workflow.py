"""BaseWindow: one base in one review round."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from temporalio import workflow

from workflows.primitives.calls import COMMAND, MANY_CALLS, QUICK_READ
from workflows.primitives.deadline import until
from workflows.primitives.human_wait import HumanWait
from workflows.primitives.visible import waits_for

with workflow.unsafe.imports_passed_through():
    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.base_window.activities import WindowActivities
    from workflows.base_window.backlog import Backlog
    from workflows.base_window.calendar import (
        Due,
        Errand,
        agenda,
        calendar_days_since,
        day_of,
        digest_is_due,
        digest_moment,
        finished,
        forecast,
        has_ended,
        next_due,
        owed,
        pause_after_refusal,
        release,
        sensible,
        word_for_wait,
    )
    from workflows.base_window.contract import (
        DECISIONS_MADE,
        LONGEST_HISTORY,
        NAME,
        RECHECK,
        STATUS,
        BaseNotice,
        DecisionsMade,
        FixReminder,
        MilestoneNotice,
        NoticeTemplate,
        WindowCount,
        WindowEnded,
        WindowMemory,
        WindowMoved,
        WindowQuestion,
        WindowStart,
        WindowStatus,
        WindowTimes,
        workflow_id,
    )

_TEMPLATES = {
    Errand.REMIND: NoticeTemplate.MILESTONE_REMINDER,
    Errand.DIGEST: NoticeTemplate.WINDOW_DIGEST,
    Errand.OVERDUE: NoticeTemplate.MILESTONE_OVERDUE,
}


@workflow.defn(name=NAME)
class BaseWindow:
    """Hears what a base's staff decided, reminds them of what they owe, and closes the round's books."""

    @workflow.init
    def __init__(self, start: WindowStart) -> None:
        memory = start.memory or WindowMemory()
        self._start = start
        self._backlog = Backlog()
        self._digest_done = memory.digest_done
        # A run of before reminded once, and so did nothing that it did not note.
        self._handled_until = memory.handled_until or (workflow.now() if memory.digest_done else None)
        self._window: WindowTimes | None = None
        self._look = False
        self._in_full = False
        self._waits_for = ""

    @workflow.run
    async def run(self, start: WindowStart) -> WindowEnded:
        """WAIT-07: run the window until its books are closed; at once and without a deed when they were before.

        A window that begins after its round (an outage) closes the books and reproaches nobody.
        """
        self._in_full = workflow.patched("window-in-full")
        window = await self._read_window()
        if window.closed:
            await workflow.wait_condition(workflow.all_handlers_finished)
            return WindowEnded(False, 0, 0)
        in_time = not self._has_ended(window)
        if in_time:
            window = await self._wait_for_the_end(window)
        window, count = await self._close_books(window)
        if in_time:
            await self._tell_what_is_left(window, count)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return WindowEnded(True, count.unreviewed, count.unselected, window.unpublished, finished(window))

    @workflow.signal(name=DECISIONS_MADE)
    def decisions_made(self, news: DecisionsMade) -> None:
        """The human-review signal: verdicts, admissions, submissions and withdrawals at this base."""
        self._backlog.hear(news.told())
        if self._in_full and self._window and finished(self._window) and self._backlog.owes_again:
            self._look = True

    @workflow.signal(name=RECHECK)
    def recheck(self, _: WindowMoved) -> None:
        """A date moved: whatever is being waited for is asked for again."""
        self._look = True

    @workflow.query(name=STATUS)
    def status(self) -> WindowStatus:
        """Backlog and pace, as far as heard."""
        window, verdicts, pace = self._window, self._backlog.verdicts, 0.0
        if window is not None:
            days = calendar_days_since(window.opens_at, workflow.now(), window.day_seconds)
            pace = verdicts / days if days else 0.0
        return WindowStatus(
            opens_at=window.opens_at if window else None,
            closes_at=window.closes_at if window else None,
            waiting=self._backlog.waiting,
            heard=self._backlog.heard,
            verdicts=verdicts,
            verdicts_a_day=pace,
            digest_done=self._digest_done,
            waits_for=self._waits_for,
            finished=window is not None and finished(window),
        )

    async def _wait_for_the_end(self, window: WindowTimes) -> WindowTimes:
        """Remind of what is owed, date by date, until the round is over; whatever moved meanwhile moves the wait."""
        if not self._in_full:
            return await self._wait_as_before(window)
        waiting: HumanWait[WindowTimes] = HumanWait(
            deadline=lambda known: known.closes_at,
            ask=self._look_again,
            woken=self._woken,
            reminder=lambda known: next_due(self._agenda(known), self._handled(known)),
            remind=self._remind,
            paused=lambda known: day_of(known) if known.held else None,
            answered=lambda known: known.over,
            says=self._say_what_for,
        )
        known, _ = await waiting.over(window)
        return known

    async def _remind(self, window: WindowTimes) -> None:
        """WAIT-28: do what is due now and makes sense, each once: its key holds the date it is about."""
        now = workflow.now()
        for due in sensible(self._agenda(window), self._handled(window), now):
            if count := owed(window, due):
                await self._do(due, window, count)
        self._handled_until = now

    async def _do(self, due: Due, window: WindowTimes, count: int) -> None:
        start, now = self._start, workflow.now()
        release_at = release(window, now)
        if due.errand is Errand.FIX:
            order = FixReminder(start.cycle_id, start.base_code, start.round, release_at)
            await workflow.execute_activity_method(WindowActivities.remind_fixable, order, **MANY_CALLS)
            return
        self._digest_done = self._digest_done or due.errand is Errand.DIGEST
        notice = MilestoneNotice(
            cycle_id=start.cycle_id,
            base_code=start.base_code,
            round=start.round,
            template=_TEMPLATES[due.errand],
            milestone=due.milestone,
            at=due.milestone_at,
            lead=due.lead,
            count=count,
            remaining=forecast(window, now) if due.errand is Errand.DIGEST else 0,
            release_at=release_at,
        )
        await workflow.execute_activity_method(WindowActivities.tell_milestone, notice, **COMMAND)

    async def _close_books(self, window: WindowTimes) -> tuple[WindowTimes, WindowCount]:
        """WAIT-27: close the books; refused because the round goes on after all, wait for its end as it stands now."""
        while True:
            question = self._question()
            count = await workflow.execute_activity_method(WindowActivities.close_window, question, **COMMAND)
            if count.closed:
                return window, count
            window = await self._look_again()
            if not window.held and window.closes_at <= workflow.now():
                await workflow.sleep(pause_after_refusal(window), summary="not over yet")
            window = await self._wait_for_the_end(window)

    async def _tell_what_is_left(self, window: WindowTimes, count: WindowCount) -> None:
        """WAIT-29: what was never reviewed, and who was provisionally admitted and is on no list."""
        if count.unreviewed:
            await self._tell_staff(NoticeTemplate.WINDOW_NOT_REVIEWED, count.unreviewed)
        if window.unpublished:
            await self._tell_staff(NoticeTemplate.WINDOW_NOT_PUBLISHED, window.unpublished)

    async def _tell_staff(self, template: NoticeTemplate, count: int) -> None:
        start = self._start
        release_at = release(self._window, workflow.now()) if self._window else None
        notice = BaseNotice(start.cycle_id, start.base_code, start.round, template, count, release_at)
        await workflow.execute_activity_method(WindowActivities.send_notice, notice, **COMMAND)

    async def _read_window(self) -> WindowTimes:
        self._look = False
        question = self._question()
        self._window = await workflow.execute_activity_method(WindowActivities.get_window, question, **QUICK_READ)
        self._backlog.counted(self._window)
        return self._window

    async def _look_again(self) -> WindowTimes:
        if self._is_long() and workflow.all_handlers_finished():
            workflow.continue_as_new(replace(self._start, memory=self._memory()))
        return await self._read_window()

    def _memory(self) -> WindowMemory:
        return WindowMemory(digest_done=self._digest_done, handled_until=self._handled_until)

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or (
            self._in_full and info.get_current_history_length() > LONGEST_HISTORY
        )

    def _woken(self) -> bool:
        return self._look or self._is_long()

    def _has_ended(self, window: WindowTimes) -> bool:
        return has_ended(window, workflow.now()) and not window.held if self._in_full else window.over

    def _agenda(self, window: WindowTimes) -> list[Due]:
        return agenda(window, self._spread_by())

    def _handled(self, window: WindowTimes) -> datetime:
        return self._handled_until or window.opens_at

    def _say_what_for(self, window: WindowTimes) -> None:
        self._waits_for = word_for_wait(window, self._agenda(window), self._handled(window))
        waits_for(self._waits_for)

    def _spread_by(self) -> str:
        return workflow_id(self._start.cycle_id, self._start.base_code, self._start.round)

    def _question(self) -> WindowQuestion:
        return WindowQuestion(self._start.cycle_id, self._start.base_code, self._start.round)

    async def _wait_as_before(self, window: WindowTimes) -> WindowTimes:
        """The one reminder and the close, for runs that began before `window-in-full`."""
        if not self._digest_done:
            window = await until(
                lambda known: digest_moment(known, self._spread_by()),
                window,
                ask=self._look_again,
                woken=self._woken,
            )
            if digest_is_due(window, workflow.now()):
                await self._tell_staff(NoticeTemplate.REVIEW_DIGEST, window.pending)
            self._digest_done = True
        return await until(lambda known: known.closes_at, window, ask=self._look_again, woken=self._woken)
