"""CycleService and BoardService: the year, its gate, its windows, its counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from google.protobuf.json_format import MessageToDict

from residency.enrollment.v1 import board_service_pb2, cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as pb
from residency.enrollment.v1.board_service_pb2_grpc import BoardServiceServicer
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceServicer
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.concerned import ConcernedHandlers
from services.enrollment.handlers.cycles import CreateCycle, CycleHandlers
from services.enrollment.handlers.preparing import ConfirmCycle, PrepareNextCycle, PreparingHandlers
from services.enrollment.handlers.reading import BoardHandlers
from services.enrollment.handlers.windows import SetMilestones, WindowHandlers
from services.enrollment.views import CycleView, WindowView
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind


class Cycles(CycleServiceServicer):
    """Serves CycleService."""

    def __init__(
        self,
        handlers: CycleHandlers,
        windows: WindowHandlers,
        concerned: ConcernedHandlers,
        preparing: PreparingHandlers,
    ) -> None:
        self._handlers = handlers
        self._windows = windows
        self._concerned = concerned
        self._preparing = preparing

    async def CreateCycle(self, request: pb.CreateCycleRequest, context: Any) -> pb.CreateCycleResponse:
        """Creates a cycle in preparation."""
        order = CreateCycle(
            request.idempotency_key,
            request.province_code,
            request.year,
            request.title,
            request.time_zone,
            tuple(
                PhaseDates(
                    convert.phase_of(entry.phase),
                    entry.name,
                    day_of(entry.first_day, f"phases[{number}].first_day"),
                    day_of(entry.last_day, f"phases[{number}].last_day"),
                    entry.key,
                    entry.gap_name,
                )
                for number, entry in enumerate(request.phases)
            ),
            tuple((base.code, base.name) for base in request.bases),
            tuple((specialty.code, specialty.name) for specialty in request.specialties),
            tuple((seats.base_code, seats.specialty_code, seats.planned) for seats in request.plan),
            convert.instant(request.starts_at) if request.HasField("starts_at") else None,
            request.day_seconds,
            MessageToDict(request.policy),
            tuple((base.code, base.main_code) for base in request.bases),
            tuple((base.code, base.credit_code) for base in request.bases),
            tuple(
                MilestoneDate(
                    entry.key, entry.phase_key, entry.name, day_of(entry.day, f"milestones[{number}].day"), entry.exam
                )
                for number, entry in enumerate(request.milestones)
            ),
        )
        return pb.CreateCycleResponse(cycle=cycle_message(await self._handlers.create_cycle(caller(), order)))

    async def GetCycle(self, request: pb.GetCycleRequest, context: Any) -> pb.GetCycleResponse:
        """Reads one cycle."""
        return pb.GetCycleResponse(cycle=cycle_message(await self._handlers.get_cycle(request.cycle_id)))

    async def ListCycles(self, request: pb.ListCyclesRequest, context: Any) -> pb.ListCyclesResponse:
        """Lists cycles, newest first."""
        found = await self._handlers.list_cycles(open_only=request.open_only)
        return pb.ListCyclesResponse(cycles=map(cycle_message, found))

    async def GetCatalogue(self, request: pb.GetCatalogueRequest, context: Any) -> pb.GetCatalogueResponse:
        """Reads bases, specialties and plan."""
        catalogue = await self._handlers.get_catalogue(request.cycle_id)
        return pb.GetCatalogueResponse(
            bases=[
                cycle_pb2.Base(
                    code=code,
                    name=name,
                    main_code=catalogue.main_bases.get(code, ""),
                    credit_code=catalogue.credit_codes.get(code, ""),
                )
                for code, name in catalogue.bases.items()
            ],
            specialties=[cycle_pb2.Specialty(code=code, name=name) for code, name in catalogue.specialties.items()],
            plan=[
                cycle_pb2.PlannedSeats(base_code=base, specialty_code=specialty, planned=planned)
                for (base, specialty), planned in catalogue.plan.items()
            ],
        )

    async def EnterPhase(self, request: pb.EnterPhaseRequest, context: Any) -> pb.EnterPhaseResponse:
        """Moves the gate to the next phase."""
        view = await self._handlers.enter_phase(caller(), request.cycle_id, request.sequence)
        return pb.EnterPhaseResponse(cycle=cycle_message(view))

    async def GetWindow(self, request: pb.GetWindowRequest, context: Any) -> pb.GetWindowResponse:
        """Reads one base's window in a round."""
        view = await self._windows.get_window(caller(), request.cycle_id, request.base_code, request.round)
        return pb.GetWindowResponse(window=window_message(view))

    async def CloseWindow(self, request: pb.CloseWindowRequest, context: Any) -> pb.CloseWindowResponse:
        """Writes down how a base's window ended."""
        unreviewed, unselected = await self._windows.close_window(
            caller(), request.cycle_id, request.base_code, request.round
        )
        return pb.CloseWindowResponse(unreviewed=unreviewed, unselected=unselected)

    async def ListConcerned(self, request: pb.ListConcernedRequest, context: Any) -> pb.ListConcernedResponse:
        """Lists who is concerned by a date."""
        page = (request.page_size, request.page_token)
        if request.concern == pb.CONCERN_DRAFTS:
            found = await self._concerned.drafts(request.cycle_id, *page)
        else:
            found = await self._concerned.fixable(request.cycle_id, request.base_code, request.round, *page)
        return pb.ListConcernedResponse(
            persons=[
                pb.ConcernedPerson(
                    person_id=one.person_id,
                    application_id=one.application_id,
                    base_name=one.base_name,
                    specialty_name=one.specialty_name,
                    until=convert.timestamp(one.until),
                )
                for one in found.persons
            ],
            next_page_token=found.next_token,
        )

    async def GetPhaseReport(self, request: pb.GetPhaseReportRequest, context: Any) -> pb.GetPhaseReportResponse:
        """Sums how the windows of a round ended."""
        report = await self._concerned.report(request.cycle_id, request.round)
        return pb.GetPhaseReportResponse(
            unreviewed=report.unreviewed,
            unselected=report.unselected,
            bases=report.bases,
            open=report.open,
            closed=report.closed,
        )

    async def PrepareNextCycle(self, request: pb.PrepareNextCycleRequest, context: Any) -> pb.PrepareNextCycleResponse:
        """Copies a province's cycle as the draft of its next year."""
        draft = await self._preparing.prepare(caller(), PrepareNextCycle(request.cycle_id, request.year))
        if draft is None:
            return pb.PrepareNextCycleResponse()
        return pb.PrepareNextCycleResponse(cycle_id=draft.cycle_id, title=draft.title)

    async def ListDraftCycles(self, request: pb.ListDraftCyclesRequest, context: Any) -> pb.ListDraftCyclesResponse:
        """Lists the drafts of next years."""
        return pb.ListDraftCyclesResponse(cycles=map(cycle_message, await self._preparing.drafts(caller())))

    async def ConfirmCycle(self, request: pb.ConfirmCycleRequest, context: Any) -> pb.ConfirmCycleResponse:
        """Makes a prepared cycle real."""
        order = ConfirmCycle(request.idempotency_key, request.cycle_id)
        return pb.ConfirmCycleResponse(cycle=cycle_message(await self._preparing.confirm(caller(), order)))

    async def SetMilestones(self, request: pb.SetMilestonesRequest, context: Any) -> pb.SetMilestonesResponse:
        """Sets a base's own dates inside a round."""
        order = SetMilestones(
            request.cycle_id,
            request.base_code,
            request.round,
            convert.milestones_of(request.milestones),
            request.idempotency_key,
        )
        return pb.SetMilestonesResponse(window=window_message(await self._windows.set_milestones(caller(), order)))


