"""SeatOffer: a freed seat goes down its waiting list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow

# The ways of waiting too: what is outside of this block is compiled and run anew for every single run.
with workflow.unsafe.imports_passed_through():
    from workflows.primitives.calls import COMMAND
    from workflows.primitives.deadline import reached
    from workflows.primitives.visible import waits_for
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

_SHORTEST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(seconds=10)


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
        """WAIT-08: offer to the next, wait for the answer or its deadline, and so on until taken or the list ends.

        Silence means decline; while the cycle is held nothing is offered and nothing ends.
        """
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
        pause = _SHORTEST_PAUSE
        while True:
            following = await workflow.execute_activity_method(OfferActivities.offer_next, seat, **COMMAND)
            if following.again_at is None:
                break
            waits_for("resume")
            await reached(max(following.again_at, workflow.now() + pause), unless=_never)
            pause = _longer(pause)
        if following.offer is not None:
            self._offers += 1
        return following

    async def _wait_for_an_answer(self, offer: OfferMade) -> None:
        self._open = offer
        waits_for("answer")
        await reached(offer.until, unless=lambda: self._is_answered(offer))

    async def _outcome_of(self, offer: OfferMade) -> Outcome:
        """WAIT-38: of an offer that turns out to be open still, the wait goes on until enrollment says to ask again.

        Its end may have moved by days; where only the database's clock is behind, it is asked again in a moment.
        """
        question, pause = OfferQuestion(offer.application_id, offer.number), _SHORTEST_PAUSE
        while True:
            over = await workflow.execute_activity_method(OfferActivities.settle_offer, question, **COMMAND)
            if over.outcome is not Outcome.OPEN:
                self._open = None
                return over.outcome
            again_at = max(over.again_at or workflow.now(), workflow.now() + pause)
            self._open = replace(offer, until=again_at)
            await reached(again_at, unless=lambda: self._is_answered(offer))
            # An answer that enrollment does not know of yet is asked about again after the pause alone.
            self._answered.discard((offer.application_id, offer.number))
            pause = _longer(pause)

    def _is_answered(self, offer: OfferMade) -> bool:
        return (offer.application_id, offer.number) in self._answered

    def _make_history_short(self) -> None:
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
            workflow.continue_as_new(replace(self._start, offers=self._offers))


def _never() -> bool:
    return False


def _longer(pause: timedelta) -> timedelta:
    return min(pause * 2, _LONGEST_PAUSE)
