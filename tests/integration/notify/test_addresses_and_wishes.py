"""Wishes and addresses over the wire, beside a real identity: numbers and staff are asked of it, codes prove addresses,
whom it erases is forgotten (MSG-28 to MSG-31, PRIV-05)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from residency.identity.v1 import contact_service_pb2, events_pb2
from residency.identity.v1.contact_service_pb2_grpc import ContactServiceStub
from residency.notify.v1 import preference_service_pb2 as pb
from residency.notify.v1.delivery_pb2 import (
    CHANNEL_EMAIL,
    CHANNEL_SMS,
    CHANNEL_WECHAT,
    NOTICE_KIND_CAMPAIGN,
    NOTICE_KIND_SECURITY,
)
from residency.notify.v1.delivery_service_pb2 import ListKeptRequest
from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from residency.notify.v1.preference_service_pb2_grpc import PreferenceServiceStub
from services.access import channel_to, machine_token
from services.kit import vault
from services.kit.auth import act_as
from services.kit.domain import DomainError
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.kit.vault import Vault
from services.notify import service as notify_service
from services.notify.contacts import Contacts
from services.notify.domain import channels
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.unsubscribing import token_of
from services.notify.settings import NotifySettings
from services.notify.wishes import unsubscribing_key
from tests.support.deliveries import publish
from tests.support.people import BASE, OTHER_BASE, SECRETS, Account, People, identity, running
from tests.support.wait import eventually


@dataclass
class Platform:
    people: People
    service: Any
    settings: NotifySettings
    messaging: Messaging
    deliveries: Any
    safe: Vault = field(repr=False)

    async def read(self, who: Account) -> pb.GetPreferencesResponse:
        with act_as(who.token):
            answer: pb.GetPreferencesResponse = await self.service.GetPreferences(pb.GetPreferencesRequest())
        return answer

    async def code(self, who: Account) -> str:
        """The code as it came to the mailbox that `who` named, which the local default keeps."""
        found: list[str] = []

        async def arrived() -> bool:
            with act_as(who.token):
                kept = (await self.deliveries.ListKept(ListKeptRequest(channel=CHANNEL_EMAIL))).kept
            found.extend(each.text.body for each in kept if each.delivery.template == "address_code")
            return bool(found)

        await eventually(arrived, "the code came")
        return next(part[:6] for part in found[0].split("：") if part[:6].isdigit())


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
        notify = Channel(await stack.enter_async_context(running(notify_service.parts(settings))))
        stack.push_async_callback(notify.close)
        messaging = Messaging(nats_url)
        await messaging.start()
        stack.push_async_callback(messaging.stop)
        stubs = notify.stub(PreferenceServiceStub), notify.stub(DeliveryServiceStub)
        yield Platform(people, stubs[0], settings, messaging, stubs[1], vault.of("notify", settings))


async def refusal(call: Any) -> str:
    with pytest.raises(DomainError) as error:
        await call
    return error.value.reason


async def test_msg_28_numbers_and_staff_are_asked_of_identity(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MSG-28: by the machine of notify only, some hundreds at a time; what is no person's id keeps nobody back."""
    people = platform.people
    someone = await people.register_applicant()
    reviewer, auditor = await people.staff("base_reviewer"), await people.staff("auditor")
    channel = channel_to("identity", platform.settings, machine_token("notify", platform.settings))
    contacts = Contacts(channel)
    asked = [new_id() for _ in range(600)]
    found = await contacts.mobiles([*asked, someone.person_id, reviewer.person_id, "s", someone.person_id])
    assert found == {each.person_id: f"+86{each.mobile}" for each in (someone, reviewer)}
    assert await contacts.staff([BASE, OTHER_BASE, "37"]) == {BASE: (reviewer.person_id,)}
    assert auditor.person_id not in str(await contacts.staff(["37"]))

    # For a minute the same staff are the same; an organisation not asked about yet is asked about.
    other = await people.staff("base_administrator")
    assert await contacts.staff([BASE]) == {BASE: (reviewer.person_id,)}
    monkeypatch.setattr("services.notify.contacts.STAFF_SECONDS", 0.0)
    later = Contacts(channel)
    assert set((await later.staff([BASE]))[BASE]) == {reviewer.person_id, other.person_id}
    third = await people.staff("teaching_department")
    assert third.person_id in (await later.staff([BASE]))[BASE], "after that they are asked for again"
    await channel.close()

    service = people.stub(ContactServiceStub)
    request = contact_service_pb2.ListMobilesRequest(person_ids=[someone.person_id])
    for token in (someone.token, auditor.token, await people.machine("operator"), await people.machine("worker")):
        with act_as(token):
            assert await refusal(service.ListMobiles(request)) == "ROLE_NOT_ALLOWED"


