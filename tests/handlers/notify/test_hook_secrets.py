"""HOOK-04, HOOK-09: secrets of webhooks: handed to who may have them, kept sealed, changed, and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.kit.domain import Caller
from services.kit.ids import new_id
from services.notify.domain.hook_delivering import HookState, WayState
from services.notify.handlers.hooks import HookHandlers, Order
from services.notify.store.hooks import Hooks
from tests.support.hook_desk import (
    APPROVED,
    BASE,
    LI,
    LONG,
    NEIGHBOUR,
    PROVINCE,
    Desk,
    approved,
    hook_desk,
    refusal,
)
from tests.support.hooks import is_signed
from tests.support.vaults import AFTERWARDS, NEXT


@pytest.fixture
async def desk(database_url: Callable[[str], str]) -> AsyncIterator[Desk]:
    async with hook_desk(database_url) as opened:
        yield opened


async def test_hook_04_while_a_secret_is_changed_both_sign_for_a_day(desk: Desk) -> None:
    hook = await desk.subscribe()
    key = new_id()
    anew = await desk.hooks.rotate(LI, hook.hook.webhook_id, key)
    assert (await desk.hooks.rotate(LI, hook.hook.webhook_id, key)).secret == anew.secret != hook.secret
    await desk.hear(approved())
    await desk.state(hook, WayState.DELIVERED)
    [both] = desk.receiver.heard
    assert is_signed(hook.secret, both)
    assert is_signed(anew.secret, both)
    desk.clock.at += LONG
    await desk.hear(approved())
    await desk.state(hook, WayState.DELIVERED)
    assert not is_signed(hook.secret, desk.receiver.heard[-1])
    assert is_signed(anew.secret, desk.receiver.heard[-1])


async def test_hook_04_secrets_that_sign_no_more_are_forgotten(desk: Desk) -> None:
    """One that leaked and was replaced, and those of a webhook that has ended."""
    key = new_id()
    order = Order("医院信息系统", desk.receiver.url, (APPROVED,))
    hook = await desk.hooks.create(LI, order, key)
    await desk.hooks.rotate(LI, hook.hook.webhook_id, new_id())
    kept = "SELECT secret, previous_secret, previous_until FROM webhook"
    for later, gone in ((LONG - timedelta(seconds=1), False), (timedelta(seconds=1), True)):
        desk.clock.at += later
        async with desk.database.unit_of_work() as uow:
            await Hooks(uow.session).forget_secrets(desk.clock.now())
        [row] = await desk.rows(kept)
        assert (row["previous_secret"] is None, row["previous_until"] is None) == (gone, gone)
    await desk.hooks.rotate(LI, hook.hook.webhook_id, new_id())
    await desk.hooks.end(LI, hook.hook.webhook_id)
    assert await desk.rows(kept) == [{"secret": b"", "previous_secret": None, "previous_until": None}]
    assert await HookHandlers(desk.database, desk.clock, NEXT, local=True).rewrap(10) == (0, 0)
    again = await desk.hooks.create(LI, order, key)
    assert (again.hook.state, again.secret) == (HookState.ENDED, "")


async def test_hook_04_secrets_are_sealed_and_sealed_anew(desk: Desk) -> None:
    hook = await desk.subscribe()
    assert hook.secret not in str(await desk.rows("SELECT * FROM webhook"))
    await desk.hooks.rotate(LI, hook.hook.webhook_id, new_id())
    assert await desk.hooks.rewrap(10) == (0, 0), "all are sealed with the present key"
    after = HookHandlers(desk.database, desk.clock, NEXT, local=True)
    assert await after.rewrap(10) == (2, 0)
    [row] = await desk.rows("SELECT secret, previous_secret FROM webhook")
    assert AFTERWARDS.open(bytes(row["previous_secret"]), hook.hook.webhook_id) == hook.secret


async def test_hook_09_the_same_order_with_its_key_is_answered_again_and_serves_nothing_else(desk: Desk) -> None:
    order, key = Order("医院信息系统", desk.receiver.url, (APPROVED,)), new_id()
    first, again = await desk.hooks.create(LI, order, key), await desk.hooks.create(LI, order, key)
    assert (again.hook.webhook_id, again.secret) == (first.hook.webhook_id, first.secret)
    other = Order("别的系统", desk.receiver.url, (APPROVED,))
    assert (await refusal(desk.hooks.create(LI, other, key))).reason == "KEY_REUSED"


async def test_hook_09_who_has_moved_on_gets_no_secret_of_what_they_left(desk: Desk) -> None:
    """Their old order, sent again under a hat of another base, would tell the secret that was changed since."""
    order, key = Order("医院信息系统", desk.receiver.url, (APPROVED,)), new_id()
    hook = await desk.hooks.create(LI, order, key)
    successor = Caller(new_id(), "base_administrator", BASE, session="s")
    await desk.hooks.rotate(successor, hook.hook.webhook_id, new_id())
    for role, base in (("base_administrator", NEIGHBOUR), ("province_administrator", PROVINCE)):
        moved = Caller(LI.person_id, role, base, session="s")
        assert (await refusal(desk.hooks.create(moved, order, key))).reason == "KEY_REUSED"
