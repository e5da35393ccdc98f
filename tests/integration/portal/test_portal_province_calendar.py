"""The province's calendar over a real enrollment: effect first, then the wish, then a second person; days off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from services.enrollment.domain.phases import P2
from tests.handlers.enrollment.story import OPERATOR, PLAN, cycle_order
from tests.support.portal_accounts import Account
from tests.support.portal_english import chinese_left
from tests.support.portal_stage import Whole, staged
from tests.support.portal_story import hidden, keyed
from tests.support.postgres import PostgresServer

HERE = "/province/calendar"


@pytest.fixture(scope="module")
async def whole(postgres: PostgresServer) -> AsyncIterator[Whole]:
    """A cycle of days as long as a real one, on the fifteenth day of its calendar."""
    url = postgres.database("enrollment")
    async with staged(url) as found:
        begun = datetime.now(UTC) - timedelta(days=14, hours=2)
        order = cycle_order(PLAN, starts_at=begun, day_seconds=86_399.0)
        found.stage.cycle_id = (await found.stage.cycles.create_cycle(OPERATOR, order)).cycle_id
        await found.stage.stand(P2, closes_in=16 * 86_399.0)
        await found.upstream.start()
        yield found
        await found.upstream.stop()
    postgres.drop(url)


def values_of(page: httpx.Response) -> dict[str, str]:
    """What stands in the inputs of the form to edit."""
    found = {}
    for piece in page.text.split("<input ")[1:]:
        tag = piece.split(">", 1)[0]
        if 'name="' in tag and 'type="checkbox"' not in tag and 'value="' in tag:
            name = tag.split('name="', 1)[1].split('"', 1)[0]
            found[name] = unescape(tag.split('value="', 1)[1].split('"', 1)[0])
    return found


async def previewed(browser: Any, **changes: str) -> httpx.Response:
    """The effect of the present calendar with `changes`, names with `__` for the colon."""
    form = values_of(await browser.get(f"{HERE}/edit"))
    form |= {name.replace("__", ":"): value for name, value in changes.items()}
    shown: httpx.Response = await browser.post(f"{HERE}/preview", data=keyed(**form))
    return shown


async def proposed(browser: Any, preview: httpx.Response, reason: str) -> httpx.Response:
    """Propose what was previewed."""
    assert preview.status_code == 200, preview.text
    wish = unescape(hidden(preview, "wish"))
    answer: httpx.Response = await browser.post(f"{HERE}/propose", data=keyed(wish=wish, reason=reason, sure="yes"))
    return answer


async def test_a_round_is_inserted_when_a_second_person_agrees(whole: Whole) -> None:
    accounts = whole.upstream.identity.accounts
    accounts["deputy"] = Account("deputy-of-the-province", accounts["province"].hats)
    inserted = {
        "kind__new": "second_choice", "name__new": "补录轮",
        "first_day__new": "2023-08-11", "last_day__new": "2023-08-13", "first_day__reallocation": "2023-08-14",
        "milestone_name__new": "公布成绩", "day__new": "2023-08-12",
    }  # fmt: skip
    async with whole.upstream.browser("province") as one, whole.upstream.browser("deputy") as other:
        wrong = await previewed(one, last_day__second_choice="2023-07-20")
        assert (wrong.status_code, 'href="#last_day:second_choice"' in wrong.text) == (422, True), wrong.text
        shown = await previewed(one, **inserted)
        for told in ("影响预览", "补录轮", "新增", "8月11日（周五）至8月13日（周日）", "第 3 轮", "须由第二人复核"):
            assert told in shown.text, told
        unsure = await one.post(f"{HERE}/propose", data=keyed(wish=unescape(hidden(shown, "wish")), reason="补录"))
        assert (unsure.status_code, "勾选确认" in unsure.text) == (422, True)
        sent = await proposed(one, shown, "名额尚有空缺，增加补录轮")
        assert (sent.status_code, sent.headers.get("location")) == (303, f"{HERE}?done=amendment_open"), sent.text
        mine = (await one.get(HERE)).text
        assert ("撤回变更" in mine, "同意并生效" in mine) == (True, False)
        waiting = await other.get(HERE)
        assert ("撤回变更" in waiting.text, "同意并生效" in waiting.text) == (False, True)
        amendment = hidden(waiting, "amendment_id")
        agreed = await other.post(f"{HERE}/decide", data=keyed(amendment_id=amendment, then="agree", sure="yes"))
        assert (agreed.status_code, agreed.headers.get("location")) == (303, f"{HERE}?done=amended"), agreed.text
        after = (await other.get(HERE)).text
        for told in ("现行第 2 版", "补录轮", "公布成绩", "名额尚有空缺，增加补录轮", "已生效"):
            assert told in after, told
        public = (await other.get(f"/calendar/{whole.stage.cycle_id}")).text
        assert "新增“补录轮”" in public
        assert "省级管理员" in public


async def test_a_hold_is_shown_everywhere_until_it_is_resumed(whole: Whole) -> None:
    await whole.stage.decree(calendar_approvals=1)
    async with whole.upstream.browser("province") as browser:
        present = await browser.get(HERE)
        version = hidden(present, "based_on")
        shown = await browser.post(f"{HERE}/preview", data=keyed(kind="hold", based_on=version))
        held = await proposed(browser, shown, "系统故障核查")
        assert (held.status_code, held.headers.get("location")) == (303, f"{HERE}?done=amended"), held.text
        async with whole.upstream.browser("applicant") as applicant:
            assert "本次招录已暂停" in (await applicant.get("/application")).text
        page = await browser.get(HERE)
        assert ("预览：恢复招录" in page.text, "预览：暂停招录" in page.text) == (True, False)
        back = await browser.post(f"{HERE}/preview", data=keyed(kind="resume", based_on=hidden(page, "based_on")))
        assert "8月1日（周二）" in back.text
        assert (await proposed(browser, back, "核查完毕")).status_code == 303
        assert "本次招录已暂停" not in (await browser.get(HERE)).text


async def test_a_change_is_foreseen_in_english(whole: Whole) -> None:
    """I18N-05: what an amendment would do, over a real enrollment; names that the province gave stay."""
    async with whole.upstream.browser("province") as browser:
        form = values_of(await browser.get(f"{HERE}/edit")) | {"last_day:second_choice": "2023-08-09"}
        shown = await browser.post(f"/en{HERE}/preview", data=keyed(**form))
        assert shown.status_code == 200, shown.text
        for told in ("what it would do", "Wed 9 August", "Second choice: review and provisional admission"):
            assert told in shown.text, told
        assert [each for each in chinese_left(shown.text) if "补录轮" not in each and "公布成绩" not in each] == []
        wrong = await browser.post(f"/en{HERE}/preview", data=keyed(**form | {"last_day:second_choice": "2023-07-20"}))
        assert (wrong.status_code, 'href="#last_day:second_choice"' in wrong.text) == (422, True)
        refusal = wrong.text.split('id="summary"', 1)[1].split("</div>", 1)[0]
        assert chinese_left(refusal) == []


async def test_days_off_of_a_year_are_entered_with_their_source(whole: Whole) -> None:
    here = "/province/holidays"
    async with whole.upstream.browser("province") as browser:
        unknown = await browser.get(f"{here}?year=2027")
        assert "2027年的放假安排尚未录入" in unknown.text
        order = {
            "year": "2027",
            "resting": "2027-01-01\n2027-02-08",
            "source": "国办发明电〔2026〕7号",
            "reason": "按通知录入",
        }
        bad = await browser.post(here, data=keyed(**order | {"resting": "2028-05-01"}))
        assert (bad.status_code, 'href="#resting"' in bad.text, "2028-05-01" in bad.text) == (422, True, True)
        done = await browser.post(here, data=keyed(**order, working="2027-02-06", expected_version="0"))
        assert done.headers.get("location") == f"{here}?year=2027&done=holidays", done.text
        page = (await browser.get(f"{here}?year=2027")).text
        for told in ("2027-12-25", "2月8日（周一）", "2月6日（周六）", "国办发明电〔2026〕7号", "第 1 版"):
            assert told in page, told
        mirrored = (await browser.get(f"/en{here}?year=2027")).text
        days = [mirrored.index(day) for day in ("Fri 1 January", "Sat 6 February", "Mon 8 February")]
        assert days == sorted(days)
        stale = await browser.post(here, data=keyed(**order, expected_version="0"))
        assert (stale.status_code, "已在别处更新" in stale.text) == (409, True)


async def test_a_prepared_year_is_looked_at_and_confirmed(whole: Whole) -> None:
    await whole.stage.database.execute(
        "INSERT INTO cycle (id, province_code, year, title, time_zone, day_seconds, calendar_version, policy, draft)"
        " SELECT gen_random_uuid(), province_code, 2024, '2024年招录', time_zone, 86400, 1, policy, true"
        " FROM cycle WHERE id = $1",
        whole.stage.cycle_id,
    )
    await whole.stage.database.execute(
        "INSERT INTO cycle_gate (cycle_id, phase, sequence) SELECT id, 'preparation', 0 FROM cycle WHERE draft"
    )
    await whole.stage.database.execute(
        "INSERT INTO cycle_phase (cycle_id, sequence, phase, name, first_day, last_day, opens_at, closes_at, key)"
        " SELECT c.id, p.sequence, p.phase, p.name, p.first_day + 366, p.last_day + 366, p.opens_at + interval '366 d',"
        " p.closes_at + interval '366 d', p.key FROM cycle_phase p, cycle c WHERE p.cycle_id = $1 AND c.draft",
        whole.stage.cycle_id,
    )
    here = "/province/cycles"
    async with whole.upstream.browser("province") as browser:
        draft = await browser.get(here)
        assert "待确认：2024年招录" in draft.text
        cycle = hidden(draft, "cycle_id")
        assert (await browser.get(f"/calendar/{cycle}")).status_code == 404
        unsure = await browser.post(f"{here}/confirm", data=keyed(cycle_id=cycle))
        assert (unsure.status_code, "勾选确认" in unsure.text) == (422, True)
        done = await browser.post(f"{here}/confirm", data=keyed(cycle_id=cycle, sure="yes"))
        assert done.headers.get("location") == f"{here}?done=created", done.text
        assert "待确认" not in (await browser.get(here)).text
