"""HOOK-03 to HOOK-09: subscriptions and their deliveries, on a real database and against a real HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.notify.domain.hook_delivering import DISABLED_AFTER, PAUSES, HookState, WayState
from services.notify.handlers.hooks import Order
from services.notify.store.hook_deliveries import Ways
from tests.support.carrier_servers import Answered
from tests.support.hook_desk import (
    APPROVED,
    BASE,
    FOREIGN,
    LI,
    NEIGHBOUR,
    PROVINCE,
    SHANDONG,
    TEACHING,
    WANG,
    ZHAO,
    Desk,
    approved,
    hook_desk,
    refusal,
)
from tests.support.hooks import is_signed, receiver
from tests.support.wait import eventually


@pytest.fixture
async def desk(database_url: Callable[[str], str]) -> AsyncIterator[Desk]:
    async with hook_desk(database_url) as opened:
        yield opened


async def test_hook_04_an_event_arrives_signed_and_says_nothing_personal(desk: Desk) -> None:
    hook = await desk.subscribe()
    [heard] = await desk.hear(approved())
    way = await desk.state(hook, WayState.DELIVERED)
    [request] = desk.receiver.heard
    assert is_signed(hook.secret, request)
    assert not is_signed("whsec_c29tZWJvZHkgZWxzZQ==", request)
    assert request.path == "/hook"
    assert request.headers["webhook-id"] == heard.event_id == request.json["id"] == way.event_id
    assert request.json["type"] == APPROVED
    assert set(request.json["data"]) == {"application_id", "cycle_id", "base_code", "version"}
    assert (way.attempts, way.status_code, way.reason) == (1, 200, "")


async def test_hook_03_a_fact_heard_again_is_delivered_once(desk: Desk) -> None:
    hook = await desk.subscribe()
    heard = await desk.hear(approved())
    await desk.state(hook, WayState.DELIVERED)
    for _ in range(3):
        await desk.hear(deliveries=heard)
    await desk.hear(approved())
    await desk.state(hook, WayState.DELIVERED)
    assert len(await desk.ways(hook)) == len(desk.receiver.heard) == 2
    assert len({each.headers["webhook-id"] for each in desk.receiver.heard}) == 2


async def test_hook_02_each_hears_of_its_own_and_the_province_of_everything_in_it(desk: Desk) -> None:
    mine, other = await desk.subscribe(LI), await desk.subscribe(ZHAO)
    foreign, all_of_it = await desk.subscribe(WANG), await desk.subscribe(SHANDONG)
    left = await desk.subscribe(ZHAO, "application.left", "application.submitted")
    await desk.hear(approved(BASE), approved(NEIGHBOUR), approved(FOREIGN))
    about = enrollment.ApplicationFact(application_id="a", cycle_id="cycle", base_code=BASE)
    await desk.hear(enrollment.ApplicationSubmitted(application=about, left_base_code=NEIGHBOUR))
    assert [len(await desk.ways(hook, who)) for hook, who in ((mine, LI), (other, ZHAO), (foreign, WANG))] == [1, 1, 1]
    assert len(await desk.ways(all_of_it, SHANDONG)) == 2
    assert [way.type for way in await desk.ways(left, ZHAO)] == ["application.left"]


async def test_hook_02_what_concerns_a_cycle_or_a_province_reaches_everybody_in_it(desk: Desk) -> None:
    mine, foreign = await desk.subscribe(LI, "phase.entered"), await desk.subscribe(WANG, "phase.entered")
    teaching = await desk.subscribe(TEACHING, "batch.published")
    await desk.hear(
        enrollment.PhaseEntered(cycle_id="cycle", sequence=3),
        faculty.BatchPublished(batch_id="b", organisation_code=PROVINCE),
        faculty.BatchPublished(batch_id="c", organisation_code=NEIGHBOUR),
        enrollment.PhaseEntered(cycle_id="nowhere", sequence=1),
    )
    found = [len(await desk.ways(hook, who)) for hook, who in ((mine, LI), (foreign, WANG), (teaching, TEACHING))]
    assert found == [1, 0, 1]


async def test_hook_03_nothing_is_written_down_that_nobody_wants_or_that_was_before(desk: Desk) -> None:
    early = desk.delivery(approved())
    await desk.hear(deliveries=[early])
    assert await desk.rows("SELECT 1 FROM webhook_event") == []
    desk.clock.at += timedelta(minutes=1)
    hook = await desk.subscribe()
    await desk.hear(deliveries=[early])
    assert await desk.ways(hook) == []


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (Answered(500), 500, "HTTP_500"),
        (Answered(404), 404, "HTTP_404"),
        (Answered(302, headers={"location": "http://127.0.0.1:1/elsewhere"}), 302, "HTTP_302"),
        (Answered(silent=True), 0, "NO_ANSWER"),
        (Answered(hangs_up=True), 0, "NO_ANSWER"),
    ],
)
async def test_hook_06_what_fails_is_tried_again_under_the_same_id_until_it_is_taken(
    desk: Desk, answer: Answered, status: int, reason: str
) -> None:
    desk.receiver.answer = answer
    hook = await desk.subscribe()
    [heard] = await desk.hear(approved())
    way = await desk.state(hook, WayState.WAITING, 1)
    assert (way.status_code, way.reason) == (status, reason)
    assert way.not_before - desk.clock.at >= PAUSES[0]
    desk.receiver.answer = Answered(204)
    desk.clock.at += timedelta(minutes=1)
    way = await desk.state(hook, WayState.DELIVERED, 2)
    assert (way.status_code, way.reason) == (204, "")
    assert {each.headers["webhook-id"] for each in desk.receiver.heard} == {heard.event_id}, "no redirect was followed"
    assert all(is_signed(hook.secret, each) for each in desk.receiver.heard)


async def test_hook_06_after_the_last_attempt_it_is_given_up_and_can_be_sent_again_by_hand(desk: Desk) -> None:
    """HOOK-06, HOOK-09."""
    desk.receiver.answer = Answered(500)
    hook = await desk.subscribe()
    await desk.hear(approved())
    for attempts in range(1, len(PAUSES) + 1):
        await desk.state(hook, WayState.WAITING, attempts)
        desk.clock.at += PAUSES[attempts - 1] * 1.2
    way = await desk.state(hook, WayState.FAILED, len(PAUSES) + 1)
    assert (way.reason, way.finished_at) == ("HTTP_500", desk.clock.at)
    desk.receiver.answer = Answered()
    again = await desk.hooks.redeliver(LI, way.delivery_id)
    assert (again.state, again.attempts) == (WayState.WAITING, 0)
    assert (await desk.state(hook, WayState.DELIVERED, 1)).event_id == way.event_id
    assert (await refusal(desk.hooks.redeliver(ZHAO, way.delivery_id))).reason == "DELIVERY_UNKNOWN"
    assert (await refusal(desk.hooks.redeliver(LI, new_id()))).reason == "DELIVERY_UNKNOWN"


async def test_hook_07_410_ends_the_webhook_and_tells_its_organisation(desk: Desk) -> None:
    desk.receiver.answer = Answered(410)
    hook = await desk.subscribe()
    await desk.hear(approved())
    assert (await desk.state(hook, WayState.FAILED)).reason == "HTTP_410"
    assert await desk.hooks.list_hooks(LI) == []
    await desk.hear(approved())
    assert len(desk.receiver.heard) == 1
    [message] = await desk.rows("SELECT organisation_code, template FROM message")
    assert message == {"organisation_code": BASE, "template": "webhook_stopped"}


async def test_hook_08_after_three_days_it_is_switched_off_told_and_begins_again_when_changed(desk: Desk) -> None:
    desk.receiver.answer = Answered(500)
    hook = await desk.subscribe()
    await desk.hear(approved())
    await desk.state(hook, WayState.WAITING, 1)
    desk.clock.at += DISABLED_AFTER
    assert (await desk.state(hook, WayState.FAILED)).reason == "DISABLED"
    [shown] = await desk.hooks.list_hooks(LI)
    assert shown.state is HookState.DISABLED
    assert len(await desk.rows("SELECT 1 FROM message WHERE template = 'webhook_stopped'")) == 1
    way = (await desk.ways(hook))[0]
    for refused in (desk.hooks.redeliver(LI, way.delivery_id), desk.hooks.ping(LI, hook.hook.webhook_id, new_id())):
        assert (await refusal(refused)).reason == "WEBHOOK_OFF"
    desk.receiver.answer = Answered()
    changed = await desk.hooks.change(LI, hook.hook.webhook_id, Order("新系统", desk.receiver.url, (APPROVED,)))
    assert (changed.state, changed.failing_since) == (HookState.ACTIVE, None)
    await desk.hooks.redeliver(LI, way.delivery_id)
    await desk.state(hook, WayState.DELIVERED)


async def test_hook_06_one_that_answers_nothing_keeps_nobody_else_waiting(desk: Desk) -> None:
    desk.receiver.answer = Answered(silent=True)
    slow = await desk.subscribe()
    async with receiver() as quick:
        other = await desk.subscribe(LI, APPROVED, url=quick.url)
        await desk.hear(*(approved() for _ in range(12)))

        async def all_told() -> bool:
            return len(quick.heard) == 12

        await eventually(all_told, "the quick one has all", 10)
        assert len(desk.receiver.heard) <= 5, "a few at a time, and then one, while it does not answer"
        assert all(is_signed(other.secret, each) for each in quick.heard)
    assert {way.state for way in await desk.ways(slow)} <= {WayState.WAITING, WayState.SENDING}


async def test_hook_09_a_test_event_is_sent_and_listed_once_a_key(desk: Desk) -> None:
    hook = await desk.subscribe()
    key = new_id()
    first, again = [await desk.hooks.ping(LI, hook.hook.webhook_id, key) for _ in range(2)]
    assert first.delivery_id == again.delivery_id
    await desk.state(hook, WayState.DELIVERED)
    assert desk.receiver.types == ["ping"]


async def test_hook_09_a_webhook_is_its_organisations_and_hats(desk: Desk) -> None:
    hook = await desk.subscribe()
    webhook_id = hook.hook.webhook_id
    order = Order("别人的", desk.receiver.url, ("phase.entered",))
    for who in (ZHAO, TEACHING, SHANDONG):
        assert hook.hook not in await desk.hooks.list_hooks(who)
        for call in (
            desk.hooks.change(who, webhook_id, order),
            desk.hooks.rotate(who, webhook_id, new_id()),
            desk.hooks.end(who, webhook_id),
            desk.hooks.ping(who, webhook_id, new_id()),
            desk.hooks.list_deliveries(who, webhook_id, None, 0, ""),
        ):
            assert (await refusal(call)).reason == "WEBHOOK_UNKNOWN"
    assert len(await desk.hooks.list_hooks(Caller(new_id(), "base_reviewer", BASE))) == 1


async def test_hook_09_an_ended_one_is_sent_nothing_more(desk: Desk) -> None:
    desk.receiver.answer = Answered(500)
    hook = await desk.subscribe()
    await desk.hear(approved())
    await desk.state(hook, WayState.WAITING, 1)
    for _ in range(2):
        await desk.hooks.end(LI, hook.hook.webhook_id)
    assert (await desk.state(hook, WayState.FAILED)).reason == "ENDED"
    await desk.hear(approved())
    assert len(desk.receiver.heard) == 1
    steps = await desk.rows("SELECT what, by FROM webhook_step ORDER BY n")
    assert steps == [{"what": what, "by": LI.person_id} for what in ("created", "ended")]


async def test_hook_09_deliveries_are_listed_by_state_and_page(desk: Desk) -> None:
    hook = await desk.subscribe()
    webhook_id = hook.hook.webhook_id
    await desk.hear(*(approved() for _ in range(5)))

    async def done() -> bool:
        return len(desk.receiver.heard) == 5 and all(way.state is WayState.DELIVERED for way in await desk.ways(hook))

    await eventually(done, "all delivered")
    first, following = await desk.hooks.list_deliveries(LI, webhook_id, WayState.DELIVERED, 3, "")
    rest, end = await desk.hooks.list_deliveries(LI, webhook_id, WayState.DELIVERED, 3, following)
    assert (len(first), len(rest), end) == (3, 2, "")
    assert len({way.delivery_id for way in (*first, *rest)}) == 5
    assert await desk.hooks.list_deliveries(LI, webhook_id, WayState.FAILED, 3, "") == ([], "")
    assert (await refusal(desk.hooks.list_deliveries(LI, webhook_id, None, 0, "x"))).reason == "PAGE_TOKEN"


async def test_hook_03_what_a_dead_process_left_behind_is_sent_by_the_next(desk: Desk) -> None:
    hook = await desk.subscribe()
    await desk.dispatcher.stop()
    await desk.hear(approved())
    async with desk.database.unit_of_work() as uow:
        [claim] = await Ways(uow.session).claim([], desk.clock.now(), "dead", each=4, room=9, only=False)
    async with desk.database.unit_of_work() as uow:
        assert await Ways(uow.session).take_back(60, []) == 0
    await desk.database.execute("UPDATE webhook_delivery SET claimed_at = clock_timestamp() - interval '2 minutes'")
    await desk.dispatcher.start()
    assert (await desk.state(hook, WayState.DELIVERED)).delivery_id == claim.delivery_id
