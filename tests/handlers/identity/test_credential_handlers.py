"""Passwords, recovery and mobile numbers on a real database.

CRED-09, CRED-10, CRED-11, CRED-12, CRED-13, CRED-14.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from residency.identity.v1 import events_pb2
from services.identity.adapters.later import TextsLater
from services.identity.adapters.texts import KeptText, SandboxTexts
from services.identity.captchas import Captchas
from services.identity.codes import Codes
from services.identity.domain.roles import Role
from services.identity.handlers.credentials import CredentialHandlers, Tools
from services.identity.handlers.recovery import ANSWER_SECONDS, LIFE, PER_DAY, Asked, RecoveryHandlers
from services.identity.records import Person, PersonState
from services.identity.store.people import People
from services.kit.auth import coming_from
from services.kit.domain import DomainError, Kind, Origin
from services.kit.ids import new_id
from tests.handlers.identity.conftest import PASSWORD, World, caller_of
from tests.support.wait import eventually

NEW = "Entirely-other8-sentence"
MOBILE, OTHER, THIRD = "+8613800138000", "+8613900139000", "+8613700137000"
MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """The handlers with what they send and ask."""

    world: World
    texts: SandboxTexts
    captchas: Captchas
    credentials: CredentialHandlers
    recovery: RecoveryHandlers

    async def person(
        self, *roles: Role, mobile: str = MOBILE, login: str = "", state: PersonState = PersonState.ACTIVE
    ) -> Person:
        """Somebody with a mobile number."""
        person = await self.world.person(*roles, login=login, state=state)
        vault = self.world.vault
        async with self.world.database.unit_of_work() as uow:
            await People(uow.session).change(
                person.person_id,
                mobile_lookup=vault.lookup("mobile", mobile),
                mobile_sealed=vault.seal(mobile, person.person_id),
            )
        return await self.found(person)

    async def found(self, person: Person) -> Person:
        async with self.world.database.unit_of_work() as uow:
            found = await People(uow.session).by_id(person.person_id)
        assert found is not None
        return found

    async def captcha(self) -> tuple[str, str]:
        captcha_id = await self.captchas.create()
        return captcha_id, await self.captchas.answer(captcha_id)

    async def ask(self, login: str, mobile: str, address: str = "10.0.0.1") -> Asked:
        with coming_from(Origin(address)):
            return await self.recovery.send_code(login, mobile, *await self.captcha())

    async def kept(self, mobile: str, purpose: str) -> list[KeptText]:
        return [text for text in await self.texts.kept(mobile) if text.purpose == purpose]

    async def code(self, mobile: str, purpose: str) -> str:
        [newest, *_] = await eventually(lambda: self.kept(mobile, purpose), f"a text for {purpose}")
        return newest.code

    async def right(self, person: Person, password: str) -> bool:
        async with self.world.core.passwords.slot() as slot:
            return await slot.matches((await self.found(person)).password_hash, password)

    async def told(self, person: Person) -> list[str]:
        facts = await self.world.facts("security.noticed")
        bodies = [events_pb2.SecurityNoticed.FromString(fact["body"]) for fact in facts]
        return [body.what for body in bodies if body.person_id == person.person_id]


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    texts = SandboxTexts(world.database, world.vault, world.clock)
    captchas, later = Captchas(world.core), TextsLater(texts)
    tools = Tools(world.opener, world.throttle, Codes(world.core, texts), captchas, texts)
    codes = Codes(world.core, later)
    yield Desk(
        world,
        texts,
        captchas,
        CredentialHandlers(world.core, tools),
        RecoveryHandlers(world.core, world.opener, world.throttle, codes, captchas),
    )
    await later.stop()


@contextmanager
def refused(reason: str, kind: Kind = Kind.INVALID, rule: str = "", field: str = "") -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert (caught.value.reason, caught.value.kind) == (reason, kind)
    assert rule in ("", caught.value.rule)
    assert field in ("", caught.value.field)


def wrong_code() -> AbstractContextManager[None]:
    return refused("CODE_WRONG", field="code")


async def test_cred_10_a_new_password_ends_the_other_sessions_and_is_told(desk: Desk) -> None:
    world, person = desk.world, await desk.person()
    here, there = await world.open(person), await world.open(person)
    await desk.credentials.change_password(caller_of(here), PASSWORD, NEW)
    assert await desk.right(person, NEW)
    assert not await desk.right(person, PASSWORD)
    rows = await world.rows("SELECT session_id::text AS id, end_reason FROM session WHERE ended_at IS NOT NULL")
    assert rows == [{"id": there.session_id, "end_reason": "password_changed"}]
    assert len(await world.facts("session.ended")) == 1
    assert await desk.told(person) == ["password_changed"]
    assert ("password_changed", "done") in await world.acts(person.person_id)


async def test_cred_10_the_password_so_far_is_asked_and_guesses_wait(desk: Desk) -> None:
    world, person = desk.world, await desk.person()
    who = caller_of(await world.open(person))
    for _ in range(10):
        with refused("PASSWORD_WRONG", rule="CRED-10", field="current_password"):
            await desk.credentials.change_password(who, PASSWORD + "!", NEW)
    with refused("TOO_MANY_FAILURES", Kind.EXHAUSTED):
        await desk.credentials.change_password(who, PASSWORD, NEW)
    assert await world.acts(person.person_id, "password_tried") == [("password_tried", "PASSWORD_WRONG")] * 10
    world.clock.forward(timedelta(minutes=15))
    await desk.credentials.change_password(who, PASSWORD, NEW)


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "PASSWORD_LENGTH"), ("password123", "PASSWORD_COMMON"), (PASSWORD, "PASSWORD_SAME")],
)
async def test_cred_10_a_weak_or_the_same_password_is_refused(desk: Desk, password: str, reason: str) -> None:
    who = caller_of(await desk.world.open(await desk.person()))
    with refused(reason, field="new_password"):
        await desk.credentials.change_password(who, PASSWORD, password)


async def test_cred_10_staff_take_longer_ones(desk: Desk) -> None:
    for role, taken in ((Role.APPLICANT, True), (Role.BASE_REVIEWER, False)):
        person = await desk.person(role)
        who = caller_of(await desk.world.open(person))
        if taken:
            await desk.credentials.change_password(who, PASSWORD, "qx7-zebra-l")
        else:
            with refused("PASSWORD_LENGTH", field="new_password"):
                await desk.credentials.change_password(who, PASSWORD, "qx7-zebra-l")


async def test_cred_10_of_two_changes_at_once_one_counts(desk: Desk) -> None:
    person = await desk.person()
    who = caller_of(await desk.world.open(person))
    tries = (desk.credentials.change_password(who, PASSWORD, f"{NEW} {n}") for n in range(2))
    results = await asyncio.gather(*tries, return_exceptions=True)
    [error] = [each for each in results if isinstance(each, DomainError)]
    assert error.reason in ("PASSWORD_CHANGED_MEANWHILE", "PASSWORD_WRONG")


async def test_cred_11_a_new_number_wants_its_code_and_the_password_and_the_old_one_hears(desk: Desk) -> None:
    world, person = desk.world, await desk.person()
    who = caller_of(await world.open(person))
    await desk.credentials.send_mobile_code(who, "139 0013 9000", *await desk.captcha())
    code = await desk.code(OTHER, "mobile")
    with refused("PASSWORD_WRONG", field="password"):
        await desk.credentials.change_mobile(who, OTHER, code, "wrong")
    with wrong_code():
        await desk.credentials.change_mobile(who, THIRD, code, PASSWORD)
    assert (await desk.found(person)).mobile_lookup == person.mobile_lookup
    await desk.credentials.change_mobile(who, "13900139000", code, PASSWORD)
    found = await desk.found(person)
    assert found.mobile_sealed is not None
    assert world.vault.open(found.mobile_sealed, person.person_id) == OTHER
    [notice] = await desk.kept(MOBILE, "notice")
    assert "139****9000" in notice.text
    assert OTHER.removeprefix("+86") not in notice.text
    assert await desk.told(person) == ["mobile_changed"]
    assert await world.acts(person.person_id, "mobile_changed") == [("mobile_changed", "done")]


async def test_cred_11_no_text_without_a_captcha_nor_to_the_number_one_has(desk: Desk) -> None:
    who = caller_of(await desk.world.open(await desk.person()))
    captcha_id, answer = await desk.captcha()
    with refused("CAPTCHA_WRONG", field="captcha_answer"):
        await desk.credentials.send_mobile_code(who, OTHER, captcha_id, f"{(int(answer) + 1) % 100_000:05d}")
    with refused("CAPTCHA_WRONG"):
        await desk.credentials.send_mobile_code(who, OTHER, captcha_id, answer)
    with refused("MOBILE_SAME", rule="CRED-11", field="mobile"):
        await desk.credentials.send_mobile_code(who, MOBILE, *await desk.captcha())
    with refused("MOBILE_FORMAT", field="mobile"):
        await desk.credentials.send_mobile_code(who, "12345", *await desk.captcha())
    assert await desk.kept(OTHER, "mobile") == []


async def test_cred_11_a_code_belongs_to_the_person_who_asked(desk: Desk) -> None:
    who = caller_of(await desk.world.open(await desk.person()))
    other = caller_of(await desk.world.open(await desk.person(mobile=THIRD)))
    await desk.credentials.send_mobile_code(who, OTHER, *await desk.captcha())
    with wrong_code():
        await desk.credentials.change_mobile(other, OTHER, await desk.code(OTHER, "mobile"), PASSWORD)


async def test_cred_09_whoever_acts_for_another_changes_neither(desk: Desk) -> None:
    who = replace(caller_of(await desk.world.open(await desk.person())), acting_by=new_id())
    for act in (
        desk.credentials.change_password(who, PASSWORD, NEW),
        desk.credentials.send_mobile_code(who, OTHER, new_id(), "12345"),
        desk.credentials.change_mobile(who, OTHER, "123456", PASSWORD),
    ):
        with refused("ACTING", Kind.FORBIDDEN, "CRED-09"):
            await act


async def test_cred_12_a_code_goes_out_only_when_login_and_number_belong_together(desk: Desk) -> None:
    person = await desk.person(login="ZhangSan")
    await desk.ask("nobody", OTHER)
    await desk.ask("zhangsan", THIRD)
    asked = await desk.ask("ZHANGSAN", "138-0013-8000")
    assert len(await desk.code(MOBILE, "recovery")) == 6
    assert await desk.kept(OTHER, "recovery") == []
    assert await desk.kept(THIRD, "recovery") == []
    await desk.recovery.reset(asked.recovery_id, await desk.code(MOBILE, "recovery"), NEW)
    assert await desk.right(person, NEW)


async def test_cred_12_the_answers_are_equal_whatever_is_true(desk: Desk) -> None:
    await desk.person(login="zhangsan")
    right = await desk.ask("zhangsan", MOBILE, "10.0.0.1")
    unknown = await desk.ask("nobody", OTHER, "10.0.0.2")
    assert (right.expires_at, right.again_at) == (unknown.expires_at, unknown.again_at)
    assert len(right.recovery_id) == len(unknown.recovery_id)
    wrong = f"{(int(await desk.code(MOBILE, 'recovery')) + 1) % 1_000_000:06d}"
    heard = []
    for asked, login, mobile in ((right, "zhangsan", MOBILE), (unknown, "nobody", OTHER)):
        answers = []
        for _ in range(6):
            with pytest.raises(DomainError) as caught:
                await desk.recovery.reset(asked.recovery_id, wrong, NEW)
            answers.append((caught.value.kind, caught.value.reason, caught.value.message, caught.value.rule))
        with pytest.raises(DomainError) as caught:
            await desk.ask(login, mobile)
        answers.append((caught.value.kind, caught.value.reason, caught.value.message, caught.value.rule))
        heard.append(answers)
    assert heard[0] == heard[1]
    assert [answer[1] for answer in heard[0]] == [*["CODE_WRONG"] * 5, "CODE_TRIES", "CODES_PER_NUMBER"]


async def test_cred_12_the_answers_take_equal_time(desk: Desk) -> None:
    await desk.person(login="zhangsan")
    spent: dict[str, list[float]] = {"zhangsan": [], "nobody": []}
    for _ in range(5):
        for login, mobile in (("zhangsan", MOBILE), ("nobody", OTHER)):
            captcha = await desk.captcha()
            began = time.perf_counter()
            await desk.recovery.send_code(login, mobile, *captcha)
            spent[login].append(time.perf_counter() - began)
        desk.world.clock.forward(timedelta(hours=1))
    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.9 < known / unknown < 1.1
    assert min(known, unknown) >= ANSWER_SECONDS


async def test_cred_12_a_gateway_that_is_away_tells_nothing_either(desk: Desk) -> None:
    class Away(SandboxTexts):
        """A gateway nobody reaches."""

        async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
            raise DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送，请稍后再试。")

    world = desk.world
    await desk.person(login="zhangsan")
    later = TextsLater(Away(world.database, world.vault, world.clock))
    handlers = RecoveryHandlers(world.core, world.opener, world.throttle, Codes(world.core, later), desk.captchas)
    right = await handlers.send_code("zhangsan", MOBILE, *await desk.captcha())
    unknown = await handlers.send_code("nobody", OTHER, *await desk.captcha())
    await later.stop()
    assert (right.expires_at, right.again_at) == (unknown.expires_at, unknown.again_at)


async def test_cred_13_five_recoveries_a_day_for_one_login_and_number(desk: Desk) -> None:
    world = desk.world
    await desk.person(login="zhangsan")
    for login, mobile in (("zhangsan", MOBILE), ("nobody", OTHER)):
        first = world.clock.now()
        for n in range(PER_DAY):
            await desk.ask(login, mobile, f"10.0.1.{n}")
            world.clock.forward(timedelta(hours=2))
        with pytest.raises(DomainError) as caught:
            await desk.ask(login, mobile)
        assert (caught.value.reason, caught.value.rule) == ("RECOVERIES_FULL", "CRED-13")
        assert caught.value.until == first + timedelta(days=1)
    # What strangers try with other numbers takes nothing from the owner, and a day later all is well.
    world.clock.forward(timedelta(days=1))
    await desk.ask("zhangsan", MOBILE)


async def test_cred_13_a_recovery_whose_code_was_not_sent_does_not_count(desk: Desk) -> None:
    await desk.person(login="zhangsan")
    await desk.ask("zhangsan", MOBILE)
    for _ in range(PER_DAY):
        with refused("CODES_PER_NUMBER", Kind.EXHAUSTED):
            await desk.ask("zhangsan", MOBILE)
    desk.world.clock.forward(MINUTE)
    await desk.ask("zhangsan", MOBILE)


async def test_cred_14_a_reset_ends_every_session_and_proves_no_second_factor(desk: Desk) -> None:
    world, person = desk.world, await desk.person(Role.BASE_REVIEWER, login="zhangsan")
    for _ in range(2):
        await world.open(person)
    asked = await desk.ask("zhangsan", MOBILE)
    await desk.recovery.reset(asked.recovery_id, await desk.code(MOBILE, "recovery"), NEW)
    assert await desk.right(person, NEW)
    reasons = await world.rows("SELECT end_reason, proved_at FROM session")
    assert reasons == [{"end_reason": "password_reset", "proved_at": None}] * 2
    assert await desk.told(person) == ["password_changed"]
    assert ("password_reset", "done") in await world.acts(person.person_id)


async def test_cred_14_a_recovery_works_once_for_a_quarter_of_an_hour(desk: Desk) -> None:
    person = await desk.person(login="zhangsan")
    asked = await desk.ask("zhangsan", MOBILE)
    code = await desk.code(MOBILE, "recovery")
    with refused("PASSWORD_COMMON", field="new_password"):
        await desk.recovery.reset(asked.recovery_id, code, "password123")
    tries = (desk.recovery.reset(asked.recovery_id, code, f"{NEW} {n}") for n in range(3))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [each.reason for each in results if isinstance(each, DomainError)] == ["RECOVERY_ENDED"] * 2
    assert not await desk.right(person, PASSWORD)
    for unusable in (asked.recovery_id, new_id()):
        with refused("RECOVERY_ENDED", Kind.NOT_NOW, "CRED-14"):
            await desk.recovery.reset(unusable, code, NEW)
    desk.world.clock.forward(MINUTE)
    late = await desk.ask("zhangsan", MOBILE)
    desk.world.clock.forward(LIFE)
    with refused("RECOVERY_ENDED", Kind.NOT_NOW, "CRED-14"):
        await desk.recovery.reset(late.recovery_id, await desk.code(MOBILE, "recovery"), NEW)


async def test_cred_14_a_code_of_another_recovery_opens_nothing(desk: Desk) -> None:
    await desk.person(login="zhangsan")
    await desk.person(login="lisi", mobile=OTHER)
    await desk.ask("zhangsan", MOBILE)
    theirs = await desk.ask("lisi", OTHER)
    code = await desk.code(MOBILE, "recovery")
    if code != await desk.code(OTHER, "recovery"):
        with wrong_code():
            await desk.recovery.reset(theirs.recovery_id, code, NEW)


async def test_cred_14_what_was_asked_and_tried_is_written_down(desk: Desk) -> None:
    world, person = desk.world, await desk.person(login="zhangsan")
    right, unknown = await desk.ask("zhangsan", MOBILE), await desk.ask("nobody", OTHER)
    wrong = f"{(int(await desk.code(MOBILE, 'recovery')) + 1) % 1_000_000:06d}"
    for asked, chain in ((right, person.person_id), (unknown, unknown.recovery_id)):
        with wrong_code():
            await desk.recovery.reset(asked.recovery_id, wrong, NEW)
        assert await world.acts(chain) == [("recovery_asked", "done"), ("recovery_tried", "CODE_WRONG")]


async def test_cred_14_an_erased_account_is_nobody_s(desk: Desk) -> None:
    await desk.person(login="zhangsan", state=PersonState.ERASED)
    await desk.ask("zhangsan", MOBILE)
    assert await desk.kept(MOBILE, "recovery") == []


async def test_cred_14_numbers_asked_about_are_sealed(desk: Desk) -> None:
    await desk.ask("nobody", OTHER)
    [row] = await desk.world.rows("SELECT recovery_id::text AS id, mobile_sealed, pair_lookup FROM recovery")
    assert OTHER[3:].encode() not in row["mobile_sealed"] + row["pair_lookup"]
    assert desk.world.vault.open(row["mobile_sealed"], row["id"]) == OTHER