async def test_one_proves_chooses_unsubscribes_and_is_forgotten(platform: Platform) -> None:
    """MSG-29, MSG-30, MSG-31 and PRIV-05 from beginning to end."""
    someone, service = await platform.people.register_applicant(), platform.service
    before = await platform.read(someone)
    assert before.language == "zh"
    masked = f"{someone.mobile[:3]}****{someone.mobile[-4:]}"
    assert [(each.channel, each.masked, each.address_id) for each in before.addresses] == [(CHANNEL_SMS, masked, "")]
    [locked] = [each for each in before.preferences if (each.kind, each.channel) == (NOTICE_KIND_SECURITY, CHANNEL_SMS)]
    assert (locked.wanted, locked.mandatory) == (True, True)
    assert "短信" in locked.why

    start = pb.StartAddressRequest(channel=CHANNEL_EMAIL, address="Zhang@Example.com", idempotency_key=new_id())
    scan = pb.StartAddressRequest(channel=CHANNEL_WECHAT, idempotency_key=new_id())
    wish = pb.SetPreferenceRequest(kind=NOTICE_KIND_CAMPAIGN, channel=CHANNEL_SMS, wanted=True)
    with act_as(someone.token):
        begun = await service.StartAddress(start)
        assert (await service.StartAddress(start)).address.address_id == begun.address.address_id
        assert not begun.address.HasField("verified_at")
        assert await refusal(service.StartAddress(scan)) == "ADDRESS_NOT_SUPPORTED", "no official account, no picture"
        confirm = pb.ConfirmAddressRequest(address_id=begun.address.address_id)
        confirm.code = await platform.code(someone)
        assert (await service.ConfirmAddress(confirm)).address.HasField("verified_at")
        assert (await service.SetPreference(wish)).preference.wanted
        assert (
            await refusal(
                service.SetPreference(pb.SetPreferenceRequest(kind=NOTICE_KIND_SECURITY, channel=CHANNEL_SMS))
            )
            == "PREFERENCE_MANDATORY"
        )
        await service.SetLanguage(pb.SetLanguageRequest(language="en"))

    token = token_of(unsubscribing_key(platform.safe), someone.person_id, NoticeKind.CAMPAIGN, channels.Channel.EMAIL)
    shown = await service.GetUnsubscription(pb.GetUnsubscriptionRequest(token=token))
    assert (shown.preference.kind, shown.preference.channel) == (NOTICE_KIND_CAMPAIGN, CHANNEL_EMAIL)
    assert shown.preference.wanted
    assert not (await service.Unsubscribe(pb.UnsubscribeRequest(token=token))).preference.wanted
    after = await platform.read(someone)
    said = {(each.kind, each.channel): each.wanted for each in after.preferences}
    assert not said[NOTICE_KIND_CAMPAIGN, CHANNEL_EMAIL]
    assert said[NOTICE_KIND_CAMPAIGN, CHANNEL_SMS]
    assert (after.language, len(after.addresses)) == ("en", 2)

    erased = events_pb2.PersonErased(person_id=someone.person_id)
    await publish(platform.messaging, "residency.identity.v1.person.erased", erased)

    async def forgotten() -> bool:
        return (await platform.read(someone)).language == "zh"

    await eventually(forgotten, "what was said is forgotten")
    left = await platform.read(someone)
    assert [each.channel for each in left.addresses] == [CHANNEL_SMS], "the number is identity's to forget"
    assert left.preferences == before.preferences
