"""OFF: a freed seat goes down the waiting list, held by the offer, and is never held twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from residency.enrollment.v1 import place_service_pb2
from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.offers import Outcome
from services.enrollment.domain.phases import P2, P3, P4, P5, P6
from services.enrollment.grpc_api import places as wire
from services.enrollment.handlers.offers import AnswerOffer, NextOffer, OfferNext
from services.enrollment.handlers.places import Undo
from services.enrollment.store import offers as store
from services.enrollment.store.offers import OfferRecord
from services.kit.auth import serving
from services.kit.domain import Caller, Kind
from services.kit.ids import new_id
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, SECOND, SKIN, WORKER, Stage, key
from tests.support.seats import PLACE, PROVINCE, STRANGERS, Person, Seats, refused


@pytest.fixture
async def seats(stage: Stage) -> Seats:
    return await Seats(stage).at_ease()


async def next_of(seats: Seats, seat_offer_id: str, choice: Choice = PLACE) -> NextOffer:
    order = OfferNext(seats.stage.cycle_id, choice.base_code, choice.specialty_code, seat_offer_id)
    return await seats.offers.offer_next(WORKER, order)


async def offered(seats: Seats, seat_offer_id: str = "") -> OfferRecord:
    found = await next_of(seats, seat_offer_id or new_id())
    assert found.offer is not None, found.ended
    return found.offer


def answer(seats: Seats, person: Person, *, accept: bool) -> Awaitable[object]:
    return seats.offers.answer_offer(person.caller, AnswerOffer(person.id, accept, key()))


async def test_off_04_a_freed_seat_cascades_until_somebody_takes_it(seats: Seats) -> None:
    """OFF-04, OFF-05: the first declines, the second lets it expire, the third accepts; the seat is never double."""
    first, second, third = await seats.approved(3)
    await seats.waiting([first, second, third])
    holder = await seats.placed()
    assert await seats.taken() == 1
    await seats.places.undo(ADMINISTRATOR, Undo(holder.id, "误点", key()))
    freed = await seats.last_fact(holder)
    assert (freed.cause, freed.freed) == ("undone", True)
    assert await seats.taken() == 0
    seat = new_id()

    one = await offered(seats, seat)
    assert (one.application_id, one.waiting_rank) == (first.id, 1)
    assert await offered(seats, seat) == one  # asked again: the same offer
    assert await seats.taken() == 1
    assert (await refused(seats.stage.grant(holder.view))).reason == "SEAT_FULL"
    assert (await seats.last_fact(first)).offer_number == one.number
    await answer(seats, first, accept=False)
    assert await seats.state(first) == "approved"
    assert await seats.taken() == 0

    two = await offered(seats, seat)
    assert two.application_id == second.id
    early = await refused(seats.offers.expire_offer(WORKER, second.id, two.number))
    assert (early.kind, early.reason, early.until) == (Kind.NOT_NOW, "OFFER_OPEN", two.until)
    await seats.age(second)
    for _ in range(2):
        assert await seats.offers.expire_offer(WORKER, second.id, two.number) is Outcome.EXPIRED
    assert (await seats.last_fact(second)).outcome == "expired"
    assert await seats.taken() == 0

    three = await offered(seats, seat)
    assert three.application_id == third.id
    view = await seats.offers.answer_offer(third.caller, AnswerOffer(third.id, True, key()))
    assert (view.state, view.marks.offered_until) == (State.PROVISIONAL, None)
    assert (await seats.last_fact(third)).outcome == "accepted"
    assert await seats.taken() == 1
    assert (await next_of(seats, seat)).ended == "TAKEN"
    assert await seats.offers.expire_offer(WORKER, third.id, three.number) is Outcome.ACCEPTED
    assert (await next_of(seats, new_id())).ended == "NOBODY_WAITS"
    states = "SELECT array_agg(state ORDER BY rank) FROM waiting_list WHERE cycle_id = $1"
    assert await seats.value(states, seats.stage.cycle_id) == ["declined", "expired", "accepted"]


async def test_off_01_offers_live_within_their_round_and_in_p5_by_policy(seats: Seats) -> None:
    """OFF-01: P2 and P3 on their own lists, P4 never, P5 with `backfill_after_rounds`."""
    [person] = await seats.approved(1)
    await seats.waiting([person])
    for phase, ended in ((P3, "NOBODY_WAITS"), (P4, "NOT_IN_PHASE"), (P5, "NOT_IN_PHASE"), (P6, "NOT_IN_PHASE")):
        await seats.stage.stand(phase)
        assert (await next_of(seats, new_id())).ended == ended, phase
    await seats.stage.stand(P2, -1)
    assert (await next_of(seats, new_id())).ended == "NOT_IN_PHASE"
    await seats.stage.decree(backfill_after_rounds=True)
    await seats.stage.stand(P5)
    offer = await offered(seats)
    assert offer.application_id == person.id
    assert (await answer(seats, person, accept=True)).state is State.PROVISIONAL  # type: ignore[attr-defined]
    assert await seats.taken() == 1


async def test_off_02_an_offer_ends_with_its_phase(seats: Seats) -> None:
    """OFF-02, OFF-05: never beyond the phase; ended in a later one, its seat is free again wherever the person is."""
    [person] = await seats.approved(1)
    await seats.waiting([person])
    await seats.stage.decree(offer_hours=24 * 365 * 24)
    offer = await offered(seats)
    cycle_id = seats.stage.cycle_id
    closes = await seats.value("SELECT closes_at FROM cycle_gate WHERE cycle_id = $1", cycle_id)
    assert offer.until == closes
    await seats.age(person)
    await seats.stage.stand(P3)
    await seats.stage.choose(person.caller, Choice(SECOND, MEDICINE, True))
    await seats.stage.submit(person.caller)
    assert (await refused(answer(seats, person, accept=True))).reason == "WRONG_STATE"
    assert await seats.taken() == 1
    await seats.stage.stand(P3, -1)
    turning = await refused(seats.offers.expire_offer(WORKER, person.id, offer.number))
    opens = await seats.value("SELECT opens_at FROM cycle_phase WHERE cycle_id = $1 AND phase = $2", cycle_id, P4.value)
    assert (turning.kind, turning.reason, turning.until) == (Kind.NOT_NOW, "PHASE_TURNING", opens)
    await seats.stage.stand(P4)
    assert await seats.offers.expire_offer(WORKER, person.id, offer.number) is Outcome.EXPIRED
    assert await seats.taken() == 0
    told = (await seats.last_fact(person)).application
    assert (told.base_code, told.specialty_code) == (QILU, SKIN)


async def test_off_05_while_the_cycle_is_held_nothing_is_offered_and_nothing_ends(seats: Seats) -> None:
    """OFF-04, OFF-05: whoever asks is told to ask again a calendar day later."""
    one, two = await seats.approved(2)
    await seats.waiting([one, two])
    offer = await offered(seats)
    await seats.age(one)
    hold = "UPDATE cycle_gate SET held_since = now(), closes_at = now() WHERE cycle_id = $1 RETURNING held_since"
    since = await seats.value(hold, seats.stage.cycle_id)
    expiring = seats.offers.expire_offer(WORKER, one.id, offer.number)
    for held in (await refused(expiring), await refused(next_of(seats, new_id()))):
        assert (held.kind, held.reason, held.until) == (Kind.NOT_NOW, "CYCLE_HELD", None)
        assert datetime.fromisoformat(held.details["again_at"]) > since
    standing = (await next_of(seats, offer.seat_offer_id)).offer
    assert standing is not None
    assert (standing.application_id, standing.outcome) == (one.id, Outcome.OPEN)


async def test_off_04_the_seat_may_be_gone_and_the_held_are_passed_over(seats: Seats) -> None:
    held, next_one = await seats.approved(2)
    await seats.waiting([held, next_one])
    await seats.value("UPDATE application SET held = 'DUPLICATE' WHERE id = $1", held.id)
    holder = await seats.placed()
    assert (await next_of(seats, new_id())).ended == "SEAT_FULL"
    await seats.places.undo(ADMINISTRATOR, Undo(holder.id, "误点", key()))
    assert (await offered(seats)).application_id == next_one.id


async def test_off_04_at_the_same_moment_one_seat_is_offered_once(seats: Seats) -> None:
    people = await seats.approved(3, Choice(QILU, MEDICINE, True))
    await seats.waiting(people)
    medicine, seat = Choice(QILU, MEDICINE), new_id()
    asked = await asyncio.gather(*(next_of(seats, each, medicine) for each in (seat, seat, seat, new_id())))
    offers = {each.offer.application_id for each in asked if each.offer is not None}
    assert len(offers) == 2
    assert len({each.offer for each in asked[:3]}) == 1
    assert await seats.taken(medicine) == 2


async def test_off_03_nothing_else_is_granted_to_whom_a_place_is_offered(seats: Seats) -> None:
    """OFF-03: until the offer ends."""
    [person] = await seats.approved(1, Choice(QILU, MEDICINE, True))
    await seats.waiting([person])
    found = await next_of(seats, new_id(), Choice(QILU, MEDICINE))
    assert found.offer is not None
    error = await refused(seats.stage.grant(person.view))
    assert (error.reason, error.rule, error.until) == ("OFFER_OPEN", "OFF-03", found.offer.until)
    await seats.age(person)
    await seats.stage.grant(person.view)
    assert await seats.offers.expire_offer(WORKER, person.id, found.offer.number) is Outcome.EXPIRED
    assert await seats.state(person) == "provisional"
    assert await seats.taken(Choice(QILU, MEDICINE)) == 1


_Break = Callable[[Seats, Person], Awaitable[object]]


async def _nothing(seats: Seats, person: Person) -> None:
    await answer(seats, person, accept=False)


async def _held(seats: Seats, person: Person) -> None:
    await seats.value("UPDATE application SET held = 'DUPLICATE' WHERE id = $1", person.id)


async def _closed(seats: Seats, person: Person) -> None:
    await seats.stage.stand(P2, -1)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [(_nothing, "NOTHING_OFFERED"), (Seats.age, "OFFER_OVER"), (_held, "HELD"), (_closed, "NOT_IN_PHASE")],
    ids=["declined before", "over", "held", "phase over"],
)
async def test_cap_offer_an_answer_counts_once_and_in_time(seats: Seats, broken: _Break, reason: str) -> None:
    """CAP-OFFER."""
    [person] = await seats.approved(1)
    await seats.waiting([person])
    await offered(seats)
    await broken(seats, person)
    assert (await refused(answer(seats, person, accept=True))).reason == reason
    await seats.taken()


async def test_cap_offer_a_repeated_answer_is_answered_the_same_and_others_have_none(seats: Seats) -> None:
    person, other = await seats.approved(2)
    await seats.waiting([person])
    await offered(seats)
    stolen = AnswerOffer(person.id, True, key())
    assert (await refused(seats.offers.answer_offer(other.caller, stolen))).kind is Kind.NOT_FOUND
    order = AnswerOffer(person.id, True, key())
    answers = [await seats.offers.answer_offer(person.caller, order) for _ in range(2)]
    assert answers[0] == answers[1]
    assert await seats.taken() == 1


async def test_offers_are_listed_to_whom_they_concern(seats: Seats) -> None:
    person, other = await seats.approved(2)
    await seats.waiting([person])
    offer = await offered(seats)

    async def listed(caller: Caller, *, open_only: bool = False) -> list[str]:
        found = await seats.offers.list_offers(caller, seats.stage.cycle_id, open_only=open_only)
        return [each.application_id for each in found]

    for caller in (person.caller, ADMINISTRATOR, PROVINCE):
        assert await listed(caller, open_only=True) == [person.id]
    [unnamed] = await seats.offers.list_offers(WORKER, seats.stage.cycle_id, open_only=True)
    assert unnamed == offer
    assert unnamed.name == ""
    for caller in (other.caller, OTHERS):
        assert await listed(caller) == []
    assert (await refused(listed(STRANGERS))).kind is Kind.NOT_FOUND
    await answer(seats, person, accept=False)
    assert await listed(ADMINISTRATOR, open_only=True) == []
    assert await listed(ADMINISTRATOR) == [offer.application_id]


async def test_more_offers_than_a_page_are_listed_page_by_page(seats: Seats, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (store, wire):
        monkeypatch.setattr(module, "MOST_LISTED", 1)
    one, two = await seats.approved(2)
    await seats.waiting([one, two])
    await offered(seats)
    await answer(seats, one, accept=False)
    await offered(seats)
    nothing: Any = None
    servicer = wire.Places(nothing, nothing, nothing, seats.offers)
    pages, token = [], ""
    with serving(WORKER):
        while True:
            request = place_service_pb2.ListOffersRequest(cycle_id=seats.stage.cycle_id, page_token=token)
            page = await servicer.ListOffers(request, None)
            pages.append([offer.application_id for offer in page.offers])
            token = page.next_page_token
            if not token:
                break
    assert pages == [[two.id], [one.id], []]


async def test_off_05_what_was_never_offered_cannot_expire(seats: Seats) -> None:
    """OFF-05."""
    [person] = await seats.pending()
    error = await refused(seats.offers.expire_offer(WORKER, person.id, 3))
    assert (error.kind, error.reason) == (Kind.NOT_FOUND, "OFFER_NOT_FOUND")
    assert (await refused(seats.offers.expire_offer(WORKER, new_id(), 3))).kind is Kind.NOT_FOUND
