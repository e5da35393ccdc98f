"""PlaceService and the batches of DecisionService on the wire: the cascade, told in messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from joserfc.jwk import KeySet

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1 import place_service_pb2 as places
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P5
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.auth import TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import Caller, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, REVIEWER, SKIN, WORKER, Registry, Stage, key
from tests.integration.enrollment.test_enrollment_service import KEY, token
from tests.support.objects import folder_of_objects
from tests.support.seats import PROVINCE, Person, Seats, refused
from tests.support.vaults import VAULT


@dataclass
class Wire:
    """Stubs over a real server, and seats over the same database."""

    seats: Seats
    decisions: DecisionServiceStub
    places: PlaceServiceStub


@pytest.fixture
async def wire(database_url: Callable[[str], str]) -> AsyncIterator[Wire]:
    """Enrollment's server on a free port, and a cycle in it."""

    async def published() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    database = Database(database_url("enrollment"), name="places")
    await database.start()
    offered = servicers(database, Registry(), Sealing(VAULT), folder_of_objects())
    server = GrpcServer(0, offered, TokenVerifier(published))
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}")
    stage = Stage(database)
    await stage.open()
    yield Wire(await Seats(stage).at_ease(), channel.stub(DecisionServiceStub), channel.stub(PlaceServiceStub))
    await channel.close()
    await server.stop()
    await database.stop()


def _rows(people: list[Person]) -> list[decisions.BatchRow]:
    return [decisions.BatchRow(application_id=each.id, submission_number=1) for each in people]


def _proved(caller: Caller) -> Caller:
    """With a second factor proved just now: a proof holds for a quarter of an hour."""
    return replace(caller, session="s", proved_at=datetime.now(UTC))


async def _approve(wire: Wire, people: list[Person]) -> list[str]:
    request = decisions.DecideManyRequest(kind=decisions.BATCH_KIND_APPROVE, rows=_rows(people), idempotency_key=key())
    with act_as(token(REVIEWER)):
        answer = await wire.decisions.DecideMany(request)
    return [result.reason or application_pb2.ApplicationState.Name(result.row.state) for result in answer.results]


async def _place(wire: Wire, kind: decisions.BatchKind, people: list[Person]) -> decisions.PlaceManyResponse:
    request = decisions.PlaceManyRequest(kind=kind, rows=_rows(people), idempotency_key=key())
    with act_as(token(_proved(ADMINISTRATOR))):
        answer: decisions.PlaceManyResponse = await wire.decisions.PlaceMany(request)
    return answer


