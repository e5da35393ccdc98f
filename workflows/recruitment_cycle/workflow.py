"""RecruitmentCycle: the year of one province, from preparation to closed."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from workflows.primitives.calls import COMMAND, QUICK_READ
from workflows.primitives.deadline import reached

with workflow.unsafe.imports_passed_through():
    from workflows.base_window import contract as base_window
    from workflows.recruitment_cycle import calendar, contract
    from workflows.recruitment_cycle.activities import CycleActivities


@workflow.defn(name=contract.NAME)
class RecruitmentCycle:
    """Enters each phase at its time, in order, each once; opens every base's window when a review round begins."""

    @workflow.init
    def __init__(self, start: contract.CycleStart) -> None:
        self._cycle_id = start.cycle_id
        self._windows_opened = start.windows_opened
        self._timetable: contract.Timetable | None = None
        self._calendar_moved = False

    @workflow.run
    async def run(self, start: contract.CycleStart) -> contract.CycleEnded:
        """Run the year; returns when the gate stands at closed."""
        timetable = await self._read_timetable()
        while phase := calendar.next_phase(timetable):
            await self._open_windows(timetable)
            self._make_history_short()
            if await self._opening_of(phase):
                timetable = await self._enter(phase)
            else:
                timetable = await self._read_timetable()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return contract.CycleEnded(start.cycle_id, timetable.sequence)

    @workflow.signal(name=contract.RECHECK)
    def recheck(self, _: contract.Recheck) -> None:
        """The calendar moved: whatever is being waited for is asked for again."""
        self._calendar_moved = True

    @workflow.query(name=contract.STATUS)
    def status(self) -> contract.CycleStatus:
        """Where the year stands; before the first answer of enrollment, phase 0."""
        if self._timetable is None:
            return contract.CycleStatus(self._cycle_id, 0, "", None, self._windows_opened)
        now, after = calendar.current_phase(self._timetable), calendar.next_phase(self._timetable)
        opens_at = after.opens_at if after else None
        return contract.CycleStatus(self._cycle_id, now.sequence, now.phase, opens_at, self._windows_opened)

    async def _read_timetable(self) -> contract.Timetable:
        self._calendar_moved = False
        question = contract.CycleQuestion(self._cycle_id)
        self._timetable = await workflow.execute_activity_method(CycleActivities.get_timetable, question, **QUICK_READ)
        return self._timetable

    async def _opening_of(self, phase: contract.PhaseTimes) -> bool:
        return await reached(calendar.opening(phase), unless=lambda: self._calendar_moved)

    async def _enter(self, phase: contract.PhaseTimes) -> contract.Timetable:
        order = contract.PhaseOrder(self._cycle_id, phase.sequence, phase.phase)
        timetable = await workflow.execute_activity_method(CycleActivities.enter_phase, order, **COMMAND)
        self._timetable = timetable
        still_next = calendar.next_phase(timetable)
        if still_next and still_next.sequence == phase.sequence and calendar.opening(still_next) <= workflow.now():
            await workflow.sleep(calendar.pause_after_refusal(timetable, still_next), summary="not due yet")
        return timetable

    async def _open_windows(self, timetable: contract.Timetable) -> None:
        phase = calendar.current_phase(timetable)
        if phase.round <= self._windows_opened or not calendar.reviews_can_happen(phase, workflow.now()):
            return
        question = contract.CycleQuestion(self._cycle_id)
        bases = await workflow.execute_activity_method(CycleActivities.list_bases, question, **QUICK_READ)
        await asyncio.gather(*[self._open_window(code, phase.round) for code in bases.codes])
        self._windows_opened = phase.round

    async def _open_window(self, base_code: str, round_number: int) -> None:
        start = base_window.WindowStart(self._cycle_id, base_code, round_number)
        try:
            await workflow.start_child_workflow(
                base_window.NAME,
                start,
                id=base_window.workflow_id(self._cycle_id, base_code, round_number),
                task_queue=base_window.TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.debug("window already runs")

    def _make_history_short(self) -> None:
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
            workflow.continue_as_new(contract.CycleStart(self._cycle_id, self._windows_opened))
