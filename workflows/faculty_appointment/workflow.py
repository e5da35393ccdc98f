"""FacultyAppointment: an appointment of a teacher, from its first day until it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from temporalio import workflow

# The ways of waiting too: what is outside of this block is compiled and run anew for every single run.
with workflow.unsafe.imports_passed_through():
    from workflows.faculty_appointment import calendar
    from workflows.faculty_appointment.activities import AppointmentActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.faculty_appointment.contract import (
        CHANGED,
        LONGEST_HISTORY,
        NAME,
        STATUS,
        AppointmentClock,
        AppointmentEnded,
        AppointmentMemory,
        AppointmentNews,
        AppointmentQuestion,
        AppointmentStart,
        AppointmentStatus,
        Errand,
        ReminderOrder,
        ReviewOrder,
        workflow_id,
    )
    from workflows.primitives.calls import COMMAND, QUICK_READ
    from workflows.primitives.deadline import reached
    from workflows.primitives.visible import waits_for

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@workflow.defn(name=NAME)
class FacultyAppointment:
    """Waits with an appointment for its yearly reviews and its end; faculty says when, and decides what comes of it."""

    @workflow.init
    def __init__(self, start: AppointmentStart) -> None:
        self._start = start
        self._reminded = (start.memory or AppointmentMemory()).reminded or _LONG_AGO
        self._clock: AppointmentClock | None = None
        self._told = False
        self._newest = 0
        self._tried: calendar.Due | None = None
        self._refusals = 0
        self._orphaned = 0

    @workflow.run
    async def run(self, start: AppointmentStart) -> AppointmentEnded:
        """WAIT-42: the yearly review opens, is reminded of, is overdue; the term ends; until the appointment is over.

        People confirm, suspend, lift, dismiss and renew meanwhile: each time faculty says anew what lies ahead.
        """
        clock = await self._ask()
        while not clock.over:
            due = calendar.next_due(clock, self._reminded, workflow.now(), self._spread_by)
            if due is None or due.at > workflow.now():
                await self._wait(due)
            elif due == self._tried:
                await self._pause()
            else:
                await self._do(due, clock)
            clock = await self._ask()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return AppointmentEnded(clock.state, self._orphaned)

    @workflow.signal(name=CHANGED)
    def changed(self, news: AppointmentNews) -> None:
        """WAIT-43: something was done to it: asked about once per version, whatever comes twice or out of order."""
        self._newest = max(self._newest, news.version)
        self._told = self._told or self._clock is None or news.version > self._clock.version

    @workflow.query(name=STATUS)
    def status(self) -> AppointmentStatus:
        """Where it stands, and what comes next."""
        clock = self._clock
        if clock is None:
            return AppointmentStatus("", "", 0, "", None)
        due = calendar.next_due(clock, self._reminded, workflow.now(), self._spread_by) if not clock.over else None
        what, at = (due.errand.value, due.at) if due is not None else ("", None)
        return AppointmentStatus(clock.state, clock.review, clock.version, what, at)

    async def _wait(self, due: calendar.Due | None) -> None:
        self._refusals = 0
        waits_for(due.errand if due is not None else "people")
        again = workflow.now() + calendar.LOOK_AGAIN
        await reached(min(due.at, again) if due is not None else again, unless=self._woken)

    async def _do(self, due: calendar.Due, clock: AppointmentClock) -> None:
        """One errand. Whether anything came of it, what faculty says next will show."""
        self._tried = due
        match due.errand:
            case Errand.OPEN_REVIEW:
                order = ReviewOrder(self._start.appointment_id, clock.review_year)
                await workflow.execute_activity_method(AppointmentActivities.open_review, order, **COMMAND)
            case Errand.OVERDUE:
                await self._overdue(due, clock)
            case Errand.END:
                await self._end()
            case Errand.REMIND | Errand.TERM:
                await self._remind("due" if due.errand is Errand.REMIND else "term", due.about)
                self._reminded = max(self._reminded, due.about)

    async def _overdue(self, due: calendar.Due, clock: AppointmentClock) -> None:
        """WAIT-44: director and 教学部 hear of a review that was not done in time; nobody is dismissed by that."""
        order = ReviewOrder(self._start.appointment_id, clock.review_year)
        await workflow.execute_activity_method(AppointmentActivities.mark_overdue, order, **COMMAND)
        if (await self._ask()).review == "overdue":
            await self._remind("overdue", due.about)

    async def _end(self) -> None:
        question = AppointmentQuestion(self._start.appointment_id)
        ended = await workflow.execute_activity_method(AppointmentActivities.end_appointment, question, **COMMAND)
        self._orphaned += ended.orphaned

    async def _remind(self, kind: str, moment: datetime) -> None:
        order = ReminderOrder(self._start.appointment_id, kind, moment)
        await workflow.execute_activity_method(AppointmentActivities.remind_review, order, **COMMAND)

    async def _pause(self) -> None:
        """WAIT-41: nothing came of it: faculty's clock is behind, or somebody was faster. Asked again, more slowly."""
        await reached(workflow.now() + calendar.pause_after(self._refusals), unless=self._woken)
        self._tried = None
        self._refusals += 1

    async def _ask(self) -> AppointmentClock:
        self._make_history_short()
        self._told = False
        question = AppointmentQuestion(self._start.appointment_id)
        ask = AppointmentActivities.get_appointment_clock
        self._clock = clock = await workflow.execute_activity_method(ask, question, **QUICK_READ)
        # What came while it was asked may be in the answer already.
        self._told = self._told and self._newest > clock.version
        return clock

    @property
    def _spread_by(self) -> str:
        return workflow_id(self._start.appointment_id)

    def _woken(self) -> bool:
        return self._told or self._is_long()

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > LONGEST_HISTORY

    def _make_history_short(self) -> None:
        if self._is_long() and workflow.all_handlers_finished():
            workflow.continue_as_new(replace(self._start, memory=AppointmentMemory(self._reminded)))
