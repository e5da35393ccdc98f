"""A campaign and verdicts through the whole process, over a real broker: nobody decided waits behind everybody told
(MSG-21, MSG-36), and a changed calendar tells its people by itself (MSG-38)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.notify.v1 import campaign_service_pb2 as pb
from residency.notify.v1.campaign_service_pb2_grpc import CampaignServiceStub
from services.kit.auth import act_as
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.notify import service as notify_service
from services.notify.domain.channels import Channel as Way
from services.notify.settings import NotifySettings
from tests.support.around_notify import PROVINCE, SECRET, Around
from tests.support.campaigns import CYCLE
from tests.support.deliveries import publish
from tests.support.people import running
from tests.support.wait import eventually

PEOPLE, RATE, CHANNEL = 2_000, 1_000, 400
"""The campaign is written in two seconds and needs five to leave."""
VERDICTS = 20
WISH = """
    INSERT INTO preference (person_id, kind, channel, wanted, changed_at)
    SELECT person, 'campaign', 'sms', true, now() FROM unnest($1::text[]) person
"""
LEFT = """
    SELECT m.template, m.person_id, d.state, d.delivered_at, d.due_at
    FROM message m JOIN delivery d USING (message_id) ORDER BY d.delivered_at
"""


@dataclass
class Province:
    around: Around
    campaigns: CampaignServiceStub
    messaging: Messaging
    database: asyncpg.Connection

    def li(self) -> str:
        return self.around.token("li", "province_administrator", PROVINCE)

    def wang(self) -> str:
        return self.around.token("wang", "province_administrator", PROVINCE)

    async def begin(self, **more: object) -> str:
        now = datetime.now(UTC)
        words = {
            "round_name": "第二轮",
            "opens_at": now.isoformat(),
            "closes_at": (now + timedelta(days=1)).isoformat(),
        }
        asked = pb.CreateCampaignRequest(
            cycle_id=CYCLE,
            audience="everybody",
            template="campaign_round_open",
            parameters=words,
            idempotency_key=new_id(),
            rate=RATE,
        )
        with act_as(self.li()):
            drafted = (await self.campaigns.CreateCampaign(asked)).campaign
        with act_as(self.wang()):
            await self.campaigns.ApproveCampaign(pb.ApproveCampaignRequest(campaign_id=drafted.campaign_id, version=1))
        return str(drafted.campaign_id)

    async def one(self, campaign_id: str) -> pb.Campaign:
        with act_as(self.li()):
            answer = await self.campaigns.GetCampaign(pb.GetCampaignRequest(campaign_id=campaign_id))
        campaign: pb.Campaign = answer.campaign
        return campaign


@pytest.fixture
async def province(database_url: Callable[[str], str], nats_url: str, tmp_path: Path) -> AsyncIterator[Province]:
    async with AsyncExitStack() as stack:
        around = Around([new_id() for _ in range(PEOPLE)])
        await around.start()
        stack.push_async_callback(around.stop)
        url = database_url("notify")
        settings = NotifySettings(
            database_url=SecretStr(url),
            nats_url=nats_url,
            identity_address=around.address,
            enrollment_address=around.address,
            machine_secret=SecretStr(SECRET),
            data_dir=tmp_path,
            sms_adapter="kept",
            channel_per_second={Way.SMS: CHANNEL},
            send_per_second=2 * CHANNEL,
            campaign_per_second=5 * RATE,
        )
        notify = Channel(await stack.enter_async_context(running(notify_service.parts(settings))))
        stack.push_async_callback(notify.close)
        messaging = Messaging(nats_url)
        await messaging.start()
        stack.push_async_callback(messaging.stop)
        database = await asyncpg.connect(url)
        stack.push_async_callback(database.close)
        yield Province(around, notify.stub(CampaignServiceStub), messaging, database)


async def verdict(province: Province, person_id: str) -> None:
    about = enrollment.ApplicationFact(application_id=new_id(), person_id=person_id, base_name="齐鲁医院")
    about.decided_at.FromDatetime(datetime.now(UTC))
    subject = "residency.enrollment.v1.application.reviewed"
    await publish(province.messaging, subject, enrollment.ApplicationReviewed(application=about, approved=True))


async def test_msg_36_verdicts_leave_before_a_campaign_that_waits_in_their_channel(province: Province) -> None:
    people = province.around.people
    await province.database.execute(WISH, people)
    campaign_id = await province.begin()
    waiting = "SELECT count(*) FROM delivery WHERE state = 'queued'"

    async def many_wait() -> bool:
        return bool(await province.database.fetchval(waiting) > PEOPLE // 5)

    await eventually(many_wait, "hundreds wait for their turn")
    for person_id in people[-VERDICTS:]:
        await verdict(province, person_id)

    async def all_left() -> bool:
        campaign = await province.one(campaign_id)
        return dict(campaign.deliveries) == {"delivered": PEOPLE} and campaign.state == pb.CAMPAIGN_STATE_FINISHED

    await eventually(all_left, "everybody's text has left")
    found = await province.database.fetch(LEFT)
    verdicts = [row for row in found if row["template"] == "application_approved"]
    texts = [row for row in found if row["template"] == "campaign_round_open"]
    assert sorted(row["person_id"] for row in texts) == people
    assert sorted(row["person_id"] for row in verdicts) == people[-VERDICTS:]
    last = max(row["delivered_at"] for row in verdicts)
    # Hundreds that had waited longer than any of the verdicts left after the last of them.
    first_due = min(row["due_at"] for row in verdicts)
    assert sum(1 for row in texts if row["due_at"] < first_due and row["delivered_at"] > last) > 100
    assert max((row["delivered_at"] - row["due_at"]).total_seconds() for row in verdicts) < 2.0
    campaign = await province.one(campaign_id)
    assert (campaign.counted, campaign.written, campaign.skipped) == (PEOPLE, PEOPLE, 0)


async def test_msg_38_an_urgent_change_of_the_calendar_is_told_to_everybody_once(province: Province) -> None:
    changed = enrollment.CalendarChanged(
        cycle_id=CYCLE,
        version=2,
        kind="amend",
        urgent=True,
        province_code=PROVINCE,
        reason="提前结束",
        present="一志愿",
    )
    for _ in range(3):
        await publish(province.messaging, "residency.enrollment.v1.cycle.calendar_changed", changed)
    told = "SELECT count(*) FROM message WHERE template = 'calendar_changed_applicants'"

    async def everybody() -> bool:
        return bool(await province.database.fetchval(told) == PEOPLE)

    with act_as(province.li()):

        async def begun() -> pb.Campaign | None:
            listed = await province.campaigns.ListCampaigns(pb.ListCampaignsRequest())
            return listed.campaigns[0] if listed.campaigns else None

        campaign = await eventually(begun, "the campaign began")
    assert campaign is not None
    assert (campaign.created_by, campaign.approved_by, campaign.audience) == ("system", "", "everybody")
    await eventually(everybody, "everybody was told")
    assert await province.database.fetchval("SELECT count(*) FROM campaign") == 1
    assert await province.database.fetchval(told.replace("count(*)", "count(DISTINCT person_id)")) == PEOPLE
