"""MSG-22: one process at a time holds what leaves; what it leaves behind is taken over, and it cannot speak for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.notify.domain.channels import Channel, Priority
from services.notify.domain.delivering import Next, State
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.store.deliveries import Settled
from tests.support.carriers import NOON, Engine, engine
from tests.support.wait import eventually

_ABANDON = "UPDATE delivery SET claimed_at = claimed_at - interval '1 minute' WHERE state = 'sending'"


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


async def test_msg_22_of_several_dispatchers_one_sends_and_another_goes_on(world: Engine) -> None:
    sms = world.carriers[Channel.SMS]
    dispatchers = [world.dispatcher() for _ in range(3)]
    for each in dispatchers:
        await each.start()
    for each in dispatchers:
        await world.told_many(5)
        await world.settled()
        await each.stop()
    assert set(sms.counted().values()) == {1}
    assert len(sms.came) == 15


async def test_msg_22_two_claims_at_once_share_nothing(world: Engine) -> None:
    await world.told_many(60)
    claim = world.deliveries.claim
    found = await asyncio.gather(
        *(claim(Channel.SMS, (Priority.DECISION,), 20, holder, NOON) for holder in ("a", "b", "c", "d"))
    )
    ids = [each.delivery_id for claims in found for each in claims]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(await claim(Channel.SMS, (Priority.DECISION,), 60, "e", NOON)) == 60


async def test_msg_22_a_claim_waits_for_nobody(world: Engine) -> None:
    await world.told_many(2)
    async with world.database.transaction() as another:
        await another.execute("SELECT FROM delivery ORDER BY delivery_id LIMIT 1 FOR UPDATE")
        assert len(await world.deliveries.claim(Channel.SMS, (Priority.DECISION,), 9, "a", NOON)) == 1
    assert len(await world.deliveries.claim(Channel.SMS, (Priority.DECISION,), 9, "b", NOON)) == 1


async def test_msg_22_a_stopping_dispatcher_hears_answers_out_and_notes_them(world: Engine) -> None:
    sms = world.carriers[Channel.SMS]
    sms.gate = asyncio.Event()
    message_id = await world.told(world.people.person())
    dispatcher = world.dispatcher()
    await dispatcher.start()
    await eventually(_came(world), "it is on its way")
    stopping = asyncio.create_task(dispatcher.stop())
    for _ in range(50):  # rounds of the loop, in which one that does not wait would have given up
        await asyncio.sleep(0)
    sms.gate.set()
    await stopping
    assert await world.states(message_id) == {"sms": ("delivered", "")}


async def test_msg_22_what_a_dead_holder_left_is_taken_back_and_counted(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    await world.told(zhang)
    for channel in (Channel.SMS, Channel.EMAIL):
        assert len(await world.deliveries.claim(channel, (Priority.DECISION,), 9, "dead", NOON)) == 1
    await world.database.execute(_ABANDON)
    async with world.dispatching():
        await world.settled()
    rows = {row["channel"]: row for row in await world.rows()}
    assert {row["state"] for row in rows.values()} == {"delivered"}
    assert {channel: (row["attempts"], row["doubtful"]) for channel, row in rows.items()} == {
        "sms": (2, 0),
        "email": (2, 1),
    }


async def test_msg_22_a_claim_its_own_holder_never_heard_of_is_taken_back(world: Engine) -> None:
    await world.told(world.people.person())
    dispatcher = world.dispatcher()
    await world.deliveries.claim(Channel.SMS, (Priority.DECISION,), 9, dispatcher._lease.holder, NOON)
    await world.database.execute(_ABANDON)
    await dispatcher.start()
    await world.settled()
    await dispatcher.stop()
    assert dispatcher._ours == set()
    assert len(world.carriers[Channel.SMS].came) == 1


async def test_priv_05_of_who_was_erased_meanwhile_no_address_is_noted(world: Engine) -> None:
    sms = world.carriers[Channel.SMS]
    sms.gate = asyncio.Event()
    message_id = await world.told(world.people.person())
    async with world.dispatching():
        await eventually(_came(world), "it is on its way")
        await world.database.execute("UPDATE message SET parameters = '', body = ''")
        sms.gate.set()
        await world.settled()
    [row] = await world.rows(message_id)
    assert (row["state"], row["sent_to"], row["lookup"]) == ("delivered", "", None)


async def test_msg_22_where_a_copy_is_harmless_it_is_taken_back_sooner(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    message_id = await world.told(zhang)
    for channel in (Channel.SMS, Channel.EMAIL):
        await world.deliveries.claim(channel, (Priority.DECISION,), 9, "dead", NOON)
    await world.database.execute("UPDATE delivery SET claimed_at = claimed_at - interval '6 seconds'")
    async with world.dispatching():
        await eventually(_came(world), "the text is sent again")
    assert await world.states(message_id) == {"sms": ("delivered", ""), "email": ("sending", "")}


async def test_msg_22_a_claim_that_is_young_is_left_to_its_holder(world: Engine) -> None:
    await world.told(world.people.person())
    [claim] = await world.deliveries.claim(Channel.SMS, (Priority.DECISION,), 9, "slow", NOON)
    async with world.dispatching():
        later = await world.told(world.people.person())
        await eventually(_delivered(world, later), "another one is delivered")
        assert [row["holder"] for row in await world.rows(claim.message_id)] == ["slow"]


async def test_msg_22_who_lost_a_delivery_does_not_settle_it(world: Engine) -> None:
    message_id = await world.told(world.people.person())
    [claim] = await world.deliveries.claim(Channel.SMS, (Priority.DECISION,), 9, "frozen", NOON)
    await world.database.execute(_ABANDON)
    world.carriers[Channel.SMS].says = lambda _: Outcome(Verdict.REFUSED, "CONTENT_REFUSED")
    async with world.dispatching():
        await world.settled()
    late = Settled(claim.delivery_id, claim.holder, Next(State.DELIVERED, "", 1, 0, NOON))
    assert await world.deliveries.settle([late], NOON) == set()
    assert await world.states(message_id) == {"sms": ("failed", "CONTENT_REFUSED")}


def _came(world: Engine) -> Callable[[], Awaitable[bool]]:
    async def came() -> bool:
        return bool(world.carriers[Channel.SMS].came)

    return came


def _delivered(world: Engine, message_id: str) -> Callable[[], Awaitable[bool]]:
    async def delivered() -> bool:
        return await world.states(message_id) == {"sms": ("delivered", "")}

    return delivered
