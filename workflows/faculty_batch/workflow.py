"""FacultyBatch: a registration batch of teaching faculty, from its making to its close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from temporalio import workflow

# The ways of waiting too: what is outside of this block is compiled and run anew for every single run.
with workflow.unsafe.imports_passed_through():
    from workflows.faculty_batch import calendar
    from workflows.faculty_batch.activities import BatchActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.faculty_batch.contract import (
        LONGEST_HISTORY,
        NAME,
        RECHECK,
        STATUS,
        BatchClock,
        BatchEnded,
        BatchMemory,
        BatchMoved,
        BatchQuestion,
        BatchReminder,
        BatchStart,
        BatchStatus,
        Errand,
        workflow_id,
    )
    from workflows.primitives.calls import COMMAND, MANY_CALLS, QUICK_READ
    from workflows.primitives.deadline import reached
    from workflows.primitives.visible import waits_for

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@workflow.defn(name=NAME)
class FacultyBatch:
    """Tells that a batch has opened, reminds of what is owed, ends what is undecided at the close; decides nothing."""

    @workflow.init
    def __init__(self, start: BatchStart) -> None:
        self._start = start
        self._handled_until = (start.memory or BatchMemory()).handled_until or _LONG_AGO
        self._clock: BatchClock | None = None
        self._moved = False
        self._newest = 0
        self._refusals = 0
        self._expired = 0

    @workflow.run
    async def run(self, start: BatchStart) -> BatchEnded:
        """WAIT-39: what comes first of what lies ahead, until the batch has closed and nothing of it is undecided.

        A batch that moves, moves the wait; one begun late reminds of nothing that is over, and ends what is undecided.
        """
        clock = await self._ask()
        while not clock.gone:
            due = calendar.next_due(clock, self._handled_until, self._spread_by)
            if due.at > workflow.now():
                await self._wait(due)
            elif due.errand is not Errand.CLOSE:
                await self._remind(clock)
            elif await self._close():
                break
            clock = await self._ask()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return BatchEnded(self._expired)

    @workflow.signal(name=RECHECK)
    def recheck(self, news: BatchMoved) -> None:
        """The batch moved: whatever is being waited for is asked for again, unless that version is known."""
        self._newest = max(self._newest, news.version)
        self._moved = self._moved or self._clock is None or news.version > self._clock.version

    @workflow.query(name=STATUS)
    def status(self) -> BatchStatus:
        """The batch's moments, and what comes next."""
        clock = self._clock
        if clock is None or clock.gone:
            return BatchStatus(None, None, None, 0, "", None)
        due = calendar.next_due(clock, self._handled_until, self._spread_by)
        return BatchStatus(clock.opens_at, clock.apply_until, clock.closes_at, clock.version, due.errand, due.at)

    async def _wait(self, due: calendar.Due) -> None:
        waits_for(f"batch_{due.errand}")
        await reached(due.at, unless=self._woken)

    async def _remind(self, clock: BatchClock) -> None:
        """WAIT-40: do what is due now and makes sense, each once: faculty knows an errand by its moment."""
        now = workflow.now()
        for due in calendar.sensible(clock, self._handled_until, now, self._spread_by):
            order = BatchReminder(self._start.batch_id, due.errand, due.at)
            await workflow.execute_activity_method(BatchActivities.remind_batch, order, **COMMAND)
        self._handled_until = now

    async def _close(self) -> bool:
        """WAIT-41: end what is undecided; when the batch is open by faculty's clock, a pause comes first."""
        question = BatchQuestion(self._start.batch_id)
        ended = await workflow.execute_activity_method(BatchActivities.expire_undecided, question, **MANY_CALLS)
        self._expired += ended.count
        if not ended.closed:
            await reached(workflow.now() + calendar.pause_after(self._refusals), unless=self._woken)
            self._refusals += 1
        return ended.closed

    async def _ask(self) -> BatchClock:
        self._make_history_short()
        self._moved = False
        question = BatchQuestion(self._start.batch_id)
        ask = BatchActivities.get_batch_clock
        self._clock = clock = await workflow.execute_activity_method(ask, question, **QUICK_READ)
        # What came while it was asked may be in the answer already.
        self._moved = self._moved and self._newest > clock.version
        return clock

    @property
    def _spread_by(self) -> str:
        return workflow_id(self._start.batch_id)

    def _woken(self) -> bool:
        return self._moved or self._is_long()

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > LONGEST_HISTORY

    def _make_history_short(self) -> None:
        if self._is_long() and workflow.all_handlers_finished():
            workflow.continue_as_new(replace(self._start, memory=BatchMemory(self._handled_until)))
