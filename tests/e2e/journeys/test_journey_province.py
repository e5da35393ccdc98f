"""The province amends its calendar through the pages, in every way: what if, what it would do, the change with its
reason, the version that the public sees; then a hold, of which every page tells, and its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from services.drills.ground import Stack
from services.rehearsal.plans import Seats
from tests.support.hands import WAYS, Hands
from tests.support.journey_people import FIRST
from tests.support.journeys import BASE, FIRST_DAY, PHASE_DAYS, Journey, journey
from tests.support.portal_browser import needs_chromium

pytestmark = [*needs_chromium, pytest.mark.timeout(400)]

LAST_DAY = FIRST_DAY + timedelta(days=3 * PHASE_DAYS - 1)


async def amends(trip: Journey, hands: Hands, last_day: date, version: int) -> None:
    """The last phase ends on another day."""
    page = hands.page
    await hands.go("/province")
    await hands.go("/province/calendar")
    await hands.press("main a[href$='/province/calendar/edit']")
    await page.wait_for_url("**/province/calendar/edit")
    await hands.look()
    await hands.fill("[id='last_day:confirmation']", "2022-01-01")
    await hands.press("form[data-guard] button.main")
    await expect(page.locator("#summary")).to_be_visible()
    await hands.look()
    await hands.fill("[id='last_day:confirmation']", last_day.isoformat())
    await hands.press("form[data-guard] button.main")
    await expect(page.locator("h1")).to_contain_text("影响预览")
    await expect(page.locator("main")).to_contain_text("以下是预览，尚未作任何改动。")
    await expect(page.locator("main")).to_contain_text(f"{last_day.month}月{last_day.day}日")
    await hands.look()
    before = (await trip.ask("GET", f"/cycles/{trip.cycle_id}"))["cycle"]["calendar_version"]
    assert before == version - 1, "a preview changes nothing"
    await hands.fill("#reason", "核实工作顺延。")
    await hands.press("form[action$='/propose'] button")
    await expect(page.locator("#summary")).to_be_visible()
    await hands.tick("#sure")
    await hands.press("form[action$='/propose'] button")
    await page.wait_for_url("**/province/calendar?done=amended")
    await expect(page.locator("main")).to_contain_text(f"现行第 {version} 版")
    await hands.go(f"/calendar/{trip.cycle_id}")
    await expect(page.locator("main")).to_contain_text("核实工作顺延。")


async def holds_and_resumes(hands: Hands) -> None:
    """Everything stops, every page says so, and goes on."""
    for kind in ("hold", "resume"):
        await hands.go("/province/calendar")
        form = hands.page.locator(f"form[action$='/preview']:has(input[name=kind][value={kind}])")
        if not await form.is_visible():
            await hands.press(hands.page.locator("details", has=form).locator("summary"))
        await hands.press(form.locator("button"))
        await expect(hands.page.locator("h1")).to_contain_text("影响预览")
        await hands.fill("#reason", "系统迁移。")
        await hands.tick("#sure")
        await hands.press("form[action$='/propose'] button")
        await hands.page.wait_for_url("**/province/calendar?done=amended")
        await hands.go("/")
        held = hands.page.locator("#strip [role=alert]")
        await expect(held).to_have_count(1 if kind == "hold" else 0)


async def test_a_calendar_is_amended_with_what_if_first(stack: Stack) -> None:
    async with journey(stack) as trip:
        places = [Seats(BASE, FIRST, 20)]
        await trip.opens_a_cycle(("registration", "first_choice", "confirmation"), places, "省级的一年")
        for number, way in enumerate(WAYS):
            async with trip.hands(way, "province") as hands:
                await amends(trip, hands, LAST_DAY + timedelta(days=number + 1), number + 2)
                if way is WAYS[-1]:
                    await holds_and_resumes(hands)
        assert trip.faults == []
        assert [said for said in trip.complaints if "status of 4" not in said] == []
