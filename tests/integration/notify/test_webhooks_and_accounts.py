"""Webhooks and service accounts over the wire: identity and notify as whole processes, facts over a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import SecretStr

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import service_account_service_pb2 as accounts_pb
from residency.identity.v1.service_account_service_pb2_grpc import ServiceAccountServiceStub
from residency.identity.v1.staff_service_pb2 import ListStaffRequest
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.notify.v1 import webhook_service_pb2 as pb
from residency.notify.v1.webhook_service_pb2_grpc import WebhookServiceStub
from services.kit.auth import act_as
from services.kit.domain import DomainError, Fact
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.notify import service as notify_service
from services.notify.settings import NotifySettings
from tests.support import bus
from tests.support.hooks import Receiver, is_signed, receiver
from tests.support.people import BASE, OTHER_BASE, SECRETS, Account, People, identity, running
from tests.support.wait import eventually

APPROVED = "application.approved"


@dataclass
class Platform:
    people: People
    webhooks: WebhookServiceStub
    accounts: ServiceAccountServiceStub
    messaging: Messaging
    receiver: Receiver

    async def approve(self, base: str, *, times: int = 1) -> str:
        """Enrollment tells, once or more often, that a base approved; the fact's id."""
        about = enrollment.ApplicationFact(application_id=new_id(), cycle_id=new_id(), base_code=base, version=2)
        body = enrollment.ApplicationReviewed(application=about, approved=True)
        fact = Fact(
            "residency.enrollment.v1.application.reviewed",
            body.DESCRIPTOR.full_name,
            body.SerializeToString(),
            about.application_id,
            2,
            new_id(),
        )
        for n in range(times):
            # Another id for the broker, which would drop the second copy itself.
            await bus.publish(self.messaging, fact, {"Nats-Msg-Id": f"{fact.event_id}-{n}"})
        return fact.event_id

    async def subscribe(self, who: Account, *types: str) -> pb.CreateWebhookResponse:
        request = pb.CreateWebhookRequest(
            name="医院信息系统", url=self.receiver.url, event_types=types or (APPROVED,), idempotency_key=new_id()
        )
        with act_as(who.token):
            answer: pb.CreateWebhookResponse = await self.webhooks.CreateWebhook(request)
        return answer


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


@pytest.fixture
async def platform(
    database_url: Callable[[str], str], messaging: Messaging, nats_url: str, tmp_path: Path
) -> AsyncIterator[Platform]:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(identity(database_url("identity"), nats_url, tmp_path))
        settings = NotifySettings(
            database_url=SecretStr(database_url("notify")),
            nats_url=nats_url,
            identity_address=people.address,
            machine_secret=SECRETS["notify"],
            data_dir=tmp_path,
            hooks_local=True,
        )
        channel = Channel(await stack.enter_async_context(running(notify_service.parts(settings))))
        stack.push_async_callback(channel.close)
        system = await stack.enter_async_context(receiver())
        stub = people.stub(ServiceAccountServiceStub)
        yield Platform(people, channel.stub(WebhookServiceStub), stub, messaging, system)


async def test_hook_03_a_fact_told_thrice_reaches_each_of_its_systems_once(platform: Platform) -> None:
    """HOOK-02, HOOK-03, HOOK-04: its base and its province, and nobody else."""
    administrator = await platform.people.staff("base_administrator")
    neighbour = await platform.people.staff("base_administrator", OTHER_BASE)
    province = await platform.people.staff("province_administrator")
    mine, others, whole = [await platform.subscribe(who) for who in (administrator, neighbour, province)]
    event_id = await platform.approve(BASE, times=3)
    last = await platform.approve(OTHER_BASE)

    async def all_told() -> bool:
        return len(platform.receiver.heard) >= 4

    await eventually(all_told, "four deliveries")
    heard = [(each.headers["webhook-id"], each) for each in platform.receiver.heard]
    assert sorted(name for name, _ in heard) == sorted([event_id, event_id, last, last])
    for secret, wanted in ((mine.secret, {event_id}), (others.secret, {last}), (whole.secret, {event_id, last})):
        assert {name for name, each in heard if is_signed(secret, each)} == wanted
    with act_as(administrator.token):
        listed = await platform.webhooks.ListWebhookDeliveries(
            pb.ListWebhookDeliveriesRequest(webhook_id=mine.webhook.webhook_id)
        )
        [way] = listed.deliveries
        assert (way.event_id, way.state) == (event_id, pb.WEBHOOK_DELIVERY_STATE_DELIVERED)
        foreign = pb.ListWebhookDeliveriesRequest(webhook_id=others.webhook.webhook_id)
        assert (await refusal(platform.webhooks.ListWebhookDeliveries(foreign))).reason == "WEBHOOK_UNKNOWN"
        types = (await platform.webhooks.ListEventTypes(pb.ListEventTypesRequest())).event_types
        assert APPROVED in {each.name for each in types}


