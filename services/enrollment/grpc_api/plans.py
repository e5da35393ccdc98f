"""PlanService: policy, plan, programmes, exceptions and deadlines of a cycle."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct

from residency.enrollment.v1 import plan_service_pb2 as pb
from residency.enrollment.v1.plan_service_pb2_grpc import PlanServiceServicer
from services.enrollment.domain.choice import Programme
from services.enrollment.domain.policy_rules import KEYS, rule_of
from services.enrollment.domain.reversion import Moved
from services.enrollment.grpc_api import convert
from services.enrollment.grpc_api.cycles import window_message
from services.enrollment.handlers.extending import ExtendDeadline, ExtendingHandlers
from services.enrollment.handlers.plans import (
    DecidePlanChange,
    GrantSeatException,
    PlanHandlers,
    PlanResult,
    ProposePlanChange,
    SetPlan,
    SetProgramme,
)
from services.enrollment.handlers.policies import PolicyHandlers, PolicyView, SetPolicy
from services.enrollment.handlers.reverting import RevertingHandlers, RevertUnfilled
from services.enrollment.store.plans import Proposal, SeatException, Seats
from services.kit.auth import caller


class Plans(PlanServiceServicer):
    """Serves PlanService."""

    def __init__(
        self,
        policies: PolicyHandlers,
        plans: PlanHandlers,
        reverting: RevertingHandlers,
        extending: ExtendingHandlers,
    ) -> None:
        self._policies = policies
        self._plans = plans
        self._reverting = reverting
        self._extending = extending

    async def GetPolicy(self, request: pb.GetPolicyRequest, context: Any) -> pb.GetPolicyResponse:
        """Reads the policy of a cycle."""
        return pb.GetPolicyResponse(policy=policy_message(await self._policies.get_policy(caller(), request.cycle_id)))

    async def SetPolicy(self, request: pb.SetPolicyRequest, context: Any) -> pb.SetPolicyResponse:
        """Changes keys of the policy."""
        order = SetPolicy(
            *(request.cycle_id, MessageToDict(request.values), request.reason, request.expected_edition),
            *(request.override_lock, request.idempotency_key),
        )
        return pb.SetPolicyResponse(policy=policy_message(await self._policies.set_policy(caller(), order)))

    async def ListPlan(self, request: pb.ListPlanRequest, context: Any) -> pb.ListPlanResponse:
        """Lists places."""
        found = await self._plans.list_plan(caller(), request.cycle_id, request.base_code)
        return pb.ListPlanResponse(rows=map(seats_message, found))

    async def SetPlan(self, request: pb.SetPlanRequest, context: Any) -> pb.SetPlanResponse:
        """Plans places anew."""
        rows = tuple((row.base_code, row.specialty_code, row.planned) for row in request.rows)
        order = SetPlan(request.cycle_id, rows, request.reason, request.idempotency_key)
        return pb.SetPlanResponse(results=map(result_message, await self._plans.set_plan(caller(), order)))

    async def ProposePlanChange(
        self, request: pb.ProposePlanChangeRequest, context: Any
    ) -> pb.ProposePlanChangeResponse:
        """A base asks for another number of places."""
        order = ProposePlanChange(
            *(request.cycle_id, request.base_code, request.specialty_code, request.wanted, request.reason),
            request.idempotency_key,
        )
        proposal = await self._plans.propose_change(caller(), order)
        return pb.ProposePlanChangeResponse(change=change_message(proposal))

    async def DecidePlanChange(self, request: pb.DecidePlanChangeRequest, context: Any) -> pb.DecidePlanChangeResponse:
        """The province decides about it."""
        order = DecidePlanChange(
            request.cycle_id,
            request.change_id,
            request.grant,
            request.planned if request.HasField("planned") else None,
            request.answer,
            request.idempotency_key,
        )
        return pb.DecidePlanChangeResponse(change=change_message(await self._plans.decide_change(caller(), order)))

    async def ListPlanChanges(self, request: pb.ListPlanChangesRequest, context: Any) -> pb.ListPlanChangesResponse:
        """Lists what bases asked for."""
        name = pb.PlanChangeState.Name(request.state).removeprefix("PLAN_CHANGE_STATE_").lower()
        state = "" if name == "unspecified" else name
        found = await self._plans.list_changes(caller(), request.cycle_id, state, request.limit)
        return pb.ListPlanChangesResponse(changes=map(change_message, found))

    async def GrantSeatException(
        self, request: pb.GrantSeatExceptionRequest, context: Any
    ) -> pb.GrantSeatExceptionResponse:
        """Adds places under a numbered document."""
        order = GrantSeatException(
            *(request.cycle_id, request.base_code, request.specialty_code, request.seats, request.number),
            *(request.reason, request.idempotency_key),
        )
        each = await self._plans.grant_exception(caller(), order)
        return pb.GrantSeatExceptionResponse(exception=exception_message(each))

    async def ListSeatExceptions(
        self, request: pb.ListSeatExceptionsRequest, context: Any
    ) -> pb.ListSeatExceptionsResponse:
        """Lists exceptions."""
        found = await self._plans.list_exceptions(caller(), request.cycle_id)
        return pb.ListSeatExceptionsResponse(exceptions=map(exception_message, found))

    async def ListPlanHistory(self, request: pb.ListPlanHistoryRequest, context: Any) -> pb.ListPlanHistoryResponse:
        """Lists what was planned before and since."""
        found = await self._plans.list_history(caller(), request.cycle_id, request.base_code, request.limit)
        return pb.ListPlanHistoryResponse(
            rows=[
                pb.PlanHistoryRow(
                    base_code=row.base_code,
                    specialty_code=row.specialty_code,
                    kind=row.kind,
                    planned_before=row.old,
                    planned=row.new,
                    reason=row.reason,
                    at=convert.timestamp(row.at),
                )
                for row in found
            ]
        )

    async def SetProgramme(self, request: pb.SetProgrammeRequest, context: Any) -> pb.SetProgrammeResponse:
        """Opens, pauses or closes a programme."""
        name = pb.ProgrammeStatus.Name(request.programme).removeprefix("PROGRAMME_STATUS_")
        order = SetProgramme(
            *(request.cycle_id, request.base_code, request.specialty_code, Programme[name]),
            *(request.reason, request.idempotency_key),
        )
        return pb.SetProgrammeResponse(row=seats_message(await self._plans.set_programme(caller(), order)))

    async def PreviewReversion(self, request: pb.PreviewReversionRequest, context: Any) -> pb.PreviewReversionResponse:
        """Tells which unfilled places would go where."""
        preview = await self._reverting.preview(caller(), request.cycle_id)
        return pb.PreviewReversionResponse(reversions=map(reversion_message, preview.moves), digest=preview.digest)

    async def RevertUnfilled(self, request: pb.RevertUnfilledRequest, context: Any) -> pb.RevertUnfilledResponse:
        """Moves unfilled places."""
        order = RevertUnfilled(request.cycle_id, request.digest, request.idempotency_key)
        moves = await self._reverting.revert_unfilled(caller(), order)
        return pb.RevertUnfilledResponse(reversions=map(reversion_message, moves))

    async def ExtendDeadline(self, request: pb.ExtendDeadlineRequest, context: Any) -> pb.ExtendDeadlineResponse:
        """Moves a base's review deadline."""
        order = ExtendDeadline(
            *(request.cycle_id, request.base_code, request.round, convert.instant(request.review_deadline)),
            *(request.reason, request.idempotency_key),
        )
        return pb.ExtendDeadlineResponse(window=window_message(await self._extending.extend_deadline(caller(), order)))


