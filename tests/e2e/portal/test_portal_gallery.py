"""Every part that pages are made of, in both languages, light and dark, phone and desk; a session's notice (PUB-14)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from services.portal.edge.cookies import ENDS
from tests.support.portal_browser import DESK, PHONE, Desk, needs_chromium, open_desk
from tests.support.portal_upstream import Upstream

pytestmark = needs_chromium
NARROWEST = 320


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(Upstream()) as opened:
        yield opened


@pytest.mark.parametrize("width", [NARROWEST, PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_part_is_legible_and_fits(desk: Desk, scheme: Literal["light", "dark"], width: int) -> None:
    async with desk.page("", width, color_scheme=scheme) as page:
        for path in ("/gallery", "/en/gallery", "/help", "/en/accessibility", "/status"):
            await page.goto(path)
            widest = await page.evaluate("document.documentElement.scrollWidth")
            assert widest <= width, (path, widest)
            found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
            assert [(path, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert desk.complaints == []


async def test_colours_are_those_of_the_scheme(desk: Desk) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        async with desk.page("", color_scheme=scheme) as page:
            await page.goto("/gallery")
            grounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == {"rgb(245, 247, 249)", "rgb(18, 23, 29)"}


async def test_paper_shows_the_content_alone(desk: Desk) -> None:
    async with desk.page() as page:
        await page.goto("/board")
        await page.emulate_media(media="print")
        await expect(page.locator("table.board")).to_be_visible()
        for part in (".top", "#strip", "form.filters", "footer"):
            await expect(page.locator(part)).to_be_hidden()


async def test_the_end_of_a_session_is_said_before(desk: Desk) -> None:
    async with desk.page("applicant") as page:

        async def ends_in(seconds: int) -> None:
            value = str(int(time.time()) + seconds)
            await page.context.add_cookies([{"name": ENDS, "value": value, "url": desk.address}])

        await ends_in(1500)
        await page.goto("/account/mobile")
        notice = page.locator("#session")
        await expect(notice).to_be_hidden()
        await ends_in(90)
        await page.goto("/account/mobile")
        await expect(notice).to_be_visible()
        await expect(notice).to_contain_text("后自动退出")
        found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
        assert [each["id"] for each in found] == []
        await page.fill("#mobile", "13800000001")
        await ends_in(1500)  # as the session does when the button is pressed
        await notice.get_by_role("button").click()
        await expect(notice).to_be_hidden()
        assert await page.input_value("#mobile") == "13800000001"


async def test_a_page_left_open_asks_no_more_once_its_session_is_over(desk: Desk) -> None:
    """PUB-14: it looks once whether another window went on, and is quiet afterwards."""
    async with desk.page("applicant") as page:
        value = str(int(time.time()) + 5)
        await page.context.add_cookies([{"name": ENDS, "value": value, "url": desk.address}])
        await page.clock.install()
        await page.goto("/account/mobile")
        await expect(page.locator("#session")).to_be_hidden()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/frame") else None)
        await page.clock.fast_forward(10_000)
        async with page.expect_response("**/frame"):
            await page.clock.run_for(2_000)
        for _ in range(8):
            await page.clock.run_for(2_000)
            # What was asked before is answered by the time that this is.
            await page.evaluate("fetch('/frame?').then((answer) => answer.text())")
        await expect(page.locator("#session")).to_be_hidden()
        assert len(asked) <= 2
