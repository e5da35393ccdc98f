"""MSG-28, MSG-29 and MSG-32 on a real database: addresses are proved before anything goes there, and found as messages
leave; what a carrier blocked works again once it is proved anew. PRIV-04 and PRIV-05 for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from residency.notify.v1 import notify_service_pb2 as pb
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.addresses import AddressBook
from services.notify.domain.addresses import PENDING_KEPT
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.grpc_api.inbox import NotifyApi
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.preferences import forget
from services.notify.handlers.proving_addresses import AddressHandlers
from services.notify.handlers.writing import Writer
from services.notify.wishes import Wishes
from tests.handlers.notify.addressing import BOTH, LI, MAIL, OTHER_MAIL, SUPPORTED, ZHANG, World, refused
from tests.support.vaults import AFTERWARDS, NEXT, VAULT


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=4)
    await database.start()
    yield World(database)
    await database.stop()


async def test_msg_29_an_address_counts_once_its_code_came_back(world: World) -> None:
    begun = await world.addresses.start(ZHANG, Channel.EMAIL, " Zhang.San@Example.com", "key-00001")
    address_id = begun.address.address_id
    assert (begun.address.masked, begun.scan_url) == ("z***@example.com", "")
    assert await world.found(Channel.EMAIL) == {}
    [row] = await world.rows(
        "SELECT d.*, m.in_inbox, m.routed_at, m.expires_at AS message_expires_at FROM delivery d"
        " JOIN message m USING (message_id)"
    )
    assert (str(row["address_id"]), row["channel"], row["state"]) == (address_id, "email", "queued")
    assert row["priority"] == 0, "before everything else"
    assert row["expires_at"] == row["message_expires_at"] == begun.address.expires_at
    assert row["routed_at"] is not None, "the router would send it to the address proved before"
    assert not row["in_inbox"]
    assert world.poked == 1
    [named] = (await world.book.find_named([address_id, new_id()])).values()
    assert (named.value, named.blocked) == (MAIL, "")
    assert MAIL not in repr(named)

    code = await world.code(address_id)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    async with refused("CODE_WRONG", rule="MSG-29", field="code"):
        await world.addresses.confirm(ZHANG, address_id, wrong)
    async with refused("ADDRESS_UNKNOWN", kind=Kind.NOT_FOUND):
        await world.addresses.confirm(LI, address_id, code)
    proved = await world.addresses.confirm(ZHANG, address_id, code)
    assert proved.verified_at == world.clock.at
    assert await world.found(Channel.EMAIL) == {ZHANG.person_id: (MAIL, "z***@example.com", "")}
    again = await world.addresses.confirm(ZHANG, address_id, code)
    assert again.verified_at == proved.verified_at, "a repeated request changes nothing"
    async with refused("CODE_EXPIRED"):
        await world.addresses.confirm(ZHANG, address_id, wrong)


async def test_msg_29_codes_end_after_ten_minutes_and_after_five_wrong_ones(world: World) -> None:
    first = (await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())).address.address_id
    world.clock.at += timedelta(minutes=10)
    async with refused("CODE_EXPIRED"):
        await world.addresses.confirm(ZHANG, first, await world.code(first))

    second = (await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())).address.address_id
    code = await world.code(second)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    # At once, so that none is tried for nothing.
    tried = (world.addresses.confirm(ZHANG, second, wrong) for _ in range(8))
    refusals = await asyncio.gather(*tried, return_exceptions=True)
    reasons = sorted(error.reason for error in refusals if isinstance(error, DomainError))
    assert reasons == ["CODE_TRIES"] * 3 + ["CODE_WRONG"] * 5
    async with refused("CODE_TRIES", kind=Kind.EXHAUSTED):
        await world.addresses.confirm(ZHANG, second, code)
    assert await world.found(Channel.EMAIL) == {}


async def test_msg_29_five_proofs_an_hour_by_one_person_and_of_one_address(world: World) -> None:
    begun = world.clock.at
    for number in range(5):
        world.clock.at += timedelta(minutes=1)
        await world.addresses.start(ZHANG, Channel.EMAIL, f"a{number}@example.com", new_id())
    async with refused("ADDRESS_STARTS", kind=Kind.EXHAUSTED, until=begun + timedelta(minutes=61)):
        await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())
    async with refused("ADDRESS_STARTS"):
        await world.addresses.start(ZHANG, Channel.WECHAT, "", new_id())
    # Many accounts together do not flood one mailbox either, and not at once.
    crowd = [Caller(new_id(), "applicant") for _ in range(9)]
    started = (world.addresses.start(each, Channel.EMAIL, MAIL, new_id()) for each in crowd)
    answers = await asyncio.gather(*started, return_exceptions=True)
    reasons = [answer.reason for answer in answers if isinstance(answer, DomainError)]
    assert reasons == ["ADDRESS_STARTS"] * 4
    world.clock.at = begun + timedelta(minutes=62)
    await world.addresses.start(ZHANG, Channel.EMAIL, OTHER_MAIL, new_id())


async def test_msg_29_a_repeated_request_sends_no_second_code(world: World) -> None:
    begun = [await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, "key-00001") for _ in range(3)]
    assert len({each.address.address_id for each in begun}) == 1
    assert len(await world.rows("SELECT 1 FROM delivery")) == 1
    async with refused("IDEMPOTENCY_KEY_REUSED", kind=Kind.CONFLICT):
        await world.addresses.start(ZHANG, Channel.EMAIL, OTHER_MAIL, "key-00001")
    async with refused("IDEMPOTENCY_KEY_REUSED"):
        await world.addresses.start(ZHANG, Channel.WECHAT, "", "key-00001")
    other = await world.addresses.start(LI, Channel.EMAIL, MAIL, "key-00001")
    assert other.address.address_id != begun[0].address.address_id, "keys are one's own"


async def test_msg_29_the_new_address_takes_the_place_of_the_one_before(world: World) -> None:
    first = await world.prove(ZHANG)
    abandoned = await world.addresses.start(ZHANG, Channel.EMAIL, "typo@example.com", new_id())
    assert (await world.found(Channel.EMAIL))[ZHANG.person_id][0] == MAIL, "until the other is proved"
    await world.prove(ZHANG, OTHER_MAIL)
    assert (await world.found(Channel.EMAIL))[ZHANG.person_id][0] == OTHER_MAIL
    assert await world.book.find_named([first, abandoned.address.address_id]) == {}
    gone = await world.rows("SELECT value, sealed_with, secret FROM address WHERE removed_at IS NOT NULL")
    assert gone == [{"value": "", "sealed_with": "", "secret": b""}] * 2


async def test_msg_29_an_address_nobody_proved_is_forgotten(world: World) -> None:
    begun = await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())
    world.clock.at += PENDING_KEPT
    await world.addresses.start(LI, Channel.EMAIL, OTHER_MAIL, new_id())
    assert await world.book.find_named([begun.address.address_id])
    world.clock.at += timedelta(seconds=1)
    await world.addresses.start(LI, Channel.EMAIL, OTHER_MAIL, new_id())
    assert await world.book.find_named([begun.address.address_id]) == {}
    [row] = await world.rows("SELECT value, masked, lookup FROM address WHERE person_id = $1", ZHANG.person_id)
    assert row == {"value": "", "masked": "", "lookup": b""}


async def test_msg_29_a_removed_address_is_gone_for_what_waits_too(world: World) -> None:
    address_id = await world.prove(ZHANG)
    async with refused("ADDRESS_UNKNOWN"):
        await world.addresses.remove(LI, address_id)
    for _ in range(2):
        await world.addresses.remove(ZHANG, address_id)
    async with refused("ADDRESS_UNKNOWN"):
        await world.addresses.remove(ZHANG, new_id())
    assert await world.found(Channel.EMAIL) == {}
    assert await world.book.find_named([address_id]) == {}
    async with refused("CODE_EXPIRED"):
        await world.addresses.confirm(ZHANG, address_id, await world.code(address_id))


async def test_msg_29_who_scans_the_picture_follows(world: World) -> None:
    begun = [await world.addresses.start(ZHANG, Channel.WECHAT, "", "key-00001") for _ in range(2)]
    assert begun[0].scan_url == begun[1].scan_url, "a repeated request shows the same picture"
    ticket = begun[0].scan_url.rsplit("/", 1)[1]
    assert not await world.addresses.scanned("another-ticket", "openid-of-zhang")
    assert await world.addresses.scanned(ticket, "openid-of-zhang")
    assert not await world.addresses.scanned(ticket, "openid-of-somebody-else"), "a picture is good once"
    assert await world.found(Channel.WECHAT) == {ZHANG.person_id: ("openid-of-zhang", "****hang", "")}
    late = (await world.addresses.start(LI, Channel.WECHAT, "", new_id())).scan_url.rsplit("/", 1)[1]
    world.clock.at += timedelta(minutes=10)
    assert not await world.addresses.scanned(late, "openid-of-li")
    async with refused("ADDRESS_UNKNOWN"):
        await world.addresses.confirm(ZHANG, begun[0].address.address_id, "000000")


async def test_msg_29_a_channel_that_is_off_proves_nothing(world: World) -> None:
    for channel in (Channel.EMAIL, Channel.WECHAT):
        async with refused("ADDRESS_NOT_SUPPORTED", kind=Kind.NOT_NOW):
            await world.unconfigured.start(ZHANG, channel, MAIL, new_id())


async def test_nobody_proves_or_removes_in_anothers_place(world: World) -> None:
    address_id = await world.prove(ZHANG)
    for work in (
        world.addresses.start(SUPPORTED, Channel.EMAIL, MAIL, new_id()),
        world.addresses.confirm(SUPPORTED, address_id, "000000"),
        world.addresses.remove(SUPPORTED, address_id),
        world.preferences.set_wish(SUPPORTED, NoticeKind.CAMPAIGN, Channel.EMAIL, False),
        world.preferences.set_language(SUPPORTED, "en"),
    ):
        async with refused("ACTING", kind=Kind.FORBIDDEN):
            await work


async def test_msg_28_numbers_are_asked_for_and_kept_nowhere(world: World) -> None:
    assert await world.found(Channel.SMS) == {
        ZHANG.person_id: ("+8613800138000", "138****8000", ""),
        LI.person_id: ("+8613900139000", "139****9000", ""),
    }
    assert await world.book.find(Channel.SMS, [new_id()]) == {}
    assert await world.book.find(Channel.SMS, []) == await world.book.find_named([]) == {}
    assert "13800138000" not in repr(await world.book.find(Channel.SMS, BOTH))
    assert await world.rows("SELECT 1 FROM address") == []
    world.identity.away = True
    async with refused("UPSTREAM_UNAVAILABLE"):
        await world.found(Channel.SMS)


async def test_msg_32_a_blocked_address_is_told_and_works_again_once_it_is_proved_anew(world: World) -> None:
    await world.prove(ZHANG)
    await world.prove(LI, OTHER_MAIL)
    await world.block(Channel.EMAIL, MAIL, "MAILBOX_FULL")
    await world.block(Channel.EMAIL, MAIL, "USER_UNKNOWN")
    found = await world.found(Channel.EMAIL)
    assert [found[person_id][2] for person_id in BOTH] == ["USER_UNKNOWN", ""]
    reached = (await world.preferences.read(ZHANG)).reached
    assert [(each.channel, each.blocked) for each in reached] == [(Channel.SMS, ""), (Channel.EMAIL, "USER_UNKNOWN")]
    # Beginning is not proving; yet the code must reach the address.
    begun = await world.addresses.start(ZHANG, Channel.EMAIL, MAIL, new_id())
    [named] = (await world.book.find_named([begun.address.address_id])).values()
    assert (named.value, named.blocked) == (MAIL, "")
    assert (await world.found(Channel.EMAIL))[ZHANG.person_id][2] == "USER_UNKNOWN"
    proved = await world.addresses.confirm(ZHANG, begun.address.address_id, await world.code(begun.address.address_id))
    assert proved.blocked == ""
    assert (await world.found(Channel.EMAIL))[ZHANG.person_id][2] == ""


async def test_msg_32_who_left_the_official_account_is_blocked_until_they_scan_again(world: World) -> None:
    await world.scan(ZHANG, "openid-of-zhang")
    await world.addresses.left("openid-of-zhang")
    assert (await world.found(Channel.WECHAT))[ZHANG.person_id][2] == "LEFT"
    await world.scan(ZHANG, "openid-of-zhang")
    assert (await world.found(Channel.WECHAT))[ZHANG.person_id][2] == ""


async def test_msg_32_a_blocked_number_is_tried_again_after_thirty_days(world: World) -> None:
    """A number is not proved to us; who changes it has another, and who keeps it is not silent for ever."""
    await world.block(Channel.SMS, "+8613800138000")
    assert [each[2] for each in (await world.found(Channel.SMS)).values()] == ["USER_UNKNOWN", ""]
    [mobile] = (await world.preferences.read(ZHANG)).reached
    assert (mobile.masked, mobile.blocked) == ("138****8000", "USER_UNKNOWN")
    world.clock.at += timedelta(days=30)
    assert [each[2] for each in (await world.found(Channel.SMS)).values()] == ["", ""]


async def test_msg_32_a_block_can_be_lifted_by_hand(world: World) -> None:
    await world.block(Channel.SMS, "+8613800138000")
    async with world.database.unit_of_work() as uow:
        await world.book.unblock(uow, Channel.SMS, world.book.lookup(Channel.SMS, "+8613800138000"))
    assert {each[2] for each in (await world.found(Channel.SMS)).values()} == {""}


async def test_priv_04_addresses_are_sealed_anew(world: World) -> None:
    """PRIV-04: in no table in the clear, readable throughout a change of keys, and the old key ends."""
    await world.prove(ZHANG)
    await world.scan(LI, "openid-of-li")
    dumped = str(await world.rows("SELECT a.*::text AS line FROM address a"))
    assert MAIL not in dumped
    assert "openid-of-li" not in dumped
    writer = Writer(world.database, world.clock, NEXT)
    rotating = AddressHandlers(world.database, world.clock, NEXT, writer, ())
    assert await rotating.rewrap(1) == (1, 1)
    # The operator's one command seals anew the text with the code, and then the other address.
    command = NotifyApi(writer, Inbox(world.database, world.clock, NEXT), [rotating.rewrap])
    for limit, done, left in ((1, 1, 1), (10, 1, 0), (10, 0, 0)):
        answer = await command.RewrapSealed(pb.RewrapSealedRequest(limit=limit), None)  # type: ignore[arg-type]
        assert (answer.rewrapped, answer.left) == (done, left)
    later = AddressBook(world.database, AFTERWARDS, world.identity, world.clock)
    assert (await later.find(Channel.EMAIL, BOTH))[ZHANG.person_id].value == MAIL
    assert (await later.find(Channel.WECHAT, BOTH))[LI.person_id].value == "openid-of-li"


async def test_priv_05_nothing_of_who_was_erased_is_left(world: World) -> None:
    """PRIV-05: addresses, wishes, language; and what waits is not sent."""
    for who, mail in ((ZHANG, MAIL), (LI, OTHER_MAIL)):
        await world.prove(who, mail)
        await world.preferences.set_wish(who, NoticeKind.CAMPAIGN, Channel.EMAIL, False)
        await world.preferences.set_language(who, "en")
    await world.database.execute("UPDATE delivery SET sent_to = 'z***@example.com', lookup = '\\x01'")
    async with world.database.unit_of_work() as uow:
        await forget(uow, VAULT, ZHANG.person_id, world.clock)
    assert set(await world.found(Channel.EMAIL)) == {LI.person_id}
    rows = await world.rows("SELECT value, masked, lookup FROM address WHERE person_id = $1", ZHANG.person_id)
    assert rows == [{"value": "", "masked": "", "lookup": b""}]
    left = await world.rows("SELECT person_id FROM preference UNION ALL SELECT person_id FROM reader")
    assert {row["person_id"] for row in left} == {LI.person_id}
    sent = await world.rows("SELECT state, reason, sent_to, lookup FROM delivery WHERE person_id = $1", ZHANG.person_id)
    assert sent == [{"state": "suppressed", "reason": "ERASED", "sent_to": "", "lookup": None}]
    [other] = await world.rows("SELECT state, sent_to FROM delivery WHERE person_id = $1", LI.person_id)
    assert other == {"state": "queued", "sent_to": "z***@example.com"}
    wanted = [(person_id, NoticeKind.CAMPAIGN) for person_id in BOTH]
    told = await Wishes().channels(world.database, wanted)
    assert told == {wanted[0]: {Channel.INBOX}, wanted[1]: {Channel.INBOX}}
