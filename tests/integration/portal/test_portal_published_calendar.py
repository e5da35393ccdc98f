"""The calendar that everybody reads, and feeds, over a real enrollment; PUB-09 on every page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from icalendar import Calendar

from services.enrollment.domain.phases import P1
from tests.support.portal_stage import Whole, staged
from tests.support.portal_story import keyed
from tests.support.postgres import PostgresServer

GAP = """jsonb_set(jsonb_set(content, '{phases,2,first_day}', '"2023-07-13"'), '{phases,1,gap_name}', '"资格复核"')"""
SHORT = "content #- '{phases,5}'"


@pytest.fixture(scope="module")
async def whole(postgres: PostgresServer) -> AsyncIterator[Whole]:
    url = postgres.database("enrollment")
    async with staged(url) as found:
        await found.upstream.start()
        await found.stage.stand(P1)
        yield found
        await found.upstream.stop()
    postgres.drop(url)


async def change(whole: Whole, reason: str, content: str) -> None:
    await whole.stage.database.execute(
        f"""
        INSERT INTO calendar_version (cycle_id, version, kind, content, reason, made_by, approved_by, made_at)
        SELECT cycle_id, version + 1, 'amend', {content}, $2, made_by, '', clock_timestamp()
        FROM calendar_version WHERE cycle_id = $1 ORDER BY version DESC LIMIT 1
        """,
        whole.stage.cycle_id,
        reason,
    )
    whole.upstream.hints.say("residency.enrollment.v1.cycle.calendar_changed")


async def test_pub_02_three_versions_as_page_json_and_icalendar(whole: Whole) -> None:
    here = f"/calendar/{whole.stage.cycle_id}"
    async with whole.upstream.browser() as browser:
        first = await browser.get(f"{here}.ics")
        assert first.headers["content-type"] == "text/calendar; charset=utf-8"
        assert first.headers["cache-control"] == "public, max-age=60"
        assert parsedate_to_datetime(first.headers["last-modified"]) <= datetime.now(UTC)
        for header in (
            {"if-none-match": first.headers["etag"]},
            {"if-modified-since": first.headers["last-modified"]},
        ):
            again = await browser.get(f"{here}.ics", headers=header)
            assert (again.status_code, again.content) == (304, b"")
        await change(whole, "资格复核两天", GAP)
        second = await browser.get(f"{here}.ics", headers={"if-none-match": first.headers["etag"]})
        assert second.status_code == 200
        await change(whole, "取消核实阶段", SHORT)
        third = await browser.get(f"{here}.ics")
        told = [
            {str(event["uid"]): (event.decoded("sequence"), str(event["status"])) for event in parsed.walk("VEVENT")}
            for parsed in (Calendar.from_ical(each.content) for each in (first, second, third))
        ]
        assert set(told[0]) <= set(told[1]) == set(told[2])
        assert sorted(told[0].values()) == [(0, "CONFIRMED")] * 5
        assert sorted(told[1].values()) == [(0, "CONFIRMED")] * 5 + [(1, "CONFIRMED")]
        assert sorted(told[2].values()) == [(0, "CONFIRMED")] * 4 + [(1, "CANCELLED"), (1, "CONFIRMED")]

        page = (await browser.get(here)).text
        for sentence in (
            "资格复核",
            "第 3 版",
            "取消核实阶段",
            "平台运维",
            "“first_choice”：由7月11日（周二）至7月31日（周一）改为",
        ):
            assert sentence in page, sentence
        old = (await browser.get(f"{here}?version=1")).text
        assert "您看到的是第 1 版，现行日程为第 3 版" in old
        plain = (await browser.get(f"{here}.json")).json()
        assert (plain["latest_version"], [gap["name"] for gap in plain["gaps"]]) == (3, ["资格复核"])
        assert "read_at" not in plain
        base = (await browser.get(f"{here}/SD-QILU.json")).json()
        assert base["base_name"] == "山东大学齐鲁医院"
        chosen = await browser.get(f"{here}?base_code=SD-QILU")
        assert f'href="{here}/SD-QILU.ics"' in chosen.text
        for missing in ("/calendar/nothing.ics", f"{here}/NONE.ics", f"{here}?version=9", "/feed/short.ics"):
            assert (await browser.get(missing)).status_code == 404, missing


async def test_pub_04_staff_subscribe_and_the_address_works_for_whoever_has_it(whole: Whole) -> None:
    async with whole.upstream.browser("reviewer") as browser:
        form = keyed()
        opened = (await browser.post("/feeds", data=form)).text
        address = opened.split("/feed/", 1)[1].split(".ics", 1)[0]
        assert address in (await browser.post("/feeds", data=form)).text
        listed = (await browser.get("/feeds")).text
        assert address not in listed
        feed_id = listed.split('name="feed_id" value="', 1)[1].split('"', 1)[0]
        async with whole.upstream.browser() as anybody:
            read = await anybody.get(f"/feed/{address}.ics")
            assert (read.status_code, read.headers["cache-control"]) == (200, "private, max-age=60")
            assert "山东大学齐鲁医院" in str(Calendar.from_ical(read.content)["name"])
            closed = await browser.post("/feeds/closing", data=keyed(feed_id=feed_id))
            assert closed.status_code == 303
            assert (await anybody.get(f"/feed/{address}.ics")).status_code == 404
            assert (await anybody.get("/feeds")).status_code in {303, 401}


async def test_pub_09_every_page_says_that_the_cycle_is_held(whole: Whole) -> None:
    await whole.stage.database.execute(
        "UPDATE cycle_gate SET held_since = clock_timestamp(), closes_at = clock_timestamp() WHERE cycle_id = $1",
        whole.stage.cycle_id,
    )
    whole.upstream.hints.say("residency.enrollment.v1.cycle.calendar_changed")
    for login, path in (("applicant", "/application"), ("reviewer", "/base"), ("reviewer", "/base/milestones")):
        async with whole.upstream.browser(login) as browser:
            page = await browser.get(path)
            assert "本次招录已暂停" in page.text, path
            assert "还剩" not in page.text.split('<main id="main"', 1)[0], path
