"""Notices in a real browser: a mail in its frame, a count that goes to nothing, a campaign that goes on by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from residency.notify.v1 import campaign_service_pb2
from tests.support.portal_browser import PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_upstream import Upstream

pytestmark = needs_chromium


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """The portal before the fake upstream, and a browser."""
    async with open_desk(Upstream()) as opened:
        yield opened


async def test_web_01_a_mail_has_its_style_and_runs_nothing(desk: Desk) -> None:
    async with desk.page("applicant", PHONE) as page:
        await page.goto("/outbox")
        await page.click("text=查看邮件")
        mail = page.frame_locator("iframe.mail")
        await expect(mail.locator("p")).to_have_text("请登录核对。")
        await expect(mail.locator("body")).to_have_css("color", "rgb(11, 74, 124)")
        assert [each for each in desk.complaints if "Blocked script execution" not in each] == []
        assert len(desk.complaints) == 1
        async with page.expect_popup() as opened:
            await page.click("text=在新窗口打开")
        await expect((await opened.value).locator("h1")).to_have_text("审核通过")


async def test_every_message_is_marked_and_the_count_goes(desk: Desk) -> None:
    for number in range(3):
        desk.upstream.notify.write(f"消息{number}", "正文")
    async with desk.page("applicant", PHONE) as page:
        await page.goto("/messages?kind=application")
        await expect(page.locator("#unread .count")).to_contain_text("3")
        await page.click("text=全部标为已读")
        await expect(page.locator("main [role=status]")).to_have_text("已全部标为已读")
        await expect(page.locator("#unread .count")).to_have_count(0)
        assert await page.input_value("#kind") == "application"
    assert desk.complaints == []


async def test_a_campaign_goes_on_by_itself_until_it_stands_elsewhere(desk: Desk) -> None:
    campaign = desk.upstream.campaigns.add("campaign_text", "RUNNING", 300)
    async with desk.page("province") as page:
        await page.goto(f"/province/campaigns/{campaign.campaign_id}")
        await page.click("summary:has-text('暂停')")
        await page.fill("#reason-pause", "写到一半")
        campaign.written = 900
        await expect(page.locator("#progress")).to_contain_text("已写入 900 人")
        # What is being typed beside it stays.
        assert await page.input_value("#reason-pause") == "写到一半"
        await page.fill("#reason-pause", "")
        page.on("dialog", lambda dialog: dialog.accept())
        campaign.state = campaign_service_pb2.CAMPAIGN_STATE_FINISHED
        await expect(page.locator("h1 .tag")).to_have_text("已写完")
    assert desk.complaints == []
