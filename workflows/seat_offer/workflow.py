"""SeatOffer: a freed seat goes down its waiting list."""

from __future__ import annotations

from dataclasses import replace

from temporalio import workflow

from workflows.primitives.calls import COMMAND
from workflows.primitives.deadline import reached

with workflow.unsafe.imports_passed_through():
    from workflows.seat_offer.activities import OfferActivities

    # By name: what `from package import module` finds here is the sandbox's own copy, which spoils instants.
    from workflows.seat_offer.contract import (
        ANSWERED,
        NAME,
        STATUS,
        NextOffer,
        OfferAnswered,
        OfferMade,
        OfferQuestion,
        Outcome,
        SeatOfferEnded,
        SeatOfferStart,
        SeatOfferStatus,
        SeatQuestion,
    )


@workflow.defn(name=NAME)
class SeatOffer:
    """Offers a freed seat to one after the other; the service says to whom, until when, and what came of it."""

    @workflow.init
    def __init__(self, start: SeatOfferStart) -> None:
        self._start = start
        self._offers = start.offers
        self._open: OfferMade | None = None
        self._answered: set[tuple[str, int]] = set()

    @workflow.run
    async def run(self, start: SeatOfferStart) -> SeatOfferEnded:
        """WAIT-08: offer to the next, wait for the answer or its deadline, and so on until taken or the list ends."""
        while True:
            following = await self._offer_to_the_next()
            if following.offer is None:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return SeatOfferEnded(following.ended == "TAKEN", self._offers, following.ended)
            await self._wait_for_an_answer(following.offer)
            if await self._outcome_of(following.offer) is Outcome.ACCEPTED:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return SeatOfferEnded(True, self._offers, "")
            self._make_history_short()

    @workflow.signal(name=ANSWERED)
    def answered(self, news: OfferAnswered) -> None:
        """Somebody answered: the wait for that offer is over. What the answer was, the service says."""
        self._answered.add((news.application_id, news.number))

    @workflow.query(name=STATUS)
    def status(self) -> SeatOfferStatus:
        """How far down the list the seat has come."""
        return SeatOfferStatus(self._offers, self._open.until if self._open else None)

    async def _offer_to_the_next(self) -> NextOffer:
        start = self._start
        seat = SeatQuestion(start.cycle_id, start.base_code, start.specialty_code, start.seat_offer_id)
        following = await workflow.execute_activity_method(OfferActivities.offer_next, seat, **COMMAND)
        if following.offer is not None:
            self._offers += 1
        return following

    async def _wait_for_an_answer(self, offer: OfferMade) -> None:
        self._open = offer
        await reached(offer.until, unless=lambda: (offer.application_id, offer.number) in self._answered)
        self._open = None

    async def _outcome_of(self, offer: OfferMade) -> Outcome:
        question = OfferQuestion(offer.application_id, offer.number)
        over = await workflow.execute_activity_method(OfferActivities.settle_offer, question, **COMMAND)
        return over.outcome

    def _make_history_short(self) -> None:
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
            workflow.continue_as_new(replace(self._start, offers=self._offers))
