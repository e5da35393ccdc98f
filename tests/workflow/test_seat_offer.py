"""SeatOffer on the time-skipping server: offers, answers, deadlines, the end of the list."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from residency.enrollment.v1 import place_service_pb2 as wire
from tests.support.temporal import Stage
from workflows.seat_offer.contract import OfferAnswered, SeatOfferEnded
from workflows.seat_offer.workflow import SeatOffer

BASE = "SD-QILU"
_Offers = WorkflowHandle[SeatOffer, SeatOfferEnded]


async def _answered(stage: Stage, offers: _Offers, person: str, *, accept: bool) -> None:
    offer = stage.province.waiting.answer(person, accept=accept)
    await offers.signal(SeatOffer.answered, OfferAnswered(person, offer.number))


async def _hours_later(stage: Stage, hours: float) -> None:
    await stage.until(await stage.environment.get_current_time() + timedelta(hours=hours))


async def test_wait_08_the_seat_goes_down_the_list_until_it_is_taken(first_choice: Stage) -> None:
    """WAIT-08: declined, expired, accepted."""
    waiting = first_choice.province.waiting
    waiting.people = ["a", "b", "c", "d"]
    async with first_choice.working():
        offers = await first_choice.start_offers(BASE, str(uuid4()))
        await _hours_later(first_choice, 1)
        await _answered(first_choice, offers, "a", accept=False)
        await _hours_later(first_choice, 23)
        status = await offers.query(SeatOffer.status)
        assert (status.offers, status.until) == (2, waiting.offers[1].until)
        await _hours_later(first_choice, 3)
        await _answered(first_choice, offers, "c", accept=True)
        ended = await offers.result()
    assert ended == SeatOfferEnded(taken=True, offers=3, why="")
    assert [each.outcome for each in waiting.offers] == [
        wire.OFFER_OUTCOME_DECLINED,
        wire.OFFER_OUTCOME_EXPIRED,
        wire.OFFER_OUTCOME_ACCEPTED,
    ]
    assert waiting.people == ["d"]
    assert waiting.asked_early == 0


async def test_wait_08_it_ends_with_the_list_or_the_phase(first_choice: Stage) -> None:
    waiting = first_choice.province.waiting
    async with first_choice.working():
        nobody = await (await first_choice.start_offers(BASE, str(uuid4()))).result()
        waiting.people, waiting.closed = ["a"], True
        closed = await (await first_choice.start_offers(BASE, str(uuid4()))).result()
    assert nobody == SeatOfferEnded(taken=False, offers=0, why="NOBODY_WAITS")
    assert closed == SeatOfferEnded(taken=False, offers=0, why="NOT_IN_PHASE")


async def test_wait_08_a_seat_taken_before_a_restart_is_not_offered_again(first_choice: Stage) -> None:
    waiting, seat = first_choice.province.waiting, str(uuid4())
    waiting.people = ["a"]
    await waiting.OfferNext(wire.OfferNextRequest(seat_offer_id=seat))
    waiting.answer("a", accept=True)
    async with first_choice.working():
        ended = await (await first_choice.start_offers(BASE, seat)).result()
    assert ended == SeatOfferEnded(taken=True, offers=0, why="TAKEN")


async def test_wait_08_old_and_repeated_answers_end_no_wait(first_choice: Stage) -> None:
    waiting = first_choice.province.waiting
    waiting.people = ["a", "b"]
    async with first_choice.working():
        offers = await first_choice.start_offers(BASE, str(uuid4()))
        await _hours_later(first_choice, 1)
        await _answered(first_choice, offers, "a", accept=False)
        await offers.signal(SeatOffer.answered, OfferAnswered("a", 99))
        await _hours_later(first_choice, 1)
        await offers.signal(SeatOffer.answered, OfferAnswered("a", waiting.offers[0].number))
        await _hours_later(first_choice, 20)
        assert waiting.offers[1].outcome == wire.OFFER_OUTCOME_OPEN
        await offers.result()
    assert waiting.offers[1].outcome == wire.OFFER_OUTCOME_EXPIRED
    assert waiting.asked_early == 0


async def test_wait_08_the_end_is_tried_again_when_the_database_is_behind(first_choice: Stage) -> None:
    waiting = first_choice.province.waiting
    waiting.people = ["a"]
    async with first_choice.working():
        offers = await first_choice.start_offers(BASE, str(uuid4()))
        await _hours_later(first_choice, 1)
        waiting.offers[0].until += timedelta(milliseconds=300)
        assert (await offers.result()).why == "NOBODY_WAITS"
    assert waiting.offers[0].outcome == wire.OFFER_OUTCOME_EXPIRED


async def test_wait_38_an_offer_whose_end_moved_is_waited_for_and_not_asked_about_again_and_again(
    first_choice: Stage,
) -> None:
    """WAIT-38: three days' delay cost one question; the answer in between ends the wait at once."""
    waiting = first_choice.province.waiting
    waiting.people = ["a", "b"]
    async with first_choice.working():
        offers = await first_choice.start_offers(BASE, str(uuid4()))
        await _hours_later(first_choice, 1)
        waiting.offers[0].until += timedelta(days=3)
        await _hours_later(first_choice, 48)
        assert waiting.asked_early == 1
        assert (await offers.query(SeatOffer.status)).until == waiting.offers[0].until
        await _answered(first_choice, offers, "a", accept=False)
        await _hours_later(first_choice, 1)
        assert len(waiting.offers) == 2
        await offers.result()
    assert waiting.offers[1].outcome == wire.OFFER_OUTCOME_EXPIRED
    assert waiting.asked_early == 1


async def test_wait_38_while_the_cycle_is_held_nothing_is_offered_and_nothing_ends(first_choice: Stage) -> None:
    """WAIT-38: a freed seat waits a day at a time, and so does an offer whose time is over; nobody is passed over."""
    waiting = first_choice.province.waiting
    waiting.people, waiting.held = ["a", "b"], True
    async with first_choice.working():
        offers = await first_choice.start_offers(BASE, str(uuid4()))
        await _hours_later(first_choice, 60)
        assert waiting.offers == []
        waiting.held = False
        await _hours_later(first_choice, 24)
        assert len(waiting.offers) == 1
        waiting.held = True
        await _hours_later(first_choice, 48)
        assert waiting.offers[0].outcome == wire.OFFER_OUTCOME_OPEN
        waiting.held = False
        assert (await offers.result()).why == "NOBODY_WAITS"
        events = (await offers.fetch_history()).events
    assert [each.outcome for each in waiting.offers] == [wire.OFFER_OUTCOME_EXPIRED] * 2
    # Three and two days of a hold, two offers, the end of the list.
    assert sum(event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED for event in events) <= 12
