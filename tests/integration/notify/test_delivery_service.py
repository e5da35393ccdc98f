"""MSG-40 and MSG-41 over the wire: notify as a whole process beside identity, its channels kept in place of sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from residency.notify.v1.notify_service_pb2 import SendNoticeRequest
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.notify import service as notify_service
from services.notify.domain.templates import TEMPLATES
from services.notify.settings import NotifySettings
from tests.support.people import SECRETS, Account, People, identity, running
from tests.support.wait import eventually

REMINDER = "registration_closing"


@dataclass
class Platform:
    people: People
    deliveries: DeliveryServiceStub
    notify: NotifyServiceStub

    async def remind(self, someone: Account) -> None:
        """A workflow reminds somebody, who hears of it by text message too."""
        notice = SendNoticeRequest(key=f"{REMINDER}/{someone.person_id}", template=REMINDER)
        notice.person_id = someone.person_id
        notice.parameters["closes_at"] = "2123-07-10T16:00:00Z"
        with act_as(await self.people.machine("worker")):
            assert (await self.notify.SendNotice(notice)).written

    async def told(self, token: str, person_id: str) -> pb.Told:
        """What the reminder became."""
        with act_as(token):
            answer = await self.deliveries.ListTold(pb.ListToldRequest(person_id=person_id, template=REMINDER))
        told: pb.Told
        [told] = answer.told
        return told


@pytest.fixture
async def platform(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, tmp_path))
        settings = NotifySettings(
            database_url=SecretStr(database_url("notify")),
            nats_url=nats_url,
            identity_address=people.address,
            machine_secret=SECRETS["notify"],
            data_dir=tmp_path,
        )
        channel = Channel(await stack.enter_async_context(running(notify_service.parts(settings))))
        stack.push_async_callback(channel.close)
        yield Platform(people, channel.stub(DeliveryServiceStub), channel.stub(NotifyServiceStub))


async def test_msg_41_somebody_was_told_and_it_is_proved_over_the_wire(platform: Platform) -> None:
    someone, other = await platform.people.register_applicant(), await platform.people.register_applicant()
    auditor, operator = await platform.people.staff("auditor"), await platform.people.machine("operator")
    await platform.remind(someone)

    async def left() -> bool:
        ways = (await platform.told(operator, someone.person_id)).deliveries
        return len(ways) == 2 and ways[1].state == delivery_pb2.DELIVERY_STATE_DELIVERED

    await eventually(left, "the text message left")
    told = await platform.told(auditor.token, someone.person_id)
    inbox, sms = told.deliveries
    assert (inbox.channel, sms.channel) == (delivery_pb2.CHANNEL_INBOX, delivery_pb2.CHANNEL_SMS)
    assert sms.HasField("delivered_at")
    assert someone.mobile.removeprefix("+86") not in sms.sent_to
    assert sms.sent_to[-4:] == someone.mobile[-4:]
    [text] = told.texts
    assert "2123" in told.body
    assert text.body
    assert told.edition == TEMPLATES[REMINDER].edition
    with act_as(someone.token):
        assert await refused(platform.deliveries.ListTold, pb.ListToldRequest(person_id=someone.person_id))
        kept = (await platform.deliveries.ListKept(pb.ListKeptRequest(channel="CHANNEL_SMS"))).kept
        assert [each.text for each in kept if each.delivery.template == REMINDER] == [text]
        assert await refused(platform.deliveries.ListKept, pb.ListKeptRequest(everybody=True))
    with act_as(other.token):
        kept = (await platform.deliveries.ListKept(pb.ListKeptRequest())).kept
        assert not [each for each in kept if each.delivery.template == REMINDER]


async def test_msg_40_operators_watch_and_redrive_over_the_wire(platform: Platform) -> None:
    operator = await platform.people.machine("operator")
    with act_as(operator):
        status = await platform.deliveries.GetDeliveryStatus(pb.GetDeliveryStatusRequest())
        assert {each.channel: each.adapter for each in status.channels} == {
            delivery_pb2.CHANNEL_INBOX: "inbox",
            delivery_pb2.CHANNEL_SMS: "kept",
            delivery_pb2.CHANNEL_EMAIL: "kept",
            delivery_pb2.CHANNEL_WECHAT: "",
            delivery_pb2.CHANNEL_WEBHOOK: "",
        }
        templates = (await platform.deliveries.ListTemplates(pb.ListTemplatesRequest())).templates
        assert [each.template for each in templates] == sorted(TEMPLATES)
        preview = pb.PreviewTemplateRequest(template="application_approved", language="en")
        texts = (await platform.deliveries.PreviewTemplate(preview)).texts
        assert any("<html" in text.html for text in texts)
        assert not (await platform.deliveries.ListFailed(pb.ListFailedRequest())).deliveries
        every = pb.RedriveDeliveriesRequest()
        answer = await platform.deliveries.RedriveDeliveries(every)
        assert (answer.queued, answer.expired) == (0, 0)
        unknown = pb.PreviewTemplateRequest(template="application_approved", parameters={"nothing": "x"})
        assert await refused(platform.deliveries.PreviewTemplate, unknown) == "PARAMETERS_WRONG"
    unsigned = pb.RecordReceiptRequest(channel="CHANNEL_SMS", body=b"{}")
    assert await refused(platform.deliveries.RecordReceipt, unsigned) == "RECEIPT_UNSIGNED"


async def refused(method: Any, request: object) -> str:
    with pytest.raises(DomainError) as caught:
        await method(request)
    return caught.value.reason
