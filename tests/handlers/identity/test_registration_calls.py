"""What faculty asks of identity for a secretary's list: whose a document is, and a text message to register.

Holds ROST-20 and ROST-21.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.adapters.texts import SandboxTexts
from services.identity.domain.documents import DocumentType
from services.identity.handlers.registration_calls import RegistrationCalls
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.identity.conftest import World, caller_of
from tests.handlers.identity.desk import PASSWORD, Desk, mobile, number, refused

FACULTY = Caller("machine:faculty", "service")
NUMBER = mobile(1)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Gateway(SandboxTexts):
    """The sandbox, with a gateway that can be away."""

    away = False

    async def send(self, mobile: str, purpose: str, text: str, code: str = "") -> None:
        if self.away:
            raise DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送，请稍后再试。")
        await super().send(mobile, purpose, text, code)


def gateway(world: World) -> Gateway:
    return Gateway(world.database, world.vault, world.clock)


async def test_rost_20_a_document_finds_whom_it_is_bound_to_however_it_is_typed(world: World) -> None:
    desk = Desk(world)
    mine = await desk.register_person(1)
    for typed in (number(1), f" {number(1).lower()} "):
        assert await desk.people.find(DocumentType.RESIDENT_ID, typed) == mine.person.person_id
    assert await desk.people.find(DocumentType.RESIDENT_ID, number(2)) == ""
    assert (await refused(desk.people.find(DocumentType.RESIDENT_ID, "370102"))).kind is Kind.INVALID
    await desk.people.unbind(caller_of(mine), PASSWORD)
    assert await desk.people.find(DocumentType.RESIDENT_ID, number(1)) == ""


async def test_rost_21_a_number_is_asked_once_a_day_and_once_a_key(world: World) -> None:
    texts = gateway(world)
    calls = RegistrationCalls(world.core, texts)
    assert await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-first")
    assert await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-first")
    assert not await calls.call(FACULTY, NUMBER, "山东省立医院", "key-other")
    [kept] = await texts.kept(NUMBER)
    assert (kept.purpose, "山东大学齐鲁医院" in kept.text, kept.code) == ("registration_call", True, "")
    assert (await refused(calls.call(FACULTY, mobile(2), "山东大学齐鲁医院", "key-first"))).kind is Kind.CONFLICT
    world.clock.forward(DAY - SECOND)
    assert not await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-later")
    world.clock.forward(SECOND)
    assert await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-next-day")


async def test_rost_21_what_did_not_leave_is_sent_by_the_same_call_again(world: World) -> None:
    texts = gateway(world)
    calls = RegistrationCalls(world.core, texts)
    texts.away = True
    assert (await refused(calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-first"))).kind is Kind.UNAVAILABLE
    texts.away = False
    assert await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-first")
    assert len(await texts.kept(NUMBER)) == 1


async def test_id_37_calls_are_of_the_days_text_messages(world: World) -> None:
    core = replace(world.core, settings=world.core.settings.model_copy(update={"texts_per_day": 1}))
    calls = RegistrationCalls(core, gateway(world))
    assert await calls.call(FACULTY, NUMBER, "山东大学齐鲁医院", "key-first")
    error = await refused(calls.call(FACULTY, mobile(2), "山东大学齐鲁医院", "key-second"))
    assert (error.reason, error.rule, error.until is not None) == ("TEXTS_BUDGET", "ID-37", True)


@pytest.mark.parametrize("name", ["", "点击 http://a.cn", "【银行】", "a@b"])
async def test_rost_21_a_hospitals_name_carries_no_link(world: World, name: str) -> None:
    error = await refused(RegistrationCalls(world.core, gateway(world)).call(FACULTY, NUMBER, name, "key-first"))
    assert (error.reason, error.rule) == ("NAME_FORMAT", "ROST-21")
