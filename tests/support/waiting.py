"""A waiting list without a database: answers the part of PlaceService that workflows call, by the same rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from residency.enrollment.v1 import place_service_pb2 as wire
from services.kit.domain import DomainError, Kind


@dataclass
class Offered:
    """One offer that was made."""

    application_id: str
    number: int
    seat_offer_id: str
    until: datetime
    base_code: str
    specialty_code: str
    outcome: int = wire.OFFER_OUTCOME_OPEN


@dataclass
class WaitingList:
    """Who waits, what was offered and what became of it. An offer stands for `hours`."""

    clock: Callable[[], Awaitable[datetime]]
    people: list[str] = field(default_factory=list)
    hours: float = 24.0
    closed: bool = False
    offers: list[Offered] = field(default_factory=list)
    asked_early: int = 0
    held: bool = False
    """The cycle is held: nothing is offered, nothing ends."""

    def answer(self, application_id: str, *, accept: bool) -> Offered:
        """The person answers the open offer."""
        [offer] = [each for each in self.offers if each.application_id == application_id]
        assert offer.outcome == wire.OFFER_OUTCOME_OPEN
        offer.outcome = wire.OFFER_OUTCOME_ACCEPTED if accept else wire.OFFER_OUTCOME_DECLINED
        return offer

    async def OfferNext(self, request: wire.OfferNextRequest) -> wire.OfferNextResponse:
        standing = [each for each in self.offers if each.seat_offer_id == request.seat_offer_id]
        if any(each.outcome == wire.OFFER_OUTCOME_ACCEPTED for each in standing):
            return wire.OfferNextResponse(ended="TAKEN")
        open_ones = [each for each in standing if each.outcome == wire.OFFER_OUTCOME_OPEN]
        if open_ones:
            return _answer(open_ones[0])
        if self.held:
            raise await self._held()
        if self.closed:
            return wire.OfferNextResponse(ended="NOT_IN_PHASE")
        if not self.people:
            return wire.OfferNextResponse(ended="NOBODY_WAITS")
        until = await self.clock() + timedelta(hours=self.hours)
        place = (request.base_code, request.specialty_code)
        self.offers.append(Offered(self.people.pop(0), len(self.offers) + 2, request.seat_offer_id, until, *place))
        return _answer(self.offers[-1])

    async def ListOffers(self, request: wire.ListOffersRequest) -> wire.ListOffersResponse:
        assert request.open_only
        open_ones = [each for each in self.offers if each.outcome == wire.OFFER_OUTCOME_OPEN]
        return wire.ListOffersResponse(offers=[_answer(each).offer for each in open_ones])

    async def ExpireOffer(self, request: wire.ExpireOfferRequest) -> wire.ExpireOfferResponse:
        [offer] = [each for each in self.offers if each.application_id == request.application_id]
        assert offer.number == request.number
        if offer.outcome == wire.OFFER_OUTCOME_OPEN:
            if await self.clock() < offer.until:
                self.asked_early += 1
                raise DomainError(Kind.NOT_NOW, "OFFER_OPEN", "递补名额的确认时间未到。", until=offer.until)
            if self.held:
                raise await self._held()
            offer.outcome = wire.OFFER_OUTCOME_EXPIRED
        return wire.ExpireOfferResponse(outcome=wire.OfferOutcome.Name(offer.outcome))

    async def _held(self) -> DomainError:
        again_at = await self.clock() + timedelta(days=1)
        details = {"again_at": again_at.isoformat()}
        return DomainError(Kind.NOT_NOW, "CYCLE_HELD", "招录已暂停。", details=details)


def _answer(offer: Offered) -> wire.OfferNextResponse:
    answer = wire.OfferNextResponse(
        offer=wire.Offer(
            application_id=offer.application_id,
            number=offer.number,
            base_code=offer.base_code,
            specialty_code=offer.specialty_code,
            seat_offer_id=offer.seat_offer_id,
            outcome="OFFER_OUTCOME_OPEN",
        )
    )
    answer.offer.until.FromDatetime(offer.until)
    return answer