async def test_a_revoked_place_goes_down_the_list(wire: Wire) -> None:
    """OFF-04 on the wire: revoked, offered, declined, expired, taken, admitted; the seat is never double."""
    seats, cycle_id = wire.seats, wire.seats.stage.cycle_id
    people = await seats.pending(4)
    holder, one, two, three = people
    assert await _approve(wire, people) == ["APPLICATION_STATE_APPROVED"] * 4
    granted = await _place(wire, decisions.BATCH_KIND_GRANT, [holder, one])
    assert [result.reason for result in granted.results] == ["", "SEAT_FULL"]
    assert granted.results[0].row.HasField("provisional_at")
    assert granted.results[1].message == "该专业的计划数已满。"
    await seats.waiting([one, two, three])

    asked = places.ProposeRevocationRequest(application_id=holder.id, reason="材料造假", idempotency_key=key())
    with act_as(token(ADMINISTRATOR)):
        assert (await wire.places.ProposeRevocation(asked)).place.revocation_proposed
    with act_as(token(_proved(PROVINCE))):
        [listed] = (
            await wire.places.ListRevocations(places.ListRevocationsRequest(cycle_id=cycle_id, open_only=True))
        ).revocations
        assert (listed.application_id, listed.reason, listed.approved) == (holder.id, "材料造假", False)
        decided = await wire.places.DecideRevocation(
            places.DecideRevocationRequest(application_id=holder.id, approve=True, idempotency_key=key())
        )
    assert (decided.place.state, decided.place.ending) == (application_pb2.APPLICATION_STATE_ANNULLED, "revoked")

    seat = places.OfferNextRequest(cycle_id=cycle_id, base_code=QILU, specialty_code=SKIN, seat_offer_id=new_id())

    async def offer_next() -> places.OfferNextResponse:
        with act_as(token(WORKER)):
            following: places.OfferNextResponse = await wire.places.OfferNext(seat)
        return following

    async def answer(person: Person, *, accept: bool) -> places.HeldPlace:
        request = places.AnswerOfferRequest(application_id=person.id, accept=accept, idempotency_key=key())
        with act_as(token(person.caller)):
            place: places.HeldPlace = (await wire.places.AnswerOffer(request)).place
        return place

    first = (await offer_next()).offer
    assert (first.application_id, first.waiting_rank, first.name) == (one.id, 1, "")
    assert await seats.taken() == 1
    with act_as(token(one.caller)):
        [own] = (await wire.places.ListOffers(places.ListOffersRequest(cycle_id=cycle_id))).offers
    assert (own.number, own.outcome) == (first.number, places.OFFER_OUTCOME_OPEN)
    assert own.name
    await answer(one, accept=False)
    second = (await offer_next()).offer
    await seats.age(two)
    with act_as(token(WORKER)):
        expire = places.ExpireOfferRequest(application_id=second.application_id, number=second.number)
        assert (await wire.places.ExpireOffer(expire)).outcome == places.OFFER_OUTCOME_EXPIRED
    third = (await offer_next()).offer
    assert third.application_id == three.id
    assert await seats.taken() == 1
    taken = await answer(three, accept=True)
    assert (taken.state, taken.HasField("provisional_at")) == (application_pb2.APPLICATION_STATE_PROVISIONAL, True)
    assert (await offer_next()).ended == "TAKEN"
    admitted = await _place(wire, decisions.BATCH_KIND_ADMIT, [three])
    assert admitted.results[0].row.state == application_pb2.APPLICATION_STATE_ADMITTED
    assert await seats.taken() == 1


async def test_who_quits_is_listed_with_why_and_reasons_are_everybodys(wire: Wire) -> None:
    """PLC-01, PLC-07 on the wire; step-up and the queue's new columns too."""
    seats, cycle_id = wire.seats, wire.seats.stage.cycle_id
    reasons = await wire.decisions.GetReasons(decisions.GetReasonsRequest())
    assert reasons.version >= 1
    assert {"OTHER"} < {reason.code for reason in reasons.rejections}
    [person] = await seats.pending(1, Choice(QILU, MEDICINE, False))
    with act_as(token(REVIEWER)):
        request = decisions.ListQueueRequest(cycle_id=cycle_id, accepts_reallocation=False)
        [row] = (await wire.decisions.ListQueue(request)).rows
        assert (row.application_id, row.HasField("due_at"), row.held) == (person.id, True, "")
        willing = decisions.ListQueueRequest(cycle_id=cycle_id, accepts_reallocation=True)
        assert list((await wire.decisions.ListQueue(willing)).rows) == []
    await seats.stage.review(person.view, approve=True)
    await seats.stage.grant(person.view)
    await seats.admit(person)
    await seats.stage.stand(P5)
    quitting = places.RecordQuitRequest(
        application_id=person.id,
        reason_code=reasons.quits[0].code,
        measures="谈话",
        destination="回原籍",
        base_opinion="同意",
        idempotency_key=key(),
    )
    with act_as(token(replace(ADMINISTRATOR, session="not proved"))):
        unproved = await refused(wire.places.RecordQuit(quitting))
    assert unproved.kind is Kind.FORBIDDEN
    with act_as(token(_proved(ADMINISTRATOR))):
        assert (await wire.places.RecordQuit(quitting)).place.ending == "quit"
        [listed] = (await wire.places.ListQuits(places.ListQuitsRequest(cycle_id=cycle_id))).quits
    assert (listed.measures, listed.destination, listed.base_opinion) == ("谈话", "回原籍", "同意")
    assert listed.name
