"""Notify as a whole process beside identity: facts over a real broker become messages, once (MSG-04 to MSG-06), when
they are released (MSG-10, MSG-11)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from google.protobuf.message import Message
from pydantic import SecretStr

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2
from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import notify_service_pb2 as pb
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.kit.migrations import run
from services.notify import service as notify_service
from services.notify.settings import NotifySettings
from services.notify.store.tables import METADATA
from tests.support.deliveries import publish
from tests.support.people import People, identity, running
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually


@dataclass
class Platform:
    people: People
    notify: NotifyServiceStub
    messaging: Messaging

    async def templates(self, token: str) -> list[str]:
        with act_as(token):
            answer = await self.notify.ListMessages(pb.ListMessagesRequest(page_size=100))
        return sorted(message.template for message in answer.messages)

    async def publish(self, body: Message, event_id: str) -> None:
        """Put a fact of enrollment on the stream."""
        name = body.DESCRIPTOR.name.removeprefix("Application").lower()
        await publish(self.messaging, f"residency.enrollment.v1.application.{name}", body, event_id)


@pytest.fixture
async def platform(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, tmp_path))
        settings = NotifySettings(
            database_url=SecretStr(database_url("notify")),
            nats_url=nats_url,
            identity_address=people.address,
            data_dir=tmp_path,
        )
        notify = Channel(await stack.enter_async_context(running(notify_service.parts(settings))))
        stack.push_async_callback(notify.close)
        messaging = Messaging(nats_url)
        await messaging.start()
        stack.push_async_callback(messaging.stop)
        yield Platform(people, notify.stub(NotifyServiceStub), messaging)


async def test_facts_over_the_broker_become_one_message_each_however_often_they_come(platform: Platform) -> None:
    someone = await platform.people.register_applicant()
    about = enrollment.ApplicationFact(application_id="app-1", person_id=someone.person_id, base_name="齐鲁医院")
    about.specialty_name = "内科"
    facts: list[tuple[Message, str]] = [
        (enrollment.ApplicationSubmitted(application=about), new_id()),
        (enrollment.ApplicationReviewed(application=about, approved=False, remark="资料不全"), new_id()),
        (enrollment.ApplicationReviewed(application=about, approved=True), new_id()),
        (enrollment.ApplicationProvisionallyAdmitted(application=about), new_id()),
        (enrollment.ApplicationNotSelected(application=about), new_id()),
        (enrollment.ApplicationAdmitted(application=about), new_id()),
    ]
    deliveries = facts * 3
    random.Random(11).shuffle(deliveries)
    for body, event_id in deliveries:
        await platform.publish(body, event_id)
    # Told last, so whatever a double could have written would be there by now.
    await platform.publish(enrollment.ApplicationWithdrawn(application=about), new_id())

    async def settled() -> bool:
        templates = await platform.templates(someone.token)
        return "application_withdrawn" in templates and "account_registered" in templates

    await eventually(settled, "the last fact became a message")
    assert await platform.templates(someone.token) == [
        "account_registered",
        "application_admitted",
        "application_approved",
        "application_not_selected",
        "application_provisional",
        "application_rejected",
        "application_submitted",
        "application_withdrawn",
    ]


async def test_msg_11_a_grant_undone_before_it_was_told_is_not_heard_of_over_the_broker(platform: Platform) -> None:
    """MSG-10 and MSG-11; a timed notice waits for its release too."""
    someone = await platform.people.register_applicant()
    now = datetime.now(UTC)
    about = enrollment.ApplicationFact(application_id="app-1", person_id=someone.person_id)
    about.decided_at.FromDatetime(now)
    about.release_at.FromDatetime(now + timedelta(minutes=30))
    undone = enrollment.ApplicationPlaceLost(application=about, cause="undone")
    undone.application.decided_at.FromDatetime(now + timedelta(seconds=1))
    undone.application.release_at.FromDatetime(now)
    undone.undone_since.FromDatetime(now)
    notice = pb.SendNoticeRequest(
        key="registration_closing/c/1", template="registration_closing", person_id=someone.person_id
    )
    notice.parameters["closes_at"] = (now + timedelta(days=3)).isoformat()
    notice.release_at.FromDatetime(now + timedelta(hours=8))
    with act_as(await platform.people.machine("worker")):
        assert (await platform.notify.SendNotice(notice)).written
    await platform.publish(undone, new_id())
    await platform.publish(enrollment.ApplicationProvisionallyAdmitted(application=about), new_id())
    other = enrollment.ApplicationFact(application_id="app-2", person_id=someone.person_id)
    await platform.publish(enrollment.ApplicationWithdrawn(application=other), new_id())

    async def settled() -> bool:
        return "application_withdrawn" in await platform.templates(someone.token)

    await eventually(settled, "the last fact became a message")
    assert set(await platform.templates(someone.token)) <= {"account_registered", "application_withdrawn"}


async def test_reading_and_sending_over_the_wire(platform: Platform) -> None:
    one = await platform.people.register_applicant()
    two = await platform.people.register_applicant()
    worker = await platform.people.machine("worker")
    notice = pb.SendNoticeRequest(
        key="window_not_reviewed/c/B/1",
        template="window_not_reviewed",
        organisation_code="SD-QILU",
        parameters={"round_name": "一志愿", "count": "4"},
    )
    with act_as(worker):
        assert (await platform.notify.SendNotice(notice)).written
        assert not (await platform.notify.SendNotice(notice)).written

    async def welcomed() -> bool:
        return await platform.templates(one.token) == ["account_registered"]

    await eventually(welcomed, "the account was welcomed")
    with act_as(one.token):
        [message] = (await platform.notify.ListMessages(pb.ListMessagesRequest())).messages
        assert not message.HasField("read_at")
        assert (await platform.notify.CountUnread(pb.CountUnreadRequest())).unread == 1
        assert await refusal(platform.notify.SendNotice, notice) == (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED")
    mark = pb.MarkReadRequest(message_id=message.message_id)
    with act_as(two.token):
        assert await refusal(platform.notify.MarkRead, mark) == (Kind.NOT_FOUND, "MESSAGE_UNKNOWN")
    with act_as(one.token):
        assert (await platform.notify.MarkRead(mark)).message.HasField("read_at")
        assert (await platform.notify.CountUnread(pb.CountUnreadRequest())).unread == 0
    assert await refusal(platform.notify.CountUnread, pb.CountUnreadRequest()) == (Kind.UNAUTHENTICATED, "NO_TOKEN")


async def test_msg_18_filters_and_marking_all_over_the_wire(platform: Platform) -> None:
    one = await platform.people.register_applicant()
    about = enrollment.ApplicationFact(application_id="app-1", person_id=one.person_id)
    await platform.publish(enrollment.ApplicationWithdrawn(application=about), new_id())

    async def told() -> bool:
        return await platform.templates(one.token) == ["account_registered", "application_withdrawn"]

    await eventually(told, "both messages are there")

    async def shown(**only: Any) -> list[tuple[str, int]]:
        answer = await platform.notify.ListMessages(pb.ListMessagesRequest(**only))
        return [(message.template, message.kind) for message in answer.messages]

    withdrawn = ("application_withdrawn", delivery_pb2.NOTICE_KIND_APPLICATION)
    with act_as(one.token):
        assert await shown(kind="NOTICE_KIND_APPLICATION") == [withdrawn]
        assert await shown(application_id="app-1") == [withdrawn]
        assert await shown(kind="NOTICE_KIND_WORK") == []
        of_kind = pb.MarkAllReadRequest(kind=delivery_pb2.NOTICE_KIND_APPLICATION)
        assert (await platform.notify.MarkAllRead(of_kind)).marked == 1
        assert [template for template, _ in await shown(unread_only=True)] == ["account_registered"]
        assert (await platform.notify.MarkAllRead(pb.MarkAllReadRequest())).marked == 1
        assert (await platform.notify.CountUnread(pb.CountUnreadRequest())).unread == 0


async def test_priv_05_texts_of_the_erased_are_forgotten_over_the_broker(platform: Platform) -> None:
    """PRIV-05, and the operator's rotation (PRIV-04) over the wire."""
    someone = await platform.people.register_applicant()

    async def bodies() -> list[str]:
        with act_as(someone.token):
            answer = await platform.notify.ListMessages(pb.ListMessagesRequest(page_size=100))
        return [message.body for message in answer.messages]

    async def welcomed() -> bool:
        return any(await bodies())

    async def forgotten() -> bool:
        return not any(await bodies())

    await eventually(welcomed, "the account was welcomed")
    with act_as(await platform.people.machine("operator")):
        answer = await platform.notify.RewrapSealed(pb.RewrapSealedRequest(limit=10))
    assert (answer.rewrapped, answer.left) == (0, 0)
    erased = events_pb2.PersonErased(person_id=someone.person_id)
    await publish(platform.messaging, "residency.identity.v1.person.erased", erased)
    await eventually(forgotten, "the texts were forgotten")


