"""AmendmentService: what a change of a calendar would do, who asks for it, who agrees."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import amendment_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1.amendment_service_pb2_grpc import AmendmentServiceServicer
from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, PhaseWindow
from services.enrollment.domain.impact import Impact, PhaseImpact
from services.enrollment.grpc_api import convert
from services.enrollment.grpc_api.cycles import day_of
from services.enrollment.handlers.amending import AmendmentHandlers, DecideAmendment, ProposeAmendment
from services.enrollment.store.amending import Amendment
from services.kit.auth import caller


class Amendments(AmendmentServiceServicer):
    """Serves AmendmentService."""

    def __init__(self, handlers: AmendmentHandlers) -> None:
        self._handlers = handlers

    async def PreviewAmendment(self, request: pb.PreviewAmendmentRequest, context: Any) -> pb.PreviewAmendmentResponse:
        """Says what a change would do."""
        found = await self._handlers.preview(caller(), request.cycle_id, wish_of(request.wish))
        return pb.PreviewAmendmentResponse(impact=impact_message(found))

    async def ProposeAmendment(self, request: pb.ProposeAmendmentRequest, context: Any) -> pb.ProposeAmendmentResponse:
        """Asks for a change."""
        order = ProposeAmendment(request.cycle_id, wish_of(request.wish), request.reason, request.idempotency_key)
        return pb.ProposeAmendmentResponse(amendment=amendment_message(await self._handlers.propose(caller(), order)))

    async def DecideAmendment(self, request: pb.DecideAmendmentRequest, context: Any) -> pb.DecideAmendmentResponse:
        """Agrees to a change, refuses or withdraws it."""
        order = DecideAmendment(
            *(request.cycle_id, request.amendment_id, request.agree, request.answer, request.idempotency_key)
        )
        return pb.DecideAmendmentResponse(amendment=amendment_message(await self._handlers.decide(caller(), order)))

    async def ListAmendments(self, request: pb.ListAmendmentsRequest, context: Any) -> pb.ListAmendmentsResponse:
        """Lists what was asked for."""
        found = await self._handlers.list_amendments(caller(), request.cycle_id, open_only=request.open_only)
        return pb.ListAmendmentsResponse(amendments=map(amendment_message, found))


def wish_of(message: pb.Wish) -> Wish:
    """A change as it is wished for. Raises INVALID for a day that does not exist."""
    return Wish(
        Change[pb.AmendmentKind.Name(message.kind).removeprefix("AMENDMENT_KIND_")],
        message.based_on,
        tuple(
            PhaseDates(
                convert.phase_of(entry.phase),
                entry.name,
                day_of(entry.first_day, f"wish.phases[{number}].first_day"),
                day_of(entry.last_day, f"wish.phases[{number}].last_day"),
                entry.key,
                entry.gap_name,
            )
            for number, entry in enumerate(message.phases)
        ),
        tuple(
            MilestoneDate(
                *(entry.key, entry.phase_key, entry.name),
                day_of(entry.day, f"wish.milestones[{number}].day"),
                entry.exam,
            )
            for number, entry in enumerate(message.milestones)
        ),
    )


def amendment_message(amendment: Amendment) -> pb.Amendment:
    """A change that was asked for."""
    return pb.Amendment(
        amendment_id=amendment.id,
        cycle_id=amendment.cycle_id,
        kind=f"AMENDMENT_KIND_{amendment.wish.kind.name}",
        state=f"AMENDMENT_STATE_{amendment.state.name}",
        based_on=amendment.wish.based_on,
        version=amendment.version,
        reason=amendment.reason,
        proposed_by=amendment.proposed_by,
        proposed_at=convert.timestamp(amendment.proposed_at),
        decided_by=amendment.decided_by,
        decided_at=convert.timestamp(amendment.decided_at),
        answer=amendment.answer,
        impact=impact_message(amendment.impact),
    )


def impact_message(found: Impact) -> pb.Impact:
    """What a change does."""
    return pb.Impact(
        phases=map(_change_message, found.phases),
        unfit=[
            pb.UnfitMilestone(
                base_code=each.base_code,
                base_name=each.base_name,
                round=each.round,
                milestone=each.milestone,
                at=convert.timestamp(each.at),
            )
            for each in found.unfit
        ],
        clashes=[
            pb.HolidayClash(day=str(each.day), key=each.key, what=each.what, known=each.known) for each in found.clashes
        ],
        applicants=found.applicants,
        bases=found.bases,
        matters=bool(found.reasons),
        reasons=found.reasons,
        urgent=found.urgent,
        calendar=map(window_message, found.calendar),
        milestones=[
            cycle_pb2.CycleMilestone(
                key=entry.key, phase_key=entry.phase_key, name=entry.name, day=str(entry.day), exam=entry.exam
            )
            for entry in found.milestones
        ],
        people=found.people,
    )


def window_message(window: PhaseWindow) -> cycle_pb2.CyclePhase:
    """A phase as it is planned."""
    return cycle_pb2.CyclePhase(
        phase=convert.phase_message(window.phase),
        sequence=window.sequence,
        name=window.name,
        first_day=str(window.first_day or ""),
        last_day=str(window.last_day or ""),
        opens_at=convert.timestamp(window.opens_at),
        closes_at=convert.timestamp(window.closes_at),
        round=window.round,
        key=window.key,
        gap_name=window.gap_name,
    )


def _change_message(each: PhaseImpact) -> pb.PhaseChange:
    return pb.PhaseChange(
        key=each.key,
        name=each.name,
        before=None if each.before is None else window_message(each.before),
        after=None if each.after is None else window_message(each.after),
        gain=each.gain,
        lose=each.lose,
    )