async def test_svc_a_hospitals_program_reads_what_its_scopes_name_until_it_is_revoked(platform: Platform) -> None:
    """SVC-02, SVC-03, SVC-07, SVC-08 and HOOK-09: the same token at identity and at notify."""
    administrator = await platform.people.staff("base_administrator")
    hook = await platform.subscribe(administrator)
    ends = Timestamp()
    ends.FromDatetime(datetime.now(UTC) + timedelta(days=30))
    request = accounts_pb.CreateServiceAccountRequest(
        name="医院信息系统",
        role="ROLE_BASE_REVIEWER",
        scopes=["notify.read"],
        expires_at=ends,
        idempotency_key=new_id(),
    )
    with act_as(administrator.token):
        made = await platform.accounts.CreateServiceAccount(request)
    account_id = made.account.account_id
    signing_in = accounts_pb.SignInServiceAccountRequest(account_id=account_id, secret=made.secret)
    token = (await platform.accounts.SignInServiceAccount(signing_in)).token.value
    listing = pb.ListWebhookDeliveriesRequest(webhook_id=hook.webhook.webhook_id)
    with act_as(token):
        assert (await platform.webhooks.ListWebhooks(pb.ListWebhooksRequest())).webhooks == [hook.webhook]
        assert not (await platform.webhooks.ListWebhookDeliveries(listing)).deliveries
        ping = pb.PingWebhookRequest(webhook_id=hook.webhook.webhook_id, idempotency_key=new_id())
        assert (await refusal(platform.webhooks.PingWebhook(ping))).reason == "ROLE_NOT_ALLOWED"
        staff = platform.people.stub(StaffServiceStub)
        assert (await refusal(staff.ListStaff(ListStaffRequest()))).reason == "ROLE_NOT_ALLOWED"
        assert (await refusal(platform.accounts.CreateServiceAccount(request))).reason == "ROLE_NOT_ALLOWED"
    with act_as(administrator.token):
        revoking = accounts_pb.RevokeServiceAccountRequest(account_id=account_id, reason="系统更换")
        await platform.accounts.RevokeServiceAccount(revoking)

    async def refused() -> bool:
        with act_as(token):
            try:
                await platform.webhooks.ListWebhooks(pb.ListWebhooksRequest())
            except DomainError as error:
                return error.reason == "SESSION_ENDED"
        return False

    await eventually(refused, "notify has heard of it", 5)
    assert (await refusal(platform.accounts.SignInServiceAccount(signing_in))).reason == "BAD_SERVICE_SECRET"


async def test_hook_05_an_address_inside_is_refused_where_trials_are_not_allowed(
    database_url: Callable[[str], str], nats_url: str, tmp_path: Path
) -> None:
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
        system = await stack.enter_async_context(receiver())
        webhooks = channel.stub(WebhookServiceStub)
        administrator = await people.staff("base_administrator")
        port = system.url.split(":")[-1]
        for url, reason in (
            (system.url, "URL_FORMAT"),
            (f"https://127.0.0.1:{port}", "ADDRESS_NOT_ALLOWED"),
            ("https://169.254.169.254/latest/meta-data", "ADDRESS_NOT_ALLOWED"),
        ):
            request = pb.CreateWebhookRequest(name="内网", url=url, event_types=[APPROVED], idempotency_key=new_id())
            with act_as(administrator.token):
                assert (await refusal(webhooks.CreateWebhook(request))).reason == reason
        assert system.heard == []
