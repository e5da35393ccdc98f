"""MSG-04, MSG-05 and MSG-06: inboxes on a real database; each message once, read only by those it is for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message as Proto

from residency.enrollment.v1 import application_pb2, cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import account_pb2
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.messaging import Delivery, Poison
from services.notify.consumers import HEARD, SILENT, Listener
from services.notify.domain.recipients import Recipient
from services.notify.handlers import Notify

ZHANG = Caller(new_id(), "applicant")
LI = Caller(new_id(), "applicant")
REVIEWER = Caller(new_id(), "base_reviewer", "SD-QILU")
COLLEAGUE = Caller(new_id(), "base_administrator", "SD-QILU")
ELSEWHERE = Caller(new_id(), "base_administrator", "SD-OTHER")
QILU = Recipient(organisation_code="SD-QILU")
DIGEST = {"round": "1", "count": "3"}


@dataclass
class World:
    notify: Notify
    database: Database

    async def hear(self, delivery: Delivery) -> None:
        async with self.database.unit_of_work() as uow:
            await Listener(self.notify).hear(delivery, uow)

    async def templates(self, reader: Caller) -> list[str]:
        page = await self.notify.list_messages(reader, 100, "", False)
        return sorted(message.template for message in page.messages)


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("notify"), name="notify", pool_size=8)
    await database.start()
    yield World(Notify(database, SystemClock()), database)
    await database.stop()


def fact(body: Proto, version: int = 1) -> Delivery:
    return Delivery(
        event_id=new_id(),
        subject="residency.test",
        event_type=body.DESCRIPTOR.full_name,
        aggregate_id="a",
        epoch=1,
        version=version,
        body=body.SerializeToString(),
        traceparent="",
        delivered=1,
        occurred_at=datetime(2023, 7, 1, 1, 0, tzinfo=UTC),
    )


def application(round_: int = 1) -> enrollment.ApplicationFact:
    return enrollment.ApplicationFact(
        application_id="app-1",
        person_id=ZHANG.person_id,
        base_code="SD-QILU",
        base_name="齐鲁医院",
        specialty_name="内科",
        round=round_,
        state=application_pb2.APPLICATION_STATE_PENDING,
    )


def one_of_each() -> dict[str, Delivery]:
    """One fact of every kind about one person, by the template it is due ("" for none)."""
    bodies: dict[str, Proto] = {
        "account_registered": identity.AccountRegistered(person_id=ZHANG.person_id, role=account_pb2.ROLE_APPLICANT),
        "application_submitted": enrollment.ApplicationSubmitted(application=application()),
        "application_approved": enrollment.ApplicationReviewed(application=application(), approved=True),
        "application_rejected": enrollment.ApplicationReviewed(application=application(), remark="资料不全"),
        "application_provisional": enrollment.ApplicationProvisionallyAdmitted(application=application(3)),
        "application_not_selected": enrollment.ApplicationNotSelected(application=application()),
        "application_admitted": enrollment.ApplicationAdmitted(application=application()),
        "application_withdrawn": enrollment.ApplicationWithdrawn(application=application()),
    }
    return {template: fact(body, version) for version, (template, body) in enumerate(bodies.items(), 1)}


async def test_msg_05_every_fact_thrice_and_out_of_order_is_one_message_each(world: World) -> None:
    due = one_of_each()
    assert {delivery.event_type for delivery in due.values()} == set(HEARD)
    silent = [
        fact(enrollment.CycleCreated(cycle_id="c")),
        fact(enrollment.PhaseEntered(cycle_id="c", phase=cycle_pb2.PHASE_REGISTRATION)),
        fact(enrollment.MilestonesSet(cycle_id="c", base_code="SD-QILU", round=1)),
        fact(enrollment.WindowClosed(cycle_id="c", base_code="SD-QILU", unreviewed=3)),
    ]
    assert {delivery.event_type for delivery in silent} == SILENT
    deliveries = [*due.values(), *silent] * 3
    random.Random(7).shuffle(deliveries)
    for delivery in deliveries:
        await world.hear(delivery)
    assert await world.templates(ZHANG) == sorted(due)
    assert await world.database.fetchval("SELECT count(*) FROM message") == len(due)
    assert await world.notify.count_unread(ZHANG) == len(due)

    rows = await world.database.fetch("SELECT subject, body FROM outbox")
    assert [row["subject"] for row in rows] == ["residency.notify.v1.message.written"] * len(due)
    assert {events_pb2.MessageWritten.FromString(row["body"]).person_id for row in rows} == {ZHANG.person_id}


async def test_msg_05_texts_carry_what_the_fact_says(world: World) -> None:
    for delivery in one_of_each().values():
        await world.hear(delivery)
    page = await world.notify.list_messages(ZHANG, 100, "", False)
    bodies = {message.template: message.body for message in page.messages}
    assert "报名时间：2023年7月1日 09:00\n状态：待审核" in bodies["application_submitted"]
    assert "备注：资料不全" in bodies["application_rejected"]
    assert "录取结果：调剂录取" in bodies["application_provisional"]
    assert "身份：报名人" in bodies["account_registered"]
    about = {message.template: message.application_id for message in page.messages}
    assert about.pop("account_registered") == ""
    assert set(about.values()) == {"app-1"}


async def test_msg_05_what_cannot_be_told_goes_to_the_dead_letters(world: World) -> None:
    unknown = fact(events_pb2.MessageWritten(person_id="p"))
    nobody = fact(identity.AccountRegistered())
    torn = fact(enrollment.ApplicationAdmitted(application=application()))
    for delivery in (unknown, nobody, replace(torn, body=b"\xff\xff")):
        with pytest.raises(Poison):
            await world.hear(delivery)
    assert await world.database.fetchval("SELECT count(*) FROM message") == 0


async def test_msg_05_a_notice_is_written_once_per_key(world: World) -> None:
    written = await asyncio.gather(
        *(world.notify.send_notice("review_digest/c/B/1", "review_digest", QILU, DIGEST) for _ in range(5))
    )
    assert sorted(written) == [False, False, False, False, True]
    assert await world.notify.send_notice("review_digest/c/B/2", "review_digest", QILU, DIGEST)
    assert await world.templates(REVIEWER) == ["review_digest", "review_digest"]


async def test_msg_04_messages_are_read_by_those_they_are_for(world: World) -> None:
    await world.hear(one_of_each()["application_submitted"])
    await world.notify.send_notice("digest-1", "review_digest", QILU, DIGEST)
    assert await world.templates(ZHANG) == ["application_submitted"]
    assert await world.templates(REVIEWER) == await world.templates(COLLEAGUE) == ["review_digest"]
    impostor = Caller(LI.person_id, "applicant", "SD-QILU")
    for stranger in (LI, ELSEWHERE, impostor):
        assert await world.templates(stranger) == []
        assert await world.notify.count_unread(stranger) == 0
        for owner in (ZHANG, REVIEWER):
            [message] = (await world.notify.list_messages(owner, 10, "", False)).messages
            with pytest.raises(DomainError) as caught:
                await world.notify.mark_read(stranger, message.message_id)
            assert (caught.value.kind, caught.value.reason) == (Kind.NOT_FOUND, "MESSAGE_UNKNOWN")
    assert await world.database.fetchval("SELECT count(*) FROM message_read") == 0


async def test_msg_06_reading_counts_once_and_for_oneself(world: World) -> None:
    await world.notify.send_notice("digest-1", "review_digest", QILU, DIGEST)
    [message] = (await world.notify.list_messages(REVIEWER, 10, "", True)).messages
    assert message.read_at is None
    first = await world.notify.mark_read(REVIEWER, message.message_id)
    again = await world.notify.mark_read(REVIEWER, message.message_id)
    assert first.read_at is not None
    assert again.read_at == first.read_at
    assert await world.notify.count_unread(REVIEWER) == 0
    assert await world.notify.count_unread(COLLEAGUE) == 1
    assert (await world.notify.list_messages(REVIEWER, 10, "", True)).messages == []
    assert len((await world.notify.list_messages(REVIEWER, 10, "", False)).messages) == 1


async def test_pages_are_newest_first_without_gaps_or_doubles_while_messages_arrive(world: World) -> None:
    for number in range(25):
        await world.notify.send_notice(f"digest-{number:02d}", "review_digest", QILU, DIGEST)
    seen: list[str] = []
    moments: list[datetime] = []
    token = ""
    while True:
        page = await world.notify.list_messages(REVIEWER, 10, token, False)
        seen += [message.message_id for message in page.messages]
        moments += [message.sent_at for message in page.messages]
        await world.notify.send_notice(f"late-{len(seen)}", "review_digest", QILU, DIGEST)
        token = page.next_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 25
    assert moments == sorted(moments, reverse=True)
    assert moments[0] - moments[-1] < timedelta(minutes=1)
    assert len((await world.notify.list_messages(REVIEWER, 0, "", False)).messages) == 20


@pytest.mark.parametrize("token", ["x", "AAAA", "MjAyMy0wNy0wMSB4", "密"])
async def test_a_made_up_page_token_is_refused(world: World, token: str) -> None:
    with pytest.raises(DomainError) as caught:
        await world.notify.list_messages(ZHANG, 10, token, False)
    assert (caught.value.kind, caught.value.reason) == (Kind.INVALID, "PAGE_TOKEN")
