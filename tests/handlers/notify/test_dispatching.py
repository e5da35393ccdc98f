"""What leaves, when and in which order (MSG-21, MSG-22), and what becomes of what does not (MSG-19, MSG-23)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from prometheus_client import REGISTRY

from services.kit.domain import DomainError, Kind
from services.notify.adapters.port import Outgoing
from services.notify.dispatching import PLACES, Limits
from services.notify.domain.channels import Channel, Priority
from services.notify.domain.delivering import PAUSED_FOR, PAUSES
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.domain.unsubscribing import read_token
from services.notify.metrics import backlog_gauges
from services.notify.store.rests import Rests
from services.notify.wishes import unsubscribing_key
from tests.support.carriers import ACCEPTED, NOON, Carrier, Engine, engine
from tests.support.vaults import VAULT
from tests.support.wait import eventually

T = TypeVar("T")
LATER = NOON + timedelta(days=10)
HOW = ("queued", "held", "sending")


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[Engine]:
    async with engine(database_url("notify")) as made:
        yield made


def answers(*verdicts: Verdict) -> Callable[[Outgoing], Outcome]:
    """One after the other, then accepted."""
    left = list(verdicts)
    return lambda _: Outcome(left.pop(0), "REASON") if left else ACCEPTED


async def test_msg_22_what_is_due_leaves_with_its_words_and_is_noted(world: Engine) -> None:
    zhang = world.people.person()
    address = await world.proved(zhang)
    message_id = await world.told(zhang, application_id="app-1")
    world.carriers[Channel.SMS].says = lambda _: Outcome(Verdict.ACCEPTED, provider_id="gateway-7")
    async with world.dispatching():
        await world.settled()
    [text], [mail] = world.carriers[Channel.SMS].came, world.carriers[Channel.EMAIL].came
    assert (text.address, text.title) == (world.people.numbers[zhang], "")
    assert text.body == "您报考山东大学齐鲁医院内科专业的报名已通过审核。"
    assert (mail.address, mail.title, mail.application_id) == (address, "审核通过通知", "app-1")
    assert "备注：请补充毕业证书扫描件" in mail.body
    assert read_token(unsubscribing_key(VAULT), mail.unsubscribe)[0] == zhang
    rows = {row["channel"]: row for row in await world.rows(message_id)}
    assert {row["state"] for row in rows.values()} == {"delivered"}
    assert rows["sms"]["provider_id"] == "gateway-7"
    assert rows["sms"]["delivered_at"] == rows["sms"]["finished_at"] == NOON
    assert rows["sms"]["sent_to"].startswith("138****")
    assert bytes(rows["sms"]["lookup"]) == world.book.lookup(Channel.SMS, text.address)
    assert (rows["sms"]["holder"], rows["sms"]["attempts"]) == ("", 1)


async def test_msg_22_nobody_unsubscribes_from_what_is_mandatory(world: Engine) -> None:
    await world.told(world.people.person(), "security_password_changed")
    async with world.dispatching():
        await world.settled()
    assert [each.unsubscribe for each in world.carriers[Channel.SMS].came] == [""]


async def test_msg_10_a_held_one_leaves_when_it_is_released(world: Engine) -> None:
    await world.told(world.people.person(), release=timedelta(minutes=30))
    await world.told(world.people.person())
    async with world.dispatching():
        await world.settled(queued=1)
        assert len(world.carriers[Channel.SMS].came) == 1
        world.clock.at += timedelta(minutes=30)
        await world.settled()
    assert len(world.carriers[Channel.SMS].came) == 2


async def test_msg_22_deliveries_of_one_application_leave_one_after_the_other(world: Engine) -> None:
    zhang, li = world.people.person(), world.people.person()
    carrier = world.carriers[Channel.SMS]
    first = [await world.told(zhang, application_id="app-1", base=f"基地{n}") for n in range(4)]
    held = await world.told(zhang, application_id="app-1", release=timedelta(minutes=-5))
    other = await world.told(li, application_id="app-2")
    failing = answers(Verdict.LATER)
    carrier.says = lambda outgoing: failing(outgoing) if outgoing.message_id == first[0] else ACCEPTED
    async with world.dispatching():
        await world.settled(queued=5)
        # All of them wait behind the first, which waits for its next attempt; nobody else does.
        assert [each.message_id for each in carrier.came] == [first[0], other]
        world.clock.at += PAUSES[0] * 1.3
        await world.settled()
    assert [each.message_id for each in carrier.came] == [first[0], other, *first, held]


async def test_msg_22_a_later_one_passes_an_earlier_one_that_is_held(world: Engine) -> None:
    zhang = world.people.person()
    held = await world.told(zhang, application_id="app-1", release=timedelta(hours=8))
    at_once = await world.told(zhang, application_id="app-1")
    async with world.dispatching():
        await world.settled(queued=1)
        world.clock.at += timedelta(hours=8)
        await world.settled()
    assert [each.message_id for each in world.carriers[Channel.SMS].came] == [at_once, held]


async def test_msg_21_the_urgent_leave_first(world: Engine) -> None:
    zhang = world.people.person()
    reminder = await world.told(zhang, "registration_closing", closes_at=NOON + timedelta(days=1))
    verdict = await world.told(zhang)
    security = await world.told(zhang, "security_password_changed")
    world.limits = Limits(2000.0, dict.fromkeys(Channel, 2.0), 6)
    async with world.dispatching():
        await world.settled()
    assert [each.message_id for each in world.carriers[Channel.SMS].came] == [security, verdict, reminder]


async def test_msg_21_many_at_once_do_not_hold_up_a_verdict_though_their_carrier_answers_nobody(world: Engine) -> None:
    people = [world.people.person() for _ in range(PLACES + 20)]
    campaign = await world.campaign()
    drafts = [world.draft(each, "campaign_round_open", campaign_id=campaign, closes_at=LATER) for each in people]
    for each in people:
        await world.wants(each, "campaign", "sms")
    async with world.database.unit_of_work() as uow:
        await world.writer.write_many(uow, drafts)
    await world.router().route()
    carrier = world.carriers[Channel.SMS]
    carrier.gate = asyncio.Event()
    async with world.dispatching() as dispatcher:
        await eventually(_async(lambda: len(carrier.came) == PLACES), "as many are on their way as may be")
        verdict = await world.told(people[0])
        dispatcher.poke()
        await eventually(_async(lambda: verdict in carrier.counted()), "the verdict leaves beside them")
        assert len(carrier.came) == PLACES + 1
        carrier.gate.set()
        await world.settled()
    assert set(carrier.counted().values()) == {1}
    assert carrier.most_together == PLACES + 1


async def test_msg_21_a_channel_leaves_no_faster_than_its_rate(world: Engine) -> None:
    await world.told_many(40)
    world.limits = Limits(2000.0, dict.fromkeys(Channel, 60.0), 6)
    before = time.monotonic()
    async with world.dispatching():
        await world.settled()
    assert time.monotonic() - before >= (40 - 30) / 60


async def test_msg_19_what_the_carrier_does_not_take_now_is_tried_again_and_given_up_at_last(world: Engine) -> None:
    message_id = await world.told(world.people.person())
    carrier = world.carriers[Channel.SMS]
    carrier.says = lambda _: Outcome(Verdict.LATER, "GATEWAY_BUSY")
    world.limits = Limits(2000.0, dict.fromkeys(Channel, 1000.0), 3)
    async with world.dispatching():
        for attempt in range(1, 3):
            await eventually(_async(lambda: len(carrier.came) == attempt), "an attempt")  # noqa: B023
            await world.settled(queued=1)
            assert await world.states(message_id) == {"sms": ("queued", "GATEWAY_BUSY")}
            world.clock.at += PAUSES[attempt - 1] * 1.3
        await world.settled()
    [row] = await world.rows(message_id)
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", "GATEWAY_BUSY", 3)


async def test_msg_19_a_dead_address_is_blocked_for_all_that_follows(world: Engine) -> None:
    zhang = world.people.person()
    first, second = await world.told(zhang), await world.told(zhang)
    world.carriers[Channel.SMS].says = lambda _: Outcome(Verdict.BAD_ADDRESS, "NUMBER_DEAD")
    world.limits = Limits(2000.0, dict.fromkeys(Channel, 2.0), 6)
    async with world.dispatching():
        await world.settled()
        third = await world.told(zhang)
        await world.settled()
    assert await world.states(first) == {"sms": ("failed", "NUMBER_DEAD")}
    assert await world.states(third) == {"sms": ("suppressed", "ADDRESS_BLOCKED")}
    assert (await world.states(second))["sms"][0] in ("failed", "suppressed")
    assert await world.database.fetchval("SELECT reason FROM blocked_address") == "NUMBER_DEAD"


async def test_msg_19_a_channel_that_is_down_rests_and_costs_nobody_an_attempt(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    await world.told(zhang)
    sms = world.carriers[Channel.SMS]
    sms.says = answers(Verdict.DOWN)
    rests = Rests(world.database)
    async with world.dispatching() as dispatcher:
        await eventually(_async(lambda: dispatcher.down(Channel.SMS)), "text messages rest")
        await eventually(rests.read, "OPS-35: every replica knows")
        assert await rests.read() == {Channel.SMS: "REASON"}
        await world.settled(queued=1)
        assert await world.states() == {"sms": ("queued", "REASON"), "email": ("delivered", "")}
        await world.settled()
        assert dispatcher.down(Channel.SMS) == ""

        async def works() -> bool:
            return not await rests.read()

        await eventually(works, "every replica knows that it works again")
    assert {row["attempts"] for row in await world.rows()} == {1}
    assert len(sms.came) == 2


async def test_msg_19_with_identity_away_text_messages_wait_and_nothing_else(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    await world.told(zhang)
    world.people.away = DomainError(Kind.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "系统繁忙，请稍后重试。")
    async with world.dispatching():
        await world.settled(queued=1)
        assert await world.states() == {"sms": ("queued", "ADDRESSES_UNAVAILABLE"), "email": ("delivered", "")}
        world.people.away = None
        await world.settled()
    assert {row["attempts"] for row in await world.rows()} == {1}


async def test_msg_19_an_adapter_that_breaks_is_a_lost_answer(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    message_id = await world.told(zhang)
    for carrier in world.carriers.values():
        carrier.says = _raise
    before = doubtful("email")
    async with world.dispatching():
        await eventually(_async(lambda: doubtful("email") > before), "the lost answer is counted")
        await eventually(_async(lambda: world.carriers[Channel.SMS].came), "the other one as well")
    rows = {row["channel"]: row for row in await world.rows(message_id)}
    assert {(row["state"], row["reason"]) for row in rows.values()} == {("queued", "CARRIER_BROKE")}
    assert (rows["sms"]["doubtful"], rows["email"]["doubtful"]) == (0, 1)
    assert doubtful("email") == before + 1


async def test_msg_23_what_comes_too_late_never_leaves(world: Engine) -> None:
    zhang = world.people.person()
    closes = NOON + timedelta(hours=24)
    reminder = await world.told(zhang, "registration_closing", closes_at=closes, application_id="app-1")
    world.clock.at = closes
    assert await world.deliveries.claim(Channel.SMS, [*Priority], 9, "anybody", closes) == []
    verdict = await world.told(zhang, application_id="app-1")
    async with world.dispatching():
        await world.settled()
    assert await world.states(reminder) == {"sms": ("expired", "TOO_LATE")}
    assert [each.message_id for each in world.carriers[Channel.SMS].came] == [verdict]


async def test_msg_23_nothing_is_sent_of_what_was_dropped_stopped_erased_or_has_no_address(world: Engine) -> None:
    zhang, li, wang, zhao = (world.people.person() for _ in range(4))
    campaign = await world.campaign()
    await world.wants(zhao, "campaign", "sms")
    dropped, nowhere, erased = await world.told(zhang), await world.told(li), await world.told(wang)
    stopped = await world.told(zhao, "campaign_round_open", campaign_id=campaign, closes_at=LATER)
    await world.database.execute("UPDATE message SET dropped_at = $1, body = '' WHERE message_id = $2", NOON, dropped)
    await world.database.execute("UPDATE message SET parameters = '', body = '' WHERE message_id = $1", erased)
    await world.database.execute("UPDATE campaign SET state = 'stopped'")
    del world.people.numbers[li]
    async with world.dispatching():
        await world.settled()
    assert world.carriers[Channel.SMS].came == []
    suppressed = {each: (await world.states(each))["sms"] for each in (dropped, nowhere, erased, stopped)}
    assert suppressed == {
        dropped: ("suppressed", "OVERTAKEN"),
        nowhere: ("suppressed", "NO_ADDRESS"),
        erased: ("suppressed", "ERASED"),
        stopped: ("suppressed", "CAMPAIGN_STOPPED"),
    }


async def test_msg_23_nothing_leaves_of_a_paused_campaign_until_it_goes_on(world: Engine) -> None:
    zhang = world.people.person()
    campaign = await world.campaign()
    await world.wants(zhang, "campaign", "sms")
    message_id = await world.told(zhang, "campaign_round_open", campaign_id=campaign, closes_at=LATER)
    await world.database.execute("UPDATE campaign SET state = 'paused'")
    async with world.dispatching():
        await eventually(_state(world, message_id, "queued", "CAMPAIGN_PAUSED"), "it waits")
        await world.database.execute("UPDATE campaign SET state = 'running'")
        world.clock.at += PAUSED_FOR
        await world.settled()
    [row] = await world.rows(message_id)
    assert (row["state"], row["reason"], row["attempts"]) == ("delivered", "", 1)


async def test_msg_22_one_that_cannot_be_written_out_keeps_no_other_back(world: Engine) -> None:
    broken, lost, good = [await world.told(world.people.person()) for _ in range(3)]
    await world.database.execute("UPDATE message SET edition = 'unknown' WHERE message_id = $1", broken)
    await world.database.execute("UPDATE message SET parameters = body WHERE message_id = $1", lost)
    async with world.dispatching():
        await world.settled()
    assert await world.states(broken) == {"sms": ("failed", "NOT_RENDERED")}
    assert await world.states(lost) == {"sms": ("failed", "NOT_RENDERED")}
    assert await world.states(good) == {"sms": ("delivered", "")}


async def test_msg_22_words_are_those_of_the_day_they_were_written(world: Engine) -> None:
    message_id = await world.told(world.people.person())
    await world.database.execute(
        "INSERT INTO template_edition (edition, template, source)"
        " SELECT 'older', template, replace(source, '已通过审核', '审核通过啦') FROM template_edition"
        " WHERE template = 'application_approved'"
    )
    await world.database.execute("UPDATE message SET edition = 'older' WHERE message_id = $1", message_id)
    async with world.dispatching():
        await world.settled()
    assert "审核通过啦" in world.carriers[Channel.SMS].came[0].body


async def test_msg_22_a_code_goes_to_the_address_it_is_about(world: Engine) -> None:
    zhang = world.people.person()
    await world.proved(zhang)
    message_id = await world.told(zhang, "address_code")
    other = await world.database.fetchval("SELECT person_id FROM delivery WHERE message_id = $1", message_id)
    assert other == zhang
    await world.database.execute("UPDATE address SET verified_at = NULL")
    await world.database.execute("UPDATE delivery SET address_id = (SELECT address_id FROM address)")
    async with world.dispatching():
        await world.settled()
    assert [each.address for each in world.carriers[Channel.EMAIL].came] == [f"{zhang[-12:]}@example.cn"]


async def test_msg_23_what_was_given_up_is_queued_again_with_a_fresh_count(world: Engine) -> None:
    sms = world.carriers[Channel.SMS]
    sms.says = lambda _: Outcome(Verdict.REFUSED, "CONTENT_REFUSED")
    zhang = world.people.person()
    kept = await world.told(zhang)
    late = await world.told(zhang, "registration_closing", closes_at=NOON + timedelta(hours=1))
    async with world.dispatching():
        await world.settled()
        world.clock.at += timedelta(hours=2)
        sms.says = lambda _: ACCEPTED
        redrive = world.deliveries.redrive
        assert await redrive([kept], Channel.EMAIL, "", world.clock.at) == (0, 0)
        assert await redrive([], None, "ANOTHER", world.clock.at) == (0, 0)
        assert await redrive([], Channel.SMS, "CONTENT_REFUSED", world.clock.at) == (1, 1)
        assert await redrive([], None, "", world.clock.at) == (0, 0)
        await world.settled()
    [row] = await world.rows(kept)
    assert (row["state"], row["reason"], row["attempts"]) == ("delivered", "", 1)
    assert await world.states(late) == {"sms": ("expired", "CONTENT_REFUSED")}


async def test_msg_22_lag_outcomes_and_backlog_are_counted_without_naming_anybody(world: Engine) -> None:
    sms = {"channel": "sms"}
    labels = sms | {"priority": "decision"}
    before = REGISTRY.get_sample_value("residency_notify_lag_seconds_count", labels) or 0
    await world.told(world.people.person())
    await world.told(world.people.person(), release=timedelta(hours=1))
    async with world.dispatching():
        await world.settled(queued=1)
    assert REGISTRY.get_sample_value("residency_notify_lag_seconds_count", labels) == before + 1
    await world.told(world.people.person())
    await backlog_gauges(world.database, world.clock, world.carriers).look()
    waiting = {how: REGISTRY.get_sample_value("residency_notify_waiting", sms | {"how": how}) for how in HOW}
    assert waiting == {"queued": 1, "held": 1, "sending": 0}
    assert REGISTRY.get_sample_value("residency_notify_given_up", sms) == 0
    assert REGISTRY.get_sample_value("residency_notify_oldest_seconds", sms) == 0


async def test_msg_22_without_carriers_nothing_is_claimed(world: Engine) -> None:
    await world.told(world.people.person())
    dispatcher = world.dispatcher({Channel.EMAIL: Carrier(Channel.EMAIL)})
    await dispatcher.start()
    await world.settled(queued=1)
    assert dispatcher.not_ready() == ""
    await dispatcher.stop()
    assert dispatcher.not_ready() == "not running"


def _state(world: Engine, message_id: str, *wanted: str) -> Callable[[], Awaitable[bool]]:
    async def has() -> bool:
        return await world.states(message_id) == {"sms": wanted}

    return has


def doubtful(channel: str) -> float:
    return REGISTRY.get_sample_value("residency_notify_doubtful_total", {"channel": channel}) or 0.0


def _raise(_: Outgoing) -> Outcome:
    raise RuntimeError("broken")


def _async(condition: Callable[[], T]) -> Callable[[], Awaitable[T]]:
    async def asked() -> T:
        return condition()

    return asked
