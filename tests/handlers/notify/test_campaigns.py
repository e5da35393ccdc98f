"""MSG-34, MSG-35 and MSG-38 on a real database: who drafts, approves and ends a campaign, and what that does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.notify.v1 import campaign_service_pb2 as pb
from services.kit.auth import serving
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.domain.campaigns import Audience, State, Step
from services.notify.domain.channels import Channel
from services.notify.domain.templates import TEXT_MAX
from services.notify.grpc_api.campaigns import CampaignApi
from services.notify.handlers.campaigns import CampaignHandlers
from services.notify.handlers.previewing import Previewing
from tests.support.campaigns import CYCLE, ELSEWHERE, LI, NOON, WANG, Clock, Crowd, order, plain_letter
from tests.support.postgres import PostgresServer

OPERATOR = Caller("operator", "operator")
AUDITOR = Caller("a", "auditor", "37")


@dataclass
class Office:
    handlers: CampaignHandlers
    database: Database
    crowd: Crowd
    clock: Clock
    poked: int = 0

    def poke(self) -> None:
        self.poked += 1

    async def hear(self, fact: enrollment.CalendarChanged) -> None:
        async with self.database.unit_of_work() as uow:
            await self.handlers.begin_for_calendar(uow, fact)

    async def refused(self, coroutine: object) -> tuple[str, str]:
        with pytest.raises(DomainError) as refusal:
            await coroutine  # type: ignore[misc]
        return refusal.value.reason, refusal.value.field


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    """One for all tests here, each of which begins without campaigns."""
    url = postgres.database("notify")
    database = Database(url, name="notify", pool_size=4)
    await database.start()
    yield database
    await database.stop()
    postgres.drop(url)


@pytest.fixture
async def office(database: Database) -> Office:
    await database.execute("TRUNCATE campaign CASCADE")
    crowd, clock = Crowd([new_id() for _ in range(7)], ["SD-QILU"]), Clock()
    handlers = CampaignHandlers(database, clock, crowd, Previewing(plain_letter), usual_rate=200)
    office = Office(handlers, database, crowd, clock)
    handlers.on_step(office.poke)
    return office


async def test_msg_34_one_drafts_and_another_of_the_same_province_approves(office: Office) -> None:
    handlers = office.handlers
    drafted = (await handlers.create_campaign(LI, order())).campaign
    assert (drafted.state, drafted.province_code, drafted.rate, drafted.counted) == (State.DRAFT, "37", 200, 7)
    assert office.poked == 0
    assert await office.refused(handlers.approve_campaign(LI, drafted.campaign_id, 1)) == ("OWN_CAMPAIGN", "")
    assert (await office.refused(handlers.approve_campaign(ELSEWHERE, drafted.campaign_id, 1)))[0] == (
        "CAMPAIGN_NOT_FOUND"
    )
    assert await office.refused(handlers.approve_campaign(WANG, drafted.campaign_id, 7)) == (
        "CAMPAIGN_CHANGED",
        "version",
    )
    view = await handlers.approve_campaign(WANG, drafted.campaign_id, 1)
    assert (view.campaign.state, view.campaign.approved_by, view.campaign.version) == (State.RUNNING, "wang", 2)
    assert view.expected_at == NOON + timedelta(seconds=7 / 200)
    assert office.poked == 1
    assert (await handlers.approve_campaign(WANG, drafted.campaign_id, 1)).campaign == view.campaign
    _, steps = await handlers.get_campaign(AUDITOR, drafted.campaign_id)
    assert [(step.what, step.by) for step in steps] == [(Step.CREATED, "li"), (Step.APPROVED, "wang")]


async def test_msg_34_the_same_order_is_drafted_once(office: Office) -> None:
    once = order()
    first = await office.handlers.create_campaign(LI, once)
    assert (await office.handlers.create_campaign(LI, once)).campaign == first.campaign
    other = replace(once, rate=5)
    assert await office.refused(office.handlers.create_campaign(LI, other)) == ("KEY_REUSED", "idempotency_key")
    assert (await office.handlers.create_campaign(WANG, once)).campaign.campaign_id != first.campaign.campaign_id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"template": "application_approved"}, "NOT_FOR_CAMPAIGNS"),
        ({"template": "no_such"}, "TEMPLATE_UNKNOWN"),
        ({"audience": Audience.BASES}, "TEMPLATE_AUDIENCE"),
        ({"template": "campaign_text_staff"}, "TEMPLATE_AUDIENCE"),
        ({"parameters": {"subject": "只有标题"}}, "PARAMETERS_WRONG"),
        ({"parameters": {"subject": "长", "text": "文" * (TEXT_MAX + 1)}}, "PARAMETER_TOO_LONG"),
    ],
)
async def test_msg_34_only_what_can_be_sent_is_drafted(office: Office, changes: dict[str, object], reason: str) -> None:
    assert (await office.refused(office.handlers.create_campaign(LI, order(**changes))))[0] == reason
    assert (await office.handlers.list_campaigns(LI, 0, ""))[0] == []


async def test_msg_34_provinces_see_their_own_and_operators_all(office: Office) -> None:
    assert (await office.refused(office.handlers.create_campaign(ELSEWHERE, order())))[0] == "CYCLE_NOT_FOUND"
    ids = [(await office.handlers.create_campaign(LI, order())).campaign.campaign_id for _ in range(3)]
    first, token = await office.handlers.list_campaigns(WANG, 2, "")
    rest, end = await office.handlers.list_campaigns(OPERATOR, 2, token)
    assert [view.campaign.campaign_id for view in (*first, *rest)] == ids[::-1]
    assert end == ""
    for stranger in (ELSEWHERE, Caller("x", "auditor")):
        assert await office.handlers.list_campaigns(stranger, 0, "") == ([], "")
        assert (await office.refused(office.handlers.get_campaign(stranger, ids[0])))[0] == "CAMPAIGN_NOT_FOUND"
        assert (await office.refused(office.handlers.preview_campaign(stranger, ids[0])))[0] == "CAMPAIGN_NOT_FOUND"
    assert await office.refused(office.handlers.list_campaigns(LI, 0, "x")) == ("PAGE_TOKEN", "page_token")


async def test_msg_34_the_dry_run_counts_names_a_few_and_shows_the_words(office: Office) -> None:
    drafted = (await office.handlers.create_campaign(LI, order(rate=2))).campaign
    office.crowd.people.append(new_id())
    run = await office.handlers.preview_campaign(LI, drafted.campaign_id)
    assert (run.count, run.seconds) == (8, 4)
    assert run.sample == tuple(sorted(office.crowd.people)[:5])
    texts = {text.channel: text for text in run.texts}
    assert texts[Channel.INBOX].title == "第二轮填报"
    assert texts[Channel.INBOX].body == "第二轮填报已开放。"
    assert texts[Channel.EMAIL].html == "<p>第二轮填报</p>"
    view, steps = await office.handlers.get_campaign(LI, drafted.campaign_id)
    assert (view.campaign.state, view.campaign.counted, view.campaign.version) == (State.DRAFT, 7, 1), "it only reads"
    assert len(steps) == 1
    assert await office.database.fetchval("SELECT count(*) FROM message") == 0


async def test_msg_34_the_dry_run_of_bases_names_organisations(office: Office) -> None:
    asked = order(audience=Audience.BASES, template="campaign_text_staff")
    drafted = (await office.handlers.create_campaign(LI, asked)).campaign
    assert (await office.handlers.preview_campaign(LI, drafted.campaign_id)).sample == ("SD-QILU",)


async def test_msg_35_it_is_paused_resumed_and_ended_with_a_reason_each_once(office: Office) -> None:
    handlers = office.handlers
    campaign_id = (await handlers.create_campaign(LI, order())).campaign.campaign_id
    assert (await office.refused(handlers.pause_campaign(LI, campaign_id, "")))[0] == "CAMPAIGN_STATE"
    await handlers.approve_campaign(WANG, campaign_id, 1)
    for _ in range(2):
        paused = await handlers.pause_campaign(LI, campaign_id, "先等等")
        assert (paused.campaign.state, paused.expected_at) == (State.PAUSED, None)
    for _ in range(2):
        assert (await handlers.resume_campaign(OPERATOR, campaign_id)).campaign.state is State.RUNNING
    for _ in range(2):
        stopped = await handlers.stop_campaign(WANG, campaign_id, "内容有误")
        assert (stopped.campaign.state, stopped.campaign.finished_at) == (State.STOPPED, None)
    assert (await office.refused(handlers.resume_campaign(LI, campaign_id)))[0] == "CAMPAIGN_STATE"
    _, steps = await handlers.get_campaign(LI, campaign_id)
    assert [(step.what.value, step.by, step.reason) for step in steps][2:] == [
        ("paused", "li", "先等等"),
        ("resumed", "operator", ""),
        ("stopped", "wang", "内容有误"),
    ]


async def test_msg_35_a_draft_that_is_stopped_is_over_at_once(office: Office) -> None:
    drafted = (await office.handlers.create_campaign(LI, order())).campaign
    stopped = (await office.handlers.stop_campaign(LI, drafted.campaign_id, "")).campaign
    assert (stopped.state, stopped.finished_at) == (State.STOPPED, NOON)
    assert (await office.refused(office.handlers.approve_campaign(WANG, drafted.campaign_id, 2)))[0] == "CAMPAIGN_STATE"


async def test_msg_38_an_urgent_change_of_a_calendar_begins_one_campaign_a_version(office: Office) -> None:
    changed = enrollment.CalendarChanged(
        cycle_id=CYCLE, version=3, kind="amend", urgent=True, province_code="37", reason="提前结束", present="一志愿"
    )
    changed.next_at.FromDatetime(NOON + timedelta(days=1))
    for _ in range(3):
        await office.hear(changed)
    quiet = enrollment.CalendarChanged(cycle_id=CYCLE, version=4, kind="amend", province_code="37")
    await office.hear(quiet)
    held = enrollment.CalendarChanged(cycle_id=CYCLE, version=5, kind="hold", urgent=True, province_code="37")
    held.next_at.CopyFrom(changed.next_at)
    await office.hear(held)
    views, _ = await office.handlers.list_campaigns(LI, 0, "")
    assert [view.campaign.parameters for view in views] == [
        {"reason": "", "present": "—", "next_at": ""},
        {"reason": "提前结束", "present": "一志愿", "next_at": "2023-08-02T04:00:00+00:00"},
    ]
    campaign = views[1].campaign
    assert (campaign.state, campaign.audience, campaign.created_by) == (State.RUNNING, Audience.EVERYBODY, "system")
    assert (campaign.approved_by, campaign.approved_at) == ("", NOON)
    _, steps = await office.handlers.get_campaign(LI, campaign.campaign_id)
    assert [(step.what, step.by) for step in steps] == [(Step.CREATED, "")]


async def test_what_enrollment_refuses_is_refused(office: Office) -> None:
    drafted = (await office.handlers.create_campaign(LI, order())).campaign
    office.crowd.away = DomainError(Kind.INVALID, "UNKNOWN_BASE", "没有这个培训基地。", field="base_code")
    assert await office.refused(office.handlers.create_campaign(LI, order())) == ("UNKNOWN_BASE", "base_code")
    refused = office.handlers.preview_campaign(LI, drafted.campaign_id)
    assert await office.refused(refused) == ("UNKNOWN_BASE", "base_code")


async def test_the_contract_says_the_same(office: Office) -> None:
    api = CampaignApi(office.handlers)
    asked = pb.CreateCampaignRequest(
        cycle_id=CYCLE,
        audience="unplaced",
        template="campaign_round_open",
        parameters={
            "round_name": "第二轮",
            "opens_at": "2023-08-01T08:00:00+08:00",
            "closes_at": "2023-08-10T18:00:00+08:00",
        },
        rate=100,
        idempotency_key="campaign-api-1",
    )
    asked.starts_at.FromDatetime(NOON + timedelta(hours=1))
    with serving(LI):
        drafted = (await api.CreateCampaign(asked, None)).campaign  # type: ignore[arg-type]
        run = await api.PreviewCampaign(pb.PreviewCampaignRequest(campaign_id=drafted.campaign_id), None)  # type: ignore[arg-type]
    assert (drafted.state, drafted.rate, drafted.counted) == (pb.CAMPAIGN_STATE_DRAFT, 100, 7)
    assert drafted.parameters["opens_at"] == "2023-08-01T00:00:00+00:00"
    assert drafted.starts_at == asked.starts_at
    assert not drafted.HasField("approved_at")
    assert (run.count, len(run.sample), run.seconds) == (7, 5, 1)
    assert "第二轮已开放填报" in run.texts[0].body
    with serving(WANG):
        approve = pb.ApproveCampaignRequest(campaign_id=drafted.campaign_id, version=drafted.version)
        running = (await api.ApproveCampaign(approve, None)).campaign  # type: ignore[arg-type]
        got = await api.GetCampaign(pb.GetCampaignRequest(campaign_id=drafted.campaign_id), None)  # type: ignore[arg-type]
        listed = await api.ListCampaigns(pb.ListCampaignsRequest(), None)  # type: ignore[arg-type]
    assert running.state == pb.CAMPAIGN_STATE_RUNNING
    assert running.expected_at.ToDatetime() > asked.starts_at.ToDatetime()
    assert [step.what for step in got.steps] == ["created", "approved"]
    assert [each.campaign_id for each in listed.campaigns] == [drafted.campaign_id]
