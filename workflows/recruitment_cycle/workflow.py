"""RecruitmentCycle: the year of one province, from preparation to closed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from workflows.primitives.calls import COMMAND, MANY_CALLS, QUICK_READ
from workflows.primitives.deadline import reached
from workflows.primitives.visible import child_attributes, waits_for

with workflow.unsafe.imports_passed_through():
    from services.kit.delivery import epoch_in, version_in

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.base_window.contract import NAME as WINDOW
    from workflows.base_window.contract import RECHECK as RECHECK_WINDOW
    from workflows.base_window.contract import TASK_QUEUE as WINDOWS
    from workflows.base_window.contract import WindowMoved, WindowStart
    from workflows.base_window.contract import workflow_id as window_id
    from workflows.published_list.contract import RECHECK as RECHECK_LIST
    from workflows.published_list.contract import ListMoved
    from workflows.published_list.contract import workflow_id as list_workflow_id
    from workflows.recruitment_cycle.activities import CycleActivities
    from workflows.recruitment_cycle.agenda import (
        Appointment,
        Deed,
        Standing,
        calendar_day,
        is_sooner,
        is_trifle,
        next_appointment,
        report_is_final,
        rounds_to_report,
        stands_still,
    )
    from workflows.recruitment_cycle.calendar import (
        current_phase,
        next_phase,
        opening,
        pause_after_refusal,
        reviews_can_happen,
    )
    from workflows.recruitment_cycle.contract import (
        CHANGE,
        HOLD,
        LONGEST_HISTORY,
        NAME,
        RECHECK,
        RESUME,
        STATUS,
        Announcement,
        CalendarChange,
        CycleEnded,
        CycleMemory,
        CycleQuestion,
        CycleStart,
        CycleStatus,
        DraftReminder,
        ListsQuestion,
        PhaseOrder,
        PhaseTimes,
        Recheck,
        ReportOrder,
        Timetable,
    )
    from workflows.recruitment_cycle.news import CycleNews

_NEAR = timedelta(minutes=10)
"""A phase that opens within so long is entered beside what is under way, should that take longer."""
_AT_A_TIME = 50
"""Windows or lists signalled at a time."""


@workflow.defn(name=NAME)
class RecruitmentCycle:
    """Enters each phase at its time, in order, each once; opens every base's window when a review round begins."""

    @workflow.init
    def __init__(self, start: CycleStart) -> None:
        memory = start.memory or CycleMemory()
        self._cycle_id = start.cycle_id
        self._windows_opened = start.windows_opened
        self._known_version = memory.known_version
        self._announced = memory.announced
        self._reminded = list(memory.reminded)
        self._unreported = list(memory.unreported)
        self._report_again: datetime | None = None
        self._timetable: Timetable | None = None
        self._asked_at = workflow.now()
        self._times_read = 0
        self._calendar_moved = False
        self._changed = False
        self._urgent = False
        self._waits_for = ""

    @workflow.run
    async def run(self, start: CycleStart) -> CycleEnded:
        """WAIT-10: run the year; returns when the gate stands at closed and everything is told."""
        whole = workflow.patched("cycle-in-full")
        timetable = await self._read_timetable()
        if not whole:
            return await self._only_enter_phases(timetable)
        await self._catch_up()
        while appointment := self._next():
            if await self._comes(appointment):
                await self._keep(appointment)
            elif self._calendar_moved:
                await self._read_timetable()
            await self._catch_up()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CycleEnded(start.cycle_id, self._known.sequence)

    @workflow.signal(name=RECHECK)
    def recheck(self, _: Recheck) -> None:
        """The calendar moved: whatever is being waited for is asked for again."""
        self._calendar_moved = True

    @workflow.update(name=CHANGE)
    async def change_calendar(self, change: CalendarChange) -> CycleStatus:
        """WAIT-16: another version holds: what is waited for follows from it at once; windows hear what is urgent."""
        self._changed = True
        self._urgent = self._urgent or change.urgent
        await self._read_timetable()
        return self.status()

    @change_calendar.validator
    def check_change(self, change: CalendarChange) -> None:
        """WAIT-18: refused without a trace: a version acted on already, to hold what is held, to resume what is not."""
        if change.calendar_version <= self._known_version:
            raise ApplicationError("这一版日程已经生效。", type="CALENDAR_KNOWN", non_retryable=True)
        held = self._timetable is not None and self._timetable.held_since is not None
        if change.kind == HOLD and held:
            raise ApplicationError("招录已经暂停。", type="CYCLE_HELD", non_retryable=True)
        if change.kind == RESUME and not held and self._timetable is not None:
            raise ApplicationError("招录没有暂停。", type="CYCLE_NOT_HELD", non_retryable=True)

    @workflow.query(name=STATUS)
    def status(self) -> CycleStatus:
        """Where the year stands; before the first answer of enrollment, phase 0."""
        timetable = self._timetable
        if timetable is None:
            return CycleStatus(self._cycle_id, 0, "", None, self._windows_opened)
        now, after = current_phase(timetable), next_phase(timetable)
        return CycleStatus(
            self._cycle_id,
            now.sequence,
            now.phase,
            after.opens_at if after else None,
            self._windows_opened,
            timetable.calendar_version,
            timetable.held_since,
            self._waits_for,
        )

    @property
    def _known(self) -> Timetable:
        if self._timetable is None:
            raise RuntimeError("the timetable is read first")
        return self._timetable

    async def _read_timetable(self) -> Timetable:
        self._calendar_moved = False
        question = CycleQuestion(self._cycle_id)
        self._adopt(await workflow.execute_activity_method(CycleActivities.get_timetable, question, **QUICK_READ))
        return self._known

    def _adopt(self, timetable: Timetable) -> None:
        before = self._timetable
        if before is not None and timetable.read_at < before.read_at:
            return
        self._timetable, self._asked_at = timetable, workflow.now()
        self._times_read += 1
        if self._known_version == 0:
            # Begun, or begun anew: what was announced before has its key, and is not announced again.
            amended = version_in(timetable.calendar_version) > 1
            self._announced = timetable.calendar_version - amended
            self._unreported = self._unreported or rounds_to_report(timetable, workflow.now())
        elif timetable.calendar_version > self._known_version:
            self._urgent = self._urgent or before is None or is_sooner(before, timetable)
            if before is not None and is_trifle(before, timetable) and self._announced == self._known_version:
                self._announced = timetable.calendar_version
            if epoch_in(timetable.calendar_version) > epoch_in(self._known_version):
                # The database was restored: a round that had begun may begin again.
                self._windows_opened = min(self._windows_opened, current_phase(timetable).round)
        self._known_version = timetable.calendar_version

    def _next(self) -> Appointment | None:
        return next_appointment(
            self._known,
            Standing(
                workflow.now(),
                self._asked_at,
                self._announced < self._known_version,
                self._reminded,
                self._unreported,
                self._report_again,
                self._cycle_id,
            ),
        )

    async def _comes(self, appointment: Appointment) -> bool:
        read = self._times_read
        self._waits_for = appointment.deed.value
        waits_for(self._waits_for)
        came = await reached(appointment.at, unless=lambda: self._calendar_moved or self._times_read != read)
        self._waits_for = ""
        return came

    async def _keep(self, appointment: Appointment) -> None:
        if appointment.deed is Deed.NEXT_PHASE:
            await self._enter(appointment.phase)
            return
        if self._boundary_is_near() and workflow.patched("phase-beside-news"):
            await self._beside_the_boundary(self._tell(appointment))
        else:
            await self._tell(appointment)

    def _boundary_is_near(self) -> bool:
        after = next_phase(self._known)
        return after is not None and opening(after) <= workflow.now() + _NEAR

    async def _beside_the_boundary(self, deed: Coroutine[Any, Any, None]) -> None:
        """WAIT-10: what is done for thousands takes its time, and a boundary waits for nobody."""
        doing = asyncio.create_task(deed)
        while not doing.done():
            await self._enter_beside(doing)
        await doing

    async def _enter_beside(self, doing: asyncio.Task[None]) -> None:
        """Enter the next phase at its time, or return when `doing` is done or there is none to enter."""
        after = next_phase(self._known)
        if after is None or stands_still(self._known):
            await workflow.wait_condition(doing.done)
        elif await reached(opening(after), unless=lambda: doing.done() or self._calendar_moved):
            await self._enter(after)
        elif self._calendar_moved:
            await self._read_timetable()

    async def _tell(self, appointment: Appointment) -> None:
        if appointment.deed is Deed.ANNOUNCEMENT:
            announcement = Announcement(self._cycle_id, self._known_version)
            await workflow.execute_activity_method(CycleNews.announce_change, announcement, **MANY_CALLS)
            self._announced = max(self._announced, announcement.calendar_version)
            return
        await self._read_timetable()
        still = self._next()
        if still is None or (still.deed, still.name) != (appointment.deed, appointment.name):
            return
        if still.deed is Deed.DRAFT_REMINDER and still.at <= workflow.now():
            await self._remind(still)
        if still.deed is Deed.PHASE_REPORT and still.at <= workflow.now():
            await self._report(still.phase)

    async def _enter(self, phase: PhaseTimes) -> Timetable:
        order = PhaseOrder(self._cycle_id, phase.sequence, phase.phase)
        self._adopt(await workflow.execute_activity_method(CycleActivities.enter_phase, order, **COMMAND))
        still_next = next_phase(self._known)
        if still_next and still_next.sequence == phase.sequence and opening(still_next) <= workflow.now():
            await workflow.sleep(pause_after_refusal(self._known, still_next), summary="not due yet")
        return self._known

    async def _remind(self, appointment: Appointment) -> None:
        if appointment.phase.closes_at is None:
            return
        reminder = DraftReminder(self._cycle_id, appointment.name, appointment.lead, appointment.phase.closes_at)
        await workflow.execute_activity_method(CycleNews.remind_drafts, reminder, **MANY_CALLS)
        self._reminded.append(appointment.name)

    async def _report(self, phase: PhaseTimes) -> None:
        final = report_is_final(self._known, phase, workflow.now())
        order = ReportOrder(self._cycle_id, phase.round, final)
        report = await workflow.execute_activity_method(CycleNews.report_phase, order, **COMMAND)
        if report.open == 0 or final:
            self._unreported.remove(phase.round)
            self._report_again = None
        else:
            self._report_again = workflow.now() + calendar_day(self._known) / 24

    async def _catch_up(self) -> None:
        """What is never waited for: windows of a round that began, news that are urgent, a long history."""
        await self._open_windows(self._known)
        if self._urgent:
            self._urgent = False
            await self._recheck_windows(current_phase(self._known).round)
            await self._recheck_lists(self._known_version)
        length = workflow.info().get_current_history_length()
        if workflow.info().is_continue_as_new_suggested() or length > LONGEST_HISTORY:
            await self._go_on_in_a_new_run()

    async def _open_windows(self, timetable: Timetable) -> None:
        phase = current_phase(timetable)
        if phase.round <= self._windows_opened or not reviews_can_happen(phase, workflow.now()):
            return
        if self._boundary_is_near() and workflow.patched("phase-beside-windows"):
            await self._beside_the_boundary(self._open_windows_of(phase.round))
        else:
            await self._open_windows_of(phase.round)
        self._windows_opened = phase.round
        self._unreported.append(phase.round)

    async def _open_windows_of(self, round_number: int) -> None:
        question = CycleQuestion(self._cycle_id)
        bases = await workflow.execute_activity_method(CycleActivities.list_bases, question, **QUICK_READ)
        await asyncio.gather(*[self._open_window(code, round_number) for code in bases.codes])

    async def _open_window(self, base_code: str, round_number: int) -> None:
        try:
            await workflow.start_child_workflow(
                WINDOW,
                WindowStart(self._cycle_id, base_code, round_number),
                id=window_id(self._cycle_id, base_code, round_number),
                task_queue=WINDOWS,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=ParentClosePolicy.ABANDON,
                search_attributes=child_attributes(self._cycle_id, base_code, round_number),
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.debug("window already runs")

    async def _recheck_windows(self, round_number: int) -> None:
        if not round_number or round_number > self._windows_opened:
            return
        question = CycleQuestion(self._cycle_id)
        bases = await workflow.execute_activity_method(CycleActivities.list_bases, question, **QUICK_READ)
        windows = [window_id(self._cycle_id, code, round_number) for code in bases.codes]
        await self._signal(windows, RECHECK_WINDOW, WindowMoved(round_number))

    async def _recheck_lists(self, calendar_version: int) -> None:
        question, more = ListsQuestion(self._cycle_id), True
        while more:
            found = await workflow.execute_activity_method(CycleActivities.list_open_lists, question, **QUICK_READ)
            lists = [list_workflow_id(self._cycle_id, list_id) for list_id in found.ids]
            await self._signal(lists, RECHECK_LIST, ListMoved(calendar_version))
            question, more = ListsQuestion(self._cycle_id, found.ids[-1] if found.ids else ""), found.more

    async def _signal(self, workflow_ids: list[str], signal: str, news: WindowMoved | ListMoved) -> None:
        async def one(workflow_id: str) -> None:
            try:
                await workflow.get_external_workflow_handle(workflow_id).signal(signal, news)
            except FailureError:
                workflow.logger.debug("ended already: nothing of it waits")

        for first in range(0, len(workflow_ids), _AT_A_TIME):
            await asyncio.gather(*map(one, workflow_ids[first : first + _AT_A_TIME]))

    async def _go_on_in_a_new_run(self) -> None:
        """WAIT-19: windows, reminders and announcements are not repeated, and what is to be reported is."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        memory = CycleMemory(self._known_version, self._announced, self._reminded, self._unreported)
        workflow.continue_as_new(CycleStart(self._cycle_id, self._windows_opened, memory))

    async def _only_enter_phases(self, timetable: Timetable) -> CycleEnded:
        """The year of a run that began before the patch; the first change of its calendar begins a new run."""
        while phase := next_phase(timetable):
            await self._open_windows(timetable)
            if self._changed or (workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()):
                await self._go_on_in_a_new_run()
            if await reached(opening(phase), unless=lambda: self._calendar_moved or self._changed):
                timetable = await self._enter(phase)
            else:
                timetable = await self._read_timetable()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CycleEnded(self._cycle_id, timetable.sequence)
