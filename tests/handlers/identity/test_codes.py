"""Codes by text message: what they open, how long, how often.

Holds ID-34, ID-35, ID-36, ID-37, ID-46 and ID-47.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.identity.codes import Codes
from services.identity.core import Core
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World
from tests.handlers.identity.desk import Desk, mobile, refused

NUMBER = mobile(1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


async def check(
    world: World, codes: Codes, subject: str, code: str, *, purpose: str = "mobile", to: str = NUMBER
) -> None:
    async with world.database.unit_of_work() as uow:
        await codes.check(uow, purpose, subject, to, code)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_id_34_a_code_is_good_once_for_five_minutes(world: World) -> None:
    desk, subject = Desk(world), new_id()
    sent = await desk.codes.send("mobile", subject, NUMBER)
    assert (sent.expires_at, sent.again_at) == (world.clock.now() + 5 * MINUTE, world.clock.now() + MINUTE)
    code = await desk.code(NUMBER)
    assert len(code) == 6
    world.clock.forward(5 * MINUTE - SECOND)
    await check(world, desk.codes, subject, code)
    assert (await refused(check(world, desk.codes, subject, code))).reason == "CODE_EXPIRED"


async def test_id_34_after_five_minutes_it_is_not(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    world.clock.forward(5 * MINUTE)
    error = await refused(check(world, desk.codes, subject, await desk.code(NUMBER)))
    assert (error.reason, error.field, error.rule) == ("CODE_EXPIRED", "code", "ID-34")


async def test_id_34_it_opens_what_it_was_sent_for_and_nothing_else(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    code = await desk.code(NUMBER)
    for wrong in (
        check(world, desk.codes, subject, code, purpose="recovery"),
        check(world, desk.codes, new_id(), code),
        check(world, desk.codes, subject, code, to=mobile(2)),
    ):
        assert (await refused(wrong)).reason == "CODE_WRONG"
    await check(world, desk.codes, subject, code)


async def test_id_34_five_wrong_tries_end_it_also_all_at_once(world: World) -> None:
    for together in (False, True):
        desk, subject, to = Desk(world), new_id(), mobile(3 + together)
        await desk.codes.send("mobile", subject, to)
        code = await desk.code(to)
        if together:
            tries = [check(world, desk.codes, subject, other(code), to=to) for _ in range(7)]
            reasons = sorted([getattr(e, "reason", "") for e in await asyncio.gather(*tries, return_exceptions=True)])
            assert reasons == ["CODE_TRIES"] * 2 + ["CODE_WRONG"] * 5
        else:
            for left in (4, 3, 2, 1):
                error = await refused(check(world, desk.codes, subject, other(code), to=to))
                assert (error.reason, f"{left}次" in error.message) == ("CODE_WRONG", True)
            assert (await refused(check(world, desk.codes, subject, other(code), to=to))).reason == "CODE_WRONG"
        error = await refused(check(world, desk.codes, subject, code, to=to))
        assert (error.kind, error.reason, error.field) == (Kind.EXHAUSTED, "CODE_TRIES", "code")


async def test_id_34_a_newer_code_replaces_the_older(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    first = await desk.code(NUMBER)
    world.clock.forward(MINUTE)
    await desk.codes.send("mobile", subject, NUMBER)
    second = await desk.code(NUMBER)
    if first != second:
        assert (await refused(check(world, desk.codes, subject, first))).reason == "CODE_WRONG"
    await check(world, desk.codes, subject, second)


async def test_id_34_a_code_is_spent_only_with_the_act_it_opens(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    code = await desk.code(NUMBER)

    async def fail() -> None:
        async with world.database.unit_of_work() as uow:
            await desk.codes.check(uow, "mobile", subject, NUMBER, code)
            raise DomainError(Kind.CONFLICT, "SOMETHING_ELSE", "别的原因。")

    assert (await refused(fail())).reason == "SOMETHING_ELSE"
    await check(world, desk.codes, subject, code)


async def test_id_34_of_the_same_right_code_at_once_one_counts(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    code = await desk.code(NUMBER)
    tried = await asyncio.gather(*(check(world, desk.codes, subject, code) for _ in range(6)), return_exceptions=True)
    assert sorted(str(getattr(each, "reason", "")) for each in tried) == [""] + ["CODE_EXPIRED"] * 5


async def test_id_34_nothing_is_delivered_for_nobody_and_all_looks_alike(world: World) -> None:
    desk, subject = Desk(world), new_id()
    sent = await desk.codes.send("recovery", subject, NUMBER, deliver=False)
    assert sent.again_at == world.clock.now() + MINUTE
    assert await desk.texts.kept(NUMBER) == []
    assert (await refused(desk.codes.send("recovery", subject, NUMBER, deliver=False))).reason == "CODES_PER_NUMBER"
    assert (await refused(check(world, desk.codes, subject, "000000", purpose="recovery"))).rule == "ID-34"


async def test_id_35_one_a_minute_five_an_hour_ten_a_day(world: World) -> None:
    desk, begin = Desk(world), world.clock.now()
    sent_at: list[timedelta] = []
    refusals: set[tuple[str, str, str]] = set()
    while len(sent_at) < 15:
        try:
            await desk.codes.send("mobile", new_id(), NUMBER)
            sent_at.append(world.clock.now() - begin)
        except DomainError as error:
            refusals.add((error.kind, error.reason, error.rule))
            world.clock.instant = (error.until or begin) - SECOND
            await refused(desk.codes.send("mobile", new_id(), NUMBER))
            world.clock.forward(SECOND)
    hour, day = timedelta(hours=1), timedelta(days=1)
    first_ten = [*(n * MINUTE for n in range(5)), *(hour + n * MINUTE for n in range(5))]
    assert sent_at == [*first_ten, *(day + each for each in first_ten[:5])]
    assert refusals == {(Kind.EXHAUSTED, "CODES_PER_NUMBER", "ID-35")}


async def test_id_35_the_second_in_a_minute_is_told_when(world: World) -> None:
    desk, begin = Desk(world), world.clock.now()
    await desk.codes.send("mobile", new_id(), NUMBER)
    world.clock.forward(MINUTE - SECOND)
    assert (await refused(desk.codes.send("registration", new_id(), NUMBER))).until == begin + MINUTE
    world.clock.forward(SECOND)
    await desk.codes.send("registration", new_id(), NUMBER)


async def test_id_35_many_at_once_are_one(world: World) -> None:
    desk = Desk(world)
    tried = await asyncio.gather(
        *(desk.codes.send("mobile", new_id(), NUMBER) for _ in range(7)), return_exceptions=True
    )
    assert [isinstance(each, DomainError) for each in tried].count(False) == 1
    assert len(await desk.texts.kept(NUMBER)) == 1


async def test_id_36_an_address_has_twenty_an_hour(world: World) -> None:
    desk, begin = Desk(world), world.clock.now()
    with coming_from(Origin("10.1.1.1")):
        for order in range(20):
            await desk.codes.send("mobile", new_id(), mobile(100 + order))
        error = await refused(desk.codes.send("mobile", new_id(), mobile(130)))
        assert (error.reason, error.rule, error.until) == ("CODES_PER_ADDRESS", "ID-36", begin + timedelta(hours=1))
    with coming_from(Origin("10.1.1.2")):
        await desk.codes.send("mobile", new_id(), mobile(131))
    world.clock.forward(timedelta(hours=1))
    with coming_from(Origin("10.1.1.1")):
        await desk.codes.send("mobile", new_id(), mobile(130))


async def test_id_37_the_province_pays_for_so_many_a_day(world: World) -> None:
    core: Core = replace(world.core, settings=world.core.settings.model_copy(update={"texts_per_day": 50}))
    desk = Desk(world)
    codes = Codes(core, desk.texts)
    world.clock.instant = datetime(2023, 7, 1, 15, 59, 30, tzinfo=UTC)
    sent, refusals = 0, set()
    for order in range(1000):
        try:
            await codes.send("mobile", new_id(), mobile(order))
            sent += 1
        except DomainError as error:
            refusals.add((error.reason, error.rule, error.until))
    midnight_there = datetime(2023, 7, 1, 16, 0, tzinfo=UTC)
    assert (sent, refusals) == (50, {("TEXTS_BUDGET", "ID-37", midnight_there)})
    world.clock.instant = midnight_there
    await codes.send("mobile", new_id(), mobile(2000))


async def test_id_46_one_captcha_does_not_buy_texts_to_many_numbers(world: World) -> None:
    desk, subject, begin = Desk(world), new_id(), world.clock.now()
    for order in range(5):
        await desk.codes.send("registration", subject, mobile(order))
    error = await refused(desk.codes.send("registration", subject, mobile(6)))
    assert (error.reason, error.rule, error.until) == ("CODES_PER_SUBJECT", "ID-46", begin + timedelta(hours=1))
    await desk.codes.send("registration", new_id(), mobile(6))
    world.clock.forward(timedelta(hours=1))
    await desk.codes.send("registration", subject, mobile(6))


class Away:
    """A gateway that takes nothing."""

    name = "texts"

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def not_ready(self) -> str:
        return ""

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        raise DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送，请稍后再试。")


async def test_id_47_a_message_that_did_not_leave_counts_for_nothing(world: World) -> None:
    for _ in range(3):
        error = await refused(Codes(world.core, Away()).send("mobile", new_id(), NUMBER))
        assert error.reason == "TEXTS_UNAVAILABLE"
    await Desk(world).codes.send("mobile", new_id(), NUMBER)


async def test_id_47_the_sandbox_keeps_messages_sealed_for_an_hour(world: World) -> None:
    desk, begin = Desk(world), world.clock.now()
    await desk.texts.send(NUMBER, "invitation", "您的邀请码是 abc-def。", "abc-def")
    world.clock.forward(timedelta(minutes=59))
    await desk.texts.send(NUMBER, "notice", "审核通过。")
    assert [(each.purpose, each.text, each.code) for each in await desk.texts.kept(NUMBER)] == [
        ("notice", "审核通过。", ""),
        ("invitation", "您的邀请码是 abc-def。", "abc-def"),
    ]
    for row in await world.rows("SELECT t.*::text AS line FROM sandbox_text t"):
        assert "abc-def" not in row["line"]
        assert NUMBER[3:] not in row["line"]
    world.clock.forward(2 * MINUTE)
    assert [each.purpose for each in await desk.texts.kept(NUMBER)] == ["notice"]
    await desk.texts.send(mobile(9), "notice", "审核通过。")
    [row] = await world.rows("SELECT min(sent_at) AS oldest FROM sandbox_text")
    assert row["oldest"] > begin


async def test_id_34_codes_do_not_stand_in_the_table(world: World) -> None:
    desk, subject = Desk(world), new_id()
    await desk.codes.send("mobile", subject, NUMBER)
    [row] = await world.rows("SELECT code_hash, mobile_lookup FROM text_code")
    code = await desk.code(NUMBER)
    assert code.encode() not in row["code_hash"]
    assert len(row["code_hash"]) == len(row["mobile_lookup"]) == 32
