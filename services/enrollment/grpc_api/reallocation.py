"""ReallocationService: wishes, proposals, moves."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import reallocation_service_pb2 as pb
from residency.enrollment.v1.reallocation_service_pb2_grpc import ReallocationServiceServicer
from services.enrollment.domain.penalties import masked
from services.enrollment.domain.reallocation import SENTENCES, Cell
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.moving import MoveApplicant, MovingHandlers, SaveWishes
from services.enrollment.handlers.reallocation import (
    CommitReallocation,
    EditReallocation,
    ProposeReallocation,
    ReallocationHandlers,
)
from services.enrollment.store.reallocation import Reallocation, ReallocationRow
from services.kit.auth import caller


class Reallocations(ReallocationServiceServicer):
    """Serves ReallocationService."""

    def __init__(self, moving: MovingHandlers, proposals: ReallocationHandlers) -> None:
        self._moving = moving
        self._proposals = proposals

    async def SaveWishes(self, request: pb.SaveWishesRequest, context: Any) -> pb.SaveWishesResponse:
        """Saves where the applicant would rather be moved."""
        order = SaveWishes(request.cycle_id, tuple(map(cell_of, request.wishes)), request.idempotency_key)
        view = await self._moving.save_wishes(caller(), order)
        return pb.SaveWishesResponse(wishes=map(place_message, view.wishes), version=view.version)

    async def GetWishes(self, request: pb.GetWishesRequest, context: Any) -> pb.GetWishesResponse:
        """Reads the applicant's own wishes."""
        wishes = await self._moving.get_wishes(caller(), request.cycle_id)
        return pb.GetWishesResponse(wishes=map(place_message, wishes))

    async def ProposeReallocation(
        self, request: pb.ProposeReallocationRequest, context: Any
    ) -> pb.ProposeReallocationResponse:
        """Proposes a stable assignment."""
        order = ProposeReallocation(request.cycle_id, request.idempotency_key)
        proposal = await self._proposals.propose(caller(), order)
        return pb.ProposeReallocationResponse(reallocation=reallocation_message(proposal))

    async def ListReallocations(
        self, request: pb.ListReallocationsRequest, context: Any
    ) -> pb.ListReallocationsResponse:
        """Lists proposals."""
        found = await self._proposals.list_proposals(caller(), request.cycle_id)
        return pb.ListReallocationsResponse(reallocations=map(reallocation_message, found))

    async def GetReallocation(self, request: pb.GetReallocationRequest, context: Any) -> pb.GetReallocationResponse:
        """Reads a proposal with a page of its rows."""
        page = await self._proposals.get_proposal(
            *(caller(), request.proposal_id, request.page_size, request.after_rank),
            unplaced_only=request.unplaced_only,
        )
        return pb.GetReallocationResponse(
            reallocation=reallocation_message(page.proposal),
            rows=map(row_message, page.rows),
            next_after_rank=page.following,
        )

    async def EditReallocation(self, request: pb.EditReallocationRequest, context: Any) -> pb.EditReallocationResponse:
        """Gives one person of a proposal another place or none."""
        to = cell_of(request.to) if request.HasField("to") else None
        order = EditReallocation(
            request.proposal_id, request.application_id, to, request.reason, request.idempotency_key
        )
        edited = await self._proposals.edit(caller(), order)
        return pb.EditReallocationResponse(
            reallocation=reallocation_message(edited.proposal), row=row_message(edited.row)
        )

    async def CommitReallocation(
        self, request: pb.CommitReallocationRequest, context: Any
    ) -> pb.CommitReallocationResponse:
        """Moves everybody as proposed."""
        order = CommitReallocation(request.proposal_id, request.expected_version, request.idempotency_key)
        proposal = await self._proposals.commit(caller(), order)
        return pb.CommitReallocationResponse(reallocation=reallocation_message(proposal))

    async def MoveApplicant(self, request: pb.MoveApplicantRequest, context: Any) -> pb.MoveApplicantResponse:
        """Moves one consenting person."""
        order = MoveApplicant(request.application_id, *cell_of(request.to), request.reason, request.idempotency_key)
        view = await self._moving.move_applicant(caller(), order)
        return pb.MoveApplicantResponse(
            application_id=view.application_id,
            state=convert.state_message(view.state),
            place=place_message((view.base_code, view.specialty_code)),
            submission_number=view.submission_number,
            version=view.version,
        )


def cell_of(message: pb.WantedPlace) -> Cell:
    """A base and a specialty."""
    return message.base_code, message.specialty_code


def place_message(cell: Cell) -> pb.WantedPlace:
    """The same as a message."""
    return pb.WantedPlace(base_code=cell[0], specialty_code=cell[1])


def reallocation_message(proposal: Reallocation) -> pb.Reallocation:
    """A proposal in numbers."""
    return pb.Reallocation(
        proposal_id=proposal.id,
        cycle_id=proposal.cycle_id,
        state=f"REALLOCATION_STATE_{proposal.state.upper()}",
        proposed_at=convert.timestamp(proposal.proposed_at),
        committed_at=convert.timestamp(proposal.committed_at),
        people=proposal.people,
        seats=proposal.seats,
        placed=proposal.placed,
        unplaced=proposal.people - proposal.placed,
        moved=proposal.moved,
        skipped=proposal.skipped,
        left=proposal.left,
        digest=proposal.digest,
        version=proposal.version,
    )


def row_message(row: ReallocationRow) -> pb.ReallocationRow:
    """What is proposed for one person, masked."""
    message = pb.ReallocationRow(
        application_id=row.application_id,
        masked_name=masked(row.name),
        masked_document=row.masked_document,
        to=place_message(row.to) if row.to is not None else None,
        reason=row.reason,
        explanation=SENTENCES[row.reason].format(wish=row.wish),
        wish=row.wish,
        outcome=row.outcome,
        outcome_reason=row.outcome_reason,
        rank=row.rank,
    )
    getattr(message, "from").CopyFrom(place_message(row.origin))
    return message
