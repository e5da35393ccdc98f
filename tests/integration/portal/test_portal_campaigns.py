"""A province tells many: one drafts and sees the dry run, another agrees with a proof, both watch and stop."""

from __future__ import annotations

import pytest
import pytest_asyncio

from services.portal.mails import MAIL
from tests.support.portal_accounts import TOTP, Account
from tests.support.portal_story import hidden, keyed
from tests.support.portal_upstream import Upstream

HERE = "/province/campaigns"


@pytest_asyncio.fixture(autouse=True)
async def deputy(upstream: Upstream) -> None:
    """A second administrator of the province."""
    accounts = upstream.identity.accounts
    accounts["deputy"] = Account("deputy-of-the-province", accounts["province"].hats)


async def test_one_drafts_another_agrees_and_both_watch(upstream: Upstream) -> None:
    words = {"subject": "请尽快核对信息", "text": "请登录核对，\n逾期不再受理。"}
    order = {"template": "campaign_text", "audience": "unplaced", "base_code": "SD-QILU", "rate": "50"}
    async with upstream.browser("province") as one, upstream.browser("deputy", proved=False) as other:
        chosen = (await one.get(f"{HERE}/new?template=campaign_text")).text
        for told in ("示例标题", "提交过、尚未被拟录取的报名人", 'name="subject"', 'name="text"'):
            assert told in chosen, told
        assert ("招录日程调整通知" in chosen, "各培训基地" in chosen) == (False, False)
        form = keyed(**order, **words | {"text": words["text"].replace("\n", "\r\n")})
        empty = await one.post(f"{HERE}/new", data=form | {"subject": ""})
        assert (empty.status_code, 'href="#subject-draft"' in empty.text) == (422, True)
        assert "逾期不再受理" in empty.text
        nobody = await one.post(f"{HERE}/new", data=form | {"audience": ""})
        assert nobody.status_code == 422
        drafted = await one.post(f"{HERE}/new", data=form | {"starts_at": "2023-07-09T08:00"})
        (campaign,) = upstream.campaigns.kept
        here = f"{HERE}/{campaign.campaign_id}"
        assert drafted.headers["location"] == f"{here}?done=campaign_drafted"
        assert dict(campaign.parameters) == words
        assert (campaign.rate, campaign.base_code, campaign.starts_at.ToJsonString()) == (
            50, "SD-QILU", "2023-07-09T00:00:00Z",
        )  # fmt: skip
        assert (await one.post(f"{HERE}/new", data=form | {"starts_at": "2023-07-09T08:00"})).status_code == 303
        assert len(upstream.campaigns.kept) == 1

        mine = (await one.get(here)).text
        for told in ("请尽快核对信息", "待批准", "1284", "约 1 分 5 秒", "短信", "山东大学齐鲁医院", "由您起草"):
            assert told in mine, told
        assert "批准发送" not in mine
        mail = await one.get(f"{here}/mail")
        assert mail.headers.get_list("content-security-policy") == [MAIL]

        seen = await other.get(here)
        version = hidden(seen, "version")
        unsure = await other.post(f"{here}/approve", data=keyed(version=version))
        assert (unsure.status_code, 'href="#sure"' in unsure.text) == (422, True)
        owed = await other.post(f"{here}/approve", data=keyed(version=version, sure="yes"))
        assert (owed.status_code, "再次验证身份" in owed.text) == (403, True)
        proof = {name: hidden(owed, name) for name in ("challenge_id", "factors", "next", "method")}
        carried = {f"carry.{name}": hidden(owed, f"carry.{name}") for name in ("version", "sure", "idempotency_key")}
        proved = await other.post("/prove/proof", data=proof | carried | {"totp": TOTP})
        assert (proved.status_code, f'action="{here}/approve"' in proved.text) == (200, True)
        again = {name.removeprefix("carry."): value for name, value in carried.items()}
        agreed = await other.post(f"{here}/approve", data=again)
        assert agreed.headers["location"] == f"{here}?done=campaign_approved"

        campaign.written, campaign.skipped = 300, 1
        running = (await one.get(here)).text
        for told in (
            "发送中",
            "已写入 <b>300</b> 人",
            "跳过 1 人",
            'value="301"',
            f'data-poll="{here}/progress?state=',
        ):
            assert told in running, told
        part = await one.get(f"{here}/progress?state=running")
        assert (part.status_code, 'id="progress"' in part.text) == (200, True)
        paused = await one.post(f"{here}/pause", data=keyed(reason="核对文字"))
        assert paused.headers["location"] == f"{here}?done=campaign_paused"
        # A page that still shows it running is sent to the whole one.
        assert (await other.get(f"{here}/progress?state=running")).headers["location"] == here
        assert (await other.post(f"{here}/resume", data=keyed())).headers["location"].endswith("campaign_resumed")
        stopped = await one.post(f"{here}/stop", data=keyed(reason="内容有误"))
        assert stopped.headers["location"] == f"{here}?done=campaign_stopped"
        over = await one.get(here)
        for told in ("已终止", "核对文字", "内容有误", "另一人", "本人"):
            assert told in over.text, told
        for gone in ("批准发送", "恢复发送", "data-poll"):
            assert gone not in over.text, gone
        late = await one.post(f"{here}/pause", data=keyed())
        assert (late.status_code, "当前状态不能办理" in late.text) == (409, True)
        listed = (await one.get(HERE)).text
        assert ("请尽快核对信息" in listed, "已终止" in listed, "300 / 1284" in listed) == (True, True, True)


async def test_what_was_changed_meanwhile_is_looked_at_again(upstream: Upstream) -> None:
    campaign = upstream.campaigns.add("campaign_text", "DRAFT")
    here = f"{HERE}/{campaign.campaign_id}"
    async with upstream.browser("province") as browser:
        version = hidden(await browser.get(here), "version")
        campaign.version += 1
        stale = await browser.post(f"{here}/approve", data=keyed(version=version, sure="yes"))
        assert (stale.status_code, "请重新核对" in stale.text) == (409, True)
        assert hidden(stale, "version") == "2"
        calendar = upstream.campaigns.add("calendar_changed_applicants", "FINISHED")
        calendar.created_by = "system"
        told = (await browser.get(f"{HERE}/{calendar.campaign_id}")).text
        assert ("招录日程调整通知" in told, "系统，" in told) == (True, True)
        dry = f"{HERE}/{calendar.campaign_id}?preview=yes"
        assert ("将写给" in told, "将写给" in (await browser.get(dry)).text) == (False, True)
        assert (await browser.get(f"{HERE}/nothing")).status_code in {404, 422}


@pytest.mark.parametrize("login", ["applicant", "reviewer", "auditor"])
async def test_nobody_else_has_these_pages(upstream: Upstream, login: str) -> None:
    async with upstream.browser(login) as browser:
        assert (await browser.get(HERE)).status_code == 403
        assert (await browser.get(f"{HERE}/new")).status_code == 403
