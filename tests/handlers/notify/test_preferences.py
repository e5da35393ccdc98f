"""MSG-30 and MSG-31 on a real database: what people say about notices holds for what is told from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.domain.channels import PUSHED, Channel
from services.notify.domain.kinds import DEFAULTS, NoticeKind
from services.notify.domain.unsubscribing import token_of
from services.notify.handlers.preferences import PreferenceHandlers
from services.notify.wishes import Wishes, unsubscribing_key
from tests.handlers.notify.addressing import LI, MAIL, ZHANG, World, refused
from tests.support.vaults import NEXT, VAULT

AUDITOR = Caller(new_id(), "auditor", "37")
NOBODY = new_id()


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=4)
    await database.start()
    yield World(database)
    await database.stop()


async def channels(world: World, person_id: str, kind: NoticeKind) -> set[Channel]:
    """By what `person_id` would be told now."""
    return set((await Wishes().channels(world.database, [(person_id, kind)]))[person_id, kind])


async def test_msg_30_what_is_not_proved_is_no_channel(world: World) -> None:
    kind = NoticeKind.APPLICATION
    assert await channels(world, ZHANG.person_id, kind) == {Channel.INBOX, Channel.SMS}
    begun = await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())
    assert await channels(world, ZHANG.person_id, kind) == {Channel.INBOX, Channel.SMS}
    await world.addresses.confirm(ZHANG, begun.address.address_id, await world.code(begun.address.address_id))
    assert await channels(world, ZHANG.person_id, kind) == {Channel.INBOX, Channel.SMS, Channel.EMAIL}
    await world.scan(ZHANG, "openid-of-zhang")
    everything = {Channel.INBOX, Channel.SMS, Channel.EMAIL, Channel.WECHAT}
    assert await channels(world, ZHANG.person_id, kind) == everything
    await world.block(Channel.EMAIL, MAIL)
    assert await channels(world, ZHANG.person_id, kind) == everything, "that nothing was sent there is worth a row"
    assert await channels(world, LI.person_id, kind) == {Channel.INBOX, Channel.SMS}, "another's address is no channel"
    await world.addresses.remove(ZHANG, begun.address.address_id)
    assert await channels(world, ZHANG.person_id, kind) == everything - {Channel.EMAIL}


async def test_msg_30_a_wish_holds_for_its_kind_and_channel_only(world: World) -> None:
    await world.prove(ZHANG)
    before = {kind: await channels(world, ZHANG.person_id, kind) for kind in NoticeKind}
    for _ in range(2):
        wish = await world.preferences.set_wish(ZHANG, NoticeKind.REMINDER, Channel.SMS, False)
        assert (wish.wanted, wish.mandatory, wish.why) == (False, False, "")
    await world.preferences.set_wish(ZHANG, NoticeKind.CAMPAIGN, Channel.SMS, True)
    after = {kind: await channels(world, ZHANG.person_id, kind) for kind in NoticeKind}
    assert after == before | {
        NoticeKind.REMINDER: before[NoticeKind.REMINDER] - {Channel.SMS},
        NoticeKind.CAMPAIGN: before[NoticeKind.CAMPAIGN] | {Channel.SMS},
    }
    await world.preferences.set_wish(ZHANG, NoticeKind.REMINDER, Channel.SMS, True)
    assert await channels(world, ZHANG.person_id, NoticeKind.REMINDER) == before[NoticeKind.REMINDER]


async def test_msg_30_what_is_mandatory_is_refused_with_its_reason(world: World) -> None:
    mandatory = [
        (kind, channel) for kind in NoticeKind for channel in DEFAULTS[kind] if DEFAULTS[kind][channel].mandatory
    ]
    assert len(mandatory) == len(NoticeKind) + 1
    for kind, channel in mandatory:
        async with refused("PREFERENCE_MANDATORY", kind=Kind.NOT_NOW, field="channel", rule="MSG-30"):
            await world.preferences.set_wish(ZHANG, kind, channel, False)
        kept = await world.preferences.set_wish(ZHANG, kind, channel, True)
        assert kept.mandatory
        assert kept.why
    for kind in NoticeKind:
        async with refused("CHANNEL_NOT_OFFERED", kind=Kind.INVALID):
            await world.preferences.set_wish(ZHANG, kind, Channel.WEBHOOK, True)
    assert await world.rows("SELECT 1 FROM preference") == []


async def test_msg_30_one_reads_ones_own_wishes_for_what_concerns_ones_hat(world: World) -> None:
    await world.prove(LI)
    await world.preferences.set_wish(LI, NoticeKind.WORK, Channel.EMAIL, False)
    await world.preferences.set_language(LI, "en")
    read = await world.preferences.read(LI)
    assert read.language == "en"
    assert [(each.channel, each.masked) for each in read.reached] == [
        (Channel.SMS, "139****9000"),
        (Channel.EMAIL, "z***@example.com"),
    ]
    wishes = {(each.kind, each.channel): each for each in read.wishes}
    assert not wishes[NoticeKind.WORK, Channel.EMAIL].wanted
    assert wishes[NoticeKind.WORK, Channel.WECHAT].wanted
    assert NoticeKind.APPLICATION not in {kind for kind, _ in wishes}
    locked = wishes[NoticeKind.SECURITY, Channel.SMS]
    assert (locked.wanted, locked.mandatory) == (True, True)
    assert "security notices always come by text message" in locked.why
    assert {each.kind for each in (await world.preferences.read(AUDITOR)).wishes} == {NoticeKind.SECURITY}
    other = await world.preferences.read(ZHANG)
    assert (other.language, [each.channel for each in other.reached]) == ("zh", [Channel.SMS])
    assert all(each.wanted for each in other.wishes if each.channel is Channel.EMAIL)
    world.identity.away = True
    assert [each.channel for each in (await world.preferences.read(LI)).reached] == [Channel.EMAIL]


async def test_msg_30_a_channel_that_is_off_is_not_offered(world: World) -> None:
    only_texts = PreferenceHandlers(world.database, world.clock, VAULT, world.book, [Channel.SMS])
    assert {each.channel for each in (await only_texts.read(ZHANG)).wishes} == {Channel.INBOX, Channel.SMS}


async def test_msg_30_many_people_are_asked_about_in_one_round(world: World) -> None:
    await world.prove(ZHANG)
    await world.preferences.set_wish(LI, NoticeKind.WORK, Channel.SMS, True)
    asked = {(person_id, kind) for person_id in (ZHANG.person_id, LI.person_id, NOBODY) for kind in NoticeKind}
    together = await Wishes().channels(world.database, asked)
    assert set(together) == asked
    assert {pair: set(found) for pair, found in together.items()} == {
        pair: await channels(world, *pair) for pair in asked
    }
    assert await Wishes().channels(world.database, []) == {}
    # Whoever is in the middle of a transaction reads within it.
    async with world.database.unit_of_work() as uow:
        assert await Wishes().channels(uow, asked) == together
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE preference SET wanted = false")
        within = await Wishes().channels(connection, asked)
    assert Channel.SMS in together[LI.person_id, NoticeKind.WORK]
    assert Channel.SMS not in within[LI.person_id, NoticeKind.WORK]
    assert not {channel for found in together.values() for channel in found} - {Channel.INBOX, *PUSHED}


async def test_msg_31_a_token_takes_one_kind_off_one_channel_and_nothing_else(world: World) -> None:
    await world.prove(ZHANG)
    before = {kind: await channels(world, ZHANG.person_id, kind) for kind in NoticeKind}
    key = unsubscribing_key(VAULT)
    assert key == unsubscribing_key(NEXT), "a change of the sealing key leaves the mails of years ago good"
    token = token_of(key, ZHANG.person_id, NoticeKind.CAMPAIGN, Channel.EMAIL)
    shown = await world.preferences.unsubscription(token)
    assert (shown.kind, shown.channel, shown.wanted) == (NoticeKind.CAMPAIGN, Channel.EMAIL, True)
    assert await channels(world, ZHANG.person_id, NoticeKind.CAMPAIGN) == before[NoticeKind.CAMPAIGN], "shown, not done"
    for _ in range(2):
        assert not (await world.preferences.unsubscribe(token)).wanted
    assert not (await world.preferences.unsubscription(token)).wanted
    after = {kind: await channels(world, ZHANG.person_id, kind) for kind in NoticeKind}
    assert after == before | {NoticeKind.CAMPAIGN: before[NoticeKind.CAMPAIGN] - {Channel.EMAIL}}
    async with refused("UNSUBSCRIBE_TOKEN", kind=Kind.NOT_FOUND, rule="MSG-31"):
        await world.preferences.unsubscribe(token[:-4] + "AAAA")
    async with refused("UNSUBSCRIBE_TOKEN"):
        await world.preferences.unsubscription("x" * 60)


async def test_msg_31_what_became_mandatory_since_is_not_taken_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(unsubscribing_key(VAULT), ZHANG.person_id, NoticeKind.REMINDER, Channel.SMS)
    stricter = {**DEFAULTS[NoticeKind.REMINDER], Channel.SMS: DEFAULTS[NoticeKind.SECURITY][Channel.SMS]}
    monkeypatch.setitem(DEFAULTS, NoticeKind.REMINDER, stricter)
    async with refused("PREFERENCE_MANDATORY"):
        await world.preferences.unsubscribe(token)
    assert (await world.preferences.unsubscription(token)).mandatory
    with pytest.raises(DomainError, match="PREFERENCE_MANDATORY"):
        await world.preferences.set_wish(ZHANG, NoticeKind.REMINDER, Channel.SMS, False)