class Boards(BoardServiceServicer):
    """Serves BoardService."""

    def __init__(self, handlers: BoardHandlers) -> None:
        self._handlers = handlers

    async def GetBoard(
        self, request: board_service_pb2.GetBoardRequest, context: Any
    ) -> board_service_pb2.GetBoardResponse:
        """Reads the counts of a cycle, now or as they were."""
        as_of = convert.instant(request.as_of) if request.HasField("as_of") else None
        board = await self._handlers.get_board(request.cycle_id, request.base_code, as_of)
        return board_service_pb2.GetBoardResponse(
            rows=[
                board_service_pb2.BoardRow(
                    base_code=row.base_code,
                    specialty_code=row.specialty_code,
                    planned=row.planned,
                    applied=row.applied,
                    provisional=row.provisional,
                    admitted=row.admitted,
                )
                for row in board.rows
            ],
            as_of=convert.timestamp(board.as_of),
        )


def cycle_message(view: CycleView) -> cycle_pb2.Cycle:
    """A cycle with its calendar."""
    return cycle_pb2.Cycle(
        cycle_id=view.cycle_id,
        province_code=view.province_code,
        year=view.year,
        title=view.title,
        time_zone=view.time_zone,
        day_seconds=view.calendar.day_seconds,
        phase=convert.phase_message(view.phase),
        sequence=view.sequence,
        phases=[
            cycle_pb2.CyclePhase(
                phase=convert.phase_message(window.phase),
                sequence=window.sequence,
                name=window.name,
                first_day=str(window.first_day or ""),
                last_day=str(window.last_day or ""),
                opens_at=convert.timestamp(window.opens_at),
                closes_at=convert.timestamp(window.closes_at),
                entered_at=convert.timestamp(view.entered.get(window.sequence)),
                round=window.round,
                key=window.key,
                gap_name=window.gap_name,
            )
            for window in view.calendar.phases
        ],
        calendar_version=view.calendar_version,
        read_at=convert.timestamp(view.read_at),
        held_since=convert.timestamp(view.held_since),
        draft=view.draft,
        milestones=[
            cycle_pb2.CycleMilestone(
                key=entry.key, phase_key=entry.phase_key, name=entry.name, day=str(entry.day), exam=entry.exam
            )
            for entry in view.calendar.milestones
        ],
        time_policy=convert.time_policy_message(view.time_policy),
        epoch=view.epoch,
    )


