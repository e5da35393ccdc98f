"""PLC-11: a base proposes to take a place back, its province decides."""

from __future__ import annotations

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.marks import Ending
from services.enrollment.domain.phases import P2, P3, P4, P5
from services.enrollment.handlers.places import Undo
from services.enrollment.handlers.placing import PlaceView
from services.enrollment.handlers.revocations import DecideRevocation, ProposeRevocation
from services.kit.domain import Caller, Kind
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, REVIEWER, SECOND, Stage, key
from tests.support.seats import PROVINCE, STRANGERS, Person, Seats, refused


@pytest.fixture
async def seats(stage: Stage) -> Seats:
    return await Seats(stage).at_ease()


async def propose(seats: Seats, person: Person, by: Caller = ADMINISTRATOR) -> PlaceView:
    return await seats.revocations.propose(by, ProposeRevocation(person.id, "材料造假", key()))


async def decide(seats: Seats, person: Person, *, approve: bool, by: Caller = PROVINCE) -> PlaceView:
    return await seats.revocations.decide(by, DecideRevocation(person.id, approve, "已核实", key()))


async def listed(seats: Seats, caller: Caller) -> list[tuple[str, bool]]:
    found = await seats.revocations.list_revocations(caller, seats.stage.cycle_id, open_only=True)
    return [(each.application_id, each.approved) for each in found]


async def test_plc_11_a_place_taken_back_in_its_round_ends_the_application(seats: Seats) -> None:
    """PLC-11: the seat may be offered to the next."""
    person = await seats.placed()
    assert (await refused(decide(seats, person, approve=True))).reason == "NOTHING_PROPOSED"
    view = await propose(seats, person)
    assert (view.state, view.marks.revocation_proposed) == (State.PROVISIONAL, True)
    assert (await seats.last_fact(person)).province_code == "37"
    assert (await refused(propose(seats, person))).reason == "ALREADY_PROPOSED"
    assert await listed(seats, PROVINCE) == await listed(seats, ADMINISTRATOR) == [(person.id, False)]
    assert await listed(seats, OTHERS) == []
    assert (await refused(listed(seats, STRANGERS))).kind is Kind.NOT_FOUND
    assert await seats.taken() == 1
    view = await decide(seats, person, approve=True)
    assert (view.state, view.marks.ending, view.marks.revocation_proposed) == (State.ANNULLED, Ending.REVOKED, False)
    fact = await seats.last_fact(person)
    assert (fact.cause, fact.freed, fact.remark) == ("revoked", True, "已核实")
    assert await seats.taken() == 0
    assert await listed(seats, PROVINCE) == []
    [settled] = await seats.revocations.list_revocations(PROVINCE, seats.stage.cycle_id, open_only=False)
    assert (settled.approved, settled.reason) == (True, "材料造假")


@pytest.mark.parametrize("phase", [P3, P4])
async def test_plc_11_in_a_later_round_whoever_loses_the_place_chooses_anew(seats: Seats, phase: str) -> None:
    """PLC-11: B3 14, reopened."""
    person = await seats.placed()
    await seats.stage.stand(P3 if phase == P3 else P4)
    await propose(seats, person)
    assert (await decide(seats, person, approve=True)).state is State.REOPENED
    assert await seats.taken() == 0
    await seats.stage.choose(person.caller, Choice(SECOND, MEDICINE, True))
    assert (await seats.stage.submit(person.caller)).state is State.PENDING


async def test_plc_11_after_the_rounds_the_application_ends(seats: Seats) -> None:
    person = await seats.placed()
    await seats.stage.stand(P5)
    await propose(seats, person)
    assert (await decide(seats, person, approve=True)).state is State.ANNULLED


async def test_plc_11_a_place_that_is_kept_may_be_proposed_again(seats: Seats) -> None:
    person = await seats.placed()
    await propose(seats, person)
    view = await decide(seats, person, approve=False)
    assert (view.state, view.marks.revocation_proposed) == (State.PROVISIONAL, False)
    assert await listed(seats, PROVINCE) == []
    assert await seats.taken() == 1
    await propose(seats, person)
    await seats.places.undo(ADMINISTRATOR, Undo(person.id, "误点", key()))  # settles what was asked
    assert await listed(seats, PROVINCE) == []


async def test_cap_revocation_each_side_does_its_own(seats: Seats) -> None:
    """CAP-REVOCATION: who is neither this base nor this province finds nothing."""
    person = await seats.placed()
    for caller, reason in (
        (REVIEWER, "ROLE_NOT_ALLOWED"),
        (PROVINCE, "ROLE_NOT_ALLOWED"),
        (OTHERS, "APPLICATION_NOT_FOUND"),
    ):
        assert (await refused(propose(seats, person, caller))).reason == reason
    await propose(seats, person)
    for caller, reason in ((ADMINISTRATOR, "ROLE_NOT_ALLOWED"), (STRANGERS, "APPLICATION_NOT_FOUND")):
        assert (await refused(decide(seats, person, approve=True, by=caller))).reason == reason
    await seats.stage.stand(P2, -1)
    assert (await refused(decide(seats, person, approve=True))).rule == "CAP-CLOSED"
