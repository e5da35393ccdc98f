"""What RecruitmentCycle asks and orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from temporalio import activity

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.enrollment.v1 import selection_service_pb2 as selection
from services.kit.delivery import order_of
from services.kit.domain import DomainError, Kind
from workflows.recruitment_cycle.contract import (
    BaseCodes,
    CycleQuestion,
    ListIds,
    ListsQuestion,
    PhaseOrder,
    PhaseTimes,
    QuietTimes,
    Timetable,
)
from workflows.wire import instant, instant_of, quiet_of, translated_failures

_LISTS = 100
_READ_AGAIN = frozenset({Kind.NOT_NOW, Kind.CONFLICT})
"""Not due by enrollment's clock, or the gate stands elsewhere than thought: the calendar tells what is next."""


class Cycles(Protocol):
    """The part of enrollment's CycleService used here."""

    def GetCycle(self, request: wire.GetCycleRequest, /) -> Awaitable[wire.GetCycleResponse]:
        """Reads one cycle."""
        ...

    def GetCatalogue(self, request: wire.GetCatalogueRequest, /) -> Awaitable[wire.GetCatalogueResponse]:
        """Reads its bases."""
        ...

    def EnterPhase(self, request: wire.EnterPhaseRequest, /) -> Awaitable[wire.EnterPhaseResponse]:
        """Moves the gate."""
        ...


class Lists(Protocol):
    """The part of enrollment's SelectionService used here."""

    def ListOpenLists(self, request: selection.ListOpenListsRequest, /) -> Awaitable[selection.ListOpenListsResponse]:
        """Lists the published lists that wait."""
        ...


class CycleActivities:
    """The activities of RecruitmentCycle, over enrollment's CycleService and SelectionService."""

    def __init__(self, enrollment: Cycles, lists: Lists) -> None:
        self._enrollment = enrollment
        self._lists = lists

    @activity.defn
    async def get_timetable(self, question: CycleQuestion) -> Timetable:
        """The calendar as it stands now."""
        with translated_failures():
            answer = await self._enrollment.GetCycle(wire.GetCycleRequest(cycle_id=question.cycle_id))
        return timetable_of(answer.cycle)

    @activity.defn
    async def enter_phase(self, order: PhaseOrder) -> Timetable:
        """Move the gate into the phase; harmless when it is there already. Answers the calendar after the attempt.

        When enrollment refuses because the phase is not due, or not the next one, nothing moves, and the answer's
        sequence says so.
        """
        with translated_failures():
            try:
                request = wire.EnterPhaseRequest(cycle_id=order.cycle_id, sequence=order.sequence)
                answer = await self._enrollment.EnterPhase(request)
            except DomainError as refusal:
                if refusal.kind not in _READ_AGAIN:
                    raise
                return await self.get_timetable(CycleQuestion(order.cycle_id))
        return timetable_of(answer.cycle)

    @activity.defn
    async def list_bases(self, question: CycleQuestion) -> BaseCodes:
        """The bases that take part."""
        with translated_failures():
            answer = await self._enrollment.GetCatalogue(wire.GetCatalogueRequest(cycle_id=question.cycle_id))
        return BaseCodes([base.code for base in answer.bases])

    @activity.defn
    async def list_open_lists(self, question: ListsQuestion) -> ListIds:
        """The published lists that wait, by id, at most a hundred at a time: so an answer stays small."""
        with translated_failures():
            answer = await self._lists.ListOpenLists(selection.ListOpenListsRequest(cycle_id=question.cycle_id))
        found = sorted(one.list_id for one in answer.lists if one.list_id > question.after)
        return ListIds(found[:_LISTS], len(found) > _LISTS)


def calendar_order(cycle: cycle_pb2.Cycle) -> int:
    """OPS-43: the version of the calendar as workflows count it, over epoch and version."""
    return order_of(max(cycle.epoch, 1), cycle.calendar_version)


def timetable_of(cycle: cycle_pb2.Cycle) -> Timetable:
    """The contract's cycle as the workflow reads it: instants and enums, no titles."""
    quiet = quiet_of(cycle.time_policy)
    return Timetable(
        cycle_id=cycle.cycle_id,
        sequence=cycle.sequence,
        calendar_version=calendar_order(cycle),
        phases=[
            PhaseTimes(
                sequence=phase.sequence,
                phase=cycle_pb2.Phase.Name(phase.phase).removeprefix("PHASE_").lower(),
                round=phase.round,
                opens_at=instant_of(phase, "opens_at"),
                closes_at=instant_of(phase, "closes_at"),
                key=phase.key,
            )
            for phase in cycle.phases
        ],
        read_at=instant(cycle.read_at),
        held_since=instant_of(cycle, "held_since"),
        draft=cycle.draft,
        day_seconds=cycle.day_seconds,
        reminder_hours=list(cycle.time_policy.reminder_hours),
        quiet=QuietTimes(
            quiet.anchor,
            quiet.day_seconds,
            quiet.from_minute,
            quiet.until_minute,
            quiet.exam_until_minute,
            sorted(quiet.exam_days),
        ),
    )
