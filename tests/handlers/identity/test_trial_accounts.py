"""ID-44: accounts of a trial, many at once, obey what somebody who registers alone obeys."""

from __future__ import annotations

from dataclasses import replace

from residency.identity.v1 import events_pb2
from services.identity.handlers.trial_accounts import Newcomer, TrialAccountHandlers
from services.identity.records import PersonState
from tests.handlers.identity.conftest import World
from tests.handlers.identity.desk import PASSWORD, mobile, named, number


def newcomer(order: int) -> Newcomer:
    return Newcomer(named(order), number(order), mobile(order), f"wang{order}", PASSWORD)


async def test_id_44_many_are_opened_at_once_and_signed_in_where_asked_for(world: World) -> None:
    trial = TrialAccountHandlers(world.core, world.opener)
    outcomes = await trial.open_many([newcomer(1), newcomer(2)], sign_in=True)
    opened = [each.opened for each in outcomes]
    assert [one.person.login for one in opened if one] == ["wang1", "wang2"]
    assert all(one.refresh is not None and one.hat is not None for one in opened if one)
    for one in opened:
        assert one is not None
        assert [act for act, _ in await world.acts(one.person.person_id)] == ["account_opened", "session_began"]
    facts = [events_pb2.AccountRegistered.FromString(each["body"]) for each in await world.facts("account.registered")]
    assert {fact.person_id for fact in facts} == {one.person.person_id for one in opened if one}
    [silent] = await trial.open_many([newcomer(3)], sign_in=False)
    assert silent.reason == ""
    assert silent.opened is None


async def test_id_44_each_row_is_refused_alone_for_the_reasons_of_a_registration(world: World) -> None:
    trial = TrialAccountHandlers(world.core, world.opener)
    rows = [
        newcomer(1),
        replace(newcomer(2), resident_id=number(2)[:17] + "Y"),
        replace(newcomer(3), password="short"),
        replace(newcomer(4), mobile="12"),
        replace(newcomer(5), login="WANG1"),
        replace(newcomer(6), resident_id=number(1)),
        newcomer(7),
    ]
    reasons = [each.reason for each in await trial.open_many(rows, sign_in=False)]
    assert reasons[0] == reasons[6] == ""
    assert all(reasons[1:6])
    assert reasons[4:6] == ["LOGIN_TAKEN", "PERSON_REGISTERED"]
    repeated = await trial.open_many(rows, sign_in=False)
    assert [each.reason for each in repeated][:1] == ["PERSON_REGISTERED"]


async def test_id_44_somebody_alike_is_held_as_at_the_desk(world: World) -> None:
    trial = TrialAccountHandlers(world.core, world.opener)
    await trial.open_many([newcomer(1)], sign_in=False)
    [alike] = await trial.open_many([replace(newcomer(2), name=named(1))], sign_in=True)
    assert alike.opened is not None
    assert alike.opened.person.state is PersonState.HELD
