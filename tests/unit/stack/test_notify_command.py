"""OPS-07: `residency notify …`: what is asked of notify, what is said, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from typer.testing import CliRunner, Result

from residency.notify.v1 import campaign_service_pb2 as campaigns
from residency.notify.v1 import delivery_pb2
from residency.notify.v1 import delivery_service_pb2 as pb
from services.cli import asking, output
from services.cli.main import build
from services.kit.domain import DomainError

PERSON = "0199aaaa-0000-7000-8000-000000000001"
DELIVERY = "0199eeee-0000-7000-8000-000000000001"
FIRST, SECOND = "0199cccc-0000-7000-8000-000000000001", "0199dddd-0000-7000-8000-000000000002"


def stamp(moment: str) -> Timestamp:
    found = Timestamp()
    found.FromJsonString(moment)
    return found


def a_delivery(state: delivery_pb2.DeliveryState, number: int = 0, **more: Any) -> delivery_pb2.Delivery:
    return delivery_pb2.Delivery(
        delivery_id=f"{DELIVERY[:-3]}{number:03}",
        channel=delivery_pb2.CHANNEL_SMS,
        state=state,
        sent_to="138****0000",
        due_at=stamp("2023-07-12T01:00:00Z"),
        template="application_approved",
        **more,
    )


class Notify:
    """What notify answers; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.down = ""
        self.failed = 3
        self.told = True
        self.campaigns = [self._campaign(FIRST), self._campaign(SECOND)]

    async def GetDeliveryStatus(self, _: pb.GetDeliveryStatusRequest) -> pb.GetDeliveryStatusResponse:
        sms = pb.ChannelStatus(
            channel=delivery_pb2.CHANNEL_SMS,
            adapter="http",
            queued=7,
            oldest_seconds=12.4,
            limit_per_second=200,
            failed_last_day={"TEXTS_QUOTA": 2},
            down=self.down,
        )
        off = pb.ChannelStatus(channel=delivery_pb2.CHANNEL_WECHAT)
        return pb.GetDeliveryStatusResponse(channels=[sms, off], unrouted=4)

    async def ListTemplates(self, _: pb.ListTemplatesRequest) -> pb.ListTemplatesResponse:
        approved = pb.TemplateInfo(
            template="application_approved",
            title="审核通过通知",
            kind=delivery_pb2.NOTICE_KIND_APPLICATION,
            channels=[delivery_pb2.CHANNEL_INBOX, delivery_pb2.CHANNEL_SMS],
            parameters={"base": "text"},
            edition="0123456789abcdef",
        )
        return pb.ListTemplatesResponse(templates=[approved])

    async def PreviewTemplate(self, request: pb.PreviewTemplateRequest) -> pb.PreviewTemplateResponse:
        self.asked.append(request)
        return pb.PreviewTemplateResponse(
            texts=[
                pb.ChannelText(
                    channel=delivery_pb2.CHANNEL_EMAIL, title="通知", body="第一行\n第二行", html="<p>通知</p>"
                ),
                pb.ChannelText(channel=delivery_pb2.CHANNEL_SMS, body="短信"),
            ]
        )

    async def ListTold(self, request: pb.ListToldRequest) -> pb.ListToldResponse:
        self.asked.append(request)
        inbox = delivery_pb2.Delivery(
            channel=delivery_pb2.CHANNEL_INBOX,
            state=delivery_pb2.DELIVERY_STATE_DELIVERED,
            delivered_at=stamp("2023-07-12T01:00:00Z"),
        )
        message = pb.Told(
            message_id=FIRST,
            template="application_approved",
            title="审核通过通知",
            body="报考基地：齐鲁医院",
            written_at=stamp("2023-07-12T01:00:00Z"),
            read_at=stamp("2023-07-12T02:00:00Z"),
            deliveries=[inbox, a_delivery(delivery_pb2.DELIVERY_STATE_FAILED, reason="NUMBER_DEAD", attempts=2)],
            texts=[pb.ChannelText(channel=delivery_pb2.CHANNEL_SMS, body="您已通过审核")],
        )
        return pb.ListToldResponse(told=[message] if self.told else [])

    async def ListFailed(self, request: pb.ListFailedRequest) -> pb.ListFailedResponse:
        self.asked.append(pb.ListFailedRequest.FromString(request.SerializeToString()))
        begin = int(request.page_token or 0)
        end = min(begin + min(request.page_size, 2), self.failed)
        found = [a_delivery(delivery_pb2.DELIVERY_STATE_FAILED, n, reason="REFUSED") for n in range(begin, end)]
        return pb.ListFailedResponse(deliveries=found, next_page_token=str(end) if end < self.failed else "")

    async def RedriveDeliveries(self, request: pb.RedriveDeliveriesRequest) -> pb.RedriveDeliveriesResponse:
        self.asked.append(request)
        return pb.RedriveDeliveriesResponse(queued=2, expired=1)

    async def ListCampaigns(self, _: campaigns.ListCampaignsRequest) -> campaigns.ListCampaignsResponse:
        return campaigns.ListCampaignsResponse(campaigns=self.campaigns)

    async def GetCampaign(self, request: campaigns.GetCampaignRequest) -> campaigns.GetCampaignResponse:
        step = campaigns.CampaignStep(what="paused", by="p", at=stamp("2023-07-12T01:00:00Z"), reason="拥堵")
        return campaigns.GetCampaignResponse(campaign=self._campaign(request.campaign_id), steps=[step])

    async def PauseCampaign(self, request: campaigns.PauseCampaignRequest) -> campaigns.PauseCampaignResponse:
        self.asked.append(request)
        return campaigns.PauseCampaignResponse(campaign=self._campaign(request.campaign_id))

    async def ResumeCampaign(self, request: campaigns.ResumeCampaignRequest) -> campaigns.ResumeCampaignResponse:
        self.asked.append(request)
        return campaigns.ResumeCampaignResponse(campaign=self._campaign(request.campaign_id))

    async def StopCampaign(self, request: campaigns.StopCampaignRequest) -> campaigns.StopCampaignResponse:
        self.asked.append(request)
        return campaigns.StopCampaignResponse(campaign=self._campaign(request.campaign_id))

    @staticmethod
    def _campaign(campaign_id: str) -> campaigns.Campaign:
        return campaigns.Campaign(
            campaign_id=campaign_id,
            template="campaign_round_open",
            audience="everybody",
            base_code="SD-QILU",
            parameters={"round_name": "二志愿"},
            state=campaigns.CAMPAIGN_STATE_PAUSED,
            counted=100000,
            written=4000,
            skipped=2,
            rate=200,
            deliveries={"delivered": 3990},
        )


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch) -> Notify:
    stand_in = Notify()

    def as_operator(data: Path, work: Callable[[Callable[[str], Any]], Any]) -> Any:
        return asyncio.run(work(lambda service: SimpleNamespace(stub=lambda stub_class: stand_in)))

    monkeypatch.setattr(asking, "as_operator", as_operator)
    return stand_in


