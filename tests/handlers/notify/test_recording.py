"""MSG-23: what carriers report later: found by either name, in whatever order and however often, and acted on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Final

import pytest

from services.kit.ids import new_id
from services.notify.adapters.receipts import Receipt
from services.notify.domain.channels import Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.handlers.recording import Recording
from tests.support.carriers import NOON, Engine, engine
from tests.support.wait import eventually

ARRIVED: Final = "confirmed"
BOUNCED: Final = "refused"


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


def recording(world: Engine) -> Recording:
    return Recording(world.database, world.clock, world.book, again=0.0)


async def sent(world: Engine, outcome: Outcome) -> str:
    """The id of a text message whose carrier answered so."""
    world.carriers[Channel.SMS].says = lambda _: outcome
    message_id = await world.told(world.people.person())
    async with world.dispatching():
        await eventually(lambda: _tried(world, message_id), "it was tried")
    [row] = await world.rows(message_id)
    return str(row["delivery_id"])


async def state_of(world: Engine, delivery_id: str) -> tuple[str, str, str]:
    row = await world.database.fetchrow("SELECT * FROM delivery WHERE delivery_id = $1", delivery_id)
    assert row is not None
    return row["state"], row["reason"], row["receipt"]


async def test_msg_23_what_arrived_is_confirmed_by_either_name_and_once(world: Engine) -> None:
    first = await sent(world, Outcome(Verdict.ACCEPTED))
    second = await sent(world, Outcome(Verdict.ACCEPTED, provider_id="gateway-2"))
    world.clock.at += timedelta(minutes=1)
    receipts = [Receipt(ARRIVED, delivery_id=first), Receipt(ARRIVED, provider_id="gateway-2")]
    assert await recording(world).record(Channel.SMS, receipts) == 2
    assert await state_of(world, first) == await state_of(world, second) == ("delivered", "", ARRIVED)
    world.clock.at += timedelta(minutes=1)
    assert await recording(world).record(Channel.SMS, receipts) == 2
    at = await world.database.fetch("SELECT DISTINCT receipt_at, delivered_at FROM delivery")
    assert [tuple(row) for row in at] == [(NOON + timedelta(minutes=1), NOON)]


async def test_msg_23_what_bounced_is_given_up_and_its_address_blocked(world: Engine) -> None:
    delivery_id = await sent(world, Outcome(Verdict.ACCEPTED))
    bounce = Receipt(BOUNCED, delivery_id=delivery_id, reason="NUMBER_DEAD", blocks=True)
    arrival = Receipt(ARRIVED, delivery_id=delivery_id)
    for reported in ([bounce, arrival], [bounce], [arrival]):
        await recording(world).record(Channel.SMS, reported)
        assert await state_of(world, delivery_id) == ("failed", "NUMBER_DEAD", BOUNCED)
    assert await world.database.fetchval("SELECT reason FROM blocked_address WHERE channel = 'sms'") == "NUMBER_DEAD"
    assert await world.deliveries.redrive([], None, "", world.clock.at) == (1, 0)


async def test_msg_23_what_arrived_though_its_answer_was_lost_is_not_sent_again(world: Engine) -> None:
    delivery_id = await sent(world, Outcome(Verdict.UNKNOWN, "NO_ANSWER"))
    assert await state_of(world, delivery_id) == ("queued", "NO_ANSWER", "")
    await recording(world).record(Channel.SMS, [Receipt(ARRIVED, delivery_id=delivery_id)])
    assert await state_of(world, delivery_id) == ("delivered", "", ARRIVED)


async def test_msg_23_a_receipt_may_be_quicker_than_our_own_note(world: Engine) -> None:
    carrier = world.carriers[Channel.SMS]
    carrier.gate = asyncio.Event()
    message_id = await world.told(world.people.person())
    async with world.dispatching():
        await eventually(lambda: _came(world), "it is on its way")
        [row] = await world.rows(message_id)
        bounce = Receipt(BOUNCED, delivery_id=str(row["delivery_id"]), reason="NUMBER_DEAD")
        assert await recording(world).record(Channel.SMS, [bounce]) == 1
        carrier.gate.set()
        await world.settled()
    assert await state_of(world, str(row["delivery_id"])) == ("failed", "NUMBER_DEAD", BOUNCED)


async def test_msg_23_receipts_of_other_channels_and_of_nothing_change_nothing(world: Engine) -> None:
    delivery_id = await sent(world, Outcome(Verdict.ACCEPTED))
    foreign = [Receipt(BOUNCED, delivery_id=new_id()), Receipt(BOUNCED, provider_id="nobody's")]
    assert await recording(world).record(Channel.SMS, foreign) == 0
    assert await recording(world).record(Channel.EMAIL, [Receipt(BOUNCED, delivery_id=delivery_id)]) == 0
    assert await state_of(world, delivery_id) == ("delivered", "", "")


async def _tried(world: Engine, message_id: str) -> bool:
    return all(row["attempts"] and row["state"] != "sending" for row in await world.rows(message_id))


async def _came(world: Engine) -> bool:
    return bool(world.carriers[Channel.SMS].came)
