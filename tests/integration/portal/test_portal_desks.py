"""The desks: staff, second signatures, support, held accounts, unlocks, the audit."""

from __future__ import annotations

import uuid

from tests.support.portal_story import hidden, keyed
from tests.support.portal_upstream import Upstream


async def test_staff_are_listed_invited_moved_and_given_an_end(upstream: Upstream) -> None:
    hat = upstream.staff.member.hat.hat_id
    async with upstream.browser("administrator") as browser:
        listing = await browser.get("/staff")
        assert "王审核" in listing.text
        form = {"name": "赵某", "mobile": "abc", "role": "base_reviewer", "organisation_code": "SD-QILU"}
        wrong = await browser.post("/staff/invite", data=keyed(**form))
        assert (wrong.status_code, 'value="赵某"' in wrong.text) == (422, True)
        invited = await browser.post("/staff/invite", data=keyed(**form | {"mobile": "13900000001"}))
        assert invited.headers["location"] == "/staff?done=invited"
        no_date = keyed(deed="expiry", reason="到期", last_day="someday")
        assert (await browser.post(f"/staff/hats/{hat}", data=no_date)).status_code == 422
        for deed in ("expiry", "move", "end", "suspend", "restore"):
            more = {"last_day": "2027-06-30", "organisation_code": "SD-QILU"}
            done = await browser.post(f"/staff/hats/{hat}", data=keyed(deed=deed, reason="人事变动", **more))
            assert done.status_code == 303, done.text
        deeds = [deed for deed, _ in upstream.staff.done]
        # The last day counts whole, in China's time.
        assert deeds == ["expiry 2027-06-30T15:59:59Z", "move to SD-QILU", "end", "suspend", "restore"]
        assert (await browser.get(f"/staff/hats/{uuid.uuid4()}")).status_code == 404


async def test_a_powerful_hat_waits_for_a_second_signature(upstream: Upstream) -> None:
    proposal = upstream.staff.proposal
    async with upstream.browser("security") as browser:
        form = {"name": "赵某", "mobile": "13900000001", "role": "auditor", "organisation_code": "37"}
        invited = await browser.post("/staff/invite", data=keyed(**form))
        assert invited.headers["location"] == "/staff?done=proposed"
        waiting = await browser.get("/proposals")
        assert proposal.summary in waiting.text
        decision = keyed(then="approve", reason="已核对任命文件")
        signed = await browser.post(f"/proposals/{proposal.proposal_id}", data=decision)
        assert signed.headers["location"] == "/proposals?done=approved"
        assert "已同意" in (await browser.get("/proposals?decided=yes")).text


async def test_nobody_is_offered_to_sign_what_they_proposed(upstream: Upstream) -> None:
    proposal = upstream.staff.proposal
    proposal.proposed_by = upstream.identity.accounts["security"].person_id
    async with upstream.browser("security") as browser:
        assert "须另一人复核" in (await browser.get("/proposals")).text
        refused = await browser.post(f"/proposals/{proposal.proposal_id}", data=keyed(then="approve", reason="好的"))
        assert (refused.status_code, "不能复核自己提出的事项" in refused.text) == (403, True)


async def test_support_finds_by_post_and_reveals_with_a_reason(upstream: Upstream) -> None:
    person_id = upstream.identity.accounts["applicant"].person_id
    async with upstream.browser("support") as browser:
        assert (await browser.post("/support", data={"login": " "})).status_code == 422
        assert "没有找到" in (await browser.post("/support", data={"login": "nobody"})).text
        found = await browser.post("/support", data={"login": "applicant"})
        assert "3701************18" in found.text
        assert f"/support/persons/{person_id}" in found.text
        one = f"/support/persons/{person_id}"
        revealed = await browser.post(one, data=keyed(deed="reveal", reason="核对证件"))
        assert "37010219990101123X" in revealed.text
        assert revealed.headers["cache-control"] == "no-store"
        assert "37010219990101123X" not in (await browser.get(one)).text
        for deed in ("propose_acting", "propose_override"):
            assert (await browser.post(one, data=keyed(deed=deed, reason="工单 17"))).status_code == 303
        assert [deed for deed, _ in upstream.support.done] == ["reveal", "propose acting", "propose override"]
    async with upstream.browser("security") as browser:
        for deed in ("suspend", "restore", "reset_factor"):
            assert (await browser.post(one, data=keyed(deed=deed, reason="工单 17"))).status_code == 303
        assert (await browser.post(one, data=keyed(deed="nothing", reason="工单 17"))).status_code == 422


async def test_sections_are_unlocked_for_a_while(upstream: Upstream) -> None:
    path = f"/support/persons/{upstream.identity.accounts['applicant'].person_id}/unlocks"
    async with upstream.browser("support") as browser:
        none = await browser.post(path, data=keyed(minutes="60", reason="工单 17"))
        assert (none.status_code, "请至少选择一部分" in none.text) == (422, True)
        form = keyed(section_basic="yes", section_work="yes", minutes="60", reason="工单 17")
        assert (await browser.post(path, data=form)).status_code == 303
        shown = await browser.get(path)
        assert "解锁中" in shown.text
        assert "基本信息、工作信息" in shown.text
        end = keyed(unlock_id=hidden(shown, "unlock_id"), end_reason="已改好")
        assert (await browser.post(f"{path}/end", data=end)).status_code == 303
        assert "已提前结束" in (await browser.get(path)).text


async def test_held_accounts_are_compared_and_released(upstream: Upstream) -> None:
    person_id = upstream.identity.accounts["applicant"].person_id
    async with upstream.browser("support") as browser:
        assert "由省级管理员或安全管理员决定" in (await browser.get("/support/held")).text
    async with upstream.browser("province") as browser:
        released = await browser.post(f"/support/held/{person_id}", data=keyed(then="release", reason="并非同一人"))
        assert released.headers["location"] == "/support/held?done=released"
        assert upstream.support.done == [("release", "并非同一人")]


async def test_the_auditor_reads_and_filters(upstream: Upstream) -> None:
    async with upstream.browser("auditor") as browser:
        whole = await browser.get("/security-events")
        assert "10.1.2.3" in whole.text
        assert "工单 17" in whole.text
        assert "工单 17" not in (await browser.get("/security-events?act=signed_in")).text