async def refusal(method: Callable[..., object], request: object) -> tuple[Kind, str]:
    with pytest.raises(DomainError) as caught:
        await method(request)  # type: ignore[misc]  # a stub's method: awaitable, though not typed so
    return caught.value.kind, caught.value.reason


async def test_the_migration_makes_the_declared_tables_and_can_be_undone(postgres: PostgresServer) -> None:
    url = postgres.empty_database("notify")
    await asyncio.to_thread(run.upgrade, "notify", url)
    await asyncio.to_thread(run.check, "notify", url, METADATA)
    await asyncio.to_thread(run.downgrade, "notify", url, "base")
    await asyncio.to_thread(run.upgrade, "notify", url, "0001")
    old = await asyncpg.connect(url)
    await old.execute(
        "INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id, sent_at)"
        " SELECT gen_random_uuid(), number, 'p', 't', 't', '', '', 'app-1', '2023-07-20T12:00Z'"
        " FROM generate_series(1, 3) number"
    )
    await asyncio.to_thread(run.upgrade, "notify", url)
    kept = "SELECT count(*) FROM message WHERE release_at = sent_at AND decided_at = sent_at AND dropped_at IS NULL"
    assert await old.fetchval(kept) == 3
    await old.close()
    await asyncio.to_thread(run.check, "notify", url, METADATA)
    postgres.drop(url)
