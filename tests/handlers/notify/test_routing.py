"""MSG-20: which ways a message goes: one delivery for each that is in use, has words, is wanted and has an address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.kit.domain import DomainError, Kind
from services.notify.domain.channels import Channel, Priority
from services.notify.routing import BATCH
from tests.support.carriers import NOON, Carrier, Engine, engine
from tests.support.wait import eventually


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


async def test_msg_20_a_message_goes_by_every_channel_with_words_wish_and_address(world: Engine) -> None:
    zhang, li = world.people.person(), world.people.person()
    await world.proved(li)
    assert set(await world.states(await world.told(zhang))) == {"sms"}
    assert set(await world.states(await world.told(li))) == {"sms", "email"}
    # No text message for a changed calendar, unless somebody wants one.
    assert set(await world.states(await world.told(li, "calendar_changed_applicants"))) == {"email"}


async def test_msg_20_what_somebody_switched_off_is_not_sent_and_what_is_mandatory_is(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    for kind, channel in (("application", "email"), ("security", "sms")):
        await world.wants(zhang, kind, channel, False)
    assert set(await world.states(await world.told(zhang))) == {"sms"}
    assert set(await world.states(await world.told(zhang, "security_password_changed"))) == {"sms", "email"}


async def test_msg_20_a_channel_that_is_not_in_use_gets_nothing(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    del world.carriers[Channel.SMS]
    assert set(await world.states(await world.told(zhang))) == {"email"}


async def test_msg_20_a_carrier_that_knows_some_templates_gets_no_others(world: Engine) -> None:
    zhang, only = world.people.person(), {Channel.SMS: {"application_approved"}}
    await world.proved(zhang)
    approved, rejected = await world.write(zhang), await world.write(zhang, "application_rejected")
    await world.router(only).route()
    assert set(await world.states(approved)) == {"sms", "email"}
    assert set(await world.states(rejected)) == {"email"}


async def test_msg_20_each_who_works_in_an_organisation_hears_and_so_does_its_system(world: Engine) -> None:
    world.carriers[Channel.WEBHOOK] = Carrier(Channel.WEBHOOK)
    staff = (world.people.person(), world.people.person())
    for each in staff:
        await world.proved(each)
    world.people.works["SD-QILU"] = staff
    await world.told(organisation="SD-QILU", template="verification_reminder")
    rows = await world.rows()
    assert {(row["channel"], row["person_id"]) for row in rows} == {
        ("webhook", ""),
        *(("email", each) for each in staff),
    }


async def test_msg_20_messages_of_people_do_not_wait_for_those_of_organisations(world: Engine) -> None:
    world.people.away = DomainError(Kind.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "系统繁忙，请稍后重试。")
    zhang = world.people.person()
    for _ in range(3):
        await world.write(organisation="SD-QILU", template="verification_reminder")
    message_id = await world.write(zhang)
    router = world.router()
    assert await router.route() == 1
    assert set(await world.states(message_id)) == {"sms"}
    assert await router.route() == 0
    assert world.people.asked == 1
    world.people.away = None
    assert await world.router().route() == 3


async def test_msg_20_a_message_is_routed_once_also_by_two_at_once(world: Engine) -> None:
    people = [world.people.person() for _ in range(30)]
    for each in people:
        await world.write(each)
    await asyncio.gather(*(world.router().route() for _ in range(4)))
    await world.router().route()
    rows = await world.rows()
    assert sorted(row["person_id"] for row in rows) == sorted(people)


async def test_msg_20_the_urgent_are_routed_first_and_none_is_left(world: Engine) -> None:
    zhang = world.people.person()
    campaign = await world.campaign()
    await world.wants(zhang, "campaign", "sms")
    async with world.database.unit_of_work() as uow:
        await world.writer.write_many(
            uow, [world.draft(zhang, "campaign_round_open", campaign_id=campaign) for _ in range(BATCH + 5)]
        )
    verdict = await world.write(zhang)
    router = world.router()
    assert await router.route() == BATCH
    assert set(await world.states(verdict)) == {"sms"}
    assert await router.route() == 6
    assert await router.route() == 0
    assert [row["priority"] for row in await world.rows()].count(Priority.CAMPAIGN) == BATCH + 5


async def test_msg_20_what_was_written_first_is_first_whatever_is_more_urgent(world: Engine) -> None:
    zhang = world.people.person()
    reminder = world.draft(zhang, "registration_closing", application_id="app-1", closes_at=NOON + timedelta(days=1))
    async with world.database.unit_of_work() as uow:
        await world.writer.write_many(uow, [reminder, world.draft(zhang, application_id="app-1")])
    await world.router().route()
    assert [row["priority"] for row in await world.rows()] == [Priority.REMINDER, Priority.DECISION]


async def test_msg_20_a_message_that_somebody_is_just_dropping_is_left_for_the_next_time(world: Engine) -> None:
    message_id = await world.write(world.people.person(), release=timedelta(hours=1))
    async with world.database.transaction() as dropping:
        await dropping.execute("UPDATE message SET dropped_at = $1", NOON)
        await world.router().route()
        assert await world.rows(message_id) == []
    assert await world.router().route() == 1
    assert await world.rows(message_id) == []
    assert await world.router().route() == 0


async def test_msg_20_a_delivery_waits_for_the_release_and_knows_its_end(world: Engine) -> None:
    zhang = world.people.person()
    hold = timedelta(minutes=30)
    [row] = await world.rows(await world.told(zhang, release=hold))
    assert row["due_at"] == row["not_before"] == NOON + hold
    assert row["expires_at"] == NOON + hold + timedelta(days=3)
    closes = NOON + timedelta(hours=24)
    [row] = await world.rows(await world.told(zhang, "registration_closing", closes_at=closes))
    assert row["expires_at"] == closes


async def test_msg_20_nobody_is_sent_what_was_dropped_or_belongs_to_a_stopped_campaign(world: Engine) -> None:
    zhang = world.people.person()
    campaign = await world.campaign()
    dropped = await world.write(zhang, release=timedelta(hours=1))
    await world.database.execute("UPDATE message SET dropped_at = $1 WHERE message_id = $2", NOON, dropped)
    stopped = await world.write(zhang, "campaign_text", campaign_id=campaign)
    await world.database.execute("UPDATE campaign SET state = 'stopped'")
    assert await world.router().route() == 2
    assert await world.rows(dropped) == await world.rows(stopped) == []
    assert await world.router().route() == 0


async def test_msg_20_the_router_works_by_itself_and_says_so(world: Engine) -> None:
    router = world.router()
    world.writer.on_written(router.poke)
    await router.start()
    assert router.not_ready() == ""
    message_id = await world.write(world.people.person())
    await eventually(lambda: world.rows(message_id), "the message is routed")
    await router.stop()
    assert router.not_ready() == "not running"
