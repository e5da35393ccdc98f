"""PLC-02: a collaborative base proposes, its main base grants."""

from __future__ import annotations

import pytest

from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P3, P4
from services.enrollment.handlers.co_signing import ConfirmGrant, ProposeGrant
from services.enrollment.store.places import ProposalRecord
from services.kit.domain import Caller, Kind
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, SECOND, Stage, key
from tests.support.seats import PLACE, Person, Seats, refused


@pytest.fixture
async def seats(stage: Stage) -> Seats:
    """QILU is a collaborative base of SECOND, and the policy asks for both."""
    await stage.database.execute(
        "UPDATE base SET main_code = $3 WHERE cycle_id = $1 AND code = $2", stage.cycle_id, QILU, SECOND
    )
    await stage.decree(main_base_confirms=True)
    return Seats(stage)


async def propose(seats: Seats, person: Person, *, qualified: bool = False) -> ProposalRecord:
    order = ProposeGrant(person.id, person.view.submission_number, qualified, "请体检", key())
    return await seats.co_signing.propose(ADMINISTRATOR, order)


async def confirm(
    seats: Seats, person: Person, number: int, *, approve: bool = True, by: Caller = OTHERS
) -> ProposalRecord:
    return await seats.co_signing.confirm(by, ConfirmGrant(person.id, number, approve, "不同意", key()))


async def test_plc_02_the_main_base_takes_the_seat(seats: Seats) -> None:
    """PLC-02: alone the collaborative base is refused, and is told so beforehand; the remark reaches the applicant."""
    [person] = await seats.approved()
    may = (await seats.stage.decisions.get_submission(ADMINISTRATOR, person.id)).capabilities
    assert may[Action.GRANT_PROVISIONAL].reason == "MAIN_BASE_CONFIRMS"
    error = await refused(seats.stage.grant(person.view))
    assert (error.reason, error.rule) == ("MAIN_BASE_CONFIRMS", "PLC-02")
    proposal = await propose(seats, person)
    assert await seats.taken() == 0
    assert (await seats.last_fact(person)).main_base_code == SECOND
    assert (await refused(propose(seats, person))).reason == "ALREADY_PROPOSED_GRANT"
    for base in (ADMINISTRATOR, OTHERS):
        found = await seats.co_signing.list_proposals(base, seats.stage.cycle_id, open_only=True)
        assert [each.number for each in found] == [proposal.number]
    assert (await confirm(seats, person, proposal.number)).confirmed
    assert await seats.state(person) == "provisional"
    assert await seats.taken() == 1
    assert (await seats.last_fact(person)).remark == "请体检"
    assert (await refused(confirm(seats, person, proposal.number))).reason == "GRANT_ANSWERED"
    assert await seats.co_signing.list_proposals(OTHERS, seats.stage.cycle_id, open_only=True) == []


async def test_plc_02_declined_it_may_be_proposed_again(seats: Seats) -> None:
    [person] = await seats.approved()
    proposal = await propose(seats, person)
    assert not (await confirm(seats, person, proposal.number, approve=False)).confirmed
    assert (await seats.last_fact(person)).remark == "不同意"
    assert (await seats.state(person), await seats.taken()) == ("approved", 0)
    await propose(seats, person)


async def test_plc_02_the_last_seat_goes_to_whom_the_main_base_confirms_first(seats: Seats) -> None:
    one, two = await seats.approved(2)
    proposals = [await propose(seats, each) for each in (one, two)]
    await confirm(seats, two, proposals[1].number)
    assert (await refused(confirm(seats, one, proposals[0].number))).reason == "SEAT_FULL"
    assert await seats.taken() == 1


async def test_plc_02_nobody_else_answers(seats: Seats) -> None:
    [person] = await seats.approved()
    proposal = await propose(seats, person)
    other = await refused(confirm(seats, person, proposal.number + 1))
    assert (other.kind, other.reason) == (Kind.NOT_FOUND, "APPLICATION_NOT_FOUND")
    own = await refused(confirm(seats, person, proposal.number, by=ADMINISTRATOR))
    assert (own.kind, own.reason) == (Kind.NOT_NOW, "NOTHING_TO_CONFIRM")


async def test_plc_02_a_proposal_on_a_superseded_submission_grants_nothing(seats: Seats) -> None:
    """PLC-02, APP-06."""
    await seats.stage.stand(P4)
    person = Person(*await seats.stage.registered(PLACE))
    assert (await refused(propose(seats, person))).rule == "APP-13"
    proposal = await propose(seats, person, qualified=True)
    await seats.stage.submit(person.caller)
    assert (await refused(confirm(seats, person, proposal.number))).reason == "SUPERSEDED"
    await confirm(seats, person, proposal.number, approve=False)
    assert await seats.taken() == 0


async def test_plc_02_without_the_policy_or_a_main_base_a_base_decides_alone(seats: Seats) -> None:
    await seats.stage.stand(P3)
    person = Person(*await seats.stage.registered(Choice(SECOND, MEDICINE, True)))
    await seats.stage.review(person.view, approve=True, by=OTHERS)
    order = ProposeGrant(person.id, 1, False, "", key())
    assert (await refused(seats.co_signing.propose(OTHERS, order))).reason == "NO_MAIN_BASE"
    await seats.stage.decree(main_base_confirms=False)
    other = await seats.placed()
    assert await seats.state(other) == "provisional"
