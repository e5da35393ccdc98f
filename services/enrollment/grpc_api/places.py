"""PlaceService: what happens to a place after it was given, or while it is on offer."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import place_service_pb2 as pb
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceServicer
from services.enrollment.domain.offers import Outcome
from services.enrollment.grpc_api import convert
from services.enrollment.grpc_api.decisions import read_token, write_token
from services.enrollment.handlers.co_signing import ConfirmGrant, CoSigningHandlers, ProposeGrant
from services.enrollment.handlers.offers import AnswerOffer, OfferHandlers, OfferNext
from services.enrollment.handlers.places import (
    Annul,
    ChangeSpecialty,
    ConfirmPlace,
    Defer,
    GrantException,
    PlaceHandlers,
    RecordQuit,
    ReportNoShow,
    Undo,
)
from services.enrollment.handlers.placing import PlaceView
from services.enrollment.handlers.revocations import DecideRevocation, ProposeRevocation, RevocationHandlers
from services.enrollment.store.offers import MOST_LISTED, OfferRecord
from services.enrollment.store.places import ProposalRecord, QuitRecord, RevocationRecord
from services.kit.auth import caller


class Places(PlaceServiceServicer):
    """Serves PlaceService."""

    def __init__(
        self,
        places: PlaceHandlers,
        revocations: RevocationHandlers,
        co_signing: CoSigningHandlers,
        offers: OfferHandlers,
    ) -> None:
        self._places = places
        self._revocations = revocations
        self._co_signing = co_signing
        self._offers = offers

    async def Undo(self, request: pb.UndoRequest, context: Any) -> pb.UndoResponse:
        """Takes back a grant or an admission within the hold."""
        order = Undo(request.application_id, request.reason, request.idempotency_key)
        return pb.UndoResponse(place=place_message(await self._places.undo(caller(), order)))

    async def ChangeSpecialty(self, request: pb.ChangeSpecialtyRequest, context: Any) -> pb.ChangeSpecialtyResponse:
        """Moves a consenting applicant to another specialty of the same base."""
        order = ChangeSpecialty(
            request.application_id,
            request.submission_number,
            request.specialty_code,
            request.reason,
            request.idempotency_key,
        )
        return pb.ChangeSpecialtyResponse(place=place_message(await self._places.change_specialty(caller(), order)))

    async def ReportNoShow(self, request: pb.ReportNoShowRequest, context: Any) -> pb.ReportNoShowResponse:
        """Reports who did not come."""
        order = ReportNoShow(request.application_id, request.reason, request.idempotency_key)
        return pb.ReportNoShowResponse(place=place_message(await self._places.report_no_show(caller(), order)))

    async def RecordQuit(self, request: pb.RecordQuitRequest, context: Any) -> pb.RecordQuitResponse:
        """Records who quits."""
        order = RecordQuit(
            request.application_id,
            request.reason_code,
            request.measures,
            request.destination,
            request.base_opinion,
            request.idempotency_key,
        )
        return pb.RecordQuitResponse(place=place_message(await self._places.record_quit(caller(), order)))

    async def Defer(self, request: pb.DeferRequest, context: Any) -> pb.DeferResponse:
        """Puts a place off."""
        order = Defer(request.application_id, request.until_year, request.reason, request.idempotency_key)
        return pb.DeferResponse(place=place_message(await self._places.defer(caller(), order)))

    async def ListQuits(self, request: pb.ListQuitsRequest, context: Any) -> pb.ListQuitsResponse:
        """Lists who quit."""
        found = await self._places.list_quits(caller(), request.cycle_id)
        return pb.ListQuitsResponse(quits=map(quit_message, found))

    async def ProposeRevocation(
        self, request: pb.ProposeRevocationRequest, context: Any
    ) -> pb.ProposeRevocationResponse:
        """Asks the province to take a place back."""
        order = ProposeRevocation(request.application_id, request.reason, request.idempotency_key)
        return pb.ProposeRevocationResponse(place=place_message(await self._revocations.propose(caller(), order)))

    async def DecideRevocation(self, request: pb.DecideRevocationRequest, context: Any) -> pb.DecideRevocationResponse:
        """Decides on what a base proposed."""
        order = DecideRevocation(request.application_id, request.approve, request.remark, request.idempotency_key)
        return pb.DecideRevocationResponse(place=place_message(await self._revocations.decide(caller(), order)))

    async def ListRevocations(self, request: pb.ListRevocationsRequest, context: Any) -> pb.ListRevocationsResponse:
        """Lists proposals to take a place back."""
        found = await self._revocations.list_revocations(caller(), request.cycle_id, open_only=request.open_only)
        return pb.ListRevocationsResponse(revocations=map(revocation_message, found))

    async def Annul(self, request: pb.AnnulRequest, context: Any) -> pb.AnnulResponse:
        """Takes a place back after the close."""
        order = Annul(request.application_id, request.reason, request.idempotency_key)
        return pb.AnnulResponse(place=place_message(await self._places.annul(caller(), order)))

    async def GrantException(self, request: pb.GrantExceptionRequest, context: Any) -> pb.GrantExceptionResponse:
        """Gives a place by a numbered exception."""
        order = GrantException(request.application_id, request.number, request.reason, request.idempotency_key)
        return pb.GrantExceptionResponse(place=place_message(await self._places.grant_exception(caller(), order)))

    async def ConfirmPlace(self, request: pb.ConfirmPlaceRequest, context: Any) -> pb.ConfirmPlaceResponse:
        """Takes one's provisional place."""
        order = ConfirmPlace(request.application_id, request.idempotency_key)
        return pb.ConfirmPlaceResponse(place=place_message(await self._places.confirm_place(caller(), order)))

    async def ProposeGrant(self, request: pb.ProposeGrantRequest, context: Any) -> pb.ProposeGrantResponse:
        """A collaborative base proposes a grant."""
        order = ProposeGrant(
            request.application_id,
            request.submission_number,
            request.qualified,
            request.remark,
            request.idempotency_key,
        )
        return pb.ProposeGrantResponse(proposal=proposal_message(await self._co_signing.propose(caller(), order)))

    async def ConfirmGrant(self, request: pb.ConfirmGrantRequest, context: Any) -> pb.ConfirmGrantResponse:
        """The main base answers a proposal."""
        order = ConfirmGrant(
            request.application_id, request.number, request.approve, request.remark, request.idempotency_key
        )
        return pb.ConfirmGrantResponse(proposal=proposal_message(await self._co_signing.confirm(caller(), order)))

    async def ListGrantProposals(
        self, request: pb.ListGrantProposalsRequest, context: Any
    ) -> pb.ListGrantProposalsResponse:
        """Lists proposals of grants."""
        found = await self._co_signing.list_proposals(caller(), request.cycle_id, open_only=request.open_only)
        return pb.ListGrantProposalsResponse(proposals=map(proposal_message, found))

    async def AnswerOffer(self, request: pb.AnswerOfferRequest, context: Any) -> pb.AnswerOfferResponse:
        """Takes or declines the place offered to oneself."""
        order = AnswerOffer(request.application_id, request.accept, request.idempotency_key)
        return pb.AnswerOfferResponse(place=place_message(await self._offers.answer_offer(caller(), order)))

    async def ListOffers(self, request: pb.ListOffersRequest, context: Any) -> pb.ListOffersResponse:
        """Lists offers."""
        after = read_token(request.page_token)
        found = await self._offers.list_offers(caller(), request.cycle_id, open_only=request.open_only, after=after)
        following = (found[-1].offered_at, found[-1].application_id) if len(found) == MOST_LISTED else None
        return pb.ListOffersResponse(offers=map(offer_message, found), next_page_token=write_token(following))

    async def OfferNext(self, request: pb.OfferNextRequest, context: Any) -> pb.OfferNextResponse:
        """Offers a freed seat to the next."""
        order = OfferNext(request.cycle_id, request.base_code, request.specialty_code, request.seat_offer_id)
        found = await self._offers.offer_next(caller(), order)
        if found.offer is None:
            return pb.OfferNextResponse(ended=found.ended)
        return pb.OfferNextResponse(offer=offer_message(found.offer))

    async def ExpireOffer(self, request: pb.ExpireOfferRequest, context: Any) -> pb.ExpireOfferResponse:
        """Ends an offer whose time is over."""
        outcome = await self._offers.expire_offer(caller(), request.application_id, request.number)
        return pb.ExpireOfferResponse(outcome=outcome_message(outcome))