def residency(*arguments: str) -> Result:
    return CliRunner().invoke(build(["notify"]), ["notify", *arguments], env={"COLUMNS": "220"})


def told(*arguments: str) -> Any:
    result = residency(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_status_tells_how_each_channel_does_and_fails_while_one_is_down(notify: Notify) -> None:
    sms, wechat = told("status")["channels"]
    assert (sms["channel"], sms["queued"], sms["failed_last_day"]) == ("sms", 7, {"TEXTS_QUOTA": 2})
    assert wechat["adapter"] == ""
    for_people = residency("status").output
    for word in ("TEXTS_QUOTA 2", "12 s", "off", "4 messages"):
        assert word in for_people
    notify.down = "UNAUTHORIZED"
    result = residency("status")
    assert (result.exit_code, "UNAUTHORIZED" in result.output) == (output.FAILED, True)


def test_preview_lists_templates_or_shows_one_as_each_channel_would(notify: Notify) -> None:
    assert "base:text" in residency("preview").output
    assert told("preview")["templates"][0]["channels"] == ["inbox", "sms"]
    for_people = residency("preview", "application_approved", "--language", "en", "--with", "base=齐鲁=医院").output
    assert "email: 通知\n  第一行\n  第二行\nsms\n  短信\n" in for_people
    [request] = notify.asked
    assert (request.language, dict(request.parameters)) == ("en", {"base": "齐鲁=医院"})
    assert residency("preview", "application_approved", "--html").stdout == "<p>通知</p>"


def test_told_says_when_by_what_with_which_text_and_what_became_of_it(notify: Notify) -> None:
    for_people = residency("told", PERSON, "--template", "application_approved").output
    assert (
        "inbox: delivered, 2023-07-12T01:00:00+00:00, read 2023-07-12T02:00:00+00:00\n    报考基地：齐鲁医院"
        in for_people
    )
    assert "sms: failed (NUMBER_DEAD), due 2023-07-12T01:00:00+00:00, to 138****0000, 2 attempts" in for_people
    assert "    您已通过审核" in for_people
    [message] = told("told", PERSON)
    assert [way["channel"] for way in message["deliveries"]] == ["inbox", "sms"]
    assert message["dropped_at"] is None
    notify.told = False
    assert residency("told", PERSON).exit_code == output.NOT_FOUND


def test_failed_reads_as_many_pages_as_it_takes(notify: Notify) -> None:
    assert len(told("failed", "--channel", "sms", "--reason", "REFUSED")) == 3
    assert [request.page_token for request in notify.asked] == ["", "2"]
    assert {(request.channel, request.reason) for request in notify.asked} == {(delivery_pb2.CHANNEL_SMS, "REFUSED")}
    assert len(told("failed", "--limit", "1")) == 1
    assert "138****0000" in residency("failed").output
    notify.failed = 0
    assert "nothing was given up" in residency("failed").output


def test_redrive_takes_names_or_all_that_match(notify: Notify) -> None:
    assert "2 queued again, 1 expired" in residency("redrive", DELIVERY).output
    assert told("redrive", "--all", "--channel", "sms") == {"queued": 2, "expired": 1}
    named, every = notify.asked
    assert list(named.delivery_ids) == [DELIVERY]
    assert (list(every.delivery_ids), every.channel) == ([], delivery_pb2.CHANNEL_SMS)


def test_a_campaign_is_named_by_how_it_begins(notify: Notify) -> None:
    assert [each["campaign_id"] for each in told("campaign", "list")] == [FIRST, SECOND]
    for_people = residency("campaign", "show", "0199c").output
    for word in ("4000 of 100000", "200/s", "base_code SD-QILU", "round_name: 二志愿", "delivered 3990", "拥堵"):
        assert word in for_people
    assert told("campaign", "show", FIRST)["steps"][0]["what"] == "paused"
    for wanted, code in (("0199", output.CONFLICT), ("f", output.NOT_FOUND)):
        error = residency("campaign", "show", wanted).exception
        assert isinstance(error, DomainError)
        assert output.EXIT_CODES[error.kind] == code


def test_a_campaign_is_paused_resumed_and_stopped(notify: Notify) -> None:
    assert told("campaign", "pause", "0199c", "--reason", "拥堵")["state"] == "paused"
    assert "4000 of 100000 written" in residency("campaign", "resume", "0199d").output
    told("campaign", "stop", FIRST, "--reason", "内容有误")
    paused, resumed, stopped = notify.asked
    assert (paused.campaign_id, paused.reason) == (FIRST, "拥堵")
    assert resumed.campaign_id == SECOND
    assert stopped.reason == "内容有误"


def test_without_campaigns_it_says_so(notify: Notify) -> None:
    notify.campaigns = []
    assert "no campaigns" in residency("campaign", "list").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "x", "--language", "fr"),
        ("preview", "x", "--with", "base"),
        ("failed", "--channel", "pigeon"),
        ("redrive",),
        ("redrive", DELIVERY, "--all"),
        ("redrive", "--all", "--channel", "inbox"),
        ("campaign", "pause", FIRST),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(notify: Notify, arguments: tuple[str, ...]) -> None:
    assert residency(*arguments).exit_code == output.USAGE
    assert notify.asked == []
