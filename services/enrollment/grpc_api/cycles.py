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
from services.enrollment.handlers.cycles import CreateCycle, CycleHandlers, SetMilestones
from services.enrollment.handlers.reading import BoardHandlers
from services.enrollment.views import CycleView, WindowView
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind


class Cycles(CycleServiceServicer):
    """Serves CycleService."""

    def __init__(self, handlers: CycleHandlers) -> None:
        self._handlers = handlers

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
        view = await self._handlers.get_window(caller(), request.cycle_id, request.base_code, request.round)
        return pb.GetWindowResponse(window=window_message(view))

    async def CloseWindow(self, request: pb.CloseWindowRequest, context: Any) -> pb.CloseWindowResponse:
        """Writes down how a base's window ended."""
        unreviewed, unselected = await self._handlers.close_window(
            caller(), request.cycle_id, request.base_code, request.round
        )
        return pb.CloseWindowResponse(unreviewed=unreviewed, unselected=unselected)

    async def SetMilestones(self, request: pb.SetMilestonesRequest, context: Any) -> pb.SetMilestonesResponse:
        """Sets a base's own dates inside a round."""
        order = SetMilestones(
            request.cycle_id,
            request.base_code,
            request.round,
            convert.milestones_of(request.milestones),
            request.idempotency_key,
        )
        return pb.SetMilestonesResponse(window=window_message(await self._handlers.set_milestones(caller(), order)))


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
    )


def day_of(value: str, field: str) -> date:
    """A calendar day, `YYYY-MM-DD`. Raises INVALID for one that does not exist."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DomainError(Kind.INVALID, "CALENDAR_DATE", f"没有这一天:{value}。", field=field, rule="CAL-01") from error