def place_message(view: PlaceView) -> pb.HeldPlace:
    """A place."""
    return pb.HeldPlace(
        application_id=view.application_id,
        submission_number=view.submission_number,
        base_code=view.base_code,
        specialty_code=view.specialty_code,
        state=convert.state_message(view.state),
        round=view.round,
        version=view.version,
        provisional_at=convert.timestamp(view.provisional_at),
        admitted_at=convert.timestamp(view.marks.admitted_at),
        confirmed_at=convert.timestamp(view.marks.confirmed_at),
        revocation_proposed=view.marks.revocation_proposed,
        offered_until=convert.timestamp(view.marks.offered_until),
        ending=view.marks.ending.value,
    )


def outcome_message(outcome: Outcome) -> str:
    """The contract's name of an outcome."""
    return f"OFFER_OUTCOME_{outcome.name}"


def offer_message(record: OfferRecord) -> pb.Offer:
    """An offer."""
    return pb.Offer(
        application_id=record.application_id,
        number=record.number,
        base_code=record.base_code,
        specialty_code=record.specialty_code,
        offered_at=convert.timestamp(record.offered_at),
        until=convert.timestamp(record.until),
        outcome=outcome_message(record.outcome),
        ended_at=convert.timestamp(record.ended_at),
        name=record.name,
        masked_document=record.masked_document,
        waiting_rank=record.waiting_rank,
        seat_offer_id=record.seat_offer_id,
    )


def revocation_message(record: RevocationRecord) -> pb.Revocation:
    """A proposal to take a place back."""
    return pb.Revocation(
        application_id=record.application_id,
        number=record.number,
        base_code=record.base_code,
        specialty_code=record.specialty_code,
        reason=record.reason,
        proposed_at=convert.timestamp(record.proposed_at),
        decided_at=convert.timestamp(record.decided_at),
        approved=record.approved,
        name=record.name,
        masked_document=record.masked_document,
    )


def proposal_message(record: ProposalRecord) -> pb.GrantProposal:
    """A proposal of a grant."""
    return pb.GrantProposal(
        application_id=record.application_id,
        number=record.number,
        base_code=record.base_code,
        specialty_code=record.specialty_code,
        submission_number=record.submission_number,
        remark=record.remark,
        proposed_at=convert.timestamp(record.proposed_at),
        answered_at=convert.timestamp(record.answered_at),
        confirmed=record.confirmed,
        name=record.name,
        masked_document=record.masked_document,
    )


def quit_message(record: QuitRecord) -> pb.Quit:
    """Who quit."""
    return pb.Quit(
        application_id=record.application_id,
        base_code=record.base_code,
        specialty_code=record.specialty_code,
        reason_code=record.reason_code,
        measures=record.texts.get("measures", ""),
        destination=record.texts.get("destination", ""),
        base_opinion=record.texts.get("base_opinion", ""),
        recorded_at=convert.timestamp(record.recorded_at),
        name=record.name,
        masked_document=record.masked_document,
    )