def window_message(view: WindowView) -> cycle_pb2.Window:
    """A base's window with its counts."""
    return cycle_pb2.Window(
        cycle_id=view.cycle_id,
        base_code=view.base_code,
        round=view.round,
        opens_at=convert.timestamp(view.opens_at),
        closes_at=convert.timestamp(view.closes_at),
        milestones=convert.milestones_message(view.milestones),
        pending=view.pending,
        approved=view.approved,
        rejected=view.rejected,
        provisional=view.provisional,
        over=view.over,
        closed=view.closed,
        day_seconds=view.day_seconds,
        read_at=convert.timestamp(view.read_at),
        held_since=convert.timestamp(view.held_since),
        phase=convert.phase_message(view.phase) if view.phase is not None else cycle_pb2.PHASE_UNSPECIFIED,
        phase_name=view.phase_name,
        province_code=view.province_code,
        base_name=view.base_name,
        time_policy=convert.time_policy_message(view.time_policy) if view.time_policy is not None else None,
        admitted=view.admitted,
        not_selected=view.not_selected,
        unpublished=view.unpublished,
        fixable=view.fixable,
        fix_until=convert.timestamp(view.fix_until),
        late_pending=view.late_pending,
    )


def day_of(value: str, field: str) -> date:
    """A calendar day, `YYYY-MM-DD`. Raises INVALID for one that does not exist."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "CALENDAR_DATE", f"没有这一天:{value}。", field=field, rule="CAL-01") from error
