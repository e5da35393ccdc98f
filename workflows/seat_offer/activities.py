"""What SeatOffer orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from temporalio import activity

from residency.enrollment.v1 import place_service_pb2 as wire
from services.kit.domain import DomainError, Kind
from workflows.seat_offer.contract import (
    NextOffer,
    OfferMade,
    OfferOver,
    OfferQuestion,
    Outcome,
    SeatQuestion,
)
from workflows.wire import again_at, instant, translated_failures

_OUTCOMES = {
    wire.OFFER_OUTCOME_ACCEPTED: Outcome.ACCEPTED,
    wire.OFFER_OUTCOME_DECLINED: Outcome.DECLINED,
    wire.OFFER_OUTCOME_EXPIRED: Outcome.EXPIRED,
}


class Offers(Protocol):
    """The part of enrollment's PlaceService used here."""

    def OfferNext(self, request: wire.OfferNextRequest, /) -> Awaitable[wire.OfferNextResponse]:
        """Offers a freed seat to the next."""
        ...

    def ExpireOffer(self, request: wire.ExpireOfferRequest, /) -> Awaitable[wire.ExpireOfferResponse]:
        """Ends an offer whose time is over."""
        ...


class OfferActivities:
    """The activities of SeatOffer, over enrollment's PlaceService."""

    def __init__(self, enrollment: Offers) -> None:
        self._enrollment = enrollment

    @activity.defn
    async def offer_next(self, seat: SeatQuestion) -> NextOffer:
        """Offer the seat to the next on the list; the offer that is open already, when asked again."""
        request = wire.OfferNextRequest(
            cycle_id=seat.cycle_id,
            base_code=seat.base_code,
            specialty_code=seat.specialty_code,
            seat_offer_id=seat.seat_offer_id,
        )
        with translated_failures():
            try:
                answer = await self._enrollment.OfferNext(request)
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_NOW or again_at(refusal) is None:
                    raise
                return NextOffer(None, again_at=again_at(refusal))
        if not answer.HasField("offer"):
            return NextOffer(None, answer.ended)
        return NextOffer(OfferMade(answer.offer.application_id, answer.offer.number, instant(answer.offer.until)))

    @activity.defn
    async def settle_offer(self, offer: OfferQuestion) -> OfferOver:
        """What became of an offer; one whose time is over ends with that.

        WAIT-38: refused because it cannot end now, it is open, and enrollment says when to ask again.
        """
        with translated_failures():
            try:
                answer = await self._enrollment.ExpireOffer(
                    wire.ExpireOfferRequest(application_id=offer.application_id, number=offer.number)
                )
            except DomainError as refusal:
                if refusal.kind is not Kind.NOT_NOW:
                    raise
                return OfferOver(Outcome.OPEN, again_at(refusal))
        return OfferOver(_OUTCOMES[answer.outcome])
