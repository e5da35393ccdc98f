"""ScreeningService: penalties and holds."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import screening_service_pb2 as pb
from residency.enrollment.v1.screening_service_pb2_grpc import ScreeningServiceServicer
from residency.identity.v1 import account_pb2
from services.enrollment.domain.penalties import masked
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.holding import HoldHandlers, HoldView, ResolveHold
from services.enrollment.handlers.penalising import (
    DecidePenaltyCase,
    Entry,
    ImportPenalties,
    LiftPenalty,
    PenaltyHandlers,
    PenaltyResult,
)
from services.enrollment.store.penalties import Penalty, PenaltyCase
from services.kit.auth import caller


class Screening(ScreeningServiceServicer):
    """Serves ScreeningService."""

    def __init__(self, penalties: PenaltyHandlers, holds: HoldHandlers) -> None:
        self._penalties = penalties
        self._holds = holds

    async def AddPenalty(self, request: pb.AddPenaltyRequest, context: Any) -> pb.AddPenaltyResponse:
        """Bars somebody."""
        order = ImportPenalties(request.cycle_id, (entry_of(request.entry),), request.idempotency_key)
        return pb.AddPenaltyResponse(penalty=penalty_message(await self._penalties.add_penalty(caller(), order)))

    async def ImportPenalties(self, request: pb.ImportPenaltiesRequest, context: Any) -> pb.ImportPenaltiesResponse:
        """Bars many."""
        order = ImportPenalties(request.cycle_id, tuple(map(entry_of, request.entries)), request.idempotency_key)
        results = await self._penalties.import_penalties(caller(), order)
        return pb.ImportPenaltiesResponse(results=map(result_message, results))

    async def LiftPenalty(self, request: pb.LiftPenaltyRequest, context: Any) -> pb.LiftPenaltyResponse:
        """Ends a penalty before its time."""
        order = LiftPenalty(request.cycle_id, request.penalty_id, request.reason, request.idempotency_key)
        return pb.LiftPenaltyResponse(penalty=penalty_message(await self._penalties.lift_penalty(caller(), order)))

    async def ListPenalties(self, request: pb.ListPenaltiesRequest, context: Any) -> pb.ListPenaltiesResponse:
        """Lists penalties."""
        found = await self._penalties.list_penalties(
            caller(), request.cycle_id, request.limit, in_force=request.in_force
        )
        return pb.ListPenaltiesResponse(penalties=[penalty_message(each, in_force=bars) for each, bars in found])

    async def ListPenaltyCases(self, request: pb.ListPenaltyCasesRequest, context: Any) -> pb.ListPenaltyCasesResponse:
        """Lists undecided cases."""
        found = await self._penalties.list_cases(caller(), request.cycle_id)
        return pb.ListPenaltyCasesResponse(cases=map(case_message, found))

    async def DecidePenaltyCase(
        self, request: pb.DecidePenaltyCaseRequest, context: Any
    ) -> pb.DecidePenaltyCaseResponse:
        """Turns a case into a penalty, or lets it rest."""
        order = DecidePenaltyCase(
            *(request.cycle_id, request.case_id, request.penalise, request.years, request.reason, request.number),
            request.idempotency_key,
        )
        penalty = (await self._penalties.decide_case(caller(), order)).penalty
        return pb.DecidePenaltyCaseResponse(penalty=None if penalty is None else penalty_message(penalty))

    async def ListHolds(self, request: pb.ListHoldsRequest, context: Any) -> pb.ListHoldsResponse:
        """Lists applications that wait for the province."""
        name = pb.HoldState.Name(request.state).removeprefix("HOLD_STATE_").lower()
        state = "open" if name == "unspecified" else name
        found = await self._holds.list_holds(caller(), request.cycle_id, state, request.limit)
        return pb.ListHoldsResponse(holds=map(hold_message, found))

    async def ResolveHold(self, request: pb.ResolveHoldRequest, context: Any) -> pb.ResolveHoldResponse:
        """Releases or refuses a held application."""
        order = ResolveHold(request.hold_id, request.release, request.reason, request.idempotency_key)
        return pb.ResolveHoldResponse(hold=hold_message(await self._holds.resolve_hold(caller(), order)))


def entry_of(message: pb.PenaltyEntry) -> Entry:
    """Whom a penalty is for, as typed."""
    return Entry(
        account_pb2.DocumentType.Name(message.document_type),
        message.document_number,
        message.person_id,
        message.name,
        message.cause,
        message.since,
        message.years,
        message.until,
        message.reason,
        message.number,
    )


def penalty_message(penalty: Penalty, *, in_force: bool | None = None) -> pb.Penalty:
    """A penalty, masked; `in_force` None: as of when it was added or lifted."""
    barring = penalty.lifted_at is None and penalty.since <= penalty.added_at < penalty.until
    return pb.Penalty(
        penalty_id=penalty.id,
        masked_name=masked(penalty.name),
        masked_document=penalty.masked_document,
        cause=penalty.cause,
        since=convert.timestamp(penalty.since),
        until=convert.timestamp(penalty.until),
        reason=penalty.reason,
        number=penalty.number,
        lifted_at=convert.timestamp(penalty.lifted_at),
        lift_reason=penalty.lift_reason,
        in_force=barring if in_force is None else in_force,
    )


def result_message(result: PenaltyResult) -> pb.PenaltyResult:
    """What became of a row."""
    done = result.penalty is not None
    penalty_id = result.penalty.id if result.penalty is not None else ""
    return pb.PenaltyResult(done=done, penalty_id=penalty_id, reason=result.reason, message=result.message)


def case_message(case: PenaltyCase) -> pb.PenaltyCase:
    """A case, masked."""
    return pb.PenaltyCase(
        case_id=case.id,
        application_id=case.application_id,
        masked_name=masked(case.name),
        masked_document=case.masked_document,
        base_code=case.base_code,
        cause=case.cause,
        since=convert.timestamp(case.at),
    )


def hold_message(view: HoldView) -> pb.Hold:
    """A hold with what it looks like, masked."""
    hold = view.hold
    return pb.Hold(
        hold_id=hold.id,
        application_id=hold.application_id,
        masked_name=masked(hold.name),
        masked_document=hold.masked_document,
        base_code=hold.base_code,
        specialty_code=hold.specialty_code,
        cause=hold.cause,
        state=f"HOLD_STATE_{hold.state.upper()}",
        since=convert.timestamp(hold.since),
        decided_at=convert.timestamp(hold.decided_at),
        reason=hold.reason,
        alike=[
            pb.LikeApplication(
                application_id=other.application_id,
                masked_name=masked(other.name),
                masked_document=other.masked_document,
                kinds=other.kinds,
                base_code=other.base_code,
            )
            for other in view.alike
        ],
    )
