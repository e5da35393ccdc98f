"""PublishedList: one list of provisional admissions, from its publication to the end of final verification."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from temporalio import workflow

# The ways of waiting too: what is outside of this block is compiled and run anew for every single run.
with workflow.unsafe.imports_passed_through():
    from workflows.primitives.calls import COMMAND, QUICK_READ
    from workflows.primitives.deadline import until
    from workflows.primitives.visible import waits_for
    from workflows.published_list import calendar
    from workflows.published_list.activities import ListActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.published_list.contract import (
        LONGEST_HISTORY,
        NAME,
        OBJECTIONS,
        RECHECK,
        STATUS,
        ListEnded,
        ListMemory,
        ListMoved,
        ListNotice,
        ListProgress,
        ListQuestion,
        ListStart,
        ListStatus,
        NoticeTemplate,
        ObjectionNews,
    )
    from workflows.published_list.objections import Objections


@workflow.defn(name=NAME)
class PublishedList:
    """Waits with a base for the end of a publicity and of verification; tells, reminds, escalates, decides nothing."""

    @workflow.init
    def __init__(self, start: ListStart) -> None:
        memory = start.memory or ListMemory()
        self._start = start
        self._publicity_told = memory.publicity_told
        self._reminded = memory.reminded
        self._known: ListProgress | None = None
        self._objections = Objections()
        self._moved = False

    @workflow.run
    async def run(self, start: ListStart) -> ListEnded:
        """WAIT-31: the publicity, then verification, then whatever is overdue; over once nobody is provisional.

        Whether somebody may be admitted, frozen or not, the service decides each time; a list without this workflow
        would only be quieter.
        """
        known = await self._publicity(await self._ask())
        known = await self._verification(known)
        if known.provisional:
            await self._escalate(known)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ListEnded(known.provisional)

    @workflow.signal(name=OBJECTIONS)
    def objections(self, news: ObjectionNews) -> None:
        """The human signal: objections filed, upheld and dismissed."""
        self._objections.hear(news.objections)

    @workflow.signal(name=RECHECK)
    def recheck(self, _: ListMoved) -> None:
        """The calendar moved: whatever is being waited for is asked for again."""
        self._moved = True

    @workflow.query(name=STATUS)
    def status(self) -> ListStatus:
        """How the list stands, as far as asked and heard."""
        known = self._known
        return ListStatus(
            ends_at=known.ends_at if known else None,
            verification_closes_at=known.verification_closes_at if known else None,
            provisional=known.provisional if known else 0,
            objected=self._objections.frozen,
            publicity_told=self._publicity_told,
            reminded=self._reminded,
        )

    async def _publicity(self, known: ListProgress) -> ListProgress:
        """WAIT-32: whose publicity has ended can be admitted: the base is told how many, unless it is too late."""
        if self._publicity_told:
            return known
        spread_by = self._start.list_id
        known = await self._reach("publicity_end", lambda seen: calendar.publicity_news(seen, spread_by), known)
        if known.provisional and workflow.now() < known.verification_closes_at:
            await self._tell(NoticeTemplate.PUBLICITY_ENDED, known, f"{NoticeTemplate.PUBLICITY_ENDED}/{spread_by}")
        self._publicity_told = True
        return known

    async def _verification(self, known: ListProgress) -> ListProgress:
        """WAIT-33: remind of what is to be verified, each time only while somebody still waits for it.

        Over when nobody does, or when it is time to say that verification has ended.
        """
        spread_by = self._base
        while True:
            known = await self._reach(
                "verification", lambda seen: calendar.next_moment(seen, self._after(seen), spread_by), known
            )
            reminder = calendar.reminder_due(known, self._after(known), workflow.now(), spread_by)
            if not known.provisional or reminder is None:
                return known
            moment = f"{reminder.days:g}/{known.verification_closes_at.isoformat()}"
            key = f"{NoticeTemplate.VERIFICATION_REMINDER}/{self._base}/{moment}"
            await self._tell(NoticeTemplate.VERIFICATION_REMINDER, known, key)
            self._reminded = reminder.at

    async def _escalate(self, known: ListProgress) -> None:
        """WAIT-35: who was not verified in time is told to the base and to its province; nobody is decided upon."""
        templates = (NoticeTemplate.VERIFICATION_OVERDUE, NoticeTemplate.VERIFICATION_OVERDUE_PROVINCE)
        await asyncio.gather(*[self._tell(each, known, f"{each}/{self._base}") for each in templates])

    def _after(self, known: ListProgress) -> datetime:
        """Reminders up to then are done with; the first ones are those that lie behind the publicity."""
        told = calendar.publicity_news(known, self._start.list_id)
        return max(told, self._reminded) if self._reminded is not None else told

    async def _reach(self, what: str, moment: Callable[[ListProgress], datetime], known: ListProgress) -> ListProgress:
        """Wait for a moment that may move, or until everything is settled."""

        async def ask() -> ListProgress:
            self._make_history_short()
            found = await self._ask()
            waits_for("resume" if found.held else what)
            return found

        waits_for("resume" if known.held else what)
        return await until(lambda seen: calendar.wait_end(moment(seen), seen), known, ask=ask, woken=self._woken)

    async def _ask(self) -> ListProgress:
        self._moved = False
        question = ListQuestion(self._start.list_id)
        known = await workflow.execute_activity_method(ListActivities.get_list_progress, question, **QUICK_READ)
        self._objections.counted(known.objected, known.read_at)
        self._known = known
        return known

    async def _tell(self, template: NoticeTemplate, known: ListProgress, key: str) -> None:
        to_province = template is NoticeTemplate.VERIFICATION_OVERDUE_PROVINCE
        notice = ListNotice(
            key=key,
            template=template,
            organisation_code=known.province_code if to_province else self._start.base_code,
            base_code=self._start.base_code,
            count=known.base_provisional,
            number=known.number,
            admissible=known.admissible,
            objected=known.objected,
            closes_at=known.verification_closes_at,
            release_at=calendar.release(known, workflow.now()),
        )
        await workflow.execute_activity_method(ListActivities.send_list_notice, notice, **COMMAND)

    @property
    def _base(self) -> str:
        """What is told once for all lists of a base is told by this."""
        return f"{self._start.cycle_id}/{self._start.base_code}"

    def _woken(self) -> bool:
        return self._moved or self._is_long()

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > LONGEST_HISTORY

    def _make_history_short(self) -> None:
        if self._is_long() and workflow.all_handlers_finished():
            memory = ListMemory(self._publicity_told, self._reminded)
            workflow.continue_as_new(replace(self._start, memory=memory))