def policy_message(view: PolicyView) -> pb.PolicyView:
    """A policy with the meaning of its keys."""
    return pb.PolicyView(
        cycle_id=view.cycle_id,
        values=ParseDict(view.values, Struct()),
        edition=view.edition,
        keys=[
            pb.PolicyKey(
                key=key.name,
                label=key.label,
                label_en=key.label_en,
                hint=key.hint,
                rule=rule_of(key),
                locked=key.name in view.locked,
            )
            for key in KEYS.values()
        ],
    )


def seats_message(seats: Seats) -> pb.PlanRow:
    """Places of a base in a specialty."""
    return pb.PlanRow(
        base_code=seats.base_code,
        specialty_code=seats.specialty_code,
        planned=seats.planned,
        taken=seats.taken,
        programme=f"PROGRAMME_STATUS_{seats.programme.name}",
    )


def result_message(result: PlanResult) -> pb.PlanResult:
    """What became of a row."""
    return pb.PlanResult(
        base_code=result.seats.base_code,
        specialty_code=result.seats.specialty_code,
        planned=result.seats.planned,
        taken=result.seats.taken,
        done=not result.reason,
        reason=result.reason,
        message=result.message,
    )


def change_message(proposal: Proposal) -> pb.PlanChange:
    """What a base asked for."""
    return pb.PlanChange(
        change_id=proposal.id,
        cycle_id=proposal.cycle_id,
        base_code=proposal.base_code,
        specialty_code=proposal.specialty_code,
        planned=proposal.planned,
        wanted=proposal.wanted,
        reason=proposal.reason,
        state=f"PLAN_CHANGE_STATE_{proposal.state.upper()}",
        proposed_at=convert.timestamp(proposal.proposed_at),
        decided_at=convert.timestamp(proposal.decided_at),
        granted=proposal.granted,
        answer=proposal.answer,
    )


def exception_message(each: SeatException) -> pb.SeatException:
    """Places added under a number."""
    return pb.SeatException(
        exception_id=each.id,
        cycle_id=each.cycle_id,
        base_code=each.base_code,
        specialty_code=each.specialty_code,
        seats=each.seats,
        number=each.number,
        reason=each.reason,
        granted_at=convert.timestamp(each.granted_at),
        planned=each.planned,
    )


def reversion_message(move: Moved) -> pb.Reversion:
    """Places that go from one cell to another."""
    return pb.Reversion(
        from_base_code=move.donor[0],
        from_specialty_code=move.donor[1],
        to_base_code=move.receiver[0],
        to_specialty_code=move.receiver[1],
        seats=move.seats,
        row=move.row,
    )
